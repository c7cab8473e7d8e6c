/*
 * places - see places.h. Mail logs: the contract's list; the others as Debian, Red Hat, cPanel, DirectAdmin,
 * Plesk and Hestia lay them out. A folder stands for every log in it.
 */
#include "host/places.h"

struct usual {
	enum log_role role;
	const char *path; /* a file, or with a / at its end a folder */
};

static const struct usual usual_places[] = {
	{ LOG_MAIL, "/var/log/exim_mainlog" },
	{ LOG_MAIL, "/var/log/exim4/mainlog" },
	{ LOG_MAIL, "/var/log/exim/mainlog" },
	{ LOG_MAIL, "/var/log/exim/main.log" },
	{ LOG_MAIL, "/var/log/mail.log" },
	{ LOG_MAIL, "/var/log/maillog" },
	{ LOG_MAIL, "/var/log/exim_rejectlog" },
	{ LOG_MAIL, "/var/log/exim4/rejectlog" },
	{ LOG_MAIL, "/var/log/exim/rejectlog" },
	{ LOG_LOGIN, "/var/log/dovecot.log" },
	{ LOG_LOGIN, "/var/log/auth.log" },
	{ LOG_LOGIN, "/var/log/secure" },
	{ LOG_LOGIN, "/var/log/vsftpd.log" },
	{ LOG_LOGIN, "/var/log/xferlog" },
	{ LOG_LOGIN, "/var/log/proftpd/proftpd.log" },
	{ LOG_LOGIN, "/var/log/proftpd/xferlog" },
	{ LOG_LOGIN, "/var/log/pure-ftpd/transfer.log" },
	{ LOG_PHP, "/var/log/php-mail.log" },
	{ LOG_PHP, "/var/log/phpmail.log" },
	{ LOG_PHP, "/var/log/php/mail.log" },
	{ LOG_PHP, "/var/log/php_mail.log" },
	{ LOG_PHP, "/var/log/mail-php.log" },
	{ LOG_WEB, "/var/log/apache2/" },
	{ LOG_WEB, "/var/log/httpd/" },
	{ LOG_WEB, "/var/log/nginx/" },
	{ LOG_WEB, "/var/log/apache2/domlogs/" },
	{ LOG_WEB, "/usr/local/apache/domlogs/" },
	{ LOG_WEB, "/var/log/httpd/domains/" },
	{ LOG_WEB, "/var/log/nginx/domains/" },
	{ LOG_WEB, "/var/log/apache2/domains/" },
};

/* Rotated mates come by themselves; error logs hold no requests. */
static bool is_current_access_log(struct span name)
{
	static const char *const packed[] = {
		".gz", ".xz", ".zst", ".bz2", ".bytes", ".offset", ".bytes_log"
	};

	for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++)
		if (span_ends(name, span_str(packed[i])))
			return false;
	return span_search(name, 0, SPAN("error")) < 0 && name.n &&
	       !(name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9');
}

static size_t add_folder(const struct host_io *io, struct arena *a, const struct usual *u,
			 struct host_log *ret_logs, size_t most)
{
	struct span dir = span_str(u->path);
	struct span *names;
	size_t count = io->list(io->ctx, a, span_head(dir, dir.n - 1), &names);
	size_t n = 0;

	for (size_t i = 0; i < count && n < most; i++) {
		char *path;

		if (!is_current_access_log(names[i]))
			continue;
		path = arena_alloc(a, dir.n + names[i].n + 1);
		memcpy(path, dir.p, dir.n);
		memcpy(path + dir.n, names[i].p, names[i].n);
		if (io->exists(io->ctx, span_of(path, dir.n + names[i].n)))
			ret_logs[n++] = (struct host_log){ span_of(path, dir.n + names[i].n), u->role };
	}
	return n;
}

size_t places_find(const struct host_io *io, struct arena *a, enum log_role role, struct host_log *ret_logs,
		   size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(usual_places) / sizeof(*usual_places) && n < most; i++) {
		const struct usual *u = &usual_places[i];
		struct span path = span_str(u->path);

		if (u->role != role)
			continue;
		if (span_ends(path, SPAN("/")))
			n += add_folder(io, a, u, ret_logs + n, most - n);
		else if (io->exists(io->ctx, path))
			ret_logs[n++] = (struct host_log){ path, role };
	}
	return n;
}
