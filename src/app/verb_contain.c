/*
 * verb_contain - `contain INCIDENT|SENDER`, `contain --all`, `setup`: a plan is made by a confined child, shown, and with
 * --apply done by the actor, one action after the other; then the queue is looked at again until nothing of the
 * culprit's comes any more.
 *
 * Nothing is changed without --apply, and nothing that was not shown before, but for the rest of the same
 * queue.
 * TRUST: logs, queue and configuration are read by confined children, whose plan may be an attacker's wish:
 * the actor checks every action again. Whom the operator named is his word; what the logs add to it is
 * theirs.
 */
#include "app/actor.h"
#include "app/again.h"
#include "app/config.h"
#include "app/inquire.h"
#include "app/planner.h"
#include "app/queue_reader.h"
#include "app/reader.h"
#include "app/scan_found.h"
#include "app/sought.h"
#include "app/term.h"
#include "app/verbs.h"
#include "base/arena_more.h"
#include "base/show.h"
#include "model/rows.h"
#include "report/history.h"
#include "report/plan.h"
#include "sys/clock.h"
#include "trace/queue_past.h"
#include "trace/wrote.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How long `contain --all` lasts without --for: it stops innocent mail, too. */
#define BRAKE_SECONDS 1800
/* A culprit who goes on sending must not keep us here: then what is left is for the next contain. */
#define ROUNDS_MOST 10 /* limit contain: times that the queue is looked at again */
#define ROUND_PAUSE_MS 300
#define QUIET_LOOKS 2
#define LATE_LOOKS 3
/* An SMTP session that was quiet for longer is over: Postfix' smtpd_timeout is five minutes. */
#define SESSION_SECONDS 600
/* Messages of one server in one plan. */
#define IDS_MOST 1000000 /* limit contain: messages that are held */

struct ids {
	struct span *id;
	size_t n, room;
};

struct contain {
	const struct options *o;
	const char *verb; /* "contain", "setup" */
	struct config config;
	struct root root;
	struct arena *arena;
	struct inquire in; /* IN.q is NULL where no log could be read */
	bool asked; /* an inquiry was begun */
	/* of a script: what the logs say of what waits; they are read again once it is stopped */
	struct inquire late;
	struct wrote_known *known;
	struct queue_past past;
	const struct inquiry *facts;
	struct plan_want want;
	/* of WANT's rows: NQUEUE_ROWS whose queued mail may be held; behind them, NLOOKED in all, scripts whose is counted */
	const struct row *queue_rows;
	size_t nqueue_rows, nlooked;
	size_t *waiting; /* by row of WANT: his queued messages, which stay as they are */
	size_t untold[PLAN_DOORS];
	struct plan *plan;
	struct screen screen;
	bool held_too; /* messages that are held already count as well */
	bool asked_journal; /* what an operator took back is out of the plan already */
	bool unheard; /* the operator's word names nobody in the logs */
	bool helpless; /* nothing is planned, and nothing stops him */
	struct ids ids[MAIL_SERVERS];
	struct ids held; /* of both servers, where HELD_TOO */
	char state[PATH_MAX], root_path[PATH_MAX];
	size_t done, failed;
	struct sink doing; /* --json: what is being done, behind its plan */
};

/* --- whom -------------------------------------------------------------------------------------------- */

