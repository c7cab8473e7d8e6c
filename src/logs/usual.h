/*
 * usual - the short way of the lines that programs usually write, and how its readers write an event: in one go, its few
 * fields counted in registers and told to the event when it is whole. Never with m->all.
 */
#ifndef SPAMTRAIL_LOGS_USUAL_H
#define SPAMTRAIL_LOGS_USUAL_H

#include "logs/bytes.h"
#include "logs/maker.h"

/* Reads S as its dialect would, or says LINE_UNREAD and has written nothing. */
typedef enum line_result usual_fn(struct maker *m, struct span s);

/* Lines under Postfix's TAG, behind it; NULL: there is no short way. */
usual_fn *postfix_usual(struct span tag);
usual_fn postfix_usual_smtpd;

/* What only smtpd says, of sessions that come and go. */
static inline bool usual_is_session(const char *p, const char *end)
{
	return (end - p >= 13 && BYTES_ARE(p, "connect from ")) ||
	       (end - p >= 16 && BYTES_ARE(p, "disconnect from "));
}

struct usual_event {
	struct event *ev;
	struct field *next;
	uint64_t has;
};

static inline struct usual_event usual_start(struct event *ev)
{
	return (struct usual_event){ .ev = ev, .next = ev->f };
}

/*
 * As maker_begin, for a line behind a head that is remembered: its line has FLAGS and is no repetition. What usual_end
 * writes is left out here, and m->ev is not set.
 */
static inline __attribute__((always_inline)) struct usual_event usual_begin(struct maker *m,
									    enum dialect dialect,
									    enum event_kind kind,
									    struct qid id, uint16_t flags)
{
	return usual_start(maker_head(m, dialect, kind, id, flags, 1));
}

/* No more than MAKER_FIELDS of them; each key once. */
static inline __attribute__((always_inline)) void usual_field(struct usual_event *u, const struct maker *m,
							      enum field_key key, struct span s)
{
	field_write(u->next++, m->out->base, key, s);
	u->has |= UINT64_C(1) << key;
}

static inline __attribute__((always_inline)) enum line_result usual_end(const struct usual_event *u,
									struct maker *m)
{
	struct evbuf *out = m->out;

	u->ev->has = u->has;
	u->ev->nfields = (uint8_t)(u->next - u->ev->f);
	out->mem_used = (size_t)((unsigned char *)u->next - out->mem);
	out->events++;
	return LINE_EVENT;
}

#endif
