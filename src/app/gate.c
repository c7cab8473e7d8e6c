/*
 * gate - see gate.h.
 *
 * The plan is made anew (planner.h): what `contain` would still do is what is still open. The journal says what was
 * done and when; scripts are read by the scanner; of processes the kernel is asked.
 *
 * TRUST: rows and plans come from confined children, the journal quotes what they said. A lie of theirs can open the
 * gate or keep it shut, and nothing else; the operator reads every point.
 */
#include "app/gate.h"

#include "app/actor.h"
#include "app/options.h"
#include "app/planner.h"
#include "app/queue_reader.h"
#include "app/reader.h"
#include "app/scan_one.h"
#include "report/text.h"
#include "sys/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define POINTS_MOST 200 /* limit report: points of the gate */
#define POINT_BYTES 5000 /* a path of any length, and what is said of it */
#define DEEDS_MOST 500 /* limit report: actions that are told */
#define ROWS_MOST 20 /* limit report: senders of an incident that the gate looks at */
#define PLACES_MOST 20 /* limit report: scripts of one sender that the gate looks at */
#define FINDINGS_MOST 5

struct looking {
	const struct gate_want *want;
	struct arena *arena;
	struct gate *gate;
	struct root root;
	int64_t contained, shut; /* the first and the last action against it that is done; 0: none */
	bool journal_read;
	/* of the row that is looked at */
	const struct row *row;
	struct span lock_words; /* what an action that locks its password begins with */
	bool locked, unlocked_again, logins_ended;
	bool stolen; /* the old password may still be good */
};

#define ARG(s) (int)(s).n, (s).p ? (s).p : ""

__attribute__((format(printf, 3, 4))) static void point(struct looking *k, enum point_state state,
							const char *format, ...)
{
	char text[POINT_BYTES];
	va_list ap;

	if (k->gate->npoints == POINTS_MOST)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	k->gate->points[k->gate->npoints++] =
		(struct letter_point){ .state = state, .text = arena_span(k->arena, span_str(text)) };
}