static bool is_incident_id(struct span s)
{
	size_t digits = 0;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (digits != 4 || s.n < 5 || s.n > 8)
		return false;
	for (size_t i = digits; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

/* "auth:info", "user alice", or by its form: a path is a script, what has an @ a login, an address a relay, else a user. */
static void read_sender(struct span word, struct row *ret)
{
	*ret = (struct row){ .kind = KIND_LOCAL };
	if (sender_kind_take(&word, &ret->kind)) {
		ret->id = word;
		return;
	}
	ret->kind = KIND_LOCAL;
	ret->id = word;
	if (span_starts(word, SPAN("/")))
		ret->kind = KIND_SCRIPT;
	else if (span_find(word, 0, '@') >= 0)
		ret->kind = KIND_AUTH;
	else if (word.n && word.p[0] >= '0' && word.p[0] <= '9' && span_find(word, 0, '.') > 0)
		ret->kind = KIND_RELAY;
}

static bool is_row(const struct row *r, const struct row *named)
{
	return r->kind == named->kind &&
	       (named->kind == KIND_AUTH ? span_eq_nocase(r->id, named->id) : span_eq(r->id, named->id));
}

/* What the logs know of whom the operator named: grade, places, addresses; he is named all the same without. */
static void find_sender(struct contain *k, struct span word)
{
	struct row *named = arena_alloc(k->arena, sizeof(*named));
	struct row_walk rows = { .q = k->in.q };
	const struct row *row = named;
	const struct row *r;

	read_sender(word, named);
	if (named->kind == KIND_LOCAL)
		named->account = named->id;
	if (k->in.q)
		rows = rows_walk(k->in.q, ROWS_HEADS);
	while (k->in.q && row == named && (r = rows_next(&rows)) != NULL)
		if (is_row(r, named))
			row = rows_get(k->in.q, rows.next - 1, k->arena);
	rows_stop(&rows);
	k->unheard = row == named;
	k->want.rows = k->queue_rows = row;
	k->want.nrows = k->nqueue_rows = k->nlooked = 1;
}

static int find_incident(struct contain *k, struct span id, struct err *err)
{
	const struct inquiry *q = k->in.q;

	for (size_t i = 0; q && i < q->nincidents; i++) {
		const struct incident *in = &q->incidents[i];
		struct row *rows, *looked;

		if (!span_eq(incident_id(in), id))
			continue;
		rows = arena_alloc(k->arena, (in->nrows + 1) * sizeof(*rows));
		looked = arena_alloc(k->arena, (in->nrows + 1) * sizeof(*looked));
		for (size_t r = 0; r < in->nrows; r++) {
			rows[r] = q->rows[in->rows[r]];
			/* as plan/plan.c acts: who is named by what a suspect can spell keeps his mail, too */
			if (rows[r].grade == 'A')
				looked[k->nqueue_rows++] = rows[r];
		}
		k->nlooked = k->nqueue_rows;
		for (size_t r = 0; r < in->nrows; r++)
			if (rows[r].grade != 'A' && rows[r].kind == KIND_SCRIPT)
				looked[k->nlooked++] = rows[r];
		k->queue_rows = looked;
		k->want.incident = arena_span(k->arena, id);
		k->want.rows = rows;
		k->want.nrows = in->nrows;
		return 0;
	}
	return sought_in_part(k->o, k->o->args[0], q ? q->unseen : NULL, q ? q->nunseen : 0,
			      options_no_incident(k->o, k->o->args[0], "in these logs", k->o->nargs, err),
			      err);
}

static void take_known(struct contain *k, const struct inquire *in)
{
	wrote_close(k->known);
	k->known = in->q && in->wrote.n ? wrote_open(in->wrote) : NULL;
	k->past = (struct queue_past){ .q = in->q, .known = k->known };
}

/* Whose a script's mail is, as the logs say now. Where none can be read, what was known stays so. */
static void learn_known(struct contain *k)
{
	struct options logs = *k->o;
	struct inquire late;
	struct err unread;

	logs.nargs = 0;
	logs.quiet = logs.waiting = true;
	if (inquire(&logs, 0, NULL, &late, &unread) < 0 || !late.wrote.n) {
		inquire_end(&late);
		return;
	}
	take_known(k, &late);
	if (k->late.arena)
		inquire_end(&k->late);
	k->late = late;
}

static bool names_script(const struct contain *k)
{
	for (size_t i = 0; i < k->want.nrows; i++)
		if (k->want.rows[i].kind == KIND_SCRIPT)
			return true;
	return false;
}

/* The logs may be gone: then an incident is unknown, and a sender is stopped on the operator's word alone. */
static int find_culprit(struct contain *k, struct err *err)
{
	struct span word = span_str(k->o->args[0]);
	struct options logs = *k->o;
	struct err why = { 0 };
	struct row named;
	int rc;

	/* the argument is no path: this host's own logs and state */
	logs.nargs = 0;
	logs.every_client = true;
	read_sender(word, &named);
	logs.waiting = named.kind == KIND_SCRIPT;
	k->asked = true;
	rc = inquire(&logs, 0, NULL, &k->in, &why);
	if (rc < 0)
		k->in.q = NULL;
	if (is_incident_id(word)) {
		if (rc < 0)
			*err = why;
		else
			rc = find_incident(k, word, err);
		/* who his senders are is known only now */
		if (rc == 0 && names_script(k))
			learn_known(k);
		return rc;
	}
	find_sender(k, word);
	take_known(k, &k->in);
	return 0;
}

/* --- his queued messages ------------------------------------------------------------------------------ */

static bool is_held(const struct queued *q)
{
	return q->state == QUEUE_HOLD || span_eq(q->queue, SPAN("spamtrail"));
}

static void keep_id(struct contain *k, struct ids *ids, struct span id)
{
	ids->id = arena_more(k->arena, ids->id, ids->n, &ids->room, 1024, sizeof(*ids->id));
	ids->id[ids->n++] = arena_span(k->arena, id);
}

/* Which of WANT's rows is the one that was looked at as the Nth? */
static size_t row_looked_at(const struct contain *k, size_t n)
{
	for (size_t i = 0; i < k->want.nrows; i++)
		if (is_row(&k->want.rows[i], &k->queue_rows[n]) &&
		    span_eq(k->want.rows[i].account, k->queue_rows[n].account))
			return i;
	return 0;
}

static void take_message(void *ctx, const struct queued *q)
{
	struct contain *k = ctx;
	struct ids *ids = &k->ids[q->server];

	if (q->asked > k->nqueue_rows) {
		if (q->asked > k->nlooked)
			k->untold[q->client.n ? PLAN_BY_SMTP : PLAN_BY_SENDMAIL] += !is_held(q);
		else
			k->waiting[row_looked_at(k, q->asked - 1)] += !is_held(q);
		return;
	}
	if ((is_held(q) && !k->held_too) || q->state == QUEUE_CORRUPT || ids->n == IDS_MOST)
		return;
	keep_id(k, ids, q->id_text);
	if (is_held(q) || q->state == QUEUE_FROZEN)
		keep_id(k, &k->held, q->id_text);
}

static int read_queue(struct contain *k, struct err *err)
{
	struct queue_ask ask = {
		.root = &k->root,
		.facts = k->facts,
		.now = k->facts->now,
		.unconfined = k->o->unconfined,
		.only = k->queue_rows,
		.nonly = k->nlooked,
		.untold = true,
		.past = k->known ? &k->past : NULL,
		.message = take_message,
		.ctx = k,
	};
	struct queue_report report;
	int rc;

	memset(k->ids, 0, sizeof(k->ids));
	k->held = (struct ids){ 0 };
	memset(k->untold, 0, sizeof(k->untold));
	k->waiting = arena_alloc(k->arena, (k->want.nrows + 1) * sizeof(*k->waiting));
	rc = k->nlooked ? queue_ask(&ask, k->arena, &report, err) : 0;
	for (int i = 0; i < MAIL_SERVERS; i++) {
		k->want.ids[i] = k->ids[i].id;
		k->want.nids[i] = k->ids[i].n;
	}
	k->want.waiting = k->waiting;
	memcpy(k->want.untold, k->untold, sizeof(k->untold));
	return rc == -EXIT_NOINPUT ? 0 : rc;
}

/* Where the queues lie; the inquiry of the logs does not always tell. */
static int learn_facts(struct contain *k, struct err *err)
{
	struct clock clock = { 0 };
	struct reader_want want = { .root = &k->root,
				    .now = inquire_now(&clock),
				    .unconfined = k->o->unconfined,
				    .facts_only = true };
	struct inquiry *q;
	int rc = reader_inquire(&want, k->arena, &q, err);

	k->facts = q;
	return rc;
}

static int make_plan(struct contain *k, struct err *err)
{
	struct planner_want want = { .root = &k->root,
				     .plan = &k->want,
				     .unconfined = k->o->unconfined,
				     .ret_helpless = &k->helpless };

	return planner_ask(&want, k->arena, &k->plan, err);
}

/* --- doing it ------------------------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return order ? order : (x->n > y->n) - (x->n < y->n);
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

/*
 * After the hold each file is read again: whose is not his goes on at once, and what is his and not held where it should be
 * is named, too.
 */
static int look_again(void *owner, const struct span *ids, size_t n, struct arena *a, struct act_looked *ret,
		      struct err *err)
{
	struct contain *k = owner;
	int rc;

	k->held_too = true;
	rc = read_queue(k, err);
	k->held_too = false;
	if (rc < 0)
		return rc;
	ret->innocent = arena_alloc(a, (n + 1) * sizeof(*ids));
	ret->free = arena_alloc(a, (n + 1) * sizeof(*ids));
	for (int i = 0; i < MAIL_SERVERS; i++)
		sort_ids(&k->ids[i]);
	sort_ids(&k->held);
	for (size_t i = 0; i < n; i++) {
		bool his = false;

		for (int server = 0; server < MAIL_SERVERS && !his; server++)
			his = is_among(&k->ids[server], &ids[i]);
		if (!his)
			ret->innocent[ret->ninnocent++] = ids[i];
		else if (!is_among(&k->held, &ids[i]))
			ret->free[ret->nfree++] = ids[i];
	}
	return 0;
}

static int see(void *owner, const struct journal_row *row)
{
	struct contain *k = owner;
	struct buf text = BUF_MAX(4096);

	if (k->o->output == OUTPUT_JSON)
		history_json(&k->doing, row);
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

static int do_plan(struct contain *k, struct err *err)
{
	struct actor_want want = { .state_dir = k->state, .root = k->root_path };
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	struct act_planned *planned;
	int rc = actor_start(&want, &client, &note, err);

	term_tell("spamtrail: ", buf_view(&note));
	buf_free(&note);
	if (rc < 0)
		return rc;
	rc = actor_plan(client, k->plan, k->arena, &planned, err);
	for (size_t i = 0; rc == 0 && i < k->plan->nactions; i++) {
		enum act_state state = ACT_STATE_FAILED;
		struct err why = { 0 };
		int one = actor_apply(client, i, look_again, see, k, &state, &why);

		if (one < 0)
			term_tell("  FAILED     ", span_str(why.text));
		k->done += one == 0 && state == ACT_STATE_DONE;
		k->failed += (one < 0 || state != ACT_STATE_DONE) && !is_gone(&k->plan->actions[i]);
		/*
		 * The actor is gone or out of step. Any other failure is this action's alone: the next may
		 * still stop him.
		 */
		if (one == -EXIT_SOFTWARE) {
			*err = why;
			rc = one;
		}
	}
	actor_end(client);
	return rc;
}

static size_t ids_left(const struct contain *k)
{
	return k->ids[SERVER_POSTFIX].n + k->ids[SERVER_EXIM].n;
}

/* Who says "contain alice" or --again has the last word; an incident's plan has not. */
static int leave_out(struct contain *k, struct err *err)
{
	const struct actor_want actor = { .state_dir = k->state, .root = k->root_path };
	const struct again_want want = {
		.actor = &actor,
		.own_word = k->o->again || k->want.incident.n == 0,
		.quiet = k->o->quiet || k->want.task == PLAN_REST,
		.ascii = k->screen.ascii,
	};

	return again_leave_out(&want, k->plan, k->arena, err);
}

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
static int do_late_sessions(struct contain *k, struct err *err)
{
	struct options logs = *k->o;
	struct row *rows = arena_alloc(k->arena, (k->want.nrows + 1) * sizeof(*rows));
	struct err unread;
	struct inquire in;
	int rc;

	logs.nargs = 0;
	logs.quiet = logs.every_client = true;
	logs.newest = SESSION_SECONDS;
	rc = inquire(&logs, 0, NULL, &in, &unread);
	for (size_t i = 0; rc == 0 && i < k->want.nrows; i++) {
		struct row_walk walk = rows_walk(in.q, ROWS_WHOLE);
		const struct row *r;

		rows[i] = k->want.rows[i];
		rows[i].nclients = rows[i].clients_total = 0;
		while ((r = rows_next(&walk)) != NULL && !is_row(r, &rows[i]))
			;
		if (r) {
			rows[i].clients = arena_alloc(k->arena, (r->nclients + 1) * sizeof(*r->clients));
			rows[i].nclients = r->nclients;
			rows[i].clients_total = r->clients_total;
		}
		for (size_t c = 0; r && c < r->nclients; c++)
			rows[i].clients[c].ip = arena_span(k->arena, r->clients[c].ip);
		rows_stop(&walk);
	}
	inquire_end(&in);
	if (rc < 0)
		return 0;
	k->want.rows = rows;
	k->want.sessions = true;
	memset(k->want.nids, 0, sizeof(k->want.nids));
	rc = make_plan(k, err);
	k->want.sessions = false;
	return rc == 0 && k->plan->nactions ? do_plan(k, err) : rc;
}

/*
 * PHP's opcache goes on running a script that has gone, until it looks at the file again: a pool of many sites keeps its
 * doors, and what is sent meanwhile is the culprit's. A longer time is told in the plan (plan/files.c).
 */
static int64_t memory_ends(const struct contain *k)
{
	const struct clock clock = { 0 };
	uint32_t seconds = k->facts->php_memory;
	bool taken = false;

	for (size_t i = 0; i < k->plan->nactions; i++)
		taken |= k->plan->actions[i].kind == ACTION_HOLD_FILE;
	if (!taken || k->want.elsewhere || !names_script(k) || seconds > PLAN_MEMORY_WAITED)
		seconds = 0;
	return clock_steady_micros(&clock) + seconds * INT64_C(1000000);
}

/* What came in while the plan was made and done, and what was under delivery then. */
static int do_rest(struct contain *k, struct err *err)
{
	const struct timespec pause = { .tv_nsec = ROUND_PAUSE_MS * 1000000L };
	const struct clock clock = { 0 };
	const int64_t ends = memory_ends(k);
	int rc = 0, quiet = 0, round = 0, late = 0;

	k->want.task = PLAN_REST;
	if (closes_login(k->plan))
		rc = do_late_sessions(k, err);
	while (rc == 0 && quiet < QUIET_LOOKS && round < ROUNDS_MOST) {
		bool ended;

		nanosleep(&pause, NULL);
		ended = clock_steady_micros(&clock) >= ends;
		if (ended && round++ == 0)
			late = 0;
		/* requests that had begun go on for a moment */
		if (k->known && late++ < LATE_LOOKS)
			learn_known(k);
		rc = read_queue(k, err);
		if (rc < 0)
			break;
		/* once is no answer: a message on its way from one of Postfix's queues to another is in none that is read */
		quiet = ids_left(k) ? 0 : quiet + ended;
		if (!ids_left(k))
			continue;
		rc = make_plan(k, err);
		if (rc == 0)
			rc = leave_out(k, err);
		if (rc == 0 && k->plan->nactions == 0)
			break;
		if (rc == 0)
			rc = do_plan(k, err);
	}
	return rc;
}

static bool agreed(size_t n)
{
	char answer[16];
	ssize_t got;

	fprintf(stderr, "Do these %zu actions? [y/N] ", n);
	got = read(STDIN_FILENO, answer, sizeof(answer));
	return got > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

static int state_of(struct contain *k, struct err *err)
{
	const char *dir = k->o->state ? k->o->state : k->config.state_dir.value;

	if (!k->o->state && k->o->root && strcmp(k->o->root, "/") != 0)
		return err_set(err, EXIT_USAGE,
			       "with --root say with --state DIR where the journal of actions is kept");
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, EXIT_IO, "%s cannot be made", dir);
	/* Absolute: the actor works in "/". */
	if (!realpath(dir, k->state))
		return err_sys(err, EXIT_IO, "%s cannot be used", dir);
	if (!realpath(k->o->root ? k->o->root : "/", k->root_path))
		return err_sys(err, EXIT_NOINPUT, "%s cannot be opened", k->o->root);
	return 0;
}

static int do_all(struct contain *k, struct err *err)
{
	bool contain = k->want.task == PLAN_CONTAIN;
	struct buf undo = BUF_MAX(1024);
	int rc = state_of(k, err);

	if (rc < 0)
		return rc;
	/* A pipe's first byte is nobody's consent. */
	if (!k->o->yes && !isatty(STDIN_FILENO))
		return err_set(err, EXIT_USAGE, "nobody to ask here: say --yes");
	if (!k->asked_journal)
		rc = leave_out(k, err);
	if (rc < 0)
		return rc;
	if (k->plan->nactions == 0)
		return EXIT_NOTHING;
	if (!k->o->yes && !agreed(k->plan->nactions))
		return err_set(err, EXIT_USAGE, "nothing was changed");
	show_text(&undo, k->plan->incident.n ? k->plan->incident : k->plan->sender, k->screen.ascii);
	rc = do_plan(k, err);
	if (rc == 0 && contain)
		rc = do_rest(k, err);
	if (!k->o->quiet)
		fprintf(k->o->output == OUTPUT_SCREEN ? stdout : stderr,
			"%zu done, %zu not. Back any time: spamtrail undo '%.*s'%.*s\n", k->done, k->failed,
			(int)undo.n, undo.p, (int)k->want.again[PLAN_SAY_UNDO].n,
			k->want.again[PLAN_SAY_UNDO].n ? k->want.again[PLAN_SAY_UNDO].p : "");
	buf_free(&undo);
	return rc < 0 ? rc : k->failed ? EXIT_INCOMPLETE : EXIT_NOTHING;
}

/* One object for a script: the plan, then what became of each action. */
static int apply(struct contain *k, struct err *err)
{
	struct err lost;
	int rc;

	if (k->o->output != OUTPUT_JSON)
		return do_all(k, err);
	k->doing = sink_new(STDOUT_FILENO);
	plan_json_begin(&k->doing, k->plan, k->verb);
	rc = do_all(k, err);
	history_json_end(&k->doing, rc == EXIT_NOTHING);
	if (sink_end(&k->doing, "standard output", rc < 0 ? &lost : err) < 0 && rc >= 0)
		rc = -err->code;
	return rc;
}

/*
 * An incident's plan is shown as it would be done, without what an operator took back, wherever the journal may be asked. To be
 * shown a plan begins none.
 */
static int leave_out_before(struct contain *k, struct err *err)
{
	const char *dir = k->o->state ? k->o->state : k->config.state_dir.value;
	bool elsewhere = !k->o->state && k->o->root && strcmp(k->o->root, "/") != 0;
	struct buf path = BUF_MAX(2 * PATH_MAX);
	bool there;

	if (!k->want.incident.n || k->plan->nactions == 0 || elsewhere || geteuid() != 0 ||
	    !realpath(dir, k->state) || !realpath(k->o->root ? k->o->root : "/", k->root_path))
		return 0;
	buf_addf(&path, "%s/journal.db", k->state);
	buf_byte(&path, '\0');
	there = access(path.p, F_OK) == 0;
	buf_free(&path);
	k->asked_journal = there;
	return there ? leave_out(k, err) : 0;
}

/* What only root may read is missing from what anybody else is shown, and a plan must not look whole that is not. */
static void tell_unprivileged(struct contain *k)
{
	struct span *notes;

	if (geteuid() == 0)
		return;
	notes = arena_alloc(k->arena, (k->plan->nnotes + 1) * sizeof(*notes));
	if (k->plan->nnotes)
		memcpy(notes, k->plan->notes, k->plan->nnotes * sizeof(*notes));
	notes[k->plan->nnotes++] =
		SPAN("planned without root: what only root may read is not in it, nor is known "
		     "what an operator took back of it");
	k->plan->notes = notes;
}

/* --- the verbs ----------------------------------------------------------------------------------------- */

/* "4h", "30m", "90s", "2d", or seconds. */
static int read_duration(const char *word, uint32_t *ret, struct err *err)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	struct span s = span_str(word);
	uint64_t n, times = 1;

	for (size_t i = 0; s.n > 1 && i < sizeof(units) / sizeof(*units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			times = units[i].seconds;
			s.n--;
			break;
		}
	if (!span_u64(s, &n) || n == 0 || n > 366u * 86400)
		return err_set(err, EXIT_USAGE, "--for takes a time such as 30m, 4h or 2d, at most a year");
	if (n * times > 366u * 86400)
		return err_set(err, EXIT_USAGE, "--for is at most a year");
	*ret = (uint32_t)(n * times);
	return 0;
}

static int read_lock(const char *word, enum plan_lock *ret, struct err *err)
{
	static const char *const words[PLAN_LOCKS] = { "auto", "hold", "mode", "403" };

	for (int i = 0; i < PLAN_LOCKS && word; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret = (enum plan_lock)i;
			return 0;
		}
	return word ? err_set(err, EXIT_USAGE, "--lock takes auto, hold, mode or 403") : 0;
}

/* The first whom the incident's plan leaves alone, by his name: then it is the operator's word. */
static void name_him(const struct contain *k, struct buf *out)
{
	const struct row *r = k->want.rows;

	if (!k->want.incident.n || k->want.nrows == 0 || r->grade == 'A')
		return;
	buf_str(out, "spamtrail contain");
	options_sender(out, r->kind, r->id);
	options_again(k->o, k->verb, 1, out);
}

static void next_command(const struct contain *k, struct buf *out)
{
	if (k->o->apply)
		return;
	if (k->plan->nactions == 0) {
		name_him(k, out);
		return;
	}
	buf_addf(out, "spamtrail %s", k->verb);
	if (k->o->all)
		buf_str(out, " --all");
	options_again(k->o, k->verb, 0, out);
	if (k->o->duration)
		buf_addf(out, " --for %s", k->o->duration);
	if (k->o->from)
		buf_addf(out, " --from %s", k->o->from);
	if (k->o->lock)
		buf_addf(out, " --lock %s", k->o->lock);
	if (k->o->permissions)
		buf_str(out, " --permissions");
	if (k->o->credentials)
		buf_str(out, " --credentials");
	buf_str(out, " --apply");
}

static bool will_do(const struct contain *k)
{
	return k->o->apply && !k->o->dry_run && k->plan->nactions;
}

/* Who is asked has to see what, whatever a script gets. */
static int show(struct contain *k, struct err *err)
{
	bool later = k->o->output == OUTPUT_JSON && will_do(k); /* by apply */
	const char *helpless = k->helpless ? "nothing that spamtrail can do stops him" : NULL;
	struct buf next = BUF_MAX(8192);
	struct sink s;

	if (later && k->o->yes)
		return 0;
	s = sink_new(later ? STDERR_FILENO : STDOUT_FILENO);
	next_command(k, &next);
	if (k->o->output == OUTPUT_JSON && !later)
		plan_json(&s, k->plan, helpless, k->verb);
	else if (k->o->output == OUTPUT_PLAIN)
		plan_plain(&s, k->plan, helpless);
	else
		plan_text(&s, k->plan, &k->screen, k->want.task == PLAN_SETUP, helpless, buf_view(&next));
	buf_free(&next);
	return sink_end(&s, "standard output", err);
}

static void fill_allow(struct contain *k)
{
	const struct config *c = &k->config;
	struct span *allow =
		arena_alloc(k->arena, (c->trusted_senders.n + c->trusted_folders.n + 1) * sizeof(*allow));
	size_t n = 0;

	for (size_t i = 0; i < c->trusted_senders.n; i++)
		allow[n++] = span_str(c->trusted_senders.item[i].value);
	for (size_t i = 0; i < c->trusted_folders.n; i++)
		allow[n++] = span_str(c->trusted_folders.item[i].value);
	k->want.allow = allow;
	k->want.nallow = n;
}

/* The commands that a plan's sentences name. */
static void fill_again(struct contain *k)
{
	static const char *const verbs[PLAN_VERBS] = { [PLAN_SAY_CONTAIN] = "contain",
						       [PLAN_SAY_QUEUE] = "queue",
						       [PLAN_SAY_SETUP] = "setup",
						       [PLAN_SAY_UNDO] = "undo" };

	for (int i = 0; i < PLAN_VERBS; i++) {
		struct buf text = BUF_MAX(16384);

		options_again(k->o, verbs[i], k->o->nargs, &text);
		k->want.again[i] = arena_span(k->arena, buf_view(&text));
		buf_free(&text);
	}
}

/* Whom nothing names; the plan, which is empty, has been shown. */
static int not_known(const struct contain *k, struct err *err)
{
	const struct inquiry *q = k->in.q;
	struct options told = *k->o;
	struct buf command = BUF_MAX(16384);

	told.output = OUTPUT_SCREEN;
	options_command(k->o, "investigate", k->o->nargs, &command);
	err_set(err, EXIT_NOINPUT,
		"%.100s: the logs that were read and the queue know nobody of that name, and there is "
		"nothing to be closed; %.*s shows the names",
		k->o->args[0], (int)command.n, command.p);
	buf_free(&command);
	return sought_in_part(&told, k->o->args[0], q ? q->unseen : NULL, q ? q->nunseen : 0, -EXIT_NOINPUT,
			      err);
}

static int run(struct contain *k, struct err *err)
{
	struct scan_finding *found = NULL;
	bool unknown;
	int rc = 0;

	fill_allow(k);
	fill_again(k);
	k->want.nfindings = scan_found_all(k->o->state		       ? k->o->state
					   : k->root.kind == ROOT_HOST ? k->config.state_dir.value
								       : NULL,
					   k->arena, &found);
	k->want.findings = found;
	k->want.from = span_str(k->o->from);
	k->want.permissions = k->o->permissions;
	rc = read_lock(k->o->lock, &k->want.lock, err);
	k->want.credentials = k->o->credentials;
	k->want.elsewhere = k->o->root && strcmp(k->o->root, "/") != 0;
	if (rc == 0 && k->o->duration)
		rc = read_duration(k->o->duration, &k->want.lifetime, err);
	else if (k->want.task == PLAN_BRAKE)
		k->want.lifetime = BRAKE_SECONDS;
	if (rc == 0)
		rc = learn_facts(k, err);
	if (rc == 0 && k->want.task == PLAN_CONTAIN)
		rc = find_culprit(k, err);
	if (rc == 0)
		rc = read_queue(k, err);
	if (rc == 0)
		rc = make_plan(k, err);
	if (rc == 0)
		rc = leave_out_before(k, err);
	unknown = k->unheard && rc == 0 && k->plan->nactions == 0 && k->plan->nnotes == 0;
	/* of whom nobody knows nothing is said but that */
	k->helpless = k->helpless && !unknown;
	if (rc == 0)
		tell_unprivileged(k);
	if (rc == 0)
		rc = show(k, err);
	if (rc == 0 && unknown)
		return not_known(k, err);
	if (rc == 0 && k->helpless)
		rc = EXIT_INCOMPLETE;
	if (rc == 0 && will_do(k))
		rc = apply(k, err);
	return rc;
}

static int with(const struct options *o, const char *verb, enum plan_task task, struct err *err)
{
	struct contain k = {
		.o = o, .verb = verb, .want = { .task = task }, .screen = term_screen(o, STDOUT_FILENO)
	};
	int rc = root_open(o->root ? o->root : "/", &k.root, err);

	if (rc < 0)
		return rc;
	k.arena = arena_new();
	rc = config_load(&k.config, o->config, err);
	if (rc == 0)
		rc = run(&k, err);
	wrote_close(k.known);
	if (k.late.arena)
		inquire_end(&k.late);
	if (k.asked)
		inquire_end(&k.in);
	config_free(&k.config);
	arena_free(k.arena);
	root_close(&k.root);
	return rc;
}

int verb_contain(const struct options *o, struct err *err)
{
	if (o->all != (o->nargs == 0))
		return err_set(err, EXIT_USAGE, "usage: spamtrail contain INCIDENT|SENDER, or contain --all");
	return with(o, "contain", o->all ? PLAN_BRAKE : PLAN_CONTAIN, err);
}

int verb_setup(const struct options *o, struct err *err)
{
	struct options undo = *o;
	char *word[] = { (char *)"setup", NULL };

	if (!o->remove)
		return with(o, "setup", PLAN_SETUP, err);
	undo.args = word;
	undo.nargs = 1;
	return verb_undo(&undo, err);
}
