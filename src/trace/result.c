/*
 * result - what became of a message: delivered, deferred, bounced, handed to a content filter, complete.
 *
 * Counting follows the contract line by line. A hand-over to a second id that this server logs itself is no
 * delivery: the second id becomes a child, and what happens to it is counted for the first.
 *
 * TRUST: remote servers write the reply texts. A reply can name any id, so a child is adopted only when it
 * came from loopback or was made by this server, and only while nobody else is known to have sent it.
 */
#include "trace/internal.h"
#include "trace/who.h"

#include "base/hash.h"

#define CHAIN_MOST 8 /* limit investigate: content filters behind each other */
#define TOLD_MOST 64 /* results that a late decision still tells the judge */

/* The message that SLOT's results belong to. */
static uint32_t root_of(const struct trace *t, uint32_t slot)
{
	for (unsigned i = 0; i < CHAIN_MOST; i++) {
		const struct message *msg = message_at(&t->messages, slot);
		const struct message *parent;
		const struct extra *x;

		if (!(msg->flags & M_CHILD))
			return slot;
		x = extra_at(&t->messages, msg->extra);
		parent = message_at(&t->messages, x->parent);
		if (parent->extra == NO_EXTRA || (parent->flags & M_SMALL) ||
		    extra_at(&t->messages, parent->extra)->serial != x->parent_serial)
			return slot;
		slot = x->parent;
	}
	return slot;
}

static struct counts *fixed_counts(struct trace *t, const struct message *msg)
{
	return msg->flags & M_FIXED ? &sender_at(&t->senders, msg->sender)->counts : NULL;
}

static void add_results(struct trace *t, uint32_t root, uint32_t delivered, uint32_t deferred,
			uint32_t bounced)
{
	struct message *msg = message_at(&t->messages, root);
	struct counts *c = fixed_counts(t, msg);
	struct extra *x;

	if (msg->flags & M_PAST)
		return;
	if (c) {
		c->delivered += delivered;
		c->deferred += deferred;
		c->bounced += bounced;
		return;
	}
	x = message_extra(&t->messages, msg);
	x->delivered += delivered;
	x->deferred += deferred;
	x->bounced += bounced;
}

void result_adopt(struct trace *t, struct qid parent, uint32_t slot)
{
	uint32_t root = messages_find(&t->messages, parent);
	struct message *child = message_at(&t->messages, slot);
	struct extra *x;
	struct extra got;

	if (root == NO_MESSAGE || (child->flags & (M_FIXED | M_CHILD)))
		return;
	root = root_of(t, root);
	if (root == slot)
		return;
	got = *message_extra(&t->messages, child);
	if (got.undecided != WAIT_PARENT && got.undecided != WAIT_ARRIVAL && got.undecided != WAIT_NOTHING)
		return;
	add_results(t, root, got.delivered, got.deferred, got.bounced);
	message_extra(&t->messages, message_at(&t->messages, root))->children += !got.ended;
	x = message_extra(&t->messages, child);
	x->delivered = x->deferred = x->bounced = 0;
	x->parent = root;
	x->parent_serial = message_extra(&t->messages, message_at(&t->messages, root))->serial;
	child->flags |= M_CHILD;
	if (got.ended)
		messages_drop(&t->messages, slot);
}

/* --- the judge's share --------------------------------------------------------------------- */

static bool is_judged(enum sender_kind kind)
{
	return kind == KIND_AUTH || kind == KIND_SCRIPT || kind == KIND_LOCAL || kind == KIND_RELAY ||
	       kind == KIND_FORWARD;
}

static enum judge_result class_of(const struct event *ev, bool first)
{
	/* who is unknown for now is counted when that is final; a refusal as spam, with the first try */
	if (ev->flags & EVF_UNKNOWN_RCPT)
		return ev->kind == EV_DEFER ? RESULT_OTHER : RESULT_UNKNOWN_RCPT;
	if (ev->flags & EVF_SPAM)
		return ev->kind == EV_DEFER && !first ? RESULT_OTHER : RESULT_SPAM;
	return ev->kind == EV_DELIVER ? RESULT_OK : RESULT_OTHER;
}

