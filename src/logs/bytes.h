/*
 * bytes - short foreign text looked at eight or sixteen bytes at a time, without a call.
 *
 * Most words of a log line are shorter than what a call to memchr or memcmp costs. Nothing here reads
 * outside of the bytes it is given.
 */
#ifndef SPAMTRAIL_LOGS_BYTES_H
#define SPAMTRAIL_LOGS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BYTES_ALL(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))

/* Eight bytes as a number, the first byte lowest. */
static inline uint64_t bytes_word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(v) : v;
}

/* N >= 8 equal bytes; the last eight are compared once more rather than one by one. */
static inline bool bytes_same(const char *p, const char *q, size_t n)
{
	for (size_t at = 8; at < n; at += 8)
		if (bytes_word(p + at - 8) != bytes_word(q + at - 8))
			return false;
	return bytes_word(p + n - 8) == bytes_word(q + n - 8);
}

/* Do the N bytes at P, a constant from 2 on, equal those at Q? As numbers, where a compiler might call memcmp. */
static inline __attribute__((always_inline)) bool bytes_are(const char *p, const char *q, size_t n)
{
	uint32_t a, b, c, d;
	uint16_t e, f;

	if (n >= 8)
		return bytes_same(p, q, n);
	if (n >= 4) {
		memcpy(&a, p, 4);
		memcpy(&b, q, 4);
		memcpy(&c, &p[n - 4], 4);
		memcpy(&d, &q[n - 4], 4);
		return a == b && (n == 4 || c == d);
	}
	memcpy(&e, p, 2);
	memcpy(&f, q, 2);
	return e == f && (n == 2 || p[2] == q[2]);
}

#define BYTES_ARE(p, literal) bytes_are(p, literal, sizeof(literal) - 1)
/* Does the text from P to END begin so? */
#define STARTS(p, end, literal) ((size_t)((end) - (p)) >= sizeof(literal) - 1 && BYTES_ARE(p, literal))

/* Bit 7 of each byte of V that is C, and maybe of bytes above such a one. */
static inline uint64_t bytes_equal(uint64_t v, char c)
{
	v ^= BYTES_ALL(c);
	return (v - BYTES_ALL(1)) & ~v & BYTES_ALL(0x80);
}

#ifdef __SSE2__
static inline __m128i bytes_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i bytes_within(__m128i v, char low, char high)
{
	v = _mm_sub_epi8(v, _mm_set1_epi8(low));
	return _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8((char)(high - low))), v);
}
#endif

/* Bit N is set where byte N of the MOST at P, 64 or a lesser multiple of 16, is C. */
static inline __attribute__((always_inline)) uint64_t bytes_mask_of(const char *p, unsigned most, char c)
{
	uint64_t mask = 0;

#ifdef __SSE2__
	for (unsigned at = 0; at < most; at += 16)
		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(
				_mm_cmpeq_epi8(bytes_load(p + at), _mm_set1_epi8(c)))
			<< at;
#else
	for (unsigned at = 0; at < most; at++)
		mask |= (uint64_t)(p[at] == c) << at;
#endif
	return mask;
}

static inline uint64_t bytes_mask(const char *p, char c)
{
	return bytes_mask_of(p, 64, c);
}

/* The first byte of [p, end) that is C or D, or END. What is left of it at last is looked at with what lies in front. */
static inline const char *bytes_find2(const char *p, const char *end, char c, char d)
{
#ifdef __SSE2__
	if (end - p >= 16) {
		const __m128i cs = _mm_set1_epi8(c), ds = _mm_set1_epi8(d);

		for (;;) {
			__m128i v = bytes_load(p);
			unsigned hit = (unsigned)_mm_movemask_epi8(
				_mm_or_si128(_mm_cmpeq_epi8(v, cs), _mm_cmpeq_epi8(v, ds)));

			if (hit)
				return p + (unsigned)__builtin_ctz(hit);
			p += 16;
			if (p >= end)
				return end;
			p = p <= end - 16 ? p : end - 16;
		}
	}
#endif
	for (; end - p >= 8; p += 8) {
		uint64_t v = bytes_word(p);
		uint64_t hit = bytes_equal(v, c) | bytes_equal(v, d);

		if (hit)
			return p + __builtin_ctzll(hit) / 8;
	}
	while (p < end && *p != c && *p != d)
		p++;
	return p;
}

/* The first byte C of [p, end), or END. */
static inline const char *bytes_find(const char *p, const char *end, char c)
{
	return bytes_find2(p, end, c, c);
}

#endif
