/* The reader's answer as bytes and back; and no bytes from a taken-over reader may do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../report/fixture.h"

static struct buf packed(const struct inquiry *q)
{
	struct buf b = BUF_MAX(16 << 20);

	inquiry_pack(q, &b);
	assert_false(b.over);
	return b;
}

static void round_trip(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *list[] = { fixture_incident(a), fixture_quiet(a),
				   fixture_hostile(a, span_of("\0\xff\n", 3)),
				   arena_alloc(a, sizeof(struct inquiry)) };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct buf b = packed(list[i]), again;
		struct inquiry *q = NULL;
		struct err err = { 0 };

		if (inquiry_unpack(a, buf_view(&b), NULL, &q, &err) < 0)
			fail_msg("%s", err.text);
		again = packed(q);
		assert_int_equal(again.n, b.n);
		assert_memory_equal(again.p, b.p, b.n);
		buf_free(&again);
		buf_free(&b);
	}
	arena_free(a);
}

/* Not only the same bytes: the values are where they were. */
static void values(void **state)
{
	struct arena *a = arena_new();
	struct buf b = packed(fixture_incident(a));
	struct inquiry *q;

	assert_int_equal(inquiry_unpack(a, buf_view(&b), NULL, &q, NULL), 0);
	assert_true(span_eq(q->rows[1].id, SPAN("info@shop.example")));
	assert_int_equal(q->rows[0].counts.bounced, 2911);
	assert_true(q->rows[0].reasons[2].weight == 12.3);
	assert_int_equal(q->rows[0].evidence[1].offset, 16893290);
	assert_int_equal(q->rows[0].history[q->rows[0].nhistory - 12].at, 48);
	assert_int_equal(q->rows[0].history[q->rows[0].nhistory - 12].messages, 410);
	assert_int_equal(q->incidents[0].entry[0].evidence[0], 4);
	assert_string_equal(q->incidents[0].id, "1123a");
	assert_int_equal(q->stats.by_hour[23].messages, 123);
	assert_true(span_eq(q->advice[1].id, SPAN("php.mail.log")));
	assert_false(q->complete);
	buf_free(&b);
	arena_free(a);
}

static void cut_anywhere(void **state)
{
	struct arena *a = arena_new();
	struct buf b = packed(fixture_incident(a));

	for (size_t n = 0; n < b.n; n++) {
		struct arena *mine = arena_new();
		char *cut = malloc(n ? n : 1); /* exactly as long, so that ASan sees a byte too many */
		struct inquiry *q = NULL;
		struct err err = { 0 };

		memcpy(cut, b.p, n);
		assert_int_equal(inquiry_unpack(mine, span_of(cut, n), NULL, &q, &err), -EXIT_SOFTWARE);
		assert_null(q);
		assert_true(err.text[0]);
		free(cut);
		arena_free(mine);
	}
	buf_free(&b);
	arena_free(a);
}

/* Flipped bytes either are refused or give an inquiry that packs to the very same bytes. */
static void flipped_anywhere(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x80, 0xff };
	struct arena *a = arena_new();
	struct buf b = packed(fixture_incident(a));

	for (size_t i = 0; i < b.n; i++)
		for (size_t k = 0; k < sizeof(flips); k++) {
			struct arena *mine = arena_new();
			struct inquiry *q;

			b.p[i] ^= (char)flips[k];
			if (inquiry_unpack(mine, buf_view(&b), NULL, &q, NULL) == 0) {
				struct buf again = packed(q);

				assert_int_equal(again.n, b.n);
				assert_memory_equal(again.p, b.p, b.n);
				buf_free(&again);
			}
			b.p[i] ^= (char)flips[k];
			arena_free(mine);
		}
	buf_free(&b);
	arena_free(a);
}

static void expect_refused(struct inquiry *q, struct arena *a)
{
	struct buf b = packed(q);
	struct inquiry *got;

	assert_int_equal(inquiry_unpack(a, buf_view(&b), NULL, &got, NULL), -EXIT_SOFTWARE);
	buf_free(&b);
}

