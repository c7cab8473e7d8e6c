/*
 * recall - the arrival lines of messages whose sender is still open, so that he can be shown what named him once
 * a result or a second id has decided. The newest RECALL_LINES are kept; who is decided later goes without.
 *
 * TRUST: lines are foreign text, cut at RECALL_TEXT.
 */
#ifndef SPAMTRAIL_TRACE_RECALL_H
#define SPAMTRAIL_TRACE_RECALL_H

#include "logs/logs.h"
#include "model/event.h"

#define RECALL_LINES 1024
#define RECALL_TEXT 400

struct recalled {
	struct log_at at;
	int64_t time;
	uint32_t len;
	char text[RECALL_TEXT];
};

struct recall {
	struct qid id[RECALL_LINES];
	struct recalled line[RECALL_LINES];
	uint32_t next;
};

void recall_put(struct recall *r, struct qid id, const struct log_at *at, int64_t time, struct span line);
/* The newest line of this id, until the next recall_put; NULL where it is gone. */
const struct recalled *recall_find(const struct recall *r, struct qid id);

#endif
