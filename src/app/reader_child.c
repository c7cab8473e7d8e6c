/*
 * reader_child - learns the host, reads the logs, concludes, sends the result, ends.
 *
 * TRUST: everything it reads is hostile. Its only way out is the channel.
 */
#include "app/reader_child.h"

#include "app/host_ask.h"
#include "app/talk.h"
#include "app/when.h"
#include "base/pack.h"
#include "host/host.h"
#include "host/observed.h"
#include "logs/whose.h"
#include "model/rows.h"
#include "sys/channel.h"
#include "sys/clock.h"
#include "sys/heap.h"
#include "trace/queued.h"
#include "trace/trace.h"
#include "trace/wrote.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY INT64_C(86400)
#define HURRY_BYTES ((uint64_t)256 << 20) /* less is read whole before anybody can have read a screen */
#define HURRY_MARGIN 900 /* seconds before the window: messages on their way when it opens */
#define HEAP_EXPECTED ((size_t)24 << 20) /* what rows and messages of a big log take */
#define ZONE_BEFORE (40 * DAY)
#define ZONE_SPAN_MOST (20 * 366 * DAY)
/* Two a year for as long as ZONE_SPAN_MOST, and some. */
#define ZONE_STEPS_MOST 64

struct child {
	const struct reader_want *want;
	struct channel *channel;
	pthread_mutex_t lock; /* the channel belongs to one worker at a time */
	struct arena *arena;
	struct log_file *files;
	size_t nfiles;
	uint64_t bytes; /* of all files */
	bool stopped, unconfined;
};

/* --- what logs/ asks for -------------------------------------------------------------------- */

static int logs_open(void *ctx, uint32_t index, struct err *err)
{
	struct child *c = ctx;
	struct buf request = BUF_MAX(8);
	struct packer p = { .out = &request };
	struct span why;
	int fd;

	pack_u32(&p, index);
	pthread_mutex_lock(&c->lock);
	fd = host_ask(c->channel, TALK_OPEN, buf_view(&request), &why);
	if (fd < 0)
		err_set(err, EXIT_NOINPUT, "%.*s", (int)why.n, why.p);
	pthread_mutex_unlock(&c->lock);
	buf_free(&request);
	return fd;
}

static bool logs_progress(void *ctx, uint64_t bytes)
{
	struct child *c = ctx;
	struct buf request = BUF_MAX(16);
	struct packer p = { .out = &request };
	struct unpacker u = { 0 };

	pack_u64(&p, bytes);
	pack_u64(&p, c->bytes);
	pthread_mutex_lock(&c->lock);
	host_ask(c->channel, TALK_PROGRESS, buf_view(&request), &u.left);
	c->stopped = unpack_u8(&u) != 1;
	pthread_mutex_unlock(&c->lock);
	buf_free(&request);
	return !c->stopped;
}

/* A quick look asks who sends, not how he came in. */
static bool is_wanted(const struct reader_want *want, const struct host_log *log)
{
	return !want->newest || log->role == LOG_MAIL || log->role == LOG_PHP;
}

static void get_files(struct child *c, const struct host_facts *facts)
{
	struct buf request = BUF_MAX(TALK_ANSWER_MOST);
	struct packer p = { .out = &request };
	struct unpacker u = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < facts->nlogs; i++)
		n += is_wanted(c->want, &facts->logs[i]);
	pack_u32(&p, (uint32_t)n);
	for (size_t i = 0; i < facts->nlogs; i++) {
		if (!is_wanted(c->want, &facts->logs[i]))
			continue;
		pack_span(&p, facts->logs[i].path);
		pack_u32(&p, host_log_dialects(facts->logs[i].role));
		pack_u32(&p, (uint32_t)facts->logs[i].home);
	}
	pack_span(&p, facts->postfix_spool);
	pack_span(&p, facts->postfix_commands);
	pack_span(&p, facts->exim_spool);
	host_ask(c->channel, TALK_LOGS, buf_view(&request), &u.left);
	buf_free(&request);
	c->nfiles = unpack_count(&u, 1u << 20);
	c->files = arena_alloc(c->arena, (c->nfiles + 1) * sizeof(*c->files));
	for (size_t i = 0; i < c->nfiles; i++) {
		struct log_file *f = &c->files[i];

		f->name = arena_span(c->arena, unpack_span(&u));
		f->mtime = unpack_i64(&u);
		f->size = unpack_u64(&u);
		f->dev = unpack_u64(&u);
		f->ino = unpack_u64(&u);
		f->uid = unpack_u32(&u);
		f->gid = unpack_u32(&u);
		f->mode = unpack_u32(&u);
		f->only = unpack_u32(&u);
		f->journal = unpack_u8(&u) == 1;
		c->bytes += f->size;
	}
	if (!unpack_done(&u))
		host_ask_lost();
}

