/*
 * logs - see logs.h: the workers and the merge.
 *
 * Every worker does whatever is most urgent: hand over events that are in order, parse a filled block, fill
 * the stream that has the least ahead. One lock, taken a few times a block, guards all queues; text
 * and events themselves are only touched by the worker that holds the block's state.
 */
#include "logs/logs.h"

#include "logs/batch.h"
#include "logs/heap.h"
#include "logs/mend.h"
#include "logs/whose.h"
#include "sys/clock.h"
#include "sys/inflate.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_DEFAULT (256u << 10)
#define BLOCK_LEAST (16u << 10)
#define BLOCKS_IN_ALL (16u << 20) /* many streams share about this much text */
#define WORKERS_MAX 16 /* limit input: threads */
#define HANDED_MOST 3 /* batches that may wait for their work */
#define LOOK_FAR 32 /* events between the first glance at one and its turn */
#define LOOK_NEAR 14 /* ... and the second */
#define LINE_FETCHED 256 /* bytes of it: nearly all lines are shorter */
#define DAY INT64_C(86400)
#define TOLD_EVERY 50000 /* microseconds between two questions whether to go on: all wait for the answer */

struct engine {
	struct logs_options own; /* as given, with the defaults filled in */
	const struct log_file *files;
	size_t nfiles;
	struct log_read *reads;
	struct source_ask ask;
	struct stream *streams;
	size_t nstreams;
	struct heap heap; /* streams that have an event in hand, earliest first */
	size_t live; /* streams that may still give events */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch *spare;
	struct batch *handed, **handed_end; /* their events are handed over, work is left: the oldest first */
	unsigned nhanded;
	bool consuming, working, stopped;
	int64_t told; /* when progress was asked last, steady microseconds */
};

static uint64_t bytes_read(const struct engine *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < e->nfiles; i++)
		sum += __atomic_load_n(&e->reads[i].bytes, __ATOMIC_RELAXED);
	return sum;
}

/* --- the consumer's side: one worker at a time ------------------------------------------ */

static inline void stream_key(struct stream *s, const struct event *ev)
{
	/* A stamp from the future (forged, or a clock that was wrong) must not hold the others up. */
	if (ev->at <= s->clock.limit + DAY)
		s->key = ev->at;
	/* PHP writes its mail() line before it hands the message over: in the same second it comes first */
	s->late = ev->dialect != DIALECT_PHP;
}

static struct log_at at_of(const struct stream *s, const struct event *ev)
{
	return (struct log_at){
		.file = s->first->file,
		.copy = s->set->copy,
		.line = s->line_base + ev->line + 1,
		.offset = s->first->offset + ev->off,
	};
}

static void batch_spare(struct engine *e, struct batch *b)
{
	b->state = BATCH_FREE;
	b->next = e->spare;
	e->spare = b;
}

/*
 * The stream's batch in hand is used up: its lines count now, it is needed no more but for its JOB. Where it has none, jobs that
 * are not done yet may still be about its events: then it waits behind them.
 */
static void batch_retire(struct engine *e, struct stream *s, void *job)
{
	struct batch *b = s->first;
	struct log_read *read = &e->reads[b->file];

	if (s->before && s->before->line + 1 == b->lines && (s->before->flags & EVF_SYSLOG)) {
		struct log_at at = at_of(s, s->before);

		mend_keep(&s->mend, s->before, b->ev.base, &at);
	}
	s->before = NULL;
	read->lines += b->lines;
	read->unknown_lines += b->unknown;
	read->dialects |= b->dialects;
	read->cut_lines += b->cut_lines;
	s->line_base += b->lines;
	s->first = b->next;
	if (!s->first)
		s->last = NULL;
	s->queued--;
	s->ev_left = 0;
	s->ev = NULL;
	if (!job && (!e->handed || !b->ev.events)) {
		batch_spare(e, b);
		return;
	}
	b->state = BATCH_HANDED;
	b->job = job;
	b->next = NULL;
	*e->handed_end = b;
	e->handed_end = &b->next;
	e->nhanded++;
}

/*
 * Moves a look-out on by one event, and tells the consumer what it sees where it is one of KINDS. The far one has its line,
 * in BASE, fetched as well where another processor may have read it.
 */
