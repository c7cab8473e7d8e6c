/*
 * queue_child - learns whose accounts these are, then reads the queue, one message at a time, and sends what it was
 * asked for: groups, or the messages themselves in batches.
 *
 * TRUST: everything it reads is hostile. It can read that one folder; its only way out is the channel.
 */
#include "app/queue_child.h"

#include "app/host_ask.h"
#include "base/pack.h"
#include "host/accounts.h"
#include "queue/group.h"
#include "queue/postqueue.h"
#include "queue/reason.h"
#include "queue/spool.h"
#include "trace/net.h"
#include "trace/queue_past.h"
#include "trace/queued.h"
#include "trace/wrote.h"

#include <stdlib.h>

/* Packed bytes that are worth a TALK_MESSAGES: not every message needs a turn of its own. */
#define BATCH ((size_t)256 << 10)
/* seconds from a message's arrival to the answer of its first server, as far as one is waited for */
#define SINCE_SLACK 60
/* Room above BATCH for the one message that crosses it, with all its listed recipients. */
#define BATCH_MOST ((size_t)8 << 20)
#define END_MOST ((size_t)32 << 20)
/* WROTE_MOST messages and as many recipients */
#define QUESTION_MOST ((size_t)40 << 20)

/* groups whose samples' reasons are read: more than a screen shows */
#define REASONED_MOST 100 /* limit queue: messages of a group whose reason is looked up */

struct queue_child {
	const struct queue_want *want;
	struct channel *channel;
	struct host_facts facts;
	struct networks networks;
	struct grouping *grouping;
	struct wrote_ask question;
	struct buf batch;
};

static void send_batch(struct queue_child *c)
{
	struct err err;

	if (c->batch.n && channel_send(c->channel, TALK_MESSAGES, buf_view(&c->batch), NULL, 0, &err) < 0)
		host_ask_lost();
	c->batch.n = 0;
}

static void put_message(struct queue_child *c, const struct queued *q)
{
	struct queued few = *q;

	if (c->want->brief)
		few.helo = few.protocol = few.subject = few.message_id = SPAN_NONE;
	queued_pack(&few, c->want->brief ? 0 : QUEUED_LISTED, &c->batch);
	if (c->batch.n >= BATCH)
		send_batch(c);
}

/* What a row's account means: who handed it over. A relay's or a forward's is only what addresses say. */
static bool is_of_user(enum sender_kind kind)
{
	return kind == KIND_LOCAL || kind == KIND_SCRIPT || kind == KIND_DIRECT;
}

/*
 * A pool's uid is many sites': whose script it was, the logs tell, where they were asked. Lines may be forged, so the file
 * must not say otherwise: a login's mail, or an account's own, is no script's of another.
 */
static bool is_logged_as(const struct queue_past *past, const struct queued *q, const struct whose *w,
			 const struct row *r)
{
	struct wrote_message m;
	const struct row *logged;

	if (r->kind != KIND_SCRIPT || w->kind != KIND_LOCAL || w->account.n || !past ||
	    !wrote_message(past->known, q->id, &m) || m.row >= past->q->nrows)
		return false;
	logged = &past->q->rows[m.row];
	return logged->kind == KIND_SCRIPT && span_eq(logged->id, r->id);
}

/* Whose a script is: the logs may know nothing of it. */
static struct span account_of(const struct accounts *all, const struct row *script)
{
	uint32_t index = script->account.n ? ACCOUNT_NONE : accounts_by_path(all, script->id);

	return index == ACCOUNT_NONE ? script->account : accounts_get(all, index)->name;
}

/* From localhost, by a socket of the script's own account. */
static bool is_socket_of(const struct queue_child *c, const struct queued *q, const struct whose *w,
			 const struct row *r)
{
	const struct queue_past *past = c->want->past;
	struct wrote_message m;
	struct span account;
	uint8_t ip[16];

	if (!past || r->kind != KIND_SCRIPT || w->kind != KIND_RELAY || !net_parse(w->id, ip) ||
	    !net_is_loopback(ip) || !wrote_message(past->known, q->id, &m) || !m.owner)
		return false;
	account = account_of(c->facts.accounts, r);
	return account.n && m.owner == wrote_identity(KIND_LOCAL, account, account);
}

/* What raised the first suspicion came before the answer that did. */
static bool is_in_time(const struct row *r, const struct queued *q)
{
	return !r->since || !q->arrival || q->arrival >= r->since - SINCE_SLACK;
}

