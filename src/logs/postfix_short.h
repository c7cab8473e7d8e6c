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

/* The text behind "ID: " at the start of S, and the id; NULL where none stands there. */
static inline const char *behind_id(struct span s, struct qid *ret_id)
{
	/* 15 bytes of an id at most, and those behind it */
	size_t n = s.n - 17 > POSTFIX_TEXT_MOST - 17 ? 0 : pf_id_quick(s);

	if (n == 0 || s.p[n] != ':' || s.p[n + 1] != ' ')
		return NULL;
	*ret_id = qid_pack(span_of(s.p, n));
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
	if (n < 7 || *p == '.' || (p[1] != '.' && p[2] != '.' && p[3] != '.' && p[4] != '.'))
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
