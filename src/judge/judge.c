/*
 * judge - the calls of judge.h: what each event lets us observe. The table of densities is signals.c.
 *
 * TRUST: counts, hashes and times come from log lines; any value is harmless: arithmetic saturates or
 * wraps within a sender's own state. Results count when they are known: a queued message is
 * neither good nor bad.
 */
#include "judge/judge.h"

#include "base/err.h"
#include "judge/cusum.h"
#include "judge/novelty.h"
#include "judge/past.h"
#include "judge/weigh.h"

#define HASTE 4 /* seconds */
#define BROADCAST 8 /* recipients that make a message a broadcast */
#define YOUNG_MESSAGES 100 /* regularity says something of the new only */
#define LATE 86400 /* a sender first seen a day into the input was not there before */

/* ln(i) = ln(i - 1) + 2 artanh(1 / (2i - 1)): the same digits with every libm, as it needs none. */
static void logs_fill(struct judge *j)
{
	double ln = 0;

	for (unsigned i = 2; i < NAT; i++) {
		double z = 1.0 / (2 * i - 1), power = z;

		for (unsigned k = 1; k < 40; k += 2, power *= z * z)
			ln += 2 * power / k;
		j->log[i] = (int16_t)(ln * NAT + 0.5);
	}
	for (unsigned i = NAT; i < JUDGE_LOGS; i++)
		j->log[i] = (int16_t)judge_log_big(j, i);
}

struct judge *judge_new(const struct judge_options *options)
{
	struct judge *j = xcalloc(1, sizeof(*j));
	double days =
		options && options->false_per_account_days > 0 ? 1 / options->false_per_account_days : 1e5;

	logs_fill(j);
	j->days_log = judge_log(j, days < 1 ? 1 : days > 1e9 ? 1000000000 : (uint32_t)days);
	j->start = options ? options->start : 0;
	j->silenced = options ? options->silenced : 0;
	j->novelty = novelty_new();
	j->calm = xcalloc(1, sizeof(*j->calm));
	return j;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	novelty_free(j->novelty);
	free(j->calm);
	free(j);
}

size_t judge_bytes(const struct judge *j)
{
	return sizeof(*j) + novelty_bytes(j->novelty);
}

struct span judge_novelty(const struct judge *j)
{
	return novelty_view(j->novelty);
}

bool judge_novelty_load(struct judge *j, struct span bytes)
{
	return novelty_load(j->novelty, bytes);
}

/* Stamps may step back a little (two writers, a slewed clock): time stands still then. */
static uint32_t advance(struct state *s, int64_t at)
{
	uint32_t t = at < 0 ? 0 : at > UINT32_MAX ? UINT32_MAX : (uint32_t)at;

	if (t > s->last)
		s->last = t;
	return s->last;
}

static void meet(struct judge *j, struct state *s, enum sender_kind kind, uint32_t at)
{
	s->flags |= STATE_SEEN;
	s->kind = (uint8_t)kind;
	s->population = (uint8_t)population_of(kind);
	s->first = at;
	s->hour_start = at;
	if (!j->start)
		j->start = at;
	if (at > j->start + LATE)
		s->flags |= STATE_BORN_LATE;
	s->threshold = past_threshold(j, s, at);
}

static struct state *enter(struct judge *j, struct judge_state *opaque, int64_t at, uint32_t *ret_at)
{
	struct state *s = state_of(opaque);

	*ret_at = advance(s, at);
	if (!(s->flags & STATE_SEEN))
		meet(j, s, s->kind, *ret_at);
	return s;
}

static int32_t doubling(const struct judge *j, const struct state *s, bool more)
{
	uint32_t usual = past_doubles(s, s->level);
	uint32_t abused = BURST_ABUSED * NAT / 100;

	return more ? judge_log(j, abused) - judge_log(j, usual)
		    : judge_log(j, NAT - abused) - judge_log(j, NAT - usual);
}

static void hour_of_week(const struct judge *j, struct state *s, uint32_t at, int32_t zone)
{
	int64_t local = (int64_t)at + zone;
	unsigned hour = (unsigned)((local % 86400 + 86400) % 86400 / 3600);
	unsigned day = (unsigned)((local / 86400 + 3) % 7 + 7) % 7; /* 1970 began on a Thursday */
	int odd = past_hour_is_odd(s, hour, day);

	if (odd >= 0)
		cusum_observe(j, s, SIG_HOURS, odd, 0);
	if (!(s->flags & STATE_RISING))
		past_hour(s, hour, day);
}

/* Volume: an hour counts from its first message; each doubling within it is one observation. */
static void volume(const struct judge *j, struct state *s, uint32_t at, int32_t zone, uint32_t nrcpt)
{
	if (s->messages == 1 || at - s->hour_start >= 3600) {
		if (s->messages > 1) {
			cusum_add(j, s, SIG_BURST, doubling(j, s, false));
			past_stop(s, s->level);
			cusum_fade(s, (at - s->hour_start) / 3600);
		}
		s->hour_start = at;
		s->hour_count = 0;
		s->level = 0;
		hour_of_week(j, s, at, zone);
	}
	s->hour_count += nrcpt ? nrcpt < 65536 ? nrcpt : 65536 : 1;
	while (s->level < BURST_LEVELS && s->hour_count >> (s->level + 1)) {
		cusum_add(j, s, SIG_BURST, doubling(j, s, true));
		s->level++;
	}
}

