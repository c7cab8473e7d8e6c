/*
 * past - see past.h. Shares are Beta-Bernoulli, the rate is Gamma-Poisson, volumes per hour are kept as
 * "how often did an hour end at this doubling", which gives the chance of each doubling.
 */
#include "judge/past.h"

#define RATE_DAYS 4 /* the population's rate counts as so many days ... */
#define RATE_USUAL 20 /* ... of so many messages */
#define HOURS_ENOUGH 40 /* hours with mail before the hour of the week says anything */

static void tally_learn(struct tally *past, struct tally now, unsigned shift)
{
	unsigned half = shift ? 1U << (shift - 1) : 0;

	past->yes += (now.yes + half) >> shift;
	past->n += (now.n + half) >> shift;
	if (past->yes > past->n)
		past->yes = past->n;
	if (past->n > PAST_MEMORY) {
		past->yes >>= 1;
		past->n >>= 1;
	}
}

static void shares_learn(struct state *s, uint32_t at)
{
	uint16_t day = (uint16_t)(at / 86400);
	unsigned most = 0, shift = s->peak >= PAST_DOUBT ? 2 : 0;

	if (day != s->learn_day) {
		s->learn_day = day;
		s->learnt = 0;
	}
	if (s->learnt >= PAST_RATION)
		return;
	for (unsigned left = s->touched; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);

		most = s->now[i].n > most ? s->now[i].n : most;
	}
	while (most >> shift > PAST_RATION - s->learnt)
		shift++;
	for (unsigned left = s->touched; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);

		tally_learn(&s->past[i], s->now[i], shift);
	}
	s->learnt += (most + (shift ? 1U << (shift - 1) : 0)) >> shift;
}

static void stops_add(uint8_t stops[BURST_LEVELS + 1], unsigned level, unsigned n)
{
	if (stops[level] + n > 200)
		for (unsigned i = 0; i <= BURST_LEVELS; i++)
			stops[i] >>= 1;
	stops[level] += n < 50 ? n : 50;
}

static void keep_first(uint16_t *known, unsigned n, uint16_t mark)
{
	if (!mark)
		return;
	memmove(known + 1, known, (n - 1) * sizeof(*known));
	known[0] = mark;
}

/* The second of each is there only behind a first. */
static void asides_learn(struct state *s)
{
	if (s->nets_aside[0])
		for (unsigned i = 2; i-- > 0;)
			keep_first(s->nets, STATE_NETS, s->nets_aside[i]);
	if (s->places_aside[0])
		for (unsigned i = 2; i-- > 0;)
			keep_first(s->places, STATE_PLACES, s->places_aside[i]);
}

void past_learn(const struct judge *j, struct state *s, uint32_t at)
{
	if (s->touched)
		shares_learn(s, at);
	if (s->flags & STATE_RISING) {
		for (unsigned i = 0; i <= BURST_LEVELS; i++)
			if (s->stops_aside[i])
				stops_add(s->stops, i, s->stops_aside[i]);
		s->threshold = past_threshold(j, s, at);
	}
	asides_learn(s);
	past_drop(s);
}

void past_learn_shares(struct state *s, uint32_t no, uint32_t at)
{
	uint16_t day = (uint16_t)(at / 86400);

	if (no && day != s->learn_day) {
		s->learn_day = day;
		s->learnt = 0;
	}
	if (no && s->learnt < PAST_RATION) {
		for (uint32_t left = no; left; left &= left - 1) {
			struct tally *past = &s->past[__builtin_ctz(left)];

			if (++past->n > PAST_MEMORY) {
				past->yes >>= 1;
				past->n >>= 1;
			}
		}
		s->learnt++;
	}
}

void past_learn_calm(struct state *s, uint32_t no, uint32_t at)
{
	past_learn_shares(s, no, at);
	asides_learn(s);
	memset(s->nets_aside, 0, sizeof(s->nets_aside));
	memset(s->places_aside, 0, sizeof(s->places_aside));
	s->known_run = (struct known){ 0, 0 };
	s->nets_run = 0;
	s->now_most = 0;
	s->peak = 0;
}

void past_drop(struct state *s)
{
	memset(s->now, 0, sizeof(s->now));
	if (s->flags & STATE_RISING)
		memset(s->stops_aside, 0, sizeof(s->stops_aside));
	memset(s->nets_aside, 0, sizeof(s->nets_aside));
	memset(s->places_aside, 0, sizeof(s->places_aside));
	s->known_run = (struct known){ 0, 0 };
	s->touched = 0;
	s->nets_run = 0;
	s->now_most = 0;
	s->peak = 0;
}

