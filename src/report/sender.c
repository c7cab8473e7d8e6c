/*
 * sender - see sender.h. A proof's line begins with the number that `why` takes and the grade of who
 * vouches for it; a term of the judge's sum has its weight instead.
 * TRUST: ids, paths, subjects and claims are foreign and go through pen.
 */
#include "report/sender.h"

#include "report/claims.h"
#include "report/pen.h"
#include "report/text.h"
#include "report/who.h"

#define PROOFS_SHOWN 5
#define REASONS_SHOWN 3
#define FIELD_MAX 160 /* columns of a foreign name: two lines */

static size_t margin(const struct pen *p)
{
	return p->width < 60 ? 2 : 4;
}

static void put_label(struct pen *p, const char *label)
{
	pen_to(p, margin(p));
	pen_str(p, label);
	p->indent = margin(p) + SCREEN_LABEL;
	pen_to(p, p->indent);
}

static size_t count_proofs(const struct sender_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->nclaims; i++)
		n += v->claims[i].row == v->row && claim_is_proof(&v->claims[i]);
	return n;
}

/* "CONFIDENCE HIGH  5 proofs" at the right edge, or on the next line where it does not fit. */
static void put_confidence(struct pen *p, const struct sender_view *v, bool in_full)
{
	const struct row *r = &v->q->rows[v->row];
	const char *word = who_confidence(r->confidence);
	size_t proofs = count_proofs(v), width;
	struct buf tail = BUF_MAX(64);

	if (proofs) {
		buf_str(&tail, "  ");
		text_count(&tail, proofs);
		buf_str(&tail, proofs == 1 ? " proof" : " proofs");
	}
	width = strlen(in_full ? "CONFIDENCE " : "") + strlen(word) + tail.n;
	if (pen_room(p) >= width + 2) {
		p->gap += pen_room(p) - width;
	} else {
		pen_line(p, margin(p));
		p->gap = margin(p);
	}
	pen_str(p, in_full ? "CONFIDENCE " : "");
	pen_style(p, r->confidence >= 0.9 ? PEN_RED : PEN_YELLOW);
	pen_str(p, word);
	pen_style(p, PEN_PLAIN);
	pen_text(p, buf_view(&tail));
	buf_free(&tail);
	pen_line(p, 0);
}

static void put_rank(struct pen *p, const struct sender_view *v)
{
	const struct row *r = &v->q->rows[v->row];
	struct buf share = BUF_MAX(64);

	pen_style(p, PEN_BOLD);
	pen_str(p, "#");
	pen_count(p, (uint64_t)v->row + 1);
	pen_style(p, PEN_PLAIN);
	if (v->nclaims == 0)
		return;
	text_percent(&share, r->counts.messages, v->suspect_messages);
	pen_str(p, share.n < 3 ? "   " : share.n < 4 ? "  " : " ");
	pen_text(p, buf_view(&share));
	buf_free(&share);
}

static void put_clients(struct pen *p, const struct row *r)
{
	if (r->nclients == 0)
		return;
	put_label(p, "from");
	for (size_t i = 0; i < r->nclients && i < 2; i++) {
		if (i)
			pen_dot(p);
		pen_field(p, r->clients[i].ip, 45);
		pen_str(p, " ");
		pen_count(p, r->clients[i].messages);
	}
	if (r->clients_total > 2) {
		pen_dot(p);
		pen_str(p, "+");
		pen_some(p, r->clients_total - 2, "address", "addresses");
	}
	pen_line(p, 0);
}

/* A place below the sender's own directory is told by what comes behind it. */
static struct span below(struct span path, struct span dir)
{
	if (dir.n && path.n > dir.n + 1 && span_starts(path, dir) && path.p[dir.n] == '/')
		return span_from(path, dir.n + 1);
	return path;
}

/* The directory's only file says more than the directory, where somebody else than itself names it. */
static bool only_file(const struct row *r)
{
	return r->kind == KIND_SCRIPT && r->nplaces == 1 && r->places[0].grade && r->places[0].grade < 'C';
}

static void put_places(struct pen *p, const struct row *r)
{
	if (r->nplaces == 0 || only_file(r))
		return;
	put_label(p, r->kind != KIND_SCRIPT ? "place" : r->nplaces == 1 ? "file" : "files");
	for (size_t i = 0; i < r->nplaces && i < 2; i++) {
		if (i)
			pen_dot(p);
		pen_field(p, below(r->places[i].path, r->id), FIELD_MAX);
		pen_str(p, " ");
		pen_count(p, r->places[i].messages);
		if (r->places[i].grade == 'C')
			pen_str(p, " by its own word (C)");
	}
	if (r->nplaces > 2) {
		pen_dot(p);
		pen_str(p, "+");
		pen_count(p, r->nplaces - 2);
	}
	pen_line(p, 0);
}

