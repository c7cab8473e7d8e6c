/*
 * mailing - see mailing.h.
 * TRUST: `to` and points are foreign and go through show; texts and HTML come from letter_fill, which has escaped them.
 */
#include "report/mailing.h"

#include "base/show.h"
#include "report/html.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"

static void put_points(struct pen *p, const struct letter_facts *f)
{
	static const char *const marks[] = { "ok", "OPEN", "OPEN?" };

	for (size_t i = 0; i < f->npoints; i++) {
		pen_label(p, i ? "" : "GATE");
		pen_to(p, SCREEN_LABEL);
		p->indent = SCREEN_LABEL + 7;
		pen_style(p, f->points[i].state == POINT_CLOSED ? PEN_GREEN : PEN_RED);
		pen_str(p, marks[f->points[i].state]);
		pen_style(p, PEN_PLAIN);
		pen_to(p, SCREEN_LABEL + 7);
		pen_text(p, f->points[i].text);
		if (f->points[i].advice.n) {
			pen_str(p, ": ");
			pen_text(p, f->points[i].advice);
		}
		pen_line(p, 0);
	}
}

static void put_unseen(struct pen *p, const struct mailings *m)
{
	for (size_t i = 0; i < m->nunseen; i++) {
		pen_label(p, "UNSEEN");
		pen_text(p, m->unseen[i]);
		pen_line(p, 0);
	}
}

static void put_commands(struct pen *p, const struct mailings *m)
{
	static const struct {
		const char *flag, *what;
	} letters[] = {
		{ "customer", "to the customer" },
		{ "abuse-desk", "to who complained, and to a stolen login's networks" },
		{ "affected", "to others whose mail was refused" },
		{ "delist", "the packet for the lists, once nothing is open" },
		{ "resolution", "the closing statement, once nothing is open" },
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		struct buf command = BUF_MAX(8192);

		buf_str(&command, "spamtrail report ");
		buf_span(&command, incident_id(m->facts->in));
		buf_addf(&command, " --%s", letters[i].flag);
		buf_span(&command, m->again);
		pen_label(p, i ? "" : "NEXT");
		pen_to(p, SCREEN_LABEL);
		pen_whole(p, buf_view(&command));
		pen_str(p, "   ");
		pen_str(p, letters[i].what);
		pen_line(p, 0);
		buf_free(&command);
	}
}

static void text_gate(struct sink *s, const struct mailings *m, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);

	put_points(&p, m->facts);
	if (m->refused) {
		pen_line(&p, 0);
		pen_str(&p, "Not printed: the cause is not gone. Who asks for removal too early is listed "
			    "again, and "
			    "longer. --force prints it with the open points in it.");
		pen_line(&p, 0);
	}
	if (!m->name)
		put_commands(&p, m);
	put_unseen(&p, m);
}

/* The letters alone: they are piped into a file or a mail program. What was not seen goes where it does not disturb. */
void mailings_text(struct sink *s, const struct mailings *m, const struct screen *screen)
{
	if (!m->name || m->refused) {
		text_gate(s, m, screen);
		return;
	}
	for (size_t i = 0; i < m->n; i++) {
		const struct mailing *one = &m->list[i];

		if (m->n > 1) {
			buf_str(&s->text, i ? "\n======== for " : "======== for ");
			show_text(&s->text, one->to, screen->ascii);
			buf_str(&s->text, " ========\n\n");
		}
		if (one->contact.n) {
			buf_str(&s->text, "To: ");
			show_text(&s->text, one->contact, screen->ascii);
			buf_byte(&s->text, '\n');
		}
		if (one->subject.n) {
			buf_str(&s->text, "Subject: ");
			buf_span(&s->text, one->subject);
			buf_str(&s->text, "\n\n");
		}
		buf_span(&s->text, one->text);
		if (one->xarf.n) {
			buf_str(&s->text, "\n-------- attach as xarf.json, application/json --------\n");
			buf_span(&s->text, one->xarf);
			buf_byte(&s->text, '\n');
		}
		sink_turn(s);
	}
}

