/*
 * conclude - the end of a run: open messages are settled, rows judged and ranked, limits told.
 *
 * Order: verdicts first, then the judge's score, then messages, then the id, so that equal input gives equal
 * output; what came from outside, bounces and unknown arrivals rank last.
 */
#include "trace/conclude.h"

#include "base/err.h"
#include "trace/crosscheck.h"
#include "trace/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MOST 20
#define SUBJECTS_MOST 3
#define STILL_SENDING 900 /* seconds before now, or before the end of the logs */
#define PROOFS_SHOWN 8
#define PROOF_AHEAD 128 /* bytes of its line */

struct span claim_format(struct arena *a, const char *fmt, ...)
{
	char text[600];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		return SPAN_NONE;
	return arena_span(a, span_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
}

uint32_t row_add_evidence(struct trace *t, struct arena *a, struct row *row, uint32_t file,
			  const struct evidence *proof)
{
	struct evidence *e;

	/* room doubles: most of a large server's rows keep one line */
	if ((row->nevidence & (row->nevidence - 1)) == 0) {
		e = arena_alloc(a, (row->nevidence ? 2 * row->nevidence : 1) * sizeof(*e));
		if (row->nevidence)
			memcpy(e, row->evidence, row->nevidence * sizeof(*e));
		row->evidence = e;
	}
	if (row->nevidence == ROW_EVIDENCE)
		return ROW_EVIDENCE - 1;
	e = &row->evidence[row->nevidence];
	*e = *proof;
	e->file = file == PROOF_OBSERVED  ? SPAN("/proc")
		  : file == PROOF_JOURNAL ? SPAN("journal")
		  : file < t->o.nfiles	  ? t->o.files[file].name
					  : SPAN_NONE;
	e->text = arena_span(a, proof->text);
	return (uint32_t)row->nevidence++;
}

static void settle_all(struct trace *t)
{
	for (uint32_t slot = 0; slot < t->messages.n; slot++)
		while (!qid_none(message_at(&t->messages, slot)->id)) {
			message_at(&t->messages, slot)->flags |= M_DONE;
			message_settle(t, slot);
		}
}

static void evidence_fill(struct trace *t, struct arena *a, const struct sender *s, struct row *row)
{
	const struct proof *p = s->proof;

	/* the line that began the run, where one was kept, says more than the sender's first ever */
	while (row->since && p && p->next && p->at < row->since)
		p = p->next;
	for (unsigned i = 0; p && i < PROOFS_SHOWN; i++, p = p->next) {
		const struct evidence e = {
			.grade = p->grade,
			.line = p->line,
			.offset = p->offset,
			.text = proof_text(p),
			.claim = span_str(p->claim),
		};

		row_add_evidence(t, a, row, p->file, &e);
	}
}

static void history_fill(struct arena *a, const struct sender *s, const struct inquiry *q, struct row *row)
{
	int64_t span = q->to - q->from + 1;
	uint64_t line[INQUIRY_SPARK] = { 0 };
	size_t n = 0;

	for (unsigned i = 0; i < SENDER_BINS && span > 0; i++) {
		int64_t at = s->bin_start + (int64_t)i * s->bin_width - q->from;
		int64_t column;

		if (!s->bin[i])
			continue;
		column = (at < 0 ? 0 : at) * INQUIRY_SPARK / span;
		column = column < INQUIRY_SPARK ? column : INQUIRY_SPARK - 1;
		n += !line[column];
		line[column] += (uint64_t)s->bin[i] << s->bin_scale;
	}
	row->history = arena_alloc(a, (n + 1) * sizeof(*row->history));
	for (unsigned k = 0; k < INQUIRY_SPARK; k++)
		if (line[k])
			row->history[row->nhistory++] = (struct column){
				k,
				line[k] < UINT32_MAX ? (uint32_t)line[k] : UINT32_MAX,
			};
}

static int by_count(const void *x, const void *y)
{
	const struct tally *a = *(const struct tally *const *)x;
	const struct tally *b = *(const struct tally *const *)y;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a < b ? -1 : a > b; /* who was seen first */
}

/* The sender's tallies of one kind, largest first; returns how many there are. */
static size_t tallies(const struct trace *t, const struct sender *s, enum tally_what what,
		      const struct tally **ret_list, size_t room)
{
	size_t n = 0;

	for (uint32_t i = s->tally; i && n < room; i = t->senders.tally[i - 1].next)
		if (t->senders.tally[i - 1].what == what)
			ret_list[n++] = &t->senders.tally[i - 1];
	if (n)
		qsort(ret_list, n, sizeof(*ret_list), by_count);
	return n;
}

/* LIST: room for every tally there is. */
static void lists_fill(struct trace *t, struct arena *a, const struct sender *s, struct row *row,
		       const struct tally **list)
{
	size_t room = t->senders.ntally;
	size_t n = tallies(t, s, TALLY_CLIENT, list, room);
	size_t most = t->o.every_client ? EVERY_CLIENT_MOST : LIST_MOST;

	row->clients_total = s->nclients;
	row->nclients = n < most ? n : most;
	row->clients = arena_alloc(a, (row->nclients + 1) * sizeof(*row->clients));
	for (size_t i = 0; i < row->nclients; i++)
		row->clients[i] = (struct client){ names_get(&t->names, list[i]->name), list[i]->count };
	n = tallies(t, s, TALLY_PLACE, list, room);
	row->nplaces = n < LIST_MOST ? n : LIST_MOST;
	row->places = arena_alloc(a, (row->nplaces + 1) * sizeof(*row->places));
	for (size_t i = 0; i < row->nplaces; i++)
		row->places[i] = (struct place){
			names_get(&t->names, list[i]->name),
			list[i]->count,
			(char)('A' + list[i]->grade - 1),
		};
}

/* The subjects on the lines that are kept, most frequent first, of equals the older one. */
static void subjects_fill(struct arena *a, const struct sender *s, struct row *row)
{
	struct span subject[SENDER_PROOFS] = { { NULL, 0 } };
	uint32_t count[SENDER_PROOFS] = { 0 };
	uint32_t n = 0;

	for (const struct proof *p = s->proof; p; p = p->next) {
		uint32_t k = 0;

		subject[n++] = proof_subject(p);
		while (k + 1 < n && !span_eq(subject[k], subject[n - 1]))
			k++;
		count[k] += subject[k].n > 0;
	}
	row->subjects = arena_alloc(a, SUBJECTS_MOST * sizeof(*row->subjects));
	while (row->nsubjects < SUBJECTS_MOST) {
		uint32_t best = 0;

		for (uint32_t i = 1; i < n; i++)
			best = count[i] > count[best] ? i : best;
		if (!count[best])
			break;
		count[best] = 0;
		row->subjects[row->nsubjects++] = subject[best];
	}
}

static bool is_judged(enum sender_kind kind)
{
	return kind == KIND_AUTH || kind == KIND_SCRIPT || kind == KIND_LOCAL || kind == KIND_RELAY ||
	       kind == KIND_FORWARD || kind == KIND_DIRECT;
}

/* What the queue says beside the logs; a header is the suspect's own word, so it has no weight. */
static void queue_fill(const struct trace *t, struct arena *a, const struct sender *s, struct row *row)
{
	struct reason *all;
	struct span name = names_get(&t->names, s->queue_script);

	if (!s->queue_scripts)
		return;
	all = arena_alloc(a, (row->nreasons + 1) * sizeof(*all));
	if (row->nreasons)
		memcpy(all, row->reasons, row->nreasons * sizeof(*all));
	all[row->nreasons] = (struct reason){
		.signal = SPAN("queue"),
		.value = s->queue_named,
		.usual = s->queue_scripts,
		.text = claim_format(a, "%u of %u queue files with PHP's header name %.*s (grade C)",
				     s->queue_named, s->queue_scripts, (int)span_head(name, 200).n, name.p),
	};
	row->reasons = all;
	row->nreasons++;
}

/* The verdict once more, now with its sentences: for all rows at once they would be most of the memory. */
static void row_fill(struct trace *t, struct arena *a, const struct inquiry *q, const struct ranked *r,
		     struct row *row)
{
	const struct sender *s = r->sender;
	struct judge_verdict with_text = { .verdict = VERDICT_NORMAL };
	const struct judge_verdict *v = &with_text;

