/*
 * why - see why.h. Raw lines are not wrapped: what stands here can be searched for in the file.
 * TRUST: the lines are what attackers wrote; show_text escapes them, nothing else touches them.
 */
#include "report/why.h"

#include "base/show.h"
#include "report/claims.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/pen.h"
#include "report/plain.h"
#include "report/text.h"
#include "report/unseen.h"
#include "report/who.h"

static const struct incident *incident_named(const struct inquiry *q, struct span id)
{
	for (size_t i = 0; i < q->nincidents; i++)
		if (span_eq_nocase(incident_id(&q->incidents[i]), id))
			return &q->incidents[i];
	return NULL;
}

static int no_such_incident(const struct inquiry *q, struct span id, struct err *err)
{
	struct buf known = BUF_MAX(200), asked = BUF_MAX(200);
	int code;

	/* The sentence goes to the terminal, and the operator may have pasted anything. */
	show_text_cut(&asked, id, 40, true);
	for (size_t i = 0; i < q->nincidents && i < 5; i++) {
		buf_str(&known, i ? ", " : "; there is ");
		buf_span(&known, incident_id(&q->incidents[i]));
	}
	if (q->nincidents == 0)
		buf_str(&known, "; this input shows no incident");
	code = err_set(err, EXIT_USAGE, "no incident %.*s%.*s", (int)asked.n, asked.p, (int)known.n, known.p);
	buf_free(&known);
	buf_free(&asked);
	return code;
}

int why_find(const struct inquiry *q, struct span name, struct why_target *ret_target, struct err *err)
{
	ptrdiff_t dot = span_find(name, 0, '.');
	struct span id = dot < 0 ? name : span_head(name, (size_t)dot);
	struct why_target t = { .incident = incident_named(q, id) };
	struct arena *a;
	struct claim *claims;
	size_t have;

	if (!t.incident)
		return no_such_incident(q, id, err);
	a = arena_new();
	have = claims_list(q, t.incident, a, &claims);
	arena_free(a);
	if (dot >= 0 && (!span_u64(span_from(name, (size_t)dot + 1), &t.n) || t.n == 0 || t.n > have))
		return err_set(err, EXIT_USAGE, "incident %s has the claims 1 to %zu", t.incident->id, have);
	*ret_target = t;
	return 0;
}

static bool wanted(const struct why_target *t, size_t index)
{
	return t->n == 0 || t->n == index + 1;
}

static void put_place(struct buf *out, const struct evidence *e, bool ascii)
{
	show_text(out, e->file, ascii);
	buf_byte(out, ':');
	text_u64(out, e->line);
	buf_str(out, " (byte ");
	text_u64(out, e->offset);
	buf_str(out, ")");
}

static void put_term(struct pen *p, const struct reason *r)
{
	struct buf b = BUF_MAX(256);

	text_fixed(&b, r->value, 4);
	buf_str(&b, ", usual ");
	text_fixed(&b, r->usual, 4);
	buf_str(&b, ", adds ");
	text_fixed(&b, r->weight, 1);
	pen_to(p, 4);
	pen_text(p, r->signal);
	pen_str(p, " = ");
	pen_text(p, buf_view(&b));
	pen_line(p, 0);
	buf_free(&b);
}

static void put_claim(struct sink *s, struct pen *p, const struct inquiry *q, const struct incident *in,
		      const struct claim *c, size_t n)
{
	const struct evidence *e;

	pen_style(p, PEN_BOLD);
	pen_text(p, incident_id(in));
	pen_str(p, ".");
	pen_count(p, n);
	pen_style(p, PEN_PLAIN);
	pen_str(p, c->reason ? "  counted  " : "  grade ");
	if (!c->reason) {
		pen_text(p, c->grade ? span_of(&c->grade, 1) : SPAN("-"));
		pen_str(p, "  ");
	}
	p->indent = 4;
	if (c->moment && c->moment->at) {
		pen_clock(p, c->moment->at, q->to);
		pen_str(p, " ");
	}
	pen_text(p, c->text);
	pen_line(p, 0);
	if (c->reason)
		put_term(p, c->reason);
	for (size_t k = 0; (e = claim_line(q, c, k)) != NULL; k++) {
		buf_str(p->out, "    ");
		put_place(p->out, e, p->screen->ascii);
		buf_str(p->out, "\n      ");
		show_text(p->out, e->text, p->screen->ascii);
		buf_byte(p->out, '\n');
		sink_turn(s);
	}
}

