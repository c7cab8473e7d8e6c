/*
 * doctor - see doctor.h. What is off comes first; the line to add stands alone on its line, unwrapped, so
 * that it can be copied.
 * TRUST: paths and settings come from the server's configuration, which a customer may partly write.
 */
#include "report/doctor.h"

#include "base/show.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"

static void put_off(struct pen *p, const struct advice *a)
{
	p->indent = 5;
	pen_style(p, PEN_YELLOW);
	pen_str(p, "OFF");
	pen_style(p, PEN_PLAIN);
	pen_to(p, 5);
	pen_style(p, PEN_BOLD);
	pen_text(p, a->id);
	pen_style(p, PEN_PLAIN);
	pen_str(p, "  ");
	pen_text(p, a->text);
	pen_line(p, 0);
	if (a->file.n) {
		pen_to(p, 5);
		p->indent = 5;
		pen_str(p, "in ");
		pen_text(p, a->file);
		pen_str(p, a->line.n ? " put:" : "");
		pen_line(p, 0);
	}
	if (a->line.n) {
		/* Past the pen, which would wrap it: a broken line cannot be pasted. */
		buf_str(p->out, "         ");
		show_text(p->out, a->line, p->screen->ascii);
		buf_byte(p->out, '\n');
	}
}

static void put_ok(struct pen *p, const struct advice *a)
{
	p->indent = 5;
	pen_style(p, PEN_GREEN);
	pen_str(p, "ok");
	pen_style(p, PEN_PLAIN);
	pen_to(p, 5);
	pen_text(p, a->id);
	pen_str(p, "  ");
	pen_text(p, a->text);
	pen_line(p, 0);
}

void doctor_text(struct sink *s, const struct inquiry *q, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);
	size_t off = 0;

	for (size_t i = 0; i < q->nadvice; i++)
		off += !q->advice[i].ok;
	pen_count(&p, off);
	pen_str(&p, " of ");
	pen_count(&p, q->nadvice);
	pen_str(&p, " settings are off or wrong");
	pen_line(&p, 0);
	for (size_t i = 0; i < q->nadvice; i++)
		if (!q->advice[i].ok)
			put_off(&p, &q->advice[i]);
	for (size_t i = 0; i < q->nadvice; i++)
		if (q->advice[i].ok)
			put_ok(&p, &q->advice[i]);
	for (size_t i = 0; i < q->nunseen; i++) {
		pen_label(&p, "UNSEEN");
		pen_text(&p, q->unseen[i]);
		pen_line(&p, 0);
	}
}

void doctor_json(struct sink *s, const struct inquiry *q)
{
	struct jsonw w = { .out = &s->text };

	json_schema(&w, "doctor");
	json_complete(&w, q);
	jsonw_open(&w, "advice", '[');
	for (size_t i = 0; i < q->nadvice; i++) {
		const struct advice *a = &q->advice[i];

		jsonw_open(&w, NULL, '{');
		jsonw_span(&w, "id", a->id);
		jsonw_bool(&w, "ok", a->ok);
		jsonw_span(&w, "text", a->text);
		if (a->line.n)
			jsonw_span(&w, "line", a->line);
		if (a->file.n)
			jsonw_path(&w, "file", a->file);
		jsonw_close(&w, '}');
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}
