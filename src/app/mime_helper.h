/*
 * mime_helper - spamtrail-mime beside this program: one mailbox after the other in, complaints out.
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

int mime_helper_start(struct mime_helper *h, bool unconfined, struct err *err);
/* Reads FD (the caller's to close) and calls TAKE for each message; texts live in A. RET_WHY: why not all was read. */
int mime_helper_read(struct mime_helper *h, struct arena *a, int fd,
		     void (*take)(void *ctx, const struct complaint *c), void *ctx, struct span *ret_why,
		     struct err *err);
/* RC of the reading; says what became of the helper. */
int mime_helper_end(struct mime_helper *h, int rc, struct err *err);

#endif
