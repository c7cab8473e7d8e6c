/*
 * arrive - who handed this message over, as far as its arrival line tells.
 *
 * What each fact proves (trust.md B4): A= and sasl_username= that a password was used; U= with P=local and
 * pickup's uid= the unix user, spelled by MTA or kernel; the client address a TCP peer; cwd= and mail() a
 * folder, with the user; everything else (envelope sender, HELO, subject) proves nothing and is only
 * counted. A line that came through syslog can be forged by a local user: grade B.
 */
#include "trace/internal.h"
#include "trace/who.h"

#include "base/hash.h"
#include "logs/bytes.h"

#define ADDRESS_MOST 330

/* N bytes of P, ASCII letters in lower case; OUT has room for 16 more. Returns where the last '@' is, or -1. */
static ptrdiff_t lower_copy(char *out, const char *p, size_t n)
{
	ptrdiff_t at = -1;
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i v = bytes_load(p + i);
		unsigned hit = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('@')));

		v = _mm_or_si128(v, _mm_and_si128(bytes_within(v, 'A', 'Z'), _mm_set1_epi8(0x20)));
		_mm_storeu_si128((__m128i *)(void *)(out + i), v);
		if (hit)
			at = (ptrdiff_t)i + 31 - __builtin_clz(hit);
	}
	if (i && i < n) {
		/* the last sixteen once more rather than one by one */
		__m128i v = bytes_load(p + n - 16);
		unsigned hit = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('@')));

		v = _mm_or_si128(v, _mm_and_si128(bytes_within(v, 'A', 'Z'), _mm_set1_epi8(0x20)));
		_mm_storeu_si128((__m128i *)(void *)(out + n - 16), v);
		return hit ? (ptrdiff_t)n - 16 + 31 - __builtin_clz(hit) : at;
	}
#endif
	for (; i < n; i++) {
		out[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 0x20) : p[i];
		if (p[i] == '@')
			at = (ptrdiff_t)i;
	}
	return at;
}

uint64_t rcpt_hash(struct span address, uint64_t *ret_domain)
{
	char lower[ADDRESS_MOST + 16];
	size_t n = address.n < ADDRESS_MOST ? address.n : ADDRESS_MOST;
	ptrdiff_t at = lower_copy(lower, address.p, n);

	if (ret_domain)
		*ret_domain = at < 0 ? 0 : hash_bytes(lower + at + 1, n - (size_t)at - 1, 0);
	return hash_bytes(lower, n, 0);
}

/* --- counting --------------------------------------------------------------------------- */

void message_count(struct trace *t, struct message *msg, uint32_t size, bool counted)
{
	struct sender *row = sender_at(&t->senders, msg->sender);

	msg->flags |= M_COUNTED;
	if (!counted) {
		msg->flags |= M_PAST;
		return;
	}
	row->counts.messages++;
	row->counts.recipients += msg->nrcpt;
	row->counts.bytes += size;
	sender_tick(row, msg->arrived);
}

/* Does the envelope sender's domain belong to somebody else? Asked again only when the domain changes. */
static bool is_foreign(struct trace *t, struct sender *row, struct span domain)
{
	uint32_t hash;

	if (!domain.n)
		return false;
	hash = (uint32_t)hash_span(domain, 1) | 1;
	if (hash != row->foreign_hash) {
		row->foreign_hash = hash;
		row->foreign = who_account_of_domain(t, domain) != row->account_index;
	}
	return row->foreign;
}

/* user@host is what mail() and cron write where nobody says otherwise: no foreign name. */
static bool is_default_sender(const struct step *s)
{
	struct span user = step_get(s, F_UNIX_USER);
	struct span sender = step_get(s, F_SENDER);

	return user.n && sender.n > user.n && sender.p[user.n] == '@' && span_starts(sender, user);
}

