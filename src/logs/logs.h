/*
 * logs - from files to events in time order: the way in of every fact that was logged.
 *
 * Each set of rotated files is a stream; streams are cut into blocks at line ends, blocks are parsed by
 * any worker, and one worker at a time hands the events over, merged by time across streams. What
 * the consumer sees depends only on the bytes: not on block size, workers, locale or TZ.
 *
 * TRUST: whoever can make a service log. Damage, limits and stopping early are told in the file's
 * `damage`, never passed over.
 */
#ifndef SPAMTRAIL_LOGS_LOGS_H
#define SPAMTRAIL_LOGS_LOGS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"
#include "logs/logset.h"
#include "model/event.h"

#define LOGS_LINE_MAX (1u << 20) /* limit input, bytes: of one line; the rest is cut off */

/* Where an event's line stands; line counts from 1. */
struct log_at {
	uint32_t file;
	bool copy;             /* see struct log_set */
	bool passing;          /* the event's texts end with the call */
	uint64_t line;
	uint64_t offset;       /* bytes in the decompressed file */
};

/* The host that the lines name (whose.h). */
struct log_whose {
	char host[64];         /* "": none */
	bool several;          /* not all the same: HOST is one of them */
	bool looked;
};

/* What was read of one file. */
struct log_read {
	uint64_t bytes, lines, unknown_lines;
	uint32_t dialects;     /* bit (1 << enum dialect) */
	uint64_t cut_lines;    /* lines longer than LOGS_LINE_MAX: only their start was read */
	struct log_whose whose;
	char damage[200];      /* why it is not complete, or "" */
};

struct logs_options {
	const struct zone *zone;    /* for stamps without a zone; NULL = UTC */
	int64_t now;                /* UTC; nothing was logged after it */
	int64_t from;               /* skip what is surely older, by bisection; line numbers then count from there; 0 = all */
	uint64_t most;              /* with FROM: newest bytes of a file that are read, and `damage` says that it was more; a packed file
	                             * of an eighth of it is passed over and said; 0 = all */
	size_t block;               /* bytes a worker parses at a time; 0 = default */
	unsigned workers;           /* 0 = default */
	/*
	 * For who asks only whose mail it is: no events for connections that come and go, of what Exim refused and whom it did not
	 * let in only that it did, and flags in the place of some lines (EVF_CLEANUP, EVF_COMPLETED).
	 */
	bool brief;
	void *ctx;
	/* A descriptor for file INDEX, which the engine closes; negative: err says why. */
	int (*open)(void *ctx, uint32_t index, struct err *err);
	/* One event; EV and BASE live until the call returns. Never called by two workers at once. */
	void *event_ctx;
	void (*event)(void *event_ctx, const struct event *ev, const char *base, const struct log_at *at);
	/*
	 * What event() leaves to do, where another worker is to do it meanwhile: pass() gives what has come together since the last
	 * time, NULL = nothing, and work() does it: one at a time, in that order. Texts of events live until then, but for those
	 * that are `passing`. What comes last is left to the caller. Both NULL: nothing is left.
	 */
	void *(*pass)(void *event_ctx);
	void (*work)(void *event_ctx, void *job);
	/*
	 * An event that will come soon, of the kinds (bits) in far_kinds; one that is NEAR, of those in near_kinds. A chance
	 * to fetch memory, first what tells where the rest lies.
	 */
	void (*soon)(void *event_ctx, const struct event *ev, const char *base, bool near);
	uint32_t far_kinds, near_kinds; /* 0 = none */
	/*
	 * Called now and then with the (compressed) bytes read so far; false = stop early. Of a pipe also while nothing comes, and at
	 * its end. May be NULL.
	 */
	bool (*progress)(void *ctx, uint64_t bytes);
};

/*
 * Reads FILES and hands over every event. ret_reads has one entry a file (in A). Returns 0, also
 * where files were damaged; 1 where progress() asked to stop; negative only when nothing could be started.
 */
int logs_read(struct arena *a, const struct log_file *files, size_t nfiles, const struct logs_options *options,
	      struct log_read **ret_reads, struct err *err);

#endif
