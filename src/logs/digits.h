/*
 * digits - decimal numbers of up to seven or eight digits, and addresses made of them, read all digits at once.
 */
#ifndef SPAMTRAIL_LOGS_DIGITS_H
#define SPAMTRAIL_LOGS_DIGITS_H

#include "logs/bytes.h"

/* The number of eight digits, the first lowest, each as its worth: noughts in front stand in for fewer. */
static inline uint32_t bytes_digits(uint64_t v)
{
	const uint64_t pairs = UINT64_C(0xff000000ff);

	v = v * 10 + (v >> 8);
	return (uint32_t)(((v & pairs) * UINT64_C(0xf424000000064) +
			   (v >> 16 & pairs) * UINT64_C(0x271000000001)) >>
			  32);
}

/* Bit 7 of each byte of V, digits as their worth, that is none. */
static inline uint64_t bytes_no_digits(uint64_t v)
{
	return (((v & BYTES_ALL(0x7f)) + BYTES_ALL(0x76)) | v) & BYTES_ALL(0x80);
}

/* The number of up to seven digits at *P, which moves behind it; it stays where there is none. Eight bytes are read. */
static inline uint32_t bytes_number(const char **p)
{
	uint64_t v = bytes_word(*p) ^ BYTES_ALL('0'), other = bytes_no_digits(v);
	unsigned bits = other ? (unsigned)__builtin_ctzll(other) & ~7u : 0;

	*p += bits / 8;
	/* in two steps: where there is none, nothing is left */
	return bytes_digits(v << 8 << (56 - bits));
}

/* Behind the up to seven digits at P; P itself where there are none or more. Eight bytes are read. */
static inline const char *bytes_behind_number(const char *p)
{
	uint64_t v = bytes_word(p);
	/* the lowest byte that is none says so; those above it may have been carried into */
	uint64_t other = ((v + BYTES_ALL(0x7f - '9')) | (v - BYTES_ALL('0'))) & BYTES_ALL(0x80);

	return other ? p + (unsigned)__builtin_ctzll(other) / 8 : p;
}

/* As bytes_number, for the number that ends in front of *END, which moves to its first digit. */
static inline uint32_t bytes_number_before(const char **end)
{
	uint64_t v = bytes_word(*end - 8) ^ BYTES_ALL('0'), other = bytes_no_digits(v);
	unsigned top;

	if (!other)
		return 0;
	/* bit 7 of the last byte that is none */
	top = 63 - (unsigned)__builtin_clzll(other);
	*end += (int)(top / 8) - 7;
	return bytes_digits(v & UINT64_MAX << top << 1);
}

/* Is C one of the four bytes at P? Without a branch for each. */
static inline bool bytes_four_have(const char *p, char c)
{
	const uint32_t ones = 0x01010101;
	uint32_t v;

	memcpy(&v, p, 4);
	v ^= ones * (unsigned char)c;
	return (v - ones) & ~v & ones << 7;
}

/*
 * Length of the digits and dots at P, a dot among them, that a "]" ends: 2 to 15, or 0 where something else stands there. From
 * the 16 bytes that begin BEFORE in front of P.
 */
static inline __attribute__((always_inline)) unsigned bytes_dotted_in(const char *p, unsigned before)
{
#ifdef __SSE2__
	__m128i v = bytes_load(p - before), dot = _mm_cmpeq_epi8(v, _mm_set1_epi8('.'));
	unsigned own = (unsigned)_mm_movemask_epi8(_mm_or_si128(dot, bytes_within(v, '0', '9')));
	/* the last of them can only be the bracket */
	unsigned n = (unsigned)__builtin_ctz((~own | 0x8000) >> before);

	/* in this order: where no byte is left at P, it is 0 */
	return n > 1 && p[n] == ']' && (unsigned)_mm_movemask_epi8(dot) >> before << (32 - n) ? n : 0;
#else
	bool dot = false;

	for (unsigned n = 0; n < 16 - before; n++) {
		if (p[n] == ']')
			return dot && n > 1 ? n : 0;
		dot |= p[n] == '.';
		if (p[n] != '.' && (unsigned char)(p[n] - '0') > 9)
			return 0;
	}
	return 0;
#endif
}

/* The same, where fewer than 16 bytes may be left up to END, but lie in front of it. */
static inline __attribute__((always_inline)) unsigned bytes_dotted(const char *p, const char *end)
{
	unsigned left = end - p < 16 ? (unsigned)(end - p) : 16;

	return bytes_dotted_in(p, 16 - left);
}

#endif
