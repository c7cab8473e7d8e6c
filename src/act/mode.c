/*
 * mode - rights are taken away from a file or folder: the new mode is the old one AND the mask. Never through a link,
 * on another owner's, across a mount, or where a file has a second name; never a bit more than there was.
 *
 * Undo gives back only where the mode is still the one that was set, and no set-id bit that was taken.
 *
 * TRUST: file and folder are the suspect's, who may exchange them: the mode is set on the descriptor that was
 * looked at.
 */
#include "act/place.h"
#include "act/act.h"
#include "act/record.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BITS 07777
#define SET_ID (S_ISUID | S_ISGID)

static const char *objection(const struct action *v, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return "is neither file nor folder";
	if (st->st_uid != v->uid)
		return "belongs to somebody else";
	if (S_ISREG(st->st_mode) && st->st_nlink != 1)
		return "has a second name somewhere";
	if (v->inode && (st->st_ino != v->inode || st->st_dev != v->device))
		return "is not what the plan was made for";
	return NULL;
}

/* The thing by its name, pinned; the kernel vouches for the way there (place.c). */
static int pin(const struct work *w, struct stat *st, struct err *err)
{
	struct place place;
	int fd, rc = place_open(w->actor, w->action, &place, err);
	const char *why;

	if (rc < 0)
		return rc;
	fd = place_file(&place, st, err);
	why = fd < 0 ? NULL : objection(w->action, st);
	if (fd >= 0 && !why && place_same_mount(fd, place.folder, false, err) != 1)
		why = "lies on another file system";
	place_close(&place);
	if (!why)
		return fd;
	close(fd);
	return err_set(err, EXIT_NOPERM, "%.*s %s: left alone", (int)w->action->path.n, w->action->path.p,
		       why);
}

static mode_t wanted(const struct work *w)
{
	return w->record->file.mode & w->action->mode & BITS;
}

static int set(const struct work *w, int fd, mode_t mode, struct err *err)
{
	struct stat st;

	if (place_chmod(fd, mode) < 0)
		return err_sys(err, EXIT_IO, "%.*s: its mode cannot be set", (int)w->action->path.n,
			       w->action->path.p);
	/* some file systems take a mode and keep another */
	if (fstat(fd, &st) < 0 || (st.st_mode & BITS) != mode)
		return err_set(err, EXIT_IO, "%.*s: its mode was set and is another one",
			       (int)w->action->path.n, w->action->path.p);
	return 0;
}

static int look(struct work *w, struct err *err)
{
	struct stat st;
	int fd = pin(w, &st, err);

	if (fd < 0)
		return fd;
	w->record->file = seen_of(&st);
	close(fd);
	return 0;
}

static int make(struct work *w, struct err *err)
{
	struct stat st;
	int rc = 0, fd = pin(w, &st, err);

	if (fd < 0)
		return fd;
	if (!seen_same(&w->record->file, &st) || st.st_mode != w->record->file.mode) {
		w->raced = true;
		rc = err_set(err, EXIT_IO, "%.*s was exchanged while it was looked at",
			     (int)w->action->path.n, w->action->path.p);
	} else if ((st.st_mode & BITS) != wanted(w)) {
		rc = set(w, fd, wanted(w), err);
	}
	close(fd);
	return rc;
}

static int settle(struct work *w, enum settled *ret, struct err *err)
{
	struct stat st;
	struct err gone;
	int fd = pin(w, &st, &gone);

	(void)err;
	*ret = fd >= 0 && seen_same(&w->record->file, &st) && (st.st_mode & BITS) == wanted(w) ? MADE
											       : NOT_MADE;
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Who has set another mode meanwhile keeps it, and that is said. */
static int undo(struct work *w, struct err *err)
{
	struct stat st;
	mode_t old = w->record->file.mode & BITS;
	int rc = 0, fd = pin(w, &st, err);

	if (fd < 0)
		return fd;
	if (!seen_same(&w->record->file, &st))
		rc = err_set(err, EXIT_IO, "%.*s is another one now: left as it is", (int)w->action->path.n,
			     w->action->path.p);
	else if ((st.st_mode & BITS) == wanted(w) && old & ~wanted(w) & SET_ID && S_ISREG(st.st_mode))
		buf_str(&w->text, "its set-id bits are not given back");
	else if ((st.st_mode & BITS) != wanted(w) && (st.st_mode & BITS) != (old & ~(mode_t)SET_ID) &&
		 (st.st_mode & BITS) != old)
		buf_str(&w->text, "its mode has been changed since: left as it is");
	if (rc == 0 && (st.st_mode & BITS) == wanted(w))
		rc = set(w, fd, S_ISREG(st.st_mode) ? (old & ~(mode_t)SET_ID) | (st.st_mode & SET_ID) : old,
			 err);
	close(fd);
	return rc;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->base.n < 2)
		return err_set(err, EXIT_NOPERM, "rights are taken away in an account's own folder only");
	return 0;
}

const struct kind kind_mode = { check, look, make, undo, settle };
