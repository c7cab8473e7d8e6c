/*
 * wrote - what the logs tell of the mail that waits: whose each message is, which bounce answers whose mail, and which
 * recipients a sender has written to before.
 *
 * The queue is told first, as hashes (wrote_ask); while logs are read only what waits is remembered, so that it costs
 * nothing that grows with the logs. What came out (trace_wrote) is opened with wrote_open by whoever reads the queue next.
 *
 * TRUST: addresses are foreign; equal hashes at most call a recipient known. The answer comes from the confined
 * reader: wrote_open checks every count. Senders whom logs and queue cannot both name (relays, forwards, strangers) have no
 * identity, and of them nothing is said.
 */
#ifndef SPAMTRAIL_TRACE_WROTE_H
#define SPAMTRAIL_TRACE_WROTE_H

#include "model/queued.h"
#include "model/row.h"

struct sender;
struct step;
struct trace;
struct wrote;

#define WROTE_MOST 1000000 /* messages, and recipients; of further ones nothing is said */
#define WROTE_NO_ROW UINT32_MAX

/* A person as both queue and logs name him; 0: nobody. */
uint64_t wrote_identity(enum sender_kind kind, struct span id, struct span account);
uint64_t wrote_address(struct span address);

/* --- the question: built while the queue is read, packed, taken by trace_new (trace_options.waiting) -------------- */

struct wrote_ask {
	struct {
		struct qid id;
		int64_t arrival;
	} *message; /* owned */
	uint64_t *rcpt; /* owned */
	size_t nmessages, nrcpts, messages_room, rcpts_room;
};

void wrote_ask_add(struct wrote_ask *ask, const struct queued *q);
void wrote_ask_pack(struct wrote_ask *ask, struct buf *out);
void wrote_ask_free(struct wrote_ask *ask);

/* --- while the logs are read (private to trace/) ------------------------------------------------------------------ */

/* QUESTION: what wrote_ask_pack made, once or more; NULL: it makes no sense. */
struct wrote *wrote_new(struct span question);
void wrote_free(struct wrote *w);
/* A message of SENDER's, which came at AT, is for RCPT. */
void wrote_seen(struct wrote *w, uint32_t sender, uint64_t rcpt, int64_t at);
/* CHILD is a bounce that answers PARENT. */
void wrote_child(struct trace *t, struct qid child, struct qid parent, int64_t at);
/* The message ID is SENDER's; OWNER as wrote_message tells it. */
void wrote_settled(struct wrote *w, struct qid id, int64_t arrived, uint32_t sender, uint64_t owner);
/* ROW_OF: by sender, its row in the inquiry, or UINT32_MAX. */
void wrote_rank(struct wrote *w, const uint32_t *row_of, size_t n);

/* --- the answer -------------------------------------------------------------------------------------------------- */

struct wrote_known;

struct wrote_message {
	uint64_t identity; /* of its sender; 0 = nobody */
	uint32_t row; /* of its sender; WROTE_NO_ROW */
	/* came from loopback, and the mail server asked the kernel whose socket it was: that account's identity; or 0 */
	uint64_t owner;
	uint32_t answers; /* a bounce: the row of the sender whose mail it answers, or WROTE_NO_ROW */
};

/* After trace_conclude. */
void trace_wrote(const struct trace *t, struct buf *out);
/* BYTES stay as long as it does. NULL: they make no sense. */
struct wrote_known *wrote_open(struct span bytes);
void wrote_close(struct wrote_known *k);
/* The first event of the logs; 0: there was none. */
int64_t wrote_began(const struct wrote_known *k);
/* false: the logs do not know it. */
bool wrote_message(const struct wrote_known *k, struct qid id, struct wrote_message *ret);
/* When a message of IDENTITY's to RCPT first came; 0: never. */
int64_t wrote_first(const struct wrote_known *k, uint64_t identity, uint64_t rcpt);

#endif
