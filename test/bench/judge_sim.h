/*
 * judge_sim - one simulated account driven straight into the judge, no log in between.
 */
#ifndef SPAMTRAIL_TEST_BENCH_JUDGE_SIM_H
#define SPAMTRAIL_TEST_BENCH_JUDGE_SIM_H

#include "judge_actors.h"

#define SIM_START INT64_C(1793577600) /* Monday 2026-11-02 00:00 UTC */
#define SIM_DELAY 30 /* seconds until a result is known */

struct outcome {
	struct judge_verdict verdict;
	uint64_t truth; /* ordinal of the first message of the attack */
	uint64_t leak; /* messages from there to the alarm, 0 = none */
	uint64_t ideal; /* the same for a plain CUSUM with the true densities */
	uint64_t events;
};

/* HABIT or ATTACK may be NULL. Runs DAYS days, the attack from ATTACK_DAY on, at most LIMIT of its messages. */
struct outcome sim_run(struct judge *j, const struct habit *habit, const struct attack *attack, unsigned days,
		       double attack_day, uint64_t limit, double account_days, uint64_t seed,
		       struct arena *a);

#endif
