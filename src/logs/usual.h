/*
 * usual - the short way of the lines that programs usually write, and how its readers write an event: in one go, its few
 * fields counted in registers and told to the event when it is whole. Never with m->all.
 */
#ifndef SPAMTRAIL_LOGS_USUAL_H
#define SPAMTRAIL_LOGS_USUAL_H

#include "logs/bytes.h"
#include "logs/maker.h"

/* Bytes of a line in which a tag is looked for. What is shorter, or has less behind its head, is none of the usual. */
#define TAG_WINDOW 32

/* Reads S as its dialect would, or says LINE_UNREAD and has written nothing. */
typedef enum line_result usual_fn(struct maker *m, struct span s);

/* Lines under Postfix's TAG, behind it; NULL: there is no short way. */
usual_fn *postfix_usual(struct span tag);

/*
 * The event written last, where it is of the message ID and of this line's second and M is brief: a line that says little
 * more of it is told by a flag there. To nobody who takes events in order does it make a difference, since none
 * can come between the two. Else NULL. For a line whose framing is done.
 */
static inline __attribute__((always_inline)) struct event *usual_neighbour(const struct maker *m, struct qid id)
{
	const struct evbuf *out = m->out;
	struct event *ev;

	if (!m->brief || !out->events)
		return NULL;
	ev = (struct event *)(void *)(out->mem + out->last);
	if (!qid_eq(ev->id, id) || ev->at != m->line->at)
		return NULL;
	if (ev->flags & (EVF_CONTINUES | EVF_PIECE | EVF_CLEANUP | EVF_COMPLETED) || ev->has >> F_WRITER & 1)
		return NULL;
	return ev;
}

static inline bool usual_is_result(const struct event *ev)
{
	return ev->kind == EV_DELIVER || ev->kind == EV_DEFER || ev->kind == EV_BOUNCE;
}

struct usual_event {
	struct event *ev;
	size_t n; /* fields */
	uint64_t has;
};

static inline struct usual_event usual_start(struct event *ev)
{
	return (struct usual_event){ .ev = ev };
}

/*
 * As maker_begin, for a line behind a head that is remembered: its line has FLAGS and is no repetition. What usual_end
 * writes is left out here, and m->ev is not set.
 */
static inline __attribute__((always_inline)) struct usual_event usual_begin(struct maker *m,
									    enum dialect dialect,
									    enum event_kind kind,
									    struct qid id, uint32_t flags)
{
	struct event *ev = maker_head(m, dialect, kind, id, flags, 1);

	/* a constant is written with those beside it; nobody asks for Postfix's */
	if (dialect == DIALECT_POSTFIX)
		ev->pid = 0;
	return usual_start(ev);
}

/* No more than MAKER_FIELDS of them; each key once. */
static inline __attribute__((always_inline)) void usual_field(struct usual_event *u, const struct maker *m,
							      enum field_key key, struct span s)
{
	maker_place(u->ev, key, u->n);
	field_write(&u->ev->f[u->n++], m->out->base, key, s);
	u->has |= UINT64_C(1) << key;
}

static inline __attribute__((always_inline)) enum line_result usual_end(const struct usual_event *u,
									struct maker *m)
{
	struct evbuf *out = m->out;

	u->ev->has = u->has;
	u->ev->nfields = (uint8_t)u->n;
	out->last = (size_t)((unsigned char *)u->ev - out->mem);
	out->mem_used = (size_t)((unsigned char *)(u->ev->f + u->n) - out->mem);
	out->events++;
	return LINE_EVENT;
}

/* The end of the message ID: no more than a flag of its last result, where that stands right before. */
static inline __attribute__((always_inline)) enum line_result usual_completed(struct maker *m, enum dialect dialect,
									      struct qid id, uint32_t flags)
{
	struct event *before = usual_neighbour(m, id);
	struct usual_event ev;

	if (before && usual_is_result(before)) {
		before->flags |= EVF_COMPLETED;
		m->dull |= 1u << dialect;
		return LINE_DULL;
	}
	ev = usual_begin(m, dialect, EV_COMPLETE, id, flags);
	return usual_end(&ev, m);
}

#endif
