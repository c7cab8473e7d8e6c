/*
 * cusum - see cusum.h.
 */
#include "judge/cusum.h"
#include "judge/past.h"

#define NOW_MEMORY 200 /* observations a run remembers before old ones weigh half */
#define NEAR_ZERO (NAT / 16)

int32_t cusum_group(const int16_t part[SIGNALS], enum signal_group group)
{
	const struct group_row *row = &group_table[group];
	int32_t sum = part[row->member[0]];

	/* most have two: this is done for every observation */
	if (row->members > 1)
		sum += part[row->member[1]];
	for (unsigned i = 2; i < row->members; i++)
		sum += part[row->member[i]];
	return sum;
}

unsigned cusum_loud(const int16_t part[SIGNALS])
{
	unsigned loud = 0;

	for (unsigned g = 0; g < GROUPS; g++)
		loud += cusum_group(part, g) >= CUSUM_LOUD;
	return loud;
}

static int32_t clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

static void add_now(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
{
	const struct signal_row *row = &signal_table[sig];
	const struct group_row *group = &group_table[row->group];
	int32_t old = s->part[sig], part, others;

	if (j->silenced >> sig & 1)
		return;
	part = clamp(old + nats, row->floor, row->cap);
	if (part == old)
		return;
	others = cusum_group(s->part, row->group) - old;
	/* A group at its cap takes no more, but what it took before is not taken back. */
	if (part > old)
		part = clamp(part, old, group->cap - others > old ? group->cap - others : old);
	else
		part = clamp(part, group->floor - others < old ? group->floor - others : old, old);
	s->part[sig] = (int16_t)part;
	s->total += part - old;
}

/* How often yes, of all, in TICKs. */
struct share {
	uint32_t yes, all;
};

/* The run's observations, at most MOST of them, and those of BEFORE. */
static inline struct share recent(struct tally now, unsigned most, struct share before)
{
	uint32_t yes = now.yes * TICK, no = (now.n - now.yes) * TICK;
	unsigned shift;

	if (now.n > most) {
		shift = (unsigned)(__builtin_clz(most) - __builtin_clz(now.n));
		shift += (unsigned)now.n >> shift > most;
		yes >>= shift;
		no >>= shift;
	}
	return (struct share){ before.yes + yes, before.all + yes + no };
}

/* ln of how much likelier ABUSE makes what was seen than USUAL does. */
static int32_t log_ratio(const struct judge *j, bool yes, struct share abuse, struct share usual)
{
	uint32_t part1 = yes ? abuse.yes : abuse.all - abuse.yes;
	uint32_t part0 = yes ? usual.yes : usual.all - usual.yes;

	return judge_log(j, part1) - judge_log(j, abuse.all) - judge_log(j, part0) + judge_log(j, usual.all);
}

static void count(struct state *s, enum signal sig, bool yes)
{
	struct tally *now = &s->now[sig];

	if (now->n >= NOW_MEMORY) {
		now->n >>= 1;
		now->yes >>= 1;
	}
	now->n++;
	now->yes += yes;
	s->touched |= 1U << sig;
}

/* Does he write mostly to people that he never wrote to before? */
static bool audience_is_new(const struct state *s)
{
	const struct tally *past = &s->past[SIG_NEW_RCPT], *now = &s->now[SIG_NEW_RCPT];

	return 2U * (past->yes + now->yes) > (unsigned)past->n + now->n;
}

/* The event speaks against him as well: everything counts. */
static void calm_work_out(const struct judge *j, struct state *s)
{
	struct calm c = *j->calm;

	j->calm->n = 0;
	for (unsigned i = 0; i < c.n; i++)
		if (c.seen[i].term)
			add_now(j, s, c.seen[i].sig, c.seen[i].value);
		else
			cusum_observe_now(j, s, c.seen[i].sig, false, (uint32_t)c.seen[i].value);
}

void cusum_observe_now(const struct judge *j, struct state *s, enum signal sig, bool yes, uint32_t extra)
{
	const struct signal_row *row = &signal_table[sig];
	const struct beta *usual = &row->usual[s->population];
	struct tally now, past;
	struct share own, abuse;

	if (j->calm->n)
		calm_work_out(j, s);
	now = s->now[sig];
	count(s, sig, yes);
	/* What speaks for him at the floor of its part, and against him at its cap, moves nothing. */
	if (s->part[sig] == (yes ? row->cap : row->floor))
		return;
	past = s->past[sig];
	own = recent(now, row->drift,
		     (struct share){ usual->yes + past.yes * TICK, usual->yes + usual->no + past.n * TICK });
	abuse = recent(now, ABUSE_DRIFT,
		       (struct share){ row->abused.yes, (uint32_t)row->abused.yes + row->abused.no });
	if (row->habit && own.yes > own.all * row->habit / 100 && audience_is_new(s))
		own.yes = own.all * row->habit / 100;
	if (extra)
		own.yes += (uint32_t)((uint64_t)own.all * extra / NAT);
	/* Not above what is usual for him, or for everybody just now: no news. */
	if ((uint64_t)own.yes * abuse.all < (uint64_t)abuse.yes * own.all)
		add_now(j, s, sig, log_ratio(j, yes, abuse, own));
}

/* The whole event spoke for him: the sum stays at zero, whatever the terms would have been. */
static void calm_count(const struct judge *j, struct state *s)
{
	for (unsigned i = 0; i < j->calm->n; i++)
		if (!j->calm->seen[i].term)
			count(s, j->calm->seen[i].sig, false);
	j->calm->n = 0;
}

void cusum_add_now(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
{
	if (j->calm->n)
		calm_work_out(j, s);
	add_now(j, s, sig, nats);
}

void cusum_fade(struct state *s, uint32_t hours)
{
	int32_t keep = NAT;

	if (!s->total)
		return;
	for (uint32_t i = 0; i < hours && i < 384; i++)
		keep -= keep / 96;
	if (hours >= 384)
		keep = 0;
	s->total = 0;
	for (unsigned i = 0; i < SIGNALS; i++) {
		s->part[i] = (int16_t)(s->part[i] * keep / NAT);
		s->total += s->part[i];
	}
	if (s->total < NEAR_ZERO && s->total > 0) {
		memset(s->part, 0, sizeof(s->part));
		s->total = 0;
	}
}

static void return_to_zero(const struct judge *j, struct state *s, uint32_t at)
{
	memset(s->part, 0, sizeof(s->part));
	s->total = 0;
	if (s->flags & STATE_ALARMED)
		return; /* what came after an alarm is never learnt */
	past_learn(j, s, at);
	s->flags &= (uint8_t)~STATE_RISING;
}

/* Two groups at least, and what no campaign of his own would explain must carry enough by itself. */
static bool convicts(const struct state *s)
{
	int32_t foreign = 0;

	if (s->flags & STATE_HARD)
		return true;
	if (s->total < s->threshold || cusum_loud(s->part) < 2)
		return false;
	for (unsigned g = GROUP_FAILURE; g < GROUPS; g++) {
		int32_t says = cusum_group(s->part, g);

		foreign += says > 0 ? says : 0;
	}
	return foreign >= (s->part[SIG_HASTE] > 0 ? CUSUM_FOREIGN : CUSUM_FOREIGN_SLOW);
}

#define SAME_TROUBLE (3 * 86400)

/* Abuse that pauses, or whose luck changes, leaves zero twice. It began when it was first suspect. */
static bool began_earlier(const struct state *s)
{
	return (s->flags & STATE_ALARMED) || (s->best_since && 2 * s->best_total >= s->threshold &&
					      s->since - s->best_since <= SAME_TROUBLE);
}

static void remember_highest(struct state *s)
{
	if (!began_earlier(s)) {
		s->best_since = s->since;
		s->best_message = s->since_message;
	}
	s->best_total = s->total;
	s->best_usual = s->usual_level;
	s->best_most = s->now_most;
	memcpy(s->best, s->part, sizeof(s->best));
	memcpy(s->seen, s->now, sizeof(s->seen));
}

/* Most events: nothing is open, and all that was observed speaks for him. False: it must be settled in full. */
static bool settle_calm(const struct judge *j, struct state *s, uint32_t at)
{
	struct calm *c = j->calm;
	uint32_t no = 0;

	if (s->total != 0 || s->touched || (s->flags & (STATE_RISING | STATE_ALARMED)))
		return false;
	for (unsigned i = 0; i < c->n; i++) {
		uint32_t bit = c->seen[i].term ? 0 : UINT32_C(1) << c->seen[i].sig;

		if (no & bit)
			return false;
		no |= bit;
	}
	c->n = 0;
	memset(s->part, 0, sizeof(s->part));
	past_learn_calm(s, no, at);
	return true;
}

void cusum_settle(const struct judge *j, struct state *s, uint32_t at)
{
	if (settle_calm(j, s, at))
		return;
	calm_count(j, s);
	if (s->total <= 0) {
		return_to_zero(j, s, at);
		return;
	}
	if (!(s->flags & STATE_RISING)) {
		s->flags |= STATE_RISING;
		s->since = at;
		s->since_message = s->messages;
		s->now_most = s->hour_count;
		s->usual_level = (uint8_t)past_usual_level(s);
	}
	if (s->hour_count > s->now_most)
		s->now_most = s->hour_count;
	if (s->total > s->peak)
		s->peak = (int16_t)(s->total < INT16_MAX ? s->total : INT16_MAX);
	if (s->total > s->best_total)
		remember_highest(s);
	if (s->best_since == s->since) {
		/* what the run goes on to show, as long as it lasts */
		s->best_most = s->now_most;
		s->known_best = s->known_run;
	}
	if (!(s->flags & STATE_ALARMED) && convicts(s)) {
		remember_highest(s);
		s->flags |= STATE_ALARMED;
		s->alarm_at = at;
		s->alarm_message = s->messages;
	}
}
