/*
 * explain_child - the confined half of `explain`: lines in, what each says out, piece by piece.
 */
#ifndef SPAMTRAIL_APP_EXPLAIN_CHILD_H
#define SPAMTRAIL_APP_EXPLAIN_CHILD_H

#include "sys/channel.h"

/* Borrowed: it must outlive confined_start, whose fork then copies it. */
struct explain_want {
	struct span line; /* p != NULL: the line itself; else a descriptor comes through the channel */
	int64_t latest; /* civil seconds: nothing was written more than a day later */
	bool json;
};

enum explain_talk {
	EXPLAIN_FILE = 1, /* to the child, with the descriptor */
	EXPLAIN_TEXT, /* from it: whole lines */
	EXPLAIN_END, /* from it, the last: u64 lines that were cut, the damage's sentence or nothing */
};

/* CTX is a struct explain_want. Runs in the child of confined.h. */
void explain_child(void *ctx, struct channel *channel, bool unconfined);

#endif
