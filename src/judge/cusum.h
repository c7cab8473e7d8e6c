/*
 * cusum - the cumulative sum (Page 1954): log-likelihood ratios in, never below zero, split by signal.
 *
 * Each part stays within its signal's cap and floor and its group's, so the parts always add up to the
 * sum. An event's observations are added first and settled once, so their order does not matter.
 */
#ifndef SPAMTRAIL_JUDGE_CUSUM_H
#define SPAMTRAIL_JUDGE_CUSUM_H

#include "judge/state.h"

#define CUSUM_LOUD (5 * NAT / 2) /* a group that says more speaks for itself */

/* A sender who begins a campaign (one day in twenty) has volume and novelty for nothing; against that
 * explanation the other groups must reach ln(100,000 / 20), less half a nat, by themselves. A run without
 * haste is no campaign: a form grown popular at most, which is rarer. */
#define CUSUM_FOREIGN (8 * NAT)
#define CUSUM_FOREIGN_SLOW (7 * NAT)

/* Below `compromised` by ln(100), a sender is suspect: 1 per 1,000 account-days against 1 per 100,000. */
#define CUSUM_SLOW (4605 * NAT / 1000)

/* Terms fade: half of them in three days, so an old run does not wait for its second half. */
void cusum_fade(struct state *s, uint32_t hours);
/* After an event's terms: leave zero, return to it (and learn), remember the highest, or alarm. */
void cusum_settle(const struct judge *j, struct state *s, uint32_t at);
/* What a group weighs in PART. */
int32_t cusum_group(const int16_t part[SIGNALS], enum signal_group group);
/* How many groups speak for themselves. */
unsigned cusum_loud(const int16_t part[SIGNALS]);

#endif
