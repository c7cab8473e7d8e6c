/*
 * arrive_exim - Exim's arrivals: one line tells who, from where and to whom, and the message counts with it.
 *
 * TRUST: as arrive.c. The folder of a cwd= line is the caller's own; a header's file counts only for the user it names.
 */
#include "trace/internal.h"
#include "trace/who.h"

/* What came in before the arrival line goes to the sender that it names. */
static void arrival_merge(struct trace *t, struct message *msg)
{
	struct extra *x = message_has_extra(&t->messages, msg);
	struct counts *c;

	if (!x || !(msg->flags & M_FIXED))
		return;
	c = &sender_at(&t->senders, msg->sender)->counts;
	c->delivered += x->delivered;
	c->deferred += x->deferred;
	c->bounced += x->bounced;
	x->delivered = x->deferred = x->bounced = 0;
	x->undecided = WAIT_NOTHING;
}

/* The file that a header of this message named, as Exim wrote it before the arrival; or empty. */
static struct span header_ahead_take(struct trace *t, struct qid id, uint32_t uid)
{
	for (uint32_t i = 0; i < HEADERS_AHEAD; i++)
		if (t->header[i].name && qid_eq(t->header[i].id, id)) {
			uint32_t name = t->header[i].uid == uid ? t->header[i].name : 0;

			t->header[i].name = 0;
			return names_get(&t->names, name);
		}
	return SPAN_NONE;
}

static void arrive_exim_local(struct trace *t, struct message *msg, const struct step *s)
{
	struct span user = step_get(s, F_UNIX_USER);
	uint32_t index = who_account_of_user(t, user);
	bool shared = index != ACCOUNT_NONE && accounts_get(t->o.accounts, index)->shared;
	struct span sender = step_get(s, F_SENDER);
	struct span dir = script_take_cwd(&t->script, t->o.accounts, s->time, s->ev->pid, index, shared,
					  sender.n ? rcpt_hash(sender, NULL) : 0);
	uint32_t uid = index == ACCOUNT_NONE ? UINT32_MAX : accounts_get(t->o.accounts, index)->uid;
	struct span file = t->next_header ? header_ahead_take(t, msg->id, uid) : SPAN_NONE;
	struct arrival who;

	if (observed_arrival(t, msg, s, OBSERVED_SENDMAIL, uid))
		return;
	who = who_local(t, user, index, dir, SPAN_NONE, arrive_grade(t, s));

	/* cron starts scripts in the home, which says nothing of where they lie: PHP's log may */
	if (who.kind == KIND_LOCAL &&
	    (!t->script.next_cwd || script_php_waits(&t->script, s->time, index, shared)))
		arrive_wait_script(t, msg, s, user, index);
	else
		arrive_fixed(t, msg, &who, s);
	if (file.n && (msg->flags & M_FIXED))
		sender_tally(&t->senders, &t->names, msg->sender, TALLY_PLACE, file, 'C');
	else if (file.n)
		message_extra(&t->messages, msg)->header_script = names_put(&t->names, file);
}

void arrive_exim(struct trace *t, const struct step *s)
{
	const struct event *ev = s->ev;
	bool known;
	uint32_t slot = arrive_slot(t, s, &known);
	struct message *msg = message_at(&t->messages, slot);
	struct span login = step_get(s, F_USER);

	if (known) {
		t->contradictions++;
		return;
	}
	/* without a list, those whose results came first (>>) stay counted */
	if (ev->nrcpt) {
		msg->nrcpt = ev->nrcpt < NRCPT_MOST ? ev->nrcpt : NRCPT_MOST;
		msg->flags |= M_RCPTS;
	}
	if ((ev->flags & EVF_NULL_SENDER) && !(ev->flags & EVF_AUTH) &&
	    ((ev->flags & EVF_MTA_USER) || (step_get(s, F_PARENT_ID).n && (ev->flags & EVF_LOCAL)))) {
		struct arrival who = who_single(t, KIND_BOUNCE);

		if (t->wrote)
			wrote_child(t, ev->id, qid_pack(step_get(s, F_PARENT_ID)), s->time);
		arrive_fixed(t, msg, &who, s);
	} else if (ev->flags & EVF_AUTH) {
		struct arrival who = who_auth(t, s, login);

		arrive_fixed(t, msg, &who, s);
	} else if (ev->flags & EVF_LOCAL) {
		arrive_exim_local(t, msg, s);
	} else {
		arrive_client(t, msg, s);
	}
	if (msg->flags & M_FIXED) {
		arrival_merge(t, msg);
		message_count(t, msg, ev->size, s->counted);
	} else {
		msg->flags |= M_COUNTED | (s->counted ? 0 : M_PAST);
	}
}
