/*
 * queue - see queue.h.
 * TRUST: addresses, subjects and paths are foreign and go through show or pen.
 */
#include "report/queue.h"

#include "base/show.h"
#include "model/inquiry.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/queue_line.h"
#include "report/text.h"
#include "report/who.h"

#define GROUPS_SHOWN 20
#define FIELD_MAX 120

/* --- the screen --------------------------------------------------------------------------- */

static void put_part(struct pen *p, bool *first, uint64_t n, const char *one, const char *many)
{
	if (!n)
		return;
	if (!*first)
		pen_dot(p);
	*first = false;
	pen_some(p, n, one, many);
}

static void put_states(struct pen *p, const struct queue_group *g, bool bounces)
{
	bool first = true;

	for (int s = 0; s < QUEUE_STATES; s++)
		put_part(p, &first, g->by_state[s], queue_state_name((enum queue_state)s),
			 queue_state_name((enum queue_state)s));
	if (bounces)
		put_part(p, &first, g->bounces, "bounce", "bounces");
	put_part(p, &first, g->damaged, "damaged", "damaged");
}

static void put_size(struct pen *p, const struct queue_group *g, int64_t now)
{
	struct buf text = BUF_MAX(64);

	pen_str(p, "to ");
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

static void put_messages(struct pen *p, uint64_t n)
{
	pen_some(p, n, "message", "messages");
}

/* qshape's grid, what is in it; one column says no more than the age of the oldest. */
static void put_ages(struct pen *p, const struct queue_group *g)
{
	unsigned columns = 0;

	for (unsigned i = 0; i < QUEUE_AGES; i++)
		columns += g->by_age[i] != 0;
	if (columns < 2)
		return;
	pen_to(p, SCREEN_LABEL);
	pen_str(p, "minutes");
	for (unsigned i = 0; i < QUEUE_AGES; i++) {
		if (!g->by_age[i])
			continue;
		pen_str(p, " ");
		pen_str(p, queue_age_name(i));
		pen_str(p, ":");
		pen_count(p, g->by_age[i]);
	}
	pen_line(p, SCREEN_LABEL);
}

static void put_key(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	pen_style(p, PEN_BOLD);
	if (g->rest) {
		pen_str(p, "all others");
	} else if (q->by == BY_CULPRIT) {
		pen_str(p, sender_kind_word(g->kind));
		/* of some kinds there is one sender, who has no other name */
		if (!span_eq(g->key, span_str(sender_kind_name(g->kind)))) {
			pen_str(p, " ");
			pen_field(p, g->key, FIELD_MAX);
		}
	} else {
		pen_field(p, g->key.n ? g->key : SPAN("(none)"), FIELD_MAX);
	}
	pen_style(p, PEN_PLAIN);
	if (g->account.n && !span_eq(g->account, g->key)) {
		pen_str(p, "  account ");
		pen_field(p, g->account, FIELD_MAX);
	}
	if (g->grade) {
		const char text[] = { ' ', ' ', '[', g->grade, ']', '\0' };

		pen_str(p, text);
	}
}

static void put_of(struct pen *p, uint64_t n, uint64_t all)
{
	if (n == all)
		return;
	pen_count(p, n);
	pen_str(p, " of ");
	pen_count(p, all);
	pen_str(p, " ");
}

/* Whose spam it is and what says so most, or whose spam these answer. */
static void put_accused(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	const struct row *r = queue_accused(q->past, g->accused);
	const struct incident *in = queue_incident(q->past, g->accused);
	uint64_t spam = g->by_class[CLASS_SPAM];
	uint64_t n = spam ? spam : g->by_class[CLASS_SPAM_BOUNCE];

	if (!r || !n)
		return;
	pen_to(p, SCREEN_LABEL);
	put_of(p, n, g->messages);
	pen_style(p, PEN_RED);
	pen_str(p, spam ? "SPAM" : "answers to SPAM");
	pen_style(p, PEN_PLAIN);
	if (!spam || q->by != BY_CULPRIT) {
		pen_str(p, " of ");
		pen_str(p, sender_kind_word(r->kind));
		pen_str(p, " ");
		pen_field(p, r->id, FIELD_MAX);
	}
	pen_str(p, in ? ", incident " : ", ");
	if (in)
		pen_text(p, incident_id(in));
	else
		pen_str(p, verdict_name(r->verdict));
	if (spam && r->nreasons) {
		pen_str(p, ": ");
		pen_text(p, r->reasons[0].text);
	}
	pen_line(p, SCREEN_LABEL);
}

static void put_fresh(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	if (!g->fresh)
		return;
	pen_to(p, SCREEN_LABEL);
	pen_count(p, g->fresh);
	pen_str(p, " of ");
	pen_count(p, g->fresh + g->known);
	pen_str(p, q->by == BY_CULPRIT ? " recipients new to him" : " recipients new to their sender");
	pen_line(p, SCREEN_LABEL);
}

static struct span next_word(struct span s, size_t *from)
{
	size_t start = *from;

	while (*from < s.n && s.p[*from] != ' ')
		(*from)++;
	return span_of(s.p + start, (*from)++ - start);
}

/* But for addresses. */
static bool is_same_reason(struct span a, struct span b)
{
	size_t i = 0, k = 0;

	while (i < a.n && k < b.n) {
		struct span x = next_word(a, &i), y = next_word(b, &k);

		if (!span_eq(x, y) && (span_find(x, 0, '@') < 0 || span_find(y, 0, '@') < 0))
			return false;
	}
	return i >= a.n && k >= b.n;
}

static void put_group(struct pen *p, const struct queue_report *q, const struct queue_group *g)
{
	p->indent = SCREEN_LABEL;
	pen_count(p, g->messages);
	pen_to(p, SCREEN_LABEL);
	put_key(p, q, g);
	pen_line(p, SCREEN_LABEL);
	put_accused(p, q, g);
	pen_to(p, SCREEN_LABEL);
	put_size(p, g, q->now);
	pen_dot(p);
	put_states(p, g, q->by != BY_CULPRIT || g->kind != KIND_BOUNCE);
	pen_line(p, SCREEN_LABEL);
	put_ages(p, g);
	put_fresh(p, q, g);
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
	for (size_t i = 0; i < g->nsamples; i++) {
		struct queue_sample one = g->sample[i];

		/* said once: samples of one sender mostly wait for the same */
		if (i && is_same_reason(one.reason, g->sample[i - 1].reason))
			one.reason = SPAN_NONE;
		queue_sample_put(p, SCREEN_LABEL, &one);
	}
}

/* Spam, bounces and the rest apart: the three lines that decide what to do with a queue. */
static void put_classes(struct pen *p, const struct queue_report *q)
{
	const uint64_t *n = q->all.by_class;
	uint64_t bounces = n[CLASS_BOUNCE] + n[CLASS_SPAM_BOUNCE];

	if (!q->past) {
		pen_label(p, "NOTE");
		pen_str(p, "not known what is spam, and who is new to his sender: ");
		pen_text(p, q->unjudged);
		pen_line(p, 0);
		return;
	}
	pen_label(p, "SPAM");
	put_messages(p, n[CLASS_SPAM]);
	pen_line(p, 0);
	pen_label(p, "BOUNCES");
	put_messages(p, bounces);
	if (n[CLASS_SPAM_BOUNCE]) {
		pen_str(p, ", ");
		pen_count(p, n[CLASS_SPAM_BOUNCE]);
		pen_str(p, " for senders of spam");
	}
	pen_line(p, 0);
	pen_label(p, "OTHER");
	put_messages(p, n[CLASS_OTHER]);
	if (n[CLASS_UNKNOWN]) {
		pen_str(p, ", and ");
		pen_count(p, n[CLASS_UNKNOWN]);
		pen_str(p, " of which no log line tells");
	}
	pen_line(p, 0);
	if (q->all.fresh + q->all.known) {
		pen_label(p, "NEW");
		pen_count(p, q->all.fresh);
		pen_str(p, " of ");
		pen_count(p, q->all.fresh + q->all.known);
		pen_str(p, " recipients were never written to by their sender since ");
		pen_clock(p, q->past_from, q->now);
		pen_line(p, 0);
	}
}

static void put_next(struct pen *p, const struct queue_report *q)
{
	const struct incident *in = queue_incident(q->past, q->all.accused);
	struct buf text = BUF_MAX(8192);

	if (!in)
		return;
	pen_label(p, "NEXT");
	buf_str(&text, "spamtrail contain ");
	buf_span(&text, incident_id(in));
	buf_span(&text, p->screen->again);
	pen_whole(p, buf_view(&text));
	pen_str(p, "   the plan that holds his mail");
	pen_line(p, 0);
	buf_free(&text);
}

void queue_text(struct sink *s, const struct queue_report *q, const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);
	size_t shown = screen->top ? screen->top : GROUPS_SHOWN;
	uint64_t maildrop = 0;

	for (size_t i = 0; i < q->nspools; i++)
		maildrop += q->spool[i].maildrop;
	pen_label(&p, "QUEUE");
	put_messages(&p, q->all.messages);
	if (q->all.messages) {
		pen_str(&p, " ");
		put_size(&p, &q->all, q->now);
	}
	pen_line(&p, SCREEN_LABEL);
	if (q->all.messages || maildrop) {
		bool first = q->all.messages == 0;

		pen_to(&p, SCREEN_LABEL);
		put_states(&p, &q->all, !q->past);
		put_part(&p, &first, maildrop, "in maildrop", "in maildrop");
		pen_line(&p, 0);
	}
	if (q->all.messages)
		put_classes(&p, q);
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
	put_next(&p, q);
}

