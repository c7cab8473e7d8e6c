/*
 * inquire - see inquire.h. Also the place where Ctrl-C becomes "print what is known so far".
 */
#include "app/inquire.h"

#include "app/progress.h"
#include "app/reader.h"
#include "app/when.h"
#include "sys/clock.h"

#include <signal.h>
#include <unistd.h>

#define LIVE_HOURS 6
#define WIDEN_MOST (7 * INT64_C(86400))

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	/* a second Ctrl-C means it */
	if (interrupted)
		_exit(128 + signal_number);
	interrupted = 1;
}

struct watch {
	struct progress progress;
	struct clock clock;
};

static bool on_progress(void *ctx, uint64_t done, uint64_t all)
{
	struct watch *w = ctx;

	progress_show(&w->progress, done, all, (uint64_t)clock_steady_micros(&w->clock));
	return !interrupted;
}

static int check_when(const char *words, int64_t now, struct err *err)
{
	int64_t utc;

	return words ? when_parse(span_str(words), now, NULL, &utc, err) : 0;
}

/* Test switches (CONTRIBUTING): they change the work's size and spread, never the answer. */
static unsigned long test_switch(const char *name)
{
	const char *value = getenv(name);
	uint64_t number;

	return value && span_u64(span_str(value), &number) ? (unsigned long)number : 0;
}

static unsigned default_workers(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > 4 ? 4 : (unsigned)cores;
}

static struct zone *zone_of(const struct inquiry *q, struct arena *a)
{
	int64_t *at = arena_alloc(a, (q->nzone + 1) * sizeof(*at));
	int32_t *offset = arena_alloc(a, (q->nzone + 1) * sizeof(*offset));

	for (size_t i = 0; i < q->nzone; i++) {
		at[i] = q->zone[i].at;
		offset[i] = (int32_t)q->zone[i].offset;
	}
	return q->nzone == 1 && offset[0] == 0 ? NULL : zone_of_steps(at, offset, q->nzone);
}

/* The live host's window begins where an incident began that was going on when it opened. */
static int64_t onset(const struct inquiry *q)
{
	int64_t since = 0;

	for (size_t i = 0; i < q->nincidents; i++)
		if (q->incidents[i].since < q->from && (!since || q->incidents[i].since < since))
			since = q->incidents[i].since;
	return since && since < q->now - WIDEN_MOST ? q->now - WIDEN_MOST : since;
}

static int run(struct reader_want *want, const struct options *o, struct inquire *in, struct err *err)
{
	struct watch w = { 0 };
	int rc;

	w.progress = progress_new(STDERR_FILENO, o->quiet, (uint64_t)clock_steady_micros(&w.clock));
	want->ctx = &w;
	want->progress = on_progress;
	rc = reader_inquire(want, in->arena, &in->q, err);
	progress_end(&w.progress);
	return rc;
}

int inquire(const struct options *o, int skip, struct inquire *ret, struct err *err)
{
	struct clock clock = { 0 };
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	struct root root;
	struct reader_want want = {
		.root = &root, .paths = o->args + skip, .npaths = (size_t)(o->nargs - skip),
		.now = clock_seconds(&clock), .since = o->since, .until = o->until, .stats = o->stats,
		.unconfined = o->unconfined, .block = test_switch("SPAMTRAIL_TEST_BLOCK"),
		.workers = (unsigned)test_switch("SPAMTRAIL_TEST_WORKERS"),
		.memory = test_switch("SPAMTRAIL_TEST_MEMORY"),
	};
	int64_t wider;
	int rc;

	*ret = (struct inquire){ .arena = arena_new() };
	if (test_switch("SPAMTRAIL_TEST_NOW"))
		want.now = (int64_t)test_switch("SPAMTRAIL_TEST_NOW");
	if (!want.workers)
		want.workers = default_workers();
	rc = check_when(o->since, want.now, err);
	if (rc == 0)
		rc = check_when(o->until, want.now, err);
	if (rc < 0 || (rc = root_open(o->root ? o->root : "/", &root, err)) < 0)
		return rc;
	sigaction(SIGINT, &action, NULL);
	if (!options_elsewhere(o) && !o->since && !o->until)
		want.since_utc = want.now - LIVE_HOURS * 3600;
	rc = run(&want, o, ret, err);
	if (rc == 0 && want.since_utc && !ret->q->stopped && (wider = onset(ret->q)) != 0) {
		want.since_utc = wider;
		rc = run(&want, o, ret, err);
	}
	root_close(&root);
	if (rc == 0)
		ret->zone = zone_of(ret->q, ret->arena);
	return rc;
}

void inquire_end(struct inquire *in)
{
	zone_free(in->zone);
	arena_free(in->arena);
}

int inquire_code(const struct inquiry *q)
{
	if (!q->complete)
		return EXIT_INCOMPLETE;
	return q->nincidents ? EXIT_FOUND : EXIT_NOTHING;
}
