/*
 * accord - does what a complaint says of a message agree with what the log says of it?
 *
 * A queue id alone ties nobody: whoever once got mail of somebody's knows one of his, and can make up a complaint
 * around it. What differs is told, what agrees is told, and what cannot be compared is neither: feedback loops take out or
 * replace the recipient (RFC 6590), forwarders change him, receivers put a tag before the subject, and not every log has one.
 *
 * Whoever copies the subject and the recipient too is not found out here. And the guilty may write what he likes into his
 * mail and, as a local user, to syslog: neither may make a true complaint differ. His own headers name nobody it went to, and
 * what stands there twice is not compared. Lines he can add, and none can he take away: what any line under the id says
 * is in doubt, and not false.
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

/* What the log says of it, or of something else under the same id. */
struct logged {
	struct span subject, message_id;
	const uint64_t *names;         size_t nnames; /* rising; of those it went to, and Message-IDs */
	bool whole;                    /* somebody is among them, and nobody it went to is missing */
	bool cut;                      /* there are more names */
	bool added;                    /* the subject stands on a line of its own that any local user may write */
	int64_t at;
	const struct logged *others;   size_t nothers;     /* what else stands under its id */
};

/* Bits of enum sought_about; what is in none could not be compared, or not told apart. */
struct accord {
	uint32_t agrees, differs;
	uint32_t doubts;               /* differs, but for lines that somebody may have added */
};

/* What NAMES holds. No two kinds are alike. */
uint64_t accord_address(struct span address, uint64_t *ret_domain);
uint64_t accord_id(struct span message_id);
struct accord accord_compare(const struct told *told, const struct logged *logged);
/* The one of N logged under one id that is meant by who says that it came AT (0: not said): the first near to it, else the nearest. */
size_t accord_choose(const struct logged *logged, size_t n, int64_t at);

#endif
