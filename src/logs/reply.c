/*
 * reply - refusal texts by phrase and by enhanced status code.
 *
 * A phrase counts only where a word begins and outside <...>, so that an address in the text cannot
 * spell one. The first phrase in the text decides, since servers put the reason first and advice and
 * links behind it; the code decides where no phrase is known. One pass, bounded length.
 *
 * TRUST: the text is the remote server's, hence anybody's. A lie changes one mark on one result of
 * the message that was sent there, nothing else.
 *
 * Sources: RFC 3463 (codes), RFC 7372 and 7505 (5.7.2x, 5.1.10), and the wording of Exim, Postfix,
 * Sendmail, qmail, Exchange, Gmail, Yahoo, Outlook and the blocklists' recommended texts.
 */
#include "logs/reply.h"

#include "logs/bytes.h"
#include "model/event.h"

#define TEXT_MOST 600

/* 4xx "mailbox unavailable" is the wording of greylisting (RFC 5321 4.2.3), 550 that of a missing box. */
enum { NEUTRAL = 0, UNKNOWN = EVF_UNKNOWN_RCPT, SPAM = EVF_SPAM, UNKNOWN_FOR_GOOD = 1 };

struct phrase {
	const char *text; /* lower case, begins with a letter, sorted by its first letter */
	uint16_t mark;
};

/* Neutral rows shadow a longer-known misreading: they stop nothing, but keep a code from deciding. */
static const struct phrase phrases[] = {
	{ "abuse", SPAM },
	{ "account does not exist", UNKNOWN },
	{ "account has been disabled", UNKNOWN },
	{ "account is disabled", UNKNOWN },
	{ "account that you tried to reach", UNKNOWN },
	{ "address does not exist", UNKNOWN },
	{ "address unknown", UNKNOWN },
	{ "authentication required", NEUTRAL },
	{ "bad destination mailbox", UNKNOWN },
	{ "bad reputation", SPAM },
	{ "barracudacentral", SPAM },
	{ "black list", SPAM },
	{ "blacklist", SPAM },
	{ "block list", SPAM },
	{ "blocked", SPAM },
	{ "blocklist", SPAM },
	{ "bulk mail", SPAM },
	{ "complaint", SPAM },
	{ "content rejected", SPAM },
	{ "denylist", SPAM },
	{ "dnsbl", SPAM },
	{ "dnslist", SPAM },
	{ "does not exist", UNKNOWN },
	{ "doesn't exist", UNKNOWN },
	{ "doesn't have a", UNKNOWN },
	{ "email account that you tried", UNKNOWN },
	{ "greylist", NEUTRAL },
	{ "invalid mailbox", UNKNOWN },
	{ "invalid recipient", UNKNOWN },
	{ "is in an rbl", SPAM },
	{ "junk", SPAM },
	{ "local policy", SPAM },
	{ "mailbox does not exist", UNKNOWN },
	{ "mailbox full", NEUTRAL },
	{ "mailbox is full", NEUTRAL },
	{ "mailbox not found", UNKNOWN },
	{ "mailbox unavailable", UNKNOWN_FOR_GOOD },
	{ "mailbox unknown", UNKNOWN },
	{ "message content", SPAM },
	{ "no account by that name", UNKNOWN },
	{ "no longer valid", UNKNOWN },
	{ "no mailbox", UNKNOWN },
	{ "no one by that name", UNKNOWN },
	{ "no such file", NEUTRAL },
	{ "no such", UNKNOWN },
	{ "no valid recipient", UNKNOWN },
	{ "not a known user", UNKNOWN },
	{ "not a valid mailbox", UNKNOWN },
	{ "not known here", UNKNOWN },
	{ "not our customer", UNKNOWN },
	{ "over quota", NEUTRAL },
	{ "poor reputation", SPAM },
	{ "quota exceeded", NEUTRAL },
	{ "rbl", SPAM },
	{ "recipient does not exist", UNKNOWN },
	{ "recipient not found", UNKNOWN },
	{ "recipient unknown", UNKNOWN },
	{ "recipientnotfound", UNKNOWN },
	{ "relay not permitted", NEUTRAL },
	{ "relaying denied", NEUTRAL },
	{ "sender verify", NEUTRAL },
	{ "sorry, no mailbox", UNKNOWN },
	{ "spam", SPAM },
	{ "spamcop", SPAM },
	{ "spamhaus", SPAM },
	{ "suspicious", SPAM },
	{ "that address", UNKNOWN },
	{ "undeliverable address", UNKNOWN },
	{ "unexpected volume", SPAM },
	{ "unknown address", UNKNOWN },
	{ "unknown local", UNKNOWN },
	{ "unknown mailbox", UNKNOWN },
	{ "unknown recipient", UNKNOWN },
	{ "unknown user", UNKNOWN },
	{ "unrouteable address", UNKNOWN },
	{ "unsolicited", SPAM },
	{ "unusual rate", SPAM },
	{ "uribl", SPAM },
	{ "user doesn't exist", UNKNOWN },
	{ "user is unknown", UNKNOWN },
	{ "user not found", UNKNOWN },
	{ "user not known", UNKNOWN },
	{ "user reject", UNKNOWN },
	{ "user unknown", UNKNOWN },
	{ "virus", SPAM },
	{ "zen.", SPAM },
};

