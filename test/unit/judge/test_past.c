/*
 * Tests of the own past: learnt slowly, set aside while the sum is up, thresholds by the own rate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "judge/cusum.h"
#include "judge/past.h"
#include "judge/signals_table.h"

#define DAY 86400

static struct judge *judge_of_test(void)
{
	struct judge_options o = { .start = 0 };

	return judge_new(&o);
}

static void logarithms_are_near(void **state)
{
	static const struct {
		uint32_t x;
		int32_t ln;
	} cases[] = {
		{ 0, 0 },	{ 1, 0 },	   { 2, 710 },	       { 1000, 7073 },
		{ 1024, 7098 }, { 100000, 11789 }, { 2000000, 14857 }, { UINT32_MAX, 22713 },
	};
	struct judge *j = judge_of_test();

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_in_range(judge_log(j, cases[i].x) + 3 - cases[i].ln, 0, 6);
	judge_free(j);
}

static void hours_shape_the_chance_of_doubling(void **state)
{
	struct state s = { .population = POP_MAILBOX };
	uint32_t fresh = past_doubles(&s, 3);

	for (unsigned i = 0; i < 50; i++)
		past_stop(&s, 3);
	assert_true(past_doubles(&s, 3) < fresh / 5);
	assert_true(past_doubles(&s, 2) > fresh * 2);
	assert_int_equal(past_doubles(&s, 4), fresh);
	assert_int_equal(past_usual_level(&s), 3);
}

/* 10,000 observations in a day teach no more than the ration; the next day teaches again. */
static void a_day_has_its_ration(void **state)
{
	struct judge *j = judge_of_test();
	struct state s = { .touched = 1U << SIG_UNKNOWN };

	for (unsigned run = 0; run < 100; run++) {
		s.now[SIG_UNKNOWN] = (struct tally){ 20, 100 };
		s.touched = 1U << SIG_UNKNOWN;
		past_learn(j, &s, 5 * DAY + run);
	}
	assert_in_range(s.past[SIG_UNKNOWN].n, 50, PAST_RATION + 1);
	s.now[SIG_UNKNOWN] = (struct tally){ 2, 10 };
	s.touched = 1U << SIG_UNKNOWN;
	past_learn(j, &s, 6 * DAY);
	assert_in_range(s.past[SIG_UNKNOWN].n, 60, PAST_RATION + 11);
	assert_int_equal(s.now[SIG_UNKNOWN].n, 0);
	judge_free(j);
}

static void a_doubtful_run_teaches_a_quarter(void **state)
{
	struct judge *j = judge_of_test();
	struct state calm = { .touched = 1U << SIG_NEW_RCPT }, wild = calm;

	calm.now[SIG_NEW_RCPT] = wild.now[SIG_NEW_RCPT] = (struct tally){ 40, 40 };
	wild.peak = PAST_DOUBT;
	past_learn(j, &calm, DAY);
	past_learn(j, &wild, DAY);
	assert_int_equal(calm.past[SIG_NEW_RCPT].n, 40);
	assert_int_equal(wild.past[SIG_NEW_RCPT].n, 10);
	judge_free(j);
}

static void networks_of_a_run_are_learnt_at_its_end(void **state)
{
	struct judge *j = judge_of_test();
	struct state s = { .flags = 0 };

	assert_int_equal(past_net(&s, 11), PAST_OF_RUN); /* the first of all */
	past_learn(j, &s, 1);
	assert_int_equal(past_net(&s, 11), PAST_KNOWN);
	assert_int_equal(past_net(&s, 12), PAST_NEW);
	assert_int_equal(past_net(&s, 12), PAST_OF_RUN);
	past_drop(&s);
	assert_int_equal(past_net(&s, 12), PAST_NEW);
	past_learn(j, &s, 2);
	assert_int_equal(past_net(&s, 12), PAST_KNOWN);
	assert_true(past_net_known(&s, 11));
	judge_free(j);
}

