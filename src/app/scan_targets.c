/*
 * scan_targets - see scan_targets.h.
 *
 * An incident: first the scripts that mailed, or those of the folder that did, and what they include; then the settings
 * above them, what the home starts by itself, the account's cron and jobs of at, which are told at once; then whatever in the
 * home is as old as they are, and the folders for uploads; then the home as a whole, which finds all of that once more and
 * the rest.
 * TRUST: as in scan_targets.h.
 */
#include "app/scan_targets.h"

#include "app/account_reader.h"
#include "app/inquire.h"
#include "app/scanning.h"
#include "app/sought.h"
#include "app/when.h"
#include "scan/config.h"
#include "scan/place.h"

#include <limits.h>
#include <sys/stat.h>

#define TASKS_MOST 256 /* limit scan: folders of one incident */
#define TARGETS_MOST 320
#define PLACES_MOST 20
/* Seconds around a script's ctime in which what else changed is looked at first. */
#define SAME_AGE 600
#define AGES_MOST 4

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
		to->target[to->n++] = (struct scan_target){
			.folder = folder, .prefix = prefix, .task = m->task, .tasks = m->tasks, .whole = whole
		};
	begin(m, m->s, to);
}

/* --- paths and accounts ------------------------------------------------------------------------ */

static int add_named(struct making *m, const char *path, const struct file_status *st, struct scan_task task,
		     struct err *err)
{
	const char *slash = strrchr(path, '/'), *folder = path;

	if (S_ISREG(st->mode)) {
		task.only = slash ? slash + 1 : path;
		task.named = true;
		folder = !slash		 ? "."
			 : slash == path ? "/"
					 : arena_str(m->s->arena, span_of(path, (size_t)(slash - path)));
	} else if (!S_ISDIR(st->mode)) {
		return err_set(err, EXIT_NOINPUT, "%s: neither a file nor a folder", path);
	}
	add_task(m, task);
	add_target(m, folder, task.only && !slash ? "" : folder, !task.only);
	return 0;
}

/*
 * ARCHIVE!MEMBER, as findings are shown: each archive that may be meant, for an account may name its files so. By its name, or,
 * where no file is called like the whole, by its contents.
 */
static bool add_members(struct making *m, const char *path, bool is_file, struct scan_task task)
{
	struct file_status st;
	struct err err;
	bool any = false;

	for (const char *mark = strchr(path, '!'); mark && mark[1]; mark = strchr(mark + 1, '!')) {
		struct span name = span_of(path, (size_t)(mark - path));
		const char *archive = arena_str(m->s->arena, name);

		if ((is_file && !place_packs(name)) || beneath_status(&m->s->root, archive, &st, &err) < 0 ||
		    !S_ISREG(st.mode))
			continue;
		task.member = mark + 1;
		any |= add_named(m, archive, &st, task, &err) == 0;
	}
	return any;
}

/* A clean file that is called like a finding must not stand before what was found. */
static int add_path(struct making *m, const char *path, int64_t since, struct err *err)
{
	const struct scan_task task = { .rank = RANK_REST, .since = since };
	struct file_status st;
	int rc = beneath_status(&m->s->root, path, &st, err);
	bool any = add_members(m, path, rc == 0, task);

	if (rc == 0)
		rc = add_named(m, path, &st, task, err);
	return any ? 0 : rc;
}

static void add_folders(struct making *m, const struct account_answer *a, int64_t since)
{
	for (size_t i = 0; i < a->folders; i++) {
		add_task(m, (struct scan_task){ .rank = RANK_REST, .since = since });
		add_target(m, a->folder[i], a->folder[i], true);
	}
}

/* Jobs of at: all accounts' lie in one folder, and are theirs. */
static void add_jobs(struct making *m, uint32_t uid)
{
	static const char *const folders[] = { "/var/spool/cron/atjobs", "/var/spool/at" };
	struct file_status st;
	struct err err;

	for (size_t i = 0; uid != UINT32_MAX && uid && i < 2; i++) {
		if (beneath_status(&m->s->root, folders[i], &st, &err) < 0 || !S_ISDIR(st.mode))
			continue;
		add_task(m,
			 (struct scan_task){ .rank = RANK_NEAR, .flat = true, .owned = true, .owner = uid });
		add_target(m, folders[i], folders[i], false);
		m->to->target[m->to->n - 1].as_reader = true;
	}
}

