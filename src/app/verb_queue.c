/*
 * verb_queue - `queue`: what waits, whose it is, and what the logs say of it. Confined children, one after the other: the
 * first reads the configuration and says where the queues lie, another the logs (which ask what waits), the last the queue.
 *
 * Apart, because the last can read one folder only, and that folder must be known before it is forked.
 * TRUST: each may have been taken over; the first can then name a wrong folder beneath ROOT, the others tell
 * lies about it.
 */
#include "app/inquire.h"
#include "app/queue_deed.h"
#include "app/queue_reader.h"
#include "app/reader.h"
#include "app/term.h"
#include "app/verbs.h"
#include "base/zone.h"
#include "report/queue.h"
#include "sys/clock.h"
#include "trace/queue_past.h"
#include "trace/wrote.h"

#include <unistd.h>

/* --- what the logs say ------------------------------------------------------------------------ */

struct asked {
	struct inquire in;
	struct wrote_known *known;
	struct queue_past past;
	struct span why_not; /* they were not asked, or could not be read */
};

/*
 * Whether a message is spam, and who is new to its sender, only the logs tell: investigate's own pass over them, which
 * remembers in addition what the queue asks for. Without logs the queue is shown all the same.
 */
static void ask_logs(const struct options *o, struct arena *a, struct asked *to)
{
	struct options about = *o;
	struct err err = { 0 };

	about.nargs = 0;
	about.waiting = true;
	about.top = 0;
	if (inquire(&about, 0, NULL, &to->in, &err) < 0) {
		to->why_not = err.code == EXIT_NOINPUT ? SPAN("no mail log found")
						       : arena_span(a, span_str(err.text));
		return;
	}
	to->known = to->in.wrote.n ? wrote_open(to->in.wrote) : NULL;
	if (!to->known) {
		to->why_not = SPAN("the queue is longer than the logs are asked about");
		return;
	}
	to->past = (struct queue_past){ .q = to->in.q, .known = to->known };
}

/* Deeds ask only where the group is one that the logs tell. */
static bool wants_logs(const struct options *o, bool deed)
{
	return !o->quick && (!deed || o->by == BY_CLASS);
}

/* What the logs could not tell makes an answer that rests on them incomplete. */
static void tell_asked(const struct asked *asked, struct arena *a, struct queue_report *r)
{
	const struct inquiry *q = asked->in.q;
	struct span *all;

	if (!asked->known) {
		r->unjudged = asked->why_not;
		return;
	}
	r->past = q;
	r->past_from = wrote_began(asked->known);
	all = arena_alloc(a, (r->nunseen + q->nunseen + 1) * sizeof(*all));
	if (r->nunseen)
		memcpy(all, r->unseen, r->nunseen * sizeof(*all));
	if (q->nunseen)
		memcpy(all + r->nunseen, q->unseen, q->nunseen * sizeof(*all));
	r->unseen = all;
	r->nunseen += q->nunseen;
	r->complete &= q->complete;
}

static void asked_end(struct asked *asked)
{
	wrote_close(asked->known);
	if (asked->in.arena)
		inquire_end(&asked->in);
}

/* --- the two forms ----------------------------------------------------------------------------- */

static int code_of(const struct queue_report *r)
{
	return r->complete ? EXIT_NOTHING : EXIT_INCOMPLETE;
}

static void put(void *ctx, const struct queued *q)
{
	queue_list_put(ctx, q);
}

static int list(const struct options *o, struct queue_ask *ask, const struct asked *asked, struct arena *a,
		const struct screen *screen, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct queue_list l = {
		.sink = &s,
		.screen = screen,
		.past = asked->known ? asked->in.q : NULL,
		.form = o->output == OUTPUT_JSON    ? QUEUE_LIST_JSON
			: o->output == OUTPUT_PLAIN ? QUEUE_LIST_PLAIN
						    : QUEUE_LIST_TEXT,
	};
	struct queue_ask each = *ask;
	struct queue_report report;
	struct err lost;
	int rc;

	each.message = put;
	each.reasons = true;
	each.ctx = &l;
	queue_list_begin(&l);
	rc = queue_ask(&each, a, &report, err);
	if (rc == 0) {
		tell_asked(asked, a, &report);
		/* a name that was mistyped is no empty group */
		if (o->nargs && l.messages == 0)
			rc = queue_no_group(ask, o->args[0], arena_str(a, screen->again), a, err);
	}
	if (rc == 0)
		queue_list_end(&l, &report);
	else
		/* The list's head is not worth printing above an error. */
		s.text.n = 0;
	/* The queue's own error is the cause, a failed write at most its company. */
	if (sink_end(&s, "standard output", rc < 0 ? &lost : err) < 0 && rc == 0)
		rc = -err->code;
	return rc < 0 ? rc : code_of(&report);
}