/* --- what trace/ asks for -------------------------------------------------------------------- */

static bool trace_status(void *ctx, struct span path, struct file_status *ret_status)
{
	struct child *c = ctx;

	return host_io_status(c->channel, path, ret_status);
}

static struct span trace_past(void *ctx, int64_t first)
{
	struct child *c = ctx;
	struct buf request = BUF_MAX(8);
	struct packer p = { .out = &request };
	struct span bytes;
	int fd;

	pack_i64(&p, first);
	pthread_mutex_lock(&c->lock);
	fd = host_ask(c->channel, TALK_PAST, buf_view(&request), &bytes);
	/* another worker may ask for a file meanwhile, which ends these bytes */
	bytes = arena_span(c->arena, bytes);
	pthread_mutex_unlock(&c->lock);
	if (fd >= 0)
		close(fd);
	buf_free(&request);
	return bytes;
}

static int journal_open(void *ctx, uint32_t index, struct err *err)
{
	int *fd = ctx, out = *fd;

	(void)index;
	*fd = -1;
	return out >= 0 ? out : err_set(err, EXIT_NOINPUT, "the journal is read once");
}

/* The journal once more, into a trace of its own (trace/crosscheck.h). */
static bool trace_journal(void *ctx, int64_t from, struct trace *again, bool *ret_whole)
{
	struct child *c = ctx;
	struct buf request = BUF_MAX(8);
	struct packer p = { .out = &request };
	struct log_file file = { .name = SPAN("journal"), .journal = true };
	struct log_read *reads;
	struct unpacker u = { 0 };
	struct err err = { 0 };
	int fd, rc;

	pack_i64(&p, from);
	fd = host_ask(c->channel, TALK_JOURNAL, buf_view(&request), &u.left);
	buf_free(&request);
	if (fd < 0)
		return false;

	struct logs_options lo = {
		.now = c->want->now,
		.workers = c->want->workers,
		.ctx = &fd,
		.open = journal_open,
		.event = trace_event,
		.event_ctx = again,
		.brief = true,
	};

	rc = logs_read(c->arena, &file, 1, &lo, &reads, &err);
	host_ask(c->channel, TALK_JOURNAL_END, SPAN_NONE, &u.left);
	*ret_whole = unpack_u8(&u) == 1 && rc >= 0;
	return rc >= 0;
}

static void send_learnt(struct child *c, const struct trace *trace)
{
	struct buf learnt = BUF_MAX(TALK_ANSWER_MOST);
	struct err err = { 0 };

	trace_learnt(trace, &learnt);
	if (channel_send(c->channel, TALK_LEARNT, buf_view(&learnt), NULL, 0, &err) < 0)
		host_ask_lost();
	buf_free(&learnt);
}

/* --- the result ----------------------------------------------------------------------------- */

