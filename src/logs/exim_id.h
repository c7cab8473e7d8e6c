/*
 * exim_id - the shapes of Exim's message ids: 16 characters up to 4.96, 23 since 4.97 (local_scan.h); and the last one that
 * was read, since a message's lines follow each other.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_ID_H
#define SPAMTRAIL_LOGS_EXIM_ID_H

#include "base/span.h"
#include "logs/bytes.h"
#include "model/event.h"

/* Are all eight bytes base 62 or a dash? Additions stay below 256 once the top bits are clear. */
static inline bool exim_id_bytes(uint64_t v)
{
	uint64_t folded = v | BYTES_ALL(0x20);
	uint64_t letter = (folded + BYTES_ALL(0x80 - 'a')) & ~(folded + BYTES_ALL(0x7f - 'z'));
	uint64_t digit = (v + BYTES_ALL(0x80 - '0')) & ~(v + BYTES_ALL(0x7f - '9'));
	uint64_t dash = ~((v ^ BYTES_ALL('-')) + BYTES_ALL(0x7f));

	return !(v & BYTES_ALL(0x80)) && ((letter | digit | dash) & BYTES_ALL(0x80)) == BYTES_ALL(0x80);
}

#ifdef __SSE2__
static inline bool exim_id_sixteen(const char *p)
{
	__m128i v = bytes_load(p), letter = bytes_within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
	__m128i other = _mm_or_si128(bytes_within(v, '0', '9'), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));

	return _mm_movemask_epi8(_mm_or_si128(letter, other)) == 0xffff;
}
#else
static inline bool exim_id_sixteen(const char *p)
{
	return exim_id_bytes(bytes_word(p)) && exim_id_bytes(bytes_word(p + 8));
}
#endif

/* Length of an id of either regular shape that starts S, or 0. */
static inline size_t exim_id_length(struct span s)
{
	if (s.n > 16 && s.p[16] == ' ' && s.p[6] == '-' && s.p[13] == '-')
		return exim_id_sixteen(s.p) ? 16 : 0;
	if (s.n > 23 && s.p[23] == ' ' && s.p[6] == '-' && s.p[18] == '-')
		return exim_id_sixteen(s.p) && exim_id_sixteen(s.p + 7) ? 23 : 0;
	return 0;
}

struct exim_last_id {
	uint64_t text[3]; /* with the blank behind it */
	uint64_t own; /* the bits of the last eight bytes that are the id's and the blank's */
	uint32_t behind; /* where the text behind the blank begins: 17 or 24; 0: none was read */
	struct qid qid;
};

#define EXIM_ID_ROOM 24 /* bytes that must be there where an id is looked for */

/* Does the last id stand at P? */
static inline bool exim_id_again(const struct exim_last_id *l, const char *p)
{
	return !((bytes_word(p) ^ l->text[0]) | (bytes_word(p + 8) ^ l->text[1]) |
		 ((bytes_word(p + 16) ^ l->text[2]) & l->own));
}

/* The id of N bytes at P, 16 or 23, is the last one; N the length of those that are looked for. */
static inline void exim_id_keep(struct exim_last_id *l, const char *p, size_t n)
{
	for (unsigned i = 0; i < 3; i++)
		l->text[i] = bytes_word(p + 8 * i);
	l->own = n == 23 ? UINT64_MAX : 0xff;
	l->behind = (uint32_t)n + 1;
	/* both lengths spelled out, so that each is packed without a loop */
	l->qid = n == 23 ? qid_pack(span_of(p, 23)) : qid_pack(span_of(p, 16));
}

/* Does an id of the last one's length stand at P? Then L keeps it. */
static inline bool exim_id_new(struct exim_last_id *l, const char *p)
{
	size_t n = exim_id_length(span_of(p, EXIM_ID_ROOM));

	if (n == 0 || n + 1 != l->behind)
		return false;
	exim_id_keep(l, p, n);
	return true;
}

#endif
