/*
 * Tests of the judge's calls: culprits found, innocents left alone, parts that add up, a restart
 * that changes nothing. The figures (how soon, how often) are test/bench/judge_bench's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "judge/judge.h"
#include "judge/signals.h"

#define START INT64_C(1793606400) /* Monday 2026-11-02 08:00 UTC */
#define DAY 86400

struct world {
	struct judge *j;
	struct arena *a;
	struct judge_state s;
	int64_t at;
	uint32_t serial;
	uint64_t messages;
};

static void begin(struct world *w, uint32_t silenced)
{
	struct judge_options o = { .start = START, .silenced = silenced };

	*w = (struct world){ .j = judge_new(&o), .a = arena_new(), .at = START };
}

static void end(struct world *w)
{
	arena_free(w->a);
	judge_free(w->j);
}

static void deliver(struct world *w, enum sender_kind kind, uint32_t net, uint64_t rcpt,
		    enum judge_result result)
{
	struct judge_message m = {
		.at = w->at, .nrcpt = 1, .size = 3000, .subject = ++w->serial, .net = net
	};

	judge_message(w->j, &w->s, kind, &m);
	judge_recipient(w->j, &w->s, w->at, 42, rcpt, rcpt / 2 + 1, false);
	judge_result(w->j, &w->s, w->at + 2, result, 0);
	w->messages++;
}

/* Ten days of ten messages to ten people. */
static void office(struct world *w)
{
	for (unsigned day = 0; day < 10; day++) {
		for (unsigned i = 0; i < 10; i++) {
			w->at = START + day * DAY + i * 2400;
			deliver(w, KIND_AUTH, 5 + i % 2, 100 + i, RESULT_OK);
		}
	}
	w->at = START + 10 * DAY;
}

static void spam(struct world *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		w->at++;
		deliver(w, KIND_AUTH, 1000 + i % 40, 5000 + i, i % 3 ? RESULT_OK : RESULT_UNKNOWN_RCPT);
	}
}

static struct judge_verdict close_as(struct world *w, enum sender_kind kind, bool trusted)
{
	struct judge_verdict v;

	judge_close(w->j, &w->s, kind, trusted, w->a, &v);
	return v;
}

static void assert_adds_up(const struct judge_verdict *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->nreasons; i++) {
		sum += v->reasons[i].weight;
		assert_true(v->reasons[i].text.n > 0);
		assert_true(i == 0 || v->reasons[i].weight <= v->reasons[i - 1].weight);
	}
	assert_true(sum == v->score);
}

static const struct reason *reason_of(const struct judge_verdict *v, const char *signal)
{
	for (size_t i = 0; i < v->nreasons; i++)
		if (span_eq(v->reasons[i].signal, span_str(signal)))
			return &v->reasons[i];
	return NULL;
}

static void never_seen_is_normal(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	v = close_as(&w, KIND_AUTH, false);
	assert_int_equal(v.verdict, VERDICT_NORMAL);
	assert_int_equal(v.nreasons, 0);
	assert_true(v.score == 0 && v.confidence == 0);
	end(&w);
}

/* Ten messages a day ask for about 15 nats; 4.6 less make a suspect (CUSUM_SLOW), and nobody below that is one. */
static void a_suspect_is_worth_ten_nats(void **state)
{
	bool was_suspect = false;

	for (unsigned n = 1; n < 60; n++) {
		struct world w;
		struct judge_verdict v;

		begin(&w, 0);
		office(&w);
		for (unsigned i = 0; i < n; i++) {
			w.at += 300;
			deliver(&w, KIND_AUTH, 5 + i % 2, 5000 + i, i % 8 ? RESULT_OK : RESULT_UNKNOWN_RCPT);
		}
		v = close_as(&w, KIND_AUTH, false);
		if (v.verdict == VERDICT_NORMAL)
			assert_true(v.score < 10.5);
		else
			assert_true(v.score > 9.5);
		was_suspect |= v.verdict == VERDICT_SUSPECT;
		end(&w);
	}
	assert_true(was_suspect);
}

static void a_stolen_mailbox_is_found(void **state)
{
	struct world w;
	struct judge_verdict v;
	const struct reason *r;

	begin(&w, 0);
	office(&w);
	spam(&w, 120);
	v = close_as(&w, KIND_AUTH, false);
	assert_int_equal(v.verdict, VERDICT_COMPROMISED);
	assert_true(v.alarmed);
	assert_in_range(v.alarm_message, 101, 110);
	assert_in_range(v.since_message, 100, 102);
	assert_int_equal(v.since, START + 10 * DAY + 1);
	assert_true(v.confidence >= 0.9 && v.confidence < 1);
	assert_adds_up(&v);
	r = reason_of(&v, "unknown_recipients");
	assert_non_null(r);
	assert_true(r->value > 0.25 && r->value < 0.45 && r->usual < 0.02);
	assert_true(span_search(r->text, 0, SPAN(" recipients do not exist (usual ")) > 0);
	assert_non_null(reason_of(&v, "networks"));
	end(&w);
}