/* WHOLE: the logs were read from their beginning, not the window's lines alone. */
static void fill_inputs(struct child *c, const struct host_facts *facts, const struct log_read *reads,
			bool whole, struct inquiry *q)
{
	size_t nfacts = c->want->npaths ? 0 : facts->nunseen;
	uint32_t dialects = 0;
	struct span *unseen =
		arena_alloc(c->arena, (q->nunseen + nfacts + 2 * c->nfiles + 3) * sizeof(*unseen));
	size_t stopped = c->stopped;

	if (stopped)
		unseen[0] = c->want->newest ? SPAN("stopped, as it took too long: what was known until then")
					    : SPAN("stopped by Ctrl-C: what was known until then");
	if (q->nunseen)
		memcpy(unseen + stopped, q->unseen, q->nunseen * sizeof(*unseen));
	q->nunseen += stopped;
	/* what the configuration could not tell matters only where it chose the logs */
	if (nfacts)
		memcpy(unseen + q->nunseen, facts->unseen, nfacts * sizeof(*unseen));
	q->nunseen += nfacts;
	q->inputs = arena_alloc(c->arena, (c->nfiles + 1) * sizeof(*q->inputs));
	q->ninputs = c->nfiles;
	for (size_t i = 0; i < c->nfiles; i++) {
		const struct log_read *r = &reads[i];
		struct buf text = BUF_MAX(8192);

		q->inputs[i] = (struct input_file){
			.path = c->files[i].name,
			.dialects = r->dialects,
			.bytes = r->bytes,
			.lines = r->lines,
			.unknown_lines = r->unknown_lines,
		};
		q->input_bytes += r->bytes;
		dialects |= r->dialects;
		if (r->damage[0]) {
			/* sentences from sys/ begin with the path */
			if (!span_starts(span_str(r->damage), c->files[i].name))
				buf_addf(&text, "%.*s: ", (int)c->files[i].name.n, c->files[i].name.p);
			buf_str(&text, r->damage);
			unseen[q->nunseen++] = arena_span(c->arena, buf_view(&text));
		}
		text.n = 0;
		if (r->cut_lines) {
			buf_addf(&text, "%.*s: %llu line%s over 1 MiB, read in part only",
				 (int)c->files[i].name.n, c->files[i].name.p,
				 (unsigned long long)r->cut_lines, r->cut_lines == 1 ? "" : "s");
			unseen[q->nunseen++] = arena_span(c->arena, buf_view(&text));
			q->unseen_for_good++;
		}
		buf_free(&text);
	}
	/* Nothing was found because nothing could be: no exit code may call that clean. A quiet hour is. */
	if (whole && c->nfiles && !(dialects & (1u << DIALECT_EXIM | 1u << DIALECT_POSTFIX))) {
		unseen[q->nunseen++] = SPAN("no line of a mail server in this input");
		q->unseen_for_good++;
	}
	q->unseen = unseen;
	q->complete = q->nunseen == 0;
	q->stopped = c->stopped;
}

static void send_result(struct child *c, const struct inquiry *q)
{
	struct buf packed = BUF_MAX(CHANNEL_MAX_BODY);
	struct err err = { 0 };

	inquiry_pack(q, &packed);
	if (packed.over || channel_send(c->channel, TALK_RESULT, buf_view(&packed), NULL, 0, &err) < 0)
		host_ask_lost();
	buf_free(&packed);
}

/* Row by row: packed all at once, and told all at once, they would be most of the reader's memory. */
static void send_rows(struct child *c, struct trace *trace, struct inquiry *q)
{
	struct row_packer packer = { .rows = BUF_MAX(CHANNEL_MAX_BODY) };
	struct buf packed = BUF_MAX(CHANNEL_MAX_BODY);
	struct err err = { 0 };

	for (size_t i = 0; i < q->nrows; i++) {
		struct arena *a = arena_new();
		struct row row;

		trace_row(trace, q, i, a, &row);
		row_packer_add(&packer, &row);
		arena_free(a);
		if (row_packer_bytes(&packer) < ROWS_BLOCK && i + 1 < q->nrows)
			continue;
		row_packer_take(&packer, &packed);
		if (packed.over || channel_send(c->channel, TALK_ROWS, buf_view(&packed), NULL, 0, &err) < 0)
			host_ask_lost();
		packed.n = 0;
	}
	row_packer_free(&packer);
	buf_free(&packed);
	q->nrows = 0;
}

