/*
 * refusal - how this server's mail is taken elsewhere: who refused it, and from which addresses it leaves.
 *
 * Texts are spans of foreign bytes: other servers wrote them, and a log line of theirs may say anything.
 */
#ifndef SPAMTRAIL_MODEL_REFUSAL_H
#define SPAMTRAIL_MODEL_REFUSAL_H

#include "base/span.h"

/* Mail that other servers would not take from us, by who refused it and on which list's word. */
struct refusal {
	struct span provider;         /* "Microsoft", or the refusing host's domain */
	struct span list;             /* "zen.spamhaus.org", "S3140", "4.7.28" */
	uint64_t messages;
	int64_t last;
	struct span text;             /* one of them, as it was logged */
};

#define REFUSALS_MOST 200 /* limit investigate: providers and lists that refuse */

/* Of such a refusal, the mail of one sender: who else pays for an incident. */
struct refused {
	uint32_t row, refusal;        /* indexes into the inquiry's rows and refusals */
	uint64_t messages;
	int64_t first, last;
	struct span recipient;        /* one of them */
};

#define REFUSED_MOST 2000

/* An address that this server sends from, by its settings or as others see it. */
struct outgoing {
	struct span address;
	struct span source;           /* "smtp_bind_address", "refusals" */
	uint64_t messages;            /* refusals that name it */
};

#define OUTGOING_MOST 64

/* A key that this server signs mail with, as its settings or its signer's log lines tell. */
struct dkim_key {
	struct span domain;           /* empty: any */
	struct span selector;
};

#define DKIM_MOST 200

/* Can S be a part of a name in DNS? */
static inline bool dkim_name_fits(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!letter && c != '.' && c != '-' && c != '_')
			return false;
	}
	return s.n > 0 && s.n <= 200;
}

#endif
