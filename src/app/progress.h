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
/* FILES of TOTAL (0 = not known) and their BYTES. */
void progress_files(struct progress *p, uint64_t files, uint64_t bytes, uint64_t total, uint64_t now);
/* TEXT instead, under the same conditions: own words, shown as they are. */
void progress_say(struct progress *p, struct span text, uint64_t now);
/* Erases what was shown. To be called before anything else is written to the terminal. */
void progress_end(struct progress *p);

#endif