static void put_sender(struct pen *p, const struct row *r, uint32_t index)
{
	p->indent = 4;
	pen_str(p, "#");
	pen_count(p, (uint64_t)index + 1);
	pen_str(p, " ");
	pen_str(p, sender_kind_word(r->kind));
	pen_str(p, " ");
	pen_field(p, r->id, 200);
	pen_str(p, "  ");
	pen_str(p, verdict_name(r->verdict));
	pen_str(p, ", confidence ");
	pen_str(p, who_confidence(r->confidence));
	pen_line(p, 0);
}

static void put_timeline(struct pen *p, const struct inquiry *q, const struct incident *in)
{
	if (in->ntimeline == 0)
		return;
	pen_line(p, 0);
	pen_str(p, "TIMELINE");
	pen_line(p, 0);
	for (size_t i = 0; i < in->ntimeline; i++) {
		const struct moment *m = &in->timeline[i];

		pen_to(p, 4);
		p->indent = 6;
		pen_clock(p, m->at, q->to);
		pen_str(p, "  ");
		pen_text(p, m->kind);
		pen_str(p, "  ");
		pen_text(p, m->text);
		if (m->grade) {
			pen_str(p, "  grade ");
			pen_text(p, span_of(&m->grade, 1));
		}
		pen_line(p, 0);
	}
}

void why_text(struct sink *s, const struct inquiry *q, const struct why_target *t,
	      const struct screen *screen)
{
	struct pen p = pen_new(&s->text, screen);
	struct arena *a = arena_new();
	struct claim *claims;
	size_t n = claims_list(q, t->incident, a, &claims);
	/* No row has this number: the first claim always names its sender. */
	uint32_t row = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		if (!wanted(t, i))
			continue;
		if (claims[i].row != row) {
			row = claims[i].row;
			put_sender(&p, &q->rows[row], row);
		}
		put_claim(s, &p, q, t->incident, &claims[i], i + 1);
	}
	if (t->n == 0)
		put_timeline(&p, q, t->incident);
	/* lines may be missing above only where something was not read */
	if (!q->complete) {
		pen_line(&p, 0);
		unseen_show(&p, q);
	}
	arena_free(a);
}

void why_plain(struct sink *s, const struct inquiry *q, const struct why_target *t)
{
	struct arena *a = arena_new();
	struct buf *out = &s->text;
	struct claim *claims;
	size_t n = claims_list(q, t->incident, a, &claims);
	const struct evidence *e;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; wanted(t, i) && (e = claim_line(q, &claims[i], k)) != NULL; k++) {
			buf_span(out, incident_id(t->incident));
			buf_byte(out, '.');
			text_u64(out, i + 1);
			buf_byte(out, '\t');
			buf_byte(out, e->grade ? e->grade : '-');
			buf_byte(out, '\t');
			show_text(out, e->file, false);
			buf_byte(out, '\t');
			text_u64(out, e->line);
			buf_byte(out, '\t');
			text_u64(out, e->offset);
			buf_byte(out, '\t');
			show_text(out, e->text, false);
			buf_byte(out, '\n');
			sink_turn(s);
		}
	plain_unseen(s, q);
	arena_free(a);
}

static void json_claim(struct sink *s, struct jsonw *w, const struct inquiry *q, const struct claim *c,
		       size_t n, const struct zone *zone)
{
	const struct evidence *e;

	jsonw_open(w, NULL, '{');
	jsonw_u64(w, "n", n);
	jsonw_u64(w, "sender", (uint64_t)c->row + 1);
	jsonw_grade(w, c->grade);
	if (c->moment)
		jsonw_time(w, "at", c->moment->at, zone);
	jsonw_span(w, "text", c->text);
	if (c->reason) {
		jsonw_span(w, "signal", c->reason->signal);
		jsonw_double(w, "value", c->reason->value);
		jsonw_double(w, "usual", c->reason->usual);
		jsonw_double(w, "weight", c->reason->weight);
	}
	jsonw_open(w, "lines", '[');
	for (size_t k = 0; (e = claim_line(q, c, k)) != NULL; k++) {
		json_evidence(w, e);
		sink_turn(s);
	}
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

void why_json(struct sink *s, const struct inquiry *q, const struct why_target *t, const struct zone *zone)
{
	struct jsonw w = { .out = &s->text };
	struct arena *a = arena_new();
	struct claim *claims;
	size_t n = claims_list(q, t->incident, a, &claims);

	json_schema(&w, "why");
	json_complete(&w, q);
	jsonw_span(&w, "incident", incident_id(t->incident));
	jsonw_open(&w, "claims", '[');
	for (size_t i = 0; i < n; i++)
		if (wanted(t, i))
			json_claim(s, &w, q, &claims[i], i + 1, zone);
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
	arena_free(a);
}
