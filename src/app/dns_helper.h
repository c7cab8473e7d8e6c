/*
 * dns_helper - spamtrail-dns beside this program, asked in turns until nothing is left to ask.
 *
 * TRUST: answers are whoever's the name server is, and a lister can be an attacker. No more is asked than
 * ASK_QUERIES_MOST at a time; whether an answer means anything is for TAKE.
 */
#ifndef SPAMTRAIL_APP_DNS_HELPER_H
#define SPAMTRAIL_APP_DNS_HELPER_H

#include "base/span.h"

struct answer;
struct arena;
struct asks;
struct err;

struct dns_want {
	const char *resolver;  /* recursive, system or ADDRESS[@PORT] */
	bool unconfined;
	void *ctx;
	/* One answer came; what follows from it goes into OUT. */
	void (*take)(void *ctx, const struct answer *answer, struct asks *out);
};

/*
 * Asks FIRST and whatever take adds. RET_HEARD: somebody out there answered something at all. A: for texts, which
 * live on. EXIT_NOPERM where the kernel cannot confine the helper; EXIT_INCOMPLETE also after Ctrl-C (interrupt.h): what
 * was answered by then has been taken.
 */
int dns_ask(const struct dns_want *want, struct arena *a, const struct asks *first, bool *ret_heard, struct err *err);

#endif
