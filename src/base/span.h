/*
 * span - a piece of somebody else's bytes: pointer and length, never NUL-terminated.
 *
 * Foreign text travels as spans until report/ turns it into output through show.
 * A span owns nothing; it lives as long as the block it points into.
 */
#ifndef SPAMTRAIL_BASE_SPAN_H
#define SPAMTRAIL_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t n;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })
#define SPAN_NONE ((struct span){ NULL, 0 })

static inline struct span span_of(const char *p, size_t n)
{
	return (struct span){ p, n };
}

static inline struct span span_str(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part from byte AT on; empty when AT lies behind the end. */
static inline struct span span_from(struct span s, size_t at)
{
	return at < s.n ? span_of(s.p + at, s.n - at) : span_of(s.n ? s.p + s.n : s.p, 0);
}

static inline struct span span_head(struct span s, size_t n)
{
	return span_of(s.p, n < s.n ? n : s.n);
}

/* Position of byte C at or after AT, or -1. */
static inline ptrdiff_t span_find(struct span s, size_t at, char c)
{
	const char *hit = at < s.n ? memchr(s.p + at, c, s.n - at) : NULL;

	return hit ? hit - s.p : -1;
}

/* Position of the last byte C, or -1. */
static inline ptrdiff_t span_rfind(struct span s, char c)
{
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;

	return hit ? hit - s.p : -1;
}

/* Position of NEEDLE at or after AT, or -1. */
static inline ptrdiff_t span_search(struct span s, size_t at, struct span needle)
{
	const char *hit = at < s.n ? memmem(s.p + at, s.n - at, needle.p, needle.n) : NULL;

	return hit ? hit - s.p : -1;
}

/* Decimal digits only, all of the span, no sign; false on anything else or overflow. */
bool span_u64(struct span s, uint64_t *ret_value);

/* ASCII letters compare equal in either case. */
bool span_eq_nocase(struct span a, struct span b);

/* Without blanks, tabs, CR and LF at both ends. */
struct span span_trim(struct span s);
/* As memcmp, the shorter of two that begin alike first. */
int span_compare(struct span a, struct span b);

#endif
