/*
 * claims - see claims.h. Unpacking has limited an incident's senders and moments, so the walk stays short
 * even where the reader was taken over.
 * TRUST: texts are foreign spans, passed on untouched.
 */
#include "report/claims.h"

struct list {
	struct claim *claim; /* NULL while counting */
	size_t n;
};

static void add(struct list *l, struct claim c)
{
	if (l->claim)
		l->claim[l->n] = c;
	l->n++;
}

/* A sender's own entry moments; so many at most are compared with its evidence. */
#define OWN_MOST 32
struct own {
	const struct moment *moment[OWN_MOST];
	size_t n;
};

static struct own own_moments(const struct incident *in, uint32_t index)
{
	struct own own = { 0 };

	for (size_t i = 0; i < in->nentry && own.n < OWN_MOST; i++)
		if (in->entry[i].row == index)
			own.moment[own.n++] = &in->entry[i];
	return own;
}

/* A moment tells the same with its time: said once. */
static bool is_moment(const struct own *own, struct span claim)
{
	for (size_t i = 0; i < own->n; i++)
		if (span_eq(own->moment[i]->text, claim))
			return true;
	return false;
}

static void add_evidence(struct list *l, const struct own *own, const struct row *r, uint32_t index)
{
	for (size_t i = 0, n; i < r->nevidence; i += n) {
		const struct evidence *e = &r->evidence[i];

		n = 1;
		while (i + n < r->nevidence && span_eq(e->claim, e[n].claim) && e->grade == e[n].grade)
			n++;
		/* Lines without a claim of their own stand behind a moment. */
		if (e->claim.n && !is_moment(own, e->claim))
			add(l, (struct claim){ .row = index,
					       .grade = e->grade,
					       .text = e->claim,
					       .lines = e,
					       .nlines = n });
	}
}

static void add_row(struct list *l, const struct inquiry *q, const struct incident *in, uint32_t index)
{
	const struct row *r = &q->rows[index];
	const struct own own = own_moments(in, index);

	add_evidence(l, &own, r, index);
	for (size_t i = 0; i < in->nentry; i++) {
		const struct moment *m = &in->entry[i];

		if (m->row == index)
			add(l,
			    (struct claim){ .row = index, .grade = m->grade, .text = m->text, .moment = m });
	}
	for (size_t i = 0; i < r->nreasons; i++)
		if (r->reasons[i].weight > 0)
			add(l, (struct claim){
				       .row = index, .text = r->reasons[i].text, .reason = &r->reasons[i] });
}

static size_t walk(struct claim *claim, const struct inquiry *q, const struct incident *in)
{
	struct list l = { .claim = claim };

	for (size_t i = 0; i < in->nrows; i++)
		add_row(&l, q, in, in->rows[i]);
	return l.n;
}

size_t claims_list(const struct inquiry *q, const struct incident *in, struct arena *a,
		   struct claim **ret_claims)
{
	/* Counted first: the arena gets one piece of the right size. */
	size_t n = walk(NULL, q, in);

	*ret_claims = arena_alloc(a, (n + 1) * sizeof(**ret_claims));
	return walk(*ret_claims, q, in);
}

const struct evidence *claim_line(const struct inquiry *q, const struct claim *c, size_t k)
{
	if (c->moment)
		return k < c->moment->nevidence ? &q->rows[c->row].evidence[c->moment->evidence[k]] : NULL;
	return k < c->nlines ? &c->lines[k] : NULL;
}
