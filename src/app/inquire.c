/*
 * inquire - see inquire.h. Ctrl-C becomes "print what is known so far" here.
 *
 * Order: the command line's words are checked first (nobody waits for a typing error), then the
 * configuration, then the processes of a live host, whose connections are gone when the logs have been read,
 * then the logs.
 * TRUST: the operator's words and root's configuration. What children found is taken as reader.c and
 * observer.c have checked it, and never looked into here.
 */
#include "app/inquire.h"

#include "app/config.h"
#include "app/helper.h"
#include "app/interrupt.h"
#include "app/keep.h"
#include "app/observer.h"
#include "app/progress.h"
#include "app/queue_reader.h"
#include "app/reader.h"
#include "app/scan_found.h"
#include "app/talk.h"
#include "app/tying.h"
#include "app/when.h"
#include "host/host.h"
#include "sys/channel.h"
#include "sys/clock.h"

#include <unistd.h>

/* Hours of a live host's window, where no --since says otherwise. */
#define LIVE_HOURS 6
/* Complaints come for weeks, their mailbox grows for years. */
#define COMPLAINTS_SECONDS (14 * INT64_C(86400))
/* A quick look: of each log no more, and no longer; on a server that chokes it must not be one program more. */
#define NEWEST_BYTES ((size_t)128 << 20) /* limit input, bytes: for the first answer of a busy live host */
#define NEWEST_MICROS (INT64_C(20) * 1000000)
/* Seconds back from now that an incident's beginning can pull this window open. */
#define WIDEN_MOST (7 * INT64_C(86400))

struct watch {
	const struct root *root;
	struct arena *arena;
	int64_t now;
	bool unconfined, queue_too_big;
	struct queue_report queue; /* what could not be read of it */
	struct buf waiting, wrote; /* packed: the question about what waits, asked once, and its answer */
	struct keep keep;
	struct progress progress;
	int64_t deadline; /* microseconds of the steady clock; 0 = none */
	struct clock clock;
};

static bool on_progress(void *ctx, uint64_t done, uint64_t all)
{
	struct watch *w = ctx;

	int64_t now = clock_steady_micros(&w->clock);

	progress_show(&w->progress, done, all, (uint64_t)now);
	return !interrupt_came() && (!w->deadline || now < w->deadline);
}

static void on_past(void *ctx, int64_t first, struct buf *out)
{
	struct watch *w = ctx;

	keep_past(&w->keep, first, out);
}

static void on_learnt(void *ctx, int64_t first, int64_t as_of, struct span body)
{
	struct watch *w = ctx;

	keep_learnt(&w->keep, first, as_of, body);
}

/* WORDS as if the server's zone were UTC; do they mean another instant in another zone? */
static int check_instant(const char *words, int64_t now, int64_t *ret_utc, bool *ret_local, struct err *err)
{
	static const int64_t always[] = { 0 };
	static const int32_t east[] = { 3600 };
	struct zone *zone;
	int64_t other = 0;
	int rc;

	if (!words)
		return 0;
	zone = zone_of_steps(always, east, 1);
	rc = when_parse(span_str(words), now, NULL, ret_utc, err);
	if (rc == 0)
		rc = when_parse(span_str(words), now, zone, &other, err);
	*ret_local = rc == 0 && other != *ret_utc;
	zone_free(zone);
	return rc < 0 ? -EXIT_USAGE : 0;
}

/* The server's zone is not known yet: "08:30" can be compared with another local time, not with "3 hours ago". */
static int check_when(const struct options *o, int64_t now, struct err *err)
{
	int64_t since = INT64_MIN, until = INT64_MAX;
	bool since_local = false, until_local = false;

	if (check_instant(o->since, now, &since, &since_local, err) < 0 ||
	    check_instant(o->until, now, &until, &until_local, err) < 0)
		return -EXIT_USAGE;
	if (since < until || since_local != until_local)
		return 0;
	return err_set(err, EXIT_USAGE, "--until %s is not after --since %s", o->until, o->since);
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

struct zone *inquire_zone(const struct inquiry *q, struct arena *a)
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
	struct watch *w = want->ctx;
	int rc;

	w->progress = progress_new(STDERR_FILENO, o->quiet, (uint64_t)clock_steady_micros(&w->clock));
	rc = reader_inquire(want, in->arena, &in->q, err);
	progress_end(&w->progress);
	return rc;
}

