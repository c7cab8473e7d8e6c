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

#endif
