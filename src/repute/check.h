/*
 * check - asks every list about every address or domain: test points first, then what is wanted, then the reason.
 *
 * A machine without a clock or a socket: it takes answers and says what to ask next, so that tests can play any
 * network. A list is believed only when its test points are right (RFC 5782): what must be listed is, what must not is
 * not; each for IPv4, IPv6 and domains apart. Else every question to it ends as refused, no_answer or lying.
 */
#ifndef SPAMTRAIL_REPUTE_CHECK_H
#define SPAMTRAIL_REPUTE_CHECK_H

#include "repute/verdict.h"

struct asks;
struct buf;

struct subject {
	struct span text;      /* "192.0.2.1", "shop.example" */
	uint8_t ip[16];
	uint8_t nip;           /* 4, 16; 0: a domain */
};

struct listing {
	uint32_t subject, list; /* indexes */
	struct list_verdict v;
	int64_t since;         /* first seen listed (store); 0 = not known */
	int64_t cleared;       /* was listed, and clean for the first time then */
};

/* Milliseconds. Test points also pay for finding a list's name servers; all in all below five seconds. */
struct check_patience {
	uint32_t points, lookup;
};

#define CHECK_POINTS_MILLIS 2800 /* limit reputation, ms: for a list's test points */
#define CHECK_LOOKUP_MILLIS 1800 /* limit reputation, ms: for one address on one list */
#define CHECK_PATIENCE ((struct check_patience){ CHECK_POINTS_MILLIS, CHECK_LOOKUP_MILLIS })
/* Ids of queries end here. */
#define CHECK_IDS (1u << 24)

struct check;

/* Everything that is given must outlive the check. */
struct check *check_new(struct arena *a, const struct blocklist *lists, size_t nlists,
			const struct subject *subjects, size_t nsubjects, struct check_patience patience);
/* The first questions. */
void check_start(struct check *c, struct asks *out);
/* An answer to one of them; OUT gets what follows. Ids that were never given, or are answered, count for nothing. */
void check_take(struct check *c, const struct answer *answer, struct asks *out);
/* One per subject and list that speaks of its kind; final once no question is open. */
const struct listing *check_listings(const struct check *c, size_t *ret_n);

/* An address or an ASCII domain; false for anything else. TEXT must live on. */
bool subject_parse(struct span text, struct subject *ret_subject);
/* Not of the Internet: loopback, private, link-local, documentation is let through. */
bool subject_is_private(const struct subject *s);
/* "1.2.0.192.zone": labels or nibbles turned round; a domain as it is. ZONE may be in-addr.arpa's. */
void subject_name(const struct subject *s, struct span zone, struct buf *out);

#endif
