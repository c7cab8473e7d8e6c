/*
 * The engine: what the consumer sees depends on the bytes alone, not on blocks, workers or how reads are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/hash.h"
#include "logs/logs.h"

#define NOON INT64_C(1795435200) /* 2026-11-23 12:00:00 UTC */
#define MOST 8

struct disk {
	struct log_file file[MOST];
	struct buf bytes[MOST];
	bool missing[MOST];
	size_t n;
};

struct run {
	const struct disk *disk;
	struct logs_options o;
	struct buf seen; /* one line an event */
	int64_t last;
	bool disordered;
	uint64_t events, stop_after, told;
	int64_t soon; /* events seen from far and not from near yet */
	struct log_read reads[MOST];
	int rc;
};

static void disk_free(struct disk *d)
{
	for (size_t i = 0; i < d->n; i++)
		buf_free(&d->bytes[i]);
}

static struct buf *add(struct disk *d, const char *name)
{
	d->file[d->n] = (struct log_file){ .name = span_str(name), .mtime = NOON };
	d->bytes[d->n] = BUF_MAX(16 << 20);
	return &d->bytes[d->n++];
}

static int open_file(void *ctx, uint32_t index, struct err *err)
{
	struct run *r = ctx;
	const struct buf *b = &r->disk->bytes[index];
	int fd;

	if (r->disk->missing[index])
		return err_set(err, EXIT_NOINPUT, "it is gone");
	fd = memfd_create("log", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->p, b->n), b->n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void on_event(void *ctx, const struct event *ev, const char *base, const struct log_at *at)
{
	struct run *r = ctx;
	struct span line = event_line(ev, base);

	r->disordered |= ev->at < r->last;
	r->last = ev->at;
	r->events++;
	buf_addf(&r->seen, "%u:%llu+%llu %lld %u %.*s\n", at->file, (unsigned long long)at->line,
		 (unsigned long long)at->offset, (long long)ev->at, ev->kind, (int)line.n, line.p);
}

static void on_soon(void *ctx, const struct event *ev, const char *base, bool near)
{
	struct run *r = ctx;

	assert_true(event_line(ev, base).n > 0);
	r->soon += near ? -1 : 1;
}

static bool on_progress(void *ctx, uint64_t bytes)
{
	struct run *r = ctx;

	r->told = bytes;
	return !r->stop_after || bytes < r->stop_after;
}

static void run(struct run *r, const struct disk *d, size_t block, unsigned workers)
{
	struct arena *a = arena_new();
	struct log_read *reads = NULL;
	struct err err = { 0 };

	r->disk = d;
	r->seen = BUF_MAX(64 << 20);
	r->o.now = NOON;
	r->o.block = block;
	r->o.workers = workers;
	r->o.ctx = r->o.event_ctx = r;
	r->o.open = open_file;
	if (!r->o.event)
		r->o.event = on_event;
	r->o.soon = on_soon;
	r->o.far_kinds = r->o.near_kinds = UINT32_MAX;
	r->o.progress = on_progress;
	r->rc = logs_read(a, d->file, d->n, &r->o, &reads, &err);
	assert_true(r->rc >= 0);
	assert_int_equal(r->soon, 0);
	memcpy(r->reads, reads, d->n * sizeof(*reads));
	arena_free(a);
}

/* Three logs that overlap in time, one of them rotated; long lines, empty ones, none at the end. */
static void sample(struct disk *d)
{
	struct buf *old, *now, *login, *web;

	*d = (struct disk){ .n = 0 };
	old = add(d, "/v/mainlog.1");
	now = add(d, "/v/mainlog");
	login = add(d, "/v/mail.log");
	web = add(d, "/v/access.log");
	for (unsigned i = 0; i < 600; i++) {
		struct buf *b = i < 300 ? old : now;
		unsigned h = 8 + i / 300, m = i / 10 % 60, s = i * 6 % 60;

		buf_addf(b,
			 "2026-11-23 %02u:%02u:%02u 1tAAAA-%06u-01 <= a@b.example U=shop P=local S=%u T=\"",
			 h, m, s, i, i);
		for (unsigned k = 0; k < i % 97 * 20; k++)
			buf_byte(b, (char)('a' + k % 26));
		buf_addf(b, "\" for c@d.example\n%s", i % 50 ? "" : "\n");
		buf_addf(login,
			 "Nov 23 %02u:%02u:%02u mx1 dovecot: imap-login: Login: user=<u%u>, method=PLAIN, "
			 "rip=192.0.2.%u, lip=192.0.2.1, TLS\r\n",
			 h, m, s, i % 7, i % 250);
		if (i % 3 == 0)
			buf_addf(web,
				 "192.0.2.9 - - [23/Nov/2026:%02u:%02u:%02u +0000] \"POST /c.php HTTP/1.1\" "
				 "200 %u \"-\" "
				 "\"x\"\n",
				 h, m, s, i);
	}
	buf_addf(now, "2026-11-23 11:00:00 1tAAAA-000600-01 Completed");
}

static void the_same_for_every_block_and_worker(void **state)
{
	static const size_t blocks[] = { 1, 2, 3, 7, 64, 100, 1000, 4096, 65536 };
	struct disk d;
	struct run whole = { 0 };

	sample(&d);
	run(&whole, &d, 0, 1);
	assert_int_equal(whole.rc, 0);
	assert_int_equal(whole.events, 600 + 600 + 200 + 1);
	assert_false(whole.disordered);
	assert_int_equal(whole.reads[0].lines, 306);
	assert_int_equal(whole.reads[1].lines, 307);
	assert_int_equal(whole.reads[2].lines, 600);
	assert_int_equal(whole.reads[0].bytes, d.bytes[0].n);
	assert_int_equal(whole.reads[2].dialects, 1u << DIALECT_DOVECOT);
	for (unsigned workers = 1; workers <= 3; workers++)
		for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
			struct run cut = { 0 };

			run(&cut, &d, blocks[i], workers);
			if (cut.seen.n != whole.seen.n || memcmp(cut.seen.p, whole.seen.p, whole.seen.n) != 0)
				fail_msg("block %zu, %u workers", blocks[i], workers);
			assert_memory_equal(cut.reads, whole.reads, d.n * sizeof(*cut.reads));
			buf_free(&cut.seen);
		}
	buf_free(&whole.seen);
	disk_free(&d);
}

