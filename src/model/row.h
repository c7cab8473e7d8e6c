/*
 * row - one sender as it is reported: who, the five counts, the verdict, its reasons and its evidence.
 *
 * Texts are spans of foreign bytes. Field names are those of the contract's `investigate --json`.
 * Times are UTC seconds; 0 = unknown.
 */
#ifndef SPAMTRAIL_MODEL_ROW_H
#define SPAMTRAIL_MODEL_ROW_H

#include "base/span.h"

enum sender_kind {
	KIND_AUTH, KIND_SCRIPT, KIND_LOCAL, KIND_RELAY, KIND_FORWARD, KIND_BOUNCE, KIND_DIRECT,
	KIND_INBOUND, KIND_UNKNOWN, KIND_OTHER,
	SENDER_KINDS
};

enum verdict { VERDICT_NORMAL, VERDICT_BULK, VERDICT_SUSPECT, VERDICT_COMPROMISED };

struct counts {
	uint64_t messages, recipients, delivered, deferred, bounced, bytes;
};

/* One term of the judge's sum (judge.md): weights of a row add up to its score. */
struct reason {
	struct span signal;    /* "unknown_recipients" */
	double value, usual;   /* seen and usual, in the signal's own unit */
	double weight;         /* nats */
	struct span text;      /* one sentence */
};

struct evidence {
	char grade;            /* 'A', 'B', 'C' (trust.md B4) */
	struct span file;
	uint64_t line, offset; /* line counts from 1; offset in bytes of the (decompressed) file */
	struct span text;      /* the raw line */
	struct span claim;     /* what it shows, one sentence of ours */
};

struct place {
	struct span path;
	uint64_t messages;
	char grade;
};

struct client {
	struct span ip;
	uint64_t messages;
};

#define INQUIRY_SPARK 60       /* columns of a row's history over the window */

/* Messages in one of the INQUIRY_SPARK columns that the window is cut into. */
struct column {
	uint32_t at, messages;
};

struct row {
	enum sender_kind kind;
	struct span id, account;      /* account.n == 0: unknown */
	enum verdict verdict;
	double score, confidence;
	int64_t since, first, last;
	char grade;                   /* best grade of the facts that name this sender; 0 = none */
	bool trusted;                 /* by the configuration: counted, not accused */
	bool sending;                 /* by the clock of inquiry_clock */
	struct span aside;            /* why it was set aside as bulk or normal, or empty */
	struct span uid_text;         /* "uid 1043" or empty */
	struct counts counts;
	uint64_t queued;              /* messages that wait in the queue now */
	struct column *history;       size_t nhistory;   /* columns with messages, rising; none with no_history */
	struct place *places;         size_t nplaces;
	struct client *clients;       size_t nclients;   uint64_t clients_total;
	struct reason *reasons;       size_t nreasons;
	struct evidence *evidence;    size_t nevidence;
	struct span *subjects;        size_t nsubjects;  /* most frequent, at most 3 */
};

void counts_add(struct counts *sum, const struct counts *c);
const char *sender_kind_name(enum sender_kind kind);
/* "mailbox", "script", "user" ... : as screens call it. */
const char *sender_kind_word(enum sender_kind kind);
/* Cuts "auth:", "auth " or "mailbox " from the front of WORD and says which it was; false: it begins with no kind. */
bool sender_kind_take(struct span *word, enum sender_kind *ret);
const char *verdict_name(enum verdict verdict);

/* Adds the row's history to a full line of columns. */
static inline void row_history_add(const struct row *r, uint64_t ret_columns[INQUIRY_SPARK])
{
	for (size_t i = 0; i < r->nhistory; i++)
		ret_columns[r->history[i].at] += r->history[i].messages;
}

#endif