/* --- the queue -------------------------------------------------------------------------------- */

static void on_batch(void *ctx, struct span batch)
{
	buf_span(ctx, batch);
}

static struct queue_ask ask_of(const struct watch *w, const struct inquiry *spools)
{
	return (struct queue_ask){
		.root = w->root, .facts = spools, .now = w->now, .unconfined = w->unconfined
	};
}

static void on_queue(void *ctx, const struct inquiry *spools, struct buf *out)
{
	struct watch *w = ctx;
	struct queue_ask ask = ask_of(w, spools);
	struct err err = { 0 };

	ask.packed = on_batch;
	ask.ctx = out;
	buf_byte(out, 1);
	if (queue_ask(&ask, w->arena, &w->queue, &err) < 0) {
		w->queue = (struct queue_report){ 0 };
		out->n = 0;
		buf_byte(out, 0);
	} else if (w->queue.nspools == 0 || out->over) {
		w->queue_too_big = out->over;
		out->n = 0;
		out->over = false;
		buf_byte(out, 0);
	}
}

/* Of the queue only hashes, for a look into the logs: options.waiting. */
static void on_waiting(void *ctx, const struct inquiry *spools, struct buf *out)
{
	struct watch *w = ctx;
	struct queue_ask ask = ask_of(w, spools);
	struct queue_report report;
	struct err err = { 0 };

	ask.waiting = on_batch;
	ask.ctx = &w->waiting;
	/* a wider window asks again; what could not be read is said when the queue is read for the answer */
	if (!w->waiting.n && queue_ask(&ask, w->arena, &report, &err) < 0)
		w->waiting.n = 0;
	if (!w->waiting.over)
		buf_span(out, buf_view(&w->waiting));
}

static void on_wrote(void *ctx, struct span answer)
{
	struct watch *w = ctx;

	w->wrote.n = 0;
	buf_span(&w->wrote, answer);
}

static void add_lines(struct arena *a, struct span **list, size_t *n, const struct span *more, size_t nmore)
{
	struct span *all = arena_alloc(a, (*n + nmore + 1) * sizeof(*all));

	if (*n)
		memcpy(all, *list, *n * sizeof(*all));
	if (nmore)
		memcpy(all + *n, more, nmore * sizeof(*all));
	*list = all;
	*n += nmore;
}

/* A queue that may not be read at all is worth a line; one that is read in part makes the answer incomplete. */
static void tell_queue(struct watch *w, const struct options *o, struct inquiry *q)
{
	if (w->queue_too_big) {
		struct buf text = BUF_MAX(16384);
		struct span too_big;

		buf_str(&text, "the queue is longer than is looked at: see ");
		options_command(o, "queue", o->nargs, &text);
		too_big = arena_span(w->arena, buf_view(&text));
		buf_free(&text);
		add_lines(w->arena, &q->unseen, &q->nunseen, &too_big, 1);
		q->complete = false;
	}
	if (!w->queue.nunseen)
		return;
	if (w->queue.nspools == 0) {
		add_lines(w->arena, &q->notes, &q->nnotes, w->queue.unseen, w->queue.nunseen);
		return;
	}
	add_lines(w->arena, &q->unseen, &q->nunseen, w->queue.unseen, w->queue.nunseen);
	q->complete = false;
}

/* --- the live host's processes ----------------------------------------------------------------- */

static bool on_watching(void *ctx, unsigned left, uint64_t submitted, uint64_t unnamed)
{
	struct watch *w = ctx;
	struct buf text = BUF_MAX(200);

	buf_addf(&text,
		 "watching the mail queue: %llu messages handed over, %llu not named, %u s left (Ctrl-C: "
		 "enough)",
		 (unsigned long long)submitted, (unsigned long long)unnamed, left);
	progress_say(&w->progress, buf_view(&text), (uint64_t)clock_steady_micros(&w->clock));
	buf_free(&text);
	return !interrupt_came();
}

static const char *place(struct arena *a, struct span path)
{
	return path.n ? arena_str(a, path) : NULL;
}