static void judge_arrival(struct trace *t, struct sender *row, const struct arrival *who,
			  const struct step *s, int64_t at, uint32_t nrcpt, uint32_t size)
{
	struct judge_message m = {
		.at = at,
		.zone = trace_zone(t, at),
		.nrcpt = nrcpt,
		.size = size,
		.subject = subject_hash(step_get(s, F_SUBJECT)),
		.place = who->place.n ? (uint32_t)hash_span(who->place, 0) | 1 : 0,
		.place_traits = row->place_traits,
	};

	m.net = row->client_net;
	if (row->account_index != ACCOUNT_NONE && !is_default_sender(s)) {
		m.foreign_sender = is_foreign(t, row, who_domain(step_get(s, F_SENDER)));
	}
	later_message(t, row, &m);
}

/* Everything but the counts: who, from where, which place, which line proves it. */
static void row_note(struct trace *t, uint32_t index, const struct arrival *who, const struct step *s)
{
	struct sender *row = sender_at(&t->senders, index);
	uint8_t ip[16];

	row->arrivals++;
	if (who->kind == KIND_AUTH)
		row->vouched |= who->grade == 'A'	    ? VOUCH_SERVER
				: s->ev->flags & EVF_SYSLOG ? VOUCH_NOT | VOUCH_SYSLOG
							    : VOUCH_NOT;
	if (who->client.n && sender_tally_run(&t->senders, &t->names, index, TALLY_CLIENT, who->client, 'B'))
		row->client_net = net_parse(who->client, ip) && !net_is_loopback(ip) ? net_block(ip) : 0;
	if (who->place.n)
		sender_tally_run(&t->senders, &t->names, index, TALLY_PLACE, who->place, who->place_grade);
	if (row->arrivals == 1)
		row->trusted = who_is_trusted(t, who);
	later_note(t, row, row->arrivals == 1, who->grade, who->claim, s);
}

/* The next address of a list, quotes in mind (a quoted local part may hold blanks, RFC 5321, 4.1.2). */
static struct span next_address(struct span list, size_t *from)
{
	const char *start = list.p + *from;
	const char *stop = bytes_find2(start, list.p + list.n, ' ', '"');
	size_t n = (size_t)(stop - start);
	bool quoted = false;

	if (stop < list.p + list.n && *stop == '"') {
		for (n = 0; *from + n < list.n && (quoted || start[n] != ' '); n++) {
			if (start[n] == '"')
				quoted = !quoted;
			else if (start[n] == '\\' && quoted)
				n++;
		}
		if (*from + n > list.n)
			n = list.n - *from;
	}
	*from += n + 1;
	return span_of(start, n);
}

#define RCPTS_AHEAD 32

/* Recipients of an arrival on their way to the judge. */
struct rcpts {
	size_t from; /* how much of the list has been taken */
	unsigned n;
	uint64_t rcpt[RCPTS_AHEAD], domain[RCPTS_AHEAD];
};

/* The next recipients: where the filter keeps them is fetched, so that the cache misses overlap with other work. */
static void rcpts_take(const struct trace *t, const struct sender *row, struct span list, struct rcpts *r)
{
	for (r->n = 0; r->n < RCPTS_AHEAD && r->from < list.n; r->n++) {
		r->rcpt[r->n] = rcpt_hash(next_address(list, &r->from), &r->domain[r->n]);
		judge_prefetch(t->judge, row->key, r->rcpt[r->n], r->domain[r->n]);
	}
}

static void judge_recipients(struct trace *t, struct sender *row, struct span list, struct rcpts *r,
			     int64_t at)
{
	while (r->n) {
		for (unsigned i = 0; i < r->n; i++)
			later_recipient(t, row, at, r->rcpt[i], r->domain[i],
					freemail_has(&t->freemail, r->domain[i]));
		rcpts_take(t, row, list, r);
	}
}

/* The queue's part, again from the list: only where somebody asks. */
static void wrote_list(struct trace *t, const struct message *msg, struct span list)
{
	for (size_t from = 0; from < list.n;)
		wrote_seen(t->wrote, msg->sender, rcpt_hash(next_address(list, &from), NULL), msg->arrived);
}

