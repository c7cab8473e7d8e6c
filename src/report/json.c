/*
 * json - see json.h. Keys and their order are contract.md's; a key whose value is unknown (an account,
 * a time, a grade) is left out. What the contract has no key for is told without a new one: a trusted
 * sender and the reason for setting one aside are reasons of weight 0 (signals "trusted" and "aside").
 * One key is added where it is needed to read "evidence" at all: a moment that belongs to another
 * sender than the incident's first says so in "sender". "mta" and "notes" are what the
 * screen says: which mail servers these are, and what is worth a line but not incomplete.
 * TRUST: every text of the inquiry is foreign and passes show_json.
 */
#include "report/json.h"

#include "base/show.h"
#include "model/event.h"
#include "model/rows.h"
#include "report/jsonw.h"
#include "report/plan.h"
#include "report/stats.h"

void json_schema(struct jsonw *w, const char *verb)
{
	jsonw_open(w, NULL, '{');
	jsonw_key(w, "schema");
	buf_str(w->out, "\"spamtrail.");
	buf_str(w->out, verb);
	buf_str(w->out, "/1\"");
}

void json_complete(struct jsonw *w, const struct inquiry *q)
{
	jsonw_bool(w, "complete", q->complete);
	jsonw_open(w, "unseen", '[');
	for (size_t i = 0; i < q->nunseen; i++)
		jsonw_span(w, NULL, q->unseen[i]);
	jsonw_close(w, ']');
}

void json_counts(struct jsonw *w, const struct counts *c)
{
	jsonw_u64(w, "messages", c->messages);
	jsonw_u64(w, "recipients", c->recipients);
	jsonw_u64(w, "delivered", c->delivered);
	jsonw_u64(w, "deferred", c->deferred);
	jsonw_u64(w, "bounced", c->bounced);
	jsonw_u64(w, "bytes", c->bytes);
}

void json_evidence(struct jsonw *w, const struct evidence *e)
{
	jsonw_open(w, NULL, '{');
	jsonw_grade(w, e->grade);
	jsonw_path(w, "file", e->file);
	jsonw_u64(w, "line", e->line);
	jsonw_u64(w, "offset", e->offset);
	jsonw_span(w, "text", e->text);
	jsonw_close(w, '}');
}

