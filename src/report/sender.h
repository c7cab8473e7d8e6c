/*
 * sender - one sender on the first screen: in full (the first of the first incident) or on a line.
 */
#ifndef SPAMTRAIL_REPORT_SENDER_H
#define SPAMTRAIL_REPORT_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct claim;
struct inquiry;
struct pen;

struct sender_view {
	const struct inquiry *q;
	uint32_t row;
	uint64_t suspect_messages; /* of all that are accused together: the share's whole */
	const struct claim *claims; /* of the incident; those of other senders are passed over */
	size_t nclaims;
};

/* V and what it points to are only borrowed. IN_FULL: with proofs and terms, over several lines. */
void sender_show(struct pen *p, const struct sender_view *v, bool in_full);

#endif