void arrive_fixed(struct trace *t, struct message *msg, const struct arrival *who, const struct step *s)
{
	struct span list = s->ev->dialect == DIALECT_EXIM ? step_get(s, F_RECIPIENTS) : SPAN_NONE;
	struct rcpts r;
	struct sender *row;

	msg->sender = who_row(t, who);
	msg->flags |= M_ARRIVED | M_FIXED;
	row = sender_at(&t->senders, msg->sender);
	r.from = 0;
	rcpts_take(t, row, list, &r);
	row_note(t, msg->sender, who, s);
	if (who->kind == KIND_SCRIPT || who->kind == KIND_LOCAL)
		web_mailed(t, who->account_index, msg->sender, s->time);
	if (t->wrote)
		wrote_list(t, msg, list);
	if (row->kind == KIND_OTHER || row->kind == KIND_BOUNCE)
		return;
	judge_arrival(t, row, who, s, s->time, msg->nrcpt, s->ev->size);
	judge_recipients(t, row, list, &r, s->time);
}

/* Who and which line proves it, where the arrival line has long gone by. */
static void row_recall(struct trace *t, struct sender *row, const struct arrival *who, struct qid id)
{
	row->arrivals++;
	later_recall(t, row, row->arrivals == 1, who->grade, who->claim, id);
}

void arrive_decide(struct trace *t, uint32_t slot, const struct arrival *who, const struct step *s)
{
	struct message *msg = message_at(&t->messages, slot);
	struct extra *x = message_has_extra(&t->messages, msg);
	struct sender *row;

	msg->sender = who_row(t, who);
	msg->flags |= M_FIXED;
	row = sender_at(&t->senders, msg->sender);
	if (s) {
		row_note(t, msg->sender, who, s);
	} else {
		row_recall(t, row, who, msg->id);
		if (who->client.n && row->kind == KIND_RELAY)
			sender_tally_run(&t->senders, &t->names, msg->sender, TALLY_CLIENT, who->client, 'B');
		if (who->place.n)
			sender_tally_run(&t->senders, &t->names, msg->sender, TALLY_PLACE, who->place,
					 who->place_grade);
		if (row->arrivals == 1)
			row->trusted = who_is_trusted(t, who);
	}
	if (who->kind == KIND_SCRIPT || who->kind == KIND_LOCAL)
		web_mailed(t, who->account_index, msg->sender, msg->arrived);
	if (!x)
		return;
	if ((msg->flags & M_COUNTED) && !(msg->flags & M_PAST)) {
		row->counts.messages++;
		row->counts.recipients += msg->nrcpt;
		row->counts.bytes += x->size;
		sender_tick(row, msg->arrived);
	} else if (who->kind == KIND_UNKNOWN && !(msg->flags & M_PAST)) {
		/* no arrival line to count (contract: messages = arrivals), but its recipients were seen */
		row->counts.recipients += msg->nrcpt;
		sender_tick(row, msg->arrived);
	}
	row->counts.delivered += x->delivered;
	row->counts.deferred += x->deferred;
	row->counts.bounced += x->bounced;
	x->delivered = x->deferred = x->bounced = 0;
	x->undecided = WAIT_NOTHING;
	if (row->kind == KIND_SCRIPT || row->kind == KIND_LOCAL || row->kind == KIND_RELAY ||
	    row->kind == KIND_FORWARD) {
		struct judge_message m = {
			.at = msg->arrived,
			.zone = trace_zone(t, msg->arrived),
			.nrcpt = msg->nrcpt,
			.size = x->size,
			.subject = x->subject,
			.place_traits = row->place_traits,
			.place = who->place.n ? (uint32_t)hash_span(who->place, 0) | 1 : 0,
			.guessed = who->grade == 'C',
		};

		later_message(t, row, &m);
		later_told(t, row, msg->arrived, (struct outcomes){ x->fine, x->unknown_rcpt, x->spam });
		x->fine = x->unknown_rcpt = x->spam = 0;
	}
}

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

/* As arrive_decide does once the message is complete, without an extra in between. */
void arrive_inbound(struct trace *t, struct message *msg)
{
	struct arrival who = who_single(t, KIND_INBOUND);
	uint32_t size = msg->extra;
	struct sender *row;

	msg->sender = who_row(t, &who);
	msg->extra = NO_EXTRA;
	msg->flags = (msg->flags | M_FIXED) & ~(unsigned)M_SMALL & 0x3ff;
	row = sender_at(&t->senders, msg->sender);
	row_recall(t, row, &who, msg->id);
	if (row->arrivals == 1)
		row->trusted = who_is_trusted(t, &who);
	message_count(t, msg, size, true);
}

