/*
 * scan_targets - what is to be scanned, and in which order: folders that the operator names, an account's, or an incident's.
 *
 * TRUST: an incident's folders come from logs, an account's from configuration: both were read by confined children, and
 * are opened beneath ROOT as a home.
 */
#ifndef SPAMTRAIL_APP_SCAN_TARGETS_H
#define SPAMTRAIL_APP_SCAN_TARGETS_H

#include "base/err.h"

struct scan_target;
struct scanning;
struct scan_targets {
	struct scan_target *target;
	size_t n;
	size_t near; /* so many of them lie around the script that mailed; 0: no incident */
};

/* All in S's arena. EXIT_NOINPUT: there is no such path, account or incident. */
int scan_targets_find(struct scanning *s, struct scan_targets *ret, struct err *err);
/* Once the near ones are scanned: what was found where mail came from says how old the rest is that is looked for. */
void scan_targets_age(struct scanning *s, struct scan_targets *targets);

#endif
