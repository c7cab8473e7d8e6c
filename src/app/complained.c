/*
 * complained - see complained.h.
 *
 * A complaint raises the sum of a sender who is accused already, by its grade; it accuses nobody by itself, and no verdict
 * is changed here: anybody who once got mail of somebody's can complain about him, and a Message-ID is no secret.
 *
 * TRUST: what is kept was tied through the logs (tying.h); reporters and kinds are a stranger's words.
 */
#include "app/complained.h"

#include "model/inquiry.h"
#include "store/store.h"

/* Seconds that a message may lie before its incident: the first ones were sent before he was noticed. */
#define BEFORE 3600
#define EVIDENCE_MOST 5
/* Nats, for each reporter: a line of ours that the logs know, and a Message-ID alone. */
#define WEIGHT_TIED 1.5
#define WEIGHT_CLAIMED 0.3
#define WEIGHT_MOST 6.0

struct heard {
	uint64_t complaints, bounces;
	double weight;
	const struct store_complaint *first[EVIDENCE_MOST];
	size_t n;
	struct span reporter[64];
	size_t nreporters;
};

static bool is_about(const struct store_complaint *c, const struct row *r, const struct incident *in)
{
	return c->kind == r->kind && span_eq(c->id, r->id) && span_eq(c->account, r->account) &&
	       c->at >= in->since - BEFORE && c->at <= (r->last > in->since ? r->last : in->since);
}

/* One reporter counts once: a mailbox that complains about each of a hundred messages says it a hundred times. */
static bool is_new_reporter(struct heard *h, struct span reporter)
{
	for (size_t i = 0; i < h->nreporters; i++)
		if (span_eq(h->reporter[i], reporter))
			return false;
	if (h->nreporters < sizeof(h->reporter) / sizeof(*h->reporter))
		h->reporter[h->nreporters++] = reporter;
	return true;
}

static void hear(struct heard *h, const struct store_complaint *c)
{
	h->complaints += !c->bounce;
	h->bounces += c->bounce;
	if (c->bounce)
		return;
	if (is_new_reporter(h, c->reporter))
		h->weight += c->grade == 'C' ? WEIGHT_CLAIMED : WEIGHT_TIED;
	if (h->n < EVIDENCE_MOST)
		h->first[h->n++] = c;
}

static struct span claim_of(struct arena *a, const struct heard *h)
{
	struct buf text = BUF_MAX(400);
	struct span s;

	buf_addf(&text, "%llu complaint%s about this sender's mail, tied to it by the log",
		 (unsigned long long)h->complaints, h->complaints == 1 ? "" : "s");
	if (h->bounces)
		buf_addf(&text, "; %llu bounces came to the abuse mailbox", (unsigned long long)h->bounces);
	s = arena_span(a, buf_view(&text));
	buf_free(&text);
	return s;
}

static struct span reason_of(struct arena *a, const struct heard *h)
{
	struct buf text = BUF_MAX(1024);
	struct span s;

	buf_addf(&text, "%llu complaint%s from %zu reporter%s, the first ", (unsigned long long)h->complaints,
		 h->complaints == 1 ? "" : "s", h->nreporters, h->nreporters == 1 ? "" : "s");
	buf_span(&text, span_head(h->first[0]->what, 80));
	if (h->first[0]->reporter.n) {
		buf_str(&text, " by ");
		buf_span(&text, span_head(h->first[0]->reporter, 200));
	}
	s = arena_span(a, buf_view(&text));
	buf_free(&text);
	return s;
}

/* Behind what is there: moments point into the list by number. */
static void add_evidence(struct arena *a, struct row *r, const struct heard *h)
{
	struct evidence *all = arena_alloc(a, (r->nevidence + h->n + 1) * sizeof(*all));
	struct span claim = claim_of(a, h);

	if (r->nevidence)
		memcpy(all, r->evidence, r->nevidence * sizeof(*all));
	for (size_t i = 0; i < h->n; i++)
		all[r->nevidence++] = (struct evidence){ .grade = h->first[i]->grade,
							 .file = h->first[i]->file,
							 .line = h->first[i]->line,
							 .offset = h->first[i]->offset,
							 .text = h->first[i]->text,
							 .claim = claim };
	r->evidence = all;
}

static void add_reason(struct arena *a, struct row *r, const struct heard *h)
{
	struct reason *all = arena_alloc(a, (r->nreasons + 1) * sizeof(*all));
	double weight = h->weight < WEIGHT_MOST ? h->weight : WEIGHT_MOST;

	if (r->nreasons)
		memcpy(all, r->reasons, r->nreasons * sizeof(*all));
	all[r->nreasons++] = (struct reason){ .signal = SPAN("complaints"),
					      .value = (double)h->complaints,
					      .weight = weight,
					      .text = reason_of(a, h) };
	r->reasons = all;
	r->score += weight;
}

static void attach_row(struct arena *a, struct incident *in, struct row *r,
		       const struct store_complaint *list, size_t n)
{
	struct heard h = { 0 };

	for (size_t i = 0; i < n; i++)
		if (is_about(&list[i], r, in))
			hear(&h, &list[i]);
	in->complaints += h.complaints;
	if (h.complaints == 0)
		return;
	add_evidence(a, r, &h);
	add_reason(a, r, &h);
}

int complained_attach(struct store *s, struct arena *a, struct inquiry *q, struct err *err)
{
	struct store_complaint *list;
	int64_t since = 0;
	size_t n;
	int rc;

	for (size_t i = 0; i < q->nincidents; i++)
		if (!since || q->incidents[i].since < since)
			since = q->incidents[i].since;
	if (q->nincidents == 0)
		return 0;
	rc = store_complaints(s, since - BEFORE, q->now, a, &list, &n, err);
	for (size_t i = 0; i < q->nincidents && rc == 0; i++)
		for (size_t k = 0; k < q->incidents[i].nrows; k++)
			attach_row(a, &q->incidents[i], &q->rows[q->incidents[i].rows[k]], list, n);
	return rc;
}
