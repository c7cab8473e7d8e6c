/*
 * headers - header fields out of a block of text, unfolded, and where such a block stands in the middle of prose.
 *
 * TRUST: every byte. Values are cut at COMPLAINT_TEXT_MOST; no field is read twice unless it may repeat.
 */
#ifndef SPAMTRAIL_REPUTE_HEADERS_H
#define SPAMTRAIL_REPUTE_HEADERS_H

#include "repute/complaint.h"

struct header {
	struct span name, value;
};

/* Takes the next field off BLOCK; false at an empty line, at the end, or at a line that is no field. */
bool header_next(struct arena *a, struct span *block, struct header *ret);
/* What the fields in BLOCK say about the original; a field that is known already stays. */
void headers_original(struct arena *a, struct span block, struct complaint *c);
/* The best block of header fields inside TEXT (quotes "> " taken off), or nothing. In A. */
struct span headers_in_text(struct arena *a, struct span text);

/* The address in "Name <a@b>" or "rfc822; a@b"; empty where there is none. */
struct span address_in(struct span value);
void complaint_recipient(struct arena *a, struct complaint *c, struct span address);
/* And says that the message went to him: never for a header of its own, where the sender names whom he likes. */
void complaint_envelope(struct arena *a, struct complaint *c, struct span address);

#endif
