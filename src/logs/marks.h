/*
 * marks - the words of a text one behind the other: where the bytes that part them stand (blanks, commas) is found for 64
 * bytes at once, and then only counted off. For texts of MARKS_LEAST bytes and more.
 *
 * TRUST: any bytes; nothing in front of the text or behind it is read.
 */
#ifndef SPAMTRAIL_LOGS_MARKS_H
#define SPAMTRAIL_LOGS_MARKS_H

#include "logs/bytes.h"

#define MARKS_LEAST 64

struct marks {
	const char *at, *end; /* the 64 bytes in hand, fewer at the end */
	uint64_t mask; /* of those marks in them that have not been told */
	char mark;
};

/* What is left at the end is looked at with the bytes in front of it. */
static inline uint64_t marks_mask(const char *p, const char *end, char mark)
{
	size_t n = (size_t)(end - p);

	return n >= 64 ? bytes_mask(p, mark) : n ? bytes_mask(end - 64, mark) >> (64 - n) : 0;
}

static inline struct marks marks_start(const char *p, const char *end, char mark)
{
	return (struct marks){ .at = p, .end = end, .mask = bytes_mask(p, mark), .mark = mark };
}

/* The next mark, or END. */
static inline const char *marks_next(struct marks *k)
{
	const char *p;

	while (__builtin_expect(!k->mask, false)) {
		if (k->end - k->at <= 64)
			return k->end;
		k->at += 64;
		k->mask = marks_mask(k->at, k->end, k->mark);
	}
	p = k->at + (unsigned)__builtin_ctzll(k->mask);
	k->mask &= k->mask - 1;
	return p;
}

/* Passes over what stands in front of P, which lies behind the last mark told. */
static inline void marks_skip(struct marks *k, const char *p)
{
	size_t n = (size_t)(p - k->at);

	if (n < 64) {
		k->mask &= UINT64_MAX << n;
	} else {
		k->at = p;
		k->mask = marks_mask(p, k->end, k->mark);
	}
}

#endif