static void found_from_the_first_line_too(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	spam(&w, 150);
	v = close_as(&w, KIND_AUTH, false);
	assert_int_equal(v.verdict, VERDICT_COMPROMISED);
	assert_in_range(v.alarm_message, 1, 100);
	end(&w);
}

/* 800 new people at five a second from the usual network: a campaign is not a theft. */
static void a_first_newsletter_is_not_convicted(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	office(&w);
	for (unsigned i = 0; i < 800; i++) {
		w.at += i % 5 == 0;
		deliver(&w, KIND_AUTH, 5, 9000 + i, i % 60 == 59 ? RESULT_UNKNOWN_RCPT : RESULT_OK);
	}
	v = close_as(&w, KIND_AUTH, false);
	assert_int_equal(v.verdict, VERDICT_BULK);
	assert_true(v.aside.n > 0);
	assert_false(v.alarmed);
	assert_adds_up(&v);
	end(&w);
}

/* An address that many may send through: at most a suspect, whatever it sends. */
/* A form that tells its owner of each visitor and sends him a copy; of a hundred visitors DEAD do not exist. */
static enum verdict form(enum sender_kind kind, unsigned dead, double *ret_score)
{
	struct judge_verdict v;
	struct world w;

	begin(&w, 0);
	for (unsigned i = 0; i < 400; i++) {
		bool quiet = i < 200; /* ten days of honest use come first */
		bool bad = i * 37 % 100 < (quiet ? 1 : dead), spam = i * 31 % 100 < (quiet ? 0 : dead / 2);
		enum judge_result r = bad ? RESULT_UNKNOWN_RCPT : spam ? RESULT_SPAM : RESULT_OK;

		w.at += quiet ? 4320 : 2;
		for (unsigned note = 2; note-- > 0;) {
			uint64_t rcpt = note ? UINT64_C(7) << 32 : (UINT64_C(1000) + i) << 32;
			struct judge_message m = { .at = w.at, .nrcpt = 1, .size = 900, .subject = 5 + note };

			judge_message(w.j, &w.s, kind, &m);
			judge_recipient(w.j, &w.s, w.at, 42, rcpt, rcpt + 1, false);
			if (!judge_is_echo(&w.s, rcpt))
				judge_result(w.j, &w.s, w.at, note ? RESULT_OK : r, 0);
		}
	}
	judge_close(w.j, &w.s, kind, false, w.a, &v);
	*ret_score = v.score;
	end(&w);
	return v.verdict;
}

static void notes_to_the_owner_excuse_no_form(void **state)
{
	double abused, honest;

	assert_int_equal(form(KIND_SCRIPT, 20, &abused), VERDICT_COMPROMISED);
	assert_int_not_equal(form(KIND_SCRIPT, 1, &honest), VERDICT_COMPROMISED);
	assert_true(honest < abused - 5);
}

static void a_guessed_sender_is_never_convicted(void **state)
{
	struct judge_message m = { .nrcpt = 1, .size = 900, .guessed = true };
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	for (unsigned i = 0; i < 300; i++) {
		m.at = ++w.at;
		judge_message(w.j, &w.s, KIND_RELAY, &m);
		judge_recipient(w.j, &w.s, w.at, 42, 9000 + i, i, true);
		judge_result(w.j, &w.s, w.at, i % 3 ? RESULT_OK : RESULT_UNKNOWN_RCPT, 0);
	}
	v = close_as(&w, KIND_RELAY, false);
	assert_int_equal(v.verdict, VERDICT_SUSPECT);
	assert_true(v.confidence < 0.6);
	end(&w);
}

/* A request just before each message is no haste; one address that posts again and again is a sign. */
static void requests_tell_few_addresses_from_many(void **state)
{
	for (unsigned many = 0; many < 2; many++) {
		struct judge_message m = { .nrcpt = 1, .place = 7 };
		const struct reason *r;
		struct world w;
		struct judge_verdict v;

		begin(&w, 0);
		for (unsigned i = 0; i < 40; i++) {
			w.at += 1800;
			judge_request(w.j, &w.s, w.at, many ? 100 + i : 100 + i % 3, true);
			m.at = w.at;
			judge_message(w.j, &w.s, KIND_SCRIPT, &m);
			judge_recipient(w.j, &w.s, w.at, 42, 9000 + i, i, true);
			judge_result(w.j, &w.s, w.at, i % 5 ? RESULT_OK : RESULT_UNKNOWN_RCPT, 0);
		}
		v = close_as(&w, KIND_SCRIPT, false);
		r = reason_of(&v, "posts_per_mail");
		assert_true(many ? !r || r->weight < 0 : r && r->weight > 1);
		r = reason_of(&v, "haste");
		assert_true(!r || r->weight <= 0);
		end(&w);
	}
}

