/*
 * mime_helper - spamtrail-mime beside this program: one mailbox after the other in, complaints out.
 *
 * TRUST: mail is anybody's. What the helper makes of it is checked in form; that it is true is nobody's
 * promise, see repute/tie.h for what a complaint is worth.
 */
#ifndef SPAMTRAIL_APP_MIME_HELPER_H
#define SPAMTRAIL_APP_MIME_HELPER_H

#include "repute/complaint.h"
#include "sys/channel.h"

#include <sys/types.h>

struct mime_helper {
	struct channel channel;
	pid_t pid;
	bool unconfined;
};

/*
 * The helper confines itself before it reads. 0: H is to be ended by mime_helper_end; negative: nothing runs.
 */
int mime_helper_start(struct mime_helper *h, bool unconfined, struct err *err);
/*
 * Reads FD (the caller's to close) and calls TAKE for each message; texts live in A. RET_WHY: why not all was read, or what is
 * damaged in it.
 */
int mime_helper_read(struct mime_helper *h, struct arena *a, int fd,
		     void (*take)(void *ctx, const struct complaint *c), void *ctx, enum mime_end *ret_end,
		     struct span *ret_why, struct err *err);
/*
 * Waits for it. RC is that of the reading and comes back, unless the helper's end says better: EXIT_SOFTWARE
 * by a signal, EXIT_NOPERM where this kernel cannot confine it.
 */
int mime_helper_end(struct mime_helper *h, int rc, struct err *err);

#endif
