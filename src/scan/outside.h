/*
 * outside - how much of a program that is elsewhere a file uses: functions, classes and constants that neither PHP has
 * nor the file makes itself.
 *
 * TRUST: the file is an attacker's, who can name as much as he likes: it is a reason to weigh less, never one to
 * leave a file out.
 */
#ifndef SPAMTRAIL_SCAN_OUTSIDE_H
#define SPAMTRAIL_SCAN_OUTSIDE_H

#include "base/span.h"

struct engine;

/* NAME, in lower case, is one of PHP's functions; a namespace in front of it does not count. */
bool outside_is_function(struct span name);

/* Different names, of the file itself and not of what it decodes. 0 where there is no room to count. */
uint32_t outside_count(struct engine *e);

#endif
