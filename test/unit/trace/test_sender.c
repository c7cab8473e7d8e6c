/*
 * Rows: one a sender, exact counts through merging, bounded proofs and history.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "logs/logs.h"
#include "trace/baseline.h"
#include "trace/names.h"
#include "trace/sender.h"

#define T0 INT64_C(1795420800)

struct rows {
	struct names names;
	struct baseline base;
	struct senders s;
};

static void begin(struct rows *r)
{
	struct span novelty;

	names_init(&r->names, 1 << 22);
	baseline_unpack(&r->base, SPAN_NONE, &novelty);
	senders_init(&r->s, &r->names, &r->base);
}

static void end(struct rows *r)
{
	senders_free(&r->s);
	baseline_free(&r->base);
	names_free(&r->names);
}

static uint32_t find(struct rows *r, enum sender_kind kind, const char *id, const char *account)
{
	return sender_find(&r->s, kind, names_put(&r->names, span_str(id)),
			   names_put(&r->names, span_str(account)));
}

static void one_row_a_sender(void **state)
{
	struct rows r;
	uint32_t a;
	char id[32];

	begin(&r);
	a = find(&r, KIND_AUTH, "info", "shop");
	assert_int_not_equal(a, 0);
	assert_int_equal(find(&r, KIND_AUTH, "info", "shop"), a);
	assert_int_not_equal(find(&r, KIND_LOCAL, "info", "shop"), a);
	assert_int_not_equal(find(&r, KIND_AUTH, "info", "blog"), a);
	assert_int_not_equal(find(&r, KIND_AUTH, "infos", "hop"), a);
	assert_int_equal(r.s.live, 4);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "user%u", i);
		assert_int_equal(find(&r, KIND_AUTH, id, ""), i + 5);
	}
	assert_int_equal(find(&r, KIND_AUTH, "user4321", ""), 4326);
	assert_int_equal(sender_at(&r.s, a)->kind, KIND_AUTH);
	end(&r);
}

static uint32_t tallied(const struct rows *r, uint32_t sender, enum tally_what what, const char *text)
{
	for (uint32_t at = r->s.row[sender]->tally; at; at = r->s.tally[at - 1].next) {
		const struct tally *t = &r->s.tally[at - 1];

		if (t->what == (unsigned)what && span_eq(names_get(&r->names, t->name), span_str(text)))
			return t->count;
	}
	return 0;
}

static void clients_are_counted_through_runs(void **state)
{
	static const char *const client[] = { "192.0.2.1", "192.0.2.1", "192.0.2.2",
					      "192.0.2.1", "192.0.2.1", "192.0.2.3" };
	struct rows r;
	uint32_t a, b, told = 0;

	begin(&r);
	a = find(&r, KIND_AUTH, "a", "");
	b = find(&r, KIND_AUTH, "b", "");
	for (unsigned i = 0; i < 1200; i++)
		told += sender_tally_run(&r.s, &r.names, a, TALLY_CLIENT, span_str(client[i % 6]), 'B');
	sender_tally_run(&r.s, &r.names, b, TALLY_CLIENT, SPAN("192.0.2.1"), 'B');
	sender_tally_run(&r.s, &r.names, a, TALLY_PLACE, SPAN("/home/a"), 'A');
	sender_tally_flush(&r.s, a);
	assert_int_equal(told, 4 * 200);
	assert_int_equal(tallied(&r, a, TALLY_CLIENT, "192.0.2.1"), 800);
	assert_int_equal(tallied(&r, a, TALLY_CLIENT, "192.0.2.2"), 200);
	assert_int_equal(tallied(&r, a, TALLY_CLIENT, "192.0.2.3"), 200);
	assert_int_equal(tallied(&r, a, TALLY_PLACE, "/home/a"), 1);
	assert_int_equal(tallied(&r, b, TALLY_CLIENT, "192.0.2.1"), 1);
	assert_int_equal(r.s.row[a]->nclients, 3);
	assert_int_equal(r.s.row[a]->nplaces, 1);
	assert_true(sender_tally(&r.s, &r.names, a, TALLY_LOGIN, SPAN("hi"), 'C'));
	assert_false(sender_tally(&r.s, &r.names, a, TALLY_LOGIN, SPAN("hi"), 'C'));
	assert_int_equal(tallied(&r, a, TALLY_LOGIN, "hi"), 2);
	end(&r);
}

static void history_keeps_every_message(void **state)
{
	struct rows r;
	struct sender *s;
	uint64_t sum = 0;

	begin(&r);
	s = sender_at(&r.s, find(&r, KIND_AUTH, "a", ""));
	sender_tick(s, T0);
	assert_int_equal(s->covered, 5);
	sender_tick(s, T0 + 1);
	assert_int_equal(s->covered, 6);
	sender_tick(s, T0 + 1000);
	assert_int_equal(s->covered, 11);
	sender_tick(s, T0 - 50);
	assert_int_equal(s->first, T0 - 50);
	assert_int_equal(s->last, T0 + 1000);
	for (int64_t i = 0; i < 1000; i++)
		sender_tick(s, T0 + i * 3600);
	assert_true(s->bin_width * SENDER_BINS > 999 * 3600);
	assert_true(s->bin_width * SENDER_BINS < 2 * (999 * 3600 + 60));
	for (unsigned i = 0; i < SENDER_BINS; i++)
		sum += s->bin[i];
	assert_int_equal(sum, 1004);
	end(&r);
}

static void proofs_are_few_and_own_their_text(void **state)
{
	struct log_at at = { .file = 3, .line = 9, .offset = 77 };
	const struct proof *fourth;
	struct rows r;
	struct sender *s;
	char line[2000];

	begin(&r);
	s = sender_at(&r.s, find(&r, KIND_AUTH, "a", ""));
	s->arrivals = 1;
	assert_true(sender_wants_proof(&r.s, s, s->arrivals == 1));
	s->arrivals = 2;
	assert_false(sender_wants_proof(&r.s, s, s->arrivals == 1)); /* the judge's sum is at zero */
	for (unsigned i = 0; i < 100; i++) {
		memset(line, 'a' + (int)i % 26, sizeof(line));
		sender_prove(&r.s, s, &at, T0 + i, span_of(line, sizeof(line)), SPAN_NONE, 'B', "claim");
	}
	assert_int_equal(s->nproof, SENDER_PROOFS);
	fourth = s->proof->next->next->next;
	assert_true(s->proof->n < sizeof(line));
	assert_int_equal(s->proof->text[0], 'a');
	assert_int_equal(fourth->text[fourth->n - 1], 'd');
	assert_int_equal(fourth->line, 9);
	assert_int_equal(fourth->at, T0 + 3);
	/* A run that is over proves nothing any more; the first line stays. */
	s->risen = 4;
	assert_false(sender_wants_proof(&r.s, s, s->arrivals == 1));
	assert_int_equal(s->nproof, 1);
	end(&r);
}

