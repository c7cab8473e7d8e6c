/*
 * judge_actors - who takes part in the judge's simulation: habits of innocents, ways of attack.
 *
 * Figures are per message unless said. They are the bench's own, not the judge's: signals.c may not be
 * fitted to them closer than a population's width allows.
 */
#ifndef SPAMTRAIL_TEST_BENCH_JUDGE_ACTORS_H
#define SPAMTRAIL_TEST_BENCH_JUDGE_ACTORS_H

#include "judge/judge.h"

struct habit {
	const char *name;
	enum sender_kind kind;
	double per_day; /* messages on a day he works */
	double session, session_gap; /* chance that the next message follows at once; seconds */
	unsigned from, till; /* working hours */
	bool weekdays;
	bool regular; /* gaps do not vary */
	unsigned contacts; /* people he writes to again and again */
	double fresh; /* share of recipients never written to before */
	double free; /* share of free-mail recipients */
	double unknown, spam; /* shares of results */
	unsigned nets; /* networks he comes from in turn */
	double net_fresh; /* share of messages from a network never seen */
	double same_subject;
	unsigned nrcpt;
	unsigned place; /* 0 = no place is logged */
	unsigned campaign_days; /* a campaign each so many days ... */
	unsigned campaign_size; /* ... to so many, the list growing by a hundredth each time */
	double campaign_gap;
	double campaign_unknown;
	unsigned born_day; /* first mail on this day of the input */
	unsigned away_day; /* from this day on two weeks from other networks */
	double listed; /* share of everybody's mail that is refused: the server is listed */
	double weight; /* share of the innocent account-days */
};

struct attack {
	const char *name;
	const struct habit *victim; /* NULL: the sender did not exist before */
	enum sender_kind kind;
	double gap; /* seconds between messages */
	bool regular;
	unsigned nets;
	double unknown, spam, free;
	double same_subject;
	unsigned nrcpt;
	unsigned place;
	unsigned traits;
	bool at_start; /* the input begins with the attack */
	bool office_hours; /* mimicry: only in the victim's hours */
	double ramp_days; /* slow start: the rate grows from a twentieth to full in so many days */
	double from_gap, till_gap; /* gap drawn between these when set */
	double day_cap; /* messages a day at most, 0 = none */
};

#define INNOCENTS 20
extern const struct habit innocents[INNOCENTS];

/* The first are the culprits; the rest are the enemy's answers. */
#define ATTACKS 19
#define CULPRITS 11
extern const struct attack attacks[ATTACKS];

#endif
