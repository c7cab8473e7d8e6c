/*
 * check - see check.h.
 *
 * TRUST: answers are foreign; each is judged by verdict.h before it moves anything here.
 */
#include "repute/check.h"

#include "base/arena_more.h"
#include "base/err.h"
#include "repute/blocklists.h"
#include "repute/ask.h"
#include "base/buf.h"
#include "base/arena.h"

enum family { FAMILY_V4, FAMILY_V6, FAMILY_DOMAIN, FAMILIES };
enum purpose { ASKS_LISTED_POINT, ASKS_CLEAN_POINT, ASKS_WANTED, ASKS_REASON };

struct query {
	enum purpose purpose;
	uint32_t list, family, listing;
	bool answered;
};

/* What a list's test points have shown for one family. */
struct trial {
	bool wanted, over;
	uint8_t open;
	struct list_verdict worst; /* state LIST_CLEAN: both right so far */
};

struct check {
	struct arena *arena;
	const struct blocklist *lists;
	size_t nlists;
	const struct subject *subjects;
	struct check_patience patience;
	struct trial *trial; /* nlists * FAMILIES */
	struct listing *listing;
	size_t nlistings;
	struct query *query; /* by id */
	size_t nqueries, room;
};

static enum family family_of(const struct subject *s)
{
	return s->nip == 0 ? FAMILY_DOMAIN : s->nip == 4 ? FAMILY_V4 : FAMILY_V6;
}

static bool speaks_of(const struct blocklist *z, enum family f)
{
	return f == FAMILY_DOMAIN ? z->domain : !z->domain && (f == FAMILY_V4 ? z->v4 : z->v6);
}

static struct trial *trial_of(const struct check *c, uint32_t list, enum family f)
{
	return &c->trial[list * FAMILIES + f];
}

struct check *check_new(struct arena *a, const struct blocklist *lists, size_t nlists,
			const struct subject *subjects, size_t nsubjects, struct check_patience patience)
{
	struct check *c = arena_alloc(a, sizeof(*c));

	*c = (struct check){
		.arena = a, .lists = lists, .nlists = nlists, .subjects = subjects, .patience = patience
	};
	c->trial = arena_alloc(a, (nlists * FAMILIES + 1) * sizeof(*c->trial));
	c->listing = arena_alloc(a, (nlists * nsubjects + 1) * sizeof(*c->listing));
	for (uint32_t s = 0; s < nsubjects; s++)
		for (uint32_t l = 0; l < nlists; l++) {
			enum family f = family_of(&subjects[s]);

			if (!speaks_of(&lists[l], f))
				continue;
			trial_of(c, l, f)->wanted = true;
			c->listing[c->nlistings++] = (struct listing){
				.subject = s,
				.list = l,
				.v = { .state = LIST_NO_ANSWER, .answer = SPAN("not asked") },
			};
		}
	return c;
}

/* False: there is no such name, so nothing is asked. */
static bool ask(struct check *c, struct asks *out, struct query q, enum ask_type type, struct span name,
		uint32_t millis)
{
	struct ask ask = {
		.id = (uint32_t)c->nqueries, .type = type, .group = q.list, .millis = millis, .name = name
	};

	if (c->nqueries >= CHECK_IDS || !asks_add(out, c->arena, &ask))
		return false;
	c->query = arena_more(c->arena, c->query, c->nqueries, &c->room, 256, sizeof(*c->query));
	c->query[c->nqueries++] = q;
	return true;
}

static bool ask_about(struct check *c, struct asks *out, struct query q, const struct subject *s,
		      enum ask_type type, uint32_t millis)
{
	struct buf name = BUF_MAX(1024);
	bool asked;

	subject_name(s, c->lists[q.list].zone, &name);
	asked = !name.over && ask(c, out, q, type, buf_view(&name), millis);
	buf_free(&name);
	return asked;
}

/* A point of an address list is an address, one of a domain list a name below the zone. */
static bool ask_point(struct check *c, struct asks *out, uint32_t list, enum family f, bool listed)
{
	const struct blocklist *z = &c->lists[list];
	const struct test_points *p = f == FAMILY_V4   ? &z->v4_points
				      : f == FAMILY_V6 ? &z->v6_points
						       : &z->domain_points;
	struct query q = { .purpose = listed ? ASKS_LISTED_POINT : ASKS_CLEAN_POINT,
			   .list = list,
			   .family = f };
	struct subject s = { .text = listed ? p->listed : p->clean };

	if (f != FAMILY_DOMAIN && (!subject_parse(s.text, &s) || family_of(&s) != f))
		return false;
	return ask_about(c, out, q, &s, ASK_A, c->patience.points);
}

