/*
 * logset - which files belong together, and in which order they were written.
 *
 * Rotation leaves NAME, NAME.1, NAME.2.gz, NAME-20261122.xz, NAME.old ... A set is read as one
 * stream, oldest first, NAME itself last. A file that is there twice (the same inode, or NAME.1
 * beside its compressed copy NAME.1.gz) is read once. Only names and metadata are looked at.
 *
 * TRUST: names come from directories that only root writes, or from the operator.
 */
#ifndef SPAMTRAIL_LOGS_LOGSET_H
#define SPAMTRAIL_LOGS_LOGSET_H

#include "base/span.h"

struct arena;

struct log_file {
	struct span name;      /* as it is shown to the operator */
	int64_t mtime;         /* UTC seconds; 0 = unknown (standard input) */
	uint64_t size;
	uint64_t dev, ino;     /* both 0 = unknown */
	uint32_t uid, gid;     /* whose it is; 0 where that says nothing */
	uint32_t mode;         /* permission bits; 0 = unknown */
	bool journal;          /* the systemd journal itself, from our own helper: what it says of writers is true */
	uint32_t only;         /* bits (1 << enum dialect) it may speak, 0 = any: a customer may own a web log */
};

struct log_set {
	struct span base;      /* the name without rotation and compression suffixes */
	uint32_t *file;        /* indexes into the given files, oldest first */
	uint32_t nfiles;
	bool copy;             /* holds copies of lines of another set in the list: mail facts not counted */
};

/* Sorts FILES into sets (in A), ordered by base name. Files read once only are in exactly one set. */
size_t logset_make(struct arena *a, const struct log_file *files, size_t nfiles, struct log_set **ret_sets);

/* NAME without rotation and compression suffixes: what its set is called. */
struct span logset_base(struct span name);

#endif
