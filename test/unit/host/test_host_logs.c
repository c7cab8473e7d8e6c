/*
 * Logs beside the MTA's own: syslog, the usual places, web servers, PHP, panels; and damaged configuration.
 */
#include "host_tree.h"

#include <stdio.h>
#include <stdlib.h>

static void nothing_but_a_log(void **state)
{
	struct learnt l = LEARN({ "/var/log/exim4/mainlog", "x" },
				{ "/etc/passwd", "u:x:1001:1001::/home/u:/bin/sh\n" },
				{ "/etc/userdomains", "shop.example: u\n" }, { "/var/log/mail.log", "" },
				{ "/var/log/maillog", "y" }, { "/var/log/auth.log", "z" });

	assert_true(has_log(&l, "/var/log/exim4/mainlog", LOG_MAIL));
	assert_true(has_log(&l, "/var/log/maillog", LOG_MAIL));
	assert_true(has_log(&l, "/var/log/auth.log", LOG_LOGIN));
	assert_int_equal(count_logs(&l, LOG_MAIL), 2);
	assert_int_equal(l.f.nunseen, 0);
	assert_int_equal(l.f.mta.n, 0);
	assert_int_equal(accounts_by_domain(l.f.accounts, SPAN("shop.example"), false),
			 accounts_by_name(l.f.accounts, SPAN("u")));
	tree_end(&l);
}

static void an_empty_server(void **state)
{
	struct learnt l = LEARN({ "/nothing", "" });

	assert_int_equal(l.f.nlogs + l.f.nadvice + l.f.nunseen + l.f.nsites, 0);
	assert_non_null(l.f.accounts);
	tree_end(&l);
}

/* The mail logs that RSYSLOG's configuration leads to, with all of the files there. */
static struct learnt by_rsyslog(const char *conf)
{
	return LEARN({ "/etc/rsyslog.conf", conf }, { "/var/log/a.log", "x" }, { "/var/log/b.log", "x" },
		     { "/var/log/c.log", "x" }, { "/etc/rsyslog.d/50-x.conf", "mail.*\t-/var/log/c.log\n" });
}

