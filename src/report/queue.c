/*
 * queue - see queue.h.
 * TRUST: addresses, subjects and paths are foreign and go through show or pen.
 */
#include "report/queue.h"

#include "base/show.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/queue_line.h"
#include "report/text.h"
#include "report/who.h"

#define GROUPS_SHOWN 20
#define FIELD_MAX 120

/* --- the screen --------------------------------------------------------------------------- */

static void put_states(struct pen *p, const struct queue_group *g)
{
	bool first = true;

	for (int s = 0; s < QUEUE_STATES; s++) {
		if (!g->by_state[s])
			continue;
		if (!first)
			pen_dot(p);
		first = false;
		pen_fact(p, g->by_state[s], queue_state_name((enum queue_state)s));
	}
	if (g->bounces) {
		pen_dot(p);
		pen_fact(p, g->bounces, "bounces");
	}
	if (g->damaged) {
		pen_dot(p);
		pen_fact(p, g->damaged, "damaged");
	}
}

static void put_size(struct pen *p, const struct queue_group *g, int64_t now)
{
	struct buf text = BUF_MAX(64);

	pen_count(p, g->messages);
	pen_str(p, g->messages == 1 ? " message to " : " messages to ");
	pen_count(p, g->recipients);
	if (g->done) {
		pen_str(p, " (");
		pen_fact(p, g->done, "done");
		pen_str(p, ")");
	}
	pen_dot(p);
	text_bytes(&text, g->bytes);
	pen_text(p, buf_view(&text));
	if (g->oldest && now > g->oldest) {
		pen_dot(p);
		pen_str(p, "oldest ");
		pen_duration(p, now - g->oldest);
	}
	buf_free(&text);
}

/* qshape's grid, what is in it. */
static void put_ages(struct pen *p, const struct queue_group *g)
{
	bool first = true;

	for (unsigned i = 0; i < QUEUE_AGES; i++) {
		if (!g->by_age[i])
			continue;
		pen_str(p, first ? "minutes " : " ");
		first = false;
		pen_str(p, queue_age_name(i));
		pen_str(p, ":");
		pen_count(p, g->by_age[i]);
	}
}

static void put_key(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	pen_style(p, PEN_BOLD);
	if (g->rest) {
		pen_str(p, "all others");
	} else if (q->by == BY_CULPRIT) {
		pen_str(p, sender_kind_word(g->kind));
		pen_str(p, " ");
		pen_field(p, g->key, FIELD_MAX);
	} else {
		pen_field(p, g->key.n ? g->key : SPAN("(none)"), FIELD_MAX);
	}
	pen_style(p, PEN_PLAIN);
	if (g->account.n) {
		pen_str(p, "  account ");
		pen_field(p, g->account, FIELD_MAX);
	}
	if (g->grade) {
		const char text[] = { ' ', ' ', '[', g->grade, ']', '\0' };

		pen_str(p, text);
	}
}

static void put_group(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	p->indent = 9;
	pen_count(p, g->messages);
	pen_to(p, 9);
	put_key(p, q, g);
	pen_line(p, 9);
	pen_to(p, 9);
	put_size(p, g, q->now);
	pen_dot(p);
	put_states(p, g);
	pen_line(p, 9);
	pen_to(p, 9);
	put_ages(p, g);
	pen_line(p, 9);
	if (g->scripts_read) {
		pen_to(p, 9);
		pen_count(p, g->scripted);
		pen_str(p, " of ");
		pen_count(p, g->scripts_read);
		pen_str(p, " queue files with PHP's header name ");
		pen_field(p, g->script, FIELD_MAX);
		pen_str(p, "  [C]");
		pen_line(p, 9);
	}
	for (size_t i = 0; i < g->nsamples; i++)
		queue_sample_put(p, SCREEN_LABEL, &g->sample[i]);
}

void queue_text(struct sink *s, const struct queue_report *q, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);
	size_t shown = screen->top ? screen->top : GROUPS_SHOWN;
	uint64_t maildrop = 0;

	for (size_t i = 0; i < q->nspools; i++)
		maildrop += q->spool[i].maildrop;
	pen_label(&p, "QUEUE");
	put_size(&p, &q->all, q->now);
	pen_line(&p, SCREEN_LABEL);
	if (q->all.messages) {
		pen_to(&p, SCREEN_LABEL);
		put_states(&p, &q->all);
		if (maildrop) {
			pen_dot(&p);
			pen_fact(&p, maildrop, "in maildrop");
		}
		pen_line(&p, 0);
	}
	for (size_t i = 0; i < q->ngroups && i < shown; i++) {
		put_group(&p, q, &q->groups[i]);
		sink_turn(s);
	}
	if (q->ngroups > shown) {
		pen_label(&p, "MORE");
		pen_count(&p, q->groups_total - shown);
		pen_str(&p, " groups: --top N");
		pen_line(&p, 0);
	}
	queue_unseen_put(&p, q);
}