/* Where the queues lie, before there is anything to read in them; the log's reader learns it anew afterwards. */
static int find_places(const struct options *o, const struct root *root, struct arena *a,
		       struct observer_want *to, struct err *err)
{
	struct clock clock = { 0 };
	struct reader_want want = {
		.root = root, .now = inquire_now(&clock), .unconfined = o->unconfined, .facts_only = true
	};
	struct inquiry *q;
	int rc = reader_inquire(&want, a, &q, err);

	if (rc < 0)
		return rc;
	to->postfix = place(a, q->postfix_spool);
	to->commands = place(a, q->postfix_commands);
	to->exim = place(a, q->exim_spool);
	return 0;
}

/* Who speaks to mail servers, and with --live who hands over mail. Only the watch was asked for in so many words. */
static int observe(const struct options *o, const struct root *root, struct arena *a, struct buf *out,
		   struct err *unheard, struct err *err)
{
	struct watch w = { 0 };
	struct observer_want want = {
		.root = root,
		.seconds = o->live,
		.load = o->newest > 0,
		.unconfined = o->unconfined,
		.ctx = &w,
		.progress = on_watching,
	};
	int rc = 0;

	if (o->live && options_elsewhere(o))
		return err_set(err, EXIT_USAGE, "--live watches this host: it takes no PATH and no --root");
	if (o->live && geteuid() != 0)
		return err_set(err, EXIT_NOPERM, "--live needs root: only root may watch the mail queue");
	if (options_elsewhere(o))
		return 0;
	if (o->live)
		rc = find_places(o, root, a, &want, err);
	if (rc < 0)
		return rc;
	w.progress = progress_new(STDERR_FILENO, o->quiet, (uint64_t)clock_steady_micros(&w.clock));
	rc = observer_look(&want, out, o->live ? err : unheard);
	progress_end(&w.progress);
	/* the first Ctrl-C ended the watch, not the answer */
	if (o->live)
		interrupt_forget();
	if (rc < 0 && !o->live)
		buf_free(out);
	return o->live ? rc : 0;
}

static void note_unheard(struct inquire *in, const struct err *unheard)
{
	struct buf text = BUF_MAX(600);
	struct span line;

	buf_addf(&text, "who speaks to mail servers directly was not looked at: %s", unheard->text);
	line = arena_span(in->arena, buf_view(&text));
	add_lines(in->arena, &in->q->notes, &in->q->nnotes, &line, 1);
	buf_free(&text);
}

/* --- the configuration's part ----------------------------------------------------------------- */

static void list_add(struct span *all, size_t *n, const struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		all[(*n)++] = span_str(list->item[i].value);
}

/* Messages in flight take most of what all processes together may have; rows, names and buffers the rest. */
static size_t flight_memory(const struct config *c)
{
	return c->memory.origin.file ? (size_t)(c->memory.value / 64 * 41) : 0;
}

/* What C says, where no test switch has said otherwise. */
static void want_from(const struct config *c, struct arena *a, struct reader_want *want)
{
	size_t n = c->trusted_senders.n + c->trusted_folders.n + c->trusted_networks.n;
	struct span *trusted = arena_alloc(a, (n + 1) * sizeof(*trusted));
	struct span *logs =
		arena_alloc(a, (c->mail_logs.n + c->web_logs.n + c->php_logs.n + 1) * sizeof(*logs));
	uint32_t *only = arena_alloc(a, (c->mail_logs.n + c->web_logs.n + c->php_logs.n + 1) * sizeof(*only));

	list_add(trusted, &want->ntrusted, &c->trusted_senders);
	list_add(trusted, &want->ntrusted, &c->trusted_folders);
	list_add(trusted, &want->ntrusted, &c->trusted_networks);
	want->trusted = trusted;
	list_add(logs, &want->nlogs, &c->mail_logs);
	for (size_t from = want->nlogs; from < want->nlogs + c->web_logs.n; from++)
		only[from] = host_log_dialects(LOG_WEB);
	list_add(logs, &want->nlogs, &c->web_logs);
	for (size_t from = want->nlogs; from < want->nlogs + c->php_logs.n; from++)
		only[from] = host_log_dialects(LOG_PHP);
	list_add(logs, &want->nlogs, &c->php_logs);
	want->logs_only = only;
	want->logs = logs;
	want->memory = want->memory ? want->memory : flight_memory(c);
	want->workers = want->workers ? want->workers : (unsigned)c->threads.value;
	want->workers = want->workers ? want->workers : default_workers();
	want->false_rate = c->false_alarm_days.value ? 1.0 / (double)c->false_alarm_days.value : 0;
}

