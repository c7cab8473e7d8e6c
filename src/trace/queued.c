/* queued - see queued.h. */
#include "trace/queued.h"

#include "base/err.h"
#include "base/lower.h"
#include "host/accounts.h"
#include "trace/internal.h"
#include "trace/who.h"

#include <stdio.h>
#include <stdlib.h>

static struct span account_name(const struct accounts *a, uint32_t index)
{
	return index == ACCOUNT_NONE ? SPAN_NONE : accounts_get(a, index)->name;
}

static uint32_t account_of_domain(const struct accounts *a, struct span address)
{
	struct span domain = who_domain(address);

	return domain.n ? accounts_by_domain(a, domain, true) : ACCOUNT_NONE;
}

static struct span lower(struct whose *w, struct span s)
{
	return s.n > sizeof(w->room) ? s : span_lower(s, w->room);
}

/* As who_auth does: by the login's domain, else the login in passwd; what has several @ is no address. */
static void of_login(const struct queued *q, const struct accounts *a, struct whose *w)
{
	bool several = span_find(q->login, 0, '@') != span_rfind(q->login, '@');
	uint32_t account = several ? ACCOUNT_NONE : account_of_domain(a, q->login);

	if (account == ACCOUNT_NONE)
		account = accounts_by_name(a, q->login);
	w->kind = KIND_AUTH;
	w->id = lower(w, q->login);
	w->account = account_name(a, account);
	w->grade = q->login_grade;
}

/* The unix user who handed it over; a user whom many sites share is no account. */
static void of_uid(const struct queued *q, const struct accounts *a, struct whose *w)
{
	uint32_t index = accounts_by_uid(a, q->uid);
	const struct account *owner = index == ACCOUNT_NONE ? NULL : accounts_get(a, index);

	if (owner && owner->mta) {
		/* what the mail server hands to itself */
		w->kind = KIND_BOUNCE;
		w->id = span_str(sender_kind_name(KIND_BOUNCE));
		w->grade = 'B';
		return;
	}
	w->kind = KIND_LOCAL;
	w->grade = q->uid_grade;
	if (q->user.n)
		w->id = q->user;
	else if (owner)
		w->id = owner->name;
	else
		w->id = span_of(w->room, (size_t)snprintf(w->room, sizeof(w->room), "uid %u", q->uid));
	if (owner && !owner->shared)
		w->account = owner->name;
}

static void of_client(const struct queued *q, const struct accounts *a, const struct networks *networks,
		      struct whose *w)
{
	uint8_t ip[16];
	uint32_t account;

	if (!net_parse(q->client, ip))
		return;
	if (!net_is_loopback(ip) && !networks_hold(networks, ip)) {
		w->kind = KIND_INBOUND;
		w->id = span_str(sender_kind_name(KIND_INBOUND));
		w->grade = 'B';
		return;
	}
	account = account_of_domain(a, q->sender);
	w->kind = KIND_RELAY;
	w->id = net_show(ip, w->room);
	w->account = account_name(a, account);
	/* the account is only what the envelope sender says: enough to count, never to accuse */
	w->grade = account == ACCOUNT_NONE ? 'B' : 'C';
}

void queued_whose(const struct queued *q, const struct accounts *accounts, const struct networks *networks,
		  struct whose *ret)
{
	ret->kind = KIND_UNKNOWN;
	ret->id = span_str(q->damage ? "damaged" : "unknown");
	ret->account = SPAN_NONE;
	ret->grade = 0;
	if (q->damage)
		return;
	if (q->door == DOOR_BOUNCE) {
		ret->kind = KIND_BOUNCE;
		ret->id = span_str(sender_kind_name(KIND_BOUNCE));
		ret->grade = 'B';
	} else if (q->login.n) {
		of_login(q, accounts, ret);
	} else if (q->client.n) {
		of_client(q, accounts, networks, ret);
	} else if (q->uid != QUEUED_NO_UID) {
		of_uid(q, accounts, ret);
	}
}

/* --- in an investigation ------------------------------------------------------------------ */

#define ID_SECONDS 600 /* short queue ids are used again: the log's arrival must be the file's */

static uint32_t row_of_id(struct trace *t, const struct queued *q)
{
	uint32_t slot = messages_find(&t->messages, q->id);
	const struct message *m;
	int64_t apart;

	if (slot == NO_MESSAGE)
		return 0;
	m = message_at(&t->messages, slot);
	apart = q->arrival - (int64_t)m->arrived;
	/* with M_SMALL an address stands where the sender will */
	if ((m->flags & (M_SMALL | M_CHILD)) || apart > ID_SECONDS || apart < -ID_SECONDS)
		return 0;
	return m->sender;
}

static void count_script(struct sender *s, uint32_t name)
{
	if (!name)
		return;
	s->queue_scripts++;
	if (s->queue_lead == 0) {
		s->queue_script = name;
		s->queue_named = 0;
	}
	if (s->queue_script == name) {
		s->queue_lead++;
		s->queue_named++;
	} else {
		s->queue_lead--;
	}
}

/* What its own facts name; the row may be there only once open messages are settled. */
static void wait(struct trace *t, const struct queued *q, uint32_t script)
{
	struct whose w;

	queued_whose(q, t->o.accounts, &t->relay_nets, &w);
	if (w.kind == KIND_UNKNOWN) {
		t->queue.unknown++;
		return;
	}
	if (t->queue.nwaiting == t->queue.room) {
		t->queue.room = t->queue.room ? t->queue.room * 2 : 256;
		t->queue.waiting = xrealloc(t->queue.waiting, t->queue.room * sizeof(*t->queue.waiting));
	}
	t->queue.waiting[t->queue.nwaiting++] = (struct queued_fact){
		.kind = (uint8_t)w.kind,
		.id = names_put(&t->names, w.id),
		.account = names_put(&t->names, w.account),
		.script = script,
	};
}

void trace_queued(struct trace *t, const struct queued *q)
{
	uint32_t script = names_put_aside(&t->names, span_head(q->script, 200));
	uint32_t row = q->damage ? 0 : row_of_id(t, q);
	struct sender *s;

	t->queue.all++;
	if (!row) {
		wait(t, q, script);
		return;
	}
	s = sender_at(&t->senders, row);
	s->queued++;
	count_script(s, script);
	if (s->kind == KIND_AUTH && q->login_grade == 'A' &&
	    span_eq_nocase(q->login, names_get(&t->names, s->id)))
		s->vouched |= VOUCH_QUEUE;
}

void queued_settle(struct trace *t)
{
	for (size_t i = 0; i < t->queue.nwaiting; i++) {
		const struct queued_fact *f = &t->queue.waiting[i];
		uint32_t row = t->single[f->kind];
		struct sender *s;

		if (!row)
			row = sender_seek(&t->senders, (enum sender_kind)f->kind, f->id, f->account);
		if (!row) {
			t->queue.unknown++;
			continue;
		}
		s = sender_at(&t->senders, row);
		s->queued++;
		count_script(s, f->script);
	}
	free(t->queue.waiting);
	t->queue.waiting = NULL;
	t->queue.nwaiting = t->queue.room = 0;
}

void trace_queue_read(struct trace *t)
{
	t->queue.read = true;
}
