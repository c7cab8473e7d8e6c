/*
 * ends - see ends.h. Without a branch for each line: no processor can guess how long the next one is.
 *
 * TRUST: any bytes; nothing outside of them is read.
 */
#include "logs/ends.h"

#include "logs/bytes.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Adds to ENDS, which holds FOUND, the places in MASK behind AT. One is written even where there is none: it counts not, and
 * stands for the highest, so that no compiler makes a branch of the question whether there is one. */
static inline __attribute__((always_inline)) size_t ends_add(uint16_t *ends, size_t found, size_t at,
							     uint64_t mask)
{
	do {
		ends[found] = (uint16_t)(at + (size_t)__builtin_ctzll(mask | UINT64_C(1) << 63));
		found += mask != 0;
		mask &= mask - 1;
	} while (mask);
	return found;
}

static inline size_t ends_rest(const char *p, size_t at, size_t n, uint16_t *ends, size_t found)
{
	for (; at < n; at++)
		if (p[at] == '\n')
			ends[found++] = (uint16_t)at;
	return found;
}

size_t ends_find(const char *p, size_t n, uint16_t *ends)
{
	size_t found = 0, at = 0;

	for (; n - at >= 64; at += 64)
		found = ends_add(ends, found, at, bytes_mask(p + at, '\n'));
	return ends_rest(p, at, n, ends, found);
}

#ifdef __SSE2__
static __attribute__((target("avx2,bmi"))) size_t ends_find_avx2(const char *p, size_t n, uint16_t *ends)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	size_t found = 0, at = 0;

	for (; n - at >= 64; at += 64) {
		__m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(p + at));
		__m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(p + at + 32));
		uint64_t mask = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline)) |
				(uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline))
					<< 32;

		found = ends_add(ends, found, at, mask);
	}
	return ends_rest(p, at, n, ends, found);
}
#endif

ends_fn *ends_best(void)
{
#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return ends_find_avx2;
#endif
	return ends_find;
}
