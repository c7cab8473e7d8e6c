/*
 * verdict - from the sum to words: verdict, reasons that add up to the score, and why somebody was set aside.
 *
 * Sentences are ours but for the hard fact's text, which the caller gave. TRUST: no foreign byte gets
 * into a sentence here.
 */
#include "judge/cusum.h"
#include "judge/past.h"
#include "judge/signals_table.h"

#define BULK_A_DAY 200 /* messages a day that make a sender a big one */
#define BULK_LEVEL 7 /* 128 messages within an hour */
#define RESULTS_ENOUGH 30
#define MANY 100 /* from here on a share is told per cent */

static double usual_share(const struct state *s, enum signal sig)
{
	const struct beta *usual = &signal_table[sig].usual[s->population];

	return (double)(usual->yes + s->past[sig].yes * TICK) /
	       (usual->yes + usual->no + s->past[sig].n * TICK);
}

/* V's digits; returns how many. */
static size_t digits(char *out, uint64_t v)
{
	char text[20], *p = text + sizeof(text);
	size_t n;

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	n = (size_t)(text + sizeof(text) - p);
	memcpy(out, p, n);
	return n;
}

/* X as printf says it, at a tenth of the cost: a server's rows have a hundred thousand of these. Returns its length. */
static size_t number(char out[32], double x, bool percent)
{
	double shown = percent ? x * 100 : x;
	bool tenths = shown < 9.95 && shown > 0 && percent;
	double scaled = tenths ? shown * 10 : shown;
	uint64_t whole = scaled >= 0 && scaled < 1e9 ? (uint64_t)scaled : 0;
	double rest = scaled - (double)whole;
	size_t n;

	/* of a half, what the product has lost may decide */
	if (!(rest >= 0 && rest < 1) || rest == 0.5)
		return (size_t)snprintf(out, 32, tenths ? "%.1f%s" : "%.0f%s", shown, percent ? " %" : "");
	whole += rest > 0.5;
	n = digits(out, tenths ? whole / 10 : whole);
	if (tenths) {
		out[n++] = '.';
		out[n++] = (char)('0' + whole % 10);
	}
	if (percent) {
		out[n++] = ' ';
		out[n++] = '%';
	}
	out[n] = '\0';
	return n;
}

/* TEXT with its first @ replaced by VALUE and its second by USUAL; "(s)" goes by VALUE. */
static struct span sentence(struct arena *a, const char *text, struct span value, struct span usual)
{
	const bool one = span_eq(value, SPAN("1"));
	char out[200];
	size_t n = 0;

	for (const char *c = text; *c && n < sizeof(out) - 32; c++) {
		if (*c == '@') {
			memcpy(out + n, value.p, value.n);
			n += value.n;
			value = usual;
		} else if (*c == '(' && c[1] == 's' && c[2] == ')') {
			out[n] = 's';
			n += !one;
			c += 2;
		} else {
			out[n++] = *c;
		}
	}
	return arena_span(a, span_of(out, n));
}

/* "5 of 12", and from a hundred on "41 % of". */
static size_t share_of(char out[32], struct tally t)
{
	bool few = t.n < MANY;
	size_t n = few ? digits(out, t.yes) : number(out, (double)t.yes / t.n, true);

	memcpy(out + n, " of ", 4);
	return few ? n + 4 + digits(out + n + 4, t.n) : n + 3;
}

static void fill(const struct state *s, enum signal sig, struct arena *a, struct reason *r)
{
	const struct signal_row *row = &signal_table[sig];
	char value[32], usual[32];
	size_t n;

	r->signal = span_str(row->name);
	r->weight = (double)s->best[sig] / NAT;
	if (sig == SIG_FILE) {
		r->value = 1;
		r->text = span_str(s->fact ? s->fact : "a hard fact of grade A is on record");
		return;
	}
	if (sig == SIG_BURST) {
		r->value = s->best_most;
		r->usual = (2U << s->best_usual) - 1;
	} else {
		r->usual = usual_share(s, sig);
		r->value = row->share && s->seen[sig].n ? (double)s->seen[sig].yes / s->seen[sig].n
							: s->seen[sig].yes;
	}
	if (row->share)
		n = share_of(value, s->seen[sig]);
	else if (r->value > 0)
		n = number(value, r->value, false);
	else
		n = (size_t)snprintf(value, sizeof(value), "no");
	r->text = sentence(a, row->text, span_of(value, n),
			   span_of(usual, number(usual, r->usual, sig != SIG_BURST)));
}

static void reasons(const struct state *s, struct arena *a, struct judge_verdict *v)
{
	v->reasons = arena_alloc(a, SIGNALS * sizeof(*v->reasons));
	for (unsigned i = 0; i < SIGNALS; i++) {
		struct reason r = { .weight = 0 };
		size_t at = v->nreasons;

		if (!s->best[i])
			continue;
		fill(s, i, a, &r);
		for (; at > 0 && v->reasons[at - 1].weight < r.weight; at--)
			v->reasons[at] = v->reasons[at - 1];
		v->reasons[at] = r;
		v->nreasons++;
	}
}

/* Much mail and many new recipients, and nearly all of them exist: from where he always was, or from a new
 * sender of whom enough is known and nothing else speaks against him. */
