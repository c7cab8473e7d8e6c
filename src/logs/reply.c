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

static bool is_letter(unsigned char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_wordish(unsigned char c)
{
	return is_letter(c) || (unsigned char)(c - '0') < 10 || c >= 0x80;
}

static bool same_phrase(const char *p, size_t n, const char *phrase)
{
	for (size_t i = 0; phrase[i]; i++)
		if (i >= n || (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]) != phrase[i])
			return false;
	return true;
}

/* First row for each letter, the last entry the end of all: the table is sorted, so that a letter's rows are a run. */
static const uint8_t bucket[27] = { 0,	8,  17, 19, 25, 26, 26, 27, 27, 30, 31, 31, 32, 39,
				    50, 51, 52, 53, 60, 66, 67, 84, 85, 85, 85, 85, 86 };

_Static_assert(PHRASES == 86, "a row more or less: count the first rows in bucket[] again");

static const struct phrase *phrase_at(const char *p, size_t n)
{
	unsigned letter = ((unsigned char)*p | 0x20) - 'a';
	char second = n > 1 ? (char)(p[1] >= 'A' && p[1] <= 'Z' ? p[1] | 0x20 : p[1]) : '\0';

	for (unsigned i = bucket[letter]; i < bucket[letter + 1]; i++)
		if (phrases[i].text[1] == second && same_phrase(p, n, phrases[i].text))
			return &phrases[i];
	return NULL;
}

static const struct phrase *phrase_find(struct span text)
{
	bool inside = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '<') {
			const char *close = memchr(text.p + i, '>', text.n - i);

			i = close ? (size_t)(close - text.p) : i;
			inside = false;
			continue;
		}
		if (!inside && is_letter(c)) {
			const struct phrase *hit = phrase_at(text.p + i, text.n - i);

			if (hit)
				return hit;
		}
		inside = is_wordish(c);
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
