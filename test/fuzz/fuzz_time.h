/* fuzz_time - the time oracle: an input may take so much of a core, by its length, under sanitizers and however busy the machine is. */
#ifndef SPAMTRAIL_FUZZ_TIME_H
#define SPAMTRAIL_FUZZ_TIME_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t time_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Ends the program where more than MICROS, and EACH of them for each of SIZE bytes, have gone since FROM. */
static inline void time_must(uint64_t from, uint64_t micros, uint64_t each, size_t size)
{
	if (time_now() - from > micros + each * size)
		abort();
}

#endif
