/*
 * store - state.db: what one run tells the next. The only folder that knows SQL.
 *
 * Incidents keep their ids (contract, "State"); baselines are opaque bytes of trace/, each with the time of the
 * newest event in it. Losing the file costs learning time, never a wrong verdict: it is checked in
 * full when opened, and a damaged one is set aside under another name.
 */
#ifndef SPAMTRAIL_STORE_STORE_H
#define SPAMTRAIL_STORE_STORE_H

#include "base/buf.h"
#include "model/inquiry.h"

struct store;

struct store_learnt {
	int64_t first, as_of; /* of the events it was learnt from in this run, UTC seconds */
	struct span body;
};

/*
 * DIR/state.db, made where it is not there (directory 0700, file 0600; DIR must be the caller's own, and closed to
 * others' writing). NOTE gets a sentence when a damaged file was set aside. Negative: nothing can be kept.
 */
int store_open(const char *dir, struct store **ret_store, struct buf *note, struct err *err);
void store_close(struct store *s);

/* The newest baseline that ends before FIRST, or nothing: what lies in the logs is not learnt twice. */
int store_past(struct store *s, int64_t first, struct buf *out, struct err *err);

/*
 * In one transaction: gives Q's incidents the ids of those they continue, or unused ones, and keeps them;
 * keeps LEARNT (NULL: not) unless a later baseline is there already. On failure Q is unchanged.
 */
int store_save(struct store *s, const struct store_learnt *learnt, struct inquiry *q, struct err *err);

/* One address on one DNS list, as it is now. */
struct store_listing {
	struct span address, list;
	bool listed;           /* else clean: unknown states are not told to the store */
	int64_t since;         /* filled: first seen listed, 0 = never */
	int64_t cleared;       /* filled: first seen clean after that, 0 = not yet */
};

/* Keeps what is so at NOW and fills in what was. */
int store_listings(struct store *s, struct store_listing *list, size_t n, int64_t now, struct err *err);
/* All that was ever listed, in A, by address and list. */
int store_listed(struct store *s, struct arena *a, struct store_listing **ret_list, size_t *ret_n, struct err *err);

/* A known incident: when, and who. */
struct store_incident {
	int64_t since, last;
	struct row *rows;      size_t nrows;   /* kind, id and account only */
};

/* 1: RET is filled, in A; 0: no such id; negative. */
int store_incident(struct store *s, struct span id, struct arena *a, struct store_incident *ret, struct err *err);

/* A complaint or bounce that the logs have tied to a sender. */
struct store_complaint {
	uint64_t identity;     /* equal for the same complaint read again */
	int64_t at;            /* of the message that it is about */
	bool bounce;
	char grade;
	enum sender_kind kind; /* who sent it */
	struct span id, account;
	struct span what, reporter, recipient; /* "spamcop", "arf abuse" */
	struct span file, text; /* the line of the log that ties it */
	uint64_t line, offset;
	bool is_new;           /* filled by put: it was not there yet */
};

/* Each is kept once, the oldest go past STORE_COMPLAINTS_MOST. */
#define STORE_COMPLAINTS_MOST 20000 /* limit complaints: complaints that are remembered */
int store_complaints_put(struct store *s, struct store_complaint *list, size_t n, struct err *err);
/* Those about messages from SINCE to UNTIL, by time; texts in A. */
int store_complaints(struct store *s, int64_t since, int64_t until, struct arena *a,
		     struct store_complaint **ret_list, size_t *ret_n, struct err *err);
/*
 * Bytes of somebody else's under a name of ours: what the signs are usually like, what the last alarm said. Nothing is
 * kept under NAME: OUT stays as it was. A body over 1 MiB is refused.
 */
int store_kept(struct store *s, const char *name, struct buf *out, struct err *err);
int store_keep(struct store *s, const char *name, struct span body, struct err *err);

#endif