struct left {
	const char *line; /* NULL: it was passing */
	size_t n;
	uint64_t hash;
};

/* What events left to do, on its way from pass() to work(). */
struct job {
	struct left *left;
	size_t n, number;
};

struct two_stages {
	struct run run; /* first: it is the callbacks' context */
	struct job filling;
	size_t passed, done, lines, changed; /* changed: texts that ended before their work was done */
	bool at_work;
	bool seldom; /* few events leave something, and who does it is slow */
};

static void on_first(void *ctx, const struct event *ev, const char *base, const struct log_at *at)
{
	struct two_stages *two = ctx;
	struct job *j = &two->filling;
	struct span line = event_line(ev, base);

	on_event(ctx, ev, base, at);
	if (two->seldom && hash_span(line, 0) % 8)
		return;
	j->left = realloc(j->left, (j->n + 1) * sizeof(*j->left));
	assert_non_null(j->left);
	j->left[j->n++] = (struct left){ at->passing ? NULL : line.p, line.n, hash_span(line, 0) };
}

static void *on_pass(void *ctx)
{
	struct two_stages *two = ctx;
	struct job *j;

	if (two->filling.n == 0)
		return NULL;
	j = malloc(sizeof(*j));
	assert_non_null(j);
	*j = two->filling;
	j->number = two->passed++;
	two->filling = (struct job){ 0 };
	return j;
}

static void on_work(void *ctx, void *job)
{
	struct two_stages *two = ctx;
	struct job *j = job;

	if (__atomic_exchange_n(&two->at_work, true, __ATOMIC_ACQ_REL))
		fail_msg("two at work");
	if (two->seldom)
		usleep(3000);
	assert_int_equal(j->number, two->done++);
	for (size_t i = 0; i < j->n; i++) {
		const struct left *l = &j->left[i];

		two->changed += l->line && hash_bytes(l->line, l->n, 0) != l->hash;
		two->lines++;
	}
	free(j->left);
	free(j);
	__atomic_store_n(&two->at_work, false, __ATOMIC_RELEASE);
}

static void run_both(struct two_stages *two, const struct disk *d, size_t block, unsigned workers)
{
	void *last;

	two->run.o.event = on_first;
	two->run.o.pass = on_pass;
	two->run.o.work = on_work;
	run(&two->run, d, block, workers);
	if ((last = on_pass(two)))
		on_work(two, last);
	assert_int_equal(two->done, two->passed);
	assert_int_equal(two->changed, 0);
}

