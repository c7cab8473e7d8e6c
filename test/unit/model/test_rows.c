/*
 * Rows that come packed: every report says of them what it says of rows that lie unpacked, byte for byte; and no
 * bytes from a taken-over reader may do harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../report/fixture.h"
#include "model/rows.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/screen.h"
#include "unit/report/source_dir.h"

/* What came from the reader, as the command line keeps it. */
struct answer {
	struct arena *a;
	struct packed_rows *rows;
	struct inquiry *q;
};

static void end(struct answer *x)
{
	packed_rows_free(x->rows);
	arena_free(x->a);
}

static struct answer begin(void)
{
	struct answer x = { .a = arena_new() };

	x.rows = arena_alloc(x.a, sizeof(*x.rows));
	return x;
}

static int take_block(struct answer *x, struct row_packer *p)
{
	struct buf block = BUF_MAX(1 << 20);
	int rc;

	row_packer_take(p, &block);
	assert_false(block.over);
	rc = packed_rows_take(x->rows, x->a, buf_view(&block), NULL);
	arena_keep(x->a, block.p);
	return rc;
}

/* Q as it is packed and unpacked again, ROWS to a block. */
static struct answer through(const struct inquiry *q, size_t rows)
{
	struct answer x = begin();
	struct row_packer p = { .rows = BUF_MAX(1 << 20) };
	struct inquiry without = *q;
	struct buf bytes = BUF_MAX(1 << 20);
	struct err err = { 0 };

	for (size_t i = 0; i < q->nrows; i++) {
		row_packer_add(&p, &q->rows[i]);
		if (i % rows == rows - 1 || i + 1 == q->nrows)
			assert_int_equal(take_block(&x, &p), 0);
	}
	without.nrows = 0;
	inquiry_pack(&without, &bytes);
	if (inquiry_unpack(x.a, buf_view(&bytes), x.rows, &x.q, &err) < 0)
		fail_msg("%s", err.text);
	arena_keep(x.a, bytes.p);
	row_packer_free(&p);
	return x;
}

static struct buf report(const struct inquiry *q)
{
	struct screen screen = { .columns = 80, .top = 2 };
	struct sink s = sink_new(-1);

	json_inquiry(&s, q, NULL, true);
	screen_inquiry(&s, q, &screen);
	plain_inquiry(&s, q, NULL, true);
	html_inquiry(&s, q, NULL, true);
	return s.text;
}

/* Frees both. */
static void same_text(struct buf got, struct buf want)
{
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	buf_free(&want);
	buf_free(&got);
}

static void reports_are_the_same(void **state)
{
	struct arena *a = arena_new();
	const struct inquiry *list[] = { fixture_incident(a), fixture_quiet(a),
					 fixture_hostile(a, span_of("\0\xff\n", 3)),
					 arena_alloc(a, sizeof(struct inquiry)) };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		for (size_t rows = 1; rows <= 8; rows++) {
			struct answer x = through(list[i], rows);

			assert_int_equal(rows_all(x.q), list[i]->nrows);
			same_text(report(x.q), report(list[i]));
			end(&x);
		}
	arena_free(a);
}

/* So many that what they are unpacked into must be begun anew on the way. */
static void many_rows_are_the_same(void **state)
{
	enum { MANY = 3000 };
	struct arena *a = arena_new();
	struct inquiry q = *fixture_incident(a);
	struct row *rows = arena_alloc(a, MANY * sizeof(*rows));
	struct sink all = sink_new(-1), packed = sink_new(-1);
	struct answer x;

	for (size_t i = 0; i < MANY; i++)
		rows[i] = q.rows[i < q.nrows ? i : q.nrows - 1 - i % 2];
	q.rows = rows;
	q.nrows = MANY;
	x = through(&q, 100);
	json_inquiry(&all, &q, NULL, true);
	json_inquiry(&packed, x.q, NULL, true);
	assert_int_equal(rows_all(x.q), MANY);
	same_text(packed.text, all.text);
	end(&x);
	arena_free(a);
}

/* Only the accused are unpacked; the others are found by their number, and a walk may stop anywhere. */
static void others_stay_packed(void **state)
{
	struct arena *a = arena_new();
	const struct inquiry *q = fixture_incident(a);
	struct answer x = through(q, 3);

	assert_true(x.q->nrows < q->nrows);
	for (size_t i = 0; i < x.q->nrows; i++)
		assert_true(x.q->rows[i].verdict >= VERDICT_SUSPECT);
	assert_true(q->rows[x.q->nrows].verdict < VERDICT_SUSPECT);
	for (size_t i = 0; i < q->nrows; i++) {
		const struct row *r = rows_get(x.q, i, a);
		struct row_walk w = rows_walk(x.q, i % 2 ? ROWS_HEADS : ROWS_WHOLE);

		assert_true(span_eq(r->id, q->rows[i].id));
		assert_int_equal(r->nevidence, q->rows[i].nevidence);
		while (w.next <= i)
			r = rows_next(&w);
		assert_true(span_eq(r->id, q->rows[i].id));
		rows_stop(&w);
		assert_null(rows_next(&w));
	}
	end(&x);
	arena_free(a);
}

