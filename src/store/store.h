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

/*
 * Bytes of somebody else's under a name of ours: what the signs are usually like, what the last alarm said. Nothing is
 * kept under NAME: OUT stays as it was. A body over 1 MiB is refused.
 */
int store_kept(struct store *s, const char *name, struct buf *out, struct err *err);
int store_keep(struct store *s, const char *name, struct span body, struct err *err);

#endif
