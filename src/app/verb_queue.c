/*
 * verb_queue - `queue`: what waits, whose it is. Two confined children, one after the other: the first reads the
 * configuration and says where the queues lie, the second reads the queue.
 *
 * Two, because the second can read one folder only, and that folder must be known before it is forked.
 * TRUST: both may have been taken over; the first can then name a wrong folder beneath ROOT, the second tell
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

#include <unistd.h>

static void put(void *ctx, const struct queued *q)
{
	queue_list_put(ctx, q);
}

static int list(const struct options *o, struct queue_ask *ask, struct arena *a, const struct screen *screen,
		struct queue_report *report, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct queue_list l = {
		.sink = &s,
		.screen = screen,
		.form = o->output == OUTPUT_JSON    ? QUEUE_LIST_JSON
			: o->output == OUTPUT_PLAIN ? QUEUE_LIST_PLAIN
						    : QUEUE_LIST_TEXT,
	};
	struct queue_ask each = *ask;
	struct err lost;
	int rc;

	each.message = put;
	each.reasons = true;
	each.ctx = &l;
	queue_list_begin(&l);
	rc = queue_ask(&each, a, report, err);
	if (rc == 0)
		queue_list_end(&l, report);
	else
		/* The list's head is not worth printing above an error. */
		s.text.n = 0;
	/* The queue's own error is the cause, a failed write at most its company. */
	if (sink_end(&s, "standard output", rc < 0 ? &lost : err) < 0 && rc == 0)
		rc = -err->code;
	return rc;
}

static int groups(const struct options *o, struct queue_ask *ask, struct arena *a,
		  const struct screen *screen, struct queue_report *report, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	int rc;

	ask->groups = true;
	ask->by = o->by;
	rc = queue_ask(ask, a, report, err);
	if (rc < 0)
		return rc;
	if (o->output == OUTPUT_JSON)
		queue_json(&s, report, screen->zone);
	else if (o->output == OUTPUT_PLAIN)
		queue_plain(&s, report, screen->zone);
	else
		queue_text(&s, report, screen);
	return sink_end(&s, "standard output", err);
}

static int run(const struct options *o, const struct root *root, struct arena *a, struct err *err)
{
	struct clock clock = { 0 };
	struct reader_want want = {
		.root = root,
		.now = inquire_now(&clock),
		.unconfined = o->unconfined,
		.facts_only = true,
	};
	struct queue_ask ask = { .root = root, .now = want.now, .unconfined = o->unconfined };
	struct screen screen = term_screen(o, STDOUT_FILENO);
	bool deed = o->flush || o->release || o->remove;
	struct queue_report report;
	struct inquiry *q;
	struct zone *zone;
	int rc = reader_inquire(&want, a, &q, err);

	if (rc < 0)
		return rc;
	ask.facts = q;
	zone = inquire_zone(q, a);
	screen.zone = zone;
	screen.top = o->top;
	ask.by = o->by;
	ask.pick = span_str(o->nargs ? o->args[0] : "");
	if (deed)
		rc = queue_deed(o, &ask, a, &screen, err);
	else
		rc = o->list ? list(o, &ask, a, &screen, &report, err)
			     : groups(o, &ask, a, &screen, &report, err);
	if (rc == 0 && !deed)
		rc = report.complete ? EXIT_NOTHING : EXIT_INCOMPLETE;
	zone_free(zone);
	return rc;
}

static int check_words(const struct options *o, struct err *err)
{
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
