/*
 * observer - the process reader and the command line's side of it: one look at the host's connections, or a watch.
 *
 * A confined child (sys/confine.h, sys/procroot.h) reads /proc, asks sock_diag and, for a watch, reads fanotify events;
 * the command line opened both sockets and the marks before. What comes back is packed (host/observed.h) and goes
 * to the log reader unread.
 */
#ifndef SPAMTRAIL_APP_OBSERVER_H
#define SPAMTRAIL_APP_OBSERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "sys/beneath.h"

/* CTX and PROGRESS are used in the command line only, never in the child. */
struct observer_want {
	const struct root *root;
	unsigned seconds; /* 0: one look */
	const char *postfix, *commands, *exim; /* where the queues and postdrop lie; NULL: the usual places */
	bool unconfined;
	bool load; /* what the mail server's programs take, too */
	void *ctx;
	/* About once a second of a watch; false = enough. */
	bool (*progress)(void *ctx, unsigned left, uint64_t submitted, uint64_t unnamed);
};

/*
 * Packed struct observed into OUT. Negative where the child could not be confined or ended without a result,
 * and for a watch where the marks could not be set (that needs root); OUT may then hold a part.
 */
int observer_look(const struct observer_want *want, struct buf *out, struct err *err);

#endif