	if (is_judged(s->kind))
		judge_close(t->judge, &s->judge, s->kind, s->trusted, a, &with_text);
	if (s->kind == KIND_DIRECT && v->verdict == VERDICT_NORMAL)
		with_text.aside = observed_aside();
	sender_tally_flush(&t->senders, r->index);
	*row = (struct row){
		.kind = s->kind,
		.id = s->kind == KIND_OTHER ? SPAN("other") : names_get(&t->names, s->id),
		.account = names_get(&t->names, s->account),
		.verdict = r->withdrawn.n ? r->verdict : v->verdict,
		.score = v->score,
		.confidence = v->confidence,
		.since = v->since,
		.aside = r->withdrawn.n ? r->withdrawn : v->aside,
		.reasons = v->reasons,
		.nreasons = v->nreasons,
		.first = s->first,
		.last = s->last,
		.grade = crosscheck_grade(s),
		.trusted = s->trusted,
		.counts = s->counts,
		.sending = s->last && s->last >= inquiry_clock(q) - STILL_SENDING,
	};
	if (s->account_index != ACCOUNT_NONE &&
	    accounts_get(t->o.accounts, s->account_index)->uid != UINT32_MAX)
		row->uid_text = claim_format(a, "uid %u", accounts_get(t->o.accounts, s->account_index)->uid);
	row->queued = s->queued;
	queue_fill(t, a, s, row);
	if (!t->o.no_history)
		history_fill(a, s, q, row);
	lists_fill(t, a, s, row, t->scratch);
	subjects_fill(a, s, row);
	crosscheck_prove(t, a, s, row);
	evidence_fill(t, a, s, row);
}

/* Smaller ranks first. */
static int rank_class(const struct ranked *r)
{
	if (r->sender->kind == KIND_INBOUND || r->sender->kind == KIND_BOUNCE)
		return 3;
	if (r->sender->kind == KIND_UNKNOWN || r->sender->kind == KIND_OTHER)
		return 4;
	return r->verdict == VERDICT_COMPROMISED ? 0 : r->verdict == VERDICT_SUSPECT ? 1 : 2;
}

static int by_rank(const void *x, const void *y, void *names)
{
	const struct ranked *a = x;
	const struct ranked *b = y;
	struct span id_a = names_get(names, a->sender->id);
	struct span id_b = names_get(names, b->sender->id);
	int c = rank_class(a) - rank_class(b);

	if (c == 0 && a->score != b->score)
		c = a->score > b->score ? -1 : 1;
	if (c == 0 && a->sender->counts.messages != b->sender->counts.messages)
		c = a->sender->counts.messages > b->sender->counts.messages ? -1 : 1;
	if (c == 0)
		c = memcmp(id_a.p, id_b.p, id_a.n < id_b.n ? id_a.n : id_b.n);
	if (c == 0)
		c = (id_a.n > id_b.n) - (id_a.n < id_b.n);
	if (c == 0)
		c = (int)a->sender->kind - (int)b->sender->kind;
	return c ? c : a->index < b->index ? -1 : 1;
}

static void totals_add(struct counts *to, const struct counts *c)
{
	to->messages += c->messages;
	to->recipients += c->recipients;
	to->delivered += c->delivered;
	to->deferred += c->deferred;
	to->bounced += c->bounced;
	to->bytes += c->bytes;
}

static bool has_mail(const struct sender *s)
{
	return s->kind == KIND_DIRECT || s->counts.messages || s->counts.delivered || s->counts.deferred ||
	       s->counts.bounced;
}

static void limits_fill(const struct trace *t, struct arena *a, struct inquiry *q)
{
	const struct messages *m = &t->messages;
	uint64_t evicted = m->evicted_unseen + m->evicted_empty + m->evicted_old;
	struct span text[7];
	struct span note[4 + 4 + CROSSCHECK_NOTES];
	size_t n = 0;
	size_t notes = 0;

	if (evicted)
		text[n++] = claim_format(
			a,
			"memory limit: %llu unfinished messages given up (%llu without an arrival, "
			"%llu without recipients, %llu others)",
			(unsigned long long)evicted, (unsigned long long)m->evicted_unseen,
			(unsigned long long)m->evicted_empty, (unsigned long long)m->evicted_old);
	if (t->names.lost)
		text[n++] = claim_format(a, "memory limit: %llu names not kept",
					 (unsigned long long)t->names.lost);
	if (t->senders.tally_lost)
		text[n++] = claim_format(a, "memory limit: %llu client addresses and places not listed",
					 (unsigned long long)t->senders.tally_lost);
	if (m->pairs_lost)
		text[n++] = claim_format(a, "memory limit: %llu recipients not told apart",
					 (unsigned long long)m->pairs_lost);
	if (t->senders.merged)
		text[n++] = claim_format(a, "more than %d senders: the %llu smallest are one row", ROWS_MOST,
					 (unsigned long long)t->senders.merged);
	if (t->web.lost)
		text[n++] = claim_format(a, "memory limit: %llu web targets and logins not kept",
					 (unsigned long long)t->web.lost);
	if (t->contradictions)
		note[notes++] =
			claim_format(a,
				     "%llu arrivals repeat a queue id that had already arrived: copied or "
				     "forged lines, not counted",
				     (unsigned long long)t->contradictions);
	if (t->split)
		note[notes++] = claim_format(a,
					     "%llu folder names with a line end in them stand in Exim's log: "
					     "lines below may be forged by "
					     "whose folder it is, the first %.*s",
					     (unsigned long long)t->split,
					     (int)names_get(&t->names, t->split_first).n,
					     names_get(&t->names, t->split_first).p);
	if (t->php_doubted)
		note[notes++] = claim_format(
			a,
			"PHP's mail log, which every site's scripts can write, names a script for %llu "
			"messages although nobody had asked its site for anything: they stay the shared "
			"user's",
			(unsigned long long)t->php_doubted);
	if (t->astray)
		note[notes++] =
			claim_format(a, "%llu lines are stamped more than a day ahead, or before 1970",
				     (unsigned long long)t->astray);
	notes += observed_notes(t, a, note + notes, 4);
	notes += crosscheck_notes(t, a, note + notes);
	if (t->observed.o && t->observed.o->full)
		text[n++] = SPAN("the look at this host's processes hit a limit: not all of them were seen");
	q->unseen = arena_alloc(a, (n + 1) * sizeof(*q->unseen));
	memcpy(q->unseen, text, n * sizeof(*text));
	q->nunseen = n;
	q->notes = arena_alloc(a, (notes + 1) * sizeof(*q->notes));
	memcpy(q->notes, note, notes * sizeof(*note));
	q->nnotes = notes;
	q->complete = n == 0;
}

static void fill_asked(struct trace *t, struct arena *a, const struct ranked *ranked, size_t n,
		       struct inquiry *q)
{
	uint32_t *row_of = xmalloc((t->senders.n + 1) * sizeof(*row_of));

