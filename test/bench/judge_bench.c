/*
 * judge_bench - how soon, how often wrongly, and by which signals: tables for make bench.
 *
 *	judge_bench [--quick] [--why] [--only innocents|cost|culprits|shares|curve|ablation]
 *
 * Ends with 1 where a figure misses its goal: false `compromised` among innocents, the median and
 * the 95th centile of leaked messages of a quiet account, the distance of `since`.
 */
#include "judge_sim.h"

#include "base/hash.h"
#include "judge/signals_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WEEKS_DAYS 14
#define BATCH 200 /* accounts a judge: as many as a filter is made for */

struct figures {
	unsigned n, alarmed, ideal_n, since_n, suspect, bulk;
	unsigned leak[4096], ideal[4096], since[4096];
	double share[SIGNALS], top, rest; /* rest: the groups that no campaign explains */
	uint64_t events;
};

static struct figures f;
static bool why; /* --why: print the reasons of each accused innocent and missed culprit */

static int by_size(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* Centile P of N values; those that never came count as infinite. */
static void centile(char out[16], unsigned *v, unsigned n, unsigned all, unsigned p)
{
	unsigned at = all ? (all - 1) * p / 100 : 0;

	qsort(v, n, sizeof(*v), by_size);
	if (at < n)
		snprintf(out, 16, "%u", v[at]);
	else
		snprintf(out, 16, "never");
}

static double foreign(const struct judge_verdict *v)
{
	double group[GROUPS] = { 0 }, sum = 0;

	for (size_t i = 0; i < v->nreasons; i++)
		for (unsigned s = 0; s < SIGNALS; s++)
			if (span_eq(v->reasons[i].signal, span_str(signal_table[s].name)))
				group[signal_table[s].group] += v->reasons[i].weight;
	for (unsigned g = GROUP_FAILURE; g < GROUPS; g++)
		sum += group[g] > 0 ? group[g] : 0;
	return sum;
}

static void add(struct figures *to, const struct outcome *o)
{
	double rest = foreign(&o->verdict);

	to->n++;
	to->events += o->events;
	to->suspect += o->verdict.verdict == VERDICT_SUSPECT;
	to->bulk += o->verdict.verdict == VERDICT_BULK;
	to->alarmed += o->verdict.verdict == VERDICT_COMPROMISED;
	if (o->verdict.score > to->top)
		to->top = o->verdict.score;
	if (rest > to->rest)
		to->rest = rest;
	if (o->leak) {
		unsigned n = to->since_n++;
		uint64_t a = o->verdict.since_message, b = o->truth;

		to->leak[n] = (unsigned)o->leak;
		to->since[n] = (unsigned)(a > b ? a - b : b - a);
	}
	if (o->ideal)
		to->ideal[to->ideal_n++] = (unsigned)o->ideal;
	for (size_t i = 0; i < o->verdict.nreasons; i++)
		for (unsigned s = 0; s < SIGNALS; s++)
			if (span_eq(o->verdict.reasons[i].signal, span_str(signal_table[s].name)))
				to->share[s] += o->verdict.reasons[i].weight;
}

static void tell(const char *name, const struct judge_verdict *v)
{
	printf("  %s: %s, score %.2f, confidence %.2f, since message %llu\n", name, verdict_name(v->verdict),
	       v->score, v->confidence, (unsigned long long)v->since_message);
	for (size_t i = 0; i < v->nreasons; i++)
		printf("    %6.2f %.*s\n", v->reasons[i].weight, (int)v->reasons[i].text.n,
		       v->reasons[i].text.p);
}

static void run_attack(struct figures *to, const struct attack *k, unsigned n, double false_rate,
		       uint32_t silenced)
{
	struct judge_options o = { false_rate, SIM_START, silenced };
	struct judge *j = judge_new(&o);
	struct arena *a = arena_new();

	memset(to, 0, sizeof(*to));
	for (unsigned i = 0; i < n; i++) {
		unsigned days = k->ramp_days > 0 || k->day_cap > 0 || k->office_hours ? 24
				: k->gap > 200					      ? 15
										      : 13;
		struct outcome out = sim_run(j, k->victim, k, days, 11, 800, 1 / false_rate,
					     hash_mix(i + 1) ^ (uint64_t)(k - attacks) << 40, a);

		add(to, &out);
		if (why && !out.leak)
			tell(k->name, &out.verdict);
	}
	arena_free(a);
	judge_free(j);
}

static void run_innocent(struct figures *to, const struct habit *h, unsigned n, double false_rate)
{
	struct judge_options o = { false_rate, SIM_START, 0 };
	struct judge *j = NULL;
	struct arena *a = NULL;

	memset(to, 0, sizeof(*to));
	for (unsigned i = 0; i < n; i++) {
		struct outcome out;

		if (i % BATCH == 0) {
			judge_free(j);
			if (a)
				arena_free(a);
			j = judge_new(&o);
			a = arena_new();
		}
		out = sim_run(j, h, NULL, WEEKS_DAYS, 0, 1, 1 / false_rate,
			      hash_mix(i + 1) ^ (uint64_t)(h - innocents + 100) << 40, a);
		add(to, &out);
		if (why && out.verdict.verdict >= VERDICT_SUSPECT)
			tell(h->name, &out.verdict);
	}
	judge_free(j);
	if (a)
		arena_free(a);
}

static double weights(void)
{
	double sum = 0;

	for (unsigned i = 0; i < INNOCENTS; i++)
		sum += innocents[i].weight;
	return sum;
}

static unsigned accounts_of(const struct habit *h, double account_days)
{
	unsigned n = (unsigned)(account_days * h->weight / weights() / WEEKS_DAYS);

	return n ? n : 1;
}

static int innocents_table(double account_days)
{
	unsigned falsely = 0;
	double days = 0, events = 0;
	clock_t began = clock();

	printf("Innocents: %d days each from the first line of the input\n"
	       "%-22s %12s %11s %8s %6s %9s %12s\n",
	       WEEKS_DAYS, "", "account-days", "compromised", "suspect", "bulk", "top score", "but campaign");
	for (unsigned i = 0; i < INNOCENTS; i++) {
		run_innocent(&f, &innocents[i], accounts_of(&innocents[i], account_days), 1e-5);
		printf("%-22s %12u %11u %8u %6u %9.2f %12.2f\n", innocents[i].name, f.n * WEEKS_DAYS,
		       f.alarmed, f.suspect, f.bulk, f.top, f.rest);
		falsely += f.alarmed;
		days += f.n * WEEKS_DAYS;
		events += f.events;
	}
	printf("%-22s %12.0f %11u\n", "all", days, falsely);
	printf("%.0f million events, %.0f ns each, the simulation's own work included\n\n", events / 1e6,
	       (double)(clock() - began) / CLOCKS_PER_SEC * 1e9 / events);
	return falsely ? 1 : 0;
}

static int goal(const char *what, const char *got, unsigned most)
{
	bool met = strcmp(got, "never") && strtoul(got, NULL, 10) <= most;

	if (!met)
		printf("  GOAL MISSED: %s %s, at most %u\n", what, got, most);
	return met ? 0 : 1;
}

static int attacks_table(unsigned from, unsigned till, unsigned n, const char *title)
{
	int bad = 0;

	printf("%s\n%-32s %7s %7s %7s %7s %7s %12s %9s %9s %9s\n", title, "", "caught", "suspect", "median",
	       "p95", "most", "ideal median", "since med", "since p95", "since max");
	for (unsigned i = from; i < till; i++) {
		char m[16], p[16], top[16], ideal[16] = "-", sm[16], s95[16], sx[16];

		run_attack(&f, &attacks[i], n, 1e-5, 0);
		centile(m, f.leak, f.since_n, n, 50);
		centile(p, f.leak, f.since_n, n, 95);
		centile(top, f.leak, f.since_n, n, 100);
		if (attacks[i].victim)
			centile(ideal, f.ideal, f.ideal_n, n, 50);
		centile(sm, f.since, f.since_n, f.since_n, 50);
		centile(s95, f.since, f.since_n, f.since_n, 95);
		centile(sx, f.since, f.since_n, f.since_n, 100);
		printf("%-32s %6.1f%% %6.1f%% %7s %7s %7s %12s %9s %9s %9s\n", attacks[i].name,
		       100.0 * f.since_n / n, 100.0 * f.suspect / n, m, p, top, ideal, sm, s95, sx);
		if (i < 2)
			bad |= goal("median", m, 10) | goal("p95", p, 20);
		if (from == 0)
			bad |= goal("median distance of since", sm, 3) | goal("caught, p95", p, 800);
	}
	printf("\n");
	return bad;
}

static void shares_row(const char *name)
{
	printf("%-32s", name);
	for (unsigned s = 0; s < SIGNALS; s++)
		printf(" %6.1f", f.share[s] / f.n);
	printf("\n");
}

static void shares_table(unsigned n)
{
	printf("Share of the score, nats at its highest, mean over accounts\n%-32s", "");
	for (unsigned s = 0; s < SIGNALS; s++)
		printf(" %6.6s", signal_table[s].name);
	printf("\n");
	for (unsigned i = 0; i < ATTACKS; i++) {
		run_attack(&f, &attacks[i], n, 1e-5, 0);
		shares_row(attacks[i].name);
	}
	for (unsigned i = 0; i < INNOCENTS; i++) {
		run_innocent(&f, &innocents[i], n, 1e-5);
		shares_row(innocents[i].name);
	}
	printf("\n");
}

static void ablation_table(unsigned n)
{
	printf("Median leak with one signal silenced\n%-20s", "");
	for (unsigned i = 0; i < CULPRITS; i++)
		printf(" %9u", i + 1);
	printf("\n");
	for (unsigned s = 0; s <= SIGNALS; s++) {
		printf("%-20s", s < SIGNALS ? signal_table[s].name : "(none)");
		for (unsigned i = 0; i < CULPRITS; i++) {
			char m[16];

			run_attack(&f, &attacks[i], n, 1e-5, s < SIGNALS ? 1U << s : 0);
			centile(m, f.leak, f.since_n, n, 50);
			printf(" %9s", m);
		}
		printf("\n");
	}
	printf("columns:");
	for (unsigned i = 0; i < CULPRITS; i++)
		printf(" %u %s;", i + 1, attacks[i].name);
	printf("\n\n");
}

static void curve_table(double account_days, unsigned n)
{
	static const double rates[] = { 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6 };
	static const unsigned shown[] = { 0, 2, 3, 6, 9, 10 };

	printf("Curve: false alarms per 100,000 account-days against median messages until the alarm "
	       "(ideal)\n"
	       "%10s %10s",
	       "asked", "measured");
	for (unsigned i = 0; i < 6; i++)
		printf(" %20.20s", attacks[shown[i]].name);
	printf("\n");
	for (unsigned r = 0; r < 6; r++) {
		double days = 0, falsely = 0;

		for (unsigned i = 0; i < INNOCENTS; i++) {
			run_innocent(&f, &innocents[i], accounts_of(&innocents[i], account_days), rates[r]);
			days += f.n * WEEKS_DAYS;
			falsely += f.alarmed;
		}
		printf("%10.1f %10.1f", rates[r] * 1e5, falsely / days * 1e5);
		for (unsigned i = 0; i < 6; i++) {
			char m[16], ideal[16] = "-", both[40];

			run_attack(&f, &attacks[shown[i]], n, rates[r], 0);
			centile(m, f.leak, f.since_n, n, 50);
			if (attacks[shown[i]].victim)
				centile(ideal, f.ideal, f.ideal_n, n, 50);
			snprintf(both, sizeof(both), "%s (%s)", m, ideal);
			printf(" %20s", both);
		}
		printf("\n");
	}
	printf("\n");
}

/* The calls alone, over more senders than a core's cache holds. */
static void cost_line(unsigned rounds)
{
	static struct judge_state states[2000];
	struct judge *j = judge_new(NULL);
	clock_t began = clock();
	double calls = 0;

	memset(states, 0, sizeof(states));
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 0; i < 2000; i++, calls += 3) {
			uint64_t rcpt = hash_mix(i * 64 + r % 50);
			struct judge_message m = { .at = SIM_START + r * 700 + i % 600,
						   .nrcpt = 1,
						   .size = 3000 + r,
						   .subject = r + 1,
						   .net = i % 3 + 1 };

			judge_message(j, &states[i], KIND_AUTH, &m);
			judge_recipient(j, &states[i], m.at, i, rcpt, rcpt / 3, r & 1);
			judge_result(j, &states[i], m.at, RESULT_OK, 0);
		}
	}
	printf("Cost: %.0f ns a call (message, recipient, result in turn), %d bytes a sender, %zu KiB in "
	       "all\n\n",
	       (double)(clock() - began) / CLOCKS_PER_SEC * 1e9 / calls, JUDGE_STATE_BYTES,
	       judge_bytes(j) >> 10);
	judge_free(j);
}

int main(int argc, char **argv)
{
	bool quick = false;
	const char *only = "";
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick"))
			quick = true;
		else if (!strcmp(argv[i], "--why"))
			why = true;
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
	}
	if (!*only || !strcmp(only, "innocents"))
		bad |= innocents_table(quick ? 12000 : 350000);
	if (!*only || !strcmp(only, "cost"))
		cost_line(quick ? 100 : 1000);
	if (!*only || !strcmp(only, "culprits")) {
		bad |= attacks_table(0, CULPRITS, quick ? 60 : 1000,
				     "Culprits: messages until `compromised`");
		attacks_table(CULPRITS, ATTACKS, quick ? 40 : 500, "The enemy's answers");
	}
	if (!strcmp(only, "shares") || (!*only && !quick))
		shares_table(quick ? 20 : 100);
	if (!strcmp(only, "curve") || (!*only && !quick))
		curve_table(quick ? 5000 : 40000, quick ? 40 : 200);
	if (!strcmp(only, "ablation") || (!*only && !quick))
		ablation_table(quick ? 30 : 100);
	printf("%s\n", bad ? "judge_bench: goals MISSED" : "judge_bench: goals met");
	return bad;
}
