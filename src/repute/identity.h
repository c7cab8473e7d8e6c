/*
 * identity - does the name fit the address, and do the domains vouch for it: PTR and back, HELO, SPF, DKIM, DMARC.
 *
 * A machine like check.h; its ids begin where those end.
 */
#ifndef SPAMTRAIL_REPUTE_IDENTITY_H
#define SPAMTRAIL_REPUTE_IDENTITY_H

#include "base/span.h"

struct answer;
struct arena;
struct asks;
struct dkim_key;
struct subject;

enum identity_what { IDENTITY_PTR, IDENTITY_HELO, IDENTITY_SPF, IDENTITY_DKIM, IDENTITY_DMARC, IDENTITIES };
enum identity_state { IDENTITY_NO_ANSWER, IDENTITY_OK, IDENTITY_WRONG, IDENTITY_MISSING, IDENTITY_STATES };

struct identity {
	enum identity_what what;
	enum identity_state state;
	struct span subject;   /* the address, or the domain */
	struct span address;   /* IDENTITY_SPF: which may send for the domain */
	struct span value;     /* the name, the record, the result */
	struct span text;      /* what is wrong */
};

struct identity_want {
	const struct subject *subjects;
	size_t nsubjects;
	struct span helo;      /* empty: unknown */
	const struct span *selectors; /* of DKIM, that the operator names */
	size_t nselectors;
	const struct dkim_key *keys; /* that the server is known to sign with; with neither the usual names are tried */
	size_t nkeys;
	uint32_t group;        /* of its questions: one that no list has */
};

struct identities;

struct identities *identities_new(struct arena *a, const struct identity_want *want);
void identities_start(struct identities *i, struct asks *out);
void identities_take(struct identities *i, const struct answer *answer, struct asks *out);
/* No more answers come: what a later one could still have bettered is not known. */
void identities_stop(struct identities *i);
const struct identity *identities_found(const struct identities *i, size_t *ret_n);

const char *identity_what_name(enum identity_what what);
const char *identity_state_name(enum identity_state state);

#endif