	memset(row_of, 0xff, (t->senders.n + 1) * sizeof(*row_of));
	for (uint32_t i = 0; i < n; i++)
		row_of[ranked[i].index] = i;
	if (t->seek)
		seek_fill(t, a, row_of, q);
	if (t->refusals)
		refusals_fill(t->refusals, a, row_of, q);
	if (t->wrote)
		wrote_rank(t->wrote, row_of, t->senders.n + 1);
	free(row_of);
}

/* What ranking and incidents ask of a verdict. */
static void verdict_take(struct trace *t, const struct sender *s, struct ranked *r)
{
	struct judge_verdict v;

	judge_close(t->judge, &s->judge, s->kind, s->trusted, NULL, &v);
	r->verdict = v.verdict;
	r->score = v.score;
	r->alarm_at = v.alarm_at;
}

/* Those who are compromised come first. */
static void accused_fill(struct trace *t, struct arena *a, struct inquiry *q)
{
	size_t n = 0;

	while (n < q->nrows && t->ranked[n].verdict == VERDICT_COMPROMISED)
		n++;
	q->rows = arena_alloc(a, (n + 1) * sizeof(*q->rows));
	for (size_t i = 0; i < n; i++) {
		t->ranked[i].row = &q->rows[i];
		row_fill(t, a, q, &t->ranked[i], &q->rows[i]);
	}
	t->naccused = n;
}

/* Ranked, rows lie anywhere: those that come next are fetched meanwhile, and then what they point to. */
static void rows_ahead(const struct trace *t, size_t index, size_t n)
{
	const struct sender *next = index + 1 < n ? t->ranked[index + 1].sender : NULL;

	if (index + 2 < n)
		row_prefetch(t->ranked[index + 2].sender);
	if (!next)
		return;
	for (size_t i = 0; next->proof && i < sizeof(*next->proof) + PROOF_AHEAD; i += 64)
		__builtin_prefetch((const char *)next->proof + i);
	if (next->tally)
		__builtin_prefetch(&t->senders.tally[next->tally - 1]);
}

void trace_row(struct trace *t, const struct inquiry *q, size_t index, struct arena *a, struct row *ret_row)
{
	rows_ahead(t, index, q->nrows);
	if (index < t->naccused)
		*ret_row = q->rows[index];
	else
		row_fill(t, a, q, &t->ranked[index], ret_row);
}

struct inquiry *trace_conclude(struct trace *t, struct arena *a)
{
	struct inquiry *q = trace_conclude_briefly(t, a);
	struct row *rows = arena_alloc(a, (q->nrows + 1) * sizeof(*rows));

