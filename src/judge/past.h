/*
 * past - what is known of a sender himself: shares, busiest hours, hours of the week, networks, places.
 *
 * Learning is slow on purpose (PAST_RATION observations a day into a memory of PAST_MEMORY): an enemy
 * who warms an account up pays in days. What is seen while the sum is above zero waits in `now`.
 */
#ifndef SPAMTRAIL_JUDGE_PAST_H
#define SPAMTRAIL_JUDGE_PAST_H

#include "judge/state.h"

#define PAST_MEMORY 128 /* observations a share remembers */
#define PAST_RATION 64 /* observations it may learn in a day */
#define PAST_DOUBT (3 * NAT) /* a run that rose so high is learnt at a quarter of its weight */

/* The run is over and was his own: learn it. AT is the time of the event that ended it. */
void past_learn(const struct judge *j, struct state *s, uint32_t at);
/* The same where the run is one event, and all of it spoke for him: NO has a bit per signal, each observed once. */
void past_learn_calm(struct state *s, uint32_t no, uint32_t at);
/* Of that the shares alone: all there is to an event that sets nothing aside. */
void past_learn_shares(struct state *s, uint32_t no, uint32_t at);
/* Forget what was set aside. */
void past_drop(struct state *s);
/* An hour of volume ended at LEVEL. */
void past_stop(struct state *s, unsigned level);
/* Usual chance, in 1/NAT, that a volume that reached LEVEL doubles. */
uint32_t past_doubles(const struct state *s, unsigned level);
/* How many doublings his usual busy hour reaches. */
unsigned past_usual_level(const struct state *s);
/* Is this local hour of the week one he hardly ever sends in? -1 while too little is known. */
int past_hour_is_odd(const struct state *s, unsigned hour, unsigned day);
void past_hour(struct state *s, unsigned hour, unsigned day);

enum past_known { PAST_KNOWN, PAST_NEW, PAST_OF_RUN };
enum past_known past_poster(struct state *s, uint32_t net);
enum past_known past_net(struct state *s, uint32_t net);
enum past_known past_place(struct state *s, uint32_t place);
/* Has the network mailed for him before, or in this run? Remembers nothing. */
bool past_net_known(const struct state *s, uint32_t net);

/* The threshold that the sender's own rate asks for. */
int16_t past_threshold(const struct judge *j, const struct state *s, uint32_t at);

#endif
