/*
 * includes - see includes.h: the last text in front of the ";" that ends an include.
 * TRUST: as there; names are cut at a path's length.
 */
#include "scan/includes.h"

#include "base/arena.h"
#include "scan/lex.h"

#include <limits.h>

/* Tokens of one include that are looked at: a path needs a handful. */
enum { TOKENS_MOST = 32, PARTS_MOST = 256, UP_MOST = 8 };

static bool is_include(const struct token *t)
{
	return t->kind == TK_NAME && (t->sub == KW_INCLUDE || t->sub == KW_INCLUDE_ONCE ||
				      t->sub == KW_REQUIRE || t->sub == KW_REQUIRE_ONCE);
}

/* How a name is put together: its last text, and how many folders above the script's own it begins in. */
struct included {
	struct span name;
	unsigned dirname, levels;
	bool file, dir; /* __FILE__ and __DIR__ */
};

static void one_token(struct included *to, const struct token *t, struct span text)
{
	struct span word = span_of(text.p + t->at, t->n);
	uint64_t number;

	if ((t->kind == TK_RAW || t->kind == TK_TEXT || t->kind == TK_PLAIN) && t->n)
		to->name = word;
	else if (t->kind == TK_NUMBER && span_u64(word, &number) && number <= UP_MOST && number)
		to->levels += (unsigned)number - 1;
	else if (t->kind == TK_NAME && span_eq_nocase(word, SPAN("dirname")))
		to->dirname++;
	else if (t->kind == TK_NAME && span_eq_nocase(word, SPAN("__FILE__")))
		to->file = true;
	else if (t->kind == TK_NAME && span_eq_nocase(word, SPAN("__DIR__")))
		to->dir = true;
}

static struct included include_name(struct lexer *l, struct span text)
{
	struct included to = { .name = SPAN_NONE };

	for (int i = 0; i < TOKENS_MOST; i++) {
		struct token t = lex_next(l);

		if (t.kind == TK_END || (t.kind == TK_OP && t.sub == ';'))
			break;
		one_token(&to, &t, text);
	}
	return to;
}

/* dirname(__FILE__) is the script's own folder, each further dirname() one above it. */
static unsigned ups(const struct included *in)
{
	unsigned up = in->dirname + in->levels;

	if (!in->dir && (!in->file || !in->dirname))
		return 0;
	up -= in->dir ? 0 : 1;
	return up < UP_MOST ? up : UP_MOST;
}

static struct span spelled(struct arena *a, struct span name, unsigned up)
{
	char *p = arena_alloc(a, name.n + UP_MOST * 3 + 1);
	size_t n = 0;

	for (unsigned i = 0; i < up; i++, n += 3)
		memcpy(p + n, "../", 3);
	memcpy(p + n, name.p, name.n);
	return span_of(p, n + name.n);
}

size_t includes_of(const struct lexicon *words, struct span text, struct arena *a, struct include *ret,
		   size_t max)
{
	struct lexer l;
	struct token t;
	size_t n = 0;

	lex_start(&l, words, text, false);
	while (n < max && (t = lex_next(&l)).kind != TK_END) {
		struct included in = is_include(&t) ? include_name(&l, text) : (struct included){ 0 };
		struct span name = in.name;

		/* quotes may belong to the token */
		while (name.n && (name.p[0] == '\'' || name.p[0] == '"'))
			name = span_from(name, 1);
		while (name.n && (name.p[name.n - 1] == '\'' || name.p[name.n - 1] == '"'))
			name.n--;
		if (name.n && name.n < PATH_MAX && !memchr(name.p, '\0', name.n))
			ret[n++] = (struct include){ spelled(a, name, ups(&in)), t.at };
	}
	return n;
}

/* Drops "." and resolves ".." by text; false: it climbs out. */
static bool clean(struct span path, char *out, size_t *ret_n)
{
	size_t start[PARTS_MOST], parts = 0, n = 0;

	while (path.n) {
		ptrdiff_t slash = span_find(path, 0, '/');
		struct span part = slash < 0 ? path : span_head(path, (size_t)slash);

		path = slash < 0 ? SPAN_NONE : span_from(path, (size_t)slash + 1);
		if (part.n == 0 || span_eq(part, SPAN(".")))
			continue;
		if (span_eq(part, SPAN(".."))) {
			if (parts == 0)
				return false;
			n = start[--parts];
			continue;
		}
		if (parts == PARTS_MOST)
			return false;
		start[parts++] = n;
		if (n)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	*ret_n = n;
	return n > 0;
}

struct span includes_place(struct arena *a, struct span home, struct span folder, struct span name)
{
	char *whole = arena_alloc(a, folder.n + name.n + 2), *out;
	size_t n = 0;

	if (home.n > 1 && span_starts(name, home) && name.n > home.n && name.p[home.n] == '/') {
		name = span_from(name, home.n + 1);
		folder = SPAN_NONE;
	}
	if (folder.n)
		memcpy(whole, folder.p, folder.n);
	whole[folder.n] = '/';
	memcpy(whole + folder.n + 1, name.p, name.n);
	out = arena_alloc(a, folder.n + name.n + 2);
	return clean(span_of(whole, folder.n + 1 + name.n), out, &n) ? span_of(out, n) : SPAN_NONE;
}
