/* usual, alarm: no usual at first, medians by the hour of the week, outbreaks hardly learnt; one message a change. */
#include "judge/alarm.h"
#include "judge/usual.h"

#include "base/codec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#define HOUR INT64_C(3600)
#define WEEK (168 * HOUR)
#define T0 (INT64_C(1790000000) / 3600 * 3600 + 100)

static const struct usual_factors factors = { 3, 10 };

static struct signs all_quiet(int64_t now)
{
	struct signs s = { .now = now, .complete = true };

	return s;
}

static struct sign judged(const struct usual *u, int64_t now, enum sign_id id, double value)
{
	struct sign sign = { .value = value };

	usual_judge(u, now, &factors, id, &sign);
	return sign;
}

/* Learns VALUE for ID at NOW as `signs` does: judged first. */
static void learn(struct usual *u, int64_t now, enum sign_id id, double value)
{
	struct signs s = all_quiet(now);

	for (unsigned i = 0; i < SIGNS; i++)
		if (i != id)
			s.sign[i].state = SIGN_NOT_KNOWN;
	s.sign[id] = judged(u, now, id, value);
	assert_true(usual_learn(u, now, now, &s));
}

static void test_no_usual_at_first(void **state)
{
	struct usual *u = usual_new();
	struct sign s = judged(u, T0, SIGN_MESSAGES, 100000);

	(void)state;
	assert_int_equal(s.samples, 0);
	assert_int_equal(s.state, SIGN_NORMAL);
	s = judged(u, T0, SIGN_QUEUE, 499);
	assert_int_equal(s.state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0, SIGN_QUEUE, 500).state, SIGN_WARNING);
	assert_int_equal(judged(u, T0, SIGN_QUEUE, 2000).state, SIGN_CRITICAL);
	assert_int_equal(judged(u, T0, SIGN_SENDERS, 0).state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0, SIGN_SENDERS, 1).state, SIGN_CRITICAL);
	assert_int_equal(judged(u, T0, SIGN_LISTED, 1).state, SIGN_WARNING);
	usual_free(u);
}

/* What the mail server itself takes of the machine: how much memory is much is only known by what is usual. */
static void test_the_load_of_the_mail_server(void **state)
{
	struct usual *u = usual_new();

	(void)state;
	assert_int_equal(judged(u, T0, SIGN_CPU, 59).state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0, SIGN_CPU, 60).state, SIGN_WARNING);
	assert_int_equal(judged(u, T0, SIGN_CPU, 90).state, SIGN_CRITICAL);
	assert_int_equal(judged(u, T0, SIGN_PROCESSES, 299).state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0, SIGN_PROCESSES, 300).state, SIGN_WARNING);
	assert_int_equal(judged(u, T0, SIGN_PROCESSES, 1000).state, SIGN_CRITICAL);
	assert_int_equal(judged(u, T0, SIGN_MEMORY, 100000).state, SIGN_NORMAL);
	for (int week = 0; week < 4; week++) {
		learn(u, T0 + week * WEEK, SIGN_MEMORY, 200);
		learn(u, T0 + week * WEEK + HOUR, SIGN_CPU, 5);
	}
	assert_int_equal(judged(u, T0 + 4 * WEEK, SIGN_MEMORY, 511).state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0 + 4 * WEEK, SIGN_MEMORY, 700).state, SIGN_WARNING);
	assert_int_equal(judged(u, T0 + 4 * WEEK, SIGN_MEMORY, 2100).state, SIGN_CRITICAL);
	assert_int_equal(judged(u, T0 + 4 * WEEK + HOUR, SIGN_CPU, 39).state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0 + 4 * WEEK + HOUR, SIGN_CPU, 41).state, SIGN_WARNING);
	usual_free(u);
}

static void test_the_hour_of_the_week(void **state)
{
	struct usual *u = usual_new();
	struct sign s;

	(void)state;
	/* every hour 100, in one of the week 5000: a newsletter */
	for (int64_t h = 0; h < 4 * 168; h++)
		learn(u, T0 + h * HOUR, SIGN_MESSAGES, h % 168 == 20 ? 5000 : 100);
	s = judged(u, T0 + 4 * WEEK, SIGN_MESSAGES, 120);
	assert_int_equal(s.samples, 4);
	assert_true(s.usual == 100);
	assert_int_equal(s.state, SIGN_NORMAL);
	assert_int_equal(judged(u, T0 + 4 * WEEK, SIGN_MESSAGES, 300).state, SIGN_WARNING);
	assert_int_equal(judged(u, T0 + 4 * WEEK, SIGN_MESSAGES, 1000).state, SIGN_CRITICAL);
	/* the newsletter's hour: the first was learnt at the others' limit, the next ones at its own */
	s = judged(u, T0 + 4 * WEEK + 20 * HOUR, SIGN_MESSAGES, 5000);
	assert_int_equal(s.samples, 4);
	assert_true(s.usual > 300);
	usual_free(u);
}

