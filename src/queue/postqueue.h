/*
 * postqueue - what `postqueue -j` prints, one JSON object a line: all that a user who is not root gets of Postfix's
 * queue. It tells no uid, no login and no subject.
 *
 * TRUST: addresses and reasons are foreign text.
 */
#ifndef SPAMTRAIL_QUEUE_POSTQUEUE_H
#define SPAMTRAIL_QUEUE_POSTQUEUE_H

#include "queue/spool.h"

/*
 * 0 and the tally, or EXIT_IO. VISIT as in spool.h; what it is shown lives until it returns.
 * FD is a pipe, the caller's to close; lines over 8 MiB or that are no message count as damaged.
 */
int postqueue_read(int fd, queue_visit *visit, void *ctx, struct queue_tally *ret_tally, struct err *err);

#endif
