/*
 * arrive - who handed this message over, as far as its arrival line tells: what that does to his row, and what the judge
 * hears of it. The lines' own steps are in arrive_exim.c and arrive_postfix.c; what they leave open, in arrive_open.c.
 *
 * What each fact proves (trust.md B4): A= and sasl_username= that a password was used; U= with P=local and
 * pickup's uid= the unix user, spelled by MTA or kernel; the client address a TCP peer; cwd= and mail() a
 * folder, with the user; everything else (envelope sender, HELO, subject) proves nothing and is only
 * counted. A line that came through syslog can be forged by a local user: grade B.
 */
#include "trace/internal.h"
#include "trace/who.h"

#include "base/hash.h"
#include "base/lower.h"
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
		out[i] = char_lower(p[i]);
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
