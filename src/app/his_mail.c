/*
 * his_mail - see his_mail.h. What is damaged is nobody's, and of a server's queue a million messages are held at once: a
 * containment looks again until there is no more.
 * TRUST: as there; of a message only its id, state and whose it is are used.
 */
#include "app/his_mail.h"

#include "act/talk.h"
#include "app/options.h"
#include "app/queue_reader.h"
#include "app/whom.h"
#include "base/arena_more.h"
#include "plan/plan.h"

#include <stdlib.h>

/* Messages of one server in one plan. */
#define IDS_MOST 1000000 /* limit contain: messages that are held */

struct ids {
	struct span *id;
	size_t n, room;
};

struct look {
	const struct whom *whom;
	struct ids ids[MAIL_SERVERS];
	struct ids held; /* of both servers, where HELD_TOO */
	bool held_too; /* what is held already counts as well */
	size_t *waiting; /* by row of WHOM */
	size_t untold[PLAN_DOORS];
};

static void keep_id(const struct look *l, struct ids *ids, struct span id)
{
	struct arena *a = l->whom->arena;

	ids->id = arena_more(a, ids->id, ids->n, &ids->room, 1024, sizeof(*ids->id));
	ids->id[ids->n++] = arena_span(a, id);
}

static void take_message(void *ctx, const struct queued *q)
{
	struct look *l = ctx;
	const struct whom *w = l->whom;
	struct ids *ids = &l->ids[q->server];
	bool held = queued_is_held(q);

	if (q->asked > w->nheld) {
		if (q->asked > w->nlooked)
			l->untold[q->client.n ? PLAN_BY_SMTP : PLAN_BY_SENDMAIL] += !held;
		else
			l->waiting[whom_looked_at(w, q->asked - 1)] += !held;
		return;
	}
	if ((held && !l->held_too) || q->state == QUEUE_CORRUPT || ids->n == IDS_MOST)
		return;
	keep_id(l, ids, q->id_text);
	if (held || q->state == QUEUE_FROZEN)
		keep_id(l, &l->held, q->id_text);
}

static int look(const struct his_mail *m, struct look *l, struct err *err)
{
	const struct whom *w = m->whom;
	struct queue_ask ask = {
		.root = m->root,
		.facts = m->facts,
		.now = m->facts->now,
		.unconfined = w->o->unconfined,
		.only = w->looked,
		.nonly = w->nlooked,
		.untold = true,
		.past = w->past,
		.message = take_message,
		.ctx = l,
	};
	struct queue_report report;
	int rc;

	l->whom = w;
	l->waiting = arena_alloc(w->arena, (w->nrows + 1) * sizeof(*l->waiting));
	rc = w->nlooked ? queue_ask(&ask, w->arena, &report, err) : 0;
	return rc == -EXIT_NOINPUT ? 0 : rc;
}

int his_mail_read(const struct his_mail *m, struct plan_want *want, struct err *err)
{
	struct look l = { .held_too = false };
	int rc = look(m, &l, err);

	for (int i = 0; i < MAIL_SERVERS; i++) {
		want->ids[i] = l.ids[i].id;
		want->nids[i] = l.ids[i].n;
	}
	want->waiting = l.waiting;
	memcpy(want->untold, l.untold, sizeof(l.untold));
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return span_compare(*x, *y);
}

static bool is_among(const struct ids *ids, const struct span *id)
{
	return ids->n && bsearch(id, ids->id, ids->n, sizeof(*id), by_bytes);
}

static void sort_ids(struct ids *ids)
{
	if (ids->n)
		qsort(ids->id, ids->n, sizeof(*ids->id), by_bytes);
}

int his_mail_look_again(const struct his_mail *m, const struct span *ids, size_t n, struct arena *a,
			struct act_looked *ret, struct err *err)
{
	struct look now = { .held_too = true };
	int rc = look(m, &now, err);

	if (rc < 0)
		return rc;
	ret->innocent = arena_alloc(a, (n + 1) * sizeof(*ids));
	ret->free = arena_alloc(a, (n + 1) * sizeof(*ids));
	for (int i = 0; i < MAIL_SERVERS; i++)
		sort_ids(&now.ids[i]);
	sort_ids(&now.held);
	for (size_t i = 0; i < n; i++) {
		bool his = is_among(&now.ids[SERVER_POSTFIX], &ids[i]) ||
			   is_among(&now.ids[SERVER_EXIM], &ids[i]);

		if (!his)
			ret->innocent[ret->ninnocent++] = ids[i];
		else if (!is_among(&now.held, &ids[i]))
			ret->free[ret->nfree++] = ids[i];
	}
	return 0;
}
