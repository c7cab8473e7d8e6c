/*
 * abuse_contact - whom a network wants to be written to, asked in a DNS zone that the operator has named ([report]
 * abuse_zone): "7.113.0.203.ZONE" has TXT records of mail addresses. Without a zone nothing is asked: who asks tells
 * the zone's servers which addresses logged in.
 *
 * TRUST: the answer is anybody's; only what is made like mail addresses is taken, and it is shown, never written to.
 */
#ifndef SPAMTRAIL_APP_ABUSE_CONTACT_H
#define SPAMTRAIL_APP_ABUSE_CONTACT_H

#include "base/arena.h"
#include "base/err.h"
#include "repute/check.h"

struct abuse_want {
	const char *resolver, *zone;
	bool unconfined;
	const struct subject *address; size_t n;
};

/* RET_CONTACT[i] of address i, in A; empty where there is none. Returns how many got no answer, or a negative code. */
int abuse_contacts(const struct abuse_want *want, struct arena *a, struct span *ret_contact, struct err *err);

#endif
