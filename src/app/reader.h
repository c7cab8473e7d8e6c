/*
 * reader - the confined child that reads foreign bytes, and the command line's side of it.
 *
 * The child is forked, closes what it does not need, gives up every right (sys/confine.h), and only then
 * touches the first byte of a log or configuration file. It cannot open, connect, execute or fork; it asks, and
 * the command line opens read-only beneath ROOT. What comes back is one finished inquiry, checked in full.
 */
#ifndef SPAMTRAIL_APP_READER_H
#define SPAMTRAIL_APP_READER_H

#include "base/zone.h"
#include "model/inquiry.h"
#include "sys/beneath.h"

struct seek_want;

struct reader_want {
	const struct root *root;
	char *const *paths;    /* of the operator; npaths = 0: what the configuration names */
	size_t npaths;
	int64_t now;
	const char *since, *until;  /* as when.h reads them, in ROOT's zone; NULL = open */
	int64_t since_utc;     /* instead of SINCE; 0 = not used */
	bool live;             /* the logs are those of NOW, to their end */
	bool stats, unconfined;
	const struct seek_want *seek; /* messages to be found in the logs (trace/seek.h) */
	size_t nseek;
	bool every_client;     /* of each row, not the busiest */
	bool no_history;       /* rows come without: where it is not shown it is most of what is packed */
	bool refusals;         /* which lists and providers refuse our mail */
	bool facts_only;       /* what the configuration tells (doctor): no log is opened */
	bool hurry;            /* of big logs only what lies in the window: no past, and it says so (past_unread) */
	size_t newest;         /* of logs only what lies in the window, and of that so many bytes a file; no web and login logs: 0 = all */
	unsigned workers;      /* 0 = default */
	size_t block;          /* 0 = default */
	size_t memory;         /* for messages in flight, bytes; 0 = default */
	double false_rate;     /* per account-day; 0 = default */
	const struct span *trusted;
	size_t ntrusted;
	void *ctx;
	/* Bytes read and bytes in all; false = stop and tell what is known. May be NULL. */
	bool (*progress)(void *ctx, uint64_t done, uint64_t all);
	const struct span *logs; /* beside those that the configuration names; none where there are paths */
	const uint32_t *logs_only; /* what each may say, as in struct log_file */
	size_t nlogs;
	/* The queue of this server, packed (queue_reader.h), into OUT behind a u8 1, or a 0 where there is none. SPOOLS: where
	 * they lie. May be NULL. */
	void (*queue)(void *ctx, const struct inquiry *spools, struct buf *out);
	/* The question about what waits (trace/wrote.h) into OUT, before the logs are read, and its answer. NULL: none. */
	void (*waiting)(void *ctx, const struct inquiry *spools, struct buf *out);
	void (*wrote)(void *ctx, struct span answer);
	struct span observed;  /* packed (host/observed.h); empty: not looked at */
	/* Baselines (store/store.h) for the reader and from it. NULL: no state. */
	void (*past)(void *ctx, int64_t first, struct buf *out);
	void (*learnt)(void *ctx, int64_t first, int64_t as_of, struct span body);
};

/* EXIT_NOINPUT when there is no log at all; EXIT_NOPERM when the kernel cannot confine. Texts live in A. */
int reader_inquire(const struct reader_want *want, struct arena *a, struct inquiry **ret_inquiry, struct err *err);

#endif