static inline void look_out(const struct engine *e, const char *base, struct look_out *l, uint32_t kinds,
			    bool near)
{
	const char *line;

	if (!l->left)
		return;
	line = base + l->ev->off;
	for (unsigned at = 0; !near && e->own.workers > 1 && at < LINE_FETCHED; at += 64)
		__builtin_prefetch(line + at);
	if (kinds >> l->ev->kind & 1)
		e->own.soon(e->own.event_ctx, l->ev, base, near);
	l->ev = event_next(l->ev);
	l->left--;
}

static void look_ahead(const struct engine *e, struct stream *s)
{
	const char *base = s->first->ev.base;

	s->far = s->near = (struct look_out){ (const struct event *)s->first->ev.mem, s->first->ev.events };
	for (unsigned i = 0; i < LOOK_FAR; i++)
		look_out(e, base, &s->far, e->own.far_kinds, false);
	for (unsigned i = 0; i < LOOK_NEAR; i++)
		look_out(e, base, &s->near, e->own.near_kinds, true);
}

/* Takes up parsed batches until one has an event. false: must wait for a batch, or the stream is over. */
static bool stream_attach(struct engine *e, struct stream *s)
{
	while (s->first && s->first->state == BATCH_PARSED) {
		struct batch *b = s->first;

		if (s->clock_file != b->file) {
			s->clock_file = b->file;
			s->line_base = 0;
			wallclock_file(&s->clock, e->files[b->file].mtime, e->own.now);
			wallclock_years(&s->clock, s->years.first, s->years.last, s->years.wraps);
		}
		if (b->ev.events) {
			s->ev = (struct event *)b->ev.mem;
			s->ev_left = b->ev.events;
			if (e->own.soon)
				look_ahead(e, s);
			wallclock_resolve(&s->clock, s->ev);
			stream_key(s, s->ev);
			return true;
		}
		batch_retire(e, s, NULL);
	}
	return false;
}

static bool stream_over(const struct stream *s)
{
	return s->drained && !s->filling && !s->first;
}

/* Gives every stream without an event its next one. True when all live streams have one. */
static bool consumer_ready(struct engine *e)
{
	bool ready = true;

	if (e->live == e->heap.n)
		return e->heap.n > 0;
	for (size_t i = 0; i < e->nstreams; i++) {
		struct stream *s = &e->streams[i];

		if (s->ev || s->over)
			continue;
		if (stream_attach(e, s)) {
			heap_push(&e->heap, s);
		} else if (stream_over(s)) {
			struct mend_out out = { .clock = &s->clock, .options = &e->own };

			mend_end(s->mend, &out);
			s->over = true;
			e->live--;
		} else {
			ready = false;
		}
	}
	return ready && e->heap.n > 0;
}

/*
 * EV, where its dialect is in ONLY; BEFORE is the event that was handed over last, in the same batch, or NULL. Returns the
 * one that now is.
 */
static inline const struct event *hand_over(struct engine *e, struct stream *s, const struct event *ev,
					    const struct event *before, const struct log_at *at,
					    uint32_t only)
{
	const char *base = s->first->ev.base;

	if (__builtin_expect(ev->flags & EVF_MEND, 0)) {
		struct mend_out out = { .clock = &s->clock, .options = &e->own };

		mend_event(&s->mend, &out, ev, before, base, at);
	} else {
		if (!(only >> ev->dialect & 1))
			return before;
		if (whose_wants(&e->reads[at->file].whose, ev, at->line))
			whose_look(&e->reads[at->file].whose, event_line(ev, base));
		e->own.event(e->own.event_ctx, ev, base, at);
	}
	return ev;
}

/*
 * Hands over S's events until it is RIVAL's turn (true) or the batch in hand has no more. Where it stands is kept in
 * locals until then: the consumer is called for each event, and might have changed all else for what a compiler knows.
 */
