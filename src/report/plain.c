/*
 * plain - see plain.h for the columns.
 * TRUST: foreign text passes show_text, which escapes tabs and newlines: a name cannot forge a field.
 */
#include "report/plain.h"

#include "base/show.h"
#include "model/rows.h"
#include "report/claims.h"
#include "report/text.h"

static void put_span(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		/* Whatever the terminal: a script gets the same bytes everywhere. */
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

static void put_str(struct buf *out, const char *s)
{
	put_span(out, span_str(s));
}

static void put_u64(struct buf *out, uint64_t v)
{
	buf_byte(out, '\t');
	text_u64(out, v);
}

static void put_time(struct buf *out, int64_t utc, const struct zone *zone)
{
	buf_byte(out, '\t');
	if (utc)
		text_rfc3339(out, utc, zone);
	else
		buf_byte(out, '-');
}

static void put_grade(struct buf *out, char grade)
{
	put_span(out, span_of(&grade, grade ? 1 : 0));
}

static void put_counts(struct buf *out, const struct counts *c)
{
	put_u64(out, c->messages);
	put_u64(out, c->recipients);
	put_u64(out, c->delivered);
	put_u64(out, c->deferred);
	put_u64(out, c->bounced);
	put_u64(out, c->bytes);
}

static void put_row(struct buf *out, const struct row *r, size_t rank, const struct zone *zone)
{
	buf_str(out, "sender");
	put_u64(out, rank);
	put_str(out, sender_kind_name(r->kind));
	put_str(out, verdict_name(r->verdict));
	buf_byte(out, '\t');
	text_fixed(out, r->score, 3);
	buf_byte(out, '\t');
	text_fixed(out, r->confidence, 3);
	put_grade(out, r->grade);
	put_counts(out, &r->counts);
	put_time(out, r->since, zone);
	put_time(out, r->first, zone);
	put_time(out, r->last, zone);
	put_span(out, r->account);
	put_span(out, r->id);
	buf_byte(out, '\n');
}

static void put_incident(struct buf *out, const struct inquiry *q, const struct incident *in,
			 const struct zone *zone)
{
	struct arena *a = arena_new();
	struct claim *claims;
	size_t n = claims_list(q, in, a, &claims);

	buf_str(out, "incident");
	put_span(out, incident_id(in));
	put_str(out, in->sending ? "sending" : "stopped");
	put_time(out, in->since, zone);
	for (size_t i = 0; i < in->nrows; i++) {
		buf_byte(out, i ? ',' : '\t');
		text_u64(out, (uint64_t)in->rows[i] + 1);
	}
	buf_byte(out, '\n');
	for (size_t i = 0; i < n; i++) {
		buf_str(out, "claim");
		put_span(out, incident_id(in));
		buf_byte(out, '.');
		text_u64(out, i + 1);
		put_u64(out, (uint64_t)claims[i].row + 1);
		put_grade(out, claims[i].grade);
		put_span(out, claims[i].text);
		buf_byte(out, '\n');
	}
	arena_free(a);
}

static void put_stat(struct buf *out, const char *table, struct span key, const struct counts *c)
{
	buf_str(out, "stat");
	put_str(out, table);
	put_counts(out, c);
	put_span(out, key);
	buf_byte(out, '\n');
}

static void put_table(struct sink *s, const char *table, const struct stat_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_stat(&s->text, table, row[i].key, &row[i].counts);
		sink_turn(s);
	}
}

static void put_stats(struct sink *s, const struct stats *stats)
{
	for (unsigned h = 0; h < 24; h++) {
		char hour[2] = { (char)('0' + h / 10), (char)('0' + h % 10) };

		put_stat(&s->text, "hour", span_of(hour, 2), &stats->by_hour[h]);
	}
	put_table(s, "sender", stats->senders, stats->nsenders);
	put_table(s, "host", stats->hosts, stats->nhosts);
	put_table(s, "domain", stats->domains, stats->ndomains);
	put_table(s, "error", stats->errors, stats->nerrors);
	put_table(s, "reject", stats->rejects, stats->nrejects);
}

void plain_unseen(struct sink *s, const struct inquiry *q)
{
	for (size_t i = 0; i < q->nunseen; i++) {
		buf_str(&s->text, "unseen");
		put_span(&s->text, q->unseen[i]);
		buf_byte(&s->text, '\n');
	}
}

void plain_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats)
{
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	struct buf *out = &s->text;
	const struct row *row;

	buf_str(out, "window");
	put_time(out, q->from, zone);
	put_time(out, q->to, zone);
	put_str(out, q->complete ? "yes" : "no");
	put_span(out, q->host);
	buf_str(out, "\ntotal");
	put_counts(out, &q->totals);
	buf_byte(out, '\n');
	while ((row = rows_next(&rows)) != NULL) {
		put_row(out, row, rows.next, zone);
		sink_turn(s);
	}
	for (size_t i = 0; i < q->nincidents; i++) {
		put_incident(out, q, &q->incidents[i], zone);
		sink_turn(s);
	}
	plain_unseen(s, q);
	if (with_stats)
		put_stats(s, &q->stats);
}

void plain_advice(struct sink *s, const struct inquiry *q)
{
	for (size_t i = 0; i < q->nadvice; i++) {
		const struct advice *a = &q->advice[i];

		buf_str(&s->text, "advice");
		put_str(&s->text, a->ok ? "ok" : "off");
		put_span(&s->text, a->id);
		put_span(&s->text, a->file);
		put_span(&s->text, a->line);
		put_span(&s->text, a->text);
		buf_byte(&s->text, '\n');
	}
}
