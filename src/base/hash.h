/*
 * hash - XXH3 over foreign bytes, with one seed per run so that nobody can aim at the tables.
 *
 * The seed never shows in any output: results do not depend on it.
 */
#ifndef SPAMTRAIL_BASE_HASH_H
#define SPAMTRAIL_BASE_HASH_H

#include "base/span.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

static inline uint64_t hash_span(struct span s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}

/* Spreads a number that is already unique over 64 bits (the finisher of SplitMix64). */
static inline uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

#endif
