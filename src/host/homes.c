/*
 * homes - whole components of a path against what passwd, panels and distributions mean by them.
 *
 * Sources of the layouts: cPanel, DirectAdmin and Hestia (/home/USER), Plesk (/var/www/vhosts/DOMAIN and
 * vhosts/system/DOMAIN), ServerPilot (/srv/users/USER), aaPanel (/www/wwwroot/DOMAIN), hier(7) of FreeBSD
 * (/usr/home), distributions (/var/www/DOMAIN, /srv/www/DOMAIN).
 *
 * TRUST: paths come from log lines: an account names the folders below its own home, nobody but root
 * those above. So only what stands above is looked at, and a path that climbs is no evidence.
 */
#include "host/homes.h"

static bool in_folders(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(s, span_str(list[i])))
			return true;
	return false;
}

struct span homes_clean(struct span path, char *room)
{
	size_t n = 0, at = 0;

	if (path.n == 0 || path.p[0] != '/')
		return SPAN_NONE;
	while (at < path.n) {
		ptrdiff_t slash = span_find(path, at, '/');
		struct span part = span_of(path.p + at, (slash < 0 ? path.n : (size_t)slash) - at);

		at += part.n + 1;
		if (part.n == 0 || span_eq(part, SPAN(".")))
			continue;
		if (span_eq(part, SPAN("..")) || n + 1 + part.n > HOMES_PATH_MAX)
			return SPAN_NONE;
		room[n++] = '/';
		memcpy(room + n, part.p, part.n);
		n += part.n;
	}
	return span_of(room, n);
}

bool homes_is_common(struct span path)
{
	static const char *const folders[] = {
		"/var/www",  "/var/www/html", "/var/www/vhosts", "/var/lib",   "/var/spool", "/var/log",
		"/var/run",  "/var/mail",     "/var/empty",	 "/var/cache", "/srv/www",   "/srv/http",
		"/srv/ftp",  "/usr/share",    "/usr/local",	 "/usr/home",  "/usr/sbin",  "/usr/bin",
		"/dev/null", "/srv/users",    "/run/systemd",	 "/home/ftp",  "/var/ftp",   "/home/httpd",
		"/home/www", "/data/www",     "/www/wwwroot",	 "/opt/lampp",
	};

	return span_rfind(path, '/') <= 0 || in_folders(path, folders, sizeof(folders) / sizeof(*folders));
}

/* The component of PATH at AT, which stands behind a slash. */
static struct span component(struct span path, size_t at)
{
	ptrdiff_t slash = span_find(path, at, '/');

	return slash < 0 ? span_from(path, at) : span_of(path.p + at, (size_t)slash - at);
}

/* /home/USER and /home2/USER, also where passwd says nothing of it. */
static bool is_home_root(struct span first)
{
	if (!span_starts(first, SPAN("home")) || first.n > 6)
		return false;
	for (size_t i = 4; i < first.n; i++)
		if (first.p[i] < '0' || first.p[i] > '9')
			return false;
	return true;
}

uint32_t homes_by_convention(const struct accounts *a, struct span path)
{
	static const struct {
		const char *folder;
		bool users;
	} rules[] = {
		{ "/usr/home/", true },
		{ "/srv/users/", true },
		{ "/var/www/vhosts/system/", false },
		{ "/var/www/vhosts/", false },
		{ "/var/www/virtual/", false },
		{ "/var/www/", false },
		{ "/srv/www/", false },
		{ "/www/wwwroot/", false },
	};
	struct span first = component(path, 1), name;

	if (is_home_root(first) && path.n > first.n + 2) {
		uint32_t i;

		name = component(path, first.n + 2);
		i = accounts_by_name(a, name);
		return i != ACCOUNT_NONE ? i : accounts_by_domain(a, name, true);
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct span folder = span_str(rules[i].folder);

		if (!span_starts(path, folder))
			continue;
		name = component(path, folder.n);
		return rules[i].users ? accounts_by_name(a, name) : accounts_by_domain(a, name, true);
	}
	return ACCOUNT_NONE;
}
