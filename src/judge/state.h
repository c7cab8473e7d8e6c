/*
 * state - a sender's state and the judge's own, as the files of this folder share them.
 *
 * Times are seconds since 1970 in 32 bits (a log's stamps lie between 1970 and 2106); parts are
 * 1/NAT nats. A zeroed state is a sender never seen.
 */
#ifndef SPAMTRAIL_JUDGE_STATE_H
#define SPAMTRAIL_JUDGE_STATE_H

#include "judge/judge.h"
#include "judge/signals.h"

#define STATE_NETS 8
#define STATE_PLACES 6
#define STATE_SUBJECTS 2
#define STATE_POSTERS 8
#define STATE_ECHOES 3

struct tally {
	uint16_t yes, n;
};

/* Results by recipient, exactly: how many, and how many of them do not exist. */
struct known {
	uint32_t results, unknown;
};

enum state_flag {
	STATE_SEEN = 1,
	STATE_RISING = 2,
	STATE_ALARMED = 4,
	STATE_HARD = 8,
	STATE_BORN_LATE = 16,
	STATE_GUESSED = 32,
};

/* What every event asks for first, then what a message does, then what only a run or the end does. */
struct state {
	uint8_t flags; /* enum state_flag */
	uint8_t kind, population;
	uint8_t level; /* of the running hour: count >= 1 << level */
	uint16_t touched; /* bit per signal observed since the sum last left zero */
	int16_t threshold; /* of `compromised`, for this sender's rate */
	int32_t total;
	uint32_t last, last_message;
	uint16_t learn_day, learnt; /* the day's ration of learning */
	struct known known, known_run; /* results: ever, of this run */
	uint16_t echoes[STATE_ECHOES]; /* newest recipients that were known when they came, newest first */
	int16_t peak; /* of the running sum, in 1/NAT nats */
	struct tally past[SIGNALS_SHARES]; /* his own, learnt */
	int16_t part[SIGNALS];
	uint16_t nets_aside[2], places_aside[2]; /* newest of the run, learnt at its end */
	uint32_t nets_run; /* bit per network of the run: a false "seen" favours the sender */
	uint32_t now_most, hour_start, hour_count; /* now_most: busiest hour of the run */
	uint32_t messages;
	uint32_t subject[STATE_SUBJECTS];
	uint16_t gap, last_size; /* folded to 16 bits */
	uint16_t nets[STATE_NETS], places[STATE_PLACES]; /* known, newest first */
	struct tally now[SIGNALS_SHARES]; /* since the sum left zero: set aside */
	uint8_t stops[BURST_LEVELS + 1], stops_aside[BURST_LEVELS + 1];
	uint8_t usual_level, best_usual; /* busy hour (doublings) when the run began; of the highest run */
	int32_t best_total;
	uint32_t since, since_message, best_since, best_message, alarm_at, alarm_message, best_most;
	struct known known_best; /* results of the highest run */
	int16_t best[SIGNALS];
	struct tally seen[SIGNALS_SHARES]; /* `now` when the sum was at its highest */
	uint8_t hours[24], days[7]; /* hours and weekdays with mail */
	uint8_t echoed; /* bit per one of `echoes`: came again */
	uint16_t posters[STATE_POSTERS]; /* networks of the newest POSTs */
	uint32_t first;
	const char *fact;
};

_Static_assert(sizeof(struct state) <= JUDGE_STATE_BYTES, "the caller keeps JUDGE_STATE_BYTES a sender");

struct novelty;

#define JUDGE_LOGS 8192

/*
 * Observations of one event that speak for the sender, while his sum is zero: most of all there are. Nothing of
 * them is worked out unless the same event also speaks against him; otherwise they are only counted.
 */
#define CALM_MOST 12

struct calm {
	unsigned n;
	struct {
		uint8_t sig;
		bool term; /* VALUE is a term in 1/NAT nats, else an observation's EXTRA */
		int32_t value;
	} seen[CALM_MOST];
};

struct judge {
	int16_t log[JUDGE_LOGS]; /* judge_log of the numbers that observations come to */
	int32_t days_log; /* ln(account-days a false alarm may cost) */
	int64_t start;
	uint32_t silenced; /* bit per signal left out (bench) */
	struct novelty *novelty;
	struct calm *calm; /* empty between events */
};

static inline struct state *state_of(struct judge_state *s)
{
	return (struct state *)(void *)s->opaque;
}

/* ln(x) in 1/NAT nats, within 0.002; x = 0 counts as 1. */
static inline int32_t judge_log_big(const struct judge *j, uint32_t x)
{
	int shift = 22 - __builtin_clz(x);

	return j->log[x >> shift] + (shift * 726817 >> 10); /* 726817 = ln(2) NAT 1024 */
}

static inline int32_t judge_log(const struct judge *j, uint32_t x)
{
	return x < JUDGE_LOGS ? j->log[x] : judge_log_big(j, x);
}

/* Does nothing speak against him? Then nothing of a run is set aside either. */
static inline bool is_calm(const struct state *s)
{
	return s->total == 0 && !s->touched && !(s->flags & (STATE_RISING | STATE_ALARMED));
}

/* Puts off what speaks for a sender whose sum is zero. False: work it out now. */
static inline bool calm_put_off(const struct judge *j, const struct state *s, enum signal sig, bool term,
				int32_t value)
{
	struct calm *c = j->calm;

	if (s->total != 0 || (s->flags & (STATE_RISING | STATE_ALARMED)) || c->n == CALM_MOST)
		return false;
	c->seen[c->n].sig = (uint8_t)sig;
	c->seen[c->n].term = term;
	c->seen[c->n++].value = value;
	return true;
}

#endif
