/*
 * reputation - what `spamtrail reputation` has found out: lists, names and sender policies of each address and domain.
 *
 * Plain data in one arena. Texts are foreign bytes (answers of the DNS, log lines).
 */
#ifndef SPAMTRAIL_REPUTE_REPUTATION_H
#define SPAMTRAIL_REPUTE_REPUTATION_H

#include "repute/verdict.h"

struct identity;
struct listing;
struct refusal;
struct subject;

struct reputation {
	const struct blocklist *lists;      size_t nlists;
	const struct subject *subjects;     size_t nsubjects;
	struct listing *listings;           size_t nlistings;
	const struct identity *identities;  size_t nidentities;
	const struct refusal *refusals;     size_t nrefusals;  /* most messages first */
	bool logs_read;
	struct span *unseen;                size_t nunseen;
	struct span *notes;                 size_t nnotes;
	struct span resolver;               /* "recursive", "system", an address */
	int64_t now;
	uint64_t microseconds;
	bool complete;                      /* every list answered, nothing unseen */
	bool stopped;                       /* by Ctrl-C: not everything was asked */
};

/* Listings in STATE. */
size_t reputation_count(const struct reputation *r, enum list_state state);
/* Of several lists not one passed its test points: that is the resolver's doing, and what it says of names is no fact. */
bool reputation_deaf(const struct reputation *r);

#endif
