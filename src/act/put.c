/*
 * put - a file gets other bytes (edit), or a clean file takes a free name (put_file).
 *
 * The new file is written in the hold store, where nobody can meet it half done, and then changes places with the old
 * one in a single step; so the old one, inode and all, is what lies in the store, and goes back the same way. A name
 * is always either the old file or the whole new one.
 *
 * TRUST: what stands under the name is believed only after it was looked at in the store. Who has changed the new file
 * meanwhile keeps his change: then nothing is taken back, and the operator is told where the old bytes are.
 */
#include "act/file.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define HOT_SECONDS 3

/* Nothing under the name is replaced: it is free, or must be. */
static bool takes_free_name(const struct action *v)
{
	return v->kind == ACTION_PUT_FILE || v->absent;
}

static bool bytes_equal(int fd, struct span wanted, struct err *err)
{
	struct buf found = BUF_MAX(wanted.n + 1);
	int rc = file_read(fd, wanted.n, &found, err);
	bool same = rc == 0 && !found.over && span_eq(buf_view(&found), wanted);

	buf_free(&found);
	return same;
}

/* The file under NAME in DIR is inode INODE and holds bytes of SUM. */
static bool is_ours(const struct work *w, int dir, const char *name, bool any_bytes, struct stat *st)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	unsigned char sum[DIGEST_BYTES];
	struct err unread;
	bool ours =
		fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_ino == w->record->new_inode;

	if (ours && !any_bytes)
		ours = w->record->new_hash.n == DIGEST_BYTES && digest_file(fd, sum, &unread) == 0 &&
		       memcmp(sum, w->record->new_hash.p, DIGEST_BYTES) == 0;
	fd_close(fd);
	return ours;
}

/* --- look --------------------------------------------------------------------------------------- */

static int look_at_old(struct work *w, const struct place *p, struct err *err)
{
	int fd = file_look(w, p, err);
	int plain, rc;

	if (fd < 0)
		return fd;
	rc = file_describe(w, fd, err);
	plain = place_reopen(fd, O_RDONLY | O_NOATIME);
	if (rc == 0 && plain < 0)
		rc = err_sys(err, EXIT_IO, "%.*s cannot be read", (int)w->action->path.n, w->action->path.p);
	if (rc == 0 && !bytes_equal(plain, w->action->old_bytes, err))
		rc = err->code ? -err->code
			       : err_set(err, EXIT_IO,
					 "%.*s is not as it was when the plan was made: make it anew",
					 (int)w->action->path.n, w->action->path.p);
	fd_close(plain);
	close(fd);
	return rc;
}

static int look_at_free(struct work *w, const struct place *p, struct err *err)
{
	struct stat st;

	if (fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(err, EXIT_IO, "%.*s is there already: left alone", (int)w->action->path.n,
			       w->action->path.p);
	w->record->parent = seen_of(&p->folder_status);
	w->record->file = (struct seen){
		.mode = S_IFREG | (w->action->mode & 0777),
		.uid = w->action->uid == PLAN_NO_UID ? 0 : w->action->uid,
		.gid = p->home ? p->folder_status.st_gid : 0,
	};
	return 0;
}

/*
 * Postfix takes a main.cf that changed a moment ago for one that is still being written: each of its programs, an
 * innocent's sendmail too, then waits up to two seconds until it is older (util/dict.c, dict_load_file_xt; seen on 3.7).
 * Ours comes whole, so its time is that much earlier.
 */
static void cool_down(const struct work *w, int fd)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	struct stat st;

	if (!span_eq(w->action->path, SPAN("/etc/postfix/main.cf")) || fstat(fd, &st) < 0)
		return;
	times[1] = st.st_mtim;
	times[1].tv_sec -= HOT_SECONDS;
	/* it only costs time where it cannot be done */
	(void)!futimens(fd, times);
}

