/*
 * civil - calendar arithmetic without libc's zone state: a civil second is the second count that
 * the wall clock would show if it were UTC. Proleptic Gregorian, any year from 1 to 9999.
 */
#ifndef SPAMTRAIL_BASE_CIVIL_H
#define SPAMTRAIL_BASE_CIVIL_H

#include "base/buf.h"

struct civil {
	int year;
	unsigned month;        /* 1 to 12 */
	unsigned day;          /* 1 to 31 */
	unsigned hour, minute, second;
};

/* Days since 1970-01-01. */
int64_t civil_days(int year, unsigned month, unsigned day);
int64_t civil_seconds(const struct civil *c);
void civil_split(int64_t seconds, struct civil *ret_civil);
/* 0 = Monday. */
unsigned civil_weekday(int64_t seconds);
bool civil_valid(const struct civil *c);
/* 2026-11-23T08:01:02, then +01:00, Z, or nothing as OFFSET_MINUTES says (CIVIL_NO_ZONE: nothing). */
#define CIVIL_NO_ZONE INT32_MIN
void civil_format(struct buf *out, int64_t civil_sec, int32_t offset_minutes);

#endif
