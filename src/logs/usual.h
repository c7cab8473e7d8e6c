/*
 * usual - the short way of the lines that programs usually write, and how its readers write an event: in one go, its few
 * fields counted in registers and told to the event when it is whole. Never with m->all.
 */
#ifndef SPAMTRAIL_LOGS_USUAL_H
#define SPAMTRAIL_LOGS_USUAL_H

#include "logs/maker.h"

/* Reads S as its dialect would, or says LINE_UNREAD and has written nothing. */
typedef enum line_result usual_fn(struct maker *m, struct span s);

usual_fn exim_usual; /* lines of Exim's own file, behind the stamp */
/* Lines under Postfix's TAG, behind it; NULL: there is no short way. */
usual_fn *postfix_usual(struct span tag);

struct usual_event {
	struct event *ev;
	struct field *next;
	uint64_t has;
};

static inline struct usual_event usual_start(struct event *ev)
{
	return (struct usual_event){ .ev = ev, .next = ev->f };
}

static inline struct usual_event usual_begin(struct maker *m, enum dialect dialect, enum event_kind kind,
					     struct qid id)
{
	struct event *ev = maker_begin(m, dialect, kind);

	ev->id = id;
	return usual_start(ev);
}

/* No more than MAKER_FIELDS of them; each key once. */
static inline void usual_field(struct usual_event *u, const struct maker *m, enum field_key key,
			       struct span s)
{
	*u->next++ = maker_field_of(m, key, s);
	u->has |= UINT64_C(1) << key;
}

static inline enum line_result usual_end(const struct usual_event *u, struct maker *m)
{
	struct evbuf *out = m->out;

	u->ev->has = u->has;
	u->ev->nfields = (uint8_t)(u->next - u->ev->f);
	out->mem_used = (size_t)((unsigned char *)u->next - out->mem);
	out->events++;
	return LINE_EVENT;
}

#endif
