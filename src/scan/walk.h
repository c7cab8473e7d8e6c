/*
 * walk - every regular file beneath one directory, read by several workers, and everything that was not read.
 *
 * Directories are opened from the one descriptor by their path, files from their directory's, without links and mounts
 * (sys/beneath.h). Names are read in blocks, and what waits is bounded: a directory with a million names takes no more
 * memory than one with ten. Nothing but regular files is opened. Order is nobody's: the caller sorts what it is told.
 *
 * TRUST: names, types and contents are the account's, which may change them while we look. A file is what its descriptor
 * says once it is open.
 */
#ifndef SPAMTRAIL_SCAN_WALK_H
#define SPAMTRAIL_SCAN_WALK_H

#include "sys/beneath.h"

enum { WALK_WORKERS_MOST = 16 };

struct walk_file {
	struct span path; /* beneath the directory */
	struct span bytes;
	const struct file_status *status;
	bool whole; /* read to its end */
	bool larger; /* than file_most: who is called says so, the walk does not */
	bool opened; /* somebody else looks at what is packed in it */
	int fd; /* the file itself, during the call */
};

struct walk_want {
	int dir;
	struct span place; /* DIR as the server sees it, for what links say; may be empty */
	const char *start; /* a folder beneath DIR to begin with; NULL: DIR itself */
	const char *only; /* this file beneath DIR alone, or NULL */
	bool ask_first; /* SETTLED will often say yes, or many files are too old: look before opening */
	bool flat; /* the folder itself, not those in it */
	unsigned workers;
	uint64_t file_most; /* bytes of a file that are read at most */
	int64_t since, until; /* files whose ctime and mtime both lie elsewhere are left out; 0, 0: none */
	bool owned; /* files of OWNER alone: others are passed over */
	uint32_t owner;
	const char *denied; /* whom it is denied to, a sentence; NULL: not known */
	void *ctx;
	/*
	 * Each may be called by several workers at once. WORKER counts from 0. SETTLED: nothing has to be read; it is
	 * asked before the file is opened where that can be.
	 */
	bool (*settled)(void *ctx, unsigned worker, struct span path, const struct file_status *st);
	void (*file)(void *ctx, unsigned worker, const struct walk_file *f);
	/* HARMLESS: nothing in it could have been read: a FIFO, a link to what is read under its own name. */
	void (*skip)(void *ctx, struct span path, const char *why, bool harmless);
	bool (*go_on)(void *ctx);
};

/*
 * Blocks until all is read or GO_ON says no (asked once a block of names). WANT and DIR stay the
 * caller's. WORKERS is 1 to WALK_WORKERS_MOST. PATH and BYTES given to a callback are good during the
 * call only. There is no error: what could not be read is told to SKIP, with a sentence for an operator
 * (paths too long to be opened: once a folder); a name that is gone by the time it is opened is not told.
 * Threads that cannot be started are done without.
 */
void walk_tree(const struct walk_want *want);

#endif
