/*
 * queue_deed - what `queue --flush`, `--release` or `--remove` is about to touch, before the operator agrees: how many
 * messages, whose, some of them, and the same by hand.
 */
#ifndef SPAMTRAIL_REPORT_QUEUE_DEED_H
#define SPAMTRAIL_REPORT_QUEUE_DEED_H

#include "model/queue.h"
#include "report/screen.h"
#include "report/sink.h"

struct plan;

#define QUEUE_DEED_SAMPLES 5

struct queue_deed_view {
	uint64_t waiting, held, recipients, bytes;
	struct queue_sample sample[QUEUE_DEED_SAMPLES];
	size_t nsamples;
	struct span *unseen;
	size_t nunseen;
};

/* Counts Q and keeps it as a sample while there is room; texts are copied into A. */
void queue_deed_view_add(struct queue_deed_view *v, struct arena *a, const struct queued *q, bool held);
void queue_deed_text(struct sink *s, const struct queue_deed_view *v, const struct plan *p,
		     const struct screen *screen);

#endif
