/*
 * scan_others - see scan_others.h. Histories repeat what sessions say.
 * TRUST: as there. Lists are cut where they are longer than any honest one.
 */
#include "app/scan_others.h"

#include "app/scan_child.h"
#include "base/arena_more.h"
#include "base/buf.h"
#include "scan/named.h"

#include <stdlib.h>

/* Of one folder; a name more for one file counts, too. */
#define OTHERS_MOST 20000

struct reading {
	struct arena *arena;
	struct span place; /* the folder, without a slash behind it */
	struct span engine;
	struct other *other;
	size_t n, room;
};

static void see(void *ctx, struct span path, struct span name, bool away)
{
	struct reading *r = ctx;
	struct span place = r->place;
	struct buf text = BUF_MAX(400);

	if (path.n >= 4096 || memchr(path.p, '\0', path.n) || !span_starts(path, place) ||
	    path.n <= place.n + 1 || (place.n > 1 && path.p[place.n] != '/') || r->n == OTHERS_MOST)
		return;
	r->other = arena_more(r->arena, r->other, r->n, &r->room, 64, sizeof(*r->other));
	buf_addf(&text, "%.*s%.*s", (int)r->engine.n, r->engine.p, (int)span_head(name, 200).n, name.p);
	r->other[r->n++] =
		(struct other){ span_str(arena_str(r->arena, span_from(path, place.n + (place.n > 1)))),
				arena_span(r->arena, buf_view(&text)), away };
	buf_free(&text);
}

static int by_path(const void *a, const void *b)
{
	const struct other *x = a, *y = b;
	int order = span_compare(x->path, y->path);

	return order ? order : span_compare(x->engine, y->engine);
}

size_t others_read(const struct scan_want *want, struct arena *a, struct other **ret, size_t *ret_away)
{
	struct reading r = { .arena = a, .place = want->place };
	struct span last = SPAN_NONE;
	size_t n = 0;

	if (r.place.n > 1 && r.place.p[r.place.n - 1] == '/')
		r.place.n--;
	for (size_t i = 0; i < want->rules; i++) {
		const struct rule_file *rule = &want->rule[i];

		if (rule->kind < RULE_MALDET_HITS)
			continue;
		r.engine = rule->kind == RULE_WORDFENCE ? SPAN("wordfence:") : SPAN("maldet:");
		named_read((enum named_kind)(rule->kind - RULE_MALDET_HITS), rule->bytes, see, &r);
	}
	if (r.n)
		qsort(r.other, r.n, sizeof(*r.other), by_path);
	*ret_away = 0;
	for (size_t i = 0; i < r.n; i++) {
		const struct other *o = &r.other[i];

		if (o->away && !span_eq(o->path, last)) {
			last = o->path;
			(*ret_away)++;
		}
		if (n == 0 || by_path(&r.other[n - 1], o) != 0)
			r.other[n++] = *o;
	}
	*ret = r.other;
	return n;
}
