/*
 * reason - why a message still waits, in the words of whoever did not take it: what the mail server keeps beside its queue.
 *
 * One small file for each message: for the samples that are shown, or for a list that somebody asked for.
 */
#ifndef SPAMTRAIL_QUEUE_REASON_H
#define SPAMTRAIL_QUEUE_REASON_H

#include "base/span.h"

#define REASON_MOST 200

struct spool;

/* In ROOM; empty: none is kept. Foreign. */
struct span queue_reason(const struct spool *s, struct span id, char room[REASON_MOST]);

/* Of a file's text; pure. */
struct span reason_of_postfix(struct span text);
struct span reason_of_exim(struct span text);

#endif