/* What is well-formed but points outside, or would make a report lie. */
static void indexes_and_ranges(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q;

	q = fixture_incident(a);
	q->incidents[0].rows[1] = 7;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->incidents[0].rows[1] = 0;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->incidents[0].nrows = 0;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->incidents[0].entry[0].evidence[0] = 5;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->incidents[0].timeline[2].row = UINT32_MAX;
	expect_refused(q, a);
	q = fixture_incident(a);
	memcpy(q->incidents[0].id, "\033[2J", 5);
	expect_refused(q, a);
	q = fixture_incident(a);
	q->rows[0].grade = 'D';
	expect_refused(q, a);
	q = fixture_incident(a);
	q->rows[0].kind = SENDER_KINDS;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->rows[0].score = 1.0 / 0.0;
	expect_refused(q, a);
	q = fixture_incident(a);
	q->inputs[0].dialects = 1u << 31;
	expect_refused(q, a);
	arena_free(a);
}

/* The reader's largest incident is taken: an attacker with hundreds of folders must not silence the report. */
static void largest_incident(void **state)
{
	struct arena *a = arena_new();
	struct inquiry *q = fixture_incident(a);
	struct incident *in = &q->incidents[0];
	struct row *rows = arena_alloc(a, (INCIDENT_ROWS_MOST + 1) * sizeof(*rows));
	struct moment *moments = arena_alloc(a, INCIDENT_MOMENTS_MOST * sizeof(*moments));
	struct inquiry *back = NULL;
	struct buf b;

	in->rows = arena_alloc(a, (INCIDENT_ROWS_MOST + 1) * sizeof(*in->rows));
	for (uint32_t i = 0; i <= INCIDENT_ROWS_MOST; i++) {
		rows[i] = q->rows[0];
		in->rows[i] = i;
	}
	for (size_t i = 0; i < INCIDENT_MOMENTS_MOST; i++)
		moments[i] = in->timeline[0];
	q->rows = rows;
	q->nrows = INCIDENT_ROWS_MOST + 1;
	in->timeline = moments;
	in->ntimeline = INCIDENT_MOMENTS_MOST;
	in->nrows = INCIDENT_ROWS_MOST;
	b = packed(q);
	assert_int_equal(inquiry_unpack(a, buf_view(&b), NULL, &back, NULL), 0);
	assert_int_equal(back->incidents[0].nrows, INCIDENT_ROWS_MOST);
	buf_free(&b);
	in->nrows++;
	expect_refused(q, a);
	arena_free(a);
}

/* A small message cannot ask for much memory. */
static void no_amplification(void **state)
{
	struct arena *a = arena_new();
	struct buf b = packed(fixture_quiet(a));
	size_t before = arena_bytes(a);
	struct inquiry *q;

	for (size_t i = 0; i + 4 <= b.n; i++) {
		char keep[4];

		memcpy(keep, b.p + i, 4);
		memcpy(b.p + i, "\xff\xff\xff\x7f", 4);
		inquiry_unpack(a, buf_view(&b), NULL, &q, NULL);
		memcpy(b.p + i, keep, 4);
	}
	assert_true(arena_bytes(a) - before < b.n * (64u << 10));
	buf_free(&b);
	arena_free(a);
}

static void names(void **state)
{
	assert_string_equal(sender_kind_name(KIND_AUTH), "auth");
	assert_string_equal(sender_kind_name(KIND_OTHER), "other");
	assert_string_equal(sender_kind_name(KIND_INBOUND), "inbound");
	assert_string_equal(verdict_name(VERDICT_COMPROMISED), "compromised");
	assert_string_equal(verdict_name(VERDICT_NORMAL), "normal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	      cmocka_unit_test(values),
		cmocka_unit_test(cut_anywhere),	      cmocka_unit_test(flipped_anywhere),
		cmocka_unit_test(indexes_and_ranges), cmocka_unit_test(largest_incident),
		cmocka_unit_test(no_amplification),   cmocka_unit_test(names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