#define PHRASES (sizeof(phrases) / sizeof(phrases[0]))

/* Upper case counts as lower case. */
static inline bool same_phrase(const char *p, size_t n, const char *phrase)
{
	for (size_t i = 0; phrase[i]; i++) {
		unsigned char off = i < n ? (unsigned char)(p[i] ^ phrase[i]) : 0xff;

		if (off && (off != 0x20 || phrase[i] < 'a'))
			return false;
	}
	return true;
}

/* The first four bytes, of letters without their case: what differs here is not the same. */
static inline uint32_t four_of(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v | 0x20202020;
}

/* First row for each letter, the last entry the end of all: the table is sorted, so that a letter's rows are a run. */
static const uint8_t bucket[27] = { 0,	8,  17, 19, 25, 26, 26, 27, 27, 30, 31, 31, 32, 39,
				    50, 51, 52, 53, 60, 66, 67, 84, 85, 85, 85, 85, 86 };

_Static_assert(PHRASES == 86,
	       "a row more or less: count the first rows in bucket[] again, and see to seconds[]");

#define LETTER(c) ((c) - 'a')
#define SECOND(c) (1u << LETTER(c))

/* The second letters of each first letter's rows: nearly no word of a reply begins with any of these pairs. */
static const uint32_t seconds[26] = {
	[LETTER('a')] = SECOND('b') | SECOND('c') | SECOND('d') | SECOND('u'),
	[LETTER('b')] = SECOND('a') | SECOND('l') | SECOND('u'),
	[LETTER('c')] = SECOND('o'),
	[LETTER('d')] = SECOND('e') | SECOND('n') | SECOND('o'),
	[LETTER('e')] = SECOND('m'),
	[LETTER('g')] = SECOND('r'),
	[LETTER('i')] = SECOND('n') | SECOND('s'),
	[LETTER('j')] = SECOND('u'),
	[LETTER('l')] = SECOND('o'),
	[LETTER('m')] = SECOND('a') | SECOND('e'),
	[LETTER('n')] = SECOND('o'),
	[LETTER('o')] = SECOND('v'),
	[LETTER('p')] = SECOND('o'),
	[LETTER('q')] = SECOND('u'),
	[LETTER('r')] = SECOND('b') | SECOND('e'),
	[LETTER('s')] = SECOND('e') | SECOND('o') | SECOND('p') | SECOND('u'),
	[LETTER('t')] = SECOND('h'),
	[LETTER('u')] = SECOND('n') | SECOND('r') | SECOND('s'),
	[LETTER('v')] = SECOND('i'),
	[LETTER('z')] = SECOND('e'),
};

static inline bool may_begin(const char *p, size_t n)
{
	unsigned first = LETTER((unsigned)(unsigned char)*p | 0x20), second;

	if (n < 2)
		return false;
	second = LETTER((unsigned)(unsigned char)p[1] | 0x20);
	return second < 26 && (seconds[first] >> second & 1);
}

static const struct phrase *phrase_at(const char *p, size_t n)
{
	unsigned letter = LETTER((unsigned)(unsigned char)*p | 0x20);

	for (unsigned i = bucket[letter]; i < bucket[letter + 1]; i++) {
		const char *text = phrases[i].text;

		if (n >= 4 && text[3] && four_of(p) != four_of(text))
			continue;
		if (same_phrase(p, n, text))
			return &phrases[i];
	}
	return NULL;
}