static void write_inputs(struct jsonw *w, const struct inquiry *q)
{
	jsonw_open(w, "input", '[');
	for (size_t i = 0; i < q->ninputs; i++) {
		const struct input_file *f = &q->inputs[i];

		jsonw_open(w, NULL, '{');
		jsonw_path(w, "path", f->path);
		jsonw_open(w, "dialects", '[');
		for (int d = 0; d < DIALECTS; d++)
			if (f->dialects >> d & 1)
				jsonw_str(w, NULL, dialect_name((enum dialect)d));
		jsonw_close(w, ']');
		jsonw_u64(w, "bytes", f->bytes);
		jsonw_u64(w, "lines", f->lines);
		jsonw_u64(w, "unknown_lines", f->unknown_lines);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_places(struct jsonw *w, const struct row *r)
{
	jsonw_open(w, "places", '[');
	for (size_t i = 0; i < r->nplaces; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_path(w, "path", r->places[i].path);
		jsonw_u64(w, "messages", r->places[i].messages);
		jsonw_grade(w, r->places[i].grade);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_open(w, "clients", '[');
	for (size_t i = 0; i < r->nclients; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_span(w, "ip", r->clients[i].ip);
		jsonw_u64(w, "messages", r->clients[i].messages);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_u64(w, "clients_total", r->clients_total);
}

static void write_reason(struct jsonw *w, const struct reason *r)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "signal", r->signal);
	jsonw_double(w, "value", r->value);
	jsonw_double(w, "usual", r->usual);
	jsonw_double(w, "weight", r->weight);
	jsonw_span(w, "text", r->text);
	jsonw_close(w, '}');
}

static void write_reasons(struct jsonw *w, const struct row *r)
{
	jsonw_open(w, "reasons", '[');
	for (size_t i = 0; i < r->nreasons; i++)
		write_reason(w, &r->reasons[i]);
	if (r->trusted)
		write_reason(w, &(struct reason){ .signal = SPAN("trusted"),
						  .value = 1,
						  .text = SPAN("trusted by the configuration") });
	if (r->aside.n)
		write_reason(w, &(struct reason){ .signal = SPAN("aside"), .value = 1, .text = r->aside });
	jsonw_close(w, ']');
}

static void write_row(struct jsonw *w, const struct row *r, size_t rank, bool queue_read,
		      const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	jsonw_u64(w, "rank", rank);
	jsonw_str(w, "kind", sender_kind_name(r->kind));
	jsonw_path(w, "id", r->id);
	if (r->account.n)
		jsonw_span(w, "account", r->account);
	jsonw_str(w, "verdict", verdict_name(r->verdict));
	jsonw_double(w, "score", r->score);
	jsonw_time(w, "since", r->since, zone);
	jsonw_double(w, "confidence", r->confidence);
	jsonw_grade(w, r->grade);
	json_counts(w, &r->counts);
	if (queue_read)
		jsonw_u64(w, "queued", r->queued);
	jsonw_time(w, "first", r->first, zone);
	jsonw_time(w, "last", r->last, zone);
	write_places(w, r);
	write_reasons(w, r);
	jsonw_open(w, "evidence", '[');
	for (size_t i = 0; i < r->nevidence; i++)
		json_evidence(w, &r->evidence[i]);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static void write_moments(struct jsonw *w, const char *key, const struct moment *m, size_t n,
			  const struct incident *in, const struct zone *zone)
{
	jsonw_open(w, key, '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_time(w, "at", m[i].at, zone);
		jsonw_span(w, "kind", m[i].kind);
		jsonw_span(w, "text", m[i].text);
		jsonw_grade(w, m[i].grade);
		if (in->nrows && m[i].row != in->rows[0])
			jsonw_u64(w, "sender", (uint64_t)m[i].row + 1);
		jsonw_open(w, "evidence", '[');
		for (size_t k = 0; k < m[i].nevidence; k++)
			jsonw_u64(w, NULL, m[i].evidence[k]);
		jsonw_close(w, ']');
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_incident(struct jsonw *w, const struct inquiry *q, const struct incident *in,
			   const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "id", incident_id(in));
	if (in->complaints)
		jsonw_u64(w, "complaints", in->complaints);
	jsonw_str(w, "state", in->sending ? "sending" : "stopped");
	jsonw_time(w, "state_at", inquiry_clock(q), zone);
	jsonw_time(w, "since", in->since, zone);
	jsonw_open(w, "senders", '[');
	for (size_t i = 0; i < in->nrows; i++)
		jsonw_u64(w, NULL, (uint64_t)in->rows[i] + 1);
	jsonw_close(w, ']');
	write_moments(w, "entry", in->entry, in->nentry, in, zone);
	write_moments(w, "timeline", in->timeline, in->ntimeline, in, zone);
	plan_json_list(w, in->plan);
	jsonw_close(w, '}');
}

void json_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats)
{
	struct jsonw w = { .out = &s->text };
	struct row_walk rows = rows_walk(q, ROWS_WHOLE);
	const struct row *row;

	json_schema(&w, "investigate");
	jsonw_str(&w, "tool", "spamtrail " SPAMTRAIL_VERSION);
	if (q->host.n)
		jsonw_span(&w, "host", q->host);
	if (q->mta.n)
		jsonw_span(&w, "mta", q->mta);
	jsonw_open(&w, "window", '{');
	jsonw_time(&w, "from", q->from, zone);
	jsonw_time(&w, "to", q->to, zone);
	jsonw_close(&w, '}');
	json_complete(&w, q);
	jsonw_open(&w, "notes", '[');
	for (size_t i = 0; i < q->nnotes; i++)
		jsonw_span(&w, NULL, q->notes[i]);
	jsonw_close(&w, ']');
	write_inputs(&w, q);
	jsonw_open(&w, "totals", '{');
	json_counts(&w, &q->totals);
	if (q->queue_read) {
		jsonw_u64(&w, "queued", q->queued);
		jsonw_u64(&w, "queued_unknown", q->queued_unknown);
	}
	jsonw_close(&w, '}');
	jsonw_open(&w, "senders", '[');
	while ((row = rows_next(&rows)) != NULL) {
		write_row(&w, row, rows.next, q->queue_read, zone);
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_open(&w, "incidents", '[');
	for (size_t i = 0; i < q->nincidents; i++)
		write_incident(&w, q, &q->incidents[i], zone);
	jsonw_close(&w, ']');
	if (with_stats)
		stats_json(&w, s, &q->stats);
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}