/* The journal knows the name before there is anything under it, so a kill leaves nothing behind. */
static int lay_aside(struct work *w, const struct hold *h, struct err *err)
{
	unsigned char sum[DIGEST_BYTES];
	struct stat st;
	int fd, rc;

	digest_span(w->action->new_bytes, sum);
	w->record->new_hash = arena_span(w->arena, span_of((const char *)sum, sizeof(sum)));
	act_keep_record(w);
	rc = act_step(w->actor, w->row, err);
	if (rc < 0)
		return rc;
	fd = hold_make_file(w, h, "", w->action->new_bytes, &w->record->file, w->record->xattrs, err);
	if (fd < 0)
		return fd;
	cool_down(w, fd);
	if (fstat(fd, &st) < 0)
		rc = err_sys(err, EXIT_IO, "%s: a new file cannot be looked at", h->path);
	else
		w->record->new_inode = st.st_ino;
	close(fd);
	return rc < 0 ? rc : place_sync(h->fd, err);
}

/* The mail server's own check of the new file, before anybody reads it under its name. */
static int try_new(struct work *w, const struct hold *h, struct err *err)
{
	struct span *args = arena_alloc(w->arena, w->action->nargs * sizeof(*args));
	struct buf path = BUF_MAX(2 * sizeof(h->path));

	buf_addf(&path, "%s/%.*s", h->path, (int)w->record->token.n, w->record->token.p);
	for (size_t i = 0; i < w->action->nargs; i++)
		args[i] = span_eq(w->action->args[i], SPAN("{}")) ? arena_span(w->arena, buf_view(&path))
								  : w->action->args[i];
	buf_free(&path);
	return run_program(args, w->action->nargs, SPAN_NONE, err);
}

/* Who reads the file is told that it has changed. */
static int tell_reader(const struct work *w, struct err *err)
{
	return w->action->nback ? run_program(w->action->back, w->action->nback, SPAN_NONE, err) : 0;
}

/* Where the file is as it has to be: a reader that cannot be told is no reason to leave it half done. */
static void say_to_reader(struct work *w, const char *so_far)
{
	struct err untold;

	if (tell_reader(w, &untold) < 0)
		buf_addf(&w->text, "%s%s, but %s", w->text.n ? "; " : "", so_far, untold.text);
}

static int look(struct work *w, struct err *err)
{
	struct hold hold = { .fd = -1 };
	struct place place;
	int rc = place_open(w->actor, w->action, &place, err);

	if (rc < 0)
		return rc;
	rc = takes_free_name(w->action) ? look_at_free(w, &place, err) : look_at_old(w, &place, err);
	if (rc == 0)
		rc = hold_choose(w->actor, place.folder, &hold, err);
	if (rc == 0)
		rc = hold_name(w, &hold, err);
	if (rc == 0)
		rc = lay_aside(w, &hold, err);
	if (rc == 0 && w->action->nargs)
		rc = try_new(w, &hold, err);
	hold_close(&hold);
	place_close(&place);
	return rc;
}

/* --- make --------------------------------------------------------------------------------------- */

