/* reader_child - the confined half of reader.h; runs in the child of confined.h. */
#ifndef SPAMTRAIL_APP_READER_CHILD_H
#define SPAMTRAIL_APP_READER_CHILD_H

#include "app/reader.h"
#include "sys/channel.h"

/* CTX is a struct reader_want. */
void reader_child(void *ctx, struct channel *channel, bool unconfined);

#endif
