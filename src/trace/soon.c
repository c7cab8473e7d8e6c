/*
 * soon - a look at events some way ahead of their turn: what they will touch is fetched while others are worked on,
 * since rows, messages and the judge's filter are visited at random.
 *
 * What an event will touch lies behind some memory accesses, each of which tells the next one. So each event that is seen
 * moves those before it on by one step: what a step looks at was fetched by the step before; but for where a row lies, which is
 * near, mostly, and looked up in the step that fetches the row: one more would come too late for a third of the logins.
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

/* R is the newest of LAST, the one that has had all its steps goes. */
static void move_on(struct seen_ahead **last, struct seen_ahead *r)
{
	memmove(last + 1, last, (SOON_STEPS - 1) * sizeof(*last));
	last[0] = r;
}

/* --- results ------------------------------------------------------------------------------------ */

/* Whose row the message will be given, as far as can be told: a local one, nearly always, to that of its user's messages before. */
static uint32_t sender_soon(struct trace *t, const struct message *msg, const struct seen_ahead *r)
{
	const struct extra *x;

	if (msg->flags & M_FIXED)
		return msg->sender;
	x = msg->extra == NO_EXTRA || (msg->flags & M_SMALL) ? NULL : extra_at(&t->messages, msg->extra);
	if (x && x->undecided == WAIT_SCRIPT)
		return who_user_soon(t, x->account);
	if (x && x->undecided == WAIT_PARENT)
		return who_remembered(t, who_relay_key(x->ip, x->account));
	return r->key ? who_remembered(t, r->key) : 0;
}

/* Exim's recipients were judged with the arrival, shortly before the delivery: a row that was found then is still near. */
static bool is_done_with(const struct message *msg, const struct seen_ahead *r)
{
	return !r->rcpt && (msg->extra == NO_EXTRA || (msg->flags & M_SMALL));
}

static void message_soon(struct trace *t, struct seen_ahead *r)
{
	const struct message *msg;

	r->slot = messages_find(&t->messages, r->id);
	if (r->slot == NO_MESSAGE)
		return;
	msg = message_at(&t->messages, r->slot);
	if (is_done_with(msg, r))
		return;
	message_rcpt_prefetch(&t->messages, r->slot, r->rcpt);
	r->sender = sender_soon(t, msg, r);
	if (r->sender)
		row_prefetch(sender_at(&t->senders, r->sender));
}

static void rcpt_soon(const struct trace *t, const struct seen_ahead *r)
{
	if (r->sender && r->rcpt)
		judge_prefetch(t->judge, sender_at(&t->senders, r->sender)->key, r->rcpt, r->domain);
}

/* To a recipient that another one stands for, and over the network: from outside, it is a forward. */
static bool is_sent_on(const struct event *ev)
{
	return ev->flags & EVF_REMOTE && ev->has >> F_ORIG_RECIPIENT & 1;
}

static void result_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct seen_ahead *r = place_of(t, ev);

	rcpt_soon(t, t->soon_result[2]);
	message_soon(t, t->soon_result[1]);
	messages_prefetch(&t->messages, t->soon_result[0]->id, true);
	*r = (struct seen_ahead){ .ev = ev, .id = ev->id, .slot = NO_MESSAGE };
	messages_prefetch(&t->messages, r->id, false);
	if (ev->dialect != DIALECT_EXIM || ev->kind != EV_DELIVER)
		r->rcpt = rcpt_hash(event_get(ev, base, F_RECIPIENT), &r->domain);
	if (is_sent_on(ev)) {
		r->key = who_forward_key(event_get(ev, base, F_ORIG_RECIPIENT));
		who_prefetch(t, r->key);
	}
	move_on(t->soon_result, r);
}

/* --- arrivals ----------------------------------------------------------------------------------- */

/* Postfix names a local user by his uid alone. */
static void user_soon(const struct trace *t, struct seen_ahead *r)
{
	r->account = accounts_by_uid(t->o.accounts, r->uid);
	if (r->account >= t->naccounts)
		return;
	__builtin_prefetch(accounts_get(t->o.accounts, r->account));
	__builtin_prefetch(&t->account[r->account]);
}

static void row_soon(const struct trace *t, struct seen_ahead *r, uint32_t sender)
{
	r->sender = sender;
	if (r->sender)
		row_prefetch(sender_at(&t->senders, r->sender));
}

/* A login's row, or the account that stands between a local user and his ... */
static void first_step(const struct trace *t, struct seen_ahead *r)
{
	if (r->key)
		row_soon(t, r, who_remembered(t, r->key));
	else
		user_soon(t, r);
}

/* ... which comes after. */
static void second_step(const struct trace *t, struct seen_ahead *r)
{
	if (!r->key)
		row_soon(t, r, who_user_soon(t, r->account));
}

static void account_soon(const struct trace *t, const struct seen_ahead *r)
{
	uint32_t account = r->sender ? sender_at(&t->senders, r->sender)->account_index : ACCOUNT_NONE;

	if (account < t->naccounts)
		__builtin_prefetch(accounts_get(t->o.accounts, account));
}

static void arrival_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct seen_ahead **last = t->soon_arrival;
	struct seen_ahead *r = place_of(t, ev);

	account_soon(t, last[2]);
	second_step(t, last[1]);
	first_step(t, last[0]);
	*r = (struct seen_ahead){
		.ev = ev,
		.id = ev->id,
		.slot = NO_MESSAGE,
		.key = who_soon(t, ev, base),
		.uid = ev->uid,
	};
	if (r->key)
		who_prefetch(t, r->key);
	else
		accounts_uid_prefetch(t->o.accounts, r->uid);
	messages_prefetch(&t->messages, ev->id, false);
	move_on(last, r);
}

void soon_init(struct trace *t)
{
	t->nobody = (struct seen_ahead){ .slot = NO_MESSAGE, .uid = UINT32_MAX, .account = ACCOUNT_NONE };
	for (unsigned i = 0; i < SOON_STEPS; i++)
		t->soon_arrival[i] = t->soon_result[i] = &t->nobody;
}

void trace_soon(void *ctx, const struct event *ev, const char *base, bool near)
{
	struct trace *t = ctx;

	if (ev->kind == EV_COMMAND)
		who_soon(t, ev, base);
	else if (ev->kind == EV_SUBMIT)
		arrival_soon(t, ev, base);
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
	if (!r->sender && r->rcpt && r->slot != NO_MESSAGE) {
		message_soon(t, r);
		rcpt_soon(t, r);
	}
	return r->slot;
}

uint64_t soon_rcpt(struct trace *t, const struct step *s, uint64_t *ret_domain)
{
	const struct seen_ahead *r = ahead_of(t, s->ev);

	if (!r || !r->rcpt)
		return rcpt_hash(step_get(s, F_RECIPIENT), ret_domain);
	*ret_domain = r->domain;
	return r->rcpt;
}
