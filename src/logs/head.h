/*
 * head - what a line begins with: stamp and host. Lines of one file and hour begin alike but for minutes and seconds, so
 * that one masked comparison with what was read before tells both.
 *
 * Promises: it changes the price of a line, never its meaning: a head is remembered only where the long way reads
 * stamp and host out of just these bytes, and every byte but the digits of minute and second must be the same.
 *
 * TRUST: lines are foreign; nothing outside of the line is read.
 */
#ifndef SPAMTRAIL_LOGS_HEAD_H
#define SPAMTRAIL_LOGS_HEAD_H

#include "logs/pair.h"
#include "logs/stamp.h"

#define HEAD_LEAST 16
#define HEAD_MOST 64
#define HEAD_WINDOWS 4 /* of 16 bytes; the last may overlap */

struct head {
	uint32_t len; /* bytes of it */
	uint32_t most; /* of what may stand behind it; 0: nothing is remembered */
	uint32_t windows; /* 2 or more */
	uint32_t window[HEAD_WINDOWS]; /* where each begins; the first at 0 */
	uint32_t seconds; /* where "SS" stands */
	bool spaced; /* STAMP_SPACED: no host */
	int64_t at; /* of the minute read last, UTC where the zone is written */
	unsigned char minute[2]; /* its digits as they are written, or what else stands there and never changes */
	bytes_pair text[HEAD_WINDOWS]; /* with '0' for digits that change */
	bytes_sixteen most_off[HEAD_WINDOWS]; /* by how much a byte may differ from that: a digit's worth, or nothing */
};

/*
 * Remembers RAW's first LEN bytes, whose stamp MEM has just been told; forgets the last head where they are none that
 * a comparison could tell. MOST is the longest line that a head is looked for in.
 */
void head_keep(struct head *h, const struct stamp_memory *mem, struct span raw, size_t len, size_t most);

static inline bytes_sixteen head_off(const struct head *h, const char *s, unsigned i)
{
	return bytes_above((bytes_sixteen)(bytes_pair_at(s + h->window[i]) ^ h->text[i]), h->most_off[i]);
}

/* Does the line of N bytes at S begin with the head, say more, and end with a byte that belongs to it? */
static inline bool head_is(const struct head *h, const char *s, size_t n)
{
	bytes_pair off;

	if (n - h->len - 1 >= h->most || (unsigned char)s[n - 1] <= '\r')
		return false;
	off = (bytes_pair)head_off(h, s, 0) | (bytes_pair)head_off(h, s, 1);
	for (unsigned i = 2; i < h->windows; i++)
		off |= (bytes_pair)head_off(h, s, i);
	return !(off[0] | off[1]);
}

/* The time of a line at S that begins so, to the second. */
static inline int64_t head_time(struct head *h, const char *s)
{
	const unsigned char *p = (const unsigned char *)s + h->seconds;
	uint16_t minute, last;

	memcpy(&minute, p - 3, 2);
	memcpy(&last, h->minute, 2);
	if (__builtin_expect(minute != last, false)) {
		h->at += ((p[-3] - h->minute[0]) * 10 + p[-2] - h->minute[1]) * 60;
		memcpy(h->minute, p - 3, 2);
	}
	return h->at + (int64_t)p[0] * 10 + p[1] - 11 * '0';
}

#endif
