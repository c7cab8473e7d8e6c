/*
 * resolve - libunbound as our questions need it: sent with two caps and a deadline, answered as repute/ask.h says.
 */
#ifndef SPAMTRAIL_DNS_RESOLVE_H
#define SPAMTRAIL_DNS_RESOLVE_H

struct answers;
struct arena;
struct asks;
struct err;

struct resolver;

/*
 * HOW: "recursive" (from the root servers down), "system" (/etc/resolv.conf), or ADDRESS[@PORT] of a resolver.
 * Reads what files it needs; nothing is sent yet and no thread is made.
 */
int resolver_new(const char *how, struct resolver **ret, struct err *err);
/* Takes questions; their texts live in A until they are answered. */
void resolver_ask(struct resolver *r, const struct asks *asks);
/* Waits until one is answered or none is open, and puts everything that is answered into A. */
int resolver_wait(struct resolver *r, struct arena *a, struct answers *ret, struct err *err);

#endif