static void test_other_hours_stand_in(void **state)
{
	struct usual *u = usual_new();
	struct sign s;

	(void)state;
	learn(u, T0, SIGN_MESSAGES, 10);
	learn(u, T0 + HOUR, SIGN_MESSAGES, 20);
	assert_int_equal(judged(u, T0 + 2 * HOUR, SIGN_MESSAGES, 1).samples, 0);
	learn(u, T0 + 2 * HOUR, SIGN_MESSAGES, 60);
	/* three hours of a day: their median */
	s = judged(u, T0 + 3 * HOUR, SIGN_MESSAGES, 1);
	assert_int_equal(s.samples, 3);
	assert_true(s.usual == 20);
	/* then the same hour of three days comes first */
	for (int64_t d = 1; d < 4; d++)
		learn(u, T0 + d * 24 * HOUR + 3 * HOUR, SIGN_MESSAGES, 7);
	s = judged(u, T0 + 4 * 24 * HOUR + 3 * HOUR, SIGN_MESSAGES, 1);
	assert_int_equal(s.samples, 3);
	assert_true(s.usual == 7);
	usual_free(u);
}

static void test_an_hour_is_learnt_once(void **state)
{
	struct usual *u = usual_new();
	struct signs s = all_quiet(T0);

	(void)state;
	assert_true(usual_learn(u, T0, T0, &s));
	assert_false(usual_learn(u, T0 + 300, T0 + 300, &s));
	assert_true(usual_learn(u, T0 + HOUR, T0 + HOUR, &s));
	/* while somebody looks taken over nothing is learnt, and the hour stays open */
	s.sign[SIGN_SENDERS].state = SIGN_CRITICAL;
	assert_false(usual_learn(u, T0 + 2 * HOUR, T0 + 2 * HOUR, &s));
	s.sign[SIGN_SENDERS].state = SIGN_NORMAL;
	assert_true(usual_learn(u, T0 + 2 * HOUR + 600, T0 + 2 * HOUR + 600, &s));
	usual_free(u);
}

static void test_an_outbreak_is_hardly_learnt(void **state)
{
	struct usual *u = usual_new();

	(void)state;
	for (int64_t h = 0; h < 168; h++)
		learn(u, T0 + h * HOUR, SIGN_QUEUE, 50);
	/* a day of 100,000 in the queue, day by day and hour by hour */
	for (int64_t h = 168; h < 192; h++)
		learn(u, T0 + h * HOUR, SIGN_QUEUE, 100000);
	for (int64_t h = 192; h < 216; h++) {
		struct sign s = judged(u, T0 + h * HOUR, SIGN_QUEUE, 100000);

		assert_true(s.usual <= 200);
		assert_int_equal(s.state, SIGN_CRITICAL);
	}
	usual_free(u);
	/* and before anything is usual an alarm is not learnt at all */
	u = usual_new();
	learn(u, T0, SIGN_QUEUE, 100000);
	learn(u, T0 + HOUR, SIGN_QUEUE, 100000);
	learn(u, T0 + 2 * HOUR, SIGN_QUEUE, 100000);
	assert_int_equal(judged(u, T0 + 3 * HOUR, SIGN_QUEUE, 100000).samples, 0);
	usual_free(u);
}

static void test_it_comes_back_as_it_was(void **state)
{
	struct usual *u = usual_new(), *again = usual_new();
	struct buf out = BUF_MAX(1 << 20);
	struct sign a, b;

	(void)state;
	for (int64_t h = 0; h < 2000; h++)
		learn(u, T0 + h * HOUR, (enum sign_id)(1 + h % (SIGNS - 1)), (double)(h % 13));
	usual_pack(u, &out);
	assert_true(usual_unpack(again, buf_view(&out)));
	for (unsigned i = 0; i < SIGNS; i++) {
		a = judged(u, T0 + 2000 * HOUR, (enum sign_id)i, 5);
		b = judged(again, T0 + 2000 * HOUR, (enum sign_id)i, 5);
		assert_true(a.usual == b.usual && a.samples == b.samples && a.warning == b.warning);
	}
	/* cut anywhere it is nothing, never something else */
	for (size_t n = 0; n < out.n; n += 7) {
		assert_false(usual_unpack(again, span_of(out.p, n)));
		assert_int_equal(judged(again, T0, SIGN_QUEUE, 1).samples, 0);
	}
	buf_free(&out);
	usual_free(u);
	usual_free(again);
}

