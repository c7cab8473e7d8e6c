/*
 * head - what a line begins with: stamp and host. Lines of one file begin alike but for the seconds, so that one
 * masked comparison with what was read before tells both.
 *
 * Promises: it changes the price of a line, never its meaning: a head is remembered only where the long way reads
 * stamp and host out of just these bytes, and every byte but the digits of the seconds must be the same.
 *
 * TRUST: lines are foreign; nothing outside of the line is read.
 */
#ifndef SPAMTRAIL_LOGS_HEAD_H
#define SPAMTRAIL_LOGS_HEAD_H

#include "logs/stamp.h"

#define HEAD_LEAST 16
#define HEAD_MOST 64
#define HEAD_WINDOWS 4 /* of 16 bytes; the last may overlap */

struct head {
	uint32_t len; /* bytes of it; UINT32_MAX: nothing is remembered */
	uint32_t window[HEAD_WINDOWS]; /* where each begins; the first at 0 */
	uint32_t seconds; /* where "SS" stands */
	bool fine; /* and behind it ".ffffff" */
	bool spaced; /* STAMP_SPACED: no host */
	int64_t at; /* of the minute, UTC where the zone is written */
	bytes_pair text[HEAD_WINDOWS], mask[HEAD_WINDOWS];
};

/*
 * Remembers RAW's first LEN bytes, whose stamp MEM has just been told; forgets the last head where they are none that
 * a comparison could tell.
 */
void head_keep(struct head *h, const struct stamp_memory *mem, struct span raw, size_t len);

/* Does S, of more than h->len bytes, begin with the head? Then its time. */
static inline bool head_read(const struct head *h, const char *s, int64_t *ret_at, uint32_t *ret_usec)
{
	const char *p = s + h->seconds;
	bytes_pair off = (bytes_pair_at(s) & h->mask[0]) ^ h->text[0];
	unsigned tens, ones;

	for (unsigned i = 1; i < HEAD_WINDOWS; i++)
		off |= (bytes_pair_at(s + h->window[i]) & h->mask[i]) ^ h->text[i];
	tens = (unsigned)(p[0] - '0');
	ones = (unsigned)(p[1] - '0');
	if ((off[0] | off[1]) || tens > 5 || ones > 9 ||
	    (h->fine && !stamp_six_digits(bytes_word(p + 3), ret_usec)))
		return false;
	*ret_at = h->at + tens * 10 + ones;
	return true;
}

#endif
