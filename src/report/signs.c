/*
 * signs - see signs.h.
 *
 * TRUST: `text` of a sign, host and unseen lines are foreign and pass show; names, titles and units are ours.
 */
#include "report/signs.h"

#include "base/show.h"
#include "model/signs.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/text.h"

#define STATE_COLUMNS 10
#define TITLE_COLUMNS 15
#define VALUE_COLUMNS 8
#define USUAL_COLUMNS 14
#define NARROW 60 /* columns of a screen on which the text behind the values would stand a word a line */
#define TEXT_MOST 160
#define NAGIOS_SIGNS 4

/* Order on the screen: what is worst first, in the order of the signs. */
static const enum sign_state order[] = { SIGN_CRITICAL, SIGN_WARNING, SIGN_NORMAL, SIGN_NOT_KNOWN };

#define STATES (sizeof(order) / sizeof(*order))

static size_t count(const struct signs *s, enum sign_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < SIGNS; i++)
		n += s->sign[i].state == state;
	return n;
}

/* 8,204, and 2.5 where that says more. */
static void put_number(struct buf *out, double v)
{
	if (v > 0 && v < 10)
		text_fixed(out, v, 1);
	else
		text_count(out, text_round(v));
}

/* --- the screen --------------------------------------------------------------------------------- */

static void put_right(struct pen *p, double v, size_t column)
{
	struct buf b = BUF_MAX(64);

	put_number(&b, v);
	pen_to(p, column > b.n ? column - b.n : 0);
	pen_text(p, buf_view(&b));
	buf_free(&b);
}

static void put_usual(struct pen *p, const struct sign *s)
{
	struct buf b = BUF_MAX(64);

	if (!s->learns)
		return;
	if (s->samples) {
		buf_str(&b, "usual ");
		put_number(&b, s->usual);
	} else {
		buf_str(&b, "no usual yet");
	}
	pen_text(p, buf_view(&b));
	buf_free(&b);
}

/* "1 sender", "2 senders"; "1 messages/h" has no one. */
static void put_unit(struct buf *out, const struct sign *s, const struct sign_about *about)
{
	struct span unit = span_str(about->unit);

	buf_span(out, s->value == 1 && span_ends(unit, SPAN("s")) ? span_head(unit, unit.n - 1) : unit);
}

/* Behind the value; on a narrow screen below it, where words have room. */
static void to_text(struct pen *p, size_t column)
{
	if (p->width < NARROW) {
		column = STATE_COLUMNS;
		pen_line(p, column);
	}
	pen_to(p, column);
	p->indent = column;
}

static void put_sign(struct pen *p, const struct sign *s, const struct sign_about *about)
{
	static const enum pen_style styles[] = { PEN_PLAIN, PEN_DIM, PEN_YELLOW, PEN_RED };
	static const char *const words[] = { "normal", "unknown", "WARNING", "CRITICAL" };
	size_t values = STATE_COLUMNS + TITLE_COLUMNS + VALUE_COLUMNS;
	struct buf unit = BUF_MAX(64);

	pen_style(p, styles[s->state]);
	pen_str(p, words[s->state]);
	pen_style(p, PEN_PLAIN);
	pen_to(p, STATE_COLUMNS);
	pen_str(p, about->title);
	if (s->state != SIGN_NOT_KNOWN)
		put_right(p, s->value, values);
	to_text(p, values + 2);
	if (s->state != SIGN_NOT_KNOWN) {
		put_usual(p, s);
		if (s->learns || p->width >= NARROW)
			pen_to(p, p->indent + USUAL_COLUMNS);
		put_unit(&unit, s, about);
		pen_text(p, buf_view(&unit));
		buf_free(&unit);
	}
	if (s->text.n) {
		pen_str(p, s->state == SIGN_NOT_KNOWN ? "" : "  ");
		pen_text(p, span_head(s->text, TEXT_MOST));
	}
	pen_line(p, 0);
}

static void put_head(struct pen *p, const struct signs *s)
{
	pen_str(p, "spamtrail " SPAMTRAIL_VERSION);
	if (s->host.n) {
		pen_dot(p);
		pen_field(p, s->host, TEXT_MOST);
	}
	if (s->mta.n) {
		pen_dot(p);
		pen_field(p, s->mta, TEXT_MOST);
	}
	pen_dot(p);
	pen_str(p, "the newest hour");
	pen_line(p, 0);
}