static void selectors(void **state)
{
	struct learnt l = by_rsyslog(
		"$ModLoad imuxsock\n*.*;auth,authpriv.none -/var/log/b.log\n"
		"auth,authpriv.*  /var/log/secure2\n"
		"mail.err /var/log/b.log\nmail.info -/var/log/b.log\nnews,mail.* -/var/log/a.log;fmt\n");

	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	assert_true(has_log(&l, "/var/log/secure2", LOG_LOGIN));
	tree_end(&l);
	l = by_rsyslog("*.info;mail.none;cron.none /var/log/b.log\nmail.* /var/log/a.log\n");
	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	tree_end(&l);
	l = by_rsyslog("*.*;auth.none -/var/log/b.log\nmail.warn /var/log/a.log\n");
	assert_true(has_log(&l, "/var/log/b.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	tree_end(&l);
	l = by_rsyslog("$IncludeConfig /etc/rsyslog.d/*.conf\n");
	assert_true(has_log(&l, "/var/log/c.log", LOG_MAIL));
	tree_end(&l);
	l = by_rsyslog("include(file=\"/etc/rsyslog.d/*.conf\" mode=\"optional\")\n");
	assert_true(has_log(&l, "/var/log/c.log", LOG_MAIL));
	tree_end(&l);
}

static void rainerscript(void **state)
{
	struct learnt l = by_rsyslog("mail.* action(type=\"omfile\" file=\"/var/log/a.log\")\n");

	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	tree_end(&l);
	l = by_rsyslog("if $syslogfacility-text == 'mail' then {\n  action(type=\"omfile\"\n"
		       "     dynaFileCacheSize=\"10\"\n     File=\"/var/log/a.log\")\n  stop\n}\n"
		       "action(type=\"omfile\" file=\"/var/log/b.log\")\n");
	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	tree_end(&l);
	l = by_rsyslog(
		":programname, startswith, \"postfix\" -/var/log/a.log\n& stop\nmail.* /var/log/b.log\n");
	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	assert_true(has_log(&l, "/var/log/b.log", LOG_MAIL));
	tree_end(&l);
	/* without stop every line is in b.log, too */
	l = by_rsyslog(":programname, startswith, \"postfix\" -/var/log/a.log\nmail.* /var/log/b.log\n");
	assert_true(has_log(&l, "/var/log/b.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	tree_end(&l);
}

static void syslog_ng(void **state)
{
	struct learnt l =
		LEARN({ "/etc/syslog-ng/syslog-ng.conf",
			"@version: 3.38\n@include \"scl.conf\"\n"
			"source s_src { system(); internal(); };\n"
			"destination d_auth { file(\"/var/log/au.log\"); };\n"
			"destination d_mail { file(\"/var/log/ng.log\" owner(root)); };\n"
			"destination d_err { file(\"/var/log/ng.err\"); };\n"
			"destination d_all { file(\"/var/log/all.log\"); };\n"
			"filter f_auth { facility(auth, authpriv) and not filter(f_debug); };\n"
			"filter f_mail { facility(mail) and not filter(f_debug); };\n"
			"filter f_err { level(err .. emerg); };\n"
			"filter f_rest { not facility(mail, news); };\n"
			"log { source(s_src); filter(f_auth); destination(d_auth); };\n"
			"log { source(s_src); filter(f_mail); destination(d_mail); };\n"
			"log { source(s_src); filter(f_mail); filter(f_err); destination(d_err); };\n"
			"log { source(s_src); filter(f_rest); destination(d_all); };\n" },
		      { "/var/log/ng.log", "x" }, { "/var/log/ng.err", "x" }, { "/var/log/all.log", "x" });

	assert_true(has_log(&l, "/var/log/ng.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	assert_true(has_log(&l, "/var/log/au.log", LOG_LOGIN));
	tree_end(&l);
}

static void a_syslog_file_not_yet_there(void **state)
{
	struct learnt l = LEARN({ "/etc/rsyslog.conf", "mail.* /var/log/later.log\n" },
				{ "/var/log/exim_mainlog", "x" });

	assert_true(has_log(&l, "/var/log/exim_mainlog", LOG_MAIL));
	assert_int_equal(l.f.nunseen, 0);
	tree_end(&l);
	/* but Postfix logs nowhere else */
	l = LEARN({ "/etc/rsyslog.conf", "mail.* /var/log/later.log\n" }, { "/etc/postfix/main.cf", "" });
	assert_true(has_unseen(&l, "/var/log/later.log"));
	tree_end(&l);
}

static const struct host_site *site(const struct learnt *l, const char *name)
{
	for (size_t i = 0; i < l->f.nsites; i++)
		if (span_eq(l->f.sites[i].name, span_str(name)))
			return &l->f.sites[i];
	return NULL;
}

static void apache(void **state)
{
	struct learnt l = LEARN(
		{ "/etc/apache2/apache2.conf",
		  "ServerRoot \"/etc/apache2\"\nIncludeOptional sites-enabled/*.conf\n"
		  "CustomLog ${APACHE_LOG_DIR}/other.log vhost_combined\n" },
		{ "/etc/apache2/envvars", "unset HOME\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n" },
		{ "/etc/apache2/sites-enabled/b.conf",
		  "<VirtualHost *:443>\n ServerName https://shop.example:443\n ServerAlias www.shop.example "
		  "\\\n  \"m.shop.example\"\n"
		  " DocumentRoot \"/home/shop/public html\"\n ErrorLog /x/error.log\n"
		  " CustomLog /srv/logs/shop.log combined\n CustomLog \"|/usr/bin/rotatelogs /x\" combined\n"
		  " CustomLog /srv/logs/shop-bytes_log \"%O\"\n</VirtualHost>\n" },
		{ "/etc/apache2/sites-enabled/.hidden.conf", "CustomLog /srv/hidden.log x\n" },
		{ "/var/log/apache2/extra.log", "x" });

	assert_true(has_log(&l, "/srv/logs/shop.log", LOG_WEB));
	assert_true(has_log(&l, "/var/log/apache2/other.log", LOG_WEB));
	/* one log goes through a program: the usual places count, too */
	assert_true(has_log(&l, "/var/log/apache2/extra.log", LOG_WEB));
	assert_int_equal(count_logs(&l, LOG_WEB), 3);
	assert_int_equal(l.f.nsites, 3);
	assert_text(site(&l, "shop.example")->docroot, "/home/shop/public html");
	assert_text(site(&l, "m.shop.example")->log, "/srv/logs/shop.log");
	tree_end(&l);
}

static void nginx(void **state)
{
	struct learnt l = LEARN(
		{ "/etc/nginx/nginx.conf", "user www-data;\nhttp {\n  access_log /var/log/nginx/access.log;\n"
					   "  include /etc/nginx/sites-enabled/*;\n}\n" },
		{ "/etc/nginx/sites-enabled/a",
		  "server {\n  listen 80; # ; } {\n  server_name shop.example www.shop.example;\n"
		  "  root /srv/shop;\n  location / { root /wrong; access_log off; }\n"
		  "  access_log \"/srv/log/shop.log\" main buffer=32k;\n}\n"
		  "server { server_name _; access_log /srv/log/$host.log; }\n" });

	assert_true(has_log(&l, "/var/log/nginx/access.log", LOG_WEB));
	assert_true(has_log(&l, "/srv/log/shop.log", LOG_WEB));
	assert_int_equal(count_logs(&l, LOG_WEB), 2);
	assert_int_equal(l.f.nsites, 2);
	assert_text(site(&l, "www.shop.example")->docroot, "/srv/shop");
	assert_text(site(&l, "www.shop.example")->log, "/srv/log/shop.log");
	tree_end(&l);
}

static void php_off(void **state)
{
	struct learnt l = LEARN(
		{ "/etc/php/8.2/fpm/php.ini", "[mail function]\n;mail.log =\nmail.add_x_header = Off\n" },
		{ "/etc/php/8.2/cli/php.ini", "mail.add_x_header = On\nmail.log = \"/var/log/pm.log\"\n" });
	const struct advice *a = advice_of(&l, "php.add_x_header", 0);

	assert_false(a->ok);
	assert_text(a->line, "mail.add_x_header = On");
	assert_text(a->file, "/etc/php/8.2/fpm/php.ini");
	assert_holds(a->text, "in 1 of 2 php.ini files");
	assert_off(&l, "php.mail_log");
	assert_true(has_log(&l, "/var/log/pm.log", LOG_PHP));
	tree_end(&l);
}

/* Debian's way to set what scripts of cron and the shell do. */
static void php_on_in_an_extra_file(void **state)
{
	struct learnt l = LEARN({ "/etc/php/8.2/cli/php.ini", "" },
				{ "/etc/php/8.2/cli/conf.d/90-mail.ini", "mail.log = /var/log/cli.log\n" });

	assert_true(has_log(&l, "/var/log/cli.log", LOG_PHP));
	tree_end(&l);
}

static void php_on_in_a_pool(void **state)
{
	struct learnt l = LEARN({ "/opt/cpanel/ea-php82/root/etc/php.ini", "" },
				{ "/opt/cpanel/ea-php82/root/etc/php-fpm.d/shop.conf",
				  "[shop]\nphp_admin_value[mail.log] = /home/shop/logs/mail.log\n"
				  "php_admin_flag[mail.add_x_header] = on\n" });

	assert_ok(&l, "php.add_x_header");
	assert_ok(&l, "php.mail_log");
	assert_true(has_log(&l, "/home/shop/logs/mail.log", LOG_PHP));
	tree_end(&l);
}

/* Told by all of them: which one a script runs under is not known. */
static void php_memory(void **state)
{
	struct learnt l = LEARN({ "/etc/php/8.2/fpm/php.ini", ";opcache.revalidate_freq=2\n" });

	assert_int_equal(l.f.php_memory, 3);
	tree_end(&l);
	l = LEARN({ "/etc/php/8.2/fpm/php.ini", "" },
		  { "/etc/php/8.2/fpm/conf.d/10-opcache.ini", "opcache.revalidate_freq = 60\n" },
		  { "/etc/php/8.2/fpm/pool.d/www.conf",
		    "[www]\nphp_admin_value[opcache.revalidate_freq] = 30\n" });
	assert_int_equal(l.f.php_memory, 61);
	tree_end(&l);
	l = LEARN({ "/etc/php/8.2/fpm/php.ini", "opcache.revalidate_freq = 99999999999\n" });
	assert_int_equal(l.f.php_memory, 86401);
	tree_end(&l);
	l = LEARN({ "/etc/php/8.2/fpm/php.ini", "opcache.validate_timestamps = 1\n" },
		  { "/etc/php/8.2/fpm/conf.d/99-fast.ini", "opcache.validate_timestamps = 0\n" });
	assert_int_equal(l.f.php_memory, UINT32_MAX);
	tree_end(&l);
	l = LEARN({ "/etc/passwd", "" });
	assert_int_equal(l.f.php_memory, 0);
	tree_end(&l);
}

static void panels(void **state)
{
	static const struct {
		const char *file, *name, *log;
	} panels[] = {
		{ "/usr/local/cpanel/version", "cPanel", "/var/log/apache2/domlogs/shop.example" },
		{ "/usr/local/directadmin/conf/directadmin.conf", "DirectAdmin",
		  "/var/log/httpd/domains/shop.example.log" },
		{ "/usr/local/psa/version", "Plesk",
		  "/var/www/vhosts/system/shop.example/logs/access_ssl_log" },
		{ "/usr/local/hestia/conf/hestia.conf", "Hestia", "/var/log/nginx/domains/shop.example.log" },
		{ "/usr/local/ispconfig/interface/lib/config.inc.php", "ISPConfig",
		  "/var/log/ispconfig/httpd/shop.example/access.log" },
	};

	for (size_t i = 0; i < sizeof(panels) / sizeof(*panels); i++) {
		struct learnt l = LEARN({ panels[i].file, "1" }, { panels[i].log, "x" },
					{ "/etc/hostname", "mail7.example.net\n" },
					{ "/var/log/apache2/domlogs/shop.example-bytes_log", "1" },
					{ "/var/log/httpd/domains/shop.example.error.log", "1" },
					{ "/home/shop/logs/access.log", "forged" });

		assert_text(l.f.panel, panels[i].name);
		assert_text(l.f.hostname, "mail7.example.net");
		assert_true(has_log(&l, panels[i].log, LOG_WEB));
		assert_int_equal(count_logs(&l, LOG_WEB), 1);
		tree_end(&l);
	}
}

#define POSTFIX_SAYS "/etc/postfix/main.cf", "maillog_file = /var/log/pf.log\nmynetworks = 192.0.2.0/28\n"
#define EXIM_SAYS                \
	"/etc/exim4/exim4.conf", \
		"log_file_path = /var/log/e/%slog\nhostlist relay_from_hosts = 192.0.2.64/28\n"
#define INSTALLED(name)                                                                                     \
	{                                                                                                   \
		"/var/lib/dpkg/status", "Package: " name "\nStatus: install ok installed\nVersion: 3.7\n\n" \
	}

static void two_mail_servers(void **state)
{
	struct learnt l = LEARN({ POSTFIX_SAYS }, { EXIM_SAYS }, { "/var/log/pf.log", "x" },
				{ "/var/log/e/mainlog", "x" }, INSTALLED("postfix"));

	assert_text(l.f.mta, "Postfix 3.7 + Exim");
	assert_true(has_log(&l, "/var/log/pf.log", LOG_MAIL));
	assert_true(has_log(&l, "/var/log/e/mainlog", LOG_MAIL));
	assert_true(has_network(&l, "192.0.2.0/28"));
	assert_true(has_network(&l, "192.0.2.64/28"));
	assert_text(l.f.postfix_spool, "/var/spool/postfix");
	assert_text(l.f.exim_spool, "/var/spool/exim4");
	assert_non_null(advice_of(&l, "exim.log_selector", 0));
	assert_non_null(advice_of(&l, "postfix.header_checks", 0));
	tree_end(&l);
	/* the other way round, and just rotated */
	l = LEARN({ POSTFIX_SAYS }, { EXIM_SAYS }, { "/var/log/pf.log", "" }, { "/var/log/pf.log.1", "x" },
		  { "/var/log/e/mainlog", "x" }, INSTALLED("exim4-base"));
	assert_text(l.f.mta, "Postfix + Exim 3.7");
	assert_true(has_log(&l, "/var/log/pf.log", LOG_MAIL));
	assert_true(has_network(&l, "192.0.2.0/28"));
	tree_end(&l);
}

/* What is not installed and writes no log is a left-over, whatever else lies about. */
static void left_overs(void **state)
{
	struct learnt l = LEARN({ POSTFIX_SAYS }, { EXIM_SAYS }, { "/var/log/pf.log", "x" },
				{ "/var/log/e/mainlog", "" }, INSTALLED("postfix"));

	assert_text(l.f.mta, "Postfix 3.7");
	assert_false(has_network(&l, "192.0.2.64/28"));
	assert_int_equal(l.f.exim_spool.n, 0);
	assert_null(advice_of(&l, "exim.log_selector", 0));
	assert_int_equal(l.f.nunseen, 0);
	tree_end(&l);
	/* syslog's file is Dovecot's, too: Postfix has run where its lock is */
	l = LEARN({ "/etc/postfix/main.cf", "queue_directory = /srv/q\n" }, { EXIM_SAYS },
		  { "/var/log/mail.log", "dovecot" }, { "/var/log/e/mainlog", "x" }, INSTALLED("exim4-base"));
	assert_text(l.f.mta, "Exim 3.7");
	assert_int_equal(l.f.postfix_spool.n, 0);
	tree_end(&l);
	l = LEARN({ "/etc/postfix/main.cf", "queue_directory = /srv/q\n" }, { EXIM_SAYS },
		  { "/var/log/mail.log", "postfix" }, { "/var/log/e/mainlog", "x" }, INSTALLED("exim4-base"),
		  { "/srv/q/pid/master.pid", "  417\n" });
	assert_text(l.f.mta, "Postfix + Exim 3.7");
	assert_text(l.f.postfix_spool, "/srv/q");
	tree_end(&l);
}

static void hostile_paths(void **state)
{
	static const char nul[] = "maillog_file = /var/log/a\0b\n";
	struct learnt l = LEARN({ "/etc/postfix/main.cf", nul, sizeof(nul) - 1 },
				{ "/etc/rsyslog.conf", "mail.* /dev/console\nmail.* relative.log\nmail.* "
						       "@192.0.2.1\nmail.* /proc/1/x\nmail.* |/x\n" });

	assert_int_equal(l.f.nlogs, 0);
	tree_end(&l);
}

static void limits_are_counted_and_said(void **state)
{
	size_t n = 300;
	struct tree_file *files = calloc(n, sizeof(*files));
	char *names = calloc(n, 64);
	struct learnt l;

	assert_non_null(files);
	assert_non_null(names);
	for (size_t i = 0; i + 1 < n; i++) {
		snprintf(names + i * 64, 64, "/etc/rsyslog.d/%03zu.conf", i);
		files[i] = (struct tree_file){ names + i * 64, "mail.* /var/log/m.log\n", 0 };
	}
	files[n - 1] = (struct tree_file){ "/etc/rsyslog.conf", "$IncludeConfig /etc/rsyslog.d/*.conf\n", 0 };
	l = tree_learn(files, n);
	assert_true(has_unseen(&l, "more files than are read"));
	tree_end(&l);
	free(names);
	free(files);
}

static void includes_go_round(void **state)
{
	struct learnt l = LEARN(
		{ "/etc/apache2/apache2.conf", "Include /etc/apache2\nInclude /etc/apache2/apache2.conf\n" },
		{ "/etc/nginx/nginx.conf", "include /etc/nginx/nginx.conf;\n" });

	assert_int_equal(l.f.nsites, 0);
	assert_int_equal(l.f.nunseen, 1);
	tree_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_a_log),
		cmocka_unit_test(an_empty_server),
		cmocka_unit_test(selectors),
		cmocka_unit_test(rainerscript),
		cmocka_unit_test(syslog_ng),
		cmocka_unit_test(a_syslog_file_not_yet_there),
		cmocka_unit_test(apache),
		cmocka_unit_test(nginx),
		cmocka_unit_test(php_off),
		cmocka_unit_test(php_on_in_a_pool),
		cmocka_unit_test(php_memory),
		cmocka_unit_test(php_on_in_an_extra_file),
		cmocka_unit_test(panels),
		cmocka_unit_test(two_mail_servers),
		cmocka_unit_test(left_overs),
		cmocka_unit_test(hostile_paths),
		cmocka_unit_test(limits_are_counted_and_said),
		cmocka_unit_test(includes_go_round),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
