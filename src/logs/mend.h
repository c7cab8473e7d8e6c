/*
 * mend - events of a stream that mean something only together with the lines before: pieces of an Exim
 * record (pieces.h), and sysklogd's "last message repeated N times", which says the line before again.
 *
 * Works on the consumer's side, in line order, so that neither blocks nor workers can change the answer. A
 * stream that has no such lines pays one test of the flags for each event.
 *
 * TRUST: as in pieces.h. A repeat counts only for the line directly above it in the same file.
 */
#ifndef SPAMTRAIL_LOGS_MEND_H
#define SPAMTRAIL_LOGS_MEND_H

#include "logs/logs.h"
#include "logs/wallclock.h"

#define EVF_MEND (EVF_PIECE | EVF_CONTINUES)

struct mend;

/* Where mended events go. */
struct mend_out {
	struct wallclock *clock;
	const struct logs_options *options;
};

/*
 * Takes EV (with a flag of EVF_MEND, its time resolved) instead of the consumer; what it stands for is handed
 * over, a repeated event with its `repeat`. BEFORE is the stream's event before it in the same batch,
 * or NULL. *M is made when first needed.
 */
void mend_event(struct mend **m, const struct mend_out *out, const struct event *ev,
		const struct event *before, const char *base, const struct log_at *at);
/* EV, which stands in the last line of its batch, may be said again by the next batch's first line. */
void mend_keep(struct mend **m, const struct event *ev, const char *base, const struct log_at *at);
/* The stream is over: records that never became whole. */
void mend_end(struct mend *m, const struct mend_out *out);
void mend_free(struct mend *m);

#endif