/* One look five minutes after the other; what is to be told is told. */
static enum alarm_news look(struct alarm *a, unsigned n, enum sign_state state, uint32_t critical)
{
	struct signs s = all_quiet(T0 + n * 300);
	enum alarm_news news;

	s.state = state;
	for (unsigned i = 0; i < SIGNS; i++)
		if (critical >> i & 1)
			s.sign[i].state = SIGN_CRITICAL;
	news = alarm_look(a, &s, 1800);
	alarm_sent(a, news, &s);
	return news;
}

static void test_one_message_a_change(void **state)
{
	struct alarm a = { 0 };
	unsigned told = 0, n = 0;

	(void)state;
	for (; n < 10; n++)
		assert_int_equal(look(&a, n, SIGN_NORMAL, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 1), ALARM_BEGINS);
	/* a day of the same */
	for (unsigned k = 0; k < 288; k++)
		told += look(&a, n++, SIGN_CRITICAL, 1) != ALARM_NOTHING;
	assert_int_equal(told, 0);
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 3), ALARM_GROWS);
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 3), ALARM_NOTHING);
	/* another one within the pause waits */
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 7), ALARM_NOTHING);
	n += 6;
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 7), ALARM_GROWS);
	/* three quiet ones end it, and only once */
	assert_int_equal(look(&a, n++, SIGN_NORMAL, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_NORMAL, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_NORMAL, 0), ALARM_ENDS);
	assert_int_equal(look(&a, n++, SIGN_NORMAL, 0), ALARM_NOTHING);
}

static void test_a_warning_has_to_last(void **state)
{
	struct alarm a = { 0 };
	unsigned n = 0, told = 0;

	(void)state;
	assert_int_equal(look(&a, n++, SIGN_WARNING, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_NORMAL, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_WARNING, 0), ALARM_NOTHING);
	assert_int_equal(look(&a, n++, SIGN_WARNING, 0), ALARM_BEGINS);
	assert_int_equal(look(&a, n++, SIGN_CRITICAL, 1), ALARM_GROWS);
	/* up and down for a day: at most one message a pause */
	for (unsigned k = 0; k < 288; k++)
		told += look(&a, n++, k / 4 % 2 ? SIGN_CRITICAL : SIGN_NORMAL, k / 4 % 2) != ALARM_NOTHING;
	assert_true(told <= 2 * 48);
	assert_true(told > 0);
}

static void test_what_is_not_seen_ends_nothing(void **state)
{
	struct alarm a = { 0 };
	struct signs s = all_quiet(T0);
	struct signs blind;

	(void)state;
	assert_int_equal(look(&a, 0, SIGN_CRITICAL, 1), ALARM_BEGINS);
	for (unsigned n = 1; n < 50; n++) {
		blind = s;
		blind.now += n * 300;
		blind.complete = false;
		assert_int_equal(alarm_look(&a, &blind, 1800), ALARM_NOTHING);
	}
	/* what could not be sent is asked for again */
	s.state = SIGN_CRITICAL;
	a = (struct alarm){ 0 };
	assert_int_equal(alarm_look(&a, &s, 1800), ALARM_BEGINS);
	s.now += 300;
	assert_int_equal(alarm_look(&a, &s, 1800), ALARM_BEGINS);
}

static void test_the_alarm_comes_back_as_it_was(void **state)
{
	struct alarm a = { SIGN_CRITICAL, 5, T0, T0 + 300, 2, 1 }, b = { 0 };
	struct buf out = BUF_MAX(1000);
	struct packer p = { .out = &out };
	struct unpacker u;
	struct codec c = { .to = &p };

	(void)state;
	alarm_code(&c, &a);
	u = (struct unpacker){ .left = buf_view(&out) };
	c = (struct codec){ .from = &u };
	alarm_code(&c, &b);
	assert_true(unpack_done(&u));
	assert_memory_equal(&a, &b, sizeof(a));
	for (size_t n = 0; n < out.n; n++) {
		u = (struct unpacker){ .left = span_of(out.p, n) };
		alarm_code(&c, &b);
		assert_false(unpack_done(&u));
	}
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_usual_at_first),
		cmocka_unit_test(test_the_load_of_the_mail_server),
		cmocka_unit_test(test_the_hour_of_the_week),
		cmocka_unit_test(test_other_hours_stand_in),
		cmocka_unit_test(test_an_hour_is_learnt_once),
		cmocka_unit_test(test_an_outbreak_is_hardly_learnt),
		cmocka_unit_test(test_it_comes_back_as_it_was),
		cmocka_unit_test(test_one_message_a_change),
		cmocka_unit_test(test_a_warning_has_to_last),
		cmocka_unit_test(test_what_is_not_seen_ends_nothing),
		cmocka_unit_test(test_the_alarm_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
