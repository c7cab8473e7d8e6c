/*
 * claims - what an incident says, numbered: the N of `why 1123a.N` and of the first screen.
 *
 * For each sender of the incident in order: its evidence (neighbours with the same claim are one
 * claim with several lines; what an entry moment says too is the moment's), the entry moments that are
 * its own, then the judge's reasons that speak against it. The same inquiry always gives the same numbers.
 */
#ifndef SPAMTRAIL_REPORT_CLAIMS_H
#define SPAMTRAIL_REPORT_CLAIMS_H

#include "model/inquiry.h"

struct claim {
	uint32_t row; /* index into inquiry.rows */
	char grade; /* 0: worked out from counts, nobody vouches */
	struct span text;
	const struct moment *moment; /* how he got in; NULL for the rest */
	const struct reason *reason; /* a term of the judge's sum; NULL for the rest */
	const struct evidence *lines; /* evidence: NLINES neighbours of the row's list */
	size_t nlines;
};

/* The claims of IN in the arena; claim N is ret_claims[N - 1]. */
/* Returns how many there are. Texts and lines stay Q's: Q must outlive them. */
size_t claims_list(const struct inquiry *q, const struct incident *in, struct arena *a,
		   struct claim **ret_claims);
/* Raw line K of a claim, or NULL behind the last. */
const struct evidence *claim_line(const struct inquiry *q, const struct claim *c, size_t k);
/* A fact somebody vouches for, as against a term of the sum. */
static inline bool claim_is_proof(const struct claim *c)
{
	return c->reason == NULL;
}

#endif
