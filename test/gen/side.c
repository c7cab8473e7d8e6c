/*
 * side - what lies beside the mail log: web requests, mailbox logins, an FTP or SSH way in, and the server's
 * root with passwd, domain tables, configuration and the culprits' files.
 */
#include "parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void script_dir(struct world *w, const struct actor *a, char *path, size_t room)
{
	snprintf(path, room, "/home/%s%s", w->account[a->account].name, a->dir ? a->dir : "");
}

static void request(struct world *w, uint32_t account, uint32_t ip, const char *method, const char *url,
		    unsigned status, const char *agent)
{
	static struct text t;

	if (!w->web || !w->account[account].weblog)
		return;
	t.n = 0;
	put_ip(&t, ip);
	lit(&t, " - - [");
	puts_(&t, w->stamp_web);
	lit(&t, "] \"");
	puts_(&t, method);
	lit(&t, " ");
	puts_(&t, url);
	lit(&t, " HTTP/1.1\" ");
	put_u(&t, status);
	lit(&t, " ");
	put_u(&t, 300 + mix64(ip) % 9000);
	lit(&t, " \"-\" \"");
	puts_(&t, agent);
	lit(&t, "\"");
	out_line(w, &w->web[account], "", 0, &t);
}

/* The request that made a script send. The newsletter runs from cron and has none. */
void side_request(struct world *w, const struct msg *m)
{
	const struct actor *a = &w->actor[m->actor];
	char url[200];

	if (m->role == R_NEWSLETTER)
		return;
	snprintf(url, sizeof url, "%s/%s", a->dir + strlen("/public_html"), a->file);
	request(w, m->account, m->ip, "POST", url, 200,
		m->role == R_PLUGIN ? "-" : "Mozilla/5.0 (X11; Linux x86_64)");
}

void side_noise(struct world *w, uint32_t account)
{
	static const char *const urls[] = { "/",	 "/index.php",	  "/style.css",
					    "/logo.png", "/wp-login.php", "/xmlrpc.php",
					    "/shop/",	 "/.env" };
	uint64_t h = rng_u64(&w->rng);
	uint32_t site = account % 50 < w->naccounts ? account % 50 : 0;

	for (unsigned i = 0; i < 6; i++)
		request(w, site, 0x50000000u + (uint32_t)(h >> 32 & 0x3fffffff),
			(h >> i & 15) == 3 ? "POST" : "GET", urls[h >> 3 * i & 7], 200,
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64)");
}

void side_login(struct world *w, uint32_t account, uint32_t mailbox, uint32_t ip, bool ok)
{
	static struct text t;
	struct out *o = w->mta == MTA_EXIM && !(w->variant & V_SYSLOG) ? &w->dovecot : &w->main;

	t.n = 0;
	if (w->mta == MTA_EXIM || w->variant & V_BSD) {
		puts_(&t, w->stamp_bsd);
	} else {
		puts_(&t, w->stamp_rfc);
		lit(&t, ".000001");
		puts_(&t, w->zone_colon);
	}
	puts_(&t, ok ? " mail7 dovecot: imap-login: Login: user=<"
		     : " mail7 dovecot: imap-login: Disconnected: Aborted login by logging out (auth failed, "
		       "1 attempts in 2 secs): user=<");
	puts_(&t, mailbox_name(mailbox));
	lit(&t, "@");
	puts_(&t, w->account[account].domain);
	lit(&t, ">, method=PLAIN, rip=");
	put_ip(&t, ip);
	lit(&t, ", lip=192.0.2.7, TLS, session=<");
	put_hash(&t, mix64(ip + (uint64_t)w->now), 12);
	lit(&t, ">");
	out_line(w, o, "", 0, &t);
}

/* An invention that a scan finds and nobody can use: it ends in its first line, and names no one it could mail to. */
static const char planted[] =
	"<?php return; // made up for the demo of spamtrail: it ends here, and nothing below was ever run\n"
	"foreach (explode(\"\\n\", $_POST['list']) as $to)\n"
	"\tmail($to, base64_decode($_POST['subject']), base64_decode($_POST['text']), 'From: "
	"'.$_POST['from']);\n";