static void hour_add(struct hour_share *h, int64_t at, bool spam)
{
	int64_t hour = at / 3600;

	if (hour != h->hour) {
		h->closed = h->results >= 20 ? (double)h->spam / (double)h->results : 0;
		h->hour = hour;
		h->results = h->spam = 0;
	}
	h->results++;
	h->spam += spam;
}

/* ROW is MSG's, for good. */
static void judge_row(struct trace *t, struct sender *row, const struct message *msg, const struct step *s,
		      enum judge_result class, bool new_rcpt)
{
	bool named = s->ev->dialect == DIALECT_EXIM && (msg->flags & M_RCPTS); /* by the arrival line */
	struct span orig = named ? step_get(s, F_ORIG_RECIPIENT) : SPAN_NONE;
	uint64_t domain, hash;

	if (!is_judged(row->kind))
		return;
	if (new_rcpt && !named) {
		hash = soon_rcpt(t, s, &domain);
		later_recipient(t, row, s->time, hash, domain, freemail_has(&t->freemail, domain));
	}
	if (s->ev->kind == EV_DEFER && class == RESULT_OTHER)
		return;
	later_result(t, row, s, class, orig.n ? orig : step_get(s, F_RECIPIENT));
}

static void judge_outcome(struct trace *t, struct message *root, const struct step *s, bool new_rcpt)
{
	enum judge_result class = class_of(s->ev, new_rcpt);
	struct extra *x;

	hour_add(&t->hour, s->time, class == RESULT_SPAM);
	if (root->flags & M_FIXED) {
		judge_row(t, sender_at(&t->senders, root->sender), root, s, class, new_rcpt);
		return;
	}
	x = message_extra(&t->messages, root);
	x->unknown_rcpt += class == RESULT_UNKNOWN_RCPT && x->unknown_rcpt < TOLD_MOST;
	x->spam += class == RESULT_SPAM && x->spam < TOLD_MOST;
	x->fine += class == RESULT_OK && x->fine < TOLD_MOST;
}

/* --- what a result says about an open sender -------------------------------------------------- */

static bool relay_is_inner(const struct step *s)
{
	struct span text = step_get(s, F_RELAY_IP);
	uint8_t ip[16];

	return text.n && net_parse(text, ip) && net_is_inner(ip);
}

static void decide_by_result(struct trace *t, uint32_t root, const struct step *s)
{
	struct message *msg = message_at(&t->messages, root);
	const struct extra *x = message_has_extra(&t->messages, msg);
	struct span rcpt = step_get(s, F_RECIPIENT);
	struct span orig = step_get(s, F_ORIG_RECIPIENT);
	struct arrival who;

	if (!x || x->undecided != WAIT_RESULT || !(s->ev->flags & EVF_REMOTE) || relay_is_inner(s))
		return;
	who = orig.n && !span_eq_nocase(orig, rcpt) ? who_forward(t, orig)
						    : who_relay(t, x->ip, x->account, x->identified);
	arrive_decide(t, root, &who, NULL);
}

/* Most mail from outside goes into a mailbox here and is complete: it was not forwarded, whatever else would be kept of it. */
static bool stays_here(const struct trace *t, const struct message *msg, const struct event *ev)
{
	const unsigned wanted = M_SMALL | M_COUNTED | M_RCPTS;

	return ev->flags & EVF_COMPLETED && ev->kind == EV_DELIVER && !(ev->flags & EVF_REMOTE) &&
	       !t->wrote && (msg->flags & (wanted | M_PAST)) == wanted;
}

