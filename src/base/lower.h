/*
 * lower - foreign text in small letters, ASCII's only: a report must not change with LANG. Apart from span.h, since the program
 * that stays root needs none of it.
 */
#ifndef SPAMTRAIL_BASE_LOWER_H
#define SPAMTRAIL_BASE_LOWER_H

#include "base/span.h"

/* An ASCII letter in lower case; any other byte as it is. */
static inline char char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* S in lower case, in ROOM of at least S.n bytes. */
static inline struct span span_lower(struct span s, char *room)
{
	for (size_t i = 0; i < s.n; i++)
		room[i] = char_lower(s.p[i]);
	return span_of(room, s.n);
}

#endif
