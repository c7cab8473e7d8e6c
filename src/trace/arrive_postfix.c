/*
 * arrive_postfix - Postfix's arrivals: client= or uid= first, then what cleanup and header_checks say; the message counts
 * once qmgr has taken the id.
 *
 * TRUST: as arrive.c. Short queue ids come back, and lines that came through syslog may name any.
 */
#include "trace/internal.h"
#include "trace/who.h"

#include <stdio.h>

static void arrive_pickup(struct trace *t, struct message *msg, const struct step *s)
{
	uint32_t index = accounts_by_uid(t->o.accounts, s->ev->uid);
	char number[16];
	struct span user;

	if (observed_arrival(t, msg, s, OBSERVED_SENDMAIL, s->ev->uid))
		return;
	if (index != ACCOUNT_NONE)
		user = accounts_get(t->o.accounts, index)->name;
	else
		user = span_of(number, (size_t)snprintf(number, sizeof(number), "uid %u", s->ev->uid));
	arrive_wait_script(t, msg, s, user, index);
}

/* Long ids tell the time to the microsecond and never come back (postconf(5), enable_long_queue_ids). Of all
 * ids only they hold a 'z', between time and inode: a short one is hexadecimal. */
static bool id_is_unique(struct qid id)
{
	for (unsigned at = 0; at < 64; at += 8)
		if ((id.hi >> at & 0xff) == 'z' || (id.lo >> at & 0xff) == 'z')
			return true;
	return false;
}

#define QUEUED_MOST \
	(5 * INT64_C(86400)) /* postconf(5), maximal_queue_lifetime: Postfix gives up on what is older */
#define CLEANUP_MOST \
	3600 /* from cleanup to qmgr; a message that a milter refused there leaves no other trace */

/*
 * Is a second arrival of this message's id a copied or forged line? Its file holds a short id, too, until qmgr
 * removes it: no other message can have it before. One that qmgr never took may be gone without a word, as is one
 * whose end lies in lines that got lost: they make way in time.
 */
static bool holds_id(const struct message *msg, const struct step *s)
{
	int64_t age = s->time - msg->arrived;

	if (msg->flags & M_DONE)
		return false;
	return id_is_unique(s->ev->id) || ((msg->flags & M_COUNTED) && age < QUEUED_MOST) ||
	       ((msg->flags & M_CLEANUP) && age < CLEANUP_MOST);
}

void arrive_postfix(struct trace *t, const struct step *s)
{
	bool known;
	uint32_t slot = arrive_slot(t, s, &known);
	struct message *msg = message_at(&t->messages, slot);
	unsigned cleaned = s->ev->flags & EVF_CLEANUP ? M_CLEANUP : 0;

	if (known && holds_id(msg, s)) {
		t->contradictions++;
		msg->flags |= cleaned;
		return;
	}
	if (known) {
		/* An id that came back: a new message. The old one may still wait for its second id's results. */
		if (message_at(&t->messages, slot)->flags & M_DONE)
			messages_hide(&t->messages, slot);
		else
			message_settle(t, slot);
		slot = messages_add(&t->messages, s->ev->id, s->time);
		msg = message_at(&t->messages, slot);
	}
	if (s->ev->flags & EVF_LOCAL) {
		arrive_pickup(t, msg, s);
	} else if (s->ev->flags & EVF_AUTH) {
		struct arrival who = who_auth(t, s, step_get(s, F_USER));

		arrive_fixed(t, msg, &who, s);
	} else {
		arrive_client(t, msg, s);
		/* orig_queue_id= is any local client's word (XFORWARD): the parent's own "queued as" decides */
	}
	/* cleanup's line behind one that was complete before it arrived is of the next message of this id */
	if (cleaned && (msg->flags & M_DONE))
		arrive_message_id(t, s);
	else
		msg->flags |= cleaned;
}

/* A subject that header_checks wrote, for who is judged once his script is known. */
static void header_subject(struct trace *t, uint32_t slot, struct span subject)
{
	struct extra *x = message_has_extra(&t->messages, message_at(&t->messages, slot));

	/* the first: once the id is known to others they may write such a line, too */
	if (x && !x->subject)
		x->subject = subject_hash(subject);
}

/* Mostly the script of the account's message before: names_put would hash it again. */
static uint32_t script_name(struct trace *t, uint32_t account, struct span script)
{
	struct known_account *k = account < t->naccounts ? &t->account[account] : NULL;
	uint32_t name = k ? k->script : 0;

	script = span_head(script, SCRIPT_MOST);
	if (name && span_eq(names_get(&t->names, name), script))
		return name;
	name = names_put(&t->names, script);
	if (k)
		k->script = name;
	return name;
}

