/*
 * weigh - what one observation, or one term, does to the sum. In a header and always inline: where the signal is a
 * constant, which it is wherever judge.c observes one, its row, its group and what they rule out cost nothing.
 */
#ifndef SPAMTRAIL_JUDGE_WEIGH_H
#define SPAMTRAIL_JUDGE_WEIGH_H

#include "judge/signals_table.h"
#include "judge/state.h"

#define NOW_MEMORY 200 /* observations a run remembers before old ones weigh half */
#define WEIGH_INLINE static inline __attribute__((always_inline))

WEIGH_INLINE int32_t weigh_group(const int16_t part[SIGNALS], enum signal_group group)
{
	const struct group_row *row = &group_table[group];
	int32_t sum = 0;

	for (unsigned i = 0; i < row->members; i++)
		sum += part[row->member[i]];
	return sum;
}

static inline int32_t weigh_clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

WEIGH_INLINE void weigh_term(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
{
	const struct signal_row *row = &signal_table[sig];
	const struct group_row *group = &group_table[row->group];
	int32_t old = s->part[sig], part, others;

	if (j->silenced >> sig & 1)
		return;
	part = weigh_clamp(old + nats, row->floor, row->cap);
	if (part == old)
		return;
	others = weigh_group(s->part, row->group) - old;
	/* A group at its cap takes no more, but what it took before is not taken back. */
	if (part > old)
		part = weigh_clamp(part, old, group->cap - others > old ? group->cap - others : old);
	else
		part = weigh_clamp(part, group->floor - others < old ? group->floor - others : old, old);
	s->part[sig] = (int16_t)part;
	s->total += part - old;
}

/* How often yes, of all, in TICKs. */
struct share {
	uint32_t yes, all;
};

/* The run's observations, at most MOST of them, and those of BEFORE. */
WEIGH_INLINE struct share weigh_recent(struct tally now, unsigned most, struct share before)
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
WEIGH_INLINE int32_t weigh_log_ratio(const struct judge *j, bool yes, struct share abuse, struct share usual)
{
	uint32_t part1 = yes ? abuse.yes : abuse.all - abuse.yes;
	uint32_t part0 = yes ? usual.yes : usual.all - usual.yes;

	return judge_log(j, part1) - judge_log(j, abuse.all) - judge_log(j, part0) + judge_log(j, usual.all);
}

WEIGH_INLINE void weigh_count(struct state *s, enum signal sig, bool yes)
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
static inline bool weigh_audience_is_new(const struct state *s)
{
	const struct tally *past = &s->past[SIG_NEW_RCPT], *now = &s->now[SIG_NEW_RCPT];

	return 2U * (past->yes + now->yes) > (unsigned)past->n + now->n;
}

WEIGH_INLINE void weigh_observation(const struct judge *j, struct state *s, enum signal sig, bool yes,
				    uint32_t extra)
{
	const struct signal_row *row = &signal_table[sig];
	const struct beta *usual = &row->usual[s->population];
	struct tally now = s->now[sig], past = s->past[sig];
	struct share own, abuse;

	weigh_count(s, sig, yes);
	/* What speaks for him at the floor of its part, and against him at its cap, moves nothing. */
	if (s->part[sig] == (yes ? row->cap : row->floor))
		return;
	own = weigh_recent(
		now, row->drift,
		(struct share){ usual->yes + past.yes * TICK, usual->yes + usual->no + past.n * TICK });
	abuse = weigh_recent(now, ABUSE_DRIFT,
			     (struct share){ row->abused.yes, (uint32_t)row->abused.yes + row->abused.no });
	if (row->habit && own.yes > own.all * row->habit / 100 && weigh_audience_is_new(s))
		own.yes = own.all * row->habit / 100;
	if (extra)
		own.yes += (uint32_t)((uint64_t)own.all * extra / NAT);
	/* Not above what is usual for him, or for everybody just now: no news. */
	if ((uint64_t)own.yes * abuse.all < (uint64_t)abuse.yes * own.all)
		weigh_term(j, s, sig, weigh_log_ratio(j, yes, abuse, own));
}

/* cusum.c: what was put off: the event speaks against him as well, everything counts. */
void calm_work_out(const struct judge *j, struct state *s);

/* One observation. EXTRA (of NAT) is added to the usual share: what befalls everybody just now. */
WEIGH_INLINE void cusum_observe(const struct judge *j, struct state *s, enum signal sig, bool yes,
				uint32_t extra)
{
	if (!yes && calm_put_off(j, s, sig, false, (int32_t)extra))
		return;
	if (j->calm->n)
		calm_work_out(j, s);
	weigh_observation(j, s, sig, yes, extra);
}

/* One term worked out elsewhere, in 1/NAT nats. */
WEIGH_INLINE void cusum_add(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
{
	if (nats <= 0 && calm_put_off(j, s, sig, true, nats))
		return;
	if (j->calm->n)
		calm_work_out(j, s);
	weigh_term(j, s, sig, nats);
}

#endif