/* cron's own folder is nobody's but root's: read as nobody who may only read. */
static void add_cron(struct making *m, struct span account)
{
	static const char *const folders[] = { "/var/spool/cron/crontabs", "/var/spool/cron/tabs",
					       "/var/spool/cron" };
	char *name = arena_str(m->s->arena, account);
	struct file_status st;
	struct err err;

	for (size_t i = 0; account.n && !strchr(name, '/') && i < 3; i++) {
		if (beneath_status(&m->s->root, text(m->s, folders[i], name), &st, &err) < 0 ||
		    !S_ISREG(st.mode))
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
	add_jobs(m, answer.uid);
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

/* A script that mailed, beneath its home; or a folder that did: its ctime is 0. */
struct script {
	const char *path, *folder;
	int64_t ctime;
};

struct scripts {
	struct script script[PLACES_MOST];
	size_t n;
};

/* FOLDER and those above it, up to the home: what they tell the web server, and their folder for uploads. */
static void add_settings(struct making *m, const char *folder)
{
	static const char *const names[] = { ".htaccess", ".user.ini", "php.ini", "wp-config.php" };
	char *at = arena_str(m->s->arena, span_str(folder));

	for (;;) {
		char *slash;

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			add_task(m,
				 (struct scan_task){ .rank = RANK_NEAR, .only = text(m->s, at, names[i]) });
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
			add_task(m,
				 (struct scan_task){ .rank = RANK_AGE, .start = text(m->s, at, names[i]) });
		if (!*at)
			break;
		slash = strrchr(at, '/');
		*(slash ? slash : at) = '\0';
		at = arena_str(m->s->arena, span_str(at));
	}
}

/* A look at what changed around AT; false: one of the N there are looks at it. */
static bool age_task(const struct scan_task *task, size_t n, int64_t at, struct scan_task *ret)
{
	for (size_t i = 0; i < n; i++)
		if (task[i].rank == RANK_AGE && task[i].since <= at && at <= task[i].until)
			return false;
	*ret = (struct scan_task){ .rank = RANK_AGE, .since = at - SAME_AGE, .until = at + SAME_AGE };
	return true;
}

static void add_age(struct making *m, int64_t at)
{
	struct scan_task task;

	if (age_task(m->task, m->tasks, at, &task))
		add_task(m, task);
}

static bool script_known(const struct scripts *all, const char *folder)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->script[i].ctime && strcmp(all->script[i].folder, folder) == 0)
			return true;
	return false;
}

/* A place that mailed: a script, or a folder of which it is not known which. */
static void add_place(struct making *m, const struct scripts *all, const struct script *at)
{
	if (at->ctime)
		add_task(m, (struct scan_task){ .rank = RANK_MAILER, .only = at->path, .includes = true });
	add_task(m, (struct scan_task){ .rank = script_known(all, at->folder) ? RANK_NEAR : RANK_MAILER,
					.start = *at->folder ? at->folder : NULL,
					.flat = true,
					.includes = !at->ctime });
}

static void find_script(struct scanning *s, struct span place, const char *home, struct scripts *to)
{
	char *path = beneath_home(s, place, home), *folder, *slash;
	struct file_status st;
	struct err err;

	if (!path || to->n == PLACES_MOST ||
	    beneath_status(&s->root, arena_str(s->arena, place), &st, &err) < 0)
		return;
	folder = arena_str(s->arena, span_str(path));
	slash = S_ISREG(st.mode) ? strrchr(folder, '/') : NULL;
	if (S_ISREG(st.mode))
		*(slash ? slash : folder) = '\0';
	to->script[to->n++] = (struct script){ path, folder, S_ISREG(st.mode) ? st.ctime : 0 };
}

/* The places of IN's senders in HOME. */
static void find_scripts(struct scanning *s, const struct incident *in, const struct inquiry *q,
			 const char *home, struct scripts *to)
{
	to->n = 0;
	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *row = &q->rows[in->rows[i]];

		for (size_t k = 0; k < row->nplaces; k++)
			find_script(s, row->places[k].path, home, to);
		if (row->kind == KIND_SCRIPT || row->kind == KIND_DIRECT)
			find_script(s, row->id, home, to);
	}
}

/* What starts something of the account's without anybody asking. */
static void add_starts(struct making *m)
{
	for (size_t i = 0; config_start(i); i++)
		add_task(m, (struct scan_task){ .rank = RANK_NEAR, .only = config_start(i) });
	add_task(m, (struct scan_task){ .rank = RANK_NEAR, .start = ".config/systemd/user", .flat = true });
}

/* What is looked at within seconds, whatever the home's size. */
static void add_near(struct making *m, const struct scripts *at, const char *home)
{
	for (size_t i = 0; i < at->n; i++)
		add_place(m, at, &at->script[i]);
	for (size_t i = 0; i < at->n; i++)
		add_settings(m, at->script[i].folder);
	if (at->n)
		add_starts(m);
	if (at->n)
		add_target(m, home, home, false);
}

/* What was planted with it; that takes a look at every file's times. */
static void add_around(struct making *m, const struct scripts *at, const struct incident *in,
		       const char *home)
{
	for (size_t i = 0; i < at->n; i++)
		add_age(m, at->script[i].ctime ? at->script[i].ctime : in->since);
	for (size_t i = 0; i < at->n; i++)
		add_uploads(m, at->script[i].folder);
	if (at->n)
		add_target(m, home, home, false);
}