/* --- JSON --------------------------------------------------------------------------------- */

static void json_classes(struct jsonw *w, const struct queue_group *g)
{
	jsonw_open(w, "classes", '{');
	for (int c = 0; c < QUEUE_CLASSES; c++)
		jsonw_u64(w, queue_class_name((enum queue_class)c), g->by_class[c]);
	jsonw_close(w, '}');
	jsonw_u64(w, "recipients_new", g->fresh);
	jsonw_u64(w, "recipients_known", g->known);
}

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
	json_classes(w, g);
}

static void json_sample(struct jsonw *w, const struct queue_sample *s, const struct zone *zone)
{
	jsonw_open(w, NULL, '{');
	jsonw_span(w, "id", s->id);
	jsonw_time(w, "arrival", s->arrival, zone);
	jsonw_span(w, "sender", s->sender);
	jsonw_span(w, "recipient", s->recipient);
	jsonw_u64(w, "recipients", s->recipients);
	if (s->fresh)
		jsonw_u64(w, "recipients_new", s->fresh);
	if (s->subject.n)
		jsonw_span(w, "subject", s->subject);
	if (s->reason.n)
		jsonw_span(w, "reason", s->reason);
	jsonw_close(w, '}');
}

static void json_accused(struct jsonw *w, const struct queue_report *q, const struct queue_group *g)
{
	const struct row *r = queue_accused(q->past, g->accused);
	const struct incident *in = queue_incident(q->past, g->accused);

	if (in)
		jsonw_span(w, "incident", incident_id(in));
	if (!r)
		return;
	jsonw_open(w, "accused", '{');
	jsonw_str(w, "kind", sender_kind_name(r->kind));
	jsonw_span(w, "id", r->id);
	jsonw_str(w, "verdict", verdict_name(r->verdict));
	if (r->nreasons)
		jsonw_span(w, "reason", r->reasons[0].text);
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
	json_accused(w, q, g);
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

static void plain_classes(struct buf *out, const struct queue_group *g)
{
	static const enum queue_class order[] = { CLASS_SPAM, CLASS_SPAM_BOUNCE, CLASS_BOUNCE, CLASS_OTHER,
						  CLASS_UNKNOWN };

	for (size_t i = 0; i < QUEUE_CLASSES; i++)
		queue_cell_number(out, g->by_class[order[i]]);
	queue_cell_number(out, g->fresh);
	queue_cell_number(out, g->known);
}

void queue_plain(struct sink *s, const struct queue_report *q, const struct zone *zone)
{
	struct buf *out = &s->text;

	queue_plain_report(out, q);
	buf_str(out, "total");
	plain_numbers(out, &q->all, zone);
	plain_classes(out, &q->all);
	buf_byte(out, '\n');
	for (size_t i = 0; i < q->ngroups; i++) {
		const struct queue_group *g = &q->groups[i];
		const struct incident *in = queue_incident(q->past, g->accused);

		buf_str(out, "group");
		plain_numbers(out, g, zone);
		queue_cell_time(out, g->newest, zone);
		queue_cell(out, span_str(q->by == BY_CULPRIT && !g->rest ? sender_kind_name(g->kind) : ""));
		queue_cell_grade(out, g->grade);
		queue_cell(out, g->account);
		queue_cell(out, g->rest ? SPAN("(all others)") : g->key);
		queue_cell(out, in ? incident_id(in) : SPAN_NONE);
		plain_classes(out, g);
		buf_byte(out, '\n');
		sink_turn(s);
	}
}
