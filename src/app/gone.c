/*
 * gone - see gone.h.
 *
 * TRUST: rows quote senders, paths and ids, all foreign: they go through show (term_tell).
 */
#include "app/gone.h"

#include "app/actor.h"
#include "app/term.h"
#include "base/arena_more.h"
#include "model/plan.h"
#include "report/text.h"

#include <string.h>

struct learning {
	struct gone *g;
	struct span what;
};

static int learn(void *owner, const struct journal_row *r)
{
	const struct learning *l = owner;
	struct gone *g = l->g;
	uint64_t id;
	bool purged = r->state == ACT_STATE_PURGED;
	struct gone_row one = { .id = r->id,
				.changed = r->changed,
				.purged = purged,
				.removal = r->kind == ACTION_REMOVE_QUEUE };

	if (!purged && !(one.removal && r->state == ACT_STATE_DONE))
		return 0;
	one.meant = (span_u64(l->what, &id) && id == r->id) || span_eq(l->what, r->incident) ||
		    span_eq(l->what, r->sender);
	one.what = arena_span(g->arena, r->what);
	one.text = arena_span(g->arena, r->text);
	g->row = arena_more(g->arena, g->row, g->n, &g->room, 16, sizeof(*g->row));
	g->row[g->n++] = one;
	return 0;
}

void gone_learn(struct gone *g, struct actor_client *c, struct span what)
{
	struct learning l = { g, what };
	struct err unheard = { 0 };

	actor_history(c, learn, &l, &unheard);
}

/* Ids do not leave the actor: so each removal since then is named, with whose mail it was. */
void gone_add(struct gone *g, const struct journal_row *r)
{
	for (size_t i = 0; i < g->n && r->kind == ACTION_HOLD_QUEUE; i++)
		g->row[i].meant |= g->row[i].removal && g->row[i].changed >= r->planned;
}

/* "3 removed, ...", or behind what an undo has said already. */
static struct span how_many(const struct gone_row *r)
{
	ptrdiff_t at = span_search(r->text, 0, SPAN(" removed, "));
	size_t from = at < 0 ? 0 : (size_t)at;

	while (from > 0 && r->text.p[from - 1] >= '0' && r->text.p[from - 1] <= '9')
		from--;
	return at < 0 ? SPAN_NONE : span_of(r->text.p + from, (size_t)at - from);
}

static void say_removed(struct buf *out, const struct gone *g, const struct gone_row *r)
{
	struct span many = how_many(r);

	buf_span(out, many);
	buf_str(out, span_eq(many, SPAN("1")) ? " message does"
		     : many.n		      ? " messages do"
					      : "removed messages do");
	buf_addf(out, " not come back (action %llu, at ", (unsigned long long)r->id);
	text_moment(out, r->changed, NULL);
	buf_str(out, ": ");
	buf_span(out, r->what);
	if (r->purged)
		buf_str(out, "), and history --purge has ended the samples");
	else
		buf_addf(out, "); samples are %s/samples/%llu-*", g->state, (unsigned long long)r->id);
}

void gone_tell(const struct gone *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct gone_row *r = &g->row[i];
		struct buf text = BUF_MAX(8192);

		if (!r->meant)
			continue;
		if (r->removal) {
			say_removed(&text, g, r);
		} else {
			buf_addf(&text, "action %llu does not come back, what it kept was ended at ",
				 (unsigned long long)r->id);
			text_moment(&text, r->changed, NULL);
			buf_str(&text, " (history --purge): ");
			buf_span(&text, r->what);
		}
		term_tell("spamtrail: ", buf_view(&text));
		buf_free(&text);
	}
}