/* Contract, "State": logs from elsewhere say nothing about this host, unless the operator names a place. */
static const char *kept_in(const struct options *o, const struct config *c)
{
	if (o->newest)
		return NULL;
	return o->state ? o->state : options_elsewhere(o) ? NULL : c->state_dir.value;
}

/* At most three passes: the newest hours for the first screen, the window, and the window widened. */
/* Once, and on the live host again where what was found began before the window. */
static int run_window(struct reader_want *want, const struct options *o, inquire_first *first,
		      struct inquire *in, struct err *err)
{
	int64_t wider;
	int rc;

	if (o->newest) {
		want->since_utc = want->now - o->newest;
		want->newest = NEWEST_BYTES;
		return run(want, o, in, err);
	}
	if (!options_elsewhere(o) && !o->since && !o->until) {
		want->since_utc = want->now - LIVE_HOURS * 3600;
		want->hurry = first != NULL;
	}
	rc = run(want, o, in, err);
	if (rc == 0 && first && in->q->past_unread && !in->q->stopped) {
		/* the whole answer will know these incidents by the same ids */
		keep_name(&((struct watch *)want->ctx)->keep, in->q);
		in->zone = inquire_zone(in->q, in->arena);
		first(o, in);
		zone_free(in->zone);
		in->zone = NULL;
		want->hurry = false;
		rc = run(want, o, in, err);
	}
	if (rc == 0 && want->since_utc && !in->q->stopped && (wider = onset(in->q)) != 0) {
		want->since_utc = wider;
		rc = run(want, o, in, err);
	}
	return rc;
}

/* --- complaints -------------------------------------------------------------------------------- */

/*
 * What has come to [complaints] mailboxes in the last weeks, where this host is investigated; the logs are then asked
 * whose it is as they are read. NULL: none is named, or it could not be read, with UNREAD saying why.
 */
static struct tying *read_complaints(struct reader_want *want, const struct options *o,
				     const struct config *c, struct arena *a, struct err *unread)
{
	struct tying *t;
	struct seek_want *seek;
	int rc = 0;

	if (c->mailboxes.n == 0 || !o->complained || want->nseek || !kept_in(o, c))
		return NULL;
	if (!helper_installed("spamtrail-mime")) {
		err_set(unread, EXIT_SOFTWARE, "complaints are not read: spamtrail-mime is not installed");
		return NULL;
	}
	t = arena_alloc(a, sizeof(*t));
	tying_begin(t, want->root, a, want->unconfined);
	t->newer = want->now - COMPLAINTS_SECONDS;
	for (size_t i = 0; i < c->mailboxes.n && rc == 0; i++)
		rc = tying_add(t, c->mailboxes.item[i].value, unread);
	if (rc == 0)
		rc = tying_read(t, unread);
	if (rc == 0)
		rc = tying_seek(t, want->now, &seek, &want->nseek, unread);
	if (rc == 0)
		want->seek = seek;
	return rc == 0 ? t : NULL;
}

static void tell_complaints(struct inquire *in, const struct tying *t, const struct err *unread)
{
	struct span why = span_str(unread->text);

	if (unread->code) {
		why = arena_span(in->arena, why);
		add_lines(in->arena, &in->q->unseen, &in->q->nunseen, &why, 1);
		in->q->complete = false;
	}
	/* Anybody can mail half a message there: told, but it makes no answer about this server's own mail less whole. */
	for (size_t i = 0; t && i < t->c.nunseen; i++) {
		bool damage = t->damage[i];

		add_lines(in->arena, damage ? &in->q->notes : &in->q->unseen,
			  damage ? &in->q->nnotes : &in->q->nunseen, &t->unseen[i], 1);
		in->q->complete = in->q->complete && damage;
	}
}

