/*
 * plan - see plan.h.
 * TRUST: every text of a plan may quote foreign bytes and goes through show or pen.
 */
#include "report/plan.h"

#include "base/show.h"
#include "report/json.h"
#include "report/pen.h"

#include <stdio.h>

/* Of each side; enough for what an edit of ours changes, not for a file of an attacker's length. */
#define DIFF_LINES 40

/* --- what an edit changes -------------------------------------------------------------------------- */

static size_t line_end(struct span s, size_t at)
{
	ptrdiff_t end = span_find(s, at, '\n');

	return end < 0 ? s.n : (size_t)end + 1;
}

/* Bytes in front that are whole lines and equal. */
static size_t common_head(struct span a, struct span b)
{
	size_t at = 0;

	while (at < a.n && at < b.n) {
		size_t end = line_end(a, at);

		if (end != line_end(b, at) || memcmp(a.p + at, b.p + at, end - at) != 0)
			break;
		at = end;
	}
	return at;
}

/*
 * Bytes at the end that are whole lines and equal. A line counts as whole only where both have its beginning:
 * else the diff would show half of one, and the operator agrees to what he reads.
 */
static size_t common_tail(struct span a, struct span b)
{
	size_t n = 0, whole = 0;

	while (n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n]) {
		n++;
		if (n == a.n || a.p[a.n - 1 - n] == '\n')
			whole = n;
	}
	return whole < b.n && b.p[b.n - 1 - whole] != '\n' ? 0 : whole;
}

static void put_lines(struct pen *p, const char *mark, struct span s)
{
	size_t n = 0;

	for (size_t at = 0; at < s.n; n++) {
		size_t end = line_end(s, at);
		struct span line = span_of(s.p + at, end - at - (s.p[end - 1] == '\n'));

		if (n == DIFF_LINES) {
			/* who agrees to a change must know that he does not see all of it */
			pen_line(p, 6);
			pen_str(p, mark);
			pen_str(p, "... and more lines, not shown");
			return;
		}
		pen_line(p, 6);
		pen_str(p, mark);
		pen_whole(p, line);
		at = end;
	}
}

static void put_diff(struct pen *p, const struct action *v)
{
	size_t head = common_head(v->old_bytes, v->new_bytes);
	struct span old = span_from(v->old_bytes, head), new = span_from(v->new_bytes, head);
	size_t tail = common_tail(old, new);

	pen_line(p, 4);
	pen_str(p, "    --- ");
	pen_whole(p, v->path);
	put_lines(p, "    - ", span_head(old, old.n - tail));
	put_lines(p, "    + ", span_head(new, new.n - tail));
}

/* --- the screen ------------------------------------------------------------------------------------- */

static void put_action(struct pen *p, const struct action *v, size_t number, bool diff)
{
	char text[32];

	snprintf(text, sizeof(text), "%3zu ", number);
	pen_line(p, 6);
	pen_style(p, PEN_BOLD);
	pen_str(p, text);
	snprintf(text, sizeof(text), "%c ", v->grade ? v->grade : '-');
	pen_str(p, text);
	pen_style(p, PEN_PLAIN);
	pen_text(p, v->what);
	if (v->lifetime) {
		pen_str(p, " (for ");
		pen_duration(p, v->lifetime);
		pen_str(p, ")");
	}
	pen_line(p, 6);
	pen_style(p, PEN_DIM);
	pen_str(p, "      by hand  ");
	pen_whole(p, v->command);
	pen_line(p, 6);
	pen_str(p, "      back     ");
	pen_text(p, v->transient ? SPAN("nothing is stored, nothing to take back") : v->undo);
	pen_style(p, PEN_PLAIN);
	if (diff && v->kind == ACTION_EDIT)
		put_diff(p, v);
}

static void put_list(struct pen *p, const char *label, const struct span *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pen_line(p, SCREEN_LABEL);
		if (i == 0)
			pen_label(p, label);
		else
			pen_to(p, SCREEN_LABEL);
		pen_text(p, list[i]);
	}
}

