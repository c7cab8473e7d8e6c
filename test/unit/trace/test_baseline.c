/* baseline - what is packed comes back, to its own sender only; foreign bytes leave it empty. */
#include "base/buf.h"
#include "base/pack.h"
#include "judge/judge.h"
#include "trace/baseline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define T0 INT64_C(1763900000)

/* A sender who has sent for a while, as the judge saves him. */
static void past_of(unsigned char past[JUDGE_PAST_BYTES], unsigned messages)
{
	struct judge *j = judge_new(NULL);
	struct judge_state s = { .opaque = { 0 } };

	for (unsigned i = 0; i < messages; i++) {
		struct judge_message m = { .at = T0 + i * 600, .nrcpt = 1, .size = 1000 + i };

		judge_message(j, &s, KIND_AUTH, &m);
	}
	judge_save(&s, past);
	judge_free(j);
}

static void pack_header(struct packer *p, uint32_t version)
{
	pack_u32(p, UINT32_C(0x65736142));
	pack_u32(p, version);
	pack_i64(p, T0);
	pack_span(p, SPAN("filter"));
}

static void pack_one(struct packer *p, const char *id, const char *account, const unsigned char *past)
{
	pack_u8(p, KIND_AUTH);
	pack_span(p, span_str(id));
	pack_span(p, span_str(account));
	pack_u64(p, 50);
	pack_i64(p, T0);
	pack_span(p, span_of((const char *)past, JUDGE_PAST_BYTES));
}

static bool is_empty(const struct judge_state *s)
{
	static const struct judge_state none;

	return memcmp(s, &none, sizeof(none)) == 0;
}

static bool gives(struct baseline *b, enum sender_kind kind, const char *id, const char *account)
{
	struct judge_state s = { .opaque = { 0 } };

	baseline_give(b, baseline_key(kind, span_str(id), span_str(account)), kind, span_str(id),
		      span_str(account), &s);
	return !is_empty(&s);
}

static void test_to_its_own_sender_once(void **state)
{
	struct buf bytes = BUF_MAX(1 << 16);
	struct packer p = { .out = &bytes };
	unsigned char past[JUDGE_PAST_BYTES];
	struct span novelty;
	struct baseline b;

	(void)state;
	past_of(past, 50);
	pack_header(&p, 1);
	pack_one(&p, "info@shop.example", "shop", past);
	pack_one(&p, "info@other.example", "", past);
	past[40] ^= 1;
	pack_one(&p, "damaged@shop.example", "shop", past);
	baseline_unpack(&b, buf_view(&bytes), &novelty);
	memset(bytes.p, 'x', bytes.n);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.began, T0);
	assert_int_equal(novelty.n, 6);
	assert_false(gives(&b, KIND_SCRIPT, "info@shop.example", "shop"));
	assert_false(gives(&b, KIND_AUTH, "info@shop.example", ""));
	assert_false(gives(&b, KIND_AUTH, "info@shop.exampl", "eshop"));
	assert_false(gives(&b, KIND_AUTH, "damaged@shop.example", "shop"));
	assert_true(gives(&b, KIND_AUTH, "info@shop.example", "shop"));
	assert_false(gives(&b, KIND_AUTH, "info@shop.example", "shop"));
	assert_true(gives(&b, KIND_AUTH, "info@other.example", ""));
	baseline_free(&b);
	buf_free(&bytes);
}

static void test_foreign_and_cut_bytes(void **state)
{
	struct buf bytes = BUF_MAX(1 << 16);
	struct packer p = { .out = &bytes };
	unsigned char past[JUDGE_PAST_BYTES];
	struct span novelty;
	struct baseline b;
	size_t one;

	(void)state;
	past_of(past, 50);
	pack_header(&p, 2);
	pack_one(&p, "a", "b", past);
	baseline_unpack(&b, buf_view(&bytes), &novelty);
	assert_int_equal(b.n, 0);
	assert_int_equal(novelty.n, 0);
	baseline_free(&b);
	bytes.n = 0;
	pack_header(&p, 1);
	pack_one(&p, "a", "b", past);
	one = bytes.n;
	pack_one(&p, "c", "d", past);
	for (size_t n = 0; n <= bytes.n; n++) {
		baseline_unpack(&b, span_of(bytes.p, n), &novelty);
		assert_int_equal(b.n, n < one ? 0 : n < bytes.n ? 1 : 2);
		baseline_free(&b);
	}
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_its_own_sender_once),
		cmocka_unit_test(test_foreign_and_cut_bytes),
	};

	return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
