/*
 * maker - room for events and for decoded text.
 *
 * Promises: an event under construction has room for all the fields it may have, so that adding a
 * field never allocates; the text base never moves, since fields are offsets into it; events may
 * move when their memory grows, so nobody keeps a pointer to an event across maker_begin.
 *
 * TRUST: carries foreign bytes, reads none of them. A batch without room for decoded text loses
 * that field, never the line.
 */
#include "logs/maker.h"

#include "base/err.h"

_Static_assert(offsetof(struct event, f) == sizeof(struct event) && sizeof(struct field) == 8,
	       "events lie 8-byte aligned");
_Static_assert(F_KEYS <= 64, "the hot mask is one word");

#define LIES(member, at)                                                          \
	(offsetof(struct event, member) - offsetof(struct event, usec) == (at) && \
	 offsetof(struct line, member) - offsetof(struct line, usec) == (at))
_Static_assert(LIES(zone, 4) && LIES(stamp, 6) &&
		       offsetof(struct event, kind) == offsetof(struct event, stamp) + 1,
	       "maker_head copies them together");

void maker_room(struct evbuf *out)
{
	size_t cap = out->mem_cap < 8192 ? 16384 : out->mem_cap * 2;

	out->mem = xrealloc(out->mem, cap);
	out->mem_cap = cap;
}

/* The last path element of a tag is the daemon: "postfix/submission/smtpd" is smtpd. */
static struct span tag_daemon(struct span tag)
{
	return span_from(tag, (size_t)(span_rfind(tag, '/') + 1));
}

void maker_frame_fields(struct maker *m)
{
	const struct line *l = m->line;

	if (l->program.n && !event_get(m->ev, m->out->base, F_PROGRAM).p)
		maker_field(m, F_PROGRAM, tag_daemon(l->program));
	if (l->host.n && !event_get(m->ev, m->out->base, F_HOST).p)
		maker_field(m, F_HOST, l->host);
}

char *maker_text(struct maker *m, size_t n)
{
	struct evbuf *out = m->out;

	if (n > out->cap - out->used)
		return NULL;

	char *p = out->base + out->used;

	out->used += n;
	return p;
}
