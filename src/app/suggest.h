/*
 * suggest - "did you mean": the known word nearest to a mistyped one.
 */
#ifndef SPAMTRAIL_APP_SUGGEST_H
#define SPAMTRAIL_APP_SUGGEST_H

#include "base/span.h"

struct suggest {
	struct span typed;
	const char *best; /* NULL while nothing is near */
	unsigned distance;
};

/* TYPED must outlive the result. How far a word may be off grows with the length of what was typed. */
struct suggest suggest_for(struct span typed);
/* WORD must outlive S. Ties stay with the first offered. */
void suggest_offer(struct suggest *s, const char *word);

#endif
