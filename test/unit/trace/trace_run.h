/* trace_run - log text to an inquiry, the way of a real run: frame_line, wallclock_resolve, trace_event. */
#ifndef SPAMTRAIL_TEST_TRACE_RUN_H
#define SPAMTRAIL_TEST_TRACE_RUN_H

#include "base/arena.h"
#include "host/accounts.h"
#include "logs/frame.h"
#include "logs/wallclock.h"
#include "trace/internal.h"

#define NOON INT64_C(1795435200) /* 2026-11-23 12:00:00 UTC */

struct run {
	struct arena *arena;
	struct accounts *accounts;
	struct trace *trace;
	struct inquiry *q;
	struct frame frame;
	struct wallclock clock;
	struct log_at at;
	struct evbuf ev;
	struct trace_options o;
	void *job; /* with run_later: passed, and not done yet */
	bool idle; /* ... nobody else does any */
};

/* Every run from now on leaves to trace_work what it can, some lines behind. */
extern bool run_later;

/* Accounts shop and blog, and www-data; OPTIONS may be NULL. */
void begin(struct run *r, const struct trace_options *options);
void end(struct run *r);
void feed_line(struct run *r, struct span line);
/* Line by line. */
void feed(struct run *r, const char *text);
/* And each count must be exactly one row's. */
void conclude(struct run *r);
/* Fails where there is none. */
const struct row *row_of(const struct run *r, enum sender_kind kind, const char *id);
void expect(const struct row *row, uint64_t messages, uint64_t recipients, uint64_t delivered, uint64_t deferred,
	    uint64_t bounced);

#define E(time, rest) "2026-11-23 " time " 1tAAAA-000000-" rest "\n"
#define P(time, daemon, rest) "Nov 23 " time " mx1 postfix/" daemon "[77]: " rest "\n"

#endif