static void end_trial(struct check *c, uint32_t list, enum family f, struct asks *out)
{
	struct trial *t = trial_of(c, list, f);

	t->over = true;
	for (uint32_t i = 0; i < c->nlistings; i++) {
		struct listing *l = &c->listing[i];

		if (l->list != list || family_of(&c->subjects[l->subject]) != f)
			continue;
		if (t->worst.state != LIST_CLEAN)
			l->v = t->worst;
		else
			ask_about(c, out,
				  (struct query){
					  .purpose = ASKS_WANTED, .list = list, .family = f, .listing = i },
				  &c->subjects[l->subject], ASK_A, c->patience.lookup);
	}
}

void check_start(struct check *c, struct asks *out)
{
	for (uint32_t l = 0; l < c->nlists; l++)
		for (unsigned f = 0; f < FAMILIES; f++) {
			struct trial *t = trial_of(c, l, f);

			if (!t->wanted)
				continue;
			t->open = 2;
			if (ask_point(c, out, l, f, true) && ask_point(c, out, l, f, false))
				continue;
			t->worst =
				(struct list_verdict){ .state = LIST_LYING,
						       .answer = SPAN("not asked"),
						       .text = SPAN("its test points cannot be asked for") };
			end_trial(c, l, f, out);
		}
}

/* What is wrong with an answer to a test point; state LIST_CLEAN: nothing. */
static struct list_verdict objection(struct list_verdict v, bool listed_point)
{
	if (v.state == LIST_REFUSED || v.state == LIST_NO_ANSWER || v.state == LIST_LYING)
		return v;
	if (listed_point && v.state == LIST_CLEAN) {
		v.state = LIST_LYING;
		v.text = SPAN(
			"its test point is not listed: the list is dead, or the resolver hides its answers");
	} else if (!listed_point && v.state == LIST_LISTED) {
		v.state = LIST_LYING;
		v.text = SPAN("it lists what must never be listed: closed, or a resolver answers everything");
	} else {
		v.state = LIST_CLEAN;
	}
	return v;
}

/* Refused explains more than lying (an error code is an undocumented answer elsewhere), lying more than silence. */
static int gravity(enum list_state s)
{
	static const int of[LIST_STATES] = { [LIST_CLEAN] = 0,
					     [LIST_LISTED] = 0,
					     [LIST_NO_ANSWER] = 1,
					     [LIST_LYING] = 2,
					     [LIST_REFUSED] = 3 };

	return of[s];
}

static void take_point(struct check *c, const struct query *q, struct list_verdict v, struct asks *out)
{
	struct trial *t = trial_of(c, q->list, q->family);
	struct list_verdict wrong = objection(v, q->purpose == ASKS_LISTED_POINT);

	if (t->over)
		return;
	if (gravity(wrong.state) > gravity(t->worst.state))
		t->worst = wrong;
	if (--t->open == 0)
		end_trial(c, q->list, q->family, out);
}

static void take_reason(struct check *c, struct listing *l, const struct answer *answer)
{
	struct buf text = BUF_MAX(600);

	if (answer->state != ANSWER_DATA || answer->record[0].n == 0)
		return;
	buf_span(&text, l->v.text);
	buf_str(&text, l->v.text.n ? ": " : "");
	buf_span(&text, span_head(answer->record[0], 500));
	l->v.text = arena_span(c->arena, buf_view(&text));
	buf_free(&text);
}

void check_take(struct check *c, const struct answer *answer, struct asks *out)
{
	struct query *q = answer->id < c->nqueries ? &c->query[answer->id] : NULL;
	struct query now;
	struct list_verdict v;

	if (!q || q->answered)
		return;
	now = *q; /* asking may move the queries */
	q->answered = true;
	if (now.purpose == ASKS_REASON) {
		take_reason(c, &c->listing[now.listing], answer);
		return;
	}
	v = verdict_of(c->arena, &c->lists[now.list], answer);
	if (now.purpose != ASKS_WANTED) {
		take_point(c, &now, v, out);
		return;
	}
	c->listing[now.listing].v = v;
	if (v.state != LIST_LISTED)
		return;
	now.purpose = ASKS_REASON;
	ask_about(c, out, now, &c->subjects[c->listing[now.listing].subject], ASK_TXT, c->patience.lookup);
}

const struct listing *check_listings(const struct check *c, size_t *ret_n)
{
	*ret_n = c->nlistings;
	return c->listing;
}
