/*
 * The judge's promises on a small simulation: nobody innocent convicted, culprits found soon, `since` near
 * the truth. test/bench/judge_bench prints the whole tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../../bench/judge_sim.h"
#include "base/hash.h"

#define CULPRIT_RUNS 15
#define INNOCENT_RUNS 8

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void innocents_are_not_convicted(void **state)
{
	struct judge_options o = { .start = SIM_START };

	for (unsigned i = 0; i < INNOCENTS; i++) {
		struct judge *j = judge_new(&o);
		struct arena *a = arena_new();

		for (unsigned n = 0; n < INNOCENT_RUNS; n++) {
			struct outcome out = sim_run(j, &innocents[i], NULL, 14, 0, 1, 1e5, n * 100 + i, a);

			if (out.verdict.verdict == VERDICT_COMPROMISED)
				fail_msg("%s, run %u: compromised", innocents[i].name, n);
		}
		arena_free(a);
		judge_free(j);
	}
}

static void culprits_are_found(void **state)
{
	struct judge_options o = { .start = SIM_START };

	for (unsigned k = 0; k < CULPRITS; k++) {
		struct judge *j = judge_new(&o);
		struct arena *a = arena_new();
		uint64_t leak[CULPRIT_RUNS], off[CULPRIT_RUNS];

		for (unsigned n = 0; n < CULPRIT_RUNS; n++) {
			struct outcome out = sim_run(j, attacks[k].victim, &attacks[k], 15, 11, 800, 1e5,
						     hash_mix(n + 1) + k, a);
			uint64_t since = out.verdict.since_message;

			leak[n] = out.leak ? out.leak : UINT64_MAX;
			off[n] = since > out.truth ? since - out.truth : out.truth - since;
		}
		qsort(leak, CULPRIT_RUNS, sizeof(*leak), by_size);
		qsort(off, CULPRIT_RUNS, sizeof(*off), by_size);
		if (leak[CULPRIT_RUNS / 2] > (k < 2 ? 10 : 150) || off[CULPRIT_RUNS / 2] > 3)
			fail_msg("%s: median leak %llu, since %llu off", attacks[k].name,
				 (unsigned long long)leak[CULPRIT_RUNS / 2],
				 (unsigned long long)off[CULPRIT_RUNS / 2]);
		arena_free(a);
		judge_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(innocents_are_not_convicted),
		cmocka_unit_test(culprits_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
