/*
 * contain_do - see contain.h. A plan is done by the actor, one action after the other; then the queue is looked at again until
 * nothing of the culprit's comes any more.
 *
 * An action that fails is that action's failure alone: the next may still stop him. Where the actor itself is gone or out of
 * step nothing more is tried. A culprit who goes on sending keeps nobody here for ever: what is left is for the next contain.
 * TRUST: the plan may be an attacker's wish, and the actor checks every action again. Sentences quote names from logs and
 * go through show.
 */
#include "app/contain.h"

#include "act/talk.h"
#include "app/actor.h"
#include "app/again.h"
#include "app/options.h"
#include "app/planner.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "base/show.h"
#include "model/inquiry.h"
#include "report/history.h"
#include "report/plan.h"
#include "sys/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MOST 10 /* limit contain: times that the queue is looked at again */
#define ROUND_PAUSE_MS 300
#define QUIET_LOOKS 2
#define LATE_LOOKS 3
/* An SMTP session that was quiet for longer is over: Postfix' smtpd_timeout is five minutes. */
#define SESSION_SECONDS 600

struct doing {
	struct contain *k;
	char state[PATH_MAX], root[PATH_MAX];
	struct sink sink; /* --json: what is being done, behind its plan */
	size_t done, failed;
};

/* --- one plan ------------------------------------------------------------------------------------------ */

int contain_plan(struct contain *k, struct err *err)
{
	struct planner_want want = { .root = &k->root,
				     .plan = &k->want,
				     .unconfined = k->o->unconfined,
				     .ret_helpless = &k->helpless };

	return planner_ask(&want, k->arena, &k->plan, err);
}

/* Who says "contain alice" or --again has the last word; an incident's plan has not. */
static int leave_out(const struct doing *d, struct err *err)
{
	const struct contain *k = d->k;
	const struct actor_want actor = { .state_dir = d->state, .root = d->root };
	const struct again_want want = {
		.actor = &actor,
		.own_word = k->o->again || k->whom.incident.n == 0,
		.quiet = k->o->quiet || k->want.task == PLAN_REST,
		.ascii = k->screen.ascii,
	};

	return again_leave_out(&want, k->plan, k->arena, err);
}

int contain_leave_out(struct contain *k, struct err *err)
{
	struct doing d = { .k = k };
	struct buf path = BUF_MAX(2 * PATH_MAX);

	if (!k->whom.incident.n || k->plan->nactions == 0 || !k->journal || geteuid() != 0 ||
	    !realpath(k->journal, d.state) || !realpath(k->o->root ? k->o->root : "/", d.root))
		return 0;
	buf_addf(&path, "%s/journal.db", d.state);
	buf_byte(&path, '\0');
	k->asked_journal = access(path.p, F_OK) == 0;
	buf_free(&path);
	return k->asked_journal ? leave_out(&d, err) : 0;
}

static int look_again(void *owner, const struct span *ids, size_t n, struct arena *a, struct act_looked *ret,
		      struct err *err)
{
	const struct doing *d = owner;

	return his_mail_look_again(&d->k->mail, ids, n, a, ret, err);
}

static int see(void *owner, const struct journal_row *row)
{
	struct doing *d = owner;
	const struct contain *k = d->k;
	struct buf text = BUF_MAX(4096);

	if (k->o->output == OUTPUT_JSON)
		history_json(&d->sink, row);
	if (k->o->quiet)
		return 0;
	buf_addf(&text, "  %s %llu  ", row->state == ACT_STATE_DONE ? "done  " : "FAILED",
		 (unsigned long long)row->id);
	show_text(&text, row->what, k->screen.ascii);
	if (row->text.n) {
		buf_str(&text, row->state == ACT_STATE_DONE ? ": " : ": not done: ");
		show_text(&text, row->text, k->screen.ascii);
	}
	fprintf(stderr, "%.*s\n", (int)text.n, text.p);
	buf_free(&text);
	return 0;
}

