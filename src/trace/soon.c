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

/* The last two steps, which need the message: its sender's row, and where the judge keeps the recipient beside him. */
static void message_soon(struct trace *t, struct seen_ahead *r)
{
	const struct message *msg;

	r->slot = messages_find(&t->messages, r->id);
	if (r->slot == NO_MESSAGE)
		return;
	msg = message_at(&t->messages, r->slot);
	message_rcpt_prefetch(&t->messages, r->slot, r->rcpt);
	r->sender = sender_soon(t, msg);
	if (r->sender)
		row_prefetch(sender_at(&t->senders, r->sender));
}

static void rcpt_soon(const struct trace *t, const struct seen_ahead *r)
{
	if (r->sender)
		judge_prefetch(t->judge, sender_at(&t->senders, r->sender)->key, r->rcpt, r->domain);
}

/*
 * What a result will touch lies behind four memory accesses, each told by the one before. So each result that is seen
 * moves those before it on by one step: what a step looks at was fetched by the step before.
 */
static void result_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct seen_ahead *r = place_of(t, ev);

	if (t->soon_result[2])
		rcpt_soon(t, t->soon_result[2]);
	if (t->soon_result[1])
		message_soon(t, t->soon_result[1]);
	if (t->soon_result[0])
		messages_prefetch(&t->messages, t->soon_result[0]->id, true);
	*r = (struct seen_ahead){ .ev = ev, .id = ev->id, .slot = NO_MESSAGE };
	r->rcpt = rcpt_hash(event_get(ev, base, F_RECIPIENT), &r->domain);
	messages_prefetch(&t->messages, r->id, false);
	t->soon_result[2] = t->soon_result[1];
	t->soon_result[1] = t->soon_result[0];
	t->soon_result[0] = r;
}

/* The message alone, in two steps. */
static void delivery_soon(struct trace *t, struct qid id)
{
	messages_prefetch(&t->messages, t->soon_delivery, true);
	messages_prefetch(&t->messages, id, false);
	t->soon_delivery = id;
}

/* From far only what tells the row later. */
static void arrival_far(struct trace *t, const struct event *ev, const char *base)
{
	struct seen_ahead *r = place_of(t, ev);

	*r = (struct seen_ahead){ .ev = ev, .id = ev->id, .slot = NO_MESSAGE, .key = who_soon(t, ev, base) };
	if (r->key)
		who_prefetch(t, r->key);
	else if (ev->flags & EVF_LOCAL && ev->dialect == DIALECT_POSTFIX)
		accounts_uid_prefetch(t->o.accounts, ev->uid);
	if (ev->kind == EV_SUBMIT)
		messages_prefetch(&t->messages, ev->id, false);
}

/* His account and, when its user is asked again, his row: Postfix names the uid alone. */
static void user_soon(const struct trace *t, struct seen_ahead *r, uint32_t uid)
{
	r->account = accounts_by_uid(t->o.accounts, uid);
	if (r->account >= t->naccounts)
		return;
	__builtin_prefetch(accounts_get(t->o.accounts, r->account));
	__builtin_prefetch(&t->account[r->account]);
}

static void index_soon(const struct trace *t, struct seen_ahead *r)
{
	if (!r->sender)
		r->sender = who_user_soon(t, r->account);
	__builtin_prefetch(&t->senders.row[r->sender]);
}

static void account_soon(const struct trace *t, const struct seen_ahead *r)
{
	uint32_t account = r->sender ? sender_at(&t->senders, r->sender)->account_index : ACCOUNT_NONE;

	if (account < t->naccounts)
		__builtin_prefetch(accounts_get(t->o.accounts, account));
}

/* As result_soon: each arrival that comes near moves those before it on by one step. */
static void arrival_near(struct trace *t, const struct event *ev)
{
	struct seen_ahead **last = t->soon_arrival;
	struct seen_ahead *r = place_of(t, ev);

	if (last[2])
		account_soon(t, last[2]);
	if (last[1] && last[1]->sender)
		row_prefetch(sender_at(&t->senders, last[1]->sender));
	if (last[0])
		index_soon(t, last[0]);
	last[2] = last[1];
	last[1] = last[0];
	last[0] = NULL;
	if (r->ev != ev)
		return;
	r->account = ACCOUNT_NONE;
	if (r->key)
		r->sender = who_remembered(t, r->key);
	else if (ev->flags & EVF_LOCAL && ev->dialect == DIALECT_POSTFIX)
		user_soon(t, r, ev->uid);
	last[0] = r;
}

void trace_soon(void *ctx, const struct event *ev, const char *base, bool near)
{
	struct trace *t = ctx;

	if (!near)
		arrival_far(t, ev, base);
	else if (ev->kind == EV_SUBMIT)
		arrival_near(t, ev);
	/* Exim's recipients were judged with the arrival, shortly before the delivery: what is left is not worth more */
	else if (ev->dialect == DIALECT_EXIM && ev->kind == EV_DELIVER)
		delivery_soon(t, ev->id);
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
	/* it arrived since, or its turn came too soon: late, but there is something to do before the judge is asked */
	if (!r->sender && r->slot != NO_MESSAGE) {
		message_soon(t, r);
		rcpt_soon(t, r);
	}
	return r->slot;
}

uint64_t soon_rcpt(struct trace *t, const struct step *s, uint64_t *ret_domain)
{
	const struct seen_ahead *r = ahead_of(t, s->ev);

	if (!r)
		return rcpt_hash(step_get(s, F_RECIPIENT), ret_domain);
	*ret_domain = r->domain;
	return r->rcpt;
}
