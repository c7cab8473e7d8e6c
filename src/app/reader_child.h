/*
 * reader_child - the confined half of reader.h; runs in the child of confined.h.
 *
 * TRUST: it reads what attackers wrote and may be taken over by it. Then it has read-only descriptors of logs
 * and one channel, and can say something wrong, not do something wrong.
 */
#ifndef SPAMTRAIL_APP_READER_CHILD_H
#define SPAMTRAIL_APP_READER_CHILD_H

#include "app/reader.h"
#include "sys/channel.h"

/*
 * CTX is a struct reader_want. Returns when all is said; ends the process with EXIT_SOFTWARE where nobody
 * listens.
 */
void reader_child(void *ctx, struct channel *channel, bool unconfined);

#endif
