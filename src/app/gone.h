/*
 * gone - what an undo cannot bring back, and says so: messages that `queue --remove` has removed, also since what is taken
 * back now held some, and files and samples that `history --purge` has ended.
 */
#ifndef SPAMTRAIL_APP_GONE_H
#define SPAMTRAIL_APP_GONE_H

#include "base/arena.h"
#include "base/span.h"
#include "store/journal.h"

struct actor_client;

/* One row of the journal whose mail or file is gone. */
struct gone_row {
	uint64_t id;
	int64_t changed;
	bool purged, removal;
	bool meant;            /* the undo is about it, or about a hold before it */
	struct span what, text;
};

struct gone {
	struct arena *arena;
	struct gone_row *row;  /* oldest first */
	size_t n, room;
	const char *state;     /* the folder */
};

/* Asks the journal, before anything is taken back. A journal that cannot be asked has nothing to say here: the undo will. */
void gone_learn(struct gone *g, struct actor_client *c, struct span what);
/* R was taken back now: what it had held may have been removed since. */
void gone_add(struct gone *g, const struct journal_row *r);
/* On stderr, a sentence each. */
void gone_tell(const struct gone *g);

#endif
