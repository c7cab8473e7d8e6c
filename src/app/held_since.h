/*
 * held_since - what a sender handed over while his door was closed still waits, held, when it is opened again: nothing of it
 * is an action's, so no undo lets it go. Here it is counted and the command that does is said.
 */
#ifndef SPAMTRAIL_APP_HELD_SINCE_H
#define SPAMTRAIL_APP_HELD_SINCE_H

#include "app/options.h"
#include "base/arena.h"
#include "base/span.h"
#include "store/journal.h"

#define HELD_SENDERS 1000 /* limit contain: senders of one undo whose queue is looked at */

struct held_sender {
	struct span name; /* "auth info@shop.example" */
	int64_t since; /* when the first of what was taken back was planned */
};

struct held_since {
	struct arena *arena;
	struct held_sender *sender; /* room for HELD_SENDERS, once there is one */
	size_t n;
	bool more; /* than there is room for */
};

/* R was taken back: its sender is asked about. */
void held_since_add(struct held_since *h, const struct journal_row *r);
/* Says on stderr whose mail is still held. A queue that cannot be read is said, too, and is no failure of an undo. */
void held_since_tell(const struct held_since *h, const struct options *o);

#endif
