/*
 * scan_targets - see scan_targets.h.
 *
 * An incident: first the scripts that mailed, or those of the folder that did, and what they include; then the settings
 * above them, whatever in the home is as old as they are, and the folders for uploads; then the account's cron; then the
 * home as a whole, which finds all of that once more and the rest.
 * TRUST: as in scan_targets.h.
 */
#include "app/scan_targets.h"

#include "app/account_reader.h"
#include "app/inquire.h"
#include "app/when.h"

#include <limits.h>
#include <sys/stat.h>

#define TASKS_MOST 256
#define TARGETS_MOST 320
#define PLACES_MOST 20
/* Seconds around a script's ctime in which what else changed is looked at first. */
#define SAME_AGE 600

struct making {
	struct scanning *s;
	struct scan_targets *to;
	struct scan_task *task;
	size_t tasks;
};

static char *text(struct scanning *s, const char *a, const char *b)
{
	struct buf out = BUF_MAX(2 * PATH_MAX);
	char *kept;

	buf_str(&out, a);
	if (*a && *b && a[strlen(a) - 1] != '/')
		buf_byte(&out, '/');
	buf_str(&out, b);
	kept = arena_str(s->arena, buf_view(&out));
	buf_free(&out);
	return kept;
}

static void begin(struct making *m, struct scanning *s, struct scan_targets *to)
{
	*m = (struct making){ .s = s, .to = to };
	m->task = arena_alloc(s->arena, TASKS_MOST * sizeof(*m->task));
}

static void add_task(struct making *m, struct scan_task task)
{
	if (m->tasks < TASKS_MOST)
		m->task[m->tasks++] = task;
}

/* Ends a target; the next one begins. */
static void add_target(struct making *m, const char *folder, const char *prefix, bool whole)
{
	struct scan_targets *to = m->to;

	if (!to->target)
		to->target = arena_alloc(m->s->arena, TARGETS_MOST * sizeof(*to->target));
	if (to->n < TARGETS_MOST)
		to->target[to->n++] = (struct scan_target){ .folder = folder,
							    .prefix = prefix,
							    .task = m->task,
							    .tasks = m->tasks,
							    .whole = whole };
	begin(m, m->s, to);
}

/* --- paths and accounts ------------------------------------------------------------------------ */

static int add_path(struct making *m, const char *path, int64_t since, struct err *err)
{
	struct scan_task task = { .rank = RANK_REST, .since = since };
	const char *slash = strrchr(path, '/'), *folder = path;
	struct file_status st;
	int rc = beneath_status(&m->s->root, path, &st, err);

	if (rc < 0)
		return rc;
	if (S_ISREG(st.mode)) {
		task.only = slash ? slash + 1 : path;
		folder = !slash	       ? "." :
			 slash == path ? "/" :
					 arena_str(m->s->arena, span_of(path, (size_t)(slash - path)));
	} else if (!S_ISDIR(st.mode)) {
		return err_set(err, EXIT_NOINPUT, "%s: neither a file nor a folder", path);
	}
	add_task(m, task);
	add_target(m, folder, task.only && !slash ? "" : folder, !task.only);
	return 0;
}

static void add_folders(struct making *m, const struct account_answer *a, int64_t since)
{
	for (size_t i = 0; i < a->folders; i++) {
		add_task(m, (struct scan_task){ .rank = RANK_REST, .since = since });
		add_target(m, a->folder[i], a->folder[i], true);
	}
}

/* cron's own folder is nobody's but root's: read as nobody who may only read. */
static void add_cron(struct making *m, struct span account)
{
	static const char *const folders[] = { "/var/spool/cron/crontabs", "/var/spool/cron" };
	char *name = arena_str(m->s->arena, account);
	struct file_status st;
	struct err err;

	for (size_t i = 0; account.n && !strchr(name, '/') && i < 2; i++) {
		if (beneath_status(&m->s->root, text(m->s, folders[i], name), &st, &err) < 0 || !S_ISREG(st.mode))
			continue;
		add_task(m, (struct scan_task){ .rank = RANK_NEAR, .only = name });
		add_target(m, folders[i], folders[i], false);
		m->to->target[m->to->n - 1].as_reader = true;
		return;
	}
}

