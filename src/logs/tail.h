/*
 * tail - where in a big log the last hours begin, found by bisection over its stamps: the first screen of a
 * busy server must not wait for a week of logs.
 */
#ifndef SPAMTRAIL_LOGS_TAIL_H
#define SPAMTRAIL_LOGS_TAIL_H

#include "base/zone.h"

struct source;

/*
 * Puts S (a plain file last written at MTIME) to a byte at or before the first line that is not older than
 * FROM, and returns its offset; 0 where the file cannot be searched. The byte may lie inside a line.
 * Stamps that are out of order cost precision, never an error.
 */
uint64_t tail_seek(struct source *s, int64_t from, const struct zone *zone, int64_t mtime);

/* Stamps without a year: seconds of year 0 as they stand, and how often one year ended between two samples. */
struct tail_years {
	int64_t first, last;
	unsigned wraps;
};

/* false: S (at its beginning, where it stays) cannot be searched, or its stamps have a year. */
bool tail_years(struct source *s, struct tail_years *ret_years);

#endif