/* Two subjects are remembered: order mail often alternates between customer and shop. */
static void sameness(const struct judge *j, struct state *s, const struct judge_message *m)
{
	if (m->subject) {
		bool same = s->subject[0] == m->subject || s->subject[1] == m->subject;

		if (s->messages > 1 && s->subject[0])
			cusum_observe(j, s, SIG_SUBJECT, same, 0);
		if (s->subject[0] != m->subject) {
			s->subject[1] = s->subject[0];
			s->subject[0] = m->subject;
		}
	} else if (m->size) {
		if (s->last_size)
			cusum_observe(j, s, SIG_SUBJECT, s->last_size == (uint16_t)m->size, 0);
	}
	s->last_size = (uint16_t)m->size;
}

static void rhythm(const struct judge *j, struct state *s, uint32_t gap)
{
	cusum_observe(j, s, SIG_HASTE, gap <= HASTE, 0);
	if (s->messages > 2 && s->messages < YOUNG_MESSAGES && (gap >= 10 || s->gap >= 10)) {
		uint32_t off = gap > s->gap ? gap - s->gap : s->gap - gap;

		cusum_observe(j, s, SIG_REGULAR, off <= s->gap / 16, 0);
	}
	s->gap = (uint16_t)(gap < UINT16_MAX ? gap : UINT16_MAX);
}

static void whereabouts(const struct judge *j, struct state *s, const struct judge_message *m)
{
	if (m->net) {
		enum past_known known = past_net(s, m->net);

		/* A new sender's first hundred messages show some nine networks. */
		if (known != PAST_OF_RUN)
			cusum_observe(j, s, SIG_NETWORKS, known == PAST_NEW, 4 * NAT / (12 + s->messages));
	}
	if (s->messages == 1 && (s->flags & STATE_BORN_LATE))
		cusum_observe(j, s, SIG_NEW_PLACE, true, 0);
	if (m->place) {
		enum past_known known = past_place(s, m->place);

		if (known != PAST_OF_RUN)
			cusum_observe(j, s, SIG_NEW_PLACE, known == PAST_NEW, 0);
	}
	/* One fact a run: the same folder again is no further proof. */
	if ((m->place_traits & PLACE_NEVER_MAILS) && !s->now[SIG_ODD_PLACE].n)
		cusum_observe(j, s, SIG_ODD_PLACE, true, 0);
}

void judge_message(struct judge *j, struct judge_state *opaque, enum sender_kind kind,
		   const struct judge_message *m)
{
	struct state *s = state_of(opaque);
	uint32_t before, at = advance(s, m->at);

	if (!(s->flags & STATE_SEEN) || !s->messages)
		meet(j, s, kind, at);
	if (m->guessed)
		s->flags |= STATE_GUESSED;
	before = s->last_message;
	s->last_message = at;
	s->messages++;
	volume(j, s, at, m->zone, m->nrcpt);
	if (m->nrcpt)
		cusum_observe(j, s, SIG_RCPTS, m->nrcpt >= BROADCAST, 0);
	sameness(j, s, m);
	if (before)
		rhythm(j, s, at - before);
	whereabouts(j, s, m);
	cusum_observe(j, s, SIG_MISMATCH, m->foreign_sender, 0);
	cusum_settle(j, s, at);
}

static uint16_t echo_mark(uint64_t rcpt)
{
	return (uint16_t)(rcpt >> 20) | 1;
}

static unsigned echo_find(const struct state *s, uint16_t mark)
{
	unsigned i = 0;

	while (i < STATE_ECHOES && s->echoes[i] != mark)
		i++;
	return i;
}

/* A program writes to somebody known; has it just done so? He moves to the front. */
static bool echo(struct state *s, uint64_t rcpt)
{
	uint16_t mark = echo_mark(rcpt);
	unsigned at = echo_find(s, mark);
	unsigned older = s->echoed >> (at + 1) << (at + 1), newer = s->echoed & ((1U << at) - 1);
	bool again = at < STATE_ECHOES;

	if (s->population != POP_SCRIPT)
		return false; /* people answer each other, cron reports */
	memmove(s->echoes + 1, s->echoes, (again ? at : STATE_ECHOES - 1) * sizeof(mark));
	s->echoes[0] = mark;
	s->echoed = (uint8_t)((older | newer << 1 | again) & ((1U << STATE_ECHOES) - 1));
	return again;
}

bool judge_has_echo(const struct judge_state *opaque)
{
	const struct state *s = (const struct state *)(const void *)opaque->opaque;

	return s->echoed && (s->flags & STATE_RISING);
}

bool judge_is_echo(const struct judge_state *opaque, uint64_t rcpt)
{
	const struct state *s = (const struct state *)(const void *)opaque->opaque;
	unsigned at = echo_find(s, echo_mark(rcpt));

	return judge_has_echo(opaque) && at < STATE_ECHOES && (s->echoed >> at & 1);
}

