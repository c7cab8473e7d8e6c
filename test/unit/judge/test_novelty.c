/*
 * Tests of the novelty filter: it knows what it learnt, seldom claims more, and a flood costs no memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "judge/novelty.h"

static void learns_only_when_told(void **state)
{
	struct novelty *v = novelty_new();

	assert_false(novelty_seen(v, NOVELTY_RCPT, 1, 2, false));
	assert_false(novelty_seen(v, NOVELTY_RCPT, 1, 2, true));
	assert_true(novelty_seen(v, NOVELTY_RCPT, 1, 2, true));
	assert_false(novelty_seen(v, NOVELTY_DOMAIN, 1, 2, false));
	assert_false(novelty_seen(v, NOVELTY_RCPT, 2, 2, false));
	novelty_free(v);
}

/* A 1 GiB log: 900,000 pairs. False "seen" below 0.1 %, forgotten below 0.5 %. */
static void holds_a_gigabyte_of_log(void **state)
{
	struct novelty *v = novelty_new();
	unsigned falsely = 0, forgotten = 0;

	for (uint64_t i = 0; i < 900000; i++)
		falsely += novelty_seen(v, NOVELTY_RCPT, i % 500, i, true);
	for (uint64_t i = 0; i < 900000; i++)
		forgotten += !novelty_seen(v, NOVELTY_RCPT, i % 500, i, false);
	assert_in_range(falsely, 0, 900);
	assert_in_range(forgotten, 0, 4500);
	assert_in_range(novelty_bytes(v), 1 << 20, 4 << 20);
	novelty_free(v);
}

static void ages_under_a_flood(void **state)
{
	struct novelty *v = novelty_new();
	unsigned falsely = 0;

	for (uint64_t i = 0; i < 4000000; i++)
		novelty_seen(v, NOVELTY_RCPT, 7, i, true);
	for (uint64_t i = 0; i < 100000; i++)
		falsely += novelty_seen(v, NOVELTY_RCPT, 8, i, false);
	assert_in_range(falsely, 0, 100);
	assert_true(novelty_seen(v, NOVELTY_RCPT, 7, 3999999, false));
	novelty_free(v);
}

static void comes_back_from_bytes(void **state)
{
	struct novelty *a = novelty_new(), *b = novelty_new();
	struct span bytes;

	novelty_seen(a, NOVELTY_DOMAIN, 3, 4, true);
	bytes = novelty_view(a);
	assert_true(novelty_load(b, bytes));
	assert_true(novelty_seen(b, NOVELTY_DOMAIN, 3, 4, false));
	assert_false(novelty_load(b, span_head(bytes, bytes.n - 1)));
	novelty_free(a);
	novelty_free(b);
}

/* A record that points behind a bucket must not make the next write leave it. */
static void mends_damaged_bytes(void **state)
{
	struct novelty *a = novelty_new(), *b = novelty_new();
	struct span bytes = novelty_view(a);
	unsigned char *bad = malloc(bytes.n);

	memset(bad, 0xff, bytes.n);
	assert_true(novelty_load(b, span_of((const char *)bad, bytes.n)));
	for (uint64_t i = 0; i < 100000; i++)
		novelty_seen(b, NOVELTY_RCPT, 1, i, true);
	assert_true(novelty_seen(b, NOVELTY_RCPT, 1, 99999, false));
	free(bad);
	novelty_free(a);
	novelty_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_only_when_told), cmocka_unit_test(holds_a_gigabyte_of_log),
		cmocka_unit_test(ages_under_a_flood),	 cmocka_unit_test(comes_back_from_bytes),
		cmocka_unit_test(mends_damaged_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
