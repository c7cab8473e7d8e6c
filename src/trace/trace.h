/*
 * trace - events in time order → messages → senders → the finished inquiry.
 *
 * Yesterday's logs and the line written this second take the same way; nothing here asks where an event
 * came from. Counts are exact (contract, "Counts"); who a message belongs to is decided only by facts
 * that name him, with their grade, and what cannot be decided goes to `unknown`, to nobody's account.
 *
 * TRUST: events carry foreign text; what each field proves is said where it is used (trust.md B4).
 */
#ifndef SPAMTRAIL_TRACE_TRACE_H
#define SPAMTRAIL_TRACE_TRACE_H

#include "base/zone.h"
#include "host/accounts.h"
#include "logs/logs.h"
#include "model/inquiry.h"

struct host_site;
struct observed;
struct trace;

struct file_status;
struct seek_want;

struct trace_options {
	const struct accounts *accounts;
	const struct zone *zone;
	const struct log_file *files;  /* names for evidence */
	size_t nfiles;
	int64_t now;
	int64_t since, until;          /* the window, UTC; 0 = open */
	bool live;                     /* the logs are those of now, to their end */
	size_t memory;                 /* bytes for messages in flight; 0 = default */
	bool later;                    /* leave to trace_work what it can do meanwhile */
	bool stats;                    /* collect --stats too */
	const struct seek_want *seek;  /* messages to be found (seek.h) */
	size_t nseek;
	bool no_history;               /* of rows: neither JSON nor --plain shows it */
	bool every_client;             /* rows list all their clients, up to EVERY_CLIENT_MOST; else the busiest */
	bool refusals;                 /* who refuses our mail, and on which list's word */
	double false_per_account_days; /* for the judge; 0 = default */
	const struct span *trusted;    /* senders, folders (starting with /) and networks (a.b.c.d/n) */
	size_t ntrusted;
	const struct span *networks;   /* that may relay without a password: mynetworks, relay_from_hosts */
	size_t nnetworks;
	bool logins_told;              /* host.h: then no login is of grade A */
	const struct host_site *sites; /* web sites, as the configuration tells them */
	size_t nsites;
	const struct observed *observed; /* on the live host (host/observed.h); NULL: not looked at */
	struct span waiting;           /* what waits in the queue (wrote.h), to be told about; empty: nobody asks */
	void *ctx;
	/* Status of a file named in the logs, beneath ROOT; false = not there. May be NULL. */
	bool (*status)(void *ctx, struct span path, struct file_status *ret_status);
	/* What earlier runs learnt up to before FIRST (trace_learnt), or nothing. Until the return. May be NULL. */
	struct span (*past)(void *ctx, int64_t first);
	/*
	 * Feeds AGAIN with what the systemd journal holds from FROM on; ret_whole: to its end. False: there is none beside these
	 * logs. Asked once, and only where lines that syslog wrote accuse somebody. May be NULL.
	 */
	bool (*journal)(void *ctx, int64_t from, struct trace *again, bool *ret_whole);
};

#define EVERY_CLIENT_MOST 60000

struct trace *trace_new(const struct trace_options *options);
void trace_free(struct trace *t);
/* The callback for logs_read; ctx is the struct trace. */
void trace_event(void *ctx, const struct event *ev, const char *base, const struct log_at *at);
/*
 * An event that will come soon: fetches what it will touch (struct logs_options). Results are looked at from near, when their
 * message has most likely arrived.
 */
#define TRACE_FAR_KINDS (1u << EV_SUBMIT | 1u << EV_COMMAND)
#define TRACE_NEAR_KINDS (1u << EV_DELIVER | 1u << EV_DEFER | 1u << EV_BOUNCE)
void trace_soon(void *ctx, const struct event *ev, const char *base, bool near);
/* With options.later, the callbacks of logs_read by the same names: what is left to do since the last time, and doing it. */
void *trace_pass(void *ctx);
void trace_work(void *ctx, void *job);
/*
 * What is known now, ranked: rows, incidents, totals, unseen limits, stats. Everything in A. The caller adds
 * inputs, damage and advice. The trace cannot be fed afterwards.
 */
struct inquiry *trace_conclude(struct trace *t, struct arena *a);
/*
 * The same where rows are many: the inquiry has those of the compromised only, but `nrows` of all. The others are
 * told one by one with trace_row, each in an arena of its own.
 */
struct inquiry *trace_conclude_briefly(struct trace *t, struct arena *a);
void trace_row(struct trace *t, const struct inquiry *q, size_t index, struct arena *a, struct row *ret_row);
/* After that, packed: i64 first and i64 newest event, then what a later run may start from (baseline.h). */
void trace_learnt(const struct trace *t, struct buf *out);

#endif
