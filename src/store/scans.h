/*
 * scans - scan.db: which files were found clean, folder by folder, and what was found. A file of its own beside state.db,
 * since it grows with the number of files; losing it costs one whole scan.
 *
 * Every row carries a sum; what does not add up is as if it were not there, and a file that is no database of ours is set
 * aside.
 */
#ifndef SPAMTRAIL_STORE_SCANS_H
#define SPAMTRAIL_STORE_SCANS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/scan.h"

#define SCANS_BODY_MOST (64u << 10) /* bytes: a longer body is not kept */

struct scans;

/* One folder that was scanned: KEY is its own name for it, ENGINE stands for all rules that were in force. */
struct scans_folder {
	struct span key;
	uint64_t engine;
};

/* A file of which something was said, by its number; BODY is the caller's own. */
struct scans_told {
	uint64_t print;
	struct span body;
};

/* What is known of it; files and bytes of its last whole scan. */
struct scans_known {
	uint64_t *print; /* of clean files; the caller's to free, as TOLD is */
	size_t n;
	struct scans_told *told; /* by number */
	size_t ntold;
	uint64_t files, bytes;
};

/* DIR/scan.db, as store_open's DIR. NOTE gets a sentence when a damaged file was set aside. */
int scans_open(const char *dir, struct scans **ret_scans, struct buf *note, struct err *err);
void scans_close(struct scans *s);
/* A number that nobody else knows and that stays. */
uint64_t scans_seed(const struct scans *s);

/* Nothing where ENGINE is another one than it was. Bodies lie in A. */
int scans_load(struct scans *s, const struct scans_folder *f, struct arena *a, struct scans_known *ret,
	       struct err *err);
/* Replaces what was known of F. */
int scans_save(struct scans *s, const struct scans_folder *f, const struct scans_known *k, int64_t now,
	       struct err *err);

/* In one transaction: what was found beneath FOLDER before (WHOLE) goes, FINDING is kept; paths absolute. */
int scans_keep(struct scans *s, struct span folder, bool whole, const struct scan_finding *finding, size_t n,
	       int64_t now, struct err *err);
/* What was found at or beneath PATH, by path; texts in A, at most MAX. */
int scans_found(struct scans *s, struct span path, size_t max, struct arena *a, struct scan_finding **ret_finding,
		size_t *ret_n, struct err *err);

#endif
