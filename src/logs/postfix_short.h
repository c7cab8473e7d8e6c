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
/* P is behind status= of the line that ends at END. */
enum line_result pf_short_unsent(struct maker *m, struct qid id, const struct pf_unsent *u, const char *p,
				 const char *end);

/*
 * The text behind "ID: " at the start of S, and the id; NULL where none stands there. What happens to a message is mostly
 * logged in lines that follow each other: the last id is known again by its bytes, which it is packed as.
 */
static inline const char *behind_id(struct maker *m, struct span s, struct qid *ret_id)
{
	struct qid_known *k = &m->known;
	size_t n;

	/* 15 bytes of an id at most, and those behind it */
	if (s.n - 17 > POSTFIX_TEXT_MOST - 17)
		return NULL;
	if (bytes_word(s.p) == k->id.hi && !((bytes_word(s.p + 8) ^ k->id.lo) & k->own) &&
	    BYTES_ARE(s.p + k->len, ": ")) {
		*ret_id = k->id;
		return s.p + k->len + 2;
	}
	n = pf_id_quick(s);
	if (n == 0 || !BYTES_ARE(s.p + n, ": "))
		return NULL;
	*ret_id = qid_pack(span_of(s.p, n));
	if (n >= 8)
		*k = (struct qid_known){ *ret_id, (UINT64_C(1) << 8 * (n - 8)) - 1, (uint32_t)n };
	return s.p + n + 2;
}

static inline __attribute__((always_inline)) struct usual_event begin(struct maker *m, enum event_kind kind,
								      struct qid id)
{
	return usual_begin(m, DIALECT_POSTFIX, kind, id, EVF_SYSLOG);
}

/* An IPv4 address in brackets from P on, as Postfix writes it: what is behind them. NULL: something else. */
static inline const char *usual_ip(const char *p, const char *end, struct span *ret_ip)
{
	unsigned n = bytes_dotted(p, end);

	/* a first number of more than four digits is no address to the grammar */
	if (n < 7 || *p == '.' || !bytes_four_have(p + 1, '.'))
		return NULL;
	*ret_ip = span_of(p, n);
	return p + n + 1;
}

/* "NAME[1.2.3.4]" */
static inline const char *usual_client(const char *p, const char *end, struct span *ret_ip)
{
	const char *open = bytes_find2(p, end, '[', ' ');

	return open == end || *open != '[' || open - p > 255 ? NULL : usual_ip(open + 1, end, ret_ip);
}

/* "<ADDRESS>" from P on, of bytes that can neither end it nor begin a key; NULL: something else. */
static inline const char *plain_address(const char *p, const char *end)
{
	const char *close;

	if (p == end || *p != '<')
		return NULL;
	close = bytes_find2(p + 1, end, '>', ' ');
	return close < end && *close == '>' && bytes_find2(p + 1, close, '"', '<') == close ? close + 1
											    : NULL;
}

#endif
