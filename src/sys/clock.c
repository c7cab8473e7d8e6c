/*
 * clock - the machine's clocks, or the one value a test has set. Never fails: both clocks exist on every Linux.
 */
#include "sys/clock.h"

#include <time.h>

static int64_t read_clock(const struct clock *c, clockid_t id)
{
	struct timespec ts = { 0 };

	if (c->fixed)
		return c->micros;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_seconds(const struct clock *c)
{
	int64_t micros = clock_micros(c);

	return (micros >= 0 ? micros : micros - 999999) / 1000000;
}

int64_t clock_micros(const struct clock *c)
{
	return read_clock(c, CLOCK_REALTIME);
}

int64_t clock_steady_micros(const struct clock *c)
{
	return read_clock(c, CLOCK_MONOTONIC);
}
