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

static struct seen_ahead *place_of(struct trace *t, const struct event *ev)
{
	return &t->ahead[((uintptr_t)ev >> 6) % SEEN_AHEAD];
}

void row_prefetch(const struct sender *row)
{
	for (size_t i = 0; i < offsetof(struct sender, nclients); i += 64)
		__builtin_prefetch((const char *)row + i);
}

/* Whose row the message will be given: a local one, nearly always, to that of its user's messages before. */
static uint32_t sender_soon(struct trace *t, const struct message *msg)
{
	const struct extra *x;

	if (msg->flags & M_FIXED)
		return msg->sender;
	if (msg->extra == NO_EXTRA || (msg->flags & M_SMALL))
		return 0;
	x = extra_at(&t->messages, msg->extra);
	return x->undecided == WAIT_SCRIPT ? who_user_soon(t, x->account) : 0;
}

/* The row that R's message belongs to, and where the judge's filter keeps its recipient. */
static void rcpt_soon(struct trace *t, struct seen_ahead *r, const char *base)
{
	uint32_t sender = sender_soon(t, message_at(&t->messages, r->slot));
	const struct sender *row;

	if (!sender)
		return;
	row = sender_at(&t->senders, sender);
	row_prefetch(row);
	r->hashed = true;
	r->rcpt = rcpt_hash(event_get(r->ev, base, F_RECIPIENT), &r->domain);
	judge_prefetch(t->judge, row->key, r->rcpt, r->domain);
}

static void result_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct seen_ahead *r = place_of(t, ev);

	*r = (struct seen_ahead){ .ev = ev, .id = ev->id, .slot = messages_find(&t->messages, ev->id) };
	/* the recipient stands there */
	__builtin_prefetch(base + ev->off + 64);
	__builtin_prefetch(base + ev->off + 128);
	if (r->slot != NO_MESSAGE)
		rcpt_soon(t, r, base);
}

/* From far only what is needed to find the row later without waiting. */
static void arrival_soon(struct trace *t, const struct event *ev, const char *base, bool near)
{
	struct seen_ahead *r = place_of(t, ev);
	uint32_t sender = 0;

	if (!near) {
		*r = (struct seen_ahead){ .ev = ev, .id = ev->id, .key = who_soon(t, ev, base) };
		if (r->key)
			who_prefetch(t, r->key);
		return;
	}
	if (ev->flags & EVF_LOCAL && ev->dialect == DIALECT_POSTFIX)
		sender = who_user_soon(t, accounts_by_uid(t->o.accounts, ev->uid));
	else if (r->ev == ev && r->key)
		sender = who_remembered(t, r->key);
	/* where a row lies is as far away as the row: that of the arrival before is known by now */
	if (t->row_ahead)
		row_prefetch(sender_at(&t->senders, t->row_ahead));
	t->row_ahead = sender;
	__builtin_prefetch(&t->senders.row[sender]);
}

void trace_soon(void *ctx, const struct event *ev, const char *base, bool near)
{
	struct trace *t = ctx;

	if (ev->kind == EV_SUBMIT || ev->kind == EV_COMMAND)
		arrival_soon(t, ev, base, near);
	/* Exim's recipients were judged with the arrival: what is left is not worth more */
	else if (ev->dialect == DIALECT_EXIM)
		messages_prefetch(&t->messages, ev->id, near);
	else
		result_soon(t, ev, base);
}

static struct seen_ahead *ahead_of(struct trace *t, const struct event *ev)
{
	struct seen_ahead *r = place_of(t, ev);

	return r->ev == ev && qid_eq(r->id, ev->id) ? r : NULL;
}

uint64_t soon_key(struct trace *t, const struct step *s, struct span login)
{
	const struct seen_ahead *r = ahead_of(t, s->ev);

	return r && r->key ? r->key : hash_span(login, KIND_AUTH);
}

uint32_t soon_slot(struct trace *t, const struct step *s)
{
	struct seen_ahead *r = ahead_of(t, s->ev);

	if (!r)
		return messages_find(&t->messages, s->ev->id);
	if (r->slot == NO_MESSAGE || !qid_eq(message_at(&t->messages, r->slot)->id, r->id))
		r->slot = messages_find(&t->messages, r->id);
	/* it arrived since: late, but there is something to do before the judge is asked */
	if (!r->hashed && r->slot != NO_MESSAGE)
		rcpt_soon(t, r, s->base);
	return r->slot;
}

uint64_t soon_rcpt(struct trace *t, const struct step *s, uint64_t *ret_domain)
{
	const struct seen_ahead *r = ahead_of(t, s->ev);

	if (!r || !r->hashed)
		return rcpt_hash(step_get(s, F_RECIPIENT), ret_domain);
	*ret_domain = r->domain;
	return r->rcpt;
}
