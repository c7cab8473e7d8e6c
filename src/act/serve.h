/*
 * serve - the actor's requests, one handler each.
 *
 * ACT_BEGIN opens the state folder, takes the lock, recovers what an earlier actor was killed in, and only
 * then is answered. What may not be done is answered by ACT_REFUSED and changes nothing; what is no message
 * of talk.h ends us.
 *
 * TRUST: the peer is believed to be root, since only root can start us, and nothing that it sends is.
 */
#ifndef SPAMTRAIL_ACT_SERVE_H
#define SPAMTRAIL_ACT_SERVE_H

struct actor;
struct err;
struct message;

/* Answers M. Negative: the actor ends; what was refused in order is none of that. */
int act_serve(struct actor *a, const struct message *m, struct err *err);
/*
 * Closes the journal, lets go of the lock, frees all that A has. Nothing that is open is settled: the next
 * start does.
 */
void act_end(struct actor *a);

#endif