static void hours_of_the_week_need_a_past(void **state)
{
	struct state s = { .flags = 0 };

	assert_int_equal(past_hour_is_odd(&s, 3, 0), -1);
	for (unsigned i = 0; i < 100; i++)
		past_hour(&s, 9 + i % 8, i % 5);
	assert_int_equal(past_hour_is_odd(&s, 3, 0), 1);
	assert_int_equal(past_hour_is_odd(&s, 10, 6), 1);
	assert_int_equal(past_hour_is_odd(&s, 10, 2), 0);
}

/* ln(100,000 x rate): 20 a day for who is new, his own afterwards. */
static void the_threshold_follows_the_rate(void **state)
{
	struct judge *j = judge_of_test();
	struct state quiet = { .messages = 0 }, busy = { .messages = 40000 };

	assert_in_range(past_threshold(j, &quiet, 0), 14.4 * NAT, 14.6 * NAT);
	assert_in_range(past_threshold(j, &quiet, 100 * DAY), 12.1 * NAT, 12.3 * NAT);
	assert_in_range(past_threshold(j, &busy, 16 * DAY), 19.0 * NAT, 19.2 * NAT);
	judge_free(j);
}

static void no_group_alone_convicts(void **state)
{
	for (unsigned g = 0; g < GROUP_FACT; g++)
		assert_true(group_table[g].cap < 12.2 * NAT);
	assert_true(group_table[GROUP_VOLUME].cap + group_table[GROUP_NOVELTY].cap < 12.2 * NAT);
}

static void groups_and_signals_agree(void **state)
{
	unsigned members = 0;

	for (unsigned g = 0; g < GROUPS; g++) {
		members += group_table[g].members;
		for (unsigned i = 0; i < group_table[g].members; i++)
			assert_int_equal(signal_table[group_table[g].member[i]].group, g);
	}
	assert_int_equal(members, SIGNALS);
}

static void shares_are_rounded_as_by_printf(void **state)
{
	struct judge *j = judge_of_test();
	struct judge_state opaque = { { 0 } };
	struct state *s = state_of(&opaque);

	s->flags = STATE_SEEN;
	s->best[SIG_UNKNOWN] = NAT;
	for (unsigned n = 1; n <= 400; n++) {
		struct arena *a = arena_new();

		for (unsigned yes = 0; yes <= n; yes++) {
			double share = (double)yes / n * 100;
			struct judge_verdict v;
			char want[100];

			s->seen[SIG_UNKNOWN] = (struct tally){ (uint16_t)yes, (uint16_t)n };
			judge_close(j, &opaque, KIND_AUTH, false, a, &v);
			if (n < 100)
				snprintf(want, sizeof(want),
					 "%u of %u recipients do not exist (usual 1.2 %%)", yes, n);
			else
				snprintf(want, sizeof(want),
					 "%.*f %% of recipients do not exist (usual 1.2 %%)",
					 share > 0 && share < 9.95 ? 1 : 0, share);
			assert_int_equal(v.nreasons, 1);
			if (!span_eq(v.reasons[0].text, span_str(want)))
				fail_msg("%.*s, not %s", (int)v.reasons[0].text.n, v.reasons[0].text.p, want);
		}
		arena_free(a);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logarithms_are_near),
		cmocka_unit_test(hours_shape_the_chance_of_doubling),
		cmocka_unit_test(a_day_has_its_ration),
		cmocka_unit_test(a_doubtful_run_teaches_a_quarter),
		cmocka_unit_test(networks_of_a_run_are_learnt_at_its_end),
		cmocka_unit_test(hours_of_the_week_need_a_past),
		cmocka_unit_test(the_threshold_follows_the_rate),
		cmocka_unit_test(no_group_alone_convicts),
		cmocka_unit_test(groups_and_signals_agree),
		cmocka_unit_test(shares_are_rounded_as_by_printf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