static const struct incident *incident_named(const struct inquiry *q, const char *id)
{
	for (size_t i = 0; i < q->nincidents; i++)
		if (span_eq(incident_id(&q->incidents[i]), span_str(id)))
			return &q->incidents[i];
	return NULL;
}

/* The homes of those whom an incident names, each once. */
static void find_homes(struct making *m, const struct incident *in, const struct inquiry *q,
		       struct account_answer *homes, size_t *nhomes)
{
	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *row = &q->rows[in->rows[i]];
		struct account_want want = { .root = &m->s->root,
					     .unconfined = m->s->o->unconfined,
					     .name = row->account,
					     .path = row->id };
		struct account_answer answer;
		struct err err;
		bool known = false;

		if (*nhomes == PLACES_MOST)
			return;
		if (account_ask(&want, m->s->arena, &answer, &err) < 0) {
			scanning_note(m->s, span_str(err.text));
			continue;
		}
		for (size_t k = 0; k < *nhomes; k++)
			known |= strcmp(homes[k].folder[0], answer.folder[0]) == 0;
		if (!known)
			homes[(*nhomes)++] = answer;
	}
}

static void add_incident(struct making *m, const struct incident *in, const struct inquiry *q)
{
	struct account_answer homes[PLACES_MOST];
	struct scripts at;
	size_t n = 0;

	find_homes(m, in, q, homes, &n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < homes[i].folders; k++) {
			find_scripts(m->s, in, q, homes[i].folder[k], &at);
			add_near(m, &at, homes[i].folder[k]);
		}
		add_cron(m, homes[i].name);
		add_jobs(m, homes[i].uid);
	}
	m->to->near = m->to->n;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < homes[i].folders; k++) {
			find_scripts(m->s, in, q, homes[i].folder[k], &at);
			add_around(m, &at, in, homes[i].folder[k]);
		}
	for (size_t i = 0; i < n; i++)
		add_folders(m, &homes[i], 0);
}

static int by_incident(struct making *m, const char *id, struct err *err)
{
	const struct incident *in;
	struct inquire inquire_of;
	int rc = inquire(m->s->o, 0, NULL, &inquire_of, err);

	in = rc == 0 ? incident_named(inquire_of.q, id) : NULL;
	if (rc == 0 && !in)
		rc = sought_in_part(m->s->o, id, inquire_of.q->unseen, inquire_of.q->nunseen,
				    options_no_incident(m->s->o, id, "in these logs", 0, err), err);
	if (in)
		add_incident(m, in, inquire_of.q);
	inquire_end(&inquire_of);
	if (rc == 0 && m->to->n == 0)
		rc = err_set(err, EXIT_NOINPUT, "%s: none of its senders has a home here", id);
	return rc;
}

/* F lies in the home that T goes around in. */
static bool is_around(const struct scan_target *t, const struct scan_finding *f)
{
	size_t n = strlen(t->prefix);

	return !t->whole && !t->as_reader && span_starts(f->path, span_str(t->prefix)) && f->path.n > n &&
	       f->path.p[n] == '/';
}

/*
 * Logs that name a folder alone do not tell which of its scripts mailed: those that were found in it do, who mails first. Each
 * time of theirs is a look at the times of all that lies in the home, so few are taken.
 */
static void add_ages(const struct scanning *s, struct scan_target *t)
{
	size_t added = 0;

	for (int mailer = 1; mailer >= 0; mailer--)
		for (size_t i = 0; i < s->r.findings && added < AGES_MOST; i++) {
			const struct scan_finding *f = &s->r.finding[i];
			bool mails = f->class == CLASS_MAILER || f->class == CLASS_CREDENTIAL_MAILER;

			if (f->rank == RANK_MAILER && mails == (mailer == 1) && f->ctime && is_around(t, f) &&
			    t->tasks < TASKS_MOST &&
			    age_task(t->task, t->tasks, f->ctime, &t->task[t->tasks])) {
				t->tasks++;
				added++;
			}
		}
}

void scan_targets_age(struct scanning *s, struct scan_targets *targets)
{
	for (size_t i = targets->near; i < targets->n; i++)
		if (targets->target[i].tasks && targets->target[i].task[0].rank == RANK_AGE)
			add_ages(s, &targets->target[i]);
}

/* --- */

/* "2d" is two days ago here, as find's -mtime -2 is. */
static int read_since(struct scanning *s, const char *word, int64_t *ret, struct err *err)
{
	size_t n = strspn(word, "0123456789");
	char ago[64];

	if (n && strlen(word + n) == 1 && strchr("smhdw", word[n]) &&
	    (size_t)snprintf(ago, sizeof(ago), "-%s", word) < sizeof(ago))
		word = ago;
	return when_parse(span_str(word), s->now, NULL, ret, err);
}

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
		return err_set(err, EXIT_USAGE,
			       "usage: spamtrail scan PATH..., --account USER or --incident ID");
	begin(&m, s, &to);
	if (o->since && !o->incident)
		rc = read_since(s, o->since, &since, err);
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
