/*
 * verb_investigate - `investigate [PATH...]`: who sends, proof, damage.
 *
 * Changes nothing of the server. A queue or a state that cannot be had is said in the answer, not instead of
 * it; a plan that cannot be made is left out.
 * TRUST: the inquiry has been checked in form by the reader's side; its texts are foreign and go to report/,
 * which escapes.
 */
#include "app/inquire.h"
#include "app/planner.h"
#include "app/term.h"
#include "app/verbs.h"
#include "model/rows.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/quiet.h"
#include "report/screen.h"
#include "report/stats.h"

#include <fcntl.h>
#include <unistd.h>

#define REFUSED_LEAST 20 /* recipients; fewer are any forward's day */
#define PLANS_MOST 20 /* limit investigate: incidents whose plan is worked out */

static int write_html(const struct options *o, const struct inquire *in, struct err *err)
{
	struct sink s;
	int rc;
	/* No link is followed: root may write into a folder where somebody else has laid one. */
	int fd = open(o->html, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0640);

	if (fd < 0)
		return err_sys(err, EXIT_IO, "cannot write %s", o->html);
	s = sink_new(fd);
	html_inquiry(&s, in->q, in->zone, o->stats);
	rc = sink_end(&s, o->html, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, EXIT_IO, "cannot write %s", o->html);
	return rc;
}

static void say_contain(const struct options *o, const struct row *r, struct buf *out)
{
	buf_str(out, "spamtrail contain");
	options_sender(out, r->kind, r->id);
	options_again(o, "contain", 0, out);
}

/* Nobody here wrote what a forward sends on, so it is never an incident; but where it is refused, this server is. */
static bool is_refused_forward(const struct row *r)
{
	return r->kind == KIND_FORWARD && r->counts.bounced >= REFUSED_LEAST &&
	       r->counts.bounced > r->counts.delivered;
}

/*
 * Where no fact of grade A names anybody, an incident's plan is empty: the command that names the first of it himself.
 * Without an incident: the one that holds a forward whose mail is refused.
 */
static void name_him(const struct options *o, const struct inquire *w, struct buf *out)
{
	const struct inquiry *q = w->q;
	const struct incident *in = q->incidents;
	size_t highest;

	if (o->nargs)
		return;
	if (q->nincidents == 0) {
		highest = quiet_highest(q);
		if (highest != SIZE_MAX) {
			const struct row *r = rows_get(q, highest, w->arena);

			if (is_refused_forward(r))
				say_contain(o, r, out);
		}
		return;
	}
	if (in->nrows == 0)
		return;
	for (size_t i = 0; i < in->nrows; i++)
		if (q->rows[in->rows[i]].grade == 'A')
			return;
	say_contain(o, &q->rows[in->rows[0]], out);
}

static void write_screen(struct sink *s, const struct options *o, const struct inquire *in)
{
	struct screen screen = term_screen(o, STDOUT_FILENO);
	struct buf again = BUF_MAX(4096), doctor = BUF_MAX(4096);
	struct buf contain = BUF_MAX(4096), undo = BUF_MAX(4096), by_name = BUF_MAX(16384);
	struct buf here = BUF_MAX(4096);

	name_him(o, in, &by_name);
	options_again(o, "why", 0, &again);
	options_again(o, "doctor", 0, &doctor);
	/* their argument is the incident, not a log */
	options_again(o, "contain", o->nargs, &contain);
	options_again(o, "undo", o->nargs, &undo);
	options_again(o, "investigate", o->nargs, &here);
	screen.zone = in->zone;
	screen.elsewhere = o->nargs > 0;
	screen.here_again = buf_view(&here);
	screen.again = buf_view(&again);
	screen.doctor_again = buf_view(&doctor);
	screen.contain_again = buf_view(&contain);
	screen.undo_again = buf_view(&undo);
	screen.by_name = buf_view(&by_name);
	screen.top = o->top;
	if (o->stats)
		stats_text(s, in->q, &screen, o->top);
	else
		screen_inquiry(s, in->q, &screen);
	buf_free(&again);
	buf_free(&doctor);
	buf_free(&contain);
	buf_free(&undo);
	buf_free(&by_name);
	buf_free(&here);
}

/* The newest hours of a busy live host; the whole answer follows below it. */
static void show_first(const struct options *o, const struct inquire *in)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct err err = { 0 };

	write_screen(&s, o, in);
	buf_str(&s.text, "\n");
	/* What is lost here is lost again with the whole answer, and said then. */
	sink_end(&s, "standard output", &err);
}

/* What would stop each incident: asked of this host's own configuration, and only where its own logs were read. */
static void add_plans(const struct options *o, const struct inquire *in)
{
	struct root root;
	struct err unheard;

	if (options_elsewhere(o) || in->q->nincidents == 0 || root_open("/", &root, &unheard) < 0)
		return;
	for (size_t i = 0; i < in->q->nincidents && i < PLANS_MOST; i++) {
		struct incident *incident = &in->q->incidents[i];
		struct row *rows = arena_alloc(in->arena, (incident->nrows + 1) * sizeof(*rows));
		struct plan_want want = { .incident = incident_id(incident),
					  .rows = rows,
					  .nrows = incident->nrows };
		struct planner_want ask = { .root = &root, .plan = &want, .unconfined = o->unconfined };
		struct plan *plan;

		for (size_t k = 0; k < incident->nrows; k++)
			rows[k] = in->q->rows[incident->rows[k]];
		/* A fresh child each: what one culprit's files do to it does not reach the next plan. */
		if (planner_ask(&ask, in->arena, &plan, &unheard) == 0)
			incident->plan = plan;
	}
	root_close(&root);
}

int verb_investigate(const struct options *given, struct err *err)
{
	struct inquire in;
	struct sink s = sink_new(STDOUT_FILENO);
	struct options own = *given;
	const struct options *o = &own;
	int rc;

	own.complained = true;
	/* ten thousand rows of it are a hundredth of the whole run */
	own.no_history = own.output != OUTPUT_SCREEN && !own.html;
	rc = inquire(o, 0, o->output == OUTPUT_SCREEN && !o->stats ? show_first : NULL, &in, err);

	if (rc == 0)
		add_plans(o, &in);
	if (rc == 0 && o->html)
		rc = write_html(o, &in, err);
	if (rc == 0) {
		if (o->output == OUTPUT_JSON)
			json_inquiry(&s, in.q, in.zone, o->stats);
		else if (o->output == OUTPUT_PLAIN)
			plain_inquiry(&s, in.q, in.zone, o->stats);
		else
			write_screen(&s, o, &in);
		rc = sink_end(&s, "standard output", err);
	}
	if (rc == 0)
		rc = inquire_code(in.q);
	inquire_end(&in);
	return rc;
}