static inline bool consume_run(struct engine *e, struct stream *s, const struct stream *rival)
{
	struct batch *b = s->first;
	struct look_out far = s->far, near = s->near;
	const char *base = b->ev.base;
	struct event *ev = s->ev;
	const struct event *before = s->before;
	uint32_t left = s->ev_left, dialects = 0;
	struct log_at at = { .file = b->file, .copy = s->set->copy };
	const uint32_t only = e->files[b->file].only ? e->files[b->file].only : UINT32_MAX;
	const uint32_t far_kinds = e->own.far_kinds, near_kinds = e->own.near_kinds;
	const bool soon = e->own.soon;

	while (left && (!rival || !heap_after(s, rival))) {
		if (soon) {
			look_out(e, base, &far, far_kinds, false);
			look_out(e, base, &near, near_kinds, true);
		}
		at.line = s->line_base + ev->line + 1;
		at.offset = b->offset + ev->off;
		dialects |= 1u << ev->dialect;
		before = hand_over(e, s, ev, before, &at, only);
		if (--left) {
			ev = (struct event *)event_next(ev);
			wallclock_resolve(&s->clock, ev);
			stream_key(s, ev);
		}
	}
	s->far = far;
	s->near = near;
	s->ev = ev;
	s->before = before;
	s->ev_left = left;
	b->dialects |= dialects;
	return left > 0;
}

/* Hands over events in order until a stream runs out of parsed ones. Called without the lock. */
static struct stream *consume(struct engine *e)
{
	for (;;) {
		struct stream *s = heap_top(&e->heap);

		if (!consume_run(e, s, heap_second(&e->heap))) {
			heap_pop(&e->heap);
			return s;
		}
		heap_sift(&e->heap);
	}
}

/* --- the workers ------------------------------------------------------------------------ */

static struct batch *find_filled(struct engine *e)
{
	for (size_t i = 0; i < e->nstreams; i++)
		for (struct batch *b = e->streams[i].first; b; b = b->next)
			if (b->state == BATCH_FILLED)
				return b;
	return NULL;
}

/* The stream that most needs a block: fewest ahead. NULL when all have enough. */
static struct stream *find_hungry(struct engine *e)
{
	struct stream *best = NULL;
	uint32_t enough = e->nstreams > 8 ? 1 : e->own.workers + 1;

	for (size_t i = 0; i < e->nstreams; i++) {
		struct stream *s = &e->streams[i];

		if (!s->drained && !s->filling && s->queued < enough && (!best || s->queued < best->queued))
			best = s;
	}
	return best;
}

static void do_consume(struct engine *e)
{
	struct stream *s;
	void *job;

	e->consuming = true;
	pthread_mutex_unlock(&e->lock);
	s = consume(e);
	job = e->own.pass ? e->own.pass(e->own.event_ctx) : NULL;
	pthread_mutex_lock(&e->lock);
	batch_retire(e, s, job);
	e->consuming = false;
}

static void do_work(struct engine *e)
{
	struct batch *b = e->handed;

	e->working = true;
	pthread_mutex_unlock(&e->lock);
	if (b->job)
		e->own.work(e->own.event_ctx, b->job);
	pthread_mutex_lock(&e->lock);
	e->handed = b->next;
	if (!e->handed)
		e->handed_end = &e->handed;
	e->nhanded--;
	batch_spare(e, b);
	e->working = false;
}

/* Is work to be done before anything else? While another worker hands over, or where too much has come together. */
static bool must_work(const struct engine *e)
{
	return e->handed && !e->working && (e->consuming || e->nhanded == HANDED_MOST);
}

static void do_parse(struct engine *e, struct batch *b)
{
	b->state = BATCH_PARSING;
	pthread_mutex_unlock(&e->lock);
	batch_parse(b, e->own.brief);
	pthread_mutex_lock(&e->lock);
	b->state = BATCH_PARSED;
}

static void do_fill(struct engine *e, struct stream *s)
{
	struct batch *b = e->spare;
	bool filled;

	if (b)
		e->spare = b->next;
	else
		b = batch_new();
	b->next = NULL;
	s->filling = true;
	pthread_mutex_unlock(&e->lock);
	filled = stream_fill(s, b, &e->own, e->reads);
	pthread_mutex_lock(&e->lock);
	s->filling = false;
	if (!filled) {
		s->drained = true;
		b->next = e->spare;
		e->spare = b;
		return;
	}
	if (s->last)
		s->last->next = b;
	else
		s->first = b;
	s->last = b;
	s->queued++;
}

/* What has been read is still told: with the lock held. */
static void stop(struct engine *e)
{
	e->stopped = true;
	for (size_t i = 0; i < e->nstreams; i++)
		e->streams[i].drained = true;
}