static void json_gate(struct jsonw *w, const struct mailings *m)
{
	const struct letter_facts *f = m->facts;

	jsonw_open(w, "gate", '{');
	jsonw_bool(w, "open", letters_open(f));
	jsonw_bool(w, "refused", m->refused);
	jsonw_open(w, "points", '[');
	for (size_t i = 0; i < f->npoints; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_str(w, "state", point_state_name(f->points[i].state));
		jsonw_span(w, "text", f->points[i].text);
		if (f->points[i].advice.n)
			jsonw_span(w, "advice", f->points[i].advice);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

void mailings_json(struct sink *s, const struct mailings *m)
{
	struct jsonw w = { .out = &s->text };
	const struct inquiry q = { .complete = m->nunseen == 0, .unseen = m->unseen, .nunseen = m->nunseen };

	json_schema(&w, "report");
	json_complete(&w, &q);
	jsonw_span(&w, "incident", incident_id(m->facts->in));
	if (m->name)
		jsonw_str(&w, "letter", m->name);
	json_gate(&w, m);
	jsonw_open(&w, "letters", '[');
	for (size_t i = 0; i < m->n && !m->refused; i++) {
		const struct mailing *one = &m->list[i];

		jsonw_open(&w, NULL, '{');
		jsonw_span(&w, "to", one->to);
		if (one->contact.n)
			jsonw_span(&w, "contact", one->contact);
		jsonw_span(&w, "subject", one->subject);
		jsonw_span(&w, "text", one->text);
		jsonw_span(&w, "html", one->html);
		if (one->xarf.n) {
			jsonw_key(&w, "xarf");
			buf_span(&s->text, one->xarf);
		}
		jsonw_close(&w, '}');
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

void mailings_plain(struct sink *s, const struct mailings *m)
{
	struct buf *out = &s->text;

	for (size_t i = 0; i < m->n && !m->refused; i++) {
		buf_addf(out, "letter\t%s\t", m->name);
		show_text(out, m->list[i].to, false);
		buf_byte(out, '\t');
		buf_span(out, m->list[i].subject);
		buf_byte(out, '\t');
		show_text(out, m->list[i].contact.n ? m->list[i].contact : SPAN("-"), false);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < m->facts->npoints; i++) {
		buf_addf(out, "point\t%s\t", point_state_name(m->facts->points[i].state));
		show_text(out, m->facts->points[i].text, false);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < m->nunseen; i++) {
		buf_str(out, "unseen\t");
		show_text(out, m->unseen[i], false);
		buf_byte(out, '\n');
	}
}

void mailings_html(struct sink *s, const struct mailings *m)
{
	html_head(&s->text, incident_id(m->facts->in));
	for (size_t i = 0; i < m->n; i++) {
		buf_str(&s->text, "<article>\n");
		if (m->n > 1) {
			buf_str(&s->text, "<p class=\"pale\">for ");
			show_html(&s->text, m->list[i].to);
			buf_str(&s->text, "</p>\n");
		}
		if (m->list[i].contact.n) {
			buf_str(&s->text, "<p class=\"pale\">to ");
			show_html(&s->text, m->list[i].contact);
			buf_str(&s->text, "</p>\n");
		}
		if (m->list[i].subject.n) {
			buf_str(&s->text, "<h1>");
			show_html(&s->text, m->list[i].subject);
			buf_str(&s->text, "</h1>\n");
		}
		buf_span(&s->text, m->list[i].html);
		if (m->list[i].xarf.n) {
			buf_str(&s->text, "<h2>xarf.json</h2><pre>");
			show_html(&s->text, m->list[i].xarf);
			buf_str(&s->text, "</pre>\n");
		}
		buf_str(&s->text, "</article>\n");
		sink_turn(s);
	}
	buf_str(&s->text, "</body></html>\n");
}
