/*
 * cusum - see cusum.h.
 */
#include "judge/cusum.h"
#include "judge/past.h"

#define NOW_MEMORY 200 /* observations a run remembers before old ones weigh half */
#define NEAR_ZERO (NAT / 16)

int32_t cusum_group(const int16_t part[SIGNALS], enum signal_group group)
{
	int32_t sum = 0;

	for (unsigned i = 0; i < SIGNALS; i++)
		if (signal_table[i].group == group)
			sum += part[i];
	return sum;
}

static int32_t clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

void cusum_add(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
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

static int32_t log_share(const struct judge *j, uint32_t part, uint32_t whole)
{
	return judge_log(j, part) - judge_log(j, whole);
}

void cusum_observe(const struct judge *j, struct state *s, enum signal sig, bool yes, uint32_t extra)
{
	const struct signal_row *row = &signal_table[sig];
	const struct beta *usual = &row->usual[s->population];
	const struct tally *past = &s->past[sig];
	struct tally *now = &s->now[sig];
	uint32_t yes0 = usual->yes + (past->yes + now->yes) * TICK;
	uint32_t all0 = usual->yes + usual->no + (past->n + now->n) * TICK;
	uint32_t yes1 = row->abused.yes + now->yes * TICK;
	uint32_t all1 = row->abused.yes + row->abused.no + now->n * TICK;

	if (now->n >= NOW_MEMORY) {
		now->n >>= 1;
		now->yes >>= 1;
	}
	now->n++;
	now->yes += yes;
	s->touched |= 1U << sig;
	if (extra) {
		yes0 += (uint32_t)((uint64_t)all0 * extra / NAT);
		if ((uint64_t)yes0 * all1 >= (uint64_t)yes1 * all0)
			return; /* everybody fares as badly: no news about this one */
	}
	cusum_add(j, s, sig,
		  yes ? log_share(j, yes1, all1) - log_share(j, yes0, all0)
		      : log_share(j, all1 - yes1, all1) - log_share(j, all0 - yes0, all0));
}

void cusum_fade(struct state *s, uint32_t hours)
{
	int32_t keep = NAT;

	if (!s->total)
		return;
	for (uint32_t i = 0; i < hours && i < 96; i++)
		keep -= keep / 16;
	if (hours >= 96)
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

static bool convicts(const struct state *s)
{
	unsigned loud = 0;

	if (s->flags & STATE_HARD)
		return true;
	if (s->total < s->threshold)
		return false;
	for (unsigned g = 0; g < GROUPS; g++)
		loud += cusum_group(s->part, g) >= CUSUM_LOUD;
	return loud >= 2;
}

static void remember_highest(struct state *s)
{
	s->best_total = s->total;
	s->best_since = s->since;
	s->best_message = s->since_message;
	s->best_most = s->now_most;
	memcpy(s->best, s->part, sizeof(s->best));
	memcpy(s->seen, s->now, sizeof(s->seen));
}

void cusum_settle(const struct judge *j, struct state *s, uint32_t at)
{
	if (s->total <= 0) {
		return_to_zero(j, s, at);
		return;
	}
	if (!(s->flags & STATE_RISING)) {
		s->flags |= STATE_RISING;
		s->since = at;
		s->since_message = s->messages;
		s->now_most = s->hour_count;
	}
	if (s->hour_count > s->now_most)
		s->now_most = s->hour_count;
	if (s->total > s->best_total)
		remember_highest(s);
	if (!(s->flags & STATE_ALARMED) && convicts(s)) {
		s->flags |= STATE_ALARMED;
		s->alarm_at = at;
		s->alarm_message = s->messages;
		remember_highest(s);
	}
}