/* Asked by whoever waits for a pipe, without the lock. */
static bool go_on(void *ctx)
{
	struct engine *e = ctx;

	if (!e->own.progress || e->own.progress(e->own.ctx, bytes_read(e)))
		return true;
	pthread_mutex_lock(&e->lock);
	stop(e);
	pthread_mutex_unlock(&e->lock);
	return false;
}

/* Asks now and then whether to go on; with the lock held. */
static void tell_progress(struct engine *e)
{
	const struct clock clock = { 0 };
	int64_t now;

	if (!e->own.progress || e->stopped)
		return;
	now = clock_steady_micros(&clock);
	if (now - e->told < TOLD_EVERY)
		return;
	e->told = now;
	if (!e->own.progress(e->own.ctx, bytes_read(e)))
		stop(e);
}

static void *worker(void *arg)
{
	struct engine *e = arg;

	pthread_mutex_lock(&e->lock);
	while (e->live || e->handed) {
		struct batch *b;
		struct stream *s;

		if (must_work(e)) {
			do_work(e);
		} else if (!e->consuming && e->nhanded < HANDED_MOST && consumer_ready(e)) {
			do_consume(e);
			tell_progress(e);
		} else if (e->handed && !e->working) {
			do_work(e);
		} else if ((b = find_filled(e))) {
			do_parse(e, b);
		} else if ((s = find_hungry(e))) {
			do_fill(e, s);
		} else if (e->live || e->handed) {
			pthread_cond_wait(&e->changed, &e->lock);
			continue;
		}
		pthread_cond_broadcast(&e->changed);
	}
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* --- start and end ---------------------------------------------------------------------- */

static void engine_start(struct engine *e, struct arena *a, const struct logs_options *options,
			 struct log_set *sets)
{
	size_t fair = BLOCKS_IN_ALL / (e->nstreams ? e->nstreams : 1);

	e->own = *options;
	if (!e->own.block)
		e->own.block = fair > BLOCK_DEFAULT ? BLOCK_DEFAULT : fair < BLOCK_LEAST ? BLOCK_LEAST : fair;
	if (!e->own.workers)
		e->own.workers = 1;
	if (e->own.workers > WORKERS_MAX)
		e->own.workers = WORKERS_MAX;
	e->streams = arena_alloc(a, (e->nstreams + 1) * sizeof(*e->streams));
	heap_init(&e->heap, a, e->nstreams);
	e->live = e->nstreams;
	e->handed_end = &e->handed;
	for (size_t i = 0; i < e->nstreams; i++) {
		e->streams[i].set = &sets[i];
		e->streams[i].files = e->files;
		e->streams[i].ask = e->own.progress ? &e->ask : NULL;
		e->streams[i].clock_file = UINT32_MAX;
		wallclock_start(&e->streams[i].clock, options->zone);
	}
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
}

static void engine_end(struct engine *e)
{
	for (size_t i = 0; i < e->nstreams; i++) {
		struct stream *s = &e->streams[i];

		while (s->first) {
			struct batch *b = s->first;

			s->first = b->next;
			batch_free(b);
		}
		if (s->source)
			stream_close(s);
		mend_free(s->mend);
		free(s->carry);
	}
	while (e->spare) {
		struct batch *b = e->spare;

		e->spare = b->next;
		batch_free(b);
	}
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
}

int logs_read(struct arena *a, const struct log_file *files, size_t nfiles,
	      const struct logs_options *options, struct log_read **ret_reads, struct err *err)
{
	struct log_set *sets;
	struct engine e = { .files = files, .nfiles = nfiles, .ask = { .go_on = go_on, .ctx = &e } };
	pthread_t thread[WORKERS_MAX];
	unsigned started = 0;

	e.reads = arena_alloc(a, (nfiles + 1) * sizeof(*e.reads));
	e.nstreams = logset_make(a, files, nfiles, &sets);
	engine_start(&e, a, options, sets);
	while (started + 1 < e.own.workers && pthread_create(&thread[started], NULL, worker, &e) == 0)
		started++;
	worker(&e);
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	engine_end(&e);
	*ret_reads = e.reads;
	return e.stopped ? 1 : 0;
}
