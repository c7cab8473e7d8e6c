/*
 * verdict - what one answer of a DNS list means. Five states; only an answer inside the list's documented set counts.
 *
 * RFC 5782: answers lie in 127.0.0.0/8. Outside it a resolver rewrites; 127.255.255.0/24 says that the query was
 * refused; inside it but not in the table it says nothing we understand.
 */
#ifndef SPAMTRAIL_REPUTE_VERDICT_H
#define SPAMTRAIL_REPUTE_VERDICT_H

#include "base/span.h"

struct answer;
struct arena;
struct blocklist;

enum list_state { LIST_CLEAN, LIST_LISTED, LIST_REFUSED, LIST_NO_ANSWER, LIST_LYING, LIST_STATES };

struct list_verdict {
	enum list_state state;
	bool policy;           /* listed only by policy (PBL): no accusation */
	struct span answer;    /* as it came: "127.0.0.2 127.0.0.4", "none", "SERVFAIL" */
	struct span text;      /* what the list says it means, or what is wrong */
};

const char *list_state_name(enum list_state state);
/* Texts live in A. */
struct list_verdict verdict_of(struct arena *a, const struct blocklist *z, const struct answer *answer);

#endif
