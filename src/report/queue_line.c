/*
 * queue_line - see queue_line.h.
 * TRUST: addresses, subjects, reasons and paths are foreign and go through show or pen.
 */
#include "report/queue_line.h"

#include "base/show.h"
#include "model/inquiry.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"

void queue_sample_put(struct pen *p, unsigned column, const struct queue_sample *s)
{
	pen_to(p, column);
	p->indent = column + 3;
	pen_field(p, s->id, 40);
	pen_str(p, " ");
	pen_field(p, s->sender.n ? s->sender : SPAN("<>"), 60);
	pen_str(p, " > ");
	pen_field(p, s->recipient, 60);
	if (s->recipients > 1) {
		pen_str(p, " +");
		pen_count(p, s->recipients - 1);
	}
	if (s->fresh && s->recipients == 1) {
		pen_str(p, " (new)");
	} else if (s->fresh) {
		pen_str(p, " (");
		pen_fact(p, s->fresh, "new");
		pen_str(p, ")");
	}
	if (s->subject.n) {
		pen_str(p, "  \"");
		pen_text(p, s->subject);
		pen_str(p, "\"");
	}
	if (s->reason.n) {
		pen_str(p, "  waits: ");
		pen_text(p, s->reason);
	}
	pen_line(p, 0);
}

const struct row *queue_accused(const struct inquiry *past, uint32_t accused)
{
	/* the number came through a child */
	return past && accused && accused <= past->nrows ? &past->rows[accused - 1] : NULL;
}

const struct incident *queue_incident(const struct inquiry *past, uint32_t accused)
{
	for (size_t i = 0; past && accused && i < past->nincidents; i++)
		for (size_t k = 0; k < past->incidents[i].nrows; k++)
			if (past->incidents[i].rows[k] == accused - 1)
				return &past->incidents[i];
	return NULL;
}

void queue_unseen_put(struct pen *p, const struct queue_report *q)
{
	for (size_t i = 0; i < q->nunseen; i++) {
		if (i == 0)
			pen_label(p, "UNSEEN");
		else
			pen_to(p, SCREEN_LABEL);
		pen_text(p, q->unseen[i]);
		pen_line(p, 0);
	}
	if (q->unconfined) {
		if (q->nunseen == 0)
			pen_label(p, "UNSEEN");
		else
			pen_to(p, SCREEN_LABEL);
		pen_str(p, "the reader was not confined (--unconfined)");
		pen_line(p, 0);
	}
}

void queue_json_head(struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_str(w, "schema", "spamtrail.queue/1");
	jsonw_str(w, "tool", "spamtrail " SPAMTRAIL_VERSION);
}

void queue_json_report(struct jsonw *w, const struct queue_report *q)
{
	if (q->host.n)
		jsonw_span(w, "host", q->host);
	jsonw_bool(w, "complete", q->complete);
	jsonw_open(w, "unseen", '[');
	for (size_t i = 0; i < q->nunseen; i++)
		jsonw_span(w, NULL, q->unseen[i]);
	jsonw_close(w, ']');
	jsonw_bool(w, "judged", q->past != NULL);
	if (!q->past)
		jsonw_span(w, "unjudged", q->unjudged);
	jsonw_time(w, "logs_from", q->past_from, NULL);
	jsonw_open(w, "spools", '[');
	for (size_t i = 0; i < q->nspools; i++) {
		const struct queue_spool *s = &q->spool[i];

		jsonw_open(w, NULL, '{');
		jsonw_str(w, "server", mail_server_name(s->server));
		jsonw_path(w, "path", s->path);
		jsonw_str(w, "read", s->by_tool ? "postqueue" : "files");
		if (s->server == SERVER_POSTFIX && !s->by_tool)
			jsonw_u64(w, "maildrop", s->maildrop);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void queue_cell(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

void queue_cell_number(struct buf *out, uint64_t v)
{
	buf_byte(out, '\t');
	text_u64(out, v);
}

void queue_cell_time(struct buf *out, int64_t at, const struct zone *zone)
{
	buf_byte(out, '\t');
	if (at)
		text_rfc3339(out, at, zone);
	else
		buf_byte(out, '-');
}

void queue_cell_grade(struct buf *out, char grade)
{
	buf_byte(out, '\t');
	buf_byte(out, grade ? grade : '-');
}

void queue_plain_report(struct buf *out, const struct queue_report *q)
{
	for (size_t i = 0; i < q->nspools; i++) {
		buf_str(out, "spool");
		queue_cell(out, span_str(mail_server_name(q->spool[i].server)));
		queue_cell(out, q->spool[i].path);
		queue_cell(out, span_str(q->spool[i].by_tool ? "postqueue" : "files"));
		queue_cell_number(out, q->spool[i].maildrop);
		buf_byte(out, '\n');
	}
	buf_str(out, "judged");
	queue_cell(out, q->past ? SPAN("yes") : SPAN("no"));
	queue_cell_time(out, q->past_from, NULL);
	queue_cell(out, q->unjudged);
	buf_byte(out, '\n');
	for (size_t i = 0; i < q->nunseen; i++) {
		buf_str(out, "unseen");
		queue_cell(out, q->unseen[i]);
		buf_byte(out, '\n');
	}
}
