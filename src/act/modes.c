/*
 * modes - rights are taken away from many files and folders of one home, as one action with one way back: the new mode of
 * each is the old one AND 755 or 644. Never through a link, on another owner's, across a mount, or where a file has a
 * second name. What is not as it should be is left alone, and counted.
 *
 * All that was found is in the record before the first mode is set. Undo gives back only where the mode is still the one
 * that was set, and no set-id bit of a file; so an action that was killed halfway is taken back by the same step.
 *
 * TRUST: files and folders are the suspect's, who may exchange them at any moment: a mode is set on the descriptor that
 * was looked at, and only where it is the inode of the record.
 */
#include "act/act.h"
#include "act/place.h"
#include "act/record.h"
#include "sys/resolve.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define MODES_MOST 100000
#define BITS 07777
#define SET_ID (S_ISUID | S_ISGID)
/* "755 " */
#define HEAD 4

static mode_t mask_of(struct span word)
{
	return word.p[0] == '7' ? 0755 : 0644;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->uid < UID_ACCOUNT_LEAST || v->base.n < 2 || v->nargs == 0 ||
	    v->nargs > MODES_MOST)
		return err_set(err, EXIT_NOPERM, "rights are taken away in an account's own folder only");
	for (size_t i = 0; i < v->nargs; i++) {
		struct span word = v->args[i], names = span_from(word, HEAD);

		if (word.n <= HEAD || !(span_starts(word, SPAN("755 ")) || span_starts(word, SPAN("644 "))) ||
		    !(span_eq(names, SPAN(".")) || check_names(names)))
			return err_set(err, EXIT_NOPERM, "a name in the plan is not plain");
	}
	return 0;
}

/* The thing under WORD's name, pinned, if its rights may be taken away; else negative. */
static int pin(const struct work *w, int home, struct span word, struct stat *st)
{
	char name[PATH_MAX];
	int fd;

	snprintf(name, sizeof(name), "%.*s", (int)(word.n - HEAD), word.p + HEAD);
	fd = resolve_strictly(home, span_eq(span_str(name), SPAN(".")) ? "" : name, true);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && st->st_uid == w->action->uid &&
	    (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_nlink == 1)))
		return fd;
	close(fd);
	return -1;
}

static int look(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	struct record *r = w->record;
	struct place place;
	int rc = place_open(w->actor, v, &place, err);
	size_t n = 0;

	if (rc < 0)
		return rc;
	r->modes = arena_alloc(w->arena, v->nargs * sizeof(*r->modes));
	r->nmodes = v->nargs;
	r->parent = seen_of(&place.folder_status);
	for (size_t i = 0; i < v->nargs; i++) {
		struct stat st;
		int fd = pin(w, place.folder, v->args[i], &st);

		r->modes[i] = (struct mode_seen){ 0 };
		if (fd < 0)
			continue;
		if (st.st_mode & BITS & ~mask_of(v->args[i])) {
			r->modes[i] = (struct mode_seen){ st.st_dev, st.st_ino, st.st_mode };
			n++;
		}
		close(fd);
	}
	place_close(&place);
	return n ? 0
		 : err_set(err, EXIT_NOINPUT, "%.*s: nothing with such rights is there any more",
			   (int)v->path.n, v->path.p);
}

/* Sets MODE where the thing is the one of the record and has mode EXPECTED; 1 set, 0 not as expected, negative failed. */
static int set(const struct mode_seen *seen, int fd, const struct stat *st, mode_t expected, mode_t mode)
{
	struct stat now;

	if (st->st_ino != seen->inode || st->st_dev != seen->device || (st->st_mode & BITS) != expected)
		return 0;
	/* some file systems take a mode and keep another */
	return place_chmod(fd, mode) < 0 || fstat(fd, &now) < 0 || (now.st_mode & BITS) != mode ? -1 : 1;
}

/* Thousands of inodes of one file system: one call for all of them. */
static int sync_all(int home, struct err *err)
{
	int fd = openat(home, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || syncfs(fd) < 0 ? err_sys(err, EXIT_IO, "modes cannot be written to disk") : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

static int make(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	struct place place;
	size_t done = 0, left = 0, failed = 0;
	int rc = place_open(w->actor, v, &place, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->record->nmodes; i++) {
		struct mode_seen *seen = &w->record->modes[i];
		mode_t old = seen->mode & BITS;
		struct stat st;
		int one = 0, fd = seen->inode ? pin(w, place.folder, v->args[i], &st) : -1;

		if (fd >= 0) {
			one = set(seen, fd, &st, old, old & mask_of(v->args[i]));
			close(fd);
		}
		if (one <= 0)
			seen->inode = 0;
		done += one > 0;
		left += one == 0;
		failed += one < 0;
	}
	rc = sync_all(place.folder, err);
	place_close(&place);
	if (rc == 0 && done == 0)
		rc = err_set(err, EXIT_IO, "%.*s: no mode could be set", (int)v->path.n, v->path.p);
	buf_addf(&w->text, "rights of %zu taken away", done);
	if (left)
		buf_addf(&w->text,
			 "; %zu are links, another owner's, have a second name or have changed: left alone",
			 left);
	if (failed)
		buf_addf(&w->text, "; %zu could not be set", failed);
	return rc;
}

/* One of many back; 1 back, 0 nothing to do, negative: not as we left it. */
static int give_back(const struct work *w, int home, size_t i)
{
	const struct mode_seen *seen = &w->record->modes[i];
	mode_t old = seen->mode & BITS, ours = old & mask_of(w->action->args[i]);
	struct stat st;
	int one, fd = pin(w, home, w->action->args[i], &st);

	if (fd < 0)
		return -1;
	if (S_ISREG(st.st_mode))
		old &= ~(mode_t)SET_ID;
	/* done by a try before this one */
	if (st.st_ino == seen->inode && st.st_dev == seen->device && (st.st_mode & BITS) == old) {
		close(fd);
		return 0;
	}
	one = set(seen, fd, &st, ours, old);
	close(fd);
	return one > 0 ? 1 : -1;
}

static int undo(struct work *w, struct err *err)
{
	size_t back = 0, left = 0;
	struct place place;
	int rc = place_open(w->actor, w->action, &place, err);

	if (rc < 0)
		return rc;
	if (w->record->nmodes != w->action->nargs) {
		place_close(&place);
		return err_set(err, EXIT_IO, "an action's record is damaged");
	}
	for (size_t i = w->record->nmodes; i-- > 0;) {
		int one = w->record->modes[i].inode ? give_back(w, place.folder, i) : 0;

		back += one > 0;
		left += one < 0;
	}
	rc = sync_all(place.folder, err);
	place_close(&place);
	if (left)
		buf_addf(&w->text,
			 "%zu given back; %zu are gone or have been changed since: left as they are", back,
			 left);
	return rc;
}

/* Nobody can say how far it got: what was set is given back. */
static int settle(struct work *w, enum settled *ret, struct err *err)
{
	*ret = NOT_MADE;
	return w->record->nmodes ? undo(w, err) : 0;
}

const struct kind kind_modes = { check, look, make, undo, settle };
