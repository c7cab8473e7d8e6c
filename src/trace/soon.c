/*
 * soon - a look at events some way ahead of their turn: what they will touch is fetched while others are worked on,
 * since rows, messages and the judge's filter are visited at random.
 *
 * What was found out here is remembered by the event and checked when its turn comes: messages may have left by
 * then. Nothing here changes a result, only its price.
 */
#include "trace/who.h"

#include "trace/internal.h"

#include <stddef.h>

static struct result_ahead *place_of(struct trace *t, const struct event *ev)
{
	return &t->ahead[((uintptr_t)ev >> 6) % RESULTS_AHEAD];
}

/* What an arrival or a result touches of a row. */
static void row_prefetch(const struct sender *row)
{
	for (size_t i = 0; i < offsetof(struct sender, nclients); i += 64)
		__builtin_prefetch((const char *)row + i);
}

static void result_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct result_ahead *r = place_of(t, ev);
	const struct message *msg;
	const struct sender *row;

	/* its recipients were judged with the arrival: what is left is not worth a second look */
	if (ev->dialect == DIALECT_EXIM)
		return;
	*r = (struct result_ahead){ .ev = ev, .id = ev->id, .slot = messages_find(&t->messages, ev->id) };
	if (r->slot == NO_MESSAGE)
		return;
	msg = message_at(&t->messages, r->slot);
	if (!(msg->flags & M_FIXED))
		return;
	row = sender_at(&t->senders, msg->sender);
	row_prefetch(row);
	r->hashed = true;
	r->rcpt = rcpt_hash(event_get(ev, base, F_RECIPIENT), &r->domain);
	judge_prefetch(t->judge, row->key, r->rcpt, r->domain);
}

void trace_soon(void *ctx, const struct event *ev, const char *base)
{
	struct trace *t = ctx;
	uint32_t sender;

	if (ev->kind == EV_DELIVER || ev->kind == EV_BOUNCE || ev->kind == EV_DEFER) {
		result_soon(t, ev, base);
		return;
	}
	sender = who_soon(t, ev, base);
	if (sender)
		row_prefetch(sender_at(&t->senders, sender));
}

static const struct result_ahead *ahead_of(struct trace *t, const struct event *ev)
{
	const struct result_ahead *r = place_of(t, ev);

	return r->ev == ev && qid_eq(r->id, ev->id) ? r : NULL;
}

uint32_t soon_slot(struct trace *t, const struct step *s)
{
	const struct result_ahead *r = ahead_of(t, s->ev);

	return r && r->slot != NO_MESSAGE && qid_eq(message_at(&t->messages, r->slot)->id, s->ev->id)
		       ? r->slot
		       : messages_find(&t->messages, s->ev->id);
}

uint64_t soon_rcpt(struct trace *t, const struct step *s, uint64_t *ret_domain)
{
	const struct result_ahead *r = ahead_of(t, s->ev);

	if (!r || !r->hashed)
		return rcpt_hash(step_get(s, F_RECIPIENT), ret_domain);
	*ret_domain = r->domain;
	return r->rcpt;
}
