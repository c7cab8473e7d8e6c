/*
 * digits - decimal numbers of up to seven or eight digits, read all digits at once.
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
	return bits ? bytes_digits(v << (64 - bits)) : 0;
}

/* The same for the number that ends in front of *END, which moves to its first digit. */
static inline uint32_t bytes_number_before(const char **end)
{
	uint64_t v = bytes_word(*end - 8) ^ BYTES_ALL('0'), other = bytes_no_digits(v);
	unsigned bits = other ? (unsigned)__builtin_clzll(other) & ~7u : 0;

	*end -= bits / 8;
	return bits ? bytes_digits(v >> (64 - bits) << (64 - bits)) : 0;
}

#endif
