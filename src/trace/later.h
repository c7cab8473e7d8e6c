/*
 * later - what an event means to the judge and to the evidence, apart from what it means to messages and rows.
 *
 * Nothing of this is asked for before the end, so a second worker can do it while the first goes on with the next
 * events. With options.later it is written down as jobs, one a turn, which trace_work() does in order; else it is done
 * at once. The answer is the same: the order is, and from the first event to the last nobody else touches the judge, a row's
 * `judge`, `grade`, `risen` and proofs, or the lines to recall.
 *
 * TRUST: lines and recipients are foreign text, kept as long as a proof may be. Texts that do not outlive their
 * event (log_at.passing) are copied.
 */
#ifndef SPAMTRAIL_TRACE_LATER_H
#define SPAMTRAIL_TRACE_LATER_H

#include "judge/judge.h"
#include "model/event.h"

#include <pthread.h>

struct job;
struct observed_handover;
struct observed_process;
struct sender;
struct step;
struct trace;

struct later {
	struct job *filling;   /* NULL = nothing yet */
	struct job *first, *last; /* passed, and not done */
	struct job *spare;
	uint64_t passed, done; /* jobs */
	pthread_mutex_t lock;  /* of all but `filling` */
	pthread_mutex_t turn;  /* held by who does a job */
};

/* Results that a message had before its sender was known. */
struct outcomes {
	uint32_t fine, unknown, spam;
};

void later_init(struct trace *t);
void later_free(struct trace *t);
/* Does what is left; from now on everything is done at once. */
void later_end(struct trace *t);

/* An arrival of ROW's, the FIRST or not: is its line evidence? */
void later_note(struct trace *t, struct sender *row, bool first, char grade, const char *claim, const struct step *s);
/* The same where the line of the message ID has long gone by; CLAIM "": it proves nothing. */
void later_recall(struct trace *t, struct sender *row, bool first, char grade, const char *claim, struct qid id);
/* Keeps the line of S for later_recall. */
void later_keep(struct trace *t, struct qid id, const struct step *s);
/* As observed_prove. */
void later_seen(struct trace *t, struct sender *row, const struct observed_handover *h, const struct observed_process *p);
/* As in judge.h. */
void later_message(struct trace *t, struct sender *row, const struct judge_message *m);
void later_told(struct trace *t, struct sender *row, int64_t at, struct outcomes outcomes);
void later_recipient(struct trace *t, struct sender *row, int64_t at, uint64_t rcpt, uint64_t domain, bool freemail);
/* One fresh result for RCPT; it says nothing where the judge knows him as an echo. */
void later_result(struct trace *t, struct sender *row, const struct step *s, enum judge_result result, struct span rcpt);
void later_login(struct trace *t, struct sender *row, int64_t at, uint32_t net);
void later_request(struct trace *t, struct sender *row, int64_t at, uint32_t net);

#endif
