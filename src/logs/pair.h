/*
 * pair - sixteen bytes as one value, for comparisons in which some bytes may differ by so much.
 */
#ifndef SPAMTRAIL_LOGS_PAIR_H
#define SPAMTRAIL_LOGS_PAIR_H

#include "logs/bytes.h"

/* Sixteen bytes that are compared at once, on any machine: a compiler's vector. */
typedef uint64_t bytes_pair __attribute__((vector_size(16)));

static inline bytes_pair bytes_pair_at(const char *p)
{
	bytes_pair v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The same as single bytes. */
typedef uint8_t bytes_sixteen __attribute__((vector_size(16)));

/* Not nought where a byte of V is above that of MOST. */
static inline bytes_sixteen bytes_above(bytes_sixteen v, bytes_sixteen most)
{
#ifdef __SSE2__
	return (bytes_sixteen)_mm_subs_epu8((__m128i)v, (__m128i)most);
#else
	return (bytes_sixteen)(v > most);
#endif
}

/* Bit N is set where byte N of the 32 at P is that of Q. */
static inline uint32_t bytes_alike(const char *p, const bytes_pair q[2])
{
#ifdef __SSE2__
	unsigned low = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_load(p), (__m128i)q[0]));
	unsigned high = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_load(p + 16), (__m128i)q[1]));

	return low | high << 16;
#else
	const char *other = (const char *)q;
	uint32_t mask = 0;

	for (unsigned at = 0; at < 32; at++)
		mask |= (uint32_t)(p[at] == other[at]) << at;
	return mask;
#endif
}

#endif
