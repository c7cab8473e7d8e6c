/*
 * keep - the state of an investigation: opened when the reader asks for the past, written after success.
 *
 * Nothing of it decides whether there is an answer: what cannot be read or kept becomes a note in it.
 */
#ifndef SPAMTRAIL_APP_KEEP_H
#define SPAMTRAIL_APP_KEEP_H

#include "store/store.h"

struct tying;

struct keep {
	const char *dir; /* NULL: no state is read or written */
	struct store *store;
	bool tried;
	struct store_learnt learnt;
	struct buf body; /* of learnt */
	struct buf note; /* sentences, one a line */
};

/* DIR must outlive K; nothing is opened yet, so this cannot fail. */
void keep_begin(struct keep *k, const char *dir);
/* What is known up to before FIRST, or nothing. */
void keep_past(struct keep *k, int64_t first, struct buf *out);
/* What the reader learnt; a later call replaces an earlier one. */
void keep_learnt(struct keep *k, int64_t first, int64_t as_of, struct span body);
/* Gives Q's incidents their lasting ids, for an answer that is shown before the last one. */
void keep_name(struct keep *k, struct inquiry *q);
/* What was complained about, to Q's incidents. T: what was read just now, kept first; NULL: nothing was. */
void keep_complaints(struct keep *k, struct arena *a, struct inquiry *q, const struct tying *t);
/* Names and keeps Q's incidents and what was learnt; tells in Q's notes what went wrong. */
void keep_end(struct keep *k, struct arena *a, struct inquiry *q);
/* Closes without writing: what keep_end did not keep is lost. */
void keep_free(struct keep *k);

#endif