static int inquire_configured(struct reader_want want, const struct options *o, const struct config *c,
			      inquire_first *first, struct inquire *in, struct err *err)
{
	struct watch w = { 0 };
	struct err unread = { 0 };
	struct tying *t;
	int rc;

	want_from(c, in->arena, &want);
	want.ctx = &w;
	want.progress = on_progress;
	w.root = want.root;
	w.now = want.now;
	w.arena = in->arena;
	w.unconfined = want.unconfined;
	w.deadline = o->newest ? clock_steady_micros(&w.clock) + NEWEST_MICROS : 0;
	if (want.npaths == 0 && !o->newest && !o->waiting)
		want.queue = on_queue;
	if (o->waiting) {
		want.waiting = on_waiting;
		want.wrote = on_wrote;
		w.waiting = w.wrote = BUF_MAX(TALK_ANSWER_MOST);
	}
	keep_begin(&w.keep, kept_in(o, c));
	if (w.keep.dir) {
		want.past = on_past;
		want.learnt = on_learnt;
	}
	t = read_complaints(&want, o, c, in->arena, &unread);
	rc = run_window(&want, o, first, in, err);
	if (rc == 0)
		tell_queue(&w, o, in->q);
	if (rc == 0 && t)
		tying_settle(t, in->q);
	if (rc == 0 && w.keep.dir && !o->newest) {
		keep_complaints(&w.keep, in->arena, in->q, t);
		tell_complaints(in, t, &unread);
	}
	if (rc == 0 && w.keep.dir)
		keep_end(&w.keep, in->arena, in->q);
	if (rc == 0)
		scan_found_join(w.keep.dir, in->arena, in->q);
	keep_free(&w.keep);
	if (o->waiting && !w.wrote.over)
		in->wrote = arena_span(in->arena, buf_view(&w.wrote));
	buf_free(&w.waiting);
	buf_free(&w.wrote);
	return rc;
}

int64_t inquire_now(const struct clock *clock)
{
	unsigned long held = test_switch("SPAMTRAIL_TEST_NOW");

	return held ? (int64_t)held : clock_seconds(clock);
}

int inquire(const struct options *o, int skip, inquire_first *first, struct inquire *ret, struct err *err)
{
	struct clock clock = { 0 };
	struct root root;
	struct reader_want want = {
		.root = &root,
		.paths = o->args + skip,
		.npaths = (size_t)(o->nargs - skip),
		.now = inquire_now(&clock),
		.since = o->since,
		.until = o->until,
		.live = o->nargs <= skip && !(o->root && strcmp(o->root, "/") != 0) && !o->until,
		.stats = o->stats,
		.every_client = o->every_client,
		.no_history = o->no_history,
		.refusals = o->refusals,
		.facts_only = o->facts_only,
		.seek = o->seek,
		.nseek = o->nseek,
		.unconfined = o->unconfined,
		.block = test_switch("SPAMTRAIL_TEST_BLOCK"),
		.workers = (unsigned)test_switch("SPAMTRAIL_TEST_WORKERS"),
		.memory = test_switch("SPAMTRAIL_TEST_MEMORY"),
	};
	struct buf observed = BUF_MAX(CHANNEL_MAX_BODY);
	struct config config;
	struct err unheard = { 0 };
	int rc;

	*ret = (struct inquire){ .arena = arena_new() };
	rc = check_when(o, want.now, err);
	if (rc < 0 || (rc = root_open(o->root ? o->root : "/", &root, err)) < 0)
		return rc;
	/* Ctrl-C cuts no call short, the next progress report carries it to the child. */
	interrupt_catch();
	rc = config_load(&config, o->config, err);
	if (rc == 0)
		rc = observe(o, &root, ret->arena, &observed, &unheard, err);
	want.observed = buf_view(&observed);
	/* The watch took its time: now is when it ended. */
	if (o->live)
		want.now = clock_seconds(&clock);
	if (rc == 0)
		rc = inquire_configured(want, o, &config, first, ret, err);
	config_free(&config);
	buf_free(&observed);
	root_close(&root);
	if (rc == 0 && unheard.code)
		note_unheard(ret, &unheard);
	if (rc == 0)
		ret->zone = inquire_zone(ret->q, ret->arena);
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