static void put_verdict(struct pen *p, const struct signs *s)
{
	size_t bad = count(s, SIGN_CRITICAL) + count(s, SIGN_WARNING), unknown = count(s, SIGN_NOT_KNOWN);

	pen_style(p, bad ? PEN_RED : PEN_GREEN);
	if (!bad && s->complete)
		pen_str(p, "ALL NORMAL");
	else if (!bad)
		pen_str(p, "NOTHING FOUND, but not everything was seen");
	else
		pen_some(p, bad, "sign is not normal", "signs are not normal");
	pen_style(p, PEN_PLAIN);
	if (unknown && s->complete) {
		pen_dot(p);
		pen_fact(p, unknown, "not known yet");
	}
	pen_line(p, 0);
}

static void put_command(struct pen *p, const char *next)
{
	struct buf command = BUF_MAX(16384);

	buf_addf(&command, "spamtrail %s", next);
	if (p->screen->repeat)
		p->screen->repeat(p->screen->repeat_ctx, next, &command);
	pen_whole(p, buf_view(&command));
	pen_line(p, 0);
	buf_free(&command);
}

/* Each command once, that of the worst sign first. */
static void put_next(struct pen *p, const struct signs *s)
{
	const char *said[SIGNS];
	size_t n = 0;

	for (size_t k = 0; order[k] != SIGN_NORMAL; k++)
		for (unsigned i = 0; i < SIGNS; i++) {
			const char *next = sign_about((enum sign_id)i)->next;
			bool again = s->sign[i].state != order[k];

			for (size_t j = 0; j < n && !again; j++)
				again = strcmp(said[j], next) == 0;
			if (again)
				continue;
			said[n++] = next;
			pen_label(p, n == 1 ? "NEXT" : "");
			pen_to(p, SCREEN_LABEL);
			put_command(p, next);
		}
	if (n)
		return;
	pen_label(p, "NEXT");
	put_command(p, s->complete ? "doctor" : "investigate");
}

static void put_texts(struct pen *p, const char *label, const struct span *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pen_label(p, label);
		pen_text(p, texts[i]);
		pen_line(p, 0);
	}
}

void signs_text(struct sink *s, const struct signs *signs, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);

	put_head(&p, signs);
	put_verdict(&p, signs);
	pen_line(&p, 0);
	for (size_t k = 0; k < STATES; k++)
		for (unsigned i = 0; i < SIGNS; i++)
			if (signs->sign[i].state == order[k])
				put_sign(&p, &signs->sign[i], sign_about((enum sign_id)i));
	pen_line(&p, 0);
	if (signs->unconfined)
		put_texts(&p, "NOTE", (const struct span[]){ SPAN("the logs were read without confinement") },
			  1);
	put_texts(&p, "UNSEEN", signs->unseen, signs->nunseen);
	put_texts(&p, "NOTE", signs->notes, signs->nnotes);
	if (signs->told.n)
		put_texts(&p, "TOLD", &signs->told, 1);
	put_next(&p, signs);
}

/* --- machines ----------------------------------------------------------------------------------- */

static void json_sign(struct jsonw *w, const struct sign *s, const struct sign_about *about)
{
	bool known = s->state != SIGN_NOT_KNOWN;
	struct buf next = BUF_MAX(64);

	jsonw_open(w, NULL, '{');
	jsonw_str(w, "sign", about->name);
	jsonw_str(w, "state", sign_state_name(s->state));
	if (known)
		jsonw_double(w, "value", s->value);
	jsonw_str(w, "unit", about->unit);
	if (s->samples) {
		jsonw_double(w, "usual", s->usual);
		jsonw_u64(w, "samples", s->samples);
	}
	if (s->warning >= 0)
		jsonw_double(w, "warning", s->warning);
	if (s->critical >= 0)
		jsonw_double(w, "critical", s->critical);
	if (s->text.n)
		jsonw_span(w, "text", s->text);
	buf_addf(&next, "spamtrail %s", about->next);
	jsonw_span(w, "next", buf_view(&next));
	buf_free(&next);
	jsonw_close(w, '}');
}

