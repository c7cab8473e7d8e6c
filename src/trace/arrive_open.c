/*
 * arrive_open - arrivals whose sender their own line does not tell: from outside or loopback without a login, and local ones
 * whose script PHP's log may still name. What is known waits in the message's extra.
 *
 * TRUST: as arrive.c. A panel's line and a sender's domain are hints; what was seen of a socket is sure.
 */
#include "trace/internal.h"
#include "trace/who.h"

/* From outside or loopback without a login: what it is, its results or its parent will tell. */
static void arrive_open(struct trace *t, struct message *msg, const struct step *s, enum undecided what,
			const uint8_t ip[16])
{
	struct span ident = step_get(s, F_IDENT_USER);
	struct span sender = step_get(s, F_SENDER);
	uint32_t account = ident.n ? accounts_by_name(t->o.accounts, ident) : ACCOUNT_NONE;
	uint64_t port = 0;
	bool identified, by_socket = false;
	struct extra *x;
	uint32_t v4;

	if (account == ACCOUNT_NONE && what == WAIT_PARENT && span_u64(step_get(s, F_PORT), &port)) {
		const struct identity *id = identity_find(&t->identities, s->time, (uint32_t)port, ip, 0);

		account = id ? id->account : ACCOUNT_NONE;
		by_socket = id && id->sure;
	}
	identified = account != ACCOUNT_NONE;
	if (!identified)
		account = who_account_of_address(t, sender);
	msg->flags |= M_ARRIVED;
	later_keep(t, msg->id, s);
	if (what == WAIT_RESULT && account == ACCOUNT_NONE && msg->extra == NO_EXTRA && net_is_v4(ip)) {
		memcpy(&v4, ip + 12, 4);
		message_small(msg, v4, s->ev->size);
		return;
	}
	x = message_extra(&t->messages, msg);
	x->undecided = (uint8_t)what;
	x->size = s->ev->size;
	memcpy(x->ip, ip, 16);
	x->account = account;
	x->identified = identified;
	x->by_socket = by_socket;
	x->sender_hash = sender.n ? rcpt_hash(sender, NULL) : 0;
}

void arrive_client(struct trace *t, struct message *msg, const struct step *s)
{
	struct span client = step_get(s, F_CLIENT_IP);
	uint8_t ip[16] = { 0 };
	bool inner = client.n && net_parse(client, ip) &&
		     (net_is_loopback(ip) || networks_hold(&t->relay_nets, ip));

	if (!net_is_loopback(ip) || !observed_arrival(t, msg, s, OBSERVED_LOOPBACK, UINT32_MAX))
		arrive_open(t, msg, s, inner ? WAIT_PARENT : WAIT_RESULT, ip);
}

uint32_t arrive_slot(struct trace *t, const struct step *s, bool *ret_known)
{
	uint32_t slot = messages_find(&t->messages, s->ev->id);
	struct message *msg;

	*ret_known = false;
	if (slot == NO_MESSAGE) {
		if (messages_full(&t->messages))
			trace_make_room(t);
		return messages_add(&t->messages, s->ev->id, s->time);
	}
	msg = message_at(&t->messages, slot);
	*ret_known = (msg->flags & M_ARRIVED) != 0;
	if (!*ret_known) {
		msg->arrived = (uint32_t)s->time;
		msg->flags &= ~(unsigned)M_PAST & 0x3ff;
	}
	return slot;
}

void arrive_identity(struct trace *t, const struct step *s)
{
	struct span user = step_get(s, F_IDENT_USER);
	struct span sender = step_get(s, F_SENDER);
	struct identity id = {
		.at = s->time,
		.sender = sender.n ? rcpt_hash(sender, NULL) : 0,
		.sure = !(s->ev->flags & EVF_SYSLOG) || writer_vouches(t, s),
	};
	uint32_t slot = qid_none(s->ev->id) ? NO_MESSAGE : messages_find(&t->messages, s->ev->id);
	struct extra *x =
		slot == NO_MESSAGE ? NULL : message_has_extra(&t->messages, message_at(&t->messages, slot));
	uint64_t port;

	id.account = accounts_by_name(t->o.accounts, user);
	if (id.account == ACCOUNT_NONE)
		return;
	if (x && x->undecided == WAIT_PARENT) {
		if (x->by_socket && !id.sure)
			return;
		x->account = id.account;
		x->identified = true;
		x->by_socket = id.sure;
		return;
	}
	id.addressed = net_parse(step_get(s, F_CLIENT_IP), id.ip);
	if (span_u64(step_get(s, F_PORT), &port))
		id.port = (uint32_t)port;
	identity_put(&t->identities, &id);
}

char arrive_grade(struct trace *t, const struct step *s)
{
	if (writer_vouches(t, s))
		return 'A';
	if (s->ev->dialect == DIALECT_POSTFIX)
		return 'B';
	return s->ev->flags & EVF_SYSLOG || t->exim_open || trace_writer(t, s) != ACCOUNT_NONE ? 'B' : 'A';
}

void arrive_wait_script(struct trace *t, struct message *msg, const struct step *s, struct span user,
			uint32_t index)
{
	struct extra *x = message_extra(&t->messages, msg);

	later_keep(t, msg->id, s);
	x->undecided = WAIT_SCRIPT;
	x->size = s->ev->size;
	x->account = index;
	x->sender_name = index == ACCOUNT_NONE ? names_put(&t->names, user) : 0;
	x->grade = arrive_grade(t, s);
	x->subject = subject_hash(step_get(s, F_SUBJECT));
	msg->flags |= M_ARRIVED;
}