/* A process that has ended by itself needs no stopping. */
static bool is_gone(const struct action *v)
{
	return v->kind == ACTION_STOP && kill((pid_t)v->pid, 0) < 0 && errno == ESRCH;
}

static int do_plan(struct doing *d, struct err *err)
{
	const struct actor_want want = { .state_dir = d->state, .root = d->root };
	const struct plan *plan = d->k->plan;
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	struct act_planned *planned;
	int rc = actor_start(&want, &client, &note, err);

	term_tell("spamtrail: ", buf_view(&note));
	buf_free(&note);
	if (rc < 0)
		return rc;
	rc = actor_plan(client, plan, d->k->arena, &planned, err);
	for (size_t i = 0; rc == 0 && i < plan->nactions; i++) {
		enum act_state state = ACT_STATE_FAILED;
		struct err why = { 0 };
		int one = actor_apply(client, i, look_again, see, d, &state, &why);

		if (one < 0)
			term_tell("  FAILED     ", span_str(why.text));
		d->done += one == 0 && state == ACT_STATE_DONE;
		d->failed += (one < 0 || state != ACT_STATE_DONE) && !is_gone(&plan->actions[i]);
		/* the actor is gone or out of step */
		if (one == -EXIT_SOFTWARE) {
			*err = why;
			rc = one;
		}
	}
	actor_end(client);
	return rc;
}

/* --- what came in while it was made and done ------------------------------------------------------------ */

/* Postfix's door for a login is one of main.cf's: who has come in before it was closed goes on sending. */
static bool closes_login(const struct plan *p)
{
	for (size_t i = 0; i < p->nactions; i++)
		if (span_eq(p->actions[i].path, SPAN("/etc/postfix/main.cf")))
			return true;
	return false;
}

/*
 * Sessions from addresses that the logs did not know when the plan was made: of the door's last moments, or of the time in
 * which the operator was asked. A log that cannot be read now ends none, which is no reason to hold no mail.
 */
static int do_late_sessions(struct doing *d, struct err *err)
{
	struct contain *k = d->k;
	const struct row *lately = whom_lately(&k->whom, SESSION_SECONDS);
	const struct plan_want want = k->want;
	int rc;

	if (!lately)
		return 0;
	k->want.rows = lately;
	k->want.sessions = true;
	memset(k->want.nids, 0, sizeof(k->want.nids));
	rc = contain_plan(k, err);
	k->want = want;
	return rc == 0 && k->plan->nactions ? do_plan(d, err) : rc;
}

/*
 * PHP's opcache goes on running a script that has gone, until it looks at the file again: a pool of many sites keeps its
 * doors, and what is sent meanwhile is the culprit's. A longer time is told in the plan (plan/files.c).
 */
static int64_t memory_ends(const struct contain *k)
{
	const struct clock clock = { 0 };
	uint32_t seconds = k->mail.facts->php_memory;
	bool taken = false;

	for (size_t i = 0; i < k->plan->nactions; i++)
		taken |= k->plan->actions[i].kind == ACTION_HOLD_FILE;
	if (!taken || k->want.elsewhere || !whom_has_script(&k->whom) || seconds > PLAN_MEMORY_WAITED)
		seconds = 0;
	return clock_steady_micros(&clock) + seconds * INT64_C(1000000);
}

