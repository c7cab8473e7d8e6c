/* queue_past - see queue_past.h. */
#include "trace/queue_past.h"

#include "trace/queued.h"
#include "trace/wrote.h"

/* seconds from a message's arrival to the answer of its first server: what raised the first suspicion came before it */
#define SINCE_SLACK 60
/* the log's clock against the file's, both in whole seconds */
#define CLOCK_SLACK 2

static const struct row *accused_at(const struct inquiry *q, uint32_t index, int64_t arrival)
{
	const struct row *r = index < q->nrows ? &q->rows[index] : NULL;

	if (!r || r->verdict < VERDICT_SUSPECT || r->trusted)
		return NULL;
	return r->since && arrival && arrival < r->since - SINCE_SLACK ? NULL : r;
}

static bool is_his(const struct row *r, const struct whose *w, uint64_t identity)
{
	if (identity)
		return identity == wrote_identity(r->kind, r->id, r->account);
	/* no person: only the very row, which logs and queue spell the same way */
	return r->kind == KIND_RELAY && w->kind == KIND_RELAY && span_eq(r->id, w->id) &&
	       span_eq(r->account, w->account);
}

/* The row of him that the file names, where no log line of this message names one. */
static const struct row *accused_of(const struct inquiry *q, const struct whose *w, uint64_t identity,
				    int64_t arrival)
{
	for (uint32_t i = 0; i < q->nrows; i++)
		if (is_his(&q->rows[i], w, identity) && accused_at(q, i, arrival))
			return &q->rows[i];
	return NULL;
}

/* A bounce for a login that is accused, wherever it was made; of forged senders only the log's line tells. */
static const struct row *accused_login(const struct inquiry *q, const struct queued *m)
{
	for (uint32_t i = 0; i < q->nrows; i++)
		for (uint32_t k = 0; k < m->nlisted; k++)
			if (q->rows[i].kind == KIND_AUTH &&
			    span_eq_nocase(q->rows[i].id, m->recipients[k].address) &&
			    accused_at(q, i, m->arrival))
				return &q->rows[i];
	return NULL;
}

static bool is_bounce(const struct queued *q)
{
	ptrdiff_t at = span_rfind(q->sender, '@');

	return q->null_sender ||
	       span_eq_nocase(at < 0 ? q->sender : span_head(q->sender, (size_t)at), SPAN("mailer-daemon"));
}

static void mark_recipients(const struct wrote_known *known, uint64_t identity, int64_t before,
			    struct queued *q)
{
	int64_t began = wrote_began(known);

	if (!identity || !began || began + CLOCK_SLACK > before)
		return;
	for (uint32_t i = 0; i < q->nlisted; i++) {
		struct queued_recipient *r = &q->recipients[i];
		int64_t first = wrote_first(known, identity, wrote_address(r->address));
		bool seen = first && first + CLOCK_SLACK <= before;

		r->novelty = seen ? NOVELTY_KNOWN : NOVELTY_NEW;
		q->nknown += seen;
		q->nnew += !seen;
	}
}

void queue_past_judge(const struct queue_past *past, const struct whose *w, struct queued *q)
{
	struct wrote_message m = { .row = WROTE_NO_ROW, .answers = WROTE_NO_ROW };
	bool logged = wrote_message(past->known, q->id, &m) && m.row != WROTE_NO_ROW;
	uint64_t identity = logged ? m.identity : wrote_identity(w->kind, w->id, w->account);
	const struct row *r = NULL;

	if (q->damage)
		return;
	r = logged ? accused_at(past->q, m.row, q->arrival) : accused_of(past->q, w, identity, q->arrival);
	q->class = CLASS_SPAM;
	if (!r && is_bounce(q)) {
		r = accused_at(past->q, m.answers, q->arrival);
		r = r ? r : accused_login(past->q, q);
		q->class = r ? CLASS_SPAM_BOUNCE : CLASS_BOUNCE;
	} else if (!r) {
		q->class = logged || w->kind != KIND_UNKNOWN ? CLASS_OTHER : CLASS_UNKNOWN;
	}
	q->accused = r ? (uint32_t)(r - past->q->rows) + 1 : 0;
	if (is_bounce(q))
		return;
	/* of somebody accused: before he became it, as his campaign repeats itself */
	mark_recipients(past->known, identity, r && r->since && r->since < q->arrival ? r->since : q->arrival,
			q);
}