static void what_is_left_is_done_in_order(void **state)
{
	static const size_t blocks[] = { 1, 64, 1000, 4096, 0 };
	struct disk d;
	struct run whole = { 0 };

	sample(&d);
	buf_addf(&d.bytes[2], "Nov 23 11:00:00 mx1 last message repeated 3 times\n");
	run(&whole, &d, 0, 1);
	for (unsigned workers = 1; workers <= 4; workers++)
		for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
			struct two_stages two = { 0 };

			run_both(&two, &d, blocks[i], workers);
			assert_int_equal(two.lines, whole.events);
			assert_int_equal(two.run.seen.n, whole.seen.n);
			assert_memory_equal(two.run.seen.p, whole.seen.p, whole.seen.n);
			buf_free(&two.run.seen);
		}
	buf_free(&whole.seen);
	disk_free(&d);
}

/* A block may leave nothing itself, and yet hold what an earlier job is about. */
static void texts_outlive_what_is_left(void **state)
{
	static const size_t blocks[] = { 200, 600, 1000 };
	struct disk d;

	sample(&d);
	for (unsigned workers = 2; workers <= 4; workers++)
		for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
			struct two_stages two = { .seldom = true };

			run_both(&two, &d, blocks[i], workers);
			buf_free(&two.run.seen);
		}
	disk_free(&d);
}

static void lines_point_at_their_bytes(void **state)
{
	struct disk d;
	struct run r = { 0 };
	unsigned file;
	unsigned long long line, offset;

	sample(&d);
	run(&r, &d, 777, 2);
	for (struct span rest = buf_view(&r.seen); rest.n;) {
		struct span one = span_head(rest, (size_t)span_find(rest, 0, '\n'));
		char head[100];
		size_t text;

		snprintf(head, sizeof(head), "%.*s", (int)(one.n < 99 ? one.n : 99), one.p);
		assert_int_equal(sscanf(head, "%u:%llu+%llu", &file, &line, &offset), 3);
		text = (size_t)span_find(one, 0, ' ');
		text = (size_t)span_find(one, text + 1, ' ');
		text = (size_t)span_find(one, text + 1, ' ') + 1;
		assert_memory_equal(d.bytes[file].p + offset, one.p + text, one.n - text);
		rest = span_from(rest, one.n + 1);
	}
	buf_free(&r.seen);
	disk_free(&d);
}

static void a_huge_line_is_cut_and_said(void **state)
{
	static const size_t blocks[] = { 1000, 65536, 0 };
	struct disk d = { .n = 0 };
	struct buf *b = add(&d, "mainlog");

	buf_addf(b, "2026-11-23 08:00:00 1tAAAA-000001-01 Completed\n");
	for (unsigned i = 0; i < 3 * LOGS_LINE_MAX; i++)
		buf_byte(b, 'x');
	buf_addf(b, "\n2026-11-23 08:00:01 1tAAAA-000002-01 Completed\n");
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct run r = { 0 };

		run(&r, &d, blocks[i], 2);
		assert_int_equal(r.rc, 0);
		assert_int_equal(r.events, 2);
		assert_int_equal(r.reads[0].cut_lines, 1);
		assert_int_equal(r.reads[0].lines, 3);
		assert_int_equal(r.reads[0].bytes, b->n);
		buf_free(&r.seen);
	}
	disk_free(&d);
}

static void a_file_that_is_gone_is_said(void **state)
{
	struct disk d;
	struct run r = { 0 };

	sample(&d);
	d.missing[1] = true;
	run(&r, &d, 0, 2);
	assert_int_equal(r.rc, 0);
	assert_non_null(strstr(r.reads[1].damage, "gone"));
	assert_int_equal(r.reads[1].lines, 0);
	assert_int_equal(r.reads[0].damage[0], '\0');
	assert_int_equal(r.events, 300 + 600 + 200);
	buf_free(&r.seen);
	disk_free(&d);
}

static const char cut_gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x33\x32";

static void damage_in_a_packed_file_is_said(void **state)
{
	struct disk d = { .n = 0 };
	struct run r = { 0 };

	buf_add(add(&d, "mainlog.1.gz"), cut_gzip, sizeof(cut_gzip) - 1);
	buf_addf(add(&d, "mainlog"), "2026-11-23 08:00:01 1tAAAA-000002-01 Completed\n");
	run(&r, &d, 0, 1);
	assert_int_equal(r.rc, 0);
	assert_true(r.reads[0].damage[0] != '\0');
	assert_int_equal(r.events, 1);
	buf_free(&r.seen);
	disk_free(&d);
}