/*
 * X-PHP-Originating-Script as Postfix's header_checks or Exim's ACL saw it: PHP writes "uid:file", but so can anybody. It
 * is believed only to name a file of the very user that the mail server saw, and at grade C.
 */
void arrive_header(struct trace *t, const struct step *s)
{
	struct span script = step_get(s, F_SCRIPT);
	uint32_t slot = messages_find(&t->messages, s->ev->id);
	struct extra *x;
	uint64_t uid;

	if (slot != NO_MESSAGE && s->ev->dialect == DIALECT_POSTFIX)
		header_subject(t, slot, step_get(s, F_SUBJECT));
	if (!script.n || !span_u64(step_get(s, F_UID), &uid) || uid >= UINT32_MAX)
		return;
	if (s->ev->dialect == DIALECT_EXIM) {
		t->header[t->next_header++ % HEADERS_AHEAD] = (struct header_ahead){
			.id = s->ev->id,
			.uid = (uint32_t)uid,
			.name = names_put(&t->names, span_head(script, SCRIPT_MOST)),
		};
		return;
	}
	if (slot == NO_MESSAGE)
		return;
	x = message_has_extra(&t->messages, message_at(&t->messages, slot));
	if (x && x->undecided == WAIT_SCRIPT && x->account != ACCOUNT_NONE && !x->header_script &&
	    accounts_get(t->o.accounts, x->account)->uid == uid)
		x->header_script = script_name(t, x->account, script);
}

/* The message that a line of its early life speaks of. One that is complete has left its id to a new one. */
static uint32_t early_slot(struct trace *t, const struct step *s)
{
	uint32_t slot = messages_find(&t->messages, s->ev->id);

	if (slot != NO_MESSAGE && !(message_at(&t->messages, slot)->flags & M_DONE))
		return slot;
	if (slot != NO_MESSAGE)
		messages_hide(&t->messages, slot);
	if (messages_full(&t->messages))
		trace_make_room(t);
	return messages_add(&t->messages, s->ev->id, s->time);
}

void arrive_message_id(struct trace *t, const struct step *s)
{
	if (!qid_none(s->ev->id))
		message_at(&t->messages, early_slot(t, s))->flags |= M_CLEANUP;
}

/* qmgr's first from= is when a Postfix message counts; it repeats at every try. */
void arrive_queue(struct trace *t, const struct step *s)
{
	uint32_t slot = early_slot(t, s);
	struct message *msg;
	struct extra *x;

	msg = message_at(&t->messages, slot);
	if (s->ev->flags & EVF_CLEANUP)
		msg->flags |= M_CLEANUP;
	if (msg->flags & M_COUNTED)
		return;
	msg->nrcpt = s->ev->nrcpt < NRCPT_MOST ? s->ev->nrcpt : NRCPT_MOST;
	msg->flags |= M_RCPTS;
	if (msg->flags & M_FIXED) {
		message_count(t, msg, s->ev->size, s->counted);
		return;
	}
	if (!(msg->flags & (M_ARRIVED | M_CHILD)) && (s->ev->flags & EVF_NULL_SENDER) &&
	    (msg->flags & M_CLEANUP)) {
		/* made by this server itself: neither smtpd nor pickup has seen it */
		struct arrival who = who_single(t, KIND_BOUNCE);

		arrive_fixed(t, msg, &who, s);
		message_count(t, msg, s->ev->size, s->counted);
		return;
	}
	message_set_size(&t->messages, msg, s->ev->size);
	if ((msg->flags & M_SMALL) && who_account_of_address(t, step_get(s, F_SENDER)) == ACCOUNT_NONE) {
		msg->flags |= M_COUNTED | (s->counted ? 0 : M_PAST);
		return;
	}
	x = message_extra(&t->messages, msg);
	if (x->undecided == WAIT_NOTHING && !(msg->flags & M_CHILD))
		x->undecided = WAIT_ARRIVAL;
	if (x->account == ACCOUNT_NONE && (x->undecided == WAIT_RESULT || x->undecided == WAIT_PARENT))
		x->account = who_account_of_address(t, step_get(s, F_SENDER));
	msg->flags |= M_COUNTED | (s->counted ? 0 : M_PAST);
}
