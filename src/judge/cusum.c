/*
 * cusum - see cusum.h.
 */
#include "judge/cusum.h"
#include "judge/past.h"
#include "judge/weigh.h"

#define NEAR_ZERO (NAT / 16)

unsigned cusum_loud(const int16_t part[SIGNALS])
{
	unsigned loud = 0;

	for (unsigned g = 0; g < GROUPS; g++)
		loud += weigh_group(part, g) >= CUSUM_LOUD;
	return loud;
}

/* The event speaks against him as well: everything counts. */
void calm_work_out(const struct judge *j, struct state *s)
{
	struct calm c = *j->calm;

	j->calm->n = 0;
	for (unsigned i = 0; i < c.n; i++)
		if (c.seen[i].term)
			weigh_term(j, s, c.seen[i].sig, c.seen[i].value);
		else
			weigh_observation(j, s, c.seen[i].sig, false, (uint32_t)c.seen[i].value);
}

/* The whole event spoke for him: the sum stays at zero, whatever the terms would have been. */
static void calm_count(const struct judge *j, struct state *s)
{
	for (unsigned i = 0; i < j->calm->n; i++)
		if (!j->calm->seen[i].term)
			weigh_count(s, j->calm->seen[i].sig, false);
	j->calm->n = 0;
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
		int32_t says = weigh_group(s->part, g);

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

	if (!is_calm(s))
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

/* Apart, so that a calm event has no registers to save. */
static __attribute__((noinline)) void settle_open(const struct judge *j, struct state *s, uint32_t at)
{
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

void cusum_settle(const struct judge *j, struct state *s, uint32_t at)
{
	if (!settle_calm(j, s, at))
		settle_open(j, s, at);
}