static void decide_local(struct trace *t, uint32_t slot, struct span file)
{
	struct extra *x = message_has_extra(&t->messages, message_at(&t->messages, slot));
	struct arrival who = who_local(t, x->sender_name ? names_get(&t->names, x->sender_name) : SPAN_NONE,
				       x->account, file.n ? script_folder(file) : SPAN_NONE, file, x->grade);

	if (who.kind == KIND_LOCAL && x->header_script) {
		who.place = names_get(&t->names, x->header_script);
		who.place_grade = 'C';
	}
	arrive_decide(t, slot, &who, NULL);
}

/* What the line of this message says besides: Postfix itself logs no subjects. */
static struct span php_told(struct extra *x, const struct php_line *line)
{
	if (line && !x->subject)
		x->subject = line->subject;
	return php_file(line);
}

/*
 * The file that a mail() line names. Where all sites' PHP runs as one user, each of their scripts can write the line of
 * another: then it says whose site it was only together with the web server's log, which none of them writes.
 * Else it is a hint beside that user.
 */
static struct span believed(struct trace *t, struct extra *x, const struct php_line *line, bool shared)
{
	if (!line || !shared || !line->doubted)
		return php_told(x, line);
	if (line->asked || web_asked(&t->web, line->owner, line->at)) {
		t->php_agreed++;
		return php_told(x, line);
	}
	t->php_doubted++;
	if (!x->header_script)
		x->header_script = names_put(&t->names, span_head(php_file(line), SCRIPT_MOST));
	return SPAN_NONE;
}

/*
 * A local message has its first result: the mail() call that wrote to this recipient names folder and file.
 * Without one, and none waiting, it was cron or a shell; else another recipient may still tell.
 */
static void decide_script(struct trace *t, uint32_t slot, const struct step *s)
{
	struct message *msg = message_at(&t->messages, slot);
	struct extra *x = message_has_extra(&t->messages, msg);
	bool shared = x->account != ACCOUNT_NONE && accounts_get(t->o.accounts, x->account)->shared;
	struct span orig = step_get(s, F_ORIG_RECIPIENT);
	const struct php_line *line = script_take_php(&t->script, msg->arrived, x->account, shared,
						      rcpt_hash(step_get(s, F_RECIPIENT), NULL));

	if (!line && orig.n)
		line = script_take_php(&t->script, msg->arrived, x->account, shared, rcpt_hash(orig, NULL));
	if (line || !script_php_waits(&t->script, msg->arrived, x->account, shared))
		decide_local(t, slot, believed(t, x, line, shared));
}

/* --- the events ---------------------------------------------------------------------------------- */

/* The message, made when its arrival has not been seen. */
static uint32_t result_slot(struct trace *t, const struct step *s)
{
	uint32_t slot = soon_slot(t, s);

	if (slot != NO_MESSAGE)
		return slot;
	if (messages_full(&t->messages))
		trace_make_room(t);
	slot = messages_add(&t->messages, s->ev->id, s->time);
	message_at(&t->messages, slot)->flags |= s->counted ? 0 : M_PAST;
	message_extra(&t->messages, message_at(&t->messages, slot))->undecided = WAIT_ARRIVAL;
	return slot;
}

/* Did the result hand over to another id of this server? */
static bool handed_over(struct trace *t, uint32_t slot, const struct step *s)
{
	struct span text = step_get(s, F_CHILD_ID);
	uint32_t child;
	uint32_t root;
	struct extra *x;

	if (!text.n || s->ev->kind != EV_DELIVER)
		return false;
	if (s->ev->dialect == DIALECT_EXIM && !(s->ev->flags & EVF_FILTER))
		return false;
	child = messages_find(&t->messages, qid_pack(text));
	if (child == NO_MESSAGE || child == slot)
		return false;
	result_adopt(t, s->ev->id, child);
	child = messages_find(&t->messages, qid_pack(text));
	if (child != NO_MESSAGE && !(message_at(&t->messages, child)->flags & M_CHILD))
		return false;
	root = root_of(t, slot);
	x = message_has_extra(&t->messages, message_at(&t->messages, root));
	if (x && x->undecided == WAIT_RESULT && !(s->ev->flags & (EVF_FILTER | EVF_REMOTE))) {
		struct arrival who = who_forward(t, step_get(s, F_RECIPIENT));

		arrive_decide(t, root, &who, NULL);
	}
	return true;
}

