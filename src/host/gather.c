/*
 * gather - see gather.h. Growing arrays in an arena: the old ones are left behind, at most half of the whole.
 */
#include "host/cidr.h"
#include "host/gather.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "host/glob.h"
#include "model/inquiry.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#define BYTES_MOST (64u << 20) /* limit input, bytes: of configuration in all */
#define LOGS_MOST 4000 /* the command line takes 4,096 */
#define SITES_MOST 50000 /* limit input: sites of the web server */
#define NETWORKS_MOST 1000 /* limit input: networks that may relay */
#define ADVICE_MOST 200
#define UNSEEN_MOST 100
#define EXPAND_MOST 2000 /* limit input: files that one include line may stand for */
#define TEXT_MOST 2048

void gather_start(struct gather *g, const struct host_io *io, struct arena *keep,
		  struct host_facts *ret_facts)
{
	*g = (struct gather){ .io = io, .keep = keep, .scratch = arena_new(), .f = ret_facts };
	table_init(&g->paths, 6);
}

void gather_end(struct gather *g)
{
	table_free(&g->paths);
	arena_free(g->scratch);
}

void gather_fresh(struct gather *g)
{
	arena_free(g->scratch);
	g->scratch = arena_new();
}

/* OLD with room for one more; NULL where MOST are there. */
static void *one_more(struct gather *g, void *old, size_t n, size_t *room, size_t size, size_t most)
{
	void *bigger;

	if (n >= most)
		return NULL;
	if (n < *room)
		return old;
	*room = *room ? *room * 2 : 16;
	bigger = arena_alloc(g->keep, *room * size);
	if (n)
		memcpy(bigger, old, n * size);
	return bigger;
}

#define ONE_MORE(g, what, most) \
	one_more(g, (g)->f->what, (g)->f->n##what, &(g)->what##_room, sizeof(*(g)->f->what), most)

void gather_unseen(struct gather *g, struct span text)
{
	struct span *unseen = ONE_MORE(g, unseen, UNSEEN_MOST);

	if (!unseen)
		return;
	g->f->unseen = unseen;
	unseen[g->f->nunseen++] = arena_span(g->keep, text);
}

void gather_say_full(struct gather *g, const char *what)
{
	if (!g->full)
		gather_unseen(g,
			      gather_text(g, "the configuration has more %s than are read in one run", what));
	g->full = true;
}

bool gather_read(struct gather *g, struct span path, struct span *ret_bytes)
{
	struct span bytes;

	if (!gather_is_path(path) || !g->io->read(g->io->ctx, g->scratch, path, &bytes))
		return false;
	g->bytes += bytes.n;
	if (g->bytes > BYTES_MOST) {
		gather_say_full(g, "bytes");
		return false;
	}
	*ret_bytes = bytes;
	return true;
}

static struct span joined(struct arena *a, struct span dir, struct span name)
{
	char *path = arena_alloc(a, dir.n + name.n + 2);

	if (dir.n)
		memcpy(path, dir.p, dir.n);
	path[dir.n] = '/';
	if (name.n)
		memcpy(path + dir.n + 1, name.p, name.n);
	return span_of(path, dir.n + 1 + name.n);
}

struct list {
	struct span *item;
	size_t n, room;
};

/* false: EXPAND_MOST are there. */
static bool list_add(struct gather *g, struct list *l, struct span item)
{
	if (l->n == EXPAND_MOST) {
		gather_say_full(g, "files");
		return false;
	}
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 4;
		struct span *bigger = arena_alloc(g->scratch, room * sizeof(*bigger));

		if (l->n)
			memcpy(bigger, l->item, l->n * sizeof(*bigger));
		l->item = bigger;
		l->room = room;
	}
	l->item[l->n++] = item;
	return true;
}

/* What PART stands for in DIR, behind what TO already has. */
static bool expand_in(struct gather *g, struct span dir, struct span part, struct list *to)
{
	struct span *names = NULL;
	size_t n;

	if (!glob_is(part))
		return list_add(g, to, joined(g->scratch, dir, part));
	n = g->io->list(g->io->ctx, g->scratch, dir.n ? dir : SPAN("/"), &names);
	for (size_t i = 0; i < n; i++)
		if (glob_match(part, names[i]) && !list_add(g, to, joined(g->scratch, dir, names[i])))
			return false;
	return true;
}

size_t gather_expand(struct gather *g, struct span pattern, struct span **ret_paths)
{
	struct list now = { 0 };

	*ret_paths = NULL;
	if (!gather_is_path(pattern))
		return 0;
	list_add(g, &now, glob_is(pattern) ? SPAN_NONE : pattern);
	for (size_t at = 1; glob_is(pattern) && at <= pattern.n && now.n;) {
		ptrdiff_t slash = span_find(pattern, at, '/');
		size_t end = slash < 0 ? pattern.n : (size_t)slash;
		struct list next = { 0 };

		for (size_t i = 0; end > at && i < now.n; i++)
			if (!expand_in(g, now.item[i], span_of(pattern.p + at, end - at), &next))
				break;
		if (end > at)
			now = next;
		at = end + 1;
	}
	*ret_paths = now.item;
	return now.n;
}

