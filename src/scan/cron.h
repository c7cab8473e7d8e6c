/*
 * cron - what a line of a crontab has cron fetch, decode or run.
 * TRUST: an account writes them.
 */
#ifndef SPAMTRAIL_SCAN_CRON_H
#define SPAMTRAIL_SCAN_CRON_H

#include "base/span.h"

struct cron_reason {
	const char *rule, *text; /* constants; RULE is NULL where there is nothing to say */
	int weight; /* tenths */
};

/* LINE is trimmed and no comment. */
struct cron_reason cron_weigh(struct span line);

#endif