static int by_account(struct making *m, struct span name, int64_t since, struct err *err)
{
	struct account_want want = { .root = &m->s->root, .unconfined = m->s->o->unconfined, .name = name };
	struct account_answer answer;
	int rc = account_ask(&want, m->s->arena, &answer, err);

	if (rc < 0)
		return rc;
	add_cron(m, answer.name);
	add_folders(m, &answer, since);
	return 0;
}

/* --- incidents --------------------------------------------------------------------------------- */

/* PATH beneath HOME, without it; NULL: it is not. "" is HOME itself. */
static char *beneath_home(struct scanning *s, struct span path, const char *home)
{
	size_t n = strlen(home);

	if (!span_starts(path, span_str(home)) || path.n >= PATH_MAX || memchr(path.p, '\0', path.n) ||
	    (path.n > n && path.p[n] != '/'))
		return NULL;
	return arena_str(s->arena, span_from(path, path.n > n ? n + 1 : n));
}

/* FOLDER and those above it, up to the home: what they tell the web server, and their folder for uploads. */
static void add_settings(struct making *m, const char *folder)
{
	static const char *const names[] = { ".htaccess", ".user.ini", "php.ini", "wp-config.php" };
	char *at = arena_str(m->s->arena, span_str(folder));

	for (;;) {
		char *slash;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			add_task(m, (struct scan_task){ .rank = RANK_NEAR, .only = text(m->s, at, names[i]) });
		if (!*at)
			break;
		slash = strrchr(at, '/');
		*(slash ? slash : at) = '\0';
		at = arena_str(m->s->arena, span_str(at));
	}
}

static void add_uploads(struct making *m, const char *folder)
{
	static const char *const names[] = { "wp-content/uploads", "sites/default/files", "uploads" };
	char *at = arena_str(m->s->arena, span_str(folder));

	for (;;) {
		char *slash;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			add_task(m, (struct scan_task){ .rank = RANK_AGE, .start = text(m->s, at, names[i]) });
		if (!*at)
			break;
		slash = strrchr(at, '/');
		*(slash ? slash : at) = '\0';
		at = arena_str(m->s->arena, span_str(at));
	}
}

static void add_age(struct making *m, int64_t at)
{
	for (size_t i = 0; i < m->tasks; i++)
		if (m->task[i].rank == RANK_AGE && m->task[i].since <= at && at <= m->task[i].until)
			return;
	add_task(m, (struct scan_task){ .rank = RANK_AGE, .since = at - SAME_AGE, .until = at + SAME_AGE });
}

struct script {
	const char *folder; /* beneath the home */
	int64_t ctime; /* 0: a folder was named, not a file */
};

/* A place that mailed: a script, or a folder of which it is not known which. */
static void add_place(struct making *m, struct span place, const char *home, struct script *scripts, size_t *n)
{
	char *path = beneath_home(m->s, place, home), *folder, *slash;
	struct file_status st;
	struct err err;

	if (!path || *n == PLACES_MOST ||
	    beneath_status(&m->s->root, arena_str(m->s->arena, place), &st, &err) < 0)
		return;
	folder = path;
	if (S_ISREG(st.mode)) {
		folder = arena_str(m->s->arena, span_str(path));
		slash = strrchr(folder, '/');
		*(slash ? slash : folder) = '\0';
		add_task(m, (struct scan_task){ .rank = RANK_MAILER, .only = path, .includes = true });
	}
	add_task(m, (struct scan_task){ .rank = S_ISREG(st.mode) ? RANK_NEAR : RANK_MAILER,
					.start = *folder ? folder : NULL,
					.flat = true,
					.includes = !S_ISREG(st.mode) });
	scripts[(*n)++] = (struct script){ folder, S_ISREG(st.mode) ? st.ctime : 0 };
}

