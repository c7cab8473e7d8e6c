/*
 * clock - the time, as a value that is passed in: tests and replays hold it still.
 */
#ifndef SPAMTRAIL_SYS_CLOCK_H
#define SPAMTRAIL_SYS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	bool fixed; /* else the machine's */
	int64_t micros; /* since 1970 UTC, when fixed */
};

int64_t clock_seconds(const struct clock *c);
int64_t clock_micros(const struct clock *c);
/* Microseconds of a clock that never steps, for rates and deadlines; its zero means nothing. */
int64_t clock_steady_micros(const struct clock *c);

#endif