/*
 * Mail from outside that still goes to ADDRESS, or has become of it: it waits to be sent on. As mail servers do, what stands
 * behind a plus sign in the local part belongs to the address without it.
 */
static bool is_sent_on(const struct queued *q, enum sender_kind kind, struct span address)
{
	for (uint32_t i = 0; i < q->nlisted && kind == KIND_INBOUND; i++) {
		const struct queued_recipient *r = &q->recipients[i];
		struct span to = r->original.n ? r->original : r->address;
		ptrdiff_t at = span_rfind(to, '@'), plus = span_find(to, 0, '+');
		struct span local = at > plus && plus > 0 ? span_head(to, (size_t)plus) : SPAN_NONE;
		bool tagged = local.n && address.n > local.n &&
			      span_eq_nocase(span_head(address, local.n), local) &&
			      span_eq_nocase(span_from(address, local.n), span_from(to, (size_t)at));

		if (!r->done && (tagged || span_eq_nocase(to, address)))
			return true;
	}
	return false;
}

/*
 * By the login, else by the unix user, else by the logs, of a forward by the address: never by what the message says of itself. 1 + which of them it is,
 * or 0.
 */
static uint32_t which_of(const struct queue_child *c, const struct queued *q, const struct whose *w)
{
	const struct queue_want *want = c->want;

	for (size_t i = 0; i < want->nonly; i++) {
		const struct row *r = &want->only[i];
		bool his = r->kind == KIND_AUTH
				   ? w->kind == KIND_AUTH && span_eq_nocase(w->id, r->id)
				   : is_of_user(r->kind) && w->kind == KIND_LOCAL && w->account.n &&
					     r->account.n && span_eq(w->account, r->account);

		his = his || is_logged_as(want->past, q, w, r) || is_socket_of(c, q, w, r) ||
		      (r->kind == KIND_FORWARD && is_sent_on(q, w->kind, r->id));
		if (his && is_in_time(r, q))
			return (uint32_t)i + 1;
	}
	return 0;
}

/* Handed over on this host by a user of many sites or by SMTP, in the time of one of the scripts, and no log tells by whom. */
static bool is_untold(const struct queue_want *want, const struct queued *q, const struct whose *w)
{
	struct wrote_message m = { .row = WROTE_NO_ROW };
	uint8_t ip[16];
	bool here = w->kind == KIND_LOCAL
			    ? !w->account.n
			    : w->kind == KIND_RELAY && net_parse(w->id, ip) && net_is_loopback(ip);

	if (!here)
		return false;
	/* another script's, or another account's */
	if (want->past && wrote_message(want->past->known, q->id, &m) &&
	    (m.owner || (m.row < want->past->q->nrows && want->past->q->rows[m.row].kind == KIND_SCRIPT)))
		return false;
	for (size_t i = 0; i < want->nonly; i++)
		if (want->only[i].kind == KIND_SCRIPT && is_in_time(&want->only[i], q))
			return true;
	return false;
}

/* A forward is nobody's group: who writes to it is a stranger, and who that is its file does not tell. */
static bool is_picked(const struct queue_want *want, const struct queued *q, const struct queue_culprit *c)
{
	struct span id = want->pick;
	enum sender_kind kind;

	if (want->by == BY_CULPRIT && sender_kind_take(&id, &kind) && kind == KIND_FORWARD)
		return is_sent_on(q, c->kind, id);
	return grouping_is(want->by, q, c, want->now, want->pick);
}

/* Does anybody ask whose a message is? */
static bool names_people(const struct queue_want *want)
{
	return want->only || want->past || ((want->groups || want->pick.n) && want->by == BY_CULPRIT);
}

static bool take(void *ctx, const struct queued *read)
{
	struct queue_child *c = ctx;
	const struct queue_want *want = c->want;
	struct whose whose = { .kind = KIND_OTHER };
	struct queue_culprit culprit;
	struct queued own = *read, *q = &own;

	if (names_people(want))
		queued_whose(q, c->facts.accounts, &c->networks, &whose);
	culprit = (struct queue_culprit){ whose.kind, whose.id, whose.account, whose.grade };
	if (want->past)
		queue_past_judge(want->past, &whose, q);
	if (want->ask)
		wrote_ask_add(&c->question, q);
	if (c->grouping)
		grouping_add(c->grouping, q, &culprit);
	q->asked = want->only ? which_of(c, q, &whose) : 0;
	if (want->untold && !q->asked && is_untold(want, q, &whose))
		q->asked = (uint32_t)want->nonly + 1;
	if (want->only && !q->asked)
		return true;
	if (want->pick.n && !is_picked(want, q, &culprit))
		return true;
	if (want->messages)
		put_message(c, q);
	return true;
}

