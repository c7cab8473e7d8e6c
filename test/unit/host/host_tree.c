/* host_tree - see host_tree.h. Folders are there because files in them are. */
#include "host_tree.h"

#include <stdlib.h>

struct tree {
	const struct tree_file *files;
	size_t n;
};

static struct span text_of(const struct tree_file *f)
{
	return f->n ? span_of(f->text, f->n) : span_str(f->text);
}

static const struct tree_file *find(const struct tree *t, struct span path)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(span_str(t->files[i].path), path))
			return &t->files[i];
	return NULL;
}

static bool tree_read(void *ctx, struct arena *a, struct span path, struct span *ret_bytes)
{
	const struct tree_file *f = find(ctx, path);

	if (f)
		*ret_bytes = arena_span(a, text_of(f));
	return f != NULL;
}

static bool tree_exists(void *ctx, struct span path)
{
	const struct tree_file *f = find(ctx, path);

	return f && text_of(f).n > 0;
}

static int by_bytes(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static size_t tree_list(void *ctx, struct arena *a, struct span dir, struct span **ret_names)
{
	const struct tree *t = ctx;
	struct span *names = arena_alloc(a, (t->n + 1) * sizeof(*names));
	size_t n = 0;

	while (dir.n && dir.p[dir.n - 1] == '/')
		dir.n--;
	for (size_t i = 0; i < t->n; i++) {
		struct span path = span_str(t->files[i].path);
		struct span rest = span_from(path, dir.n + 1);
		ptrdiff_t slash = span_find(rest, 0, '/');
		struct span name = slash < 0 ? rest : span_head(rest, (size_t)slash);
		bool known = false;

		if (!span_starts(path, dir) || path.n <= dir.n || path.p[dir.n] != '/' || !name.n)
			continue;
		for (size_t k = 0; k < n; k++)
			known |= span_eq(names[k], name);
		if (!known)
			names[n++] = name;
	}
	qsort(names, n, sizeof(*names), by_bytes);
	*ret_names = names;
	return n;
}

struct learnt tree_learn(const struct tree_file *files, size_t n)
{
	struct tree t = { files, n };
	struct host_io io = { &t, tree_read, tree_list, tree_exists };
	struct learnt l = { .arena = arena_new() };

	host_learn(&io, l.arena, &l.f);
	return l;
}

void tree_end(struct learnt *l)
{
	host_forget(&l->f);
	arena_free(l->arena);
}

bool has_log(const struct learnt *l, const char *path, enum log_role role)
{
	for (size_t i = 0; i < l->f.nlogs; i++)
		if (span_eq(l->f.logs[i].path, span_str(path)))
			return l->f.logs[i].role == role;
	return false;
}

bool has_outgoing(const struct learnt *l, const char *address, const char *source)
{
	for (size_t i = 0; i < l->f.noutgoing; i++)
		if (span_eq(l->f.outgoing[i].address, span_str(address)) &&
		    span_eq(l->f.outgoing[i].source, span_str(source)))
			return true;
	return false;
}

bool has_network(const struct learnt *l, const char *network)
{
	for (size_t i = 0; i < l->f.nnetworks; i++)
		if (span_eq(l->f.networks[i], span_str(network)))
			return true;
	return false;
}

bool has_unseen(const struct learnt *l, const char *words)
{
	for (size_t i = 0; i < l->f.nunseen; i++)
		if (span_search(l->f.unseen[i], 0, span_str(words)) >= 0)
			return true;
	return false;
}

size_t count_logs(const struct learnt *l, enum log_role role)
{
	size_t n = 0;

	for (size_t i = 0; i < l->f.nlogs; i++)
		n += l->f.logs[i].role == role;
	return n;
}

const struct advice *advice_of(const struct learnt *l, const char *id, size_t nth)
{
	for (size_t i = 0; i < l->f.nadvice; i++)
		if (span_eq(l->f.advice[i].id, span_str(id)) && nth-- == 0)
			return &l->f.advice[i];
	return NULL;
}

void assert_text(struct span is, const char *should)
{
	if (!span_eq(is, span_str(should)))
		fail_msg("\"%.*s\" is not \"%s\"", (int)is.n, is.n ? is.p : "", should);
}

void assert_holds(struct span text, const char *words)
{
	if (span_search(text, 0, span_str(words)) < 0)
		fail_msg("\"%.*s\" does not hold \"%s\"", (int)text.n, text.n ? text.p : "", words);
}