/* Writing to the same dead address for years is a habit; finding new dead ones every day is none. */
static void dead_addresses_are_a_habit_only_when_known(void **state)
{
	double score[2];

	for (unsigned fresh = 0; fresh < 2; fresh++) {
		struct world w;

		begin(&w, 0);
		for (unsigned i = 0; i < 400; i++) {
			w.at += 7200;
			deliver(&w, KIND_LOCAL, 0, fresh ? 9000 + i : 100 + i % 4,
				i % 4 ? RESULT_OK : RESULT_UNKNOWN_RCPT);
		}
		score[fresh] = close_as(&w, KIND_LOCAL, false).score;
		end(&w);
	}
	assert_true(score[0] < 6);
	assert_true(score[1] > 8.5);
}

static void what_passes_through_is_not_accused(void **state)
{
	static const enum sender_kind kinds[] = { KIND_FORWARD, KIND_BOUNCE, KIND_INBOUND, KIND_UNKNOWN,
						  KIND_OTHER };

	for (unsigned k = 0; k < 5; k++) {
		struct world w;
		struct judge_verdict v;

		begin(&w, 0);
		for (unsigned i = 0; i < 300; i++) {
			w.at++;
			deliver(&w, kinds[k], i, 7000 + i, i % 2 ? RESULT_UNKNOWN_RCPT : RESULT_SPAM);
		}
		v = close_as(&w, kinds[k], false);
		assert_true(v.verdict < VERDICT_SUSPECT);
		assert_true(v.aside.n > 0);
		end(&w);
	}
}

static void trusted_yields_to_a_hard_fact_only(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	office(&w);
	spam(&w, 120);
	v = close_as(&w, KIND_AUTH, true);
	assert_true(v.verdict < VERDICT_SUSPECT);
	judge_hard_fact(w.j, &w.s, w.at, "the scan says that x.php sends mail for anybody");
	v = close_as(&w, KIND_AUTH, true);
	assert_int_equal(v.verdict, VERDICT_COMPROMISED);
	assert_adds_up(&v);
	end(&w);
}

static void a_hard_fact_convicts_alone(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	judge_hard_fact(w.j, &w.s, START, "the scan says so");
	v = close_as(&w, KIND_SCRIPT, false);
	assert_int_equal(v.verdict, VERDICT_COMPROMISED);
	assert_true(v.confidence >= 0.9);
	assert_true(span_eq(reason_of(&v, "file_verdict")->text, SPAN("the scan says so")));
	end(&w);
}

/* The same refusals weigh much for one sender and nothing where everybody is refused. */
static void a_listed_server_accuses_nobody(void **state)
{
	for (unsigned listed = 0; listed < 2; listed++) {
		struct world w;
		struct judge_verdict v;
		const struct reason *r;

		begin(&w, 0);
		office(&w);
		for (unsigned i = 0; i < 40; i++)
			judge_result(w.j, &w.s, w.at + i, i % 2 ? RESULT_SPAM : RESULT_OK, listed ? 0.4 : 0);
		v = close_as(&w, KIND_AUTH, false);
		r = reason_of(&v, "refused_as_spam");
		assert_true(listed ? !r || r->weight <= 0 : r && r->weight > 5);
		assert_false(v.alarmed); /* one group */
		end(&w);
	}
}

static void a_silenced_signal_says_nothing(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 1U << SIG_NETWORKS);
	office(&w);
	spam(&w, 120);
	v = close_as(&w, KIND_AUTH, false);
	assert_null(reason_of(&v, "networks"));
	end(&w);
}

/* A folder that first mails a day into the input counts as new; one of the first day does not. */
static void newcomers_are_told_from_the_unread_past(void **state)
{
	struct judge *j = judge_new(NULL);
	struct arena *a = arena_new();
	struct judge_state early = { .opaque = { 0 } }, late = early;
	struct judge_message m = { .at = START, .nrcpt = 1 };
	struct judge_verdict v;

	judge_message(j, &early, KIND_SCRIPT, &m);
	m.at += 2 * DAY;
	judge_message(j, &late, KIND_SCRIPT, &m);
	judge_close(j, &early, KIND_SCRIPT, false, a, &v);
	assert_null(reason_of(&v, "new_place"));
	judge_close(j, &late, KIND_SCRIPT, false, a, &v);
	assert_non_null(reason_of(&v, "new_place"));
	arena_free(a);
	judge_free(j);
}

