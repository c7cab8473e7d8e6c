/*
 * queue_reader - the queues of this server or image, each read by a confined child that can read that one folder.
 *
 * Where only Postfix's own program may look (a user who is not root), its `postqueue -j` is run and read instead.
 */
#ifndef SPAMTRAIL_APP_QUEUE_READER_H
#define SPAMTRAIL_APP_QUEUE_READER_H

#include "model/inquiry.h"
#include "model/queue.h"
#include "sys/beneath.h"

struct queue_ask {
	const struct root *root;
	const struct inquiry *facts; /* where the spools lie: reader.h, facts_only */
	int64_t now;
	bool unconfined;
	bool groups;
	bool reasons; /* for MESSAGE: why it waits, one more file each */
	bool count; /* only how many there are, in all.messages */
	enum queue_by by;
	const struct row *only; /* messages of these NONLY senders only, each from its `since` on */
	size_t nonly;
	bool untold; /* also what was handed over here and names nobody: it could be a script's among ONLY; asked is NONLY + 1 */
	struct span pick; /* messages of that group of BY only (queue/group.h, grouping_is); empty: all */
	/* Every message; what Q points to lives until the return. NULL: not wanted. */
	void (*message)(void *ctx, const struct queued *q);
	/* The same, packed, as it comes, of each only what tells whose it is. NULL: not wanted. */
	void (*packed)(void *ctx, struct span batch);
	/* What waits as hashes, packed (trace/wrote.h, wrote_ask), one queue after the other. NULL: not wanted. */
	void (*waiting)(void *ctx, struct span question);
	void *ctx;
	const struct queue_past *past; /* what the logs say of it (trace/queued.h); NULL: not asked */
};

/* EXIT_NOINPUT: there is no queue at all. Texts live in A. */
int queue_ask(const struct queue_ask *want, struct arena *a, struct queue_report *ret, struct err *err);

#endif