void judge_recipient(struct judge *j, struct judge_state *opaque, int64_t at, uint64_t sender, uint64_t rcpt,
		     uint64_t domain, bool freemail)
{
	uint32_t t;
	struct state *s = enter(j, opaque, at, &t);
	/* What an alarmed sender writes to is not his audience. */
	bool learn = !(s->flags & STATE_ALARMED);
	bool known = novelty_seen(j->novelty, NOVELTY_RCPT, sender, rcpt, learn);
	bool spread;

	/* Nor does the note to the owner make an abused form's visitors known. */
	if (known && echo(s, rcpt) && (s->flags & STATE_RISING) && s->part[SIG_NEW_RCPT] <= 0)
		return;
	spread = !novelty_seen(j->novelty, NOVELTY_DOMAIN, sender, domain, learn) || freemail;
	if (known && !spread && is_calm(s)) {
		past_learn_shares(s, 1U << SIG_NEW_RCPT | 1U << SIG_SPREAD, t);
		return;
	}
	cusum_observe(j, s, SIG_NEW_RCPT, !known, 0);
	cusum_observe(j, s, SIG_SPREAD, spread, 0);
	cusum_settle(j, s, t);
}

void judge_result(struct judge *j, struct judge_state *opaque, int64_t at, enum judge_result result,
		  double server_spam_share)
{
	uint32_t t;
	struct state *s = enter(j, opaque, at, &t);
	/* Twice the others' share: not every sender writes to the hosts that refuse this server. */
	uint32_t extra = server_spam_share > 0
				 ? (uint32_t)((server_spam_share < 0.5 ? server_spam_share : 0.5) * 2 * NAT)
				 : 0;

	if (result == RESULT_OTHER)
		return;
	s->known.results++;
	if (result == RESULT_OK && is_calm(s)) {
		past_learn_shares(s, 1U << SIG_UNKNOWN | 1U << SIG_SPAM, t);
		return;
	}
	s->known.unknown += result == RESULT_UNKNOWN_RCPT;
	s->known_run.results++;
	s->known_run.unknown += result == RESULT_UNKNOWN_RCPT;
	if (result != RESULT_SPAM)
		cusum_observe(j, s, SIG_UNKNOWN, result == RESULT_UNKNOWN_RCPT,
			      lists_age[s->population] * NAT / 100);
	if (result != RESULT_UNKNOWN_RCPT)
		cusum_observe(j, s, SIG_SPAM, result == RESULT_SPAM, extra);
	cusum_settle(j, s, t);
}

void judge_login(struct judge *j, struct judge_state *opaque, int64_t at, uint32_t net)
{
	uint32_t t;
	struct state *s = enter(j, opaque, at, &t);

	if (!net || !s->nets[0])
		return;
	cusum_observe(j, s, SIG_ENTRY, !past_net_known(s, net), 0);
	cusum_settle(j, s, t);
}

void judge_request(struct judge *j, struct judge_state *opaque, int64_t at, uint32_t net, bool paired)
{
	uint32_t t;
	struct state *s = enter(j, opaque, at, &t);

	enum past_known known = paired && net ? past_poster(s, net) : PAST_OF_RUN;

	if (known == PAST_OF_RUN)
		return;
	cusum_observe(j, s, SIG_POSTS, known == PAST_KNOWN, 0);
	cusum_settle(j, s, t);
}

void judge_hard_fact(struct judge *j, struct judge_state *opaque, int64_t at, const char *text)
{
	uint32_t t;
	struct state *s = enter(j, opaque, at, &t);

	s->flags |= STATE_HARD;
	s->fact = text;
	cusum_add(j, s, SIG_FILE, s->threshold + CUSUM_LOUD);
	cusum_settle(j, s, t);
}

void judge_absolve(struct judge_state *opaque)
{
	struct state *s = state_of(opaque);

	past_drop(s);
	memset(s->stops_aside, 0, sizeof(s->stops_aside));
	memset(s->part, 0, sizeof(s->part));
	memset(s->best, 0, sizeof(s->best));
	s->total = s->best_total = 0;
	s->flags &= (uint8_t) ~(STATE_RISING | STATE_ALARMED | STATE_HARD);
	s->alarm_at = s->alarm_message = s->best_since = s->best_message = 0;
	s->fact = NULL;
}

void judge_prefetch(const struct judge *j, uint64_t sender, uint64_t rcpt, uint64_t domain)
{
	novelty_prefetch(j->novelty, NOVELTY_RCPT, sender, rcpt);
	novelty_prefetch(j->novelty, NOVELTY_DOMAIN, sender, domain);
}

bool judge_is_rising(const struct judge_state *s)
{
	return ((const struct state *)(const void *)s->opaque)->flags & STATE_RISING;
}

bool judge_alarmed(const struct judge_state *opaque)
{
	const struct state *s = (const struct state *)(const void *)opaque->opaque;

	return s->flags & (STATE_ALARMED | STATE_HARD);
}
