/*
 * baseline - what earlier runs learnt: a past of the judge per sender, and its novelty filter, as flat bytes.
 *
 * The bytes are the state as of their newest event; the caller hands over only such as end before this run's
 * first event (store_past), so no line is learnt twice. A sender's past is given to its row when that is
 * made. At the end everybody's past is packed again, those included who sent nothing this time.
 *
 * An alarm is not carried over: the lines that proved it are gone. The run behind it was never learnt, so
 * who goes on is convicted anew within a few messages.
 */
#ifndef SPAMTRAIL_TRACE_BASELINE_H
#define SPAMTRAIL_TRACE_BASELINE_H

#include "base/table.h"
#include "model/row.h"

struct judge_state;

struct baseline_past {
	uint64_t key; /* of struct sender */
	enum sender_kind kind;
	struct span id, account;
	uint64_t messages; /* so far, in all runs */
	int64_t last;
	const unsigned char *past; /* JUDGE_PAST_BYTES */
	bool given;
};

struct baseline {
	int64_t began; /* of the first run's first event; 0: none, or not everybody has been kept since */
	struct baseline_past *past;
	uint32_t n, room;
	struct table table;
	char *bytes; /* owned; texts and pasts point into it */
};

/* The same sender has the same key in every run: the novelty filter and the table of pasts rest on it. */
uint64_t baseline_key(enum sender_kind kind, struct span id, struct span account);
/* Where the filter's bytes are in BYTES comes back in NOVELTY. Bytes that are not ours leave B empty. */
void baseline_unpack(struct baseline *b, struct span bytes, struct span *ret_novelty);
void baseline_free(struct baseline *b);
/* The judge's state of a sender that is new to this run. */
void baseline_give(struct baseline *b, uint64_t key, enum sender_kind kind, struct span id,
		   struct span account, struct judge_state *ret_state);

#endif