/* What has come into the store is the old file, and still says what the plan was made for. */
static bool old_right(const struct work *w, const struct move *m)
{
	int fd = openat(m->hold.fd, m->token, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	struct err unread;
	struct stat st;
	bool right = fd >= 0 && fstat(fd, &st) == 0 && seen_same(&w->record->file, &st) && st.st_nlink == 1 &&
		     st.st_uid == w->record->file.uid && bytes_equal(fd, w->action->old_bytes, &unread);

	fd_close(fd);
	return right;
}

/*
 * What came into the store is not what was compared: somebody wrote to the old file, or exchanged it, in the moment between.
 * His bytes are the right ones, so they go back; ours end.
 */
static int exchange_back(struct work *w, struct move *m, struct err *err)
{
	if (move_name(m->hold.fd, m->token, m->place.folder, m->place.name, MOVE_EXCHANGE) < 0 &&
	    (errno != ENOENT || move_back(w, m, err) < 0))
		return err_sys(err, EXIT_IO, "%.*s cannot be put back from %s/%s", (int)w->action->path.n,
			       w->action->path.p, m->hold.path, m->token);
	w->raced = true;
	hold_drop(w, &m->hold, w->record->new_inode, err);
	return err_set(err, EXIT_IO, "%.*s was changed while it was edited", (int)w->action->path.n,
		       w->action->path.p);
}

static int make(struct work *w, struct err *err)
{
	bool free_name = takes_free_name(w->action);
	struct move m;
	int rc = move_open(w, &m, err);

	if (rc < 0)
		return rc;
	rc = hold_write_record(w, &m.hold, err);
	if (rc == 0 && move_name(m.hold.fd, m.token, m.place.folder, m.place.name,
				 free_name ? MOVE_NOREPLACE : MOVE_EXCHANGE) < 0) {
		w->raced = errno == ENOENT || errno == EEXIST;
		rc = err_sys(err, EXIT_IO, "%.*s cannot be put in place", (int)w->action->path.n,
			     w->action->path.p);
	}
	if (rc == 0 && !free_name && !old_right(w, &m))
		rc = exchange_back(w, &m, err);
	if (rc == 0)
		folder_note(w, m.place.folder);
	if (rc == 0)
		rc = tell_reader(w, err);
	move_close(&m);
	return rc;
}

/* --- after a kill -------------------------------------------------------------------------------- */

/* MADE is already said where the old file, or nothing, is in the store. */
static int settle_made(struct work *w, int there, enum settled *ret, struct err *err)
{
	struct move m;
	struct stat st;
	int rc = move_open(w, &m, err);

	if (rc < 0)
		return rc;
	/* a free name was taken, or the new bytes were never written */
	if (there == 0 && !is_ours(w, m.place.folder, m.place.name, true, &st)) {
		*ret = NOT_MADE;
		rc = hold_drop(w, &m.hold, 0, err);
	} else if (there && !old_right(w, &m)) {
		*ret = NOT_MADE;
		exchange_back(w, &m, err);
		rc = w->raced ? hold_drop(w, &m.hold, w->record->new_inode, err) : -EXIT_IO;
	}
	if (*ret == MADE) {
		folder_note(w, m.place.folder);
		say_to_reader(w, "it is in place");
	}
	move_close(&m);
	return rc;
}

static int settle(struct work *w, enum settled *ret, struct err *err)
{
	struct hold hold = { .fd = -1 };
	struct stat st;
	int there, rc = hold_open(w, &hold, err);

	if (rc < 0)
		return rc;
	there = hold_status(w, &hold, &st, err);
	*ret = MADE;
	/* nothing was put in place: our own bytes in the store go */
	if (there == 1 && (w->record->new_inode == 0 || st.st_ino == w->record->new_inode)) {
		rc = hold_drop(w, &hold, st.st_ino, err);
		*ret = NOT_MADE;
	}
	hold_close(&hold);
	if (there < 0 || *ret == NOT_MADE)
		return there < 0 ? there : rc;
	return settle_made(w, there, ret, err);
}

/* --- undo --------------------------------------------------------------------------------------- */

static int changed_since(const struct work *w, const struct move *m, struct err *err)
{
	return err_set(err, EXIT_IO, "%.*s has been changed since: left as it is; its old bytes are in %s/%s",
		       (int)w->action->path.n, w->action->path.p, m->hold.path, m->token);
}

/* The new file leaves its name for the store: a put one stays there, ours with our own bytes ends (undo). */
static int undo_free(struct work *w, struct move *m, struct stat *st, struct err *err)
{
	bool put = w->action->kind == ACTION_PUT_FILE;
	int there = hold_status(w, &m->hold, st, err);

	if (there < 0)
		return there;
	if (there == 0 && fstatat(m->place.folder, m->place.name, st, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno == ENOENT) {
		buf_str(&w->text, "it was gone already");
		return 0;
	}
	if (there == 1 || is_ours(w, m->place.folder, m->place.name, put, st)) {
		if (there == 0 &&
		    move_surely(w, m->place.folder, m->place.name, m->hold.fd, m->token, MOVE_NOREPLACE) < 0)
			return err_sys(err, EXIT_IO, "%.*s cannot be moved to %s", (int)w->action->path.n,
				       w->action->path.p, m->hold.path);
		/* again: it may have been changed, or exchanged, in the moment between */
		if (is_ours(w, m->hold.fd, m->token, put, st))
			return 0;
		w->unsure = move_back(w, m, err) < 0;
		if (w->unsure)
			return -EXIT_IO;
	}
	return err_set(err, EXIT_IO, "%.*s has been changed since: left as it is", (int)w->action->path.n,
		       w->action->path.p);
}

/*
 * Three cases: the new file stands as we left it, then the two change places again; it is gone, then the old one takes the
 * free name; or it is no longer ours, then only our lines are taken out (hunk.c), or nothing is done.
 */
static int undo_edit(struct work *w, struct move *m, struct stat *st, struct err *err)
{
	struct stat held;
	int there = hold_status(w, &m->hold, &held, err);

	if (there < 0)
		return there;
	/* done by a try before this one */
	if (there == 0 || held.st_ino == w->record->new_inode)
		return 0;
	if (!seen_same(&w->record->file, &held))
		return err_set(err, EXIT_IO, "%s/%s is not the file that was put there", m->hold.path,
			       m->token);
	if (fstatat(m->place.folder, m->place.name, st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return move_back(w, m, err);
	if (!is_ours(w, m->place.folder, m->place.name, false, st)) {
		there = hunk_undo(w, m, err);
		return there < 0 && !w->unsure ? changed_since(w, m, err) : there;
	}
	if (move_surely(w, m->hold.fd, m->token, m->place.folder, m->place.name, MOVE_EXCHANGE) < 0)
		return err_sys(err, EXIT_IO, "%.*s cannot be put back", (int)w->action->path.n,
			       w->action->path.p);
	if (!is_ours(w, m->hold.fd, m->token, false, &held)) {
		move_name(m->hold.fd, m->token, m->place.folder, m->place.name, MOVE_EXCHANGE);
		return changed_since(w, m, err);
	}
	return 0;
}

/* A try before this one has moved it already. */
static bool moved_already(const struct work *w, const struct move *m, bool free_name)
{
	struct err unseen;
	struct stat held;
	int there = hold_status(w, &m->hold, &held, &unseen);

	return free_name ? there == 1 : there == 0 || held.st_ino == w->record->new_inode;
}

static int undo(struct work *w, struct err *err)
{
	struct move m;
	struct stat st = { 0 };
	bool free_name = takes_free_name(w->action), again;
	int rc = move_open(w, &m, err);

	if (rc < 0)
		return rc;
	again = moved_already(w, &m, free_name);
	rc = folder_same(w, &m.place, err);
	if (rc == 0)
		rc = free_name ? undo_free(w, &m, &st, err) : undo_edit(w, &m, &st, err);
	/* whichever file stands there now, or went, was moved in the same moment as the folder changed */
	if (rc == 0 &&
	    (again || instant_equal(instant_of(&m.place.folder_status.st_mtim), w->record->parent_after)) &&
	    (free_name || fstatat(m.place.folder, m.place.name, &st, AT_SYMLINK_NOFOLLOW) == 0))
		folder_time_back(w, m.place.folder, &st);
	if (rc == 0)
		say_to_reader(w, "its bytes are back");
	/* only now: while it is there, a start after a kill can tell that the folder's last change was ours */
	if (rc == 0) {
		rc = w->action->kind == ACTION_PUT_FILE ? hold_write_record(w, &m.hold, err)
							: hold_drop(w, &m.hold, w->record->new_inode, err);
		w->unsure = rc < 0;
	}
	move_close(&m);
	return rc;
}

/* --- check -------------------------------------------------------------------------------------- */

static int check_edit(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->absent && v->old_bytes.n)
		return err_set(err, EXIT_SOFTWARE, "a file that is not there has no old bytes");
	if ((v->nargs || v->nback) && a->elsewhere)
		return err_set(err, EXIT_NOPERM, "with --root only files can be acted on");
	if ((v->nargs && check_program(v->args, v->nargs, err) < 0) ||
	    (v->nback && check_program(v->back, v->nback, err) < 0))
		return -err->code;
	return check_edit_path(v, err);
}

static int check_put(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->uid < UID_ACCOUNT_LEAST || v->base.n < 2)
		return err_set(err, EXIT_NOPERM, "clean files are put into an account's own folder only");
	return 0;
}

const struct kind kind_edit = { check_edit, look, make, undo, settle, .files = true };
const struct kind kind_put_file = { check_put, look, make, undo, settle, .files = true };