/* Remembers the recipient where somebody will ask for it. True when this message never had a result for it. */
static bool note_recipient(struct trace *t, uint32_t slot, const struct step *s)
{
	struct message *msg = message_at(&t->messages, slot);
	const struct extra *x = message_has_extra(&t->messages, msg);
	bool deferred = s->ev->kind == EV_DEFER;
	struct span orig = step_get(s, F_ORIG_RECIPIENT);
	struct span rcpt = orig.n && !(msg->flags & M_RCPTS) ? orig : step_get(s, F_RECIPIENT);
	uint64_t domain;
	bool is_new;

	if ((msg->flags & M_RCPTS) && !deferred && !(x && x->deferred_now))
		return true;
	is_new = message_rcpt(&t->messages, slot, orig.n ? rcpt_hash(rcpt, NULL) : soon_rcpt(t, s, &domain),
			      deferred ? RCPT_DEFERRED : RCPT_FINAL) == RCPT_NEW;
	msg = message_at(&t->messages, slot);
	if (is_new && !(msg->flags & (M_RCPTS | M_CHILD))) {
		msg->nrcpt += msg->nrcpt < NRCPT_MOST;
		if ((msg->flags & M_FIXED) && (msg->flags & M_COUNTED) && !(msg->flags & M_PAST))
			sender_at(&t->senders, msg->sender)->counts.recipients++;
	}
	return is_new;
}

/* qmgr's one expired line stands for every recipient whose last status is deferred. */
static uint32_t expired_count(struct trace *t, uint32_t slot)
{
	struct extra *x = message_extra(&t->messages, message_at(&t->messages, slot));
	uint32_t n = x->deferred_now ? x->deferred_now : 1;

	x->deferred_now = 0;
	return n;
}

/* Both names of the recipient: the queue may keep either. */
static void wrote_result(struct trace *t, const struct message *msg, const struct step *s)
{
	struct span orig = step_get(s, F_ORIG_RECIPIENT);

	if (!(msg->flags & M_FIXED) || (msg->flags & M_SMALL))
		return;
	wrote_seen(t->wrote, msg->sender, rcpt_hash(step_get(s, F_RECIPIENT), NULL), msg->arrived);
	if (orig.n)
		wrote_seen(t->wrote, msg->sender, rcpt_hash(orig, NULL), msg->arrived);
}

/* Address verification: Postfix makes a message for it that nobody handed over, and nothing is sent. */
static void forget_probe(struct trace *t, struct qid id)
{
	uint32_t slot = messages_find(&t->messages, id);

	if (slot != NO_MESSAGE &&
	    !(message_at(&t->messages, slot)->flags & (M_FIXED | M_ARRIVED | M_CHILD | M_RESULT)))
		messages_drop(&t->messages, slot);
}

/* Most results: a delivery, with nothing open, of a message whose sender and recipients its arrival told. */
static bool is_plain(const struct trace *t, const struct message *msg, const struct step *s)
{
	const unsigned wanted = M_FIXED | M_RCPTS;
	const unsigned special = EVF_EXPIRED | EVF_NOT_FRESH | EVF_UNKNOWN_RCPT | EVF_SPAM;

	return s->ev->kind == EV_DELIVER && !(s->ev->flags & special) && s->counted && !t->wrote &&
	       (msg->flags & (wanted | M_SMALL | M_PAST)) == wanted && msg->extra == NO_EXTRA;
}

/* What the rest of result_event comes to then. */
static void plain_event(struct trace *t, struct message *msg, const struct step *s)
{
	struct sender *row = sender_at(&t->senders, msg->sender);

	msg->flags |= M_RESULT;
	row->counts.delivered += s->ev->repeat;
	hour_add(&t->hour, s->time, false);
	judge_row(t, row, msg, s, RESULT_OK, true);
}

