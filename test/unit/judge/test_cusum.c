/*
 * Test of the sum's short ways: what is put off for a calm sender, and what is worked out with the signal's row as
 * constants, must come to what the plain rule comes to, event for event and byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "judge/cusum.h"
#include "judge/weigh.h"

#define EVENTS 60000

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* --- the plain rule ----------------------------------------------------------------------------- */

static int32_t plain_group(const struct state *s, enum signal_group group)
{
	int32_t sum = 0;

	for (unsigned i = 0; i < SIGNALS; i++)
		sum += signal_table[i].group == group ? s->part[i] : 0;
	return sum;
}

static void plain_term(const struct judge *j, struct state *s, enum signal sig, int32_t nats)
{
	const struct signal_row *row = &signal_table[sig];
	const struct group_row *group = &group_table[row->group];
	int32_t old = s->part[sig], part = old + nats, others = plain_group(s, row->group) - old;

	if (j->silenced >> sig & 1)
		return;
	part = part < row->floor ? row->floor : part;
	part = part > row->cap ? row->cap : part;
	if (part > old && others + part > group->cap)
		part = group->cap - others > old ? group->cap - others : old;
	if (part < old && others + part < group->floor)
		part = group->floor - others < old ? group->floor - others : old;
	s->part[sig] = (int16_t)part;
	s->total += part - old;
}

static void plain_recent(struct tally now, unsigned most, uint32_t *yes, uint32_t *all)
{
	unsigned shift = 0;

	while (now.n >> shift > most)
		shift++;
	*yes += now.yes * TICK >> shift;
	*all += (now.yes * TICK >> shift) + ((now.n - now.yes) * TICK >> shift);
}

static void plain_observe(const struct judge *j, struct state *s, enum signal sig, bool yes, uint32_t extra)
{
	const struct signal_row *row = &signal_table[sig];
	const struct beta *usual = &row->usual[s->population];
	const struct tally audience = { (uint16_t)(s->past[SIG_NEW_RCPT].yes + s->now[SIG_NEW_RCPT].yes),
					(uint16_t)(s->past[SIG_NEW_RCPT].n + s->now[SIG_NEW_RCPT].n) };
	uint32_t own_yes = usual->yes + s->past[sig].yes * TICK;
	uint32_t own_all = usual->yes + usual->no + s->past[sig].n * TICK;
	uint32_t abuse_yes = row->abused.yes, abuse_all = row->abused.yes + row->abused.no;
	struct tally *now = &s->now[sig];

	plain_recent(*now, row->drift, &own_yes, &own_all);
	plain_recent(*now, ABUSE_DRIFT, &abuse_yes, &abuse_all);
	if (now->n >= 200)
		*now = (struct tally){ now->yes / 2, now->n / 2 };
	now->n++;
	now->yes += yes;
	s->touched |= 1U << sig;
	if (row->habit && own_yes > own_all * row->habit / 100 && 2 * audience.yes > audience.n)
		own_yes = own_all * row->habit / 100;
	own_yes += (uint32_t)((uint64_t)own_all * extra / NAT);
	if ((uint64_t)own_yes * abuse_all >= (uint64_t)abuse_yes * own_all)
		return;
	plain_term(j, s, sig,
		   judge_log(j, yes ? abuse_yes : abuse_all - abuse_yes) - judge_log(j, abuse_all) -
			   judge_log(j, yes ? own_yes : own_all - own_yes) + judge_log(j, own_all));
}

/* --- both, side by side ------------------------------------------------------------------------- */

struct both {
	struct judge *j;
	struct state fast, plain;
};

/* As judge.c does: the signal is a constant. */
#define OBSERVE(signal)                                            \
	case signal:                                               \
		cusum_observe(b->j, &b->fast, signal, yes, extra); \
		break