static void stops_when_asked(void **state)
{
	const struct span line = SPAN("2026-11-23 08:00:01 1tAAAA-000002-01 Completed\n");
	struct disk d = { .n = 0 };
	struct run r = { .stop_after = 1 };
	struct buf *b = add(&d, "mainlog");

	while (b->n < 12 << 20)
		buf_span(b, line);
	run(&r, &d, 65536, 1);
	assert_int_equal(r.rc, 1);
	assert_true(r.told > 0 && r.told < b->n);
	assert_true(r.events < b->n / line.n);
	buf_free(&r.seen);
	disk_free(&d);
}

/* What lies before FROM may be skipped; what lies behind it may not. */
static void begins_near_from(void **state)
{
	struct disk d;
	struct run all = { 0 }, part = { .o = { .from = NOON - 3 * 3600 + 1800 } };
	uint64_t later = 0;

	sample(&d);
	run(&all, &d, 0, 1);
	run(&part, &d, 0, 1);
	for (struct span rest = buf_view(&all.seen); rest.n;) {
		struct span one = span_head(rest, (size_t)span_find(rest, 0, '\n'));
		struct span at = span_from(one, (size_t)span_find(one, 0, ' ') + 1);
		uint64_t when;

		assert_true(span_u64(span_head(at, 10), &when));
		later += (int64_t)when >= part.o.from;
		rest = span_from(rest, one.n + 1);
	}
	assert_true(later > 0 && part.events >= later && part.events < all.events);
	buf_free(&all.seen);
	buf_free(&part.seen);
	disk_free(&d);
}

/* Of a long log only the newest bytes, and it says so; a packed one of an eighth of that not at all. */
static void reads_no_more_than_asked(void **state)
{
	struct disk d = { .n = 0 };
	struct run r = { .o = { .from = 1, .most = 1 << 20 } };
	struct buf *b = add(&d, "mainlog"), *packed;
	uint64_t lines = 0;

	for (; b->n < 5 << 20; lines++)
		buf_addf(b, "2026-11-23 08:%02u:%02u 1tAAAA-%06u-01 Completed\n",
			 (unsigned)(lines / 2000 % 60), (unsigned)(lines / 34 % 60), (unsigned)lines);
	packed = add(&d, "other.gz");
	buf_add(packed, cut_gzip, sizeof(cut_gzip) - 1);
	while (packed->n <= 1 << 17)
		buf_byte(packed, 0);
	run(&r, &d, 0, 1);
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.reads[0].damage, "only its newest 1 MiB were read");
	assert_true(r.reads[0].bytes <= (1 << 20) && r.reads[0].bytes > (1 << 20) - 200);
	assert_true(r.events > 0 && r.events < lines / 4);
	assert_string_equal(r.reads[1].damage, "packed, and too long for a quick look");
	buf_free(&r.seen);
	r = (struct run){ .o = { .from = 1, .most = 64 << 20 } };
	run(&r, &d, 0, 1);
	assert_int_equal(r.reads[0].damage[0], '\0');
	buf_free(&r.seen);
	disk_free(&d);
}

static void nothing_to_read(void **state)
{
	struct disk d = { .n = 0 };
	struct run r = { 0 };

	run(&r, &d, 0, 2);
	assert_int_equal(r.rc, 0);
	add(&d, "empty");
	run(&r, &d, 0, 2);
	assert_int_equal(r.events, 0);
	assert_int_equal(r.reads[0].lines, 0);
	buf_free(&r.seen);
	disk_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_for_every_block_and_worker),
		cmocka_unit_test(what_is_left_is_done_in_order),
		cmocka_unit_test(texts_outlive_what_is_left),
		cmocka_unit_test(lines_point_at_their_bytes),
		cmocka_unit_test(a_huge_line_is_cut_and_said),
		cmocka_unit_test(a_file_that_is_gone_is_said),
		cmocka_unit_test(damage_in_a_packed_file_is_said),
		cmocka_unit_test(stops_when_asked),
		cmocka_unit_test(begins_near_from),
		cmocka_unit_test(reads_no_more_than_asked),
		cmocka_unit_test(nothing_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
