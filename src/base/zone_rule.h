/*
 * zone_rule - the POSIX TZ string at the end of a zone file: "CET-1CEST,M3.5.0,M10.5.0/3".
 *
 * Source: POSIX.1-2017, Base Definitions 8.3 (TZ), with RFC 8536 section 3.3.1's hours up to 167.
 */
#ifndef SPAMTRAIL_BASE_ZONE_RULE_H
#define SPAMTRAIL_BASE_ZONE_RULE_H

#include "base/span.h"

struct zone_day {
	char form; /* 'M' month.week.weekday, 'J' 1 to 365 without 29 February, 'n' 0 to 365 */
	unsigned month, week, day;
	int32_t second; /* of the local clock before the change; may lie outside the day */
};

struct zone_rule {
	int32_t standard, summer; /* seconds east of UTC */
	bool has_summer;
	struct zone_day start, end; /* of summer time */
};

/* False when S is not such a string from its first to its last byte. */
bool zone_rule_parse(struct span s, struct zone_rule *ret_rule);
/* Seconds east at UTC (a few million years at most), and the instants in between which this surely holds. */
int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc, int64_t *ret_from, int64_t *ret_until);

#endif
