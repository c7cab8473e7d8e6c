/*
 * reason - why a message still waits, in the words of whoever did not take it: what the mail server keeps beside its queue.
 *
 * One or two small files for each message: for the samples that are shown, not for a hundred thousand.
 */
#ifndef SPAMTRAIL_QUEUE_REASON_H
#define SPAMTRAIL_QUEUE_REASON_H

#include "base/arena.h"

struct spool;

/* In A; empty: none is kept. At most 200 bytes, foreign. */
struct span queue_reason(const struct spool *s, struct span id, struct arena *a);

/* Of a file's text; pure. */
struct span reason_of_postfix(struct span text);
struct span reason_of_exim(struct span text);

#endif
