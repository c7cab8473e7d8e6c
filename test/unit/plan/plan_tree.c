/* plan_tree - see plan_tree.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "plan_tree.h"

struct plan_wish wish;

static const struct file *files;

static const struct file *find(struct span path)
{
	for (const struct file *f = files; f->path; f++)
		if (span_eq(span_str(f->path), path))
			return f;
	return NULL;
}

static bool io_read(void *ctx, struct arena *a, struct span path, struct span *ret)
{
	const struct file *f = find(path);

	(void)ctx;
	if (f)
		*ret = arena_span(a, span_str(f->text));
	return f != NULL;
}

static size_t io_list(void *ctx, struct arena *a, struct span dir, struct span **ret)
{
	size_t n = 0;

	(void)ctx;
	*ret = arena_alloc(a, 64 * sizeof(**ret));
	for (const struct file *f = files; f->path; f++) {
		struct span path = span_str(f->path), rest = span_from(path, dir.n + 1);

		if (span_starts(path, dir) && path.n > dir.n + 1 && path.p[dir.n] == '/' &&
		    span_find(rest, 0, '/') < 0)
			(*ret)[n++] = rest;
	}
	return n;
}

static bool io_exists(void *ctx, struct span path)
{
	const struct file *f = find(path);

	(void)ctx;
	return f && *f->text;
}

/* A folder that no line names is root's, on device 0. */
static bool io_status(void *ctx, struct span path, struct file_status *ret)
{
	const struct file *f = find(path);

	(void)ctx;
	*ret = (struct file_status){ .mode = S_IFDIR | 0755 };
	if (f)
		*ret = (struct file_status){ .mode = f->mode ? f->mode : S_IFREG | 0644,
					     .uid = f->uid,
					     .device = f->device,
					     .links = f->links ? f->links : 1,
					     .mtime = 1000,
					     .size = 1 };
	for (const struct file *g = files; !f && g->path; g++)
		if (span_starts(span_str(g->path), path))
			return true;
	return f != NULL;
}

static size_t io_entries(void *ctx, struct arena *a, struct span home, struct span below,
			 struct plan_entry **ret)
{
	struct span dir = below.n ? arena_span(a, home) : home, *names;
	char path[256];
	size_t n;

	if (below.n) {
		snprintf(path, sizeof(path), "%.*s/%.*s", (int)home.n, home.p, (int)below.n, below.p);
		dir = arena_span(a, span_str(path));
	}
	n = io_list(ctx, a, dir, &names);
	*ret = arena_alloc(a, (n + 1) * sizeof(**ret));
	for (size_t i = 0; i < n; i++) {
		struct file_status st;

		snprintf(path, sizeof(path), "%.*s/%.*s", (int)dir.n, dir.p, (int)names[i].n, names[i].p);
		io_status(ctx, span_str(path), &st);
		(*ret)[i] = (struct plan_entry){ names[i], st.uid, st.mode, st.links, st.device };
	}
	return n;
}

static size_t io_head(void *ctx, struct span path, char *out, size_t size)
{
	const struct file *f = find(path);
	size_t n = f ? strlen(f->text) : 0;

	(void)ctx;
	n = n < size ? n : size;
	memcpy(out, f ? f->text : "", n);
	return n;
}

struct made make(const struct file *tree, const struct row *row, const char *incident, const char *allow)
{
	struct made m = { .arena = arena_new() };
	struct plan_io io = { .host = { NULL, io_read, io_list, io_exists },
			      .status = io_status,
			      .entries = io_entries,
			      .head = io_head };
	struct span trusted = span_str(allow);
	struct plan_want want = { .task = PLAN_CONTAIN,
				  .incident = span_str(incident),
				  .rows = row,
				  .nrows = wish.nrows ? wish.nrows : 1,
				  .lifetime = 60,
				  .allow = &trusted,
				  .nallow = allow != NULL,
				  .untold = { wish.untold[PLAN_BY_SENDMAIL], wish.untold[PLAN_BY_SMTP] },
				  .lock = wish.lock,
				  .permissions = wish.permissions,
				  .credentials = wish.credentials,
				  .elsewhere = wish.elsewhere,
				  .again = { [PLAN_SAY_CONTAIN] = span_str(wish.again) } };
	const size_t waiting[2] = { wish.waiting };

	want.waiting = waiting;

	if (wish.setup)
		want.task = PLAN_SETUP;
	if (wish.sessions)
		want.task = PLAN_REST;
	want.sessions = wish.sessions;
	files = tree;
	host_learn(&io.host, m.arena, &m.facts);
	m.rc = plan_make(&io, &m.facts, &want, m.arena, &m.plan, &m.helpless, &m.err);
	return m;
}

void end(struct made *m)
{
	host_forget(&m->facts);
	arena_free(m->arena);
}

const struct action *action_of(const struct made *m, enum action_kind kind)
{
	for (size_t i = 0; i < m->plan.nactions; i++)
		if (m->plan.actions[i].kind == kind)
			return &m->plan.actions[i];
	return NULL;
}

bool has(struct span s, const char *words)
{
	return span_search(s, 0, span_str(words)) >= 0;
}

bool apart(const struct made *m, const char *words)
{
	for (size_t i = 0; i < m->plan.napart; i++)
		if (has(m->plan.apart[i], words))
			return true;
	return false;
}

bool noted(const struct made *m, const char *words)
{
	for (size_t i = 0; i < m->plan.nnotes; i++)
		if (has(m->plan.notes[i], words))
			return true;
	return false;
}

void assert_words(const struct span *words, size_t n, const char *want)
{
	char text[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i ? " " : "", (int)words[i].n,
				       words[i].p);
	assert_string_equal(text, want);
}