void plan_text(struct sink *s, const struct plan *p, const struct screen *screen, bool diff,
	       const char *helpless, struct span next)
{
	struct pen pen = pen_new(&s->text, screen);

	pen_style(&pen, PEN_BOLD);
	pen_str(&pen, "PLAN");
	pen_style(&pen, PEN_PLAIN);
	pen_str(&pen, "     ");
	if (p->incident.n) {
		pen_str(&pen, "incident ");
		pen_text(&pen, p->incident);
		pen_str(&pen, ": ");
	}
	if (p->incident.n && !p->nactions && !p->sender.n) {
		pen_str(&pen, "nothing on this evidence alone");
	} else {
		pen_str(&pen, "stop ");
		pen_text(&pen, p->sender);
		if (p->nactions == 0)
			pen_str(&pen, helpless ? " - " : " - nothing to be done");
		pen_str(&pen, helpless ? helpless : "");
	}
	for (size_t i = 0; i < p->nactions; i++)
		put_action(&pen, &p->actions[i], i + 1, diff);
	put_list(&pen, "NOTE", p->notes, p->nnotes);
	put_list(&pen, "BY YOU", p->apart, p->napart);
	if (screen->root) {
		pen_line(&pen, SCREEN_LABEL);
		pen_beneath(&pen);
	}
	if (next.n) {
		pen_line(&pen, SCREEN_LABEL);
		pen_label(&pen, "NEXT");
		pen_whole(&pen, next);
	}
	pen_line(&pen, 0);
	sink_turn(s);
}

/* --- for programs ------------------------------------------------------------------------------------ */

static void write_texts(struct jsonw *w, const char *key, const struct span *list, size_t n)
{
	jsonw_open(w, key, '[');
	for (size_t i = 0; i < n; i++)
		jsonw_span(w, NULL, list[i]);
	jsonw_close(w, ']');
}

void plan_json_list(struct jsonw *w, const struct plan *p)
{
	char text[32];

	jsonw_open(w, "plan", '[');
	for (size_t i = 0; p && i < p->nactions; i++) {
		const struct action *v = &p->actions[i];

		jsonw_open(w, NULL, '{');
		snprintf(text, sizeof(text), "%zu", i + 1);
		jsonw_str(w, "id", text);
		jsonw_str(w, "action", action_kind_name(v->kind));
		jsonw_grade(w, v->grade);
		jsonw_span(w, "text", v->what);
		jsonw_span(w, "command", v->command);
		jsonw_span(w, "undo", v->undo);
		if (v->transient)
			jsonw_bool(w, "transient", true);
		if (v->lifetime) {
			snprintf(text, sizeof(text), "%us", v->lifetime);
			jsonw_str(w, "lifetime", text);
		}
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_plan(struct jsonw *w, const struct plan *p, const char *verb)
{
	json_schema(w, verb);
	if (p->incident.n)
		jsonw_span(w, "incident", p->incident);
	if (p->sender.n)
		jsonw_span(w, "sender", p->sender);
	plan_json_list(w, p);
	write_texts(w, "apart", p->apart, p->napart);
	write_texts(w, "notes", p->notes, p->nnotes);
}

void plan_json_begin(struct sink *s, const struct plan *p, const char *verb)
{
	struct jsonw w = { .out = &s->text };

	write_plan(&w, p, verb);
	jsonw_open(&w, "actions", '[');
}

void plan_json(struct sink *s, const struct plan *p, const char *helpless, const char *verb)
{
	struct jsonw w = { .out = &s->text };
	const struct span unseen = span_str(helpless);

	write_plan(&w, p, verb);
	jsonw_bool(&w, "complete", !helpless);
	write_texts(&w, "unseen", &unseen, helpless != NULL);
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

static void cell(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	show_text(out, s, false);
}

void plan_plain(struct sink *s, const struct plan *p, const char *helpless)
{
	for (size_t i = 0; i < p->nactions; i++) {
		const struct action *v = &p->actions[i];

		buf_addf(&s->text, "action\t%zu\t%s\t%c\t%u\t%d", i + 1, action_kind_name(v->kind),
			 v->grade ? v->grade : '-', v->lifetime, v->transient);
		cell(&s->text, v->what);
		cell(&s->text, v->command);
		cell(&s->text, v->undo);
		buf_byte(&s->text, '\n');
	}
	for (size_t i = 0; i < p->napart; i++) {
		buf_str(&s->text, "apart");
		cell(&s->text, p->apart[i]);
		buf_byte(&s->text, '\n');
	}
	for (size_t i = 0; i < p->nnotes; i++) {
		buf_str(&s->text, "note");
		cell(&s->text, p->notes[i]);
		buf_byte(&s->text, '\n');
	}
	if (helpless)
		buf_addf(&s->text, "unseen\t%s\n", helpless);
}
