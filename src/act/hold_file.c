/*
 * hold_file - a file moves into the hold store, and back.
 *
 * Moved by rename, it keeps bytes, owner, ACLs, attributes and holes by construction. What arrives in the store is
 * looked at again: is it not the file of the record, it goes back at once and the action is *raced*.
 *
 * Back it never replaces anything, never sets set-id bits, and goes only into the folder it came from.
 *
 * TRUST: the file and its folder are the suspect's until the rename; what is believed is what lies in the
 * store then.
 */
#include "act/file.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SET_ID (S_ISUID | S_ISGID)

static int look(struct work *w, struct err *err)
{
	struct hold hold = { .fd = -1 };
	struct place place;
	int fd, rc = place_open(w->actor, w->action, &place, err);

	if (rc < 0)
		return rc;
	fd = file_look(w, &place, err);
	rc = fd < 0 ? fd : file_describe(w, fd, err);
	if (rc == 0)
		rc = hold_choose(w->actor, place.folder, &hold, err);
	if (rc == 0)
		rc = hold_name(w, &hold, err);
	fd_close(fd);
	hold_close(&hold);
	place_close(&place);
	return rc;
}

/* The thing in the store is the file of the record, still his alone. */
static bool held_right(const struct work *w, const struct stat *st)
{
	return seen_same(&w->record->file, st) && st->st_nlink == 1 && st->st_uid == w->record->file.uid;
}

/* What was moved is not what was looked at. */
static int give_back(struct work *w, struct move *m, struct err *err)
{
	int rc = move_back(w, m, err);

	w->raced = true;
	if (rc < 0)
		return rc;
	return err_set(err, EXIT_IO, "%.*s was exchanged while it was looked at", (int)w->action->path.n,
		       w->action->path.p);
}

static int make(struct work *w, struct err *err)
{
	struct move m;
	struct stat st;
	int rc = move_open(w, &m, err);

	if (rc < 0)
		return rc;
	/* the record first: a file in the store without one would be nobody's after a lost journal */
	rc = hold_write_record(w, &m.hold, err);
	if (rc == 0 && move_name(m.place.folder, m.place.name, m.hold.fd, m.token, MOVE_NOREPLACE) < 0) {
		w->raced = errno == ENOENT;
		rc = err_sys(err, EXIT_IO, "%.*s cannot be moved to %s", (int)w->action->path.n,
			     w->action->path.p, m.hold.path);
	}
	if (rc == 0)
		rc = hold_status(w, &m.hold, &st, err) == 1 ? 0 : -EXIT_IO;
	if (rc == 0 && !held_right(w, &st))
		rc = give_back(w, &m, err);
	if (rc == 0)
		folder_note(w, m.place.folder);
	move_close(&m);
	return rc;
}

/* In the store and right: done. In the store and wrong: killed between the move and the look, so it goes back. Else: not. */
static int settle(struct work *w, enum settled *ret, struct err *err)
{
	struct move m;
	struct stat st;
	int there, rc = hold_open(w, &m.hold, err);

	if (rc < 0)
		return rc;
	there = hold_status(w, &m.hold, &st, err);
	if (there == 0)
		rc = hold_drop(w, &m.hold, 0, err);
	hold_close(&m.hold);
	if (there <= 0) {
		*ret = NOT_MADE;
		return there < 0 ? there : rc;
	}
	*ret = MADE;
	rc = move_open(w, &m, err);
	/* the folder may be gone; the file is held all the same */
	if (rc < 0)
		return held_right(w, &st) ? 0 : rc;
	if (held_right(w, &st)) {
		folder_note(w, m.place.folder);
	} else {
		*ret = NOT_MADE;
		rc = move_back(w, &m, err);
		if (rc == 0)
			rc = hold_drop(w, &m.hold, 0, err);
	}
	move_close(&m);
	return rc;
}

/* Set-id bits are not given back, and that is said. */
static int without_set_id(struct work *w, const struct move *m, const struct stat *st, struct err *err)
{
	int fd, rc = 0;

	if (!(st->st_mode & SET_ID))
		return 0;
	fd = openat(m->hold.fd, m->token, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || place_chmod(fd, st->st_mode & 0777) < 0)
		rc = err_sys(err, EXIT_IO, "%s/%s: its set-id bits cannot be taken away", m->hold.path,
			     m->token);
	else
		buf_str(&w->text, "its set-id bits are not given back");
	fd_close(fd);
	return rc;
}

/* After a kill: the file is where the try before put it. */
static void find_restored(struct work *w, const struct move *m, struct stat *st)
{
	char name[NAME_MAX + 1];

	for (unsigned i = 0; move_name_beside(m, i, name); i++) {
		if (fstatat(m->place.folder, name, st, AT_SYMLINK_NOFOLLOW) < 0)
			break;
		if (!seen_same(&w->record->file, st))
			continue;
		if (i > 0)
			buf_addf(&w->text, "its name is taken: it is beside it now as %s", name);
		return;
	}
	st->st_ctim = (struct timespec){ 0 };
	buf_addf(&w->text, "it is neither held in %s nor under its name any more", m->hold.path);
}

/*
 * The set-id bits go while the file still lies where nobody can run it. The folder's time is given back only where it was
 * still the one we left: who has worked in the folder since finds his own.
 */
static int undo(struct work *w, struct err *err)
{
	struct move m;
	struct stat st;
	bool alone;
	int rc = move_open(w, &m, err);
	int there = rc < 0 ? rc : hold_status(w, &m.hold, &st, err);

	if (rc < 0)
		return rc;
	if (there == 0) {
		find_restored(w, &m, &st);
		folder_time_back(w, m.place.folder, &st);
		goto out;
	}
	rc = there < 0 ? there : folder_same(w, &m.place, err);
	alone = instant_equal(instant_of(&m.place.folder_status.st_mtim), w->record->parent_after);
	if (rc == 0)
		rc = without_set_id(w, &m, &st, err);
	if (rc == 0)
		rc = move_back(w, &m, err);
	if (rc == 0 && alone && fstatat(m.place.folder, m.place.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		folder_time_back(w, m.place.folder, &st);
out:
	if (rc == 0)
		rc = hold_drop(w, &m.hold, 0, err);
	move_close(&m);
	return rc;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->base.n < 2)
		return err_set(err, EXIT_NOPERM, "only files in an account's own folder are held");
	return 0;
}

const struct kind kind_hold_file = { check, look, make, undo, settle, .files = true };
