/*
 * record - what an action found and left: enough to take it back, and to know after a kill how far it got.
 *
 * One struct for all kinds; a kind fills what it needs. It lies packed in the journal and, for what is in a hold store,
 * in a file beside it.
 *
 * Spans point into the arena of the run, or into what was unpacked. A damaged record is EXIT_IO, and nothing
 * is done by it.
 *
 * TRUST: root's own, but perhaps a restored backup: see record.c.
 */
#ifndef SPAMTRAIL_ACT_RECORD_H
#define SPAMTRAIL_ACT_RECORD_H

#include "base/span.h"

#include <sys/stat.h>

struct arena;
struct buf;
struct codec;
struct err;

struct instant {
	int64_t seconds;
	uint32_t nanos;
};

/* A file or folder as it was. */
struct seen {
	uint64_t device, inode, size;
	uint32_t mode, uid, gid;
	struct instant mtime, atime;
};

/* A file or folder of many; inode 0: left alone. */
struct mode_seen {
	uint64_t device, inode;
	uint32_t mode;
};

struct record {
	struct span token;           /* the name in the hold store */
	struct span store;           /* the hold store, absolute */
	uint64_t store_inode;
	struct seen parent, file;
	struct instant parent_after; /* the folder's mtime once it was done: who finds another one leaves it */
	struct span xattrs;          /* names and values, ACLs among them */
	struct span hash;            /* SHA-256 of the file */
	uint64_t new_inode;          /* of the bytes that were put there */
	struct span new_hash;
	struct span beside;          /* the name it was restored under, where its own was taken */
	struct span boot;            /* the boot that a process or a table belongs to */
	struct span *ids;            size_t nids;        /* queue ids that we hold */
	struct mode_seen *modes;     size_t nmodes;      /* of each of the action's `args` */
	struct span *frozen;         size_t nfrozen;     /* of `ids`, those that are frozen and in no queue of ours */
};

void record_code(struct codec *c, struct record *v);
void record_pack(const struct record *v, struct buf *out);
/* *RET in A; of no bytes at all an empty record: nothing was laid aside yet. */
int record_unpack(struct arena *a, struct span bytes, struct record **ret, struct err *err);

struct seen seen_of(const struct stat *st);
/* The same inode; times and mode may differ. */
bool seen_same(const struct seen *s, const struct stat *st);
struct instant instant_of(const struct timespec *t);
struct timespec instant_timespec(struct instant i);
bool instant_equal(struct instant a, struct instant b);

#endif
