/*
 * files - the culprit's scripts are moved into the hold store, or locked where they are, and his cron lines are put to
 * rest.
 *
 * A script is locked where it is named as a file. Of a folder only where one script alone lies in it: else the operator
 * names the file, as an accused neighbour's site would be the price of a guess.
 *
 * TRUST: a place is what the mail server's or PHP's log said; the file's owner is asked of the kernel, and the actor
 * opens it beneath the home without following a link.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "host/accounts.h"
#include "model/scan.h"
#include "sys/beneath.h"

#include <sys/stat.h>

/* a second one shows already that the log does not say which; the note tells about how many there are */
#define SCRIPTS_MOST 20 /* limit contain: scripts of one sender that are locked */
/* crontab(5): a line that begins with # is none; the word lets a human find those that we put to rest */
#define CRONTAB_MARK "#spamtrail# "
#define LOCK_MASK "000 "

static bool is_script(struct span name)
{
	static const char *const ends[] = { ".php", ".php5", ".php7", ".php8", ".phtml", ".phar",
					    ".pl",  ".cgi",  ".py",   ".sh",   ".inc" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (span_ends(name, span_str(ends[i])))
			return true;
	return false;
}

/* Whose home PATH lies in; NULL: nobody's. */
static const struct account *owner_of(struct draft *d, struct span path)
{
	uint32_t index = accounts_by_path(d->facts->accounts, path);

	return index == ACCOUNT_NONE ? NULL : accounts_get(d->facts->accounts, index);
}

/* The one script that V locks where it is; empty: V is no such lock. */
static struct span locked_in_place(struct draft *d, const struct action *v)
{
	if (v->kind != ACTION_MODE || v->nargs != 1 || !span_starts(v->args[0], SPAN(LOCK_MASK)))
		return SPAN_NONE;
	return draft_text(d, "%.*s/%.*s", ARG(v->base), ARG(span_from(v->args[0], sizeof(LOCK_MASK) - 1)));
}

static bool listed_already(struct draft *d, struct span path)
{
	for (size_t i = 0; i < d->plan->nactions; i++) {
		const struct action *v = &d->plan->actions[i];

		if (v->kind == ACTION_HOLD_FILE ? span_eq(v->path, path)
						: span_eq(locked_in_place(d, v), path))
			return true;
	}
	return false;
}

/* A clean file for PATH lies in the operator's folder where the end of its path is there, the longest first. */
static void restore_file(struct draft *d, const struct action *held)
{
	struct span path = held->path, bytes;
	struct action *v;

	/* the longest end that is there, since many sites have an index.php */
	for (ptrdiff_t at = 0; d->want->from.n && at >= 0; at = span_find(path, (size_t)at + 1, '/')) {
		struct span from =
			draft_text(d, "%.*s%.*s", ARG(d->want->from), ARG(span_from(path, (size_t)at)));

		if (!draft_exists(d, from) || !draft_read(d, from, &bytes))
			continue;
		v = draft_action(d, ACTION_PUT_FILE, held->grade);
		v->base = held->base;
		v->path = path;
		v->uid = held->uid;
		v->mode = 0644;
		v->lifetime = 0;
		v->new_bytes = bytes;
		v->what = draft_text(d, "a clean %.*s takes its place, from %.*s", ARG(path), ARG(from));
		v->command = draft_text(d, "cp -n %.*s %.*s", ARG(draft_quoted(d, from)),
					ARG(draft_quoted(d, path)));
		v->undo = draft_text(d, "rm %.*s", ARG(draft_quoted(d, path)));
		return;
	}
	if (d->want->from.n)
		draft_note(d, "no file for %.*s lies in %.*s", ARG(path), ARG(d->want->from));
}

/*
 * A folder of root's alone above PATH, on the same file system: there a store can be. A home that is a mount of its own and
 * the account's has none: what he owns he could move away under our feet.
 */
static bool store_possible(struct draft *d, struct span path)
{
	struct file_status st;
	uint64_t device = 0;
	bool first = true;

	/* from the folder on: in an overlay files have other device numbers than the folders that they lie in */
	for (ptrdiff_t slash = span_rfind(path, '/'); slash >= 0; slash = span_rfind(path, '/')) {
		path = slash ? span_head(path, (size_t)slash) : SPAN("/");
		if (!d->io->status(d->io->host.ctx, path, &st) || (!first && st.device != device))
			return false;
		if (st.uid == 0 && !(st.mode & 022))
			return true;
		device = st.device;
		first = false;
		if (slash == 0)
			break;
	}
	return false;
}

/*
 * Moved, a script is out of everybody's reach and comes back as it was: the first choice. Unreadable in place its owner can
 * take back himself, and 403 leaves it to other ways of being run: each only where the one before is not possible.
 */
static enum plan_lock way_of(struct draft *d, const struct account *owner, bool in_home, struct span path,
			     const struct file_status *st, const char **ret_why)
{
	enum plan_lock wish = d->want->lock;
	bool own = in_home && owner->uid != UINT32_MAX;

	*ret_why = "";
	/* only files of an account's own home are moved or changed by the actor */
	if (!own) {
		if (wish != PLAN_LOCK_WEB)
			*ret_why = "it lies in no account's home, and only there files are moved or changed";
		return PLAN_LOCK_WEB;
	}
	if (wish != PLAN_LOCK_AUTO)
		return wish;
	if (st->links > 1 && web_ready(d)) {
		*ret_why = "it has a second name somewhere, under which it would stay in reach";
		return PLAN_LOCK_WEB;
	}
	if (store_possible(d, path))
		return PLAN_LOCK_HOLD;
	*ret_why = "its file system has no folder of root's alone for a hold store; its owner can make it "
		   "readable again";
	return PLAN_LOCK_MODE;
}

static void make_unreadable(struct draft *d, struct span home, struct span path, const struct file_status *st,
			    char grade, const char *why)
{
	struct span quoted = draft_quoted(d, path);
	struct action *v = draft_action(d, ACTION_MODE, grade);

	v->base = home;
	v->path = home;
	v->uid = st->uid;
	v->args = arena_alloc(d->arena, sizeof(*v->args));
	v->args[0] = draft_text(d, LOCK_MASK "%.*s", ARG(span_from(path, home.n + 1)));
	v->nargs = 1;
	v->what = draft_text(d, "the script %.*s becomes unreadable where it is%s%s", ARG(path),
			     *why ? ": " : "", why);
	v->command = draft_text(d, "chmod 0 %.*s", ARG(quoted));
	v->undo = draft_text(d, "chmod %o %.*s", st->mode & 0777, ARG(quoted));
	if (d->want->from.n)
		draft_note(d, "%.*s keeps its name, so no clean file can take its place", ARG(path));
	draft_note(
		d,
		"PHP's opcache goes on running an unreadable script from its memory: where it is on, reload "
		"php-fpm or the web server");
	/* what its owner can take back is refused by the web server, too, where that is prepared */
	if (web_ready(d))
		web_lock(d, path, grade, "");
}

/* Gone from the disk, and not yet from PHP's memory. */
static void tell_memory(struct draft *d, struct span path)
{
	uint32_t seconds = d->facts->php_memory;

	if (seconds == UINT32_MAX)
		draft_note(d,
			   "PHP's opcache does not look at files again here (opcache.validate_timestamps is "
			   "off), and may go on running %.*s from its memory: reload php-fpm or the web "
			   "server",
			   ARG(path));
	else if (seconds > PLAN_MEMORY_WAITED)
		draft_note(
			d,
			"PHP's opcache looks at a file again after up to %u s (opcache.revalidate_freq), and "
			"may go on running %.*s until then: reload php-fpm or the web server",
			seconds, ARG(path));
}

static void lock_file(struct draft *d, const struct culprit *c, struct span path,
		      const struct file_status *st, char grade)
{
	const struct account *owner = owner_of(d, path);
	bool in_home = owner && owner->home.n > 1 && span_starts(path, owner->home) &&
		       path.n > owner->home.n && path.p[owner->home.n] == '/';
	struct span quoted = draft_quoted(d, path);
	const char *why = "";
	struct action *v;

	if (listed_already(d, path))
		return;
	/* what is root's may serve everybody: no log line may take it away */
	if (st->uid == 0) {
		draft_note(d, "%.*s belongs to root: it is not moved", ARG(path));
		return;
	}
	/* a suspect who writes his own log lines could name a neighbour's script */
	if (c->uid != PLAN_NO_UID && st->uid != c->uid && !c->shared) {
		draft_note(d, "%.*s belongs to uid %u, not to %.*s: it is not moved", ARG(path), st->uid,
			   ARG(c->account));
		return;
	}
	switch (way_of(d, owner, in_home, path, st, &why)) {
	case PLAN_LOCK_MODE:
		/* way_of says so only of a file in somebody's home */
		if (owner)
			make_unreadable(d, owner->home, path, st, grade, why);
		return;
	case PLAN_LOCK_WEB:
		if (!web_lock(d, path, grade, why))
			draft_note(d, "%.*s is not locked: no web server here can be told to refuse it%s%s",
				   ARG(path), *why ? "; " : "", why);
		return;
	default:
		break;
	}
	v = draft_action(d, ACTION_HOLD_FILE, grade);
	v->base = in_home ? owner->home : SPAN("/");
	v->path = path;
	v->uid = st->uid;
	tell_memory(d, path);
	v->what = draft_text(d, "the script %.*s moves into the hold store", ARG(path));
	v->command = draft_text(d, "mv -n %.*s HOLD-STORE/", ARG(quoted));
	v->undo = draft_text(d, "mv -n HOLD-STORE/... %.*s", ARG(quoted));
	restore_file(d, &(struct action){ .base = v->base, .path = path, .uid = v->uid, .grade = grade });
}

void file_take_away(struct draft *d, const struct culprit *c, struct span path, const char *noun)
{
	struct span quoted = draft_quoted(d, path);
	struct file_status st;
	struct action *v;

	if (!d->io->status(d->io->host.ctx, path, &st) || !S_ISREG(st.mode))
		return;
	if (st.uid != c->uid || !store_possible(d, path)) {
		draft_note(d, "%s in %.*s are left: %s", noun, ARG(path),
			   st.uid != c->uid ? "the file is not the account's own"
					    : "its file system has no place for a hold store");
		return;
	}
	v = draft_action(d, ACTION_HOLD_FILE, c->grade);
	v->base = c->home;
	v->path = path;
	v->uid = c->uid;
	v->what =
		draft_text(d, "%s of %.*s: %.*s moves into the hold store", noun, ARG(c->account), ARG(path));
	v->command = draft_text(d, "mv -n %.*s HOLD-STORE/", ARG(quoted));
	v->undo = draft_text(d, "mv -n HOLD-STORE/... %.*s", ARG(quoted));
}

static void lock_in_folder(struct draft *d, const struct culprit *c, struct span folder, char grade)
{
	struct span *names, found = SPAN_NONE;
	struct file_status st, found_status = { 0 };
	size_t n = d->io->host.list(d->io->host.ctx, d->arena, folder, &names), scripts = 0;
	struct span examples = SPAN_NONE;

	if (n >= HOST_NAMES_MOST) {
		draft_note(
			d,
			"%.*s holds more names than are listed (%d), and what is behind them is not known: "
			"scan it, and name the script, spamtrail contain %.*s/FILE%.*s",
			ARG(folder), HOST_NAMES_MOST, ARG(folder), ARG(d->want->again[PLAN_SAY_CONTAIN]));
		return;
	}
	for (size_t i = 0; i < n && scripts < SCRIPTS_MOST; i++) {
		struct span path;

		if (!is_script(names[i]))
			continue;
		path = draft_text(d, "%.*s/%.*s", ARG(folder), ARG(names[i]));
		if (!d->io->status(d->io->host.ctx, path, &st) || !S_ISREG(st.mode))
			continue;
		scripts++;
		found = path;
		found_status = st;
		if (scripts <= 3)
			examples = draft_text(d, "%.*s%s%.*s", ARG(examples), examples.n ? ", " : "",
					      ARG(names[i]));
	}
	if (scripts == 1)
		lock_file(d, c, found, &found_status, grade);
	else if (scripts == 0)
		draft_note(d, "no script lies in %.*s any more", ARG(folder));
	else
		draft_note(d,
			   "%.*s holds %zu%s scripts (%.*s ...) and the logs do not say which: name it, "
			   "spamtrail contain %.*s/FILE%.*s",
			   ARG(folder), scripts, scripts == SCRIPTS_MOST ? " or more" : "", ARG(examples),
			   ARG(folder), ARG(d->want->again[PLAN_SAY_CONTAIN]));
}

static void lock_place(struct draft *d, const struct culprit *c, struct span path, char grade)
{
	struct file_status st;

	if (path.n < 2 || path.p[0] != '/' || !d->io->status(d->io->host.ctx, path, &st)) {
		draft_note(d, "%.*s is not there any more", ARG(path));
		return;
	}
	if (S_ISREG(st.mode))
		lock_file(d, c, path, &st, grade);
	else
		lock_in_folder(d, c, path, grade);
}

/*
 * What the last scan found malicious in his home, if it is still that file. Whose it is the kernel says, what it does its own
 * text: grade A, which nobody but its owner could spell.
 */
static bool lock_found(struct draft *d, const struct culprit *c)
{
	bool locked = false;

	for (size_t i = 0; i < d->want->nfindings; i++) {
		const struct scan_finding *f = &d->want->findings[i];
		struct file_status st;

		if (f->verdict != SCAN_MALICIOUS || c->home.n < 2 || !span_starts(f->path, c->home) ||
		    f->path.n <= c->home.n || f->path.p[c->home.n] != '/' ||
		    !d->io->status(d->io->host.ctx, f->path, &st) || !S_ISREG(st.mode))
			continue;
		/* it was changed since: a new look comes before the hand */
		if (st.size != f->size || st.ctime != f->ctime) {
			draft_note(d, "%.*s has changed since it was found malicious: scan it again",
				   ARG(f->path));
			continue;
		}
		lock_file(d, c, f->path, &st, 'A');
		locked = true;
	}
	return locked;
}

void files_lock(struct draft *d, const struct culprit *c)
{
	bool file = false;

	if (c->kind != KIND_SCRIPT)
		return;
	for (size_t i = 0; i < c->row->nplaces && i < SCRIPTS_MOST; i++) {
		struct file_status st;

		if (is_script(c->row->places[i].path) &&
		    d->io->status(d->io->host.ctx, c->row->places[i].path, &st) && S_ISREG(st.mode)) {
			lock_file(d, c, c->row->places[i].path, &st, c->row->places[i].grade);
			file = true;
		}
	}
	file |= lock_found(d, c);
	if (!file)
		lock_place(d, c, c->id, c->grade);
}

/*
 * NAME = VALUE. Whatever else is no comment is a job, however its times are spelt: cronie has "~", others a "-" in front.
 */
static bool is_setting(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != '=' && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	return n > 0 && span_starts(span_trim(span_from(line, n)), SPAN("="));
}

/* Jobs get a mark in front; comments, settings and what has the mark already stay. */
static struct span disabled(struct draft *d, struct span bytes, size_t *ret_n)
{
	struct buf out = BUF_MAX(2 * bytes.n + 4096);
	struct span s;

	*ret_n = 0;
	for (size_t at = 0; at < bytes.n;) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line = span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end + 1) - at);
		struct span job = span_trim(line);
		bool is_job = job.n && job.p[0] != '#' && !is_setting(job);

		at += line.n;
		if (is_job)
			buf_str(&out, CRONTAB_MARK);
		*ret_n += is_job;
		buf_span(&out, line);
	}
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