static void observe(struct both *b, enum signal sig, bool yes, uint32_t extra)
{
	switch (sig) {
		OBSERVE(SIG_HASTE);
		OBSERVE(SIG_RCPTS);
		OBSERVE(SIG_SUBJECT);
		OBSERVE(SIG_NEW_RCPT);
		OBSERVE(SIG_SPREAD);
		OBSERVE(SIG_UNKNOWN);
		OBSERVE(SIG_SPAM);
		OBSERVE(SIG_NETWORKS);
		OBSERVE(SIG_HOURS);
		OBSERVE(SIG_NEW_PLACE);
		OBSERVE(SIG_ODD_PLACE);
		OBSERVE(SIG_REGULAR);
		OBSERVE(SIG_MISMATCH);
		OBSERVE(SIG_ENTRY);
		OBSERVE(SIG_POSTS);
	default:
		fail();
	}
	plain_observe(b->j, &b->plain, sig, yes, extra);
}

static bool term(struct both *b, int32_t nats)
{
	cusum_add(b->j, &b->fast, SIG_BURST, nats);
	plain_term(b->j, &b->plain, SIG_BURST, nats);
	return nats > 0;
}

/* How often each kind of thing came to pass: a test that never meets one proves nothing of it. */
struct met {
	unsigned rising, alarmed, calm, back, overflow;
};

static void event(struct both *b, uint64_t *seed, uint32_t likely, uint32_t at, struct met *met)
{
	unsigned most = draw(seed, 40) ? 1 + draw(seed, 6) : 16; /* more than CALM_MOST at times */
	bool rose = b->plain.flags & STATE_RISING, any = false;

	met->overflow += most == 16 && !rose;
	for (unsigned i = 0; i < most; i++) {
		bool yes = draw(seed, 100) < likely;

		if (draw(seed, 8) == 0) {
			any |= term(b, (int32_t)draw(seed, 900) - 700);
		} else {
			any |= yes;
			observe(b, draw(seed, SIGNALS_SHARES), yes, draw(seed, 4) ? 0 : draw(seed, NAT / 4));
		}
	}
	if (draw(seed, 50) == 0) {
		if (b->j->calm->n)
			calm_work_out(b->j, &b->fast);
		cusum_fade(&b->fast, 30);
		cusum_fade(&b->plain, 30);
	}
	/* What speaks for him lifts no sum from zero, not by the last digit of a logarithm either. */
	if (!any && !rose && most <= CALM_MOST && b->plain.total > 0) {
		assert_in_range(b->plain.total, 1, 8);
		b->plain.total = 0;
	}
	cusum_settle(b->j, &b->fast, at);
	cusum_settle(b->j, &b->plain, at);
	met->rising += (b->plain.flags & STATE_RISING) != 0;
	met->alarmed += (b->plain.flags & STATE_ALARMED) != 0;
	met->calm += !any && !rose;
	met->back += rose && !(b->plain.flags & STATE_RISING);
}

static void the_short_ways_come_to_the_plain_rule(void **state)
{
	struct met met = { 0 };
	uint64_t seed = 7;

	for (unsigned run = 0; run < 60; run++) {
		struct judge_options o = { .start = 1, .silenced = run % 6 ? 0 : draw(&seed, 1U << SIGNALS) };
		struct both b = { .j = judge_new(&o) };
		uint32_t at = 100000 + draw(&seed, 1000000),
			 likely = (uint32_t[]){ 0, 3, 10, 20, 35, 60 }[run % 6];

		b.fast.population = (uint8_t)draw(&seed, POPULATIONS);
		b.fast.threshold = 14 * NAT;
		b.plain = b.fast;
		for (unsigned i = 0; i < EVENTS / 60; i++) {
			at += draw(&seed, 2000);
			event(&b, &seed, draw(&seed, 200) ? likely : 95, at, &met);
			if (memcmp(&b.fast, &b.plain, sizeof(b.fast)) != 0)
				fail_msg("run %u, event %u: the state is another", run, i);
			if (b.j->calm->n)
				fail_msg("run %u, event %u: something was put off for good", run, i);
		}
		judge_free(b.j);
	}
	assert_true(met.rising > 1000);
	assert_true(met.alarmed > 1000);
	assert_true(met.calm > 1000);
	assert_true(met.back > 300);
	assert_true(met.overflow > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_short_ways_come_to_the_plain_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