static void put_names(struct pen *p, const struct row *r)
{
	if (r->account.n) {
		put_label(p, "account");
		pen_field(p, r->account, FIELD_MAX);
		if (r->uid_text.n) {
			pen_str(p, "  (");
			pen_field(p, r->uid_text, 40);
			pen_str(p, ")");
		}
		pen_line(p, 0);
	}
	put_label(p, sender_kind_word(r->kind));
	pen_field(p, only_file(r) ? r->places[0].path : r->id, FIELD_MAX);
	pen_line(p, 0);
	put_places(p, r);
	put_clients(p, r);
	if (r->nsubjects) {
		put_label(p, "subject");
		pen_field(p, r->subjects[0], pen_room(p));
		pen_line(p, 0);
	}
}

static void put_claim(struct pen *p, const struct sender_view *v, size_t index, const char *label)
{
	const struct claim *c = &v->claims[index];
	size_t at = margin(p) + SCREEN_LABEL;

	put_label(p, label);
	pen_count(p, index + 1);
	pen_to(p, at + 3);
	if (!c->reason)
		pen_text(p, c->grade ? span_of(&c->grade, 1) : SPAN("-"));
	pen_to(p, at + 5);
	p->indent = at + 5;
	if (c->moment && c->moment->at) {
		pen_clock(p, c->moment->at, v->q->to);
		pen_str(p, " ");
	}
	pen_text(p, c->text);
	if (c->reason) {
		struct buf weight = BUF_MAX(64);

		buf_str(&weight, " (+");
		text_fixed(&weight, c->reason->weight, 1);
		buf_byte(&weight, ')');
		pen_text(p, buf_view(&weight));
		buf_free(&weight);
	}
	pen_line(p, 0);
}

static void put_proofs(struct pen *p, const struct sender_view *v)
{
	size_t shown = 0, proofs = count_proofs(v);

	for (size_t i = 0; i < v->nclaims && shown < PROOFS_SHOWN; i++)
		if (v->claims[i].row == v->row && claim_is_proof(&v->claims[i]))
			put_claim(p, v, i, shown++ ? "" : "proofs");
	if (proofs > shown) {
		put_label(p, "");
		pen_str(p, "+");
		pen_count(p, proofs - shown);
		pen_str(p, " more");
		pen_line(p, 0);
	}
}

/* The heaviest terms, heaviest first. Ties go to the first, so that the same input gives the same lines. */
static void put_reasons(struct pen *p, const struct sender_view *v)
{
	double below_weight = 0;
	size_t last = 0;

	for (size_t shown = 0; shown < REASONS_SHOWN; shown++) {
		const struct claim *best = NULL;

		for (size_t i = 0; i < v->nclaims; i++) {
			const struct claim *c = &v->claims[i];

			if (c->row != v->row || !c->reason)
				continue;
			if (shown && (c->reason->weight > below_weight ||
				      (c->reason->weight == below_weight && i <= last)))
				continue;
			if (!best || c->reason->weight > best->reason->weight)
				best = c;
		}
		if (!best)
			return;
		last = (size_t)(best - v->claims);
		below_weight = best->reason->weight;
		put_claim(p, v, last, shown ? "" : "because");
	}
}

static void put_doubt(struct pen *p, const struct row *r)
{
	const struct doubt *d = who_doubt(r);

	put_label(p, "either");
	pen_str(p, d->innocent);
	pen_str(p, ", or ");
	pen_str(p, d->guilty);
	pen_line(p, 0);
	put_label(p, "tell by");
	pen_text(p, r->aside.n ? r->aside : span_str(d->tell));
	pen_line(p, 0);
}

static void show_in_full(struct pen *p, const struct sender_view *v)
{
	const struct row *r = &v->q->rows[v->row];

	put_rank(p, v);
	pen_str(p, r->verdict == VERDICT_SUSPECT ? " SUSPECT" : " of suspect mail");
	if (r->trusted)
		pen_str(p, " TRUSTED");
	put_confidence(p, v, true);
	put_names(p, r);
	put_proofs(p, v);
	put_reasons(p, v);
}

static void show_on_a_line(struct pen *p, const struct sender_view *v)
{
	const struct row *r = &v->q->rows[v->row];

	p->indent = margin(p);
	put_rank(p, v);
	pen_str(p, "  ");
	if (r->verdict == VERDICT_SUSPECT)
		pen_str(p, "SUSPECT ");
	pen_str(p, sender_kind_word(r->kind));
	pen_str(p, " ");
	pen_field(p, r->id, FIELD_MAX);
	if (r->clients_total > 1) {
		pen_str(p, "  ");
		pen_fact(p, r->clients_total, "addresses");
	}
	put_confidence(p, v, false);
}

void sender_show(struct pen *p, const struct sender_view *v, bool in_full)
{
	if (in_full)
		show_in_full(p, v);
	else
		show_on_a_line(p, v);
	if (v->q->rows[v->row].verdict == VERDICT_SUSPECT)
		put_doubt(p, &v->q->rows[v->row]);
}
