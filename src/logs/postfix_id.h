/*
 * postfix_id - the queue id at the front of a usual line, told by one look at sixteen bytes (see pf_id_length).
 */
#ifndef SPAMTRAIL_LOGS_POSTFIX_ID_H
#define SPAMTRAIL_LOGS_POSTFIX_ID_H

#include "base/span.h"
#include "logs/bytes.h"

/* Length of the queue id at the start of S, 0 when there is none; what follows is not looked at. */
size_t pf_id_length(struct span s);

#ifdef __SSE2__
/* Length of what starts S and is made of letters and digits, if it looks like an id; -1 when it is longer than 15. */
static inline int pf_id_short(const char *p)
{
	__m128i v = bytes_load(p);
	unsigned digits = (unsigned)_mm_movemask_epi8(bytes_within(v, '0', '9'));
	unsigned hex = (unsigned)_mm_movemask_epi8(bytes_within(v, 'A', 'F'));
	unsigned letters =
		(unsigned)_mm_movemask_epi8(bytes_within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z'));
	int n = __builtin_ctz(~(digits | letters));
	unsigned own = (1u << n) - 1;

	if (n > 15)
		return -1;
	return n >= 5 && ((digits & own) || !(letters & ~hex & own)) ? n : 0;
}
#endif

/* The same for the S of a usual line, whose id has at most 15 bytes; 0 also where it has more. */
static inline size_t pf_id_quick(struct span s)
{
#ifdef __SSE2__
	int n = s.n < 16 ? 0 : pf_id_short(s.p);

	return n > 0 ? (size_t)n : 0;
#else
	size_t n = pf_id_length(s);

	return n > 15 ? 0 : n;
#endif
}

#endif