/* What stands among 16 bytes, a bit for each. */
struct kinds {
	unsigned letters, wordish, opening;
};

static inline struct kinds kinds_of(const char *p)
{
	struct kinds k = { 0 };

#ifdef __SSE2__
	__m128i v = bytes_load(p);

	k.letters = (unsigned)_mm_movemask_epi8(bytes_within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z'));
	/* above 0x7f is what movemask itself tells */
	k.wordish = k.letters | (unsigned)_mm_movemask_epi8(_mm_or_si128(v, bytes_within(v, '0', '9')));
	k.opening = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('<')));
#else
	for (unsigned i = 0; i < 16; i++) {
		unsigned char c = (unsigned char)p[i];
		unsigned letter = (unsigned char)((c | 0x20) - 'a') < 26;

		k.letters |= letter << i;
		k.wordish |= (letter | ((unsigned char)(c - '0') < 10) | (c >= 0x80)) << i;
		k.opening |= (unsigned)(c == '<') << i;
	}
#endif
	return k;
}

/* The first phrase that begins where one of the words in STARTS does, bits for the bytes at P. */
static inline const struct phrase *phrase_among(const char *p, const char *end, unsigned starts)
{
	for (; starts; starts &= starts - 1) {
		const char *word = p + (unsigned)__builtin_ctz(starts);

		if (__builtin_expect(may_begin(word, (size_t)(end - word)), false)) {
			const struct phrase *hit = phrase_at(word, (size_t)(end - word));

			if (hit)
				return hit;
		}
	}
	return NULL;
}

static const struct phrase *phrase_find(struct span text)
{
	const char *p = text.p, *end = text.n ? text.p + text.n : text.p;
	unsigned inside = 0; /* 1: the byte in front of P belongs to a word */

	while (p < end) {
		size_t n = end - p < 16 ? (size_t)(end - p) : 16;
		char last[16] = { 0 };
		const struct phrase *hit;
		struct kinds k;

		if (n < 16)
			memcpy(last, p, n);
		k = kinds_of(n < 16 ? last : p);
		if (k.opening)
			n = (size_t)__builtin_ctz(k.opening);
		hit = phrase_among(p, end, k.letters & ~(k.wordish << 1 | inside) & ((1u << n) - 1));
		if (hit)
			return hit;
		inside = k.wordish >> 15;
		p += n;
		/* an address: up to its end, if it has one */
		if (k.opening) {
			const char *close = memchr(p, '>', (size_t)(end - p));

			p = (close ? close : p) + 1;
			inside = 0;
		}
	}
	return NULL;
}

/* Codes whose meaning is plain without words. 5.7 is policy (RFC 3463 3.8), 5.1.1 a bad mailbox (3.2). */
static uint16_t dsn_mark(struct span dsn)
{
	static const struct span unknown[] = {
		SPAN("5.1.1"), SPAN("5.1.2"), SPAN("5.1.3"), SPAN("5.1.6"), SPAN("5.1.10"), SPAN("5.2.1"),
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (span_eq(dsn, unknown[i]))
			return UNKNOWN;
	return dsn.n > 4 && dsn.p[2] == '7' && (dsn.p[0] == '5' || dsn.p[0] == '4') ? SPAM : NEUTRAL;
}

/* A mailbox that is full exists (3.3), whatever the words: Gmail's are those of a missing one. */
static bool is_full(struct span dsn)
{
	return dsn.n == 5 && (dsn.p[0] == '4' || dsn.p[0] == '5') && memcmp(dsn.p + 1, ".2.2", 4) == 0;
}

uint16_t reply_classify(struct span text, struct span dsn)
{
	uint16_t coded = dsn.p ? dsn_mark(dsn) : NEUTRAL;

	if (coded == UNKNOWN || (dsn.p && is_full(dsn)))
		return coded;

	const struct phrase *hit = phrase_find(span_head(text, TEXT_MOST));

	if (!hit)
		return coded;
	if (hit->mark == UNKNOWN_FOR_GOOD)
		return text.p[0] == '4' || (dsn.p && dsn.p[0] == '4') ? NEUTRAL : UNKNOWN;
	return hit->mark;
}
