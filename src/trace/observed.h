/*
 * observed - what was seen on the live host joins what the logs say: who handed over the message with this queue
 * id, and who speaks to mail servers beside the MTA.
 *
 * TRUST: see host/observed.h. A folder counts only together with the uid that the MTA itself has logged for the same
 * queue id; who shares a uid with others is told by the kernel's folder alone, never by his command line.
 */
#ifndef SPAMTRAIL_TRACE_OBSERVED_H
#define SPAMTRAIL_TRACE_OBSERVED_H

#include "base/table.h"
#include "host/observed.h"
#include "model/event.h"

struct inquiry;
struct message;
struct row;
struct sender;
struct senders;
struct step;
struct trace;

/* "file" of an evidence line that stands in no log. */
#define PROOF_OBSERVED (UINT32_MAX - 1)
#define PROOF_JOURNAL (UINT32_MAX - 2) /* beside the logs: crosscheck.h */

struct observed_memory {
	const struct observed *o; /* NULL: nothing was looked at */
	struct table ids;         /* of o->handover, by queue id */
};

void observed_begin(struct trace *t, const struct observed *o);
void observed_free(struct trace *t);

/*
 * An arrival whose process was seen goes straight to that sender's row. USER, its account INDEX and UID are what the
 * MTA logged (UID UINT32_MAX: it logged a connection from loopback, no user). False: not seen, or not that uid.
 */
bool observed_arrival(struct trace *t, struct message *msg, const struct step *s, enum observed_door door, uint32_t uid);
/* What was seen of the process P that made the hand-over H becomes evidence of ROW's. */
void observed_prove(struct senders *all, struct sender *row, const struct observed_handover *h, const struct observed_process *p);
/* Rows of kind direct, and the owners of connections to localhost at relays' rows. After messages, before verdicts. */
void observed_direct(struct trace *t);
/* Why a direct sender is listed and not accused. */
struct span observed_aside(void);
/* What was not looked at, for inquiry.notes; at most MOST texts. */
size_t observed_notes(const struct trace *t, struct arena *a, struct span *notes, size_t most);

#endif