/* What a rise that came to nothing has kept is the next to be taken, and no more of it stays than PROOF_SPARE_MOST. */
static void proofs_are_used_again(void **state)
{
	const struct log_at at = { .line = 1 };
	const struct proof *kept = NULL;
	struct rows r;
	struct sender *s;
	char line[700], id[32];

	begin(&r);
	memset(line, 'x', sizeof(line));
	for (unsigned i = 0; i < 500; i++) {
		snprintf(id, sizeof(id), "user%u", i);
		s = sender_at(&r.s, find(&r, KIND_AUTH, id, ""));
		sender_prove(&r.s, s, &at, T0, SPAN("the first"), SPAN_NONE, 'B', "claim");
		for (size_t rise = 0; rise < 3; rise++) {
			/* one line, or several of all lengths */
			for (size_t n = 0; n < (rise ? 1 : SENDER_PROOFS); n++)
				sender_prove(&r.s, s, &at, T0, span_of(line, rise ? 300 : n * 59), SPAN_NONE,
					     'B', "claim");
			assert_true(rise < 2 || s->proof->next == kept);
			kept = s->proof->next;
			s->risen = 1;
			assert_false(sender_wants_proof(&r.s, s, false));
			assert_int_equal(s->nproof, 1);
			assert_null(s->proof->next);
			assert_true(span_eq(proof_text(s->proof), SPAN("the first")));
		}
	}
	/* all at once, as a flood of senders does */
	for (uint32_t i = 1; i < r.s.n; i++)
		for (size_t n = 0; n < SENDER_PROOFS; n++)
			sender_prove(&r.s, sender_at(&r.s, i), &at, T0, span_of(line, n * 59), SPAN_NONE, 'B',
				     "claim");
	for (uint32_t i = 1; i < r.s.n; i++) {
		sender_at(&r.s, i)->risen = 1;
		assert_false(sender_wants_proof(&r.s, sender_at(&r.s, i), false));
	}
	assert_int_equal(r.s.proofs.n, PROOF_SPARE_MOST);
	senders_shrink(&r.s, 20);
	end(&r);
}

