/*
 * postfix_short - what the readers of usual Postfix lines share: how a line and its parts begin that may be read without
 * the grammar. What is said of postfix_usual.c holds for all of them.
 */
#ifndef SPAMTRAIL_LOGS_POSTFIX_SHORT_H
#define SPAMTRAIL_LOGS_POSTFIX_SHORT_H

#include "logs/digits.h"
#include "logs/postfix_id.h"
#include "logs/postfix_parts.h"
#include "logs/usual.h"

/* A delivery in another state than sent: what stood in front of the word for it. */
struct pf_unsent {
	struct span rcpt, orig, ip; /* p == NULL: none */
	const char *keys, *status; /* the commas behind relay= and in front of status= */
	bool smtp; /* else lmtp */
	bool nobody; /* relay=none */
};

/* "warning: NAME[IP]: SASL ..." and "NOQUEUE: reject: ..." of smtpd. */
usual_fn pf_short_failed;
/* "ID: sender non-delivery notification: NEWID" */
usual_fn pf_short_bounce;
/* P is behind status= of the line that ends at END; the message is the known one. */
enum line_result pf_short_unsent(struct maker *m, struct pf_unsent u, const char *p, const char *end);

/* The text behind "ID: " at the start of S, of any length; the message is the known one from now on. NULL where no id stands there. */
static inline const char *behind_id(struct maker *m, struct span s)
{
	/* 15 bytes of an id at most, and those behind it */
	size_t n = s.n < 17 || s.n > POSTFIX_TEXT_MOST ? 0 : pf_id_quick(s);

	if (n == 0 || !BYTES_ARE(s.p + n, ": "))
		return NULL;
	m->known = (struct qid_known){
		.id = qid_pack(span_of(s.p, n)),
		.own = n > 8 ? (UINT64_C(1) << 8 * (n - 8)) - 1 : 0,
		.len = (uint32_t)n,
	};
	return s.p + n + 2;
}

/* The same, not inline. */
const char *pf_short_id(struct maker *m, struct span s);
/* For a line of OWN whose message is not the known one: it is known, and OWN reads the line, or it has none. */
enum line_result pf_short_again(struct maker *m, struct span s, usual_fn *own);

/*
 * The text behind "ID: " at the start of S, where it is the id that is known; else NULL. What happens to a message is mostly
 * logged in lines that follow each other: the last id is known again by its bytes, which it is packed as.
 */
static inline const char *behind_known(const struct maker *m, struct span s)
{
	const struct qid_known *k = &m->known;

	if (s.n - 17 > POSTFIX_TEXT_MOST - 17 || bytes_word(s.p) != k->id.hi ||
	    (bytes_word(s.p + 8) ^ k->id.lo) & k->own || !BYTES_ARE(s.p + k->len, ": "))
		return NULL;
	return s.p + k->len + 2;
}

/* An event of the known message. */
static inline __attribute__((always_inline)) struct usual_event begin(struct maker *m, enum event_kind kind)
{
	return usual_begin(m, DIALECT_POSTFIX, kind, m->known.id, EVF_SYSLOG);
}

/* An IPv4 address in brackets from P on, as Postfix writes it: what is behind them. NULL: something else. */
static inline __attribute__((always_inline)) const char *usual_ip(const char *p, const char *end, struct span *ret_ip)
{
	unsigned n = bytes_dotted(p, end);

	/* a first number of more than four digits is no address to the grammar */
	if (n < 7 || *p == '.' || !bytes_four_have(p + 1, '.'))
		return NULL;
	*ret_ip = span_of(p, n);
	return p + n + 1;
}

/* The first byte B, C or D of [P, END), or END. Not inline: for what is farther away than it usually is. */
const char *pf_short_seek(const char *p, const char *end, char b, char c, char d);

/*
 * The same, of a usual line, whose last TAG_WINDOW bytes are its own: nearly always found among that many, at once, since to
 * guess where it stands costs more than to look at them all.
 */
static inline __attribute__((always_inline)) const char *find_near(const char *p, const char *end, char b, char c, char d)
{
	const char *from = end - p < TAG_WINDOW ? end - TAG_WINDOW : p;
	uint64_t mask = bytes_mask_of(from, TAG_WINDOW, b) | bytes_mask_of(from, TAG_WINDOW, c) |
			bytes_mask_of(from, TAG_WINDOW, d);

	mask >>= p - from;
	return __builtin_expect(mask != 0, true) ? p + (unsigned)__builtin_ctzll(mask) : pf_short_seek(p, end, b, c, d);
}

/* "NAME[1.2.3.4]" */
static inline const char *usual_client(const char *p, const char *end, struct span *ret_ip)
{
	const char *open = find_near(p, end, '[', ' ', ' ');

	return open == end || *open != '[' || open - p > 255 ? NULL : usual_ip(open + 1, end, ret_ip);
}

/* "<ADDRESS>" from P on, of bytes that can neither end it nor begin a key: what is behind it; NULL: something else. */
const char *pf_short_address(const char *p, const char *end);

#endif
