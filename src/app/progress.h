/*
 * progress - one line on standard error while the logs are read: share, rate, time left. Only on a
 * terminal, at most five times a second, erased when done.
 */
#ifndef SPAMTRAIL_APP_PROGRESS_H
#define SPAMTRAIL_APP_PROGRESS_H

#include "base/span.h"

struct progress {
	int fd; /* -1: silent */
	bool shown;
	uint64_t began, last; /* microseconds of a clock that only goes forward */
};

/* NOW in microseconds. Silent unless FD is a terminal that can erase a line. */
struct progress progress_new(int fd, bool quiet, uint64_t now);
/* DONE of TOTAL bytes; TOTAL 0 = not known. */
void progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t now);
/* TEXT, under the same conditions. */
void progress_say(struct progress *p, struct span text, uint64_t now);
void progress_end(struct progress *p);

#endif