void signs_json(struct sink *s, const struct signs *signs)
{
	struct jsonw w = { .out = &s->text };
	const struct inquiry q = { .complete = signs->complete,
				   .unseen = signs->unseen,
				   .nunseen = signs->nunseen };

	json_schema(&w, "signs");
	json_complete(&w, &q);
	if (signs->host.n)
		jsonw_span(&w, "host", signs->host);
	jsonw_time(&w, "at", signs->now, NULL);
	jsonw_str(&w, "state", sign_state_name(signs->state));
	jsonw_open(&w, "signs", '[');
	for (unsigned i = 0; i < SIGNS; i++)
		json_sign(&w, &signs->sign[i], sign_about((enum sign_id)i));
	jsonw_close(&w, ']');
	jsonw_open(&w, "notes", '[');
	for (size_t i = 0; i < signs->nnotes; i++)
		jsonw_span(&w, NULL, signs->notes[i]);
	jsonw_close(&w, ']');
	jsonw_bool(&w, "unconfined", signs->unconfined);
	if (signs->told.n)
		jsonw_span(&w, "told", signs->told);
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

static void plain_number(struct buf *out, double v, bool known)
{
	buf_byte(out, '\t');
	if (known)
		text_fixed(out, v, 2);
	else
		buf_byte(out, '-');
}

static void plain_text(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

void signs_plain(struct sink *s, const struct signs *signs)
{
	struct buf *out = &s->text;

	for (unsigned i = 0; i < SIGNS; i++) {
		const struct sign_about *about = sign_about((enum sign_id)i);
		const struct sign *one = &signs->sign[i];

		buf_str(out, "sign");
		plain_text(out, span_str(about->name));
		plain_text(out, span_str(sign_state_name(one->state)));
		plain_number(out, one->value, one->state != SIGN_NOT_KNOWN);
		plain_text(out, span_str(about->unit));
		plain_number(out, one->usual, one->samples > 0);
		plain_number(out, one->samples, true);
		plain_number(out, one->warning, one->warning >= 0);
		plain_number(out, one->critical, one->critical >= 0);
		buf_addf(out, "\tspamtrail %s", about->next);
		plain_text(out, one->text);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < signs->nunseen; i++) {
		buf_str(out, "unseen");
		plain_text(out, signs->unseen[i]);
		buf_byte(out, '\n');
	}
}

/* --- monitoring --------------------------------------------------------------------------------- */

/* A bar would begin the performance data. */
static void nagios_text(struct buf *out, struct span s)
{
	size_t from = out->n;

	show_text_cut(out, s, TEXT_MOST, true);
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '|')
			out->p[i] = '/';
}

static void put_limit(struct buf *out, double v)
{
	buf_byte(out, ';');
	if (v >= 0)
		text_fixed(out, v, 2);
}

static void perfdata(struct buf *out, const struct sign *s, const struct sign_about *about)
{
	buf_byte(out, '\'');
	buf_str(out, about->name);
	buf_str(out, "'=");
	if (s->state == SIGN_NOT_KNOWN)
		buf_byte(out, 'U');
	else
		text_fixed(out, s->value, 2);
	if (s->state != SIGN_NOT_KNOWN)
		buf_str(out, about->perf_unit);
	put_limit(out, s->warning);
	put_limit(out, s->critical);
	buf_str(out, ";0;");
	if (strcmp(about->perf_unit, "%") == 0)
		buf_str(out, "100");
}

int signs_nagios_code(const struct signs *s)
{
	if (s->state == SIGN_CRITICAL)
		return 2;
	if (s->state == SIGN_WARNING)
		return 1;
	return s->complete ? 0 : 3;
}

void signs_bad(struct buf *out, const struct signs *s, bool with_text)
{
	size_t n = 0;

	for (size_t k = 0; order[k] != SIGN_NORMAL; k++)
		for (unsigned i = 0; i < SIGNS; i++) {
			const struct sign *one = &s->sign[i];
			const struct sign_about *about = sign_about((enum sign_id)i);

			if (one->state != order[k] || n++ >= NAGIOS_SIGNS)
				continue;
			buf_str(out, n > 1 ? ", " : "");
			buf_str(out, about->title);
			buf_byte(out, ' ');
			put_number(out, one->value);
			buf_byte(out, ' ');
			put_unit(out, one, about);
			if (one->samples) {
				buf_str(out, " (usual ");
				put_number(out, one->usual);
				buf_byte(out, ')');
			}
			if (with_text && one->text.n) {
				buf_str(out, ": ");
				nagios_text(out, one->text);
			}
		}
	if (n > NAGIOS_SIGNS)
		buf_addf(out, ", %zu more", n - NAGIOS_SIGNS);
}

void signs_nagios(struct sink *s, const struct signs *signs)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	struct buf *out = &s->text;
	int code = signs_nagios_code(signs);

	buf_str(out, "SIGNS ");
	buf_str(out, words[code]);
	buf_str(out, " - ");
	if (code == 0)
		buf_addf(out, "%zu signs normal", count(signs, SIGN_NORMAL));
	else if (code == 3)
		buf_str(out, "nothing found, but not everything was seen");
	else
		signs_bad(out, signs, true);
	buf_byte(out, '|');
	for (unsigned i = 0; i < SIGNS; i++) {
		buf_str(out, i ? " " : "");
		perfdata(out, &signs->sign[i], sign_about((enum sign_id)i));
	}
	buf_byte(out, '\n');
	for (size_t i = 0; i < signs->nunseen; i++) {
		buf_str(out, "not seen: ");
		nagios_text(out, signs->unseen[i]);
		buf_byte(out, '\n');
	}
}
