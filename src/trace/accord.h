/*
 * accord - does what a complaint says of a message agree with what the log says of it?
 *
 * A queue id alone ties nobody: whoever once got mail of somebody's knows one of his, and can make up a complaint
 * around it. What differs is told, what agrees is told, and what cannot be compared is neither: feedback loops take out or
 * replace the recipient (RFC 6590), forwarders change him, receivers put a tag before the subject, and not every log has one.
 *
 * Whoever copies the subject and the recipient too is not found out here. And the guilty may write what he likes into his
 * mail: nothing in it may make a true complaint differ, so his own headers name nobody it went to, and what stands there
 * twice is not compared.
 */
#ifndef SPAMTRAIL_TRACE_ACCORD_H
#define SPAMTRAIL_TRACE_ACCORD_H

#include "base/span.h"

/* What a complaint says of the message; anything may be missing. */
struct told {
	struct span subject, message_id; /* the subject as its header spells it; the id without <> */
	const struct span *addresses;  size_t naddresses;  /* to whom it may have gone, by any header */
	const struct span *recipients; size_t nrecipients; /* to whom it went, by who handed it over */
	int64_t at;                    /* when this host took it, by its own Received line; 0: not said */
};

struct logged_rcpt {                   /* hashes of rcpt_hash */
	uint64_t address, domain;
};

/* What the log says of it. */
struct logged {
	struct span subject, message_id;
	const struct logged_rcpt *rcpt; size_t nrcpt;
	bool whole;                    /* nobody it went to is missing among them */
	bool added;                    /* the subject stands on a line of its own that any local user may write */
	int64_t at;
};

/* Bits of enum sought_about; what is in neither could not be compared. */
void accord_compare(const struct told *told, const struct logged *logged, uint32_t *ret_agrees,
		    uint32_t *ret_differs);

#endif