void result_event(struct trace *t, const struct step *s)
{
	const struct event *ev = s->ev;
	uint32_t slot;
	uint32_t root;
	uint32_t n = ev->repeat; /* "message repeated N times" stands for N lines */
	bool new_rcpt = false;
	struct extra *x;

	if (ev->flags & EVF_PROBE)
		forget_probe(t, ev->id);
	if (qid_none(ev->id) || (ev->flags & (EVF_PROBE | EVF_SUPPRESSED)))
		return;
	slot = result_slot(t, s);
	if (handed_over(t, slot, s)) {
		message_at(&t->messages, slot)->flags |= M_RESULT;
		return;
	}
	if (stays_here(t, message_at(&t->messages, slot), ev))
		arrive_inbound(t, message_at(&t->messages, slot));
	if (is_plain(t, message_at(&t->messages, slot), s)) {
		plain_event(t, message_at(&t->messages, slot), s);
		return;
	}
	if (ev->flags & EVF_EXPIRED)
		n = expired_count(t, slot);
	else
		new_rcpt = note_recipient(t, slot, s);
	root = root_of(t, slot);
	message_at(&t->messages, root)->flags |= M_RESULT;
	if (s->counted)
		add_results(t, root, ev->kind == EV_DELIVER ? n : 0, ev->kind == EV_DEFER ? n : 0,
			    ev->kind == EV_BOUNCE ? n : 0);
	x = message_has_extra(&t->messages, message_at(&t->messages, root));
	if (x && x->undecided == WAIT_SCRIPT && !(ev->flags & EVF_EXPIRED)) {
		decide_script(t, root, s);
	} else if (x && x->undecided == WAIT_RESULT) {
		decide_by_result(t, root, s);
	}
	if (t->wrote && !(ev->flags & EVF_EXPIRED))
		wrote_result(t, message_at(&t->messages, root), s);
	if (!(ev->flags & EVF_NOT_FRESH))
		judge_outcome(t, message_at(&t->messages, root), s, new_rcpt);
}

/* --- the end of a message ------------------------------------------------------------------------ */

/* The panel's line came after the arrival's. */
static void identify(struct trace *t, const struct message *msg, struct extra *x)
{
	const struct identity *id =
		x->identified ? NULL : identity_find(&t->identities, msg->arrived, 0, x->ip, x->sender_hash);

	if (!id)
		return;
	x->account = id->account;
	x->identified = true;
}

/* Nothing more will tell who sent it. */
static void decide_at_last(struct trace *t, uint32_t slot)
{
	struct message *msg = message_at(&t->messages, slot);
	struct extra *x = message_has_extra(&t->messages, msg);
	enum undecided what = x ? (enum undecided)x->undecided : WAIT_NOTHING;
	struct arrival who;

	if (!(msg->flags & (M_COUNTED | M_RESULT)))
		return;
	if (what == WAIT_SCRIPT) {
		/* recipients in Cc and Bcc alone: the oldest call of his that nobody else took */
		bool shared = x->account != ACCOUNT_NONE && accounts_get(t->o.accounts, x->account)->shared;

		decide_local(t, slot,
			     shared ? SPAN_NONE
				    : php_told(x, script_take_php(&t->script, msg->arrived, x->account,
								  shared, 0)));
		return;
	}
	if (what == WAIT_PARENT) {
		identify(t, msg, x);
		who = who_relay(t, x->ip, x->account, x->identified);
	} else if (what == WAIT_RESULT) {
		who = who_single(t, KIND_INBOUND);
	} else {
		who = who_single(t, KIND_UNKNOWN);
	}
	arrive_decide(t, slot, &who, NULL);
}

