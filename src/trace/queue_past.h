/*
 * queue_past - what the logs say of a message that waits: is it spam, an answer to spam, a bounce, or anything else; and to
 * whom of its recipients its sender has written before.
 *
 * Never a guess: what the logs do not tell stays CLASS_UNKNOWN or NOVELTY_UNKNOWN. Spam is what belongs to a sender whom
 * the logs accuse, from his beginning on: by the log's own line of that message, else by what its file says of him.
 *
 * TRUST: addresses are foreign; that a recipient is known or new accuses nobody.
 */
#ifndef SPAMTRAIL_TRACE_QUEUE_PAST_H
#define SPAMTRAIL_TRACE_QUEUE_PAST_H

#include "model/inquiry.h"
#include "model/queued.h"

struct whose;
struct wrote_known;

struct queue_past {
	const struct inquiry *q; /* who is accused, and since when */
	const struct wrote_known *known;
};

/* Fills class, accused, nnew, nknown and the recipients' novelty. W: as queued_whose names him. */
void queue_past_judge(const struct queue_past *past, const struct whose *w, struct queued *q);

#endif