static bool explained(const struct state *s)
{
	struct known r = s->known_best;
	bool is_new = s->flags & STATE_BORN_LATE;
	int32_t place = cusum_group(s->best, GROUP_PLACE) - s->best[SIG_REGULAR]; /* a rhythm is no place */

	if (is_new)
		place -= s->best[SIG_NEW_PLACE];
	return place < NAT && cusum_group(s->best, GROUP_LOGIN) < NAT &&
	       (!is_new || s->best[SIG_SPAM] < CUSUM_LOUD) && r.results >= (is_new ? MANY : RESULTS_ENOUGH) &&
	       (uint64_t)r.unknown * (is_new ? 50 : 20) <= r.results;
}

static struct span aside(const struct state *s, const char *what, struct arena *a)
{
	struct known r = s->known;
	char text[200], unknown[32];

	if (!a)
		return SPAN_NONE;
	number(unknown, r.results ? (double)r.unknown / r.results : 0, true);
	if (r.results)
		snprintf(text, sizeof(text), "%s: %u messages, %s unknown recipients", what, s->messages,
			 unknown);
	else
		snprintf(text, sizeof(text), "%s: %u messages, no results yet", what, s->messages);
	return arena_span(a, span_str(text));
}

/* Much on an average day, or in a single hour. */
static bool big(const struct state *s)
{
	bool busy = s->level >= BULK_LEVEL;

	for (unsigned i = BULK_LEVEL; i <= BURST_LEVELS; i++)
		busy |= s->stops[i] || s->stops_aside[i];
	return busy || s->messages / (1 + (s->last - s->first) / 86400) >= BULK_A_DAY;
}

/* Whose mail it is was guessed from what the sender wrote: many may stand behind one address. What would
 * convict anybody else makes a suspect, unless nearly all recipients exist. */
static enum verdict guessed(const struct state *s, struct arena *a, struct span *ret_aside)
{
	if ((s->flags & STATE_ALARMED) && !explained(s))
		return VERDICT_SUSPECT;
	*ret_aside = aside(s, "many may send through this address", a);
	return big(s) ? VERDICT_BULK : VERDICT_NORMAL;
}

static enum verdict decide(const struct state *s, bool accusable, bool trusted, struct arena *a,
			   struct span *ret_aside)
{
	bool loud = cusum_loud(s->best) > 0;
	bool steady = (double)s->past[SIG_NEW_RCPT].yes < 0.2 * s->past[SIG_NEW_RCPT].n;

	if (s->flags & STATE_HARD)
		return VERDICT_COMPROMISED;
	if (trusted || !accusable) {
		*ret_aside =
			aside(s, trusted ? "trusted by the configuration" : "sends on what others wrote", a);
		return big(s) ? VERDICT_BULK : VERDICT_NORMAL;
	}
	if (s->flags & STATE_GUESSED)
		return guessed(s, a, ret_aside);
	if (s->flags & STATE_ALARMED)
		return VERDICT_COMPROMISED;
	if (s->best_total >= s->threshold - CUSUM_SLOW) {
		if (!explained(s))
			return VERDICT_SUSPECT;
		*ret_aside = aside(s,
				   s->flags & STATE_BORN_LATE ? "a new sender, but to people who exist"
							      : "a campaign from its own networks and place",
				   a);
		return VERDICT_BULK;
	}
	if (!big(s))
		return VERDICT_NORMAL;
	*ret_aside = aside(s,
			   steady ? "steady audience, own rhythm"
			   : loud ? "a campaign from its own networks and place"
				  : "own rhythm",
			   a);
	return VERDICT_BULK;
}

/* Below the threshold it rises to 0.59; above it counts how far, and how many groups say so. */
static double confidence(const struct state *s)
{
	double share = s->threshold ? (double)s->best_total / s->threshold : 0;
	double above = (double)(s->best_total - s->threshold) / NAT;
	double c;

	if (s->flags & STATE_HARD)
		return 0.99;
	if (!(s->flags & STATE_ALARMED) || s->flags & STATE_GUESSED)
		return share < 1 ? 0.59 * share : 0.59;
	c = 0.75 + 0.02 * above + 0.07 * (cusum_loud(s->best) - 2.0);
	return c < 0.75 ? 0.75 : c > 0.99 ? 0.99 : c;
}

void judge_close(struct judge *j, const struct judge_state *opaque, enum sender_kind kind, bool trusted,
		 struct arena *a, struct judge_verdict *ret_verdict)
{
	const struct state *s = (const struct state *)(const void *)opaque->opaque;
	struct judge_verdict v = { .verdict = VERDICT_NORMAL };

	(void)j;
	if (s->flags & STATE_SEEN) {
		if (a)
			reasons(s, a, &v);
		v.score = (double)s->best_total / NAT;
		v.verdict = decide(s, kind_accusable(kind), trusted, a, &v.aside);
		v.confidence = confidence(s);
		v.since = s->best_since;
		v.since_message = s->best_message;
		v.alarmed = s->flags & STATE_ALARMED;
		v.alarm_at = s->alarm_at;
		v.alarm_message = s->alarm_message;
	}
	*ret_verdict = v;
}