static void pack_tally(struct packer *p, const struct queue_tally *t)
{
	pack_u64(p, t->messages);
	pack_u64(p, t->unreadable);
	pack_u64(p, t->damaged);
	pack_u64(p, t->maildrop);
	pack_u8(p, t->too_many);
	pack_span(p, span_str(t->first_unreadable));
	pack_span(p, span_str(t->first_damaged));
}

/* Why the largest groups' samples wait. */
static void give_reasons(const struct spool *spool, struct queue_group *groups, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n && i < REASONED_MOST; i++)
		for (size_t k = 0; k < groups[i].nsamples; k++) {
			char room[REASON_MOST];

			groups[i].sample[k].reason =
				arena_span(a, queue_reason(spool, groups[i].sample[k].id, room));
		}
}

static void send_question(struct queue_child *c)
{
	struct buf question = BUF_MAX(QUESTION_MOST);
	struct err err;

	wrote_ask_pack(&c->question, &question);
	if (question.over || channel_send(c->channel, TALK_WAITING, buf_view(&question), NULL, 0, &err) < 0)
		host_ask_lost();
	buf_free(&question);
	wrote_ask_free(&c->question);
}

static void send_end(struct queue_child *c, const struct spool *spool, int rc,
		     const struct queue_tally *tally, struct arena *a, const struct err *err)
{
	struct buf end = BUF_MAX(END_MOST);
	struct packer p = { .out = &end };
	struct queue_group *groups = NULL;
	struct err lost;
	uint64_t total = 0;
	bool full = false;
	size_t n = 0;

	pack_u32(&p, (uint32_t)-rc);
	pack_span(&p, span_str(err->text));
	pack_tally(&p, tally);
	if (c->grouping)
		groups = grouping_end(c->grouping, &n, &total, &full);
	/* postqueue tells them itself */
	if (!c->want->by_tool)
		give_reasons(spool, groups, n, a);
	pack_u64(&p, total);
	pack_u8(&p, full);
	if (c->grouping) {
		queue_group_pack(grouping_all(c->grouping), &end);
		pack_u32(&p, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			queue_group_pack(&groups[i], &end);
	}
	if (end.over || channel_send(c->channel, TALK_QUEUE_END, buf_view(&end), NULL, 0, &lost) < 0)
		host_ask_lost();
	buf_free(&end);
}

static void begin(struct queue_child *c, struct arena *a)
{
	struct host_io io = {
		.ctx = c->channel, .read = host_io_read, .list = host_io_list, .exists = host_io_exists
	};
	struct err err;

	if (names_people(c->want)) {
		host_learn(&io, a, &c->facts);
		networks_init(&c->networks, c->facts.networks, c->facts.nnetworks);
	}
	/* from here on no name is looked up for us any more */
	if (channel_send(c->channel, TALK_QUEUE, SPAN_NONE, NULL, 0, &err) < 0)
		host_ask_lost();
	if (c->want->groups)
		c->grouping = grouping_new(c->want->by, c->want->now);
}

void queue_child(void *ctx, struct channel *channel, bool unconfined)
{
	struct queue_child c = { .want = ctx, .channel = channel, .batch = BUF_MAX(BATCH_MOST) };
	const struct queue_want *want = c.want;
	const struct spool spool = {
		.fd = want->fd,
		.server = want->server,
		.workers = want->workers,
		.reasons = want->reasons,
		.count = want->count,
	};
	struct arena *a = arena_new();
	struct queue_tally tally = { 0 };
	struct err err = { 0 };
	int rc;

	begin(&c, a);
	rc = c.want->by_tool ? postqueue_read(c.want->fd, take, &c, &tally, &err)
			     : queue_read(&spool, take, &c, &tally, &err);
	send_batch(&c);
	if (want->ask)
		send_question(&c);
	send_end(&c, &spool, rc, &tally, a, &err);
	if (c.grouping)
		grouping_free(c.grouping);
	networks_free(&c.networks);
	if (c.facts.accounts)
		host_forget(&c.facts);
	buf_free(&c.batch);
	arena_free(a);
}