/* --- JSON --------------------------------------------------------------------------------- */

static void json_numbers(struct jsonw *w, const struct queue_group *g, const struct zone *zone)
{
	jsonw_u64(w, "messages", g->messages);
	jsonw_u64(w, "recipients", g->recipients);
	jsonw_u64(w, "done", g->done);
	jsonw_u64(w, "bytes", g->bytes);
	jsonw_u64(w, "bounces", g->bounces);
	jsonw_u64(w, "damaged", g->damaged);
	jsonw_time(w, "oldest", g->oldest, zone);
	jsonw_time(w, "newest", g->newest, zone);
	jsonw_open(w, "states", '{');
	for (int s = 0; s < QUEUE_STATES; s++)
		if (g->by_state[s])
			jsonw_u64(w, queue_state_name((enum queue_state)s), g->by_state[s]);
	jsonw_close(w, '}');
	jsonw_open(w, "ages", '[');
	for (unsigned i = 0; i < QUEUE_AGES; i++)
		jsonw_u64(w, NULL, g->by_age[i]);
	jsonw_close(w, ']');
}

static void json_sample(struct jsonw *w, const struct queue_sample *s, const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "id", s->id);
	jsonw_time(w, "arrival", s->arrival, zone);
	jsonw_span(w, "sender", s->sender);
	jsonw_span(w, "recipient", s->recipient);
	jsonw_u64(w, "recipients", s->recipients);
	if (s->subject.n)
		jsonw_span(w, "subject", s->subject);
	if (s->reason.n)
		jsonw_span(w, "reason", s->reason);
	jsonw_close(w, '}');
}

static void json_group(struct jsonw *w, const struct queue_report *q, const struct queue_group *g,
		       const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	if (g->rest) {
		jsonw_bool(w, "rest", true);
	} else if (q->by == BY_CULPRIT) {
		jsonw_str(w, "kind", sender_kind_name(g->kind));
		jsonw_span(w, "id", g->key);
		if (g->account.n)
			jsonw_span(w, "account", g->account);
		jsonw_grade(w, g->grade);
	} else {
		jsonw_span(w, "key", g->key);
	}
	json_numbers(w, g, zone);
	if (g->scripts_read) {
		jsonw_open(w, "script", '{');
		jsonw_span(w, "text", g->script);
		jsonw_u64(w, "messages", g->scripted);
		jsonw_u64(w, "of", g->scripts_read);
		jsonw_grade(w, 'C');
		jsonw_close(w, '}');
	}
	jsonw_open(w, "samples", '[');
	for (size_t i = 0; i < g->nsamples; i++)
		json_sample(w, &g->sample[i], zone);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

void queue_json(struct sink *s, const struct queue_report *q, const struct zone *zone)
{
	struct jsonw w = { .out = &s->text };

	queue_json_head(&w);
	queue_json_report(&w, q);
	jsonw_str(&w, "by", queue_by_name(q->by));
	jsonw_open(&w, "totals", '{');
	json_numbers(&w, &q->all, zone);
	jsonw_close(&w, '}');
	jsonw_u64(&w, "groups_total", q->groups_total);
	jsonw_open(&w, "groups", '[');
	for (size_t i = 0; i < q->ngroups; i++) {
		json_group(&w, q, &q->groups[i], zone);
		sink_turn(s);
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

/* --- tab-separated ------------------------------------------------------------------------ */

static void plain_numbers(struct buf *out, const struct queue_group *g, const struct zone *zone)
{
	queue_cell_number(out, g->messages);
	queue_cell_number(out, g->recipients);
	queue_cell_number(out, g->done);
	queue_cell_number(out, g->bytes);
	queue_cell_number(out, g->bounces);
	queue_cell_number(out, g->damaged);
	queue_cell_time(out, g->oldest, zone);
}

void queue_plain(struct sink *s, const struct queue_report *q, const struct zone *zone)
{
	struct buf *out = &s->text;

	queue_plain_report(out, q);
	buf_str(out, "total");
	plain_numbers(out, &q->all, zone);
	buf_byte(out, '\n');
	for (size_t i = 0; i < q->ngroups; i++) {
		const struct queue_group *g = &q->groups[i];

		buf_str(out, "group");
		plain_numbers(out, g, zone);
		queue_cell_time(out, g->newest, zone);
		queue_cell(out, span_str(q->by == BY_CULPRIT && !g->rest ? sender_kind_name(g->kind) : ""));
		queue_cell_grade(out, g->grade);
		queue_cell(out, g->account);
		queue_cell(out, g->rest ? SPAN("(all others)") : g->key);
		buf_byte(out, '\n');
		sink_turn(s);
	}
}
