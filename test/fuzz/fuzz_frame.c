/*
 * Framing and every dialect behind it: the input's lines are read one after another, hot and whole. What one
 * line gives must not depend on the lines before it, and every field must lie inside the batch's text.
 */
#include "base/err.h"
#include "logs/frame.h"
#include "report/explain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With as much ROOM behind the line as is said: without any, the sanitizer sees a step over its end. */
static void fill(struct evbuf *ev, struct span line, size_t room)
{
	ev->cap = line.n + room;
	ev->base = realloc(ev->base, ev->cap ? ev->cap : 1);
	memcpy(ev->base, line.p, line.n);
	ev->used = line.n;
	ev->mem_used = 0;
	ev->events = 0;
}

static void check(const struct evbuf *ev, bool all)
{
	const struct event *e = (const struct event *)(const void *)ev->mem;

	if (ev->events > 1 || (all && ev->events != 1))
		bug("not one event a line");
	if (!ev->events)
		return;
	if ((const unsigned char *)event_next(e) != ev->mem + ev->mem_used || e->off + e->len > ev->used)
		bug("an event that is not where it says");
	if (e->kind >= EV_KINDS || e->dialect >= DIALECTS || e->repeat == 0)
		bug("an event of no kind");
	for (unsigned i = 0; i < e->nfields; i++)
		if (e->f[i].key >= F_KEYS || (size_t)e->f[i].off + e->f[i].len > ev->used)
			bug("a field outside the text");
}

static bool same(const struct evbuf *a, const struct evbuf *b)
{
	return a->events == b->events && a->used == b->used && a->mem_used == b->mem_used &&
	       (a->mem_used == 0 || memcmp(a->mem, b->mem, a->mem_used) == 0);
}

/* What the short way leaves out, since only explain asks for it, is taken from the event B of the long way too. */
static void leave_out(const struct evbuf *a, struct evbuf *b)
{
	const struct event *x = (const struct event *)(const void *)a->mem;
	struct event *y = (struct event *)(void *)b->mem;

	if (!a->events || !b->events)
		return;
	if (!x->usec)
		y->usec = 0;
	if (!x->pid && x->dialect == DIALECT_POSTFIX)
		y->pid = 0;
}

static void one_line(struct frame *warm, struct qid_known *known, struct evbuf *a, struct evbuf *b,
		     struct span line, bool all)
{
	struct frame cold = FRAME_START;
	struct maker m = { .out = a, .all = all, .known = *known };
	enum line_result result, alone;
	const size_t room = all ? line.n : 0; /* for texts that are spelled anew */

	fill(a, line, room);
	result = frame_line(warm, &m, span_of(a->base, line.n));
	*known = m.known;
	check(a, all);
	fill(b, line, room);
	m = (struct maker){ .out = b, .all = all };
	alone = frame_line(&cold, &m, span_of(b->base, line.n));
	if (!all)
		leave_out(a, b);
	if (alone != result || !same(a, b))
		bug("the lines before have changed the result");
	if (all) {
		struct buf json = BUF_MAX((size_t)1 << 22);

		explain_json(&json, (const struct event *)(void *)a->mem, a->base, 1, 0);
		buf_free(&json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of((const char *)data, size);
	struct frame hot = FRAME_START, whole = FRAME_START;
	struct qid_known known = { .len = 0 };
	struct evbuf a = { .base = NULL }, b = { .base = NULL };

	while (rest.n) {
		ptrdiff_t end = span_find(rest, 0, '\n');
		struct span line = span_head(rest, end < 0 ? rest.n : (size_t)end);

		one_line(&hot, &known, &a, &b, line, false);
		one_line(&whole, &known, &a, &b, line, true);
		rest = span_from(rest, line.n + (end >= 0));
	}
	free(a.base);
	free(a.mem);
	free(b.base);
	free(b.mem);
	return 0;
}