	for (size_t i = 0; i < q->nrows; i++)
		trace_row(t, q, i, a, &rows[i]);
	q->rows = rows;
	return q;
}

struct inquiry *trace_conclude_briefly(struct trace *t, struct arena *a)
{
	struct inquiry *q = arena_alloc(a, sizeof(*q));
	struct ranked *ranked;
	size_t n = 0;

	later_end(t);
	settle_all(t);
	queued_settle(t);
	senders_shrink(&t->senders, ROWS_MOST);
	observed_direct(t);
	q->mta = t->mta_exim && t->mta_postfix ? SPAN("Postfix + Exim")
		 : t->mta_exim		       ? SPAN("Exim")
		 : t->mta_postfix	       ? SPAN("Postfix")
					       : SPAN("");
	q->now = t->o.now;
	q->live = t->o.live;
	q->queue_read = t->queue.read;
	q->queued = t->queue.all;
	q->queued_unknown = t->queue.unknown;
	q->from = t->o.since ? t->o.since : t->first;
	q->to = t->o.until && t->o.until < t->last ? t->o.until : t->last;
	t->scratch = xcalloc((size_t)t->senders.ntally + 1, sizeof(const struct tally *));
	t->ranked = ranked = xcalloc(t->senders.n + 1, sizeof(*ranked));
	for (uint32_t i = 1; i < t->senders.n; i++) {
		const struct sender *s = sender_at(&t->senders, i);

		if (!has_mail(s) || (s->kind == KIND_OTHER && i != t->senders.other))
			continue;
		ranked[n] = (struct ranked){ .sender = s, .index = i };
		if (is_judged(s->kind))
			verdict_take(t, s, &ranked[n]);
		totals_add(&q->totals, &s->counts);
		n++;
	}
	crosscheck(t, a, ranked, n);
	limits_fill(t, a, q);
	qsort_r(ranked, n, sizeof(*ranked), by_rank, &t->names);
	q->nrows = n;
	accused_fill(t, a, q);
	incidents_make(t, a, ranked, t->naccused, q);
	stats_fill(t, a, &q->stats);
	if (t->refusals || t->seek || t->wrote)
		fill_asked(t, a, ranked, n, q);
	return q;
}
