/*
 * blanks - the words of a text one behind the other: where blanks stand is found for 64 bytes at once, and then only counted
 * off. For texts of BLANKS_LEAST bytes and more.
 *
 * TRUST: any bytes; nothing in front of the text or behind it is read.
 */
#ifndef SPAMTRAIL_LOGS_BLANKS_H
#define SPAMTRAIL_LOGS_BLANKS_H

#include "logs/bytes.h"

#define BLANKS_LEAST 64

struct blanks {
	const char *at, *end; /* the 64 bytes in hand, fewer at the end */
	uint64_t mask; /* of those blanks in them that have not been told */
};

/* What is left at the end is looked at with the bytes in front of it. */
static inline uint64_t blanks_mask(const char *p, const char *end)
{
	size_t n = (size_t)(end - p);

	return n >= 64 ? bytes_mask(p, ' ') : n ? bytes_mask(end - 64, ' ') >> (64 - n) : 0;
}

static inline struct blanks blanks_start(const char *p, const char *end)
{
	return (struct blanks){ .at = p, .end = end, .mask = bytes_mask(p, ' ') };
}

/* The next blank, or END. */
static inline const char *blanks_next(struct blanks *b)
{
	const char *p;

	while (__builtin_expect(!b->mask, false)) {
		if (b->end - b->at <= 64)
			return b->end;
		b->at += 64;
		b->mask = blanks_mask(b->at, b->end);
	}
	p = b->at + (unsigned)__builtin_ctzll(b->mask);
	b->mask &= b->mask - 1;
	return p;
}

/* Passes over what stands in front of P, which lies behind the last blank told. */
static inline void blanks_skip(struct blanks *b, const char *p)
{
	size_t n = (size_t)(p - b->at);

	if (n < 64) {
		b->mask &= UINT64_MAX << n;
	} else {
		b->at = p;
		b->mask = blanks_mask(p, b->end);
	}
}

#endif