/* WORDS in ROOT's zone; the command line has already refused what cannot be read. */
static int64_t instant(const struct child *c, const struct host_facts *facts, const char *words,
		       int64_t otherwise)
{
	struct err err = { 0 };
	int64_t utc;

	if (!words || when_parse(span_str(words), c->want->now, facts->zone, &utc, &err) < 0)
		return otherwise;
	return utc;
}

static void add_zone_step(struct inquiry *q, int64_t at, int32_t offset)
{
	if (q->nzone == ZONE_STEPS_MOST || (q->nzone && q->zone[q->nzone - 1].offset == offset))
		return;
	q->zone[q->nzone++] = (struct zone_step){ .at = at, .offset = offset };
}

/* The offsets of ROOT's zone from ZONE_BEFORE the first event on, so that the report need not read TZif. */
static void fill_zone(struct child *c, const struct host_facts *facts, struct inquiry *q)
{
	int64_t at = (q->from ? q->from : q->now) - ZONE_BEFORE;
	int64_t end = (q->to > q->now ? q->to : q->now) + DAY;

	q->zone = arena_alloc(c->arena, ZONE_STEPS_MOST * sizeof(*q->zone));
	if (end - at > ZONE_SPAN_MOST)
		at = end - ZONE_SPAN_MOST;
	add_zone_step(q, at, zone_offset(facts->zone, at));
	for (; at < end; at += DAY) {
		int64_t low = at;
		int64_t high = at + DAY;

		if (zone_offset(facts->zone, low) == zone_offset(facts->zone, high))
			continue;
		while (high - low > 1) {
			int64_t middle = low + (high - low) / 2;

			if (zone_offset(facts->zone, middle) == zone_offset(facts->zone, at))
				low = middle;
			else
				high = middle;
		}
		add_zone_step(q, high, zone_offset(facts->zone, high));
	}
}

/* What the settings say, then what others' refusals named. */
static void fill_outgoing(struct child *c, const struct host_facts *facts, struct inquiry *q)
{
	struct outgoing *all = arena_alloc(c->arena, OUTGOING_MOST * sizeof(*all));
	size_t n = facts->noutgoing < OUTGOING_MOST ? facts->noutgoing : OUTGOING_MOST;

	if (n)
		memcpy(all, facts->outgoing, n * sizeof(*all));
	for (size_t i = 0; i < q->noutgoing && n < OUTGOING_MOST; i++)
		all[n++] = q->outgoing[i];
	q->outgoing = all;
	q->noutgoing = n;
	q->helo = facts->helo.n ? facts->helo : facts->hostname;
}

static void tell_spools(const struct host_facts *facts, struct inquiry *q)
{
	q->postfix_spool = facts->postfix_spool;
	q->postfix_commands = facts->postfix_commands;
	q->exim_spool = facts->exim_spool;
	q->php_memory = facts->php_memory;
}

/* What is so at this moment: who may relay, and what the mail server takes. */
/* Settings first: what the logs told of the same domain comes behind them. */
static void fill_dkim(struct child *c, const struct host_facts *facts, struct inquiry *q)
{
	struct dkim_key *all = arena_alloc(c->arena, DKIM_MOST * sizeof(*all));
	size_t n = facts->ndkim < DKIM_MOST ? facts->ndkim : DKIM_MOST;

	if (n)
		memcpy(all, facts->dkim, n * sizeof(*all));
	for (size_t i = 0; i < q->ndkim && n < DKIM_MOST; i++)
		all[n++] = q->dkim[i];
	q->dkim = all;
	q->ndkim = n;
}

static void tell_now(struct child *c, const struct host_facts *facts, const struct observed *observed,
		     struct inquiry *q)
{
	q->networks = facts->networks;
	q->nnetworks = facts->nnetworks < NETWORKS_MOST ? facts->nnetworks : NETWORKS_MOST;
	q->load = observed->load;
	fill_dkim(c, facts, q);
}

