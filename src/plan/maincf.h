/*
 * maincf - one setting of Postfix's main.cf read and set, every other byte left as it is.
 *
 * Format: postconf(5). A line that begins with a blank continues the one before, comments and empty lines may stand in
 * between, and of a name that is set twice the last one counts.
 */
#ifndef SPAMTRAIL_PLAN_MAINCF_H
#define SPAMTRAIL_PLAN_MAINCF_H

#include "base/arena.h"

/* The value of NAME, lines joined by single blanks, in A; false: not set. */
bool maincf_get(struct arena *a, struct span bytes, struct span name, struct span *ret_value);
/*
 * BYTES with NAME set to the N items, one a line, so that each can be taken out again by itself; the last
 * setting of NAME is replaced, comments between its lines with it, or the new one comes to the end. FIRST
 * stands behind the "="; NAME and items are the caller's to check: they are written as they are. The result
 * is a copy in A. LAST (may be empty) stands on a line of its own behind them.
 */
struct span maincf_set(struct arena *a, struct span bytes, struct span name, struct span first,
		       const struct span *items, size_t n, struct span last);

#endif
