/*
 * places - see places.h. Mail logs: the contract's list; the others as Debian, Red Hat, cPanel, DirectAdmin,
 * Plesk, Hestia, ISPConfig and Virtualmin lay them out.
 *
 * Logs inside homes (~/logs, ~/access-logs), where a customer can write, are home_logs.c's.
 */
#include "host/places.h"

static const struct {
	enum places_kind kind;
	const char *pattern;
} usual[] = {
	{ PLACES_EXIM, "/var/log/exim_mainlog" },
	{ PLACES_EXIM, "/var/log/exim4/mainlog" },
	{ PLACES_EXIM, "/var/log/exim/mainlog" },
	{ PLACES_EXIM, "/var/log/exim/main.log" },
	{ PLACES_SYSLOG, "/var/log/mail.log" },
	{ PLACES_SYSLOG, "/var/log/maillog" },
	{ PLACES_EXIM, "/var/log/exim_rejectlog" },
	{ PLACES_EXIM, "/var/log/exim4/rejectlog" },
	{ PLACES_EXIM, "/var/log/exim/rejectlog" },
	{ PLACES_LOGIN, "/var/log/dovecot.log" },
	{ PLACES_LOGIN, "/var/log/auth.log" },
	{ PLACES_LOGIN, "/var/log/secure" },
	{ PLACES_LOGIN, "/var/log/vsftpd.log" },
	{ PLACES_LOGIN, "/var/log/xferlog" },
	{ PLACES_LOGIN, "/var/log/proftpd/proftpd.log" },
	{ PLACES_LOGIN, "/var/log/proftpd/xferlog" },
	{ PLACES_LOGIN, "/var/log/pure-ftpd/transfer.log" },
	{ PLACES_PHP, "/var/log/php-mail.log" },
	{ PLACES_PHP, "/var/log/phpmail.log" },
	{ PLACES_PHP, "/var/log/php/mail.log" },
	{ PLACES_PHP, "/var/log/php_mail.log" },
	{ PLACES_PHP, "/var/log/mail-php.log" },
	{ PLACES_WEB, "/var/log/apache2/*" },
	{ PLACES_WEB, "/var/log/httpd/*" },
	{ PLACES_WEB, "/var/log/nginx/*" },
	{ PLACES_WEB, "/var/log/apache2/domlogs/*" },
	{ PLACES_WEB, "/usr/local/apache/domlogs/*" },
	{ PLACES_WEB, "/var/log/httpd/domains/*" },
	{ PLACES_WEB, "/var/log/nginx/domains/*" },
	{ PLACES_WEB, "/var/log/apache2/domains/*" },
	{ PLACES_WEB, "/var/www/vhosts/system/*/logs/access*log" },
	{ PLACES_WEB, "/var/log/ispconfig/httpd/*/access.log" },
	{ PLACES_WEB, "/var/log/virtualmin/*_access_log" },
};

bool places_is_access_log(struct span path)
{
	static const char *const not_logs[] = {
		".gz", ".xz", ".zst", ".bz2", ".bytes", ".offset", "bytes_log"
	};
	struct span name = span_from(path, (size_t)(span_rfind(path, '/') + 1));

	for (size_t i = 0; i < sizeof(not_logs) / sizeof(*not_logs); i++)
		if (span_ends(name, span_str(not_logs[i])))
			return false;
	/* rotated mates come by themselves; error logs hold no requests */
	return name.n && span_search(name, 0, SPAN("error")) < 0 &&
	       !(name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9');
}

static enum log_role role_of(enum places_kind kind)
{
	return kind == PLACES_PHP     ? LOG_PHP
	       : kind == PLACES_WEB   ? LOG_WEB
	       : kind == PLACES_LOGIN ? LOG_LOGIN
				      : LOG_MAIL;
}

void places_add(struct gather *g, unsigned kinds)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		struct span *paths;
		size_t n;

		if (!(usual[i].kind & kinds))
			continue;
		n = gather_expand(g, span_str(usual[i].pattern), &paths);
		for (size_t k = 0; k < n; k++)
			if ((usual[i].kind != PLACES_WEB || places_is_access_log(paths[k])) &&
			    g->io->exists(g->io->ctx, paths[k]))
				gather_log(g, paths[k], role_of(usual[i].kind));
	}
}

bool places_filled(struct gather *g, unsigned kinds)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if ((usual[i].kind & kinds) && gather_filled(g, span_str(usual[i].pattern)))
			return true;
	return false;
}
