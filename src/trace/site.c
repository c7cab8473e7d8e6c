/* site - see site.h. */
#include "trace/site.h"

#include "base/err.h"
#include "base/hash_seed.h"
#include "base/lower.h"
#include "host/host.h"
#include "trace/internal.h"

#include <stdlib.h>

#define NAME_MOST 255 /* RFC 1035 */

static bool site_same(const void *owner, uint32_t index, const void *key)
{
	return span_eq(((const struct sites *)owner)->site[index].name, *(const struct span *)key);
}

/* NAME in lower case, without port, final dot and "*." in front, in ROOM of NAME_MOST bytes; empty: no such name. */
static struct span site_key(struct span name, char *room)
{
	ptrdiff_t colon = span_find(name, 0, ':');

	name = colon >= 0 ? span_head(name, (size_t)colon) : name;
	if (span_starts(name, SPAN("*.")))
		name = span_from(name, 2);
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n > NAME_MOST)
		return SPAN_NONE;
	return span_lower(name, room);
}

/* One name served from two accounts' folders is nobody's. */
static void site_add(struct sites *s, struct span name, uint32_t account)
{
	char room[NAME_MOST];
	struct span key = site_key(name, room);
	uint32_t index;

	if (!key.n)
		return;
	index = table_find(&s->table, hash_span(key, s->seed), site_same, s, &key);
	if (index != TABLE_NONE) {
		if (s->site[index].account != account)
			s->site[index].account = ACCOUNT_NONE;
		return;
	}
	s->site[s->n] = (struct site){ arena_span(s->arena, key), account };
	table_put(&s->table, hash_span(key, s->seed), s->n);
	s->n++;
}

void sites_init(struct sites *s, const struct trace_options *o)
{
	*s = (struct sites){ .arena = arena_new() };
	s->seed = hash_seed(s->arena);
	s->site = xcalloc(o->nsites + 1, sizeof(*s->site));
	s->log = xcalloc(o->nfiles + 1, sizeof(*s->log));
	table_init(&s->table, 8);
	for (size_t i = 0; i < o->nsites; i++) {
		uint32_t account = accounts_by_path(o->accounts, o->sites[i].docroot);

		if (account != ACCOUNT_NONE)
			site_add(s, o->sites[i].name, account);
	}
}

void sites_free(struct sites *s)
{
	arena_free(s->arena);
	free(s->site);
	free(s->log);
	table_free(&s->table);
}

/* The name itself, else the nearest name above it, as "*.NAME" may be. The folder a site is served from says more
 * than a table of domains. */
static uint32_t account_of_name(const struct trace *t, struct span name)
{
	const struct sites *s = &t->sites;
	char room[NAME_MOST];
	struct span key = site_key(name, room);
	ptrdiff_t dot = 0;

	while (key.n && dot >= 0) {
		uint32_t index = table_find(&s->table, hash_span(key, s->seed), site_same, s, &key);
		uint32_t account = index != TABLE_NONE ? s->site[index].account
						       : accounts_by_domain(t->o.accounts, key, false);

		if (index != TABLE_NONE || account != ACCOUNT_NONE)
			return account;
		dot = span_find(key, 0, '.');
		key = span_from(key, (size_t)(dot + 1));
	}
	return ACCOUNT_NONE;
}

/* domlogs/example.org-ssl_log, example.org.access.log, access.log → example.org or nothing useful */
static struct span site_of_file(struct span file)
{
	static const char *const endings[] = {
		".gz", ".log", "-ssl_log", "_log", ".access", "-access", "_access", ".ssl", "-ssl", "_ssl",
	};
	ptrdiff_t slash = span_rfind(file, '/');

	file = span_from(file, (size_t)(slash + 1));
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
			struct span end = span_str(endings[i]);

			if (file.n > end.n && span_ends(file, end)) {
				file.n -= end.n;
				again = true;
			}
		}
	}
	return span_find(file, 0, '.') > 0 ? file : SPAN_NONE;
}

/* The site whose configuration names this log (or the one it was rotated from); several: none of them. */
static struct span configured(const struct trace *t, struct span file, uint32_t *ret_account)
{
	ptrdiff_t slash = span_rfind(file, '/');
	struct span base = logset_base(file);
	struct span found = SPAN_NONE;

	if (slash >= 0 && base.n < file.n && base.p == file.p + slash + 1)
		base = span_head(file, (size_t)slash + 1 + base.n);
	for (size_t i = 0; i < t->o.nsites; i++) {
		const struct host_site *site = &t->o.sites[i];
		uint32_t account;

		if (!span_eq(site->log, base) && !span_eq(site->log, file))
			continue;
		account = accounts_by_path(t->o.accounts, site->docroot);
		if (found.n && account != *ret_account) {
			*ret_account = ACCOUNT_NONE;
			return SPAN_NONE;
		}
		*ret_account = account;
		found = found.n ? found : site->name;
	}
	return found;
}

static const struct site_log *log_of(struct trace *t, uint32_t file)
{
	struct site_log *log = &t->sites.log[file];
	struct span name = t->o.files[file].name;

	if (log->asked)
		return log;
	*log = (struct site_log){ .account = ACCOUNT_NONE, .asked = true };
	log->home = accounts_by_path(t->o.accounts, name);
	log->site = configured(t, name, &log->account);
	if (!log->site.n)
		log->site = site_of_file(name);
	if (log->account == ACCOUNT_NONE && log->site.n)
		log->account = account_of_name(t, log->site);
	if (log->account == ACCOUNT_NONE)
		log->account = log->home;
	return log;
}

bool site_of_line(struct trace *t, struct span vhost, uint32_t file, struct span *ret_site,
		  uint32_t *ret_account)
{
	const struct site_log *log = log_of(t, file);
	uint32_t account = vhost.n ? account_of_name(t, vhost) : log->account;

	if (account == ACCOUNT_NONE)
		account = log->account;
	*ret_site = vhost.n ? vhost : log->site;
	*ret_account = account;
	return log->home == ACCOUNT_NONE || log->home == account;
}