/* Whose socket on localhost it came from, where the mail server looked (identity.h); a user of many sites is nobody. */
static uint64_t owner_of(const struct trace *t, const struct extra *x)
{
	const struct account *a = x && x->by_socket && x->account != ACCOUNT_NONE && net_is_loopback(x->ip)
					  ? accounts_get(t->o.accounts, x->account)
					  : NULL;

	return a && !a->shared ? wrote_identity(KIND_LOCAL, a->name, a->name) : 0;
}

void message_settle(struct trace *t, uint32_t slot)
{
	struct message *msg = message_at(&t->messages, slot);

	if (msg->flags & M_CHILD) {
		uint32_t root = root_of(t, slot);
		struct extra *x =
			root == slot ? NULL : message_has_extra(&t->messages, message_at(&t->messages, root));

		messages_drop(&t->messages, slot);
		if (x && x->children && --x->children == 0 && x->ended)
			message_settle(t, root);
		return;
	}
	if (!(msg->flags & M_FIXED))
		decide_at_last(t, slot);
	msg = message_at(&t->messages, slot);
	if (t->wrote && (msg->flags & M_FIXED))
		wrote_settled(t->wrote, msg->id, msg->arrived, msg->sender,
			      owner_of(t, message_has_extra(&t->messages, msg)));
	messages_drop(&t->messages, slot);
}

/* Complete, but its parent may still be named, or a second id of it is still on its way. */
static bool must_stay(struct trace *t, struct message *msg, const struct event *ev)
{
	const struct extra *x = message_has_extra(&t->messages, msg);

	if (!x || (msg->flags & M_CHILD))
		return false;
	return x->children || x->undecided == WAIT_PARENT ||
	       (x->undecided == WAIT_ARRIVAL && ev->dialect == DIALECT_POSTFIX && (msg->flags & M_CLEANUP));
}

void result_complete(struct trace *t, const struct step *s)
{
	uint32_t slot = messages_find(&t->messages, s->ev->id);
	struct message *msg;

	if (slot == NO_MESSAGE)
		return;
	msg = message_at(&t->messages, slot);
	if (!must_stay(t, msg, s->ev)) {
		message_settle(t, slot);
		return;
	}
	msg->flags |= M_DONE;
	message_extra(&t->messages, msg)->ended = true;
	if (message_extra(&t->messages, msg)->children)
		return;
	if (t->grace_n == GRACE_RING)
		result_grace(t, INT64_MAX);
	t->grace[(t->grace_first + t->grace_n++) % GRACE_RING] = (struct grace){
		.slot = slot,
		.serial = message_extra(&t->messages, msg)->serial,
		.until = s->time + GRACE_SECONDS,
	};
	t->quiet_until = -1;
}

void result_grace(struct trace *t, int64_t now)
{
	while (t->grace_n && t->grace[t->grace_first].until < now) {
		struct grace g = t->grace[t->grace_first];
		struct message *msg = message_at(&t->messages, g.slot);

		t->grace_first = (t->grace_first + 1) % GRACE_RING;
		t->grace_n--;
		if ((msg->flags & M_DONE) && msg->extra != NO_EXTRA && !(msg->flags & M_SMALL) &&
		    extra_at(&t->messages, msg->extra)->serial == g.serial &&
		    !extra_at(&t->messages, msg->extra)->children)
			message_settle(t, g.slot);
	}
}

/* Postfix: "sender non-delivery notification: ID" names a message that this server made itself. */
void result_notice_child(struct trace *t, const struct step *s)
{
	struct span text = step_get(s, F_CHILD_ID);
	uint32_t slot = text.n ? messages_find(&t->messages, qid_pack(text)) : NO_MESSAGE;
	struct arrival who;

	if (t->wrote && text.n)
		wrote_child(t, qid_pack(text), s->ev->id, s->time);
	if (slot == NO_MESSAGE || (message_at(&t->messages, slot)->flags & (M_FIXED | M_CHILD | M_ARRIVED)))
		return;
	who = who_single(t, KIND_BOUNCE);
	message_at(&t->messages, slot)->flags |= M_ARRIVED;
	arrive_decide(t, slot, &who, NULL);
}