/* Merges an arrival into a message whose results came first (Exim's >> lines), or makes a new one. */
static uint32_t arrival_slot(struct trace *t, const struct step *s, bool *ret_known)
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

/* Of the unix user an Exim or pickup line names. A local user can forge it where syslog wrote it, or where folder names are
 * logged (exim_command.c), and the owner of a home in a log that lies there. */
static char local_grade(struct trace *t, const struct step *s)
{
	if (writer_vouches(t, s))
		return 'A';
	if (s->ev->dialect == DIALECT_POSTFIX)
		return 'B';
	return s->ev->flags & EVF_SYSLOG || t->exim_open || trace_writer(t, s) != ACCOUNT_NONE ? 'B' : 'A';
}

/* PHP's mail log may have named the file, but its line of the same second can still be on its way: the first
 * result decides, where the recipient tells which mail() call it was. */
static void arrive_wait_script(struct trace *t, struct message *msg, const struct step *s, struct span user,
			       uint32_t index)
{
	struct extra *x = message_extra(&t->messages, msg);

	later_keep(t, msg->id, s);
	x->undecided = WAIT_SCRIPT;
	x->size = s->ev->size;
	x->account = index;
	x->sender_name = index == ACCOUNT_NONE ? names_put(&t->names, user) : 0;
	x->grade = local_grade(t, s);
	x->subject = subject_hash(step_get(s, F_SUBJECT));
	msg->flags |= M_ARRIVED;
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
	who = who_local(t, user, index, dir, SPAN_NONE, local_grade(t, s));

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
	uint32_t slot = arrival_slot(t, s, &known);
	struct message *msg = message_at(&t->messages, slot);
	struct span login = step_get(s, F_USER);
	uint8_t ip[16] = { 0 };

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
		struct span client = step_get(s, F_CLIENT_IP);
		bool inner = client.n && net_parse(client, ip) &&
			     (net_is_loopback(ip) || networks_hold(&t->relay_nets, ip));

		if (!net_is_loopback(ip) || !observed_arrival(t, msg, s, OBSERVED_LOOPBACK, UINT32_MAX))
			arrive_open(t, msg, s, inner ? WAIT_PARENT : WAIT_RESULT, ip);
	}
	if (msg->flags & M_FIXED) {
		arrival_merge(t, msg);
		message_count(t, msg, ev->size, s->counted);
	} else {
		msg->flags |= M_COUNTED | (s->counted ? 0 : M_PAST);
	}
}

/* --- Postfix: client= or uid= first, counted once qmgr has taken the id -------------------- */

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
	uint32_t slot = arrival_slot(t, s, &known);
	struct message *msg = message_at(&t->messages, slot);
	unsigned cleaned = s->ev->flags & EVF_CLEANUP ? M_CLEANUP : 0;
	uint8_t ip[16] = { 0 };

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
		struct span client = step_get(s, F_CLIENT_IP);
		bool inner = client.n && net_parse(client, ip) &&
			     (net_is_loopback(ip) || networks_hold(&t->relay_nets, ip));

		if (!net_is_loopback(ip) || !observed_arrival(t, msg, s, OBSERVED_LOOPBACK, UINT32_MAX))
			arrive_open(t, msg, s, inner ? WAIT_PARENT : WAIT_RESULT, ip);
		/* orig_queue_id= is any local client's word (XFORWARD): the parent's own "queued as" decides */
	}
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
			.name = names_put(&t->names, span_head(script, 255)),
		};
		return;
	}
	if (slot == NO_MESSAGE)
		return;
	x = message_has_extra(&t->messages, message_at(&t->messages, slot));
	if (x && x->undecided == WAIT_SCRIPT && x->account != ACCOUNT_NONE && !x->header_script &&
	    accounts_get(t->o.accounts, x->account)->uid == uid)
		x->header_script = names_put(&t->names, span_head(script, 255));
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