/* And what was under delivery then. */
static int do_rest(struct doing *d, struct err *err)
{
	const struct timespec pause = { .tv_nsec = ROUND_PAUSE_MS * 1000000L };
	const struct clock clock = { 0 };
	struct contain *k = d->k;
	const int64_t ends = memory_ends(k);
	int rc = 0, quiet = 0, round = 0, late = 0;

	k->want.task = PLAN_REST;
	if (closes_login(k->plan))
		rc = do_late_sessions(d, err);
	while (rc == 0 && quiet < QUIET_LOOKS && round < ROUNDS_MOST) {
		size_t left;
		bool ended;

		nanosleep(&pause, NULL);
		ended = clock_steady_micros(&clock) >= ends;
		if (ended && round++ == 0)
			late = 0;
		/* requests that had begun go on for a moment */
		if (k->whom.past && late++ < LATE_LOOKS)
			whom_learn(&k->whom);
		rc = his_mail_read(&k->mail, &k->want, err);
		if (rc < 0)
			break;
		left = k->want.nids[PLAN_POSTFIX] + k->want.nids[PLAN_EXIM];
		/* once is no answer: a message on its way from one of Postfix's queues to another is in none that is read */
		quiet = left ? 0 : quiet + ended;
		if (!left)
			continue;
		rc = contain_plan(k, err);
		if (rc == 0)
			rc = leave_out(d, err);
		if (rc == 0 && k->plan->nactions == 0)
			break;
		if (rc == 0)
			rc = do_plan(d, err);
	}
	return rc;
}

/* --- all of it ----------------------------------------------------------------------------------------- */

static int learn_places(struct doing *d, struct err *err)
{
	const struct contain *k = d->k;
	int rc;

	if (!k->journal)
		return err_set(err, EXIT_USAGE,
			       "with --root say with --state DIR where the journal of actions is kept");
	rc = state_dir_make(k->journal, d->state, err);
	if (rc == 0 && !realpath(k->o->root ? k->o->root : "/", d->root))
		rc = err_sys(err, EXIT_NOINPUT, "%s cannot be opened", k->o->root);
	return rc;
}

static int ask_operator(const struct contain *k, struct err *err)
{
	char question[64];

	snprintf(question, sizeof(question), "Do these %zu actions?", k->plan->nactions);
	return k->o->yes || term_agreed(question) ? 0 : err_set(err, EXIT_USAGE, "nothing was changed");
}

static void tell_done(const struct doing *d, struct span who)
{
	const struct contain *k = d->k;
	const struct span again = k->want.again[PLAN_SAY_UNDO];
	struct buf undo = BUF_MAX(1024);

	show_text(&undo, who, k->screen.ascii);
	fprintf(k->o->output == OUTPUT_SCREEN ? stdout : stderr,
		"%zu done, %zu not. Back any time: spamtrail undo '%.*s'%.*s\n", d->done, d->failed,
		(int)undo.n, undo.p, (int)again.n, again.n ? again.p : "");
	buf_free(&undo);
}

static int do_all(struct doing *d, struct err *err)
{
	struct contain *k = d->k;
	bool contain = k->want.task == PLAN_CONTAIN;
	struct span who;
	int rc = learn_places(d, err);

	if (rc < 0)
		return rc;
	/* a pipe's first byte is nobody's consent */
	if (!k->o->yes && !isatty(STDIN_FILENO))
		return err_set(err, EXIT_USAGE, "nobody to ask here: say --yes");
	if (!k->asked_journal)
		rc = leave_out(d, err);
	if (rc < 0)
		return rc;
	if (k->plan->nactions == 0)
		return EXIT_NOTHING;
	rc = ask_operator(k, err);
	if (rc < 0)
		return rc;
	who = k->plan->incident.n ? k->plan->incident : k->plan->sender;
	rc = do_plan(d, err);
	if (rc == 0 && contain)
		rc = do_rest(d, err);
	if (!k->o->quiet)
		tell_done(d, who);
	return rc < 0 ? rc : d->failed ? EXIT_INCOMPLETE : EXIT_NOTHING;
}

int contain_do(struct contain *k, struct err *err)
{
	struct doing d = { .k = k };
	struct err lost;
	int rc;

	if (k->o->output != OUTPUT_JSON)
		return do_all(&d, err);
	/* one object for a script: the plan, then what became of each action */
	d.sink = sink_new(STDOUT_FILENO);
	plan_json_begin(&d.sink, k->plan, k->verb);
	rc = do_all(&d, err);
	history_json_end(&d.sink, rc == EXIT_NOTHING);
	if (sink_end(&d.sink, "standard output", rc < 0 ? &lost : err) < 0 && rc >= 0)
		rc = -err->code;
	return rc;
}
