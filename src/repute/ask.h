/*
 * ask - what the command line asks of spamtrail-dns, and what comes back.
 *
 * In turns over one channel, so that neither side ever waits for the other with a full buffer: the command line
 * sends ASK_QUERIES (any number, also none), the helper waits until at least one is answered and sends ASK_ANSWERS.
 * What to ask next is the command line's matter; how many at once, and until when, the helper's.
 *
 * TRUST: answers are whatever the network sent, through a helper that may have been taken over: ids, counts and
 * lengths are checked, contents never believed beyond what verdict.h says.
 */
#ifndef SPAMTRAIL_REPUTE_ASK_H
#define SPAMTRAIL_REPUTE_ASK_H

#include "base/span.h"

struct arena;
struct buf;
struct err;

enum ask_message { ASK_QUERIES = 1, ASK_ANSWERS };

enum ask_type { ASK_A, ASK_AAAA, ASK_TXT, ASK_PTR, ASK_MX, ASK_SPF, ASK_TYPES };

#define ASK_QUERIES_MOST 20000 /* limit reputation: questions of one run */
#define ASK_RECORDS_MOST 64 /* limit reputation: records of one answer */
#define ASK_NAME_MOST 253
#define ASK_GROUP_AT_ONCE 8 /* limit reputation: questions on their way to one list */
#define ASK_AT_ONCE 64 /* limit reputation: questions on their way */

struct ask {
	uint32_t id;           /* the asker's own number */
	uint32_t type;         /* enum ask_type */
	uint32_t group;        /* a zone: its servers are not flooded */
	uint32_t millis;       /* from the moment it is sent */
	struct span name;
	struct span address;   /* ASK_SPF: 4 or 16 bytes, may NAME send from here? */
};

struct asks {
	struct ask *list;      size_t n, room;
};

enum answer_state {
	ANSWER_DATA,           /* records there are */
	ANSWER_NONE,           /* NXDOMAIN, or no record of this type */
	ANSWER_LATE,           /* nothing until the deadline */
	ANSWER_FAILED,         /* SERVFAIL, REFUSED, a broken packet: `text` says which */
	ANSWER_STATES
};

struct answer {
	uint32_t id;
	uint32_t state;        /* enum answer_state */
	uint32_t millis;       /* it took */
	struct span *record;   size_t nrecords; /* A 4 bytes, AAAA 16, TXT its text, PTR and MX a name, SPF one word */
	struct span text;      /* why it failed; SPF: which term decided */
};

struct answers {
	struct answer *list;   size_t n;
};

/* RFC 1035 2.3.4, and no byte that a zone file would have to escape. */
bool ask_name_fits(struct span name);
/* NAME is copied into A. False where it is no name that can be asked (empty, too long, an empty label). */
bool asks_add(struct asks *asks, struct arena *a, const struct ask *ask);

void asks_pack(const struct asks *asks, struct buf *out);
int asks_unpack(struct arena *a, struct span bytes, struct asks *ret_asks, struct err *err);
void answers_pack(const struct answers *answers, struct buf *out);
int answers_unpack(struct arena *a, struct span bytes, struct answers *ret_answers, struct err *err);

#endif
