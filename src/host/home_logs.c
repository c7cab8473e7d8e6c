/*
 * home_logs - web logs and PHP mail logs that panels and administrators put into homes: Virtualmin (~/logs,
 * ~/domains/SUB/logs), CyberPanel and CloudPanel (~/logs), cPanel (~/access-logs, where it is no link to what is
 * read anyway).
 *
 * TRUST: the account may have written them, and may have put anything else in their place. So they speak as web or
 * PHP log only, of their owner's own sites and scripts (trace/site.c, trace.c), and whoever opens them follows no link
 * below the home (inputs.c).
 */
#include "host/home_logs.h"

#include "host/accounts.h"
#include "host/glob.h"
#include "host/places.h"

/* Homes that are looked into: each costs a few questions. */
#define HOMES_MOST 3000 /* limit input: homes whose logs are looked for */

static const struct {
	const char *folder, *name;
	enum log_role role;
} usual[] = {
	{ "logs", "*access*", LOG_WEB },	{ "logs", "*_log", LOG_WEB },
	{ "logs", "php*mail*", LOG_PHP },	{ "logs", "mail.log", LOG_PHP },
	{ "logs/nginx", "*access*", LOG_WEB },	{ "logs/apache2", "*access*", LOG_WEB },
	{ "access-logs", "*", LOG_WEB },	{ "domains/*/logs", "*access*", LOG_WEB },
	{ "domains/*/logs", "*_log", LOG_WEB },
};

/* DIR/NAME, until the next home. */
static struct span below(struct gather *g, struct span dir, struct span name)
{
	char *path = arena_alloc(g->scratch, dir.n + name.n + 1);

	memcpy(path, dir.p, dir.n);
	path[dir.n] = '/';
	memcpy(path + dir.n + 1, name.p, name.n);
	return span_of(path, dir.n + 1 + name.n);
}

static void add_named(struct gather *g, struct span dir, size_t from, size_t to, size_t home)
{
	struct span *names;
	size_t n = g->io->list(g->io->ctx, g->scratch, dir, &names);

	for (size_t i = 0; i < n; i++)
		for (size_t k = from; k < to; k++) {
			if (!glob_match(span_str(usual[k].name), names[i]) || !places_is_access_log(names[i]))
				continue;
			gather_home_log(g, below(g, dir, names[i]), usual[k].role, home);
			break;
		}
}

static void add_home(struct gather *g, struct span home)
{
	const size_t n = sizeof(usual) / sizeof(*usual);
	size_t to;

	for (size_t from = 0; from < n; from = to) {
		struct span *dirs;
		size_t ndirs = gather_expand(g, below(g, home, span_str(usual[from].folder)), &dirs);

		to = from + 1;
		while (to < n && strcmp(usual[to].folder, usual[from].folder) == 0)
			to++;
		for (size_t i = 0; i < ndirs; i++)
			add_named(g, dirs[i], from, to, home.n);
	}
}

void home_logs_add(struct gather *g)
{
	const struct accounts *a = g->f->accounts;
	size_t homes = 0;

	for (uint32_t i = 0; i < accounts_count(a); i++) {
		struct span home = accounts_get(a, i)->home;

		/* a name with a wildcard in it would be expanded */
		if (home.n < 2 || glob_is(home) || accounts_by_path(a, home) != i)
			continue;
		if (homes++ == HOMES_MOST) {
			gather_say_full(g, "homes with logs in them");
			return;
		}
		add_home(g, home);
		gather_fresh(g);
	}
}
