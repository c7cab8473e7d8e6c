/*
 * serve - the actor's requests, one handler each.
 */
#ifndef SPAMTRAIL_ACT_SERVE_H
#define SPAMTRAIL_ACT_SERVE_H

struct actor;
struct err;
struct message;

/* Answers M. Negative: the actor ends; what was refused in order is none of that. */
int act_serve(struct actor *a, const struct message *m, struct err *err);
void act_end(struct actor *a);

#endif