static void shrinking_loses_no_count(void **state)
{
	struct rows r;
	struct counts sum = { 0 };
	uint32_t big;
	char id[32];

	begin(&r);
	big = find(&r, KIND_AUTH, "big", "");
	r.s.row[big]->counts.messages = 9999;
	for (unsigned i = 0; i < 500; i++) {
		struct sender *s;

		snprintf(id, sizeof(id), "user%u", i);
		s = sender_at(&r.s, find(&r, KIND_AUTH, id, ""));
		s->counts = (struct counts){ i, i * 2, i, 0, i % 3, 1000 };
		s->first = T0 + 500 - i;
		s->last = T0 + 1000 + i;
	}
	senders_shrink(&r.s, 1000);
	assert_int_equal(r.s.merged, 0);
	senders_shrink(&r.s, 100);
	assert_true(r.s.live <= 100);
	assert_int_equal(r.s.merged + r.s.live, 502);
	for (uint32_t i = 1; i < r.s.n; i++)
		if (i == r.s.other || r.s.row[i]->kind != KIND_OTHER)
			counts_add(&sum, &r.s.row[i]->counts);
	assert_int_equal(sum.messages, 9999 + 499 * 500 / 2);
	assert_int_equal(sum.recipients, 499 * 500);
	assert_int_equal(sum.bytes, 500000);
	assert_int_equal(sender_at(&r.s, big)->counts.messages, 9999);
	assert_int_equal(sender_at(&r.s, find(&r, KIND_AUTH, "user499", ""))->counts.messages, 499);
	assert_int_equal(r.s.row[r.s.other]->first, T0 + 500 - (int64_t)r.s.merged + 1);
	/* A message that was on its way is the row's first own one, and counts in its history. */
	sender_tick(r.s.row[r.s.other], T0 + 2000);
	assert_int_equal(r.s.row[r.s.other]->first, T0 + 500 - (int64_t)r.s.merged + 1);
	assert_int_equal(r.s.row[r.s.other]->last, T0 + 2000);
	assert_int_equal(r.s.row[r.s.other]->bin[0], 1);
	/* A merged sender who comes again gets a new row, in room that was given back. */
	assert_int_equal(sender_at(&r.s, find(&r, KIND_AUTH, "user1", ""))->counts.messages, 0);
	senders_shrink(&r.s, 50);
	assert_true(r.s.live <= 50);
	end(&r);
}

/* Somebody may still be at a row that was merged away: it is not given to another until he is done. */
static void merged_rows_linger(void **state)
{
	struct rows r;
	struct log_at at = { 0 };
	struct sender *gone;

	begin(&r);
	r.s.linger = true;
	for (unsigned i = 0; i < 100; i++) {
		char id[16];

		snprintf(id, sizeof(id), "user%u", i);
		sender_at(&r.s, find(&r, KIND_AUTH, id, ""))->counts.messages = i;
	}
	gone = sender_at(&r.s, find(&r, KIND_AUTH, "user1", ""));
	senders_shrink(&r.s, 50);
	assert_null(r.s.spare);
	sender_prove(&r.s, gone, &at, T0, SPAN("a line"), SPAN_NONE, 'A', "");
	senders_reclaim(&r.s, 7, 6);
	senders_reclaim(&r.s, 8, 6);
	assert_null(r.s.spare);
	assert_ptr_not_equal(sender_at(&r.s, find(&r, KIND_AUTH, "new", "")), gone);
	senders_reclaim(&r.s, 8, 7);
	assert_non_null(r.s.spare);
	assert_int_equal(gone->nproof, 1);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_row_a_sender),
		cmocka_unit_test(clients_are_counted_through_runs),
		cmocka_unit_test(history_keeps_every_message),
		cmocka_unit_test(proofs_are_few_and_own_their_text),
		cmocka_unit_test(proofs_are_used_again),
		cmocka_unit_test(shrinking_loses_no_count),
		cmocka_unit_test(merged_rows_linger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
