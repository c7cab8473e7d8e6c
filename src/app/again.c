/*
 * again - see again.h. An incident's plan is what spamtrail itself makes of logs: where a person has said no to one of its
 * actions, that no counts until he says otherwise. What he asks for by name is his own word.
 *
 * TRUST: sentences quote names from logs and go through show. When he took it back is the journal's word, root's own.
 */
#include "app/again.h"

#include "app/term.h"
#include "base/civil.h"
#include "base/show.h"

#include <stdio.h>

static void tell(const struct again_want *want, const struct action *v, int64_t undone, const char *what)
{
	struct buf text = BUF_MAX(4096);
	struct civil c;

	/* of what leaves nothing behind nothing was taken back */
	if (want->quiet || v->transient)
		return;
	civil_split(undone, &c);
	show_text(&text, v->what, want->ascii);
	fprintf(stderr, "  %s  %.*s: taken back by an operator on %04d-%02u-%02u\n", what, (int)text.n,
		text.p, (int)c.year, (unsigned)c.month, (unsigned)c.day);
	buf_free(&text);
}

/* Exim's hook lines (plan/exim_door.c) were taken out: a sender's file closes nothing without them. */
static bool needs_hook(const struct action *v)
{
	return v->kind == ACTION_EDIT && v->absent && span_search(v->path, 0, SPAN("/spamtrail:")) >= 0;
}

static void leave_out(const struct again_want *want, struct plan *p, const struct act_planned *known)
{
	int64_t hook_out = 0; /* when */
	size_t n = 0;

	for (size_t i = 0; i < p->nactions; i++) {
		const struct action *v = &p->actions[i];
		bool out = known[i].undone && !want->own_word;

		if (known[i].undone)
			tell(want, v, known[i].undone, out ? "left out" : "again   ");
		if (out && span_starts(v->what, SPAN("setup:")))
			hook_out = known[i].undone;
		if (!out && hook_out && needs_hook(v)) {
			tell(want, v, hook_out, "left out");
			out = true;
		}
		if (!out)
			p->actions[n++] = *v;
	}
	if (n < p->nactions && !want->quiet)
		fprintf(stderr, "  --again does also what was left out\n");
	p->nactions = n;
}

int again_leave_out(const struct again_want *want, struct plan *p, struct arena *a, struct err *err)
{
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	struct act_planned *known;
	int rc = actor_start(want->actor, &client, &note, err);

	term_tell("spamtrail: ", buf_view(&note));
	buf_free(&note);
	if (rc < 0)
		return rc;
	rc = actor_known(client, p, a, &known, err);
	actor_end(client);
	if (rc == 0)
		leave_out(want, p, known);
	return rc;
}