/* What waits, as the queue reader told the command line. */
static void read_queue(struct child *c, struct trace *trace)
{
	struct unpacker u = { 0 };
	struct queued_recipient *list = xmalloc(QUEUED_LISTED * sizeof(*list));
	struct queued q;
	int fd = host_ask(c->channel, TALK_QUEUE, SPAN_NONE, &u.left);

	if (fd >= 0)
		close(fd);
	if (unpack_u8(&u) == 1) {
		while (u.left.n && queued_unpack(&u, list, &q))
			trace_queued(trace, &q);
		trace_queue_read(trace);
	}
	free(list);
}

/* Asked for before the first line: what is not waited for is not remembered. */
static struct span ask_waiting(struct child *c)
{
	struct span question;
	int fd = host_ask(c->channel, TALK_WAITING, SPAN_NONE, &question);

	if (fd >= 0)
		close(fd);
	return arena_span(c->arena, question);
}

static void send_wrote(struct child *c, const struct trace *trace)
{
	struct buf wrote = BUF_MAX(TALK_ANSWER_MOST);
	struct err err = { 0 };

	trace_wrote(trace, &wrote);
	/* too much of it: nobody is told anything */
	if (wrote.over)
		wrote.n = 0;
	if (channel_send(c->channel, TALK_WROTE, buf_view(&wrote), NULL, 0, &err) < 0)
		host_ask_lost();
	buf_free(&wrote);
}

/*
 * Of files that were named it is their own lines that know best: they may be another server's, and one like Exim's own log
 * that names none tells nothing, unless they lie beneath the root whose name it is. Syslog shortens names.
 */
static struct span host_of(const struct child *c, const struct host_facts *facts,
			   const struct log_read *reads)
{
	struct span told = SPAN_NONE, name = facts->hostname;

	if (!whose_all(reads, c->nfiles, &told))
		return c->want->npaths ? SPAN_NONE : name;
	if (!told.n && c->want->npaths && c->want->root->kind == ROOT_HOST)
		return SPAN_NONE;
	if (!told.n || (name.n && !c->want->npaths))
		return name;
	if (span_starts(name, told) && (name.n == told.n || name.p[told.n] == '.'))
		return name;
	return arena_span(c->arena, told);
}