void cron_lock(struct draft *d, const struct culprit *c)
{
	/* Debian, then Red Hat: a name that is a folder on the one is no file on the other */
	static const char *const folders[] = { "/var/spool/cron/crontabs", "/var/spool/cron" };

	if (c->shared || c->uid == PLAN_NO_UID || !draft_is_plain_name(c->account))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		struct span path = draft_text(d, "%s/%.*s", folders[i], ARG(c->account));
		struct file_status st;
		struct span bytes, changed;
		struct action *v;
		size_t jobs;

		/* crontab(1) leaves the file its owner's; one of another owner was not made by it */
		if (!d->io->status(d->io->host.ctx, path, &st) || !S_ISREG(st.mode) || st.uid != c->uid ||
		    !draft_read(d, path, &bytes))
			continue;
		changed = disabled(d, bytes, &jobs);
		if (!jobs)
			return;
		v = draft_edit(d, path, bytes, changed, c->grade);
		v->uid = c->uid;
		v->mode = 0600;
		v->what = draft_text(d, "%zu cron job%s of %.*s rest%s", jobs, jobs == 1 ? "" : "s",
				     ARG(c->account), jobs == 1 ? "s" : "");
		v->command = draft_text(d, "crontab -u %.*s -e   (# before each job)", ARG(c->account));
		v->undo = SPAN("the crontab as it was");
		return;
	}
}
