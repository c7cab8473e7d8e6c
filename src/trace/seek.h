/*
 * seek - whose are these messages? Queue ids and Message-IDs that a complaint names, found in the logs as they are read.
 *
 * Costs one look into a small table per event, and only where something is sought.
 */
#ifndef SPAMTRAIL_TRACE_SEEK_H
#define SPAMTRAIL_TRACE_SEEK_H

#include "base/span.h"

#include <stdint.h>

struct arena;
struct inquiry;
struct seek;
struct step;
struct told;
struct trace;

/* Either may be empty. */
struct seek_want {
	struct span queue_id, message_id;
	const struct told *told; /* to be held against the log (accord.h); NULL: nothing */
};

/* What WANT points to must outlive it. */
struct seek *seek_new(const struct seek_want *want, size_t n);
void seek_free(struct seek *s);
/* Before the event's step is taken, and again AFTER it: who the message belongs to may be known only then. */
void seek_event(struct trace *t, const struct step *s, bool after);
/* ROW_OF: by sender, its row in Q, or UINT32_MAX. */
void seek_fill(const struct trace *t, struct arena *a, const uint32_t *row_of, struct inquiry *q);

#endif