static void time_stands_still_when_stamps_step_back(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	office(&w);
	for (unsigned i = 0; i < 50; i++) {
		w.at -= 1000;
		deliver(&w, KIND_AUTH, 5, 100 + i % 10, RESULT_OK);
	}
	w.at = INT64_MIN;
	deliver(&w, KIND_AUTH, 5, 100, RESULT_OK);
	w.at = INT64_MAX - 2;
	deliver(&w, KIND_AUTH, 5, 100, RESULT_OK);
	v = close_as(&w, KIND_AUTH, false);
	assert_true(v.verdict < VERDICT_COMPROMISED);
	assert_adds_up(&v);
	end(&w);
}

/* Saved and loaded after each message, at every point of the run: same verdict, same bytes. */
static void a_restart_changes_no_verdict(void **state)
{
	struct world a, b;
	struct judge_verdict va, vb;
	unsigned char past[JUDGE_PAST_BYTES];

	begin(&a, 0);
	begin(&b, 0);
	office(&a);
	office(&b);
	for (unsigned i = 0; i < 60; i++) {
		spam(&a, 1);
		spam(&b, 1);
		judge_save(&b.s, past);
		memset(&b.s, 0xaa, sizeof(b.s));
		assert_true(judge_load(&b.s, past));
	}
	va = close_as(&a, KIND_AUTH, false);
	vb = close_as(&b, KIND_AUTH, false);
	assert_int_equal(va.verdict, vb.verdict);
	assert_true(va.score == vb.score && va.since == vb.since && va.alarm_message == vb.alarm_message);
	assert_int_equal(va.nreasons, vb.nreasons);
	end(&a);
	end(&b);
}

static void a_damaged_record_is_refused(void **state)
{
	struct world w;
	struct judge_state out;
	unsigned char past[JUDGE_PAST_BYTES];

	begin(&w, 0);
	office(&w);
	judge_save(&w.s, past);
	for (unsigned i = 0; i < sizeof(past); i++) {
		past[i] ^= 0x41;
		assert_false(judge_load(&out, past));
		for (unsigned k = 0; k < sizeof(out); k++)
			assert_int_equal(out.opaque[k], 0);
		past[i] ^= 0x41;
	}
	assert_true(judge_load(&out, past));
	end(&w);
}

static void absolved_is_himself_again(void **state)
{
	struct world w;
	struct judge_verdict v;

	begin(&w, 0);
	office(&w);
	spam(&w, 60);
	assert_int_equal(close_as(&w, KIND_AUTH, false).verdict, VERDICT_COMPROMISED);
	judge_absolve(&w.s);
	v = close_as(&w, KIND_AUTH, false);
	assert_int_equal(v.verdict, VERDICT_NORMAL);
	assert_adds_up(&v);
	/* and nothing of the run was learnt: the next one is found as fast */
	w.at += DAY;
	spam(&w, 60);
	assert_int_equal(close_as(&w, KIND_AUTH, false).verdict, VERDICT_COMPROMISED);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_seen_is_normal),
		cmocka_unit_test(a_suspect_is_worth_ten_nats),
		cmocka_unit_test(a_stolen_mailbox_is_found),
		cmocka_unit_test(found_from_the_first_line_too),
		cmocka_unit_test(a_first_newsletter_is_not_convicted),
		cmocka_unit_test(notes_to_the_owner_excuse_no_form),
		cmocka_unit_test(a_guessed_sender_is_never_convicted),
		cmocka_unit_test(requests_tell_few_addresses_from_many),
		cmocka_unit_test(dead_addresses_are_a_habit_only_when_known),
		cmocka_unit_test(what_passes_through_is_not_accused),
		cmocka_unit_test(trusted_yields_to_a_hard_fact_only),
		cmocka_unit_test(a_hard_fact_convicts_alone),
		cmocka_unit_test(a_listed_server_accuses_nobody),
		cmocka_unit_test(a_silenced_signal_says_nothing),
		cmocka_unit_test(newcomers_are_told_from_the_unread_past),
		cmocka_unit_test(time_stands_still_when_stamps_step_back),
		cmocka_unit_test(a_restart_changes_no_verdict),
		cmocka_unit_test(a_damaged_record_is_refused),
		cmocka_unit_test(absolved_is_himself_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