static void investigate(struct child *c, const struct host_facts *facts)
{
	const struct reader_want *want = c->want;
	struct observed observed = { 0 };
	bool part = want->newest || (want->hurry && c->bytes > HURRY_BYTES);
	struct trace_options to = {
		.accounts = facts->accounts,
		.zone = facts->zone,
		.files = c->files,
		.nfiles = c->nfiles,
		.now = want->now,
		.live = want->live,
		.since = want->since_utc ? want->since_utc : instant(c, facts, want->since, 0),
		.until = instant(c, facts, want->until, 0),
		.memory = want->memory,
		.later = want->workers > 1,
		.stats = want->stats,
		.every_client = want->every_client,
		.no_history = want->no_history,
		.refusals = want->refusals,
		.seek = want->seek,
		.nseek = want->nseek,
		.false_per_account_days = want->false_rate,
		.trusted = want->trusted,
		.ntrusted = want->ntrusted,
		.networks = facts->networks,
		.nnetworks = facts->nnetworks,
		.logins_told = facts->logins_told,
		.sites = facts->sites,
		.nsites = facts->nsites,
		.observed = want->observed.n && observed_unpack(c->arena, want->observed, &observed)
				    ? &observed
				    : NULL,
		.waiting = want->waiting ? ask_waiting(c) : SPAN_NONE,
		.ctx = c,
		.status = trace_status,
		.past = want->past ? trace_past : NULL,
		.journal = want->npaths || part ? NULL : trace_journal,
	};
	struct trace *trace = trace_new(&to);
	struct logs_options lo = {
		.from = part && to.since ? to.since - HURRY_MARGIN : 0,
		.most = want->newest,
		.zone = facts->zone,
		.now = want->now,
		.block = want->block,
		.workers = want->workers,
		.ctx = c,
		.open = logs_open,
		.event = trace_event,
		.pass = to.later ? trace_pass : NULL,
		.work = trace_work,
		.soon = trace_soon,
		.far_kinds = TRACE_FAR_KINDS,
		.near_kinds = TRACE_NEAR_KINDS,
		.brief = !want->stats && !want->refusals && !want->nseek,
		.event_ctx = trace,
		.progress = logs_progress,
	};
	struct clock clock = { 0 };
	int64_t start = clock_steady_micros(&clock);
	struct err err = { 0 };
	struct log_read *reads;
	struct inquiry *q;

	if (logs_read(c->arena, c->files, c->nfiles, &lo, &reads, &err) < 0)
		host_ask_lost();
	if (want->queue && !c->stopped && !lo.from)
		read_queue(c, trace);
	q = trace_conclude_briefly(trace, c->arena);
	if (want->waiting)
		send_wrote(c, trace);
	/* Who has seen a part must not remember it as the whole. */
	if (want->learnt && !c->stopped && !lo.from)
		send_learnt(c, trace);
	fill_inputs(c, facts, reads, !lo.from, q);
	q->microseconds = (uint64_t)(clock_steady_micros(&clock) - start);
	q->past_unread = lo.from != 0;
	q->host = host_of(c, facts, reads);
	q->panel = facts->panel;
	fill_outgoing(c, facts, q);
	tell_spools(facts, q);
	tell_now(c, facts, &observed, q);
	if (facts->mta.n)
		q->mta = facts->mta;
	q->advice = facts->advice;
	q->nadvice = facts->nadvice;
	q->unconfined = c->unconfined;
	fill_zone(c, facts, q);
	/* Last, as the rows are told from TRACE, and in this order: the result closes the conversation. */
	send_rows(c, trace, q);
	send_result(c, q);
	/* the process ends here: what TRACE holds lies in nobody's cache, and the kernel takes it at once */
}

/* Without a log: who and what this server is, and what it could do better. */
static void tell_facts(struct child *c, const struct host_facts *facts)
{
	struct inquiry q = {
		.host = facts->hostname,
		.mta = facts->mta,
		.panel = facts->panel,
		.helo = facts->helo,
		.outgoing = facts->outgoing,
		.noutgoing = facts->noutgoing,
		.now = c->want->now,
		.complete = facts->nunseen == 0,
		.unconfined = c->unconfined,
		.unseen = facts->unseen,
		.nunseen = facts->nunseen,
		.advice = facts->advice,
		.nadvice = facts->nadvice,
	};
	struct span nothing = SPAN("no configuration of Exim, Postfix or PHP was found");
	struct observed observed = { 0 };

	tell_spools(facts, &q);
	if (c->want->observed.n)
		observed_unpack(c->arena, c->want->observed, &observed);
	tell_now(c, facts, &observed, &q);
	fill_zone(c, facts, &q);
	if (q.nadvice == 0 && q.nunseen == 0) {
		q.unseen = &nothing;
		q.nunseen = 1;
		q.complete = false;
	}
	send_result(c, &q);
}

void reader_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct reader_want *want = ctx;
	struct child c = { .want = want, .channel = channel, .arena = arena_new(), .unconfined = unconfined };
	struct host_io io = {
		.ctx = channel,
		.read = host_io_read,
		.list = host_io_list,
		.exists = host_io_exists,
		.homes = want->npaths == 0 && !want->facts_only && !want->newest,
	};
	struct host_facts facts;

	pthread_mutex_init(&c.lock, NULL);
	if (!want->facts_only)
		heap_in_big_pages(HEAP_EXPECTED);
	/* Before get_files: TALK_LOGS closes the door to every other file. */
	host_learn(&io, c.arena, &facts);
	if (want->facts_only) {
		tell_facts(&c, &facts);
	} else {
		get_files(&c, &facts);
		investigate(&c, &facts);
	}
	host_forget(&facts);
	arena_free(c.arena);
}