/* PATH or a rotated mate of it; with FILLED one that is not empty. */
static bool any_mate(struct gather *g, struct span path, bool filled)
{
	ptrdiff_t slash = span_rfind(path, '/');
	struct span base = span_from(path, (size_t)(slash + 1));
	struct span *names = NULL;
	size_t n;

	if (slash < 0 || !base.n)
		return false;
	n = g->io->list(g->io->ctx, g->scratch, slash ? span_head(path, (size_t)slash) : SPAN("/"), &names);
	for (size_t i = 0; i < n; i++)
		if (span_starts(names[i], base) &&
		    (names[i].n == base.n || names[i].p[base.n] == '.' || names[i].p[base.n] == '-') &&
		    (!filled ||
		     g->io->exists(g->io->ctx, joined(g->scratch, span_head(path, (size_t)slash), names[i]))))
			return true;
	return false;
}

bool gather_there(struct gather *g, struct span path)
{
	return any_mate(g, path, false);
}

bool gather_filled(struct gather *g, struct span path)
{
	return any_mate(g, path, true);
}

struct span gather_text(struct gather *g, const char *fmt, ...)
{
	char *text = arena_alloc(g->keep, TEXT_MOST);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, TEXT_MOST, fmt, ap);
	va_end(ap);
	return span_of(text, n < 0 ? 0 : n < TEXT_MOST ? (size_t)n : TEXT_MOST - 1);
}

bool gather_is_path(struct span path)
{
	return path.n > 1 && path.n < PATH_MAX && path.p[0] == '/' && !memchr(path.p, '\0', path.n) &&
	       !span_starts(path, SPAN("/dev/")) && !span_starts(path, SPAN("/proc/"));
}

static bool same_path(const void *owner, uint32_t index, const void *key)
{
	const struct host_facts *f = owner;

	return span_eq(f->logs[index].path, *(const struct span *)key);
}

void gather_log(struct gather *g, struct span path, enum log_role role)
{
	gather_home_log(g, path, role, 0);
}

void gather_home_log(struct gather *g, struct span path, enum log_role role, size_t home)
{
	uint64_t hash = hash_span(path, 0);
	struct host_log *logs;

	if (!gather_is_path(path) || path.p[path.n - 1] == '/' ||
	    table_find(&g->paths, hash, same_path, g->f, &path) != TABLE_NONE)
		return;
	logs = ONE_MORE(g, logs, LOGS_MOST);
	if (!logs) {
		gather_say_full(g, "logs");
		return;
	}
	g->f->logs = logs;
	logs[g->f->nlogs] = (struct host_log){ arena_span(g->keep, path), role, home };
	table_put(&g->paths, hash, (uint32_t)g->f->nlogs++);
}

void gather_mail_log(struct gather *g, struct span path, const char *by)
{
	if (!gather_is_path(path) || g->nmail_logs == NAMED_MOST)
		return;
	for (size_t i = 0; i < g->nmail_logs; i++)
		if (span_eq(g->mail_logs[i].path, path))
			return;
	g->mail_logs[g->nmail_logs++] = (struct named_log){ arena_span(g->keep, path), by };
}

void gather_site(struct gather *g, struct span name, struct span docroot, struct span log)
{
	struct host_site *sites = ONE_MORE(g, sites, SITES_MOST);

	if (!sites)
		return;
	g->f->sites = sites;
	sites[g->f->nsites++] = (struct host_site){ arena_span(g->keep, name), arena_span(g->keep, docroot),
						    arena_span(g->keep, log) };
}

void gather_network(struct gather *g, struct span network)
{
	struct span *networks = ONE_MORE(g, networks, NETWORKS_MOST);

	if (!networks)
		return;
	g->f->networks = networks;
	networks[g->f->nnetworks++] = arena_span(g->keep, network);
}

void gather_outgoing(struct gather *g, struct span address, const char *source)
{
	struct outgoing *outgoing;
	struct cidr net;

	if (!cidr_parse(address, &net) || net.bits != (net.v4 ? 32 : 128))
		return;
	if (address.p[0] == '[' && address.n > 2)
		address = span_of(address.p + 1, address.n - 2);
	for (size_t i = 0; i < g->f->noutgoing; i++)
		if (span_eq(g->f->outgoing[i].address, address))
			return;
	outgoing = ONE_MORE(g, outgoing, OUTGOING_MOST);
	if (!outgoing)
		return;
	g->f->outgoing = outgoing;
	outgoing[g->f->noutgoing++] =
		(struct outgoing){ .address = arena_span(g->keep, address), .source = span_str(source) };
}

void gather_dkim(struct gather *g, struct span domain, struct span selector)
{
	struct dkim_key *dkim;

	if ((domain.n && !dkim_name_fits(domain)) || !dkim_name_fits(selector))
		return;
	for (size_t i = 0; i < g->f->ndkim; i++)
		if (span_eq_nocase(g->f->dkim[i].domain, domain) &&
		    span_eq_nocase(g->f->dkim[i].selector, selector))
			return;
	dkim = ONE_MORE(g, dkim, DKIM_MOST);
	if (!dkim)
		return;
	g->f->dkim = dkim;
	dkim[g->f->ndkim++] = (struct dkim_key){ arena_span(g->keep, domain), arena_span(g->keep, selector) };
}

void gather_advice(struct gather *g, const char *id, bool ok, struct span text, struct span line,
		   struct span file)
{
	struct advice *advice = ONE_MORE(g, advice, ADVICE_MOST);

	if (!advice)
		return;
	g->f->advice = advice;
	advice[g->f->nadvice++] = (struct advice){
		.id = span_str(id),
		.ok = ok,
		.text = arena_span(g->keep, text),
		.line = arena_span(g->keep, line),
		.file = arena_span(g->keep, file),
	};
}