/* By his name: an incident's own plan is empty where no fact of grade A names him. */
static const char *stop_him(struct looking *k)
{
	struct buf text = BUF_MAX(16384);
	const char *s;

	buf_str(&text, "spamtrail contain");
	options_sender(&text, k->row->kind, k->row->id);
	/* report's argument is the incident */
	options_again(k->want->o, "contain", k->want->o->nargs, &text);
	buf_str(&text, " shows how to stop him");
	s = arena_str(k->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

static const char *end_his_mail(struct looking *k)
{
	struct buf text = BUF_MAX(16384);
	const char *s;

	options_command(k->want->o, "queue", k->want->o->nargs, &text);
	buf_str(&text, " shows his group, --remove GROUP ends them");
	s = arena_str(k->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

/* What he can do about the point that was just made. */
static void advise(struct looking *k, const char *text)
{
	if (k->gate->npoints && k->gate->npoints < POINTS_MOST)
		k->gate->points[k->gate->npoints - 1].advice = span_str(text);
}

static const char *clock_of(struct looking *k, int64_t at)
{
	struct buf text = BUF_MAX(64);
	const char *s;

	text_moment(&text, at, k->want->zone);
	s = arena_str(k->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

static const char *as_of(struct looking *k)
{
	struct buf text = BUF_MAX(100);
	const char *s;

	text_as_of(&text, k->want->q, k->want->zone);
	s = arena_str(k->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

static const char *name_of(const struct row *r)
{
	return sender_kind_name(r->kind);
}

/* A tenth of what he sent at his worst is not the owner's own mail, in the same stretch of time. */
#define LIKE_IT 10

/*
 * Has he sent again since AT what the incident is about? The owner writes on, a few letters where there were hundreds. Of the
 * stretch that AT lies in nobody knows which of it came after: there any mail counts, while it goes on.
 */
static bool sent_again(const struct looking *k, int64_t at)
{
	const struct inquiry *q = k->want->q;
	const struct row *r = k->row;
	uint64_t most = 0, since = 0;
	int64_t from;

	if (r->last <= at)
		return false;
	if (at < q->from || q->to < at || r->last > q->to || !r->nhistory)
		return r->sending;
	from = (at - q->from) * INQUIRY_SPARK / (q->to - q->from + 1) + 1;
	if ((r->last - q->from) * INQUIRY_SPARK / (q->to - q->from + 1) < from)
		return r->sending;
	for (size_t i = 0; i < r->nhistory; i++) {
		uint64_t *sum = r->history[i].at < from ? &most : &since;

		*sum = r->history[i].messages > *sum ? r->history[i].messages : *sum;
	}
	return since * LIKE_IT >= most;
}

/* The last one that was given about this incident and sender; spam that he sent since makes it worth nothing. */
static const struct word *word_given(const struct looking *k, enum word_about about)
{
	const struct row *r = k->row;
	const struct word *found = NULL;

	for (size_t i = 0; i < k->want->nwords; i++) {
		const struct word *w = &k->want->words[i];

		if (w->about == about && w->kind == r->kind && span_eq(w->id, r->id) &&
		    span_eq(w->incident, incident_id(k->want->in)) && !sent_again(k, w->at))
			found = w;
	}
	return found;
}

/*
 * What nobody here has seen: a word of the operator's closes it, and is called one. What is seen to be open is no matter of
 * words.
 */
static void point_unseen(struct looking *k, enum word_about word, const char *closed, enum point_state state,
			 const char *open, const char *advice)
{
	const struct word *before = word_given(k, word);
	struct gate *g = k->gate;

	if (before) {
		point(k, POINT_CLOSED, "%s (the administrator's word of %s)", closed,
		      clock_of(k, before->at));
		return;
	}
	if (k->want->o->confirmed & word) {
		point(k, POINT_CLOSED, "%s (the administrator's word)", closed);
		/* who ends logins before the password is another one has said nothing of those that follow */
		if (word == WORD_LOGINS && k->stolen)
			return;
		g->given[g->ngiven++] = (struct word){ .at = k->want->q->now,
						       .about = word,
						       .incident = incident_id(k->want->in),
						       .kind = k->row->kind,
						       .id = k->row->id };
		return;
	}
	point(k, state, "%s", open);
	advise(k, advice);
}

/* --- the journal ----------------------------------------------------------------------------------- */

/* "auth info@shop.example", as a plan calls its sender. */
static bool is_of_row(const struct row *r, struct span sender)
{
	struct span kind = span_str(name_of(r));

	return sender.n == kind.n + 1 + r->id.n && span_starts(sender, kind) && sender.p[kind.n] == ' ' &&
	       span_eq(span_from(sender, kind.n + 1), r->id);
}

static bool is_ours(const struct looking *k, const struct journal_row *r)
{
	const struct incident *in = k->want->in;

	if (span_eq(r->incident, incident_id(in)))
		return true;
	for (size_t i = 0; i < in->nrows && i < ROWS_MOST && !r->incident.n; i++)
		if (is_of_row(&k->want->q->rows[in->rows[i]], r->sender))
			return true;
	return false;
}

static int see(void *owner, const struct journal_row *r)
{
	struct looking *k = owner;
	struct gate *g = k->gate;

	/* an action of the queue verbs lets mail go rather than stopping it */
	if (!is_ours(k, r) || r->state != ACT_STATE_DONE || g->ndeeds == DEEDS_MOST)
		return 0;
	/* what made the deeds possible is nothing to tell a stranger */
	if (!span_starts(r->what, SPAN("setup:")))
		g->deeds[g->ndeeds++] = (struct letter_deed){ r->changed, arena_span(k->arena, r->what),
							      arena_span(k->arena, r->sender) };
	k->contained = k->contained && k->contained < r->changed ? k->contained : r->changed;
	k->shut = k->shut > r->changed ? k->shut : r->changed;
	return 0;
}

/* For one row: was its password locked, taken back, were its logins ended? */
static int see_mailbox(void *owner, const struct journal_row *r)
{
	struct looking *k = owner;

	if (!is_ours(k, r))
		return 0;
	if (r->kind == ACTION_EDIT && span_starts(r->what, k->lock_words)) {
		k->locked |= r->state == ACT_STATE_DONE;
		k->unlocked_again |= r->state == ACT_STATE_UNDONE;
	}
	k->logins_ended |= r->kind == ACTION_END_LOGIN && r->state == ACT_STATE_DONE &&
			   span_search(r->what, 0, k->row->id) >= 0;
	return 0;
}

static int ask_journal(struct looking *k, actor_see *each, struct err *err)
{
	struct actor_want want = { .state_dir = k->want->state, .root = k->want->o->root };
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	char path[PATH_MAX + 16];
	int rc;

	if (!want.state_dir)
		return err_set(err, EXIT_NOINPUT, "no state is kept of these logs");
	/* no journal: nothing was ever done, and asking would begin one */
	snprintf(path, sizeof(path), "%s/journal.db", want.state_dir);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	rc = actor_start(&want, &client, &note, err);
	buf_free(&note);
	if (rc < 0)
		return rc;
	rc = actor_history(client, each, k, err);
	actor_end(client);
	return rc;
}

static void look_at_journal(struct looking *k)
{
	struct err err = { 0 };

	if (ask_journal(k, see, &err) == 0)
		k->journal_read = true;
	else
		point(k, POINT_UNKNOWN, "what was done about it is not known: %s", err.text);
}

/* --- does he send? --------------------------------------------------------------------------------- */

/*
 * While the actions are done one after the other mail still comes in, and Exim takes it in to hold it: what lies in the queue
 * is a point of its own. He sends on where mail is taken in after the last action, and until now, or until the logs end.
 */
static void look_at_sending(struct looking *k)
{
	const struct row *r = k->row;

	if (r->sending && k->shut && r->last > k->shut)
		point(k, POINT_OPEN, "%s %.*s: mail was taken in at %s, after he was stopped at %s",
		      sender_kind_word(r->kind), ARG(r->id), clock_of(k, r->last), clock_of(k, k->shut));
	else if (r->sending && !k->shut) {
		point(k, POINT_OPEN, "%s %.*s still sends, the last at %s%s", sender_kind_word(r->kind),
		      ARG(r->id), clock_of(k, r->last), as_of(k));
		advise(k, stop_him(k));
	} else if (r->last)
		point(k, POINT_CLOSED, "%s %.*s: nothing was sent since %s%s", sender_kind_word(r->kind),
		      ARG(r->id), clock_of(k, r->last), as_of(k));
}

struct waiting {
	uint64_t waiting, held;
};

static void count_message(void *ctx, const struct queued *q)
{
	struct waiting *w = ctx;
	bool held = queued_is_held(q);

	w->held += held;
	w->waiting += !held;
}

static void look_at_queue(struct looking *k, const struct row *rows, size_t n)
{
	struct waiting w = { 0 };
	struct queue_ask ask = { .root = &k->root,
				 .facts = k->want->q,
				 .now = k->want->q->now,
				 .unconfined = k->want->o->unconfined,
				 .only = rows,
				 .nonly = n,
				 .message = count_message,
				 .ctx = &w };
	struct queue_report report = { .complete = false };
	struct err err = { 0 };
	int rc = queue_ask(&ask, k->arena, &report, &err);

	if (rc == -EXIT_NOINPUT) {
		point(k, POINT_UNKNOWN,
		      "no mail queue was found here: whether mail of his waits is not known");
		return;
	}
	if (rc < 0) {
		point(k, POINT_UNKNOWN, "the queue could not be read: %s", err.text);
		return;
	}
	if (w.waiting) {
		point(k, POINT_OPEN,
		      w.waiting == 1 ? "%llu message of his waits in the queue"
				     : "%llu messages of his wait in the queue",
		      (unsigned long long)w.waiting);
		advise(k, end_his_mail(k));
	}
	if (w.held) {
		point(k, POINT_OPEN,
		      w.held == 1 ? "%llu message of his is held in the queue"
				  : "%llu messages of his are held in the queue",
		      (unsigned long long)w.held);
		advise(k, end_his_mail(k));
	}
	if (!report.complete)
		point(k, POINT_UNKNOWN, "the queue was not read to its end%s%.*s", report.nunseen ? ": " : "",
		      ARG(report.nunseen ? report.unseen[0] : SPAN_NONE));
	else if (w.waiting + w.held == 0)
		point(k, POINT_CLOSED, "no mail of his is in the queue");
}

/* --- a script --------------------------------------------------------------------------------------- */

static void look_at_findings(struct looking *k, struct span path, const struct file_status *st)
{
	int64_t since = k->contained ? k->contained : k->row->last;
	const char *name = arena_str(k->arena, path);
	struct scan_report report;
	struct err err = { 0 };
	bool whole, dir = S_ISDIR(st->mode);

	if (scan_one(k->want->o, name, k->arena, &report, &whole, &err) < 0) {
		point(k, POINT_UNKNOWN, "%.*s could not be scanned: %s", ARG(path), err.text);
		return;
	}
	for (size_t i = 0; i < report.findings && i < FINDINGS_MOST; i++)
		point(k, POINT_OPEN, "%.*s: %s, class %s, says the scan", ARG(report.finding[i].path),
		      scan_verdict_name(report.finding[i].verdict), scan_class_name(report.finding[i].class));
	if (report.findings > FINDINGS_MOST)
		point(k, POINT_OPEN, "and %zu more in %.*s", report.findings - FINDINGS_MOST, ARG(path));
	if (report.findings)
		return;
	if (!whole)
		point(k, POINT_UNKNOWN, "%.*s was not scanned to its end", ARG(path));
	else if (dir && k->row->sending && (!k->shut || k->row->last > k->shut))
		point(k, POINT_UNKNOWN, "a scan finds nothing bad in %.*s, and yet mail comes from there",
		      ARG(path));
	else if (!dir && st->ctime <= since)
		point(k, POINT_OPEN,
		      "%.*s is still there as it was when it sent, though a scan finds nothing in it",
		      ARG(path));
	else
		point(k, POINT_CLOSED,
		      dir ? "a scan finds nothing bad in %.*s"
			  : "%.*s was replaced, and a scan finds nothing in it",
		      ARG(path));
}

static void look_at_place(struct looking *k, struct span path)
{
	struct file_status st;
	struct err err = { 0 };
	int rc = path.n && path.p[0] == '/' ? beneath_status(&k->root, arena_str(k->arena, path), &st, &err)
					    : -1;

	if (rc == -EXIT_NOINPUT)
		point(k, POINT_CLOSED, "%.*s is gone", ARG(path));
	else if (rc < 0)
		point(k, POINT_UNKNOWN, "%.*s could not be looked at%s%s", ARG(path), err.code ? ": " : "",
		      err.text);
	else if (S_ISREG(st.mode) && (st.mode & 0444) == 0)
		point(k, POINT_CLOSED, "%.*s can be read by nobody", ARG(path));
	else
		look_at_findings(k, path, &st);
}

/* Files where the logs name some, else the folder; a file that a folder was accused for is in it. */
static void look_at_script(struct looking *k)
{
	const struct row *r = k->row;
	bool named = false;

	for (size_t i = 0; i < r->nplaces && i < PLACES_MOST; i++) {
		if (span_eq(r->places[i].path, r->id))
			continue;
		look_at_place(k, r->places[i].path);
		named = true;
	}
	if (!named)
		look_at_place(k, r->id);
}

/* --- a mailbox -------------------------------------------------------------------------------------- */

/* What contain would do to this row alone, by the operator's word. */
static const struct plan *plan_of(struct looking *k, struct err *err)
{
	struct plan_want want = { .task = PLAN_CONTAIN, .rows = k->row, .nrows = 1 };
	struct planner_want ask = { .root = &k->root, .plan = &want, .unconfined = k->want->o->unconfined };
	struct plan *plan;

	return planner_ask(&ask, k->arena, &plan, err) < 0 ? NULL : plan;
}

/* Of each action of PLAN: is it on the very text that was locked before? Who only deletes the "!" has changed nothing. */
static bool ask_again(struct looking *k, const struct plan *plan, struct act_planned **ret, struct err *err)
{
	struct actor_want want = { .state_dir = k->want->state, .root = k->want->o->root };
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	int rc = actor_start(&want, &client, &note, err);

	buf_free(&note);
	if (rc < 0)
		return false;
	rc = actor_known(client, plan, k->arena, ret, err);
	actor_end(client);
	return rc == 0;
}

/* HERE: its file is known, but nothing was locked in it, so there is nothing to compare with. */
static void password_unseen(struct looking *k, bool here)
{
	char closed[POINT_BYTES], open[POINT_BYTES];

	snprintf(closed, sizeof(closed), "the password of %.*s was changed", ARG(k->row->id));
	if (here)
		snprintf(open, sizeof(open), "nothing says that the password of %.*s was changed since",
			 ARG(k->row->id));
	else
		snprintf(open, sizeof(open),
			 "the password of %.*s is kept where it cannot be read here (SQL, LDAP, a panel)",
			 ARG(k->row->id));
	k->stolen = !(k->want->o->confirmed & WORD_PASSWORD) && !word_given(k, WORD_PASSWORD);
	point_unseen(k, WORD_PASSWORD, closed, here ? POINT_OPEN : POINT_UNKNOWN, open,
		     here ? "change it, then give --confirmed password"
			  : "change it, see that the old one is refused (doveadm auth test), then give "
			    "--confirmed password");
}

static void logins_unseen(struct looking *k)
{
	char closed[POINT_BYTES], open[POINT_BYTES];

	snprintf(closed, sizeof(closed), "open logins of %.*s were ended", ARG(k->row->id));
	snprintf(open, sizeof(open), "nothing says that open logins of %.*s were ended", ARG(k->row->id));
	point_unseen(k, WORD_LOGINS, closed, k->journal_read ? POINT_OPEN : POINT_UNKNOWN, open,
		     "end them (doveadm kick), then give --confirmed logins");
}

/* plan/mailbox.c says so where it would lock the password, and where it is locked. */
static void look_at_password(struct looking *k, const struct plan *plan)
{
	const struct row *r = k->row;
	bool open = false, shut = false, old = false, asked = false;
	struct act_planned *known;
	struct err err = { 0 };

	if (k->locked || k->unlocked_again)
		asked = ask_again(k, plan, &known, &err);
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *v = &plan->actions[i];

		if (v->kind != ACTION_EDIT || !span_starts(v->what, k->lock_words))
			continue;
		open = true;
		old |= asked && known[i].same;
	}
	for (size_t i = 0; i < plan->nnotes; i++)
		shut |= span_starts(plan->notes[i], k->lock_words) &&
			span_ends(plan->notes[i], SPAN("is locked already"));
	if (shut || old) {
		point(k, POINT_OPEN,
		      shut	  ? "the password of %.*s is locked, and still the stolen one"
		      : k->locked ? "the password of %.*s is not locked any more, and still the stolen one"
				  : "the lock on the password of %.*s was taken back",
		      ARG(r->id));
		advise(k, "set a new one");
	} else if (open && (k->locked || k->unlocked_again) && !asked) {
		point(k, POINT_UNKNOWN, "whether the password of %.*s was changed is not known: %s",
		      ARG(r->id), err.text);
	} else if (open && (k->locked || k->unlocked_again)) {
		point(k, POINT_CLOSED, "the password of %.*s was changed since it was locked", ARG(r->id));
		k->stolen = false;
	} else {
		password_unseen(k, open);
	}
}

static void look_at_mailbox(struct looking *k)
{
	struct buf words = BUF_MAX(4096);
	const struct plan *plan;
	struct err err = { 0 };

	buf_addf(&words, "the password of %.*s ", ARG(k->row->id));
	k->lock_words = arena_span(k->arena, buf_view(&words));
	buf_free(&words);
	k->locked = k->unlocked_again = k->logins_ended = false;
	k->stolen = true;
	if (k->journal_read && ask_journal(k, see_mailbox, &err) < 0)
		k->journal_read = false;
	plan = plan_of(k, &err);
	if (plan)
		look_at_password(k, plan);
	else
		point(k, POINT_UNKNOWN, "whether the password of %.*s was changed is not known: %s",
		      ARG(k->row->id), err.text);
	if (k->logins_ended)
		point(k, POINT_CLOSED, "open logins of %.*s were ended", ARG(k->row->id));
	else
		logins_unseen(k);
}

/* --- a program -------------------------------------------------------------------------------------- */

/* "1043:/home/x/bin/mailer": its uid and its program, as the process reader saw them. */
static void look_at_program(struct looking *k)
{
	ptrdiff_t colon = span_find(k->row->id, 0, ':');
	struct span exe = colon < 0 ? k->row->id : span_from(k->row->id, (size_t)colon + 1);
	DIR *proc = k->root.kind == ROOT_HOST ? opendir("/proc") : NULL;
	struct dirent *d;
	uint64_t pid, uid = UINT64_MAX;
	struct stat st;
	size_t running = 0, hidden = 0;

	if (colon > 0 && !span_u64(span_head(k->row->id, (size_t)colon), &uid))
		uid = UINT64_MAX;
	while (proc && (d = readdir(proc)) != NULL) {
		char link[300], to[PATH_MAX];
		ssize_t n;

		/* an interpreter is everybody's: only his own processes count */
		if (!span_u64(span_str(d->d_name), &pid) || fstatat(dirfd(proc), d->d_name, &st, 0) < 0 ||
		    (uid != UINT64_MAX && st.st_uid != uid))
			continue;
		snprintf(link, sizeof(link), "%s/exe", d->d_name);
		n = readlinkat(dirfd(proc), link, to, sizeof(to));
		hidden += n < 0 && errno == EACCES;
		/* " (deleted)" stands behind the name of a program that was removed while it ran */
		if (n > 0 && (span_eq(span_of(to, (size_t)n), exe) ||
			      ((size_t)n > exe.n && span_starts(span_of(to, (size_t)n), exe) &&
			       span_eq(span_from(span_of(to, (size_t)n), exe.n), SPAN(" (deleted)")))))
			running++;
	}
	if (running)
		point(k, POINT_OPEN, running == 1 ? "%zu process of %.*s runs" : "%zu processes of %.*s run",
		      running, ARG(exe));
	else if (!proc || hidden)
		point(k, POINT_UNKNOWN, "whether %.*s still runs cannot be seen from here", ARG(exe));
	else
		point(k, POINT_CLOSED, "no process of %.*s runs any more", ARG(exe));
	if (proc)
		closedir(proc);
	/* the program itself may be an interpreter of the system's: his own file is the place */
	for (size_t i = 0; i < k->row->nplaces && i < PLACES_MOST; i++)
		look_at_place(k, k->row->places[i].path);
}

/* --- all of it -------------------------------------------------------------------------------------- */

static void look_at_row(struct looking *k)
{
	look_at_sending(k);
	switch (k->row->kind) {
	case KIND_SCRIPT:
		look_at_script(k);
		break;
	case KIND_AUTH:
		look_at_mailbox(k);
		break;
	case KIND_DIRECT:
		look_at_program(k);
		break;
	default:
		break;
	}
}

void gate_look(const struct gate_want *want, struct arena *a, struct gate *ret)
{
	struct looking k = { .want = want, .arena = a, .gate = ret };
	struct row *rows = arena_alloc(a, (want->in->nrows + 1) * sizeof(*rows));
	struct err err = { 0 };

	ret->points = arena_alloc(a, POINTS_MOST * sizeof(*ret->points));
	ret->deeds = arena_alloc(a, DEEDS_MOST * sizeof(*ret->deeds));
	/* two of each row */
	ret->given = arena_alloc(a, 2 * ROWS_MOST * sizeof(*ret->given));
	ret->npoints = ret->ndeeds = ret->ngiven = 0;
	if (root_open(want->o->root ? want->o->root : "/", &k.root, &err) < 0) {
		point(&k, POINT_UNKNOWN, "nothing could be looked at: %s", err.text);
		return;
	}
	for (size_t i = 0; i < want->in->nrows; i++) {
		rows[i] = want->q->rows[want->in->rows[i]];
		/* all of his mail counts, that which waited before he was noticed too */
		rows[i].since = 0;
	}
	look_at_journal(&k);
	look_at_queue(&k, rows, want->in->nrows);
	for (size_t i = 0; i < want->in->nrows && i < ROWS_MOST; i++) {
		k.row = &rows[i];
		look_at_row(&k);
	}
	if (want->in->nrows > ROWS_MOST)
		point(&k, POINT_UNKNOWN, "%zu more senders of it were not looked at",
		      want->in->nrows - ROWS_MOST);
	root_close(&k.root);
}