/* Around the places of ROWS in the home that ACCOUNT is; false: none of them lies in it. */
static bool add_near(struct making *m, const struct incident *in, const struct inquiry *q, const char *home)
{
	struct script script[PLACES_MOST];
	size_t n = 0;

	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *row = &q->rows[in->rows[i]];

		for (size_t k = 0; k < row->nplaces; k++)
			add_place(m, row->places[k].path, home, script, &n);
		if (row->kind == KIND_SCRIPT || row->kind == KIND_DIRECT)
			add_place(m, row->id, home, script, &n);
	}
	for (size_t i = 0; i < n; i++)
		add_settings(m, script[i].folder);
	for (size_t i = 0; i < n; i++)
		add_age(m, script[i].ctime ? script[i].ctime : in->since);
	for (size_t i = 0; i < n; i++)
		add_uploads(m, script[i].folder);
	return n > 0;
}

static const struct incident *incident_named(const struct inquiry *q, const char *id)
{
	for (size_t i = 0; i < q->nincidents; i++)
		if (span_eq(incident_id(&q->incidents[i]), span_str(id)))
			return &q->incidents[i];
	return NULL;
}

/* The accounts that an incident names: each one's home is scanned, once. */
static bool seen_before(const struct scan_targets *to, const char *folder)
{
	for (size_t i = 0; i < to->n; i++)
		if (strcmp(to->target[i].folder, folder) == 0)
			return true;
	return false;
}

static void by_row(struct making *m, const struct incident *in, const struct inquiry *q, const struct row *row,
		   struct account_answer *homes, size_t *nhomes)
{
	struct account_want want = { .root = &m->s->root,
				     .unconfined = m->s->o->unconfined,
				     .name = row->account,
				     .path = row->id };
	struct account_answer answer;
	struct err err;

	if (account_ask(&want, m->s->arena, &answer, &err) < 0) {
		scanning_note(m->s, span_str(err.text));
		return;
	}
	if (seen_before(m->to, answer.folder[0]) || *nhomes == PLACES_MOST)
		return;
	for (size_t i = 0; i < answer.folders; i++)
		if (add_near(m, in, q, answer.folder[i]))
			add_target(m, answer.folder[i], answer.folder[i], false);
	add_cron(m, answer.name);
	homes[(*nhomes)++] = answer;
}

static int by_incident(struct making *m, const char *id, struct err *err)
{
	struct account_answer homes[PLACES_MOST];
	const struct incident *in;
	struct inquire inquire_of;
	size_t nhomes = 0;
	int rc = inquire(m->s->o, 0, NULL, &inquire_of, err);

	in = rc == 0 ? incident_named(inquire_of.q, id) : NULL;
	if (rc == 0 && !in)
		rc = err_set(err, EXIT_NOINPUT,
			     "%s: no such incident in these logs; spamtrail investigate shows the ids", id);
	for (size_t i = 0; in && i < in->nrows; i++)
		by_row(m, in, inquire_of.q, &inquire_of.q->rows[in->rows[i]], homes, &nhomes);
	m->to->near = m->to->n;
	for (size_t i = 0; i < nhomes; i++)
		add_folders(m, &homes[i], 0);
	inquire_end(&inquire_of);
	if (rc == 0 && m->to->n == 0)
		rc = err_set(err, EXIT_NOINPUT, "%s: none of its senders has a home here", id);
	return rc;
}

/* --- */

int scan_targets_find(struct scanning *s, struct scan_targets *ret, struct err *err)
{
	const struct options *o = s->o;
	struct scan_targets to = { .n = 0 };
	struct making m;
	int64_t since = 0;
	int rc = 0;

	if (o->incident && o->account)
		return err_set(err, EXIT_USAGE, "--incident and --account exclude each other");
	if (!o->incident && !o->account && o->nargs == 0)
		return err_set(err, EXIT_USAGE, "usage: spamtrail scan PATH..., --account USER or --incident ID");
	begin(&m, s, &to);
	if (o->since && !o->incident)
		rc = when_parse(span_str(o->since), s->now, NULL, &since, err);
	if (rc == 0 && o->incident)
		rc = by_incident(&m, o->incident, err);
	else if (rc == 0 && o->account)
		rc = by_account(&m, span_str(o->account), since, err);
	for (int i = 0; rc == 0 && !o->incident && i < o->nargs; i++)
		rc = add_path(&m, o->args[i], since, err);
	if (rc == 0)
		*ret = to;
	return rc;
}
