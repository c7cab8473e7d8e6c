/*
 * exim_near - the end of a word that is nearly always near: looked for in its first bytes all at once, and only where it is
 * not among them in a loop.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_NEAR_H
#define SPAMTRAIL_LOGS_EXIM_NEAR_H

#include "logs/bytes.h"

/* As bytes_find and bytes_find2. */
const char *exim_far(const char *p, const char *end, char c);
const char *exim_far2(const char *p, const char *end, char c, char d);

/* The same; MOST, 64 or a lesser multiple of 16: how many bytes are looked at first. */
static inline __attribute__((always_inline)) const char *exim_near(const char *p, const char *end, unsigned most, char c)
{
	uint64_t hit = end - p < (ptrdiff_t)most ? 0 : bytes_mask_of(p, most, c);

	return hit ? p + (unsigned)__builtin_ctzll(hit) : exim_far(p, end, c);
}

static inline __attribute__((always_inline)) const char *exim_near2(const char *p, const char *end, unsigned most, char c,
								    char d)
{
	uint64_t hit = 0;

	if (end - p >= (ptrdiff_t)most) {
#ifdef __SSE2__
		for (unsigned at = 0; at < most; at += 16) {
			__m128i v = bytes_load(p + at), cs = _mm_cmpeq_epi8(v, _mm_set1_epi8(c));

			hit |= (uint64_t)(unsigned)_mm_movemask_epi8(
				       _mm_or_si128(cs, _mm_cmpeq_epi8(v, _mm_set1_epi8(d))))
			       << at;
		}
#else
		hit = bytes_mask_of(p, most, c) | bytes_mask_of(p, most, d);
#endif
	}
	return hit ? p + (unsigned)__builtin_ctzll(hit) : exim_far2(p, end, c, d);
}

/*
 * Bit N is set where byte N of the text from P to END, 1 to 64 bytes, is none of those that addresses consist of: blanks, quotes
 * and brackets are among them. 64 bytes in front of END are looked at.
 */
static inline __attribute__((always_inline)) uint64_t exim_odd_bytes(const char *p, const char *end)
{
	const char *from = end - 64;
	uint64_t odd = 0;

#ifdef __SSE2__
#pragma GCC unroll 4
	for (unsigned at = 0; at < 64; at += 16) {
		__m128i calm = _mm_cmpgt_epi8(bytes_load(from + at), _mm_set1_epi8(')'));

		odd |= (uint64_t)((unsigned)_mm_movemask_epi8(calm) ^ 0xffff) << at;
	}
#else
	for (unsigned at = 0; at < 64; at++)
		odd |= (uint64_t)((signed char)from[at] <= ')') << at;
#endif
	return odd >> (64 - (end - p));
}

#endif