/* A text that many rows have is sent once: ten thousand rows of one kind are few bytes each. */
static void texts_are_sent_once(void **state)
{
	struct arena *a = arena_new();
	const struct inquiry *q = fixture_incident(a);
	struct row_packer p = { .rows = BUF_MAX(16 << 20) };
	size_t one;

	row_packer_add(&p, &q->rows[0]);
	row_packer_add(&p, &q->rows[0]);
	one = row_packer_bytes(&p) / 2;
	for (unsigned i = 0; i < 1000; i++)
		row_packer_add(&p, &q->rows[0]);
	assert_int_equal(row_packer_bytes(&p), 1002 * one);
	assert_true(one < 1000);
	row_packer_free(&p);
	arena_free(a);
}

static struct buf a_block(const struct inquiry *q)
{
	struct row_packer p = { .rows = BUF_MAX(1 << 20) };
	struct buf block = BUF_MAX(1 << 20);

	for (size_t i = 0; i < q->nrows; i++)
		row_packer_add(&p, &q->rows[i]);
	row_packer_take(&p, &block);
	row_packer_free(&p);
	return block;
}

/* Refused, or every row of it can be read. */
static bool taken(struct span bytes)
{
	struct answer x = begin();
	struct inquiry q = { .more = x.rows };
	char *exact = malloc(bytes.n ? bytes.n : 1); /* so that ASan sees a byte too many */
	bool good;

	memcpy(exact, bytes.p, bytes.n);
	good = packed_rows_take(x.rows, x.a, span_of(exact, bytes.n), NULL) == 0;
	if (good) {
		struct buf text;

		q.rows = x.rows->told;
		q.nrows = x.rows->ntold;
		text = report(&q);
		buf_free(&text);
	}
	end(&x);
	free(exact);
	return good;
}

static void damaged_anywhere(void **state)
{
	struct arena *a = arena_new();
	struct buf b = a_block(fixture_incident(a));

	assert_true(taken(buf_view(&b)));
	for (size_t n = 0; n < b.n; n++) {
		/* an empty block, or one whose rows end early, is whole where a row ends */
		taken(span_of(b.p, n));
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			b.p[n] ^= (char)bit;
			taken(buf_view(&b));
			b.p[n] ^= (char)bit;
		}
	}
	b.p[b.n - 1] = (char)0x80; /* a number without an end */
	assert_false(taken(buf_view(&b)));
	assert_false(taken(SPAN("")));
	buf_free(&b);
	arena_free(a);
}

static void no_column_is_beyond_the_last(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct column line[] = { { INQUIRY_SPARK - 1, 3 } };
	struct buf b;

	q->rows[0].history = line;
	q->rows[0].nhistory = 1;
	b = a_block(q);
	assert_true(taken(buf_view(&b)));
	buf_free(&b);
	line[0].at = INQUIRY_SPARK;
	b = a_block(q);
	assert_false(taken(buf_view(&b)));
	buf_free(&b);
	arena_free(a);
}

/* An incident names the accused; a row that nobody accuses is no culprit, whatever the reader says. */
static void incidents_name_the_accused(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct answer x = through(q, 2);
	struct buf bytes = BUF_MAX(1 << 20);
	struct inquiry *got;

	q->incidents[0].rows[1] = (uint32_t)x.q->nrows;
	q->nrows = 0;
	inquiry_pack(q, &bytes);
	assert_int_equal(inquiry_unpack(x.a, buf_view(&bytes), x.rows, &got, NULL), -EXIT_SOFTWARE);
	buf_free(&bytes);
	end(&x);
	arena_free(a);
}

/* The seed of that name is what is packed today; else the fuzzer would begin with bytes that are refused. */
static void expect_seed(const char *name, struct buf bytes)
{
	char path[512], seed[16384];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/../../../fuzz/corpus/inquiry/%s", SCREENS, name);
	if (getenv("SPAMTRAIL_WRITE_SEEDS")) {
		f = fopen(path, "w");
		assert_non_null(f);
		fwrite(bytes.p, 1, bytes.n, f);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(seed, 1, sizeof(seed), f);
	fclose(f);
	if (n != bytes.n || memcmp(seed, bytes.p, n) != 0)
		fail_msg("%s is out of date: run this with SPAMTRAIL_WRITE_SEEDS=1", path);
	buf_free(&bytes);
}

static void seeds_of_the_fuzzer(void **state)
{
	struct arena *a = arena_new();
	const struct inquiry *q = fixture_incident(a);
	struct row_packer p = { .rows = BUF_MAX(1 << 20) };
	struct buf rows = BUF_MAX(1 << 20), incident = BUF_MAX(1 << 20), quiet = BUF_MAX(1 << 20);

	buf_byte(&rows, 'R');
	for (size_t i = 0; i < q->nrows; i++)
		row_packer_add(&p, &q->rows[i]);
	row_packer_take(&p, &rows);
	row_packer_free(&p);
	inquiry_pack(q, &incident);
	inquiry_pack(fixture_quiet(a), &quiet);
	expect_seed("rows", rows);
	expect_seed("incident", incident);
	expect_seed("quiet", quiet);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_are_the_same),
		cmocka_unit_test(many_rows_are_the_same),
		cmocka_unit_test(others_stay_packed),
		cmocka_unit_test(texts_are_sent_once),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(incidents_name_the_accused),
		cmocka_unit_test(no_column_is_beyond_the_last),
		cmocka_unit_test(seeds_of_the_fuzzer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