static int groups(const struct options *o, struct queue_ask *ask, const struct asked *asked, struct arena *a,
		  const struct screen *screen, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct queue_report report;
	int rc;

	ask->groups = true;
	rc = queue_ask(ask, a, &report, err);
	if (rc < 0)
		return rc;
	tell_asked(asked, a, &report);
	if (o->output == OUTPUT_JSON)
		queue_json(&s, &report, screen->zone);
	else if (o->output == OUTPUT_PLAIN)
		queue_plain(&s, &report, screen->zone);
	else
		queue_text(&s, &report, screen);
	rc = sink_end(&s, "standard output", err);
	return rc < 0 ? rc : code_of(&report);
}

static int facts_of(const struct options *o, const struct root *root, int64_t now, struct arena *a,
		    struct inquiry **ret, struct err *err)
{
	struct reader_want want = {
		.root = root,
		.now = now,
		.unconfined = o->unconfined,
		.facts_only = true,
	};

	return reader_inquire(&want, a, ret, err);
}

static int run(const struct options *o, const struct root *root, struct arena *a, struct err *err)
{
	struct clock clock = { 0 };
	struct queue_ask ask = { .root = root, .now = inquire_now(&clock), .unconfined = o->unconfined };
	struct screen screen = term_screen(o, STDOUT_FILENO);
	bool deed = o->flush || o->release || o->remove;
	struct asked asked = { .why_not = SPAN("the logs were not asked (--quick)") };
	struct buf again = BUF_MAX(8192);
	struct inquiry *q;
	struct zone *zone;
	int rc = facts_of(o, root, ask.now, a, &q, err);

	if (rc < 0)
		return rc;
	options_again(o, "queue", o->nargs, &again);
	screen.again = arena_span(a, buf_view(&again));
	buf_free(&again);
	if (wants_logs(o, deed))
		ask_logs(o, a, &asked);
	ask.facts = q;
	ask.past = asked.known ? &asked.past : NULL;
	zone = inquire_zone(q, a);
	screen.zone = zone;
	screen.top = o->top;
	ask.by = o->by;
	ask.pick = span_str(o->nargs ? o->args[0] : "");
	if (deed && o->by == BY_CLASS && !asked.known)
		rc = err_set(err, EXIT_NOINPUT, "what is spam is not known: %.*s", (int)asked.why_not.n,
			     asked.why_not.p);
	else if (deed)
		rc = queue_deed(o, &ask, a, &screen, err);
	else
		rc = o->list ? list(o, &ask, &asked, a, &screen, err)
			     : groups(o, &ask, &asked, a, &screen, err);
	zone_free(zone);
	asked_end(&asked);
	return rc;
}

static int check_words(const struct options *o, struct err *err)
{
	/* a script's empty variable must not mean everything */
	if (o->nargs && !o->args[0][0])
		return err_set(err, EXIT_USAGE, "the group's name is empty; one without a name is (none)");
	if (o->flush + o->release + o->remove > 1)
		return err_set(err, EXIT_USAGE, "--flush, --release and --remove: one at a time");
	if (o->flush || o->release || o->remove)
		return 0;
	if (o->nargs && !o->list)
		return err_set(err, EXIT_USAGE, "a group is for --list, --flush, --release or --remove");
	if (o->nargs && strcmp(o->args[0], "-") == 0)
		return err_set(err, EXIT_USAGE, "- is for --flush, --release or --remove");
	if (o->all || o->yes || o->dry_run)
		return err_set(err, EXIT_USAGE,
			       "--all, --yes and --dry-run are for --flush, --release and --remove");
	return 0;
}

int verb_queue(const struct options *o, struct err *err)
{
	struct arena *arena;
	struct root root;
	int rc = check_words(o, err);

	if (rc < 0)
		return rc;
	rc = root_open(o->root ? o->root : "/", &root, err);

	if (rc < 0)
		return rc;
	arena = arena_new();
	rc = run(o, &root, arena, err);
	arena_free(arena);
	root_close(&root);
	return rc;
}