/* How the culprit got in, some minutes before his first mail: the line and the file it left. */
void side_entry(struct world *w, const struct actor *a)
{
	int64_t now = w->now;
	uint32_t ip = 0xcb007128u;
	char path[400];
	static struct text t;

	stamps_at(w, now > 4 * MINUTE ? now - 4 * MINUTE : now);
	t.n = 0;
	switch (a->role) {
	case R_PLUGIN:
		script_dir(w, a, path, sizeof path);
		snprintf(path + strlen(path), sizeof path - strlen(path), "/%s", a->file);
		puts_(&t, w->stamp_ctime);
		lit(&t, " [pid 4711] [");
		puts_(&t, w->account[a->account].name);
		lit(&t, "] OK UPLOAD: Client \"");
		put_ip(&t, ip);
		lit(&t, "\", \"");
		puts_(&t, path);
		lit(&t, "\", 4821 bytes, 96.10Kbyte/sec");
		out_line(w, &w->ftp, "", 0, &t);
		file_write(w, path + 1, w->demo ? planted : "<?php // a mailer would stand here\n",
			   w->start + w->now / SECOND);
		break;
	case R_CRONSPAM:
		puts_(&t, w->stamp_bsd);
		lit(&t, " mail7 sshd[4242]: Accepted password for ");
		puts_(&t, w->account[a->account].name);
		lit(&t, " from ");
		put_ip(&t, ip);
		lit(&t, " port 52114 ssh2");
		out_line(w, &w->auth, "", 0, &t);
		snprintf(path, sizeof path, "var/spool/cron/crontabs/%s", w->account[a->account].name);
		file_write(w, path, "*/5 * * * * /usr/bin/perl /tmp/.x/s.pl\n", w->start + w->now / SECOND);
		break;
	case R_STOLEN:
		side_login(w, a->account, a->mailbox, 0x2d010107u, true);
		break;
	default:
		break;
	}
	w->stamp_sec = -1;
	stamps_at(w, now);
}

static void write_tables(struct world *w)
{
	char *passwd = malloc(200 + 120 * (size_t)w->naccounts),
	     *domains = malloc(60 * (size_t)w->naccounts + 1);
	size_t np, nd = 0;

	np = (size_t)sprintf(passwd,
			     "root:x:0:0:root:/root:/bin/bash\nmail:x:8:8::/var/mail:/usr/sbin/nologin\n"
			     "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nmailnull:x:47:47::/var/"
			     "spool/mqueue:/sbin/nologin\n"
			     "vmail:x:5000:5000::/var/vmail:/usr/sbin/nologin\n");
	domains[0] = 0;
	for (uint32_t i = 0; i < w->naccounts; i++) {
		const struct account *a = &w->account[i];

		np += (size_t)sprintf(passwd + np, "%s:x:%u:%u::/home/%s:/bin/bash\n", a->name, a->uid,
				      a->uid, a->name);
		nd += (size_t)sprintf(domains + nd, "%s: %s\n", a->domain, a->name);
	}
	file_write(w, "etc/passwd", passwd, w->start);
	file_write(w, "etc/userdomains", domains, w->start);
	free(passwd);
	free(domains);
}

static void copy_zone(struct world *w)
{
	char from[128], bytes[8192], to[600];
	int in, out;
	ssize_t n;

	snprintf(from, sizeof from, "/usr/share/zoneinfo/%s", w->zone);
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return;
	n = read(in, bytes, sizeof bytes);
	close(in);
	snprintf(to, sizeof to, "%s/etc/localtime", w->dir);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out < 0 || n < 0 || write(out, bytes, (size_t)n) != n)
		die("write", to);
	close(out);
}

void side_tree(struct world *w)
{
	char name[200];

	write_tables(w);
	copy_zone(w);
	file_write(w, "etc/hostname", "mail7.hosting.example\n", w->start);
	if (w->mta == MTA_EXIM)
		file_write(w, w->variant & V_DEBIAN ? "etc/exim4/exim4.conf" : "etc/exim.conf",
			   "log_selector = +arguments +subject +received_recipients +smtp_connection\n",
			   w->start);
	else
		file_write(w, "etc/postfix/main.cf",
			   "myhostname = mail7.hosting.example\nmynetworks = 127.0.0.0/8 198.51.100.0/28\n",
			   w->start);
	if (w->mta == MTA_POSTFIX && !(w->variant & V_NOMAILLOG))
		file_write(w, "etc/php/8.2/fpm/php.ini",
			   "[mail function]\nmail.add_x_header = On\nmail.log = /var/log/php-mail.log\n",
			   w->start);
	w->web = calloc(w->naccounts, sizeof *w->web);
	for (uint32_t i = 0; i < w->naccounts && i < 50; i++) {
		snprintf(name, sizeof name,
			 w->mta == MTA_EXIM && !(w->variant & V_DEBIAN) ? "var/log/apache2/domlogs/%s"
									: "var/log/apache2/%s-access.log",
			 w->account[i].domain);
		out_open(w, &w->web[i], name);
		snprintf(name, sizeof name, "home/%s/public_html/index.php", w->account[i].name);
		file_write(w, name, "<?php echo 'hello';\n", w->start - 40000000);
	}
}