void past_stop(struct state *s, unsigned level)
{
	stops_add(s->flags & STATE_RISING ? s->stops_aside : s->stops, level, 1);
}

uint32_t past_doubles(const struct state *s, unsigned level)
{
	uint32_t beyond = 0, reached;

	for (unsigned i = level + 1; i <= BURST_LEVELS; i++)
		beyond += s->stops[i];
	reached = beyond + s->stops[level];
	beyond = beyond * 100 + BURST_FIRM * burst_usual[s->population];
	reached = reached * 100 + BURST_FIRM * 100;
	return beyond * NAT / reached;
}

unsigned past_usual_level(const struct state *s)
{
	unsigned all = 0, below = 0, level = 0;

	for (unsigned i = 0; i <= BURST_LEVELS; i++)
		all += s->stops[i];
	/* nine hours of ten end at or below it */
	while (level < BURST_LEVELS && (below += s->stops[level]) * 10 < all * 9)
		level++;
	return all ? level : 0;
}

int past_hour_is_odd(const struct state *s, unsigned hour, unsigned day)
{
	unsigned all = 0, around = s->hours[hour];

	for (unsigned i = 0; i < 24; i++)
		all += s->hours[i];
	if (all < HOURS_ENOUGH)
		return -1;
	around += s->hours[(hour + 1) % 24] + s->hours[(hour + 23) % 24];
	return around * 32 < all || s->days[day] * 28U < all;
}

void past_hour(struct state *s, unsigned hour, unsigned day)
{
	if (++s->hours[hour] == 250)
		for (unsigned i = 0; i < 24; i++)
			s->hours[i] >>= 1;
	if (++s->days[day] == 250)
		for (unsigned i = 0; i < 7; i++)
			s->days[i] >>= 1;
}

static uint16_t mark_of(uint32_t hash)
{
	uint16_t mark = (uint16_t)(hash * UINT32_C(0x9e3779b1) >> 16);

	return mark ? mark : 1;
}

static bool among(const uint16_t *known, unsigned n, uint16_t mark)
{
	bool hit = false;

	for (unsigned i = 0; i < n; i++)
		hit |= known[i] == mark;
	return hit;
}

bool past_net_known(const struct state *s, uint32_t net)
{
	return among(s->nets, STATE_NETS, mark_of(net)) || (s->nets_run >> (mark_of(net) & 31) & 1);
}

enum past_known past_net(struct state *s, uint32_t net)
{
	uint16_t mark = mark_of(net);
	uint32_t bit = UINT32_C(1) << (mark & 31);

	if (among(s->nets, STATE_NETS, mark))
		return PAST_KNOWN;
	if (s->nets_run & bit)
		return PAST_OF_RUN;
	s->nets_run |= bit;
	keep_first(s->nets_aside, 2, mark);
	return s->nets[0] ? PAST_NEW : PAST_OF_RUN; /* the first of all is nobody's change */
}

/* Did this network post a moment ago? The first of all says nothing. */
enum past_known past_poster(struct state *s, uint32_t net)
{
	uint16_t mark = mark_of(net);
	enum past_known known = !s->posters[0]				 ? PAST_OF_RUN
				: among(s->posters, STATE_POSTERS, mark) ? PAST_KNOWN
									 : PAST_NEW;

	if (known != PAST_KNOWN)
		keep_first(s->posters, STATE_POSTERS, mark);
	return known;
}

enum past_known past_place(struct state *s, uint32_t place)
{
	uint16_t mark = mark_of(place);

	if (among(s->places, STATE_PLACES, mark))
		return PAST_KNOWN;
	if (among(s->places_aside, 2, mark))
		return PAST_OF_RUN;
	keep_first(s->places_aside, 2, mark);
	return s->places[0] ? PAST_NEW : PAST_OF_RUN;
}

int16_t past_threshold(const struct judge *j, const struct state *s, uint32_t at)
{
	uint32_t days = RATE_DAYS + (at - s->first) / 86400;
	uint32_t rate = (RATE_DAYS * RATE_USUAL + s->messages) / days;

	return (int16_t)(j->days_log + judge_log(j, rate < 2 ? 2 : rate));
}
