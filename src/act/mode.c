/*
 * mode - rights are taken away from files and folders of one home, as one action with one way back: the new mode of each
 * is the old one AND 755 or 644, or nothing is left of it (000: a script is locked where it is). Never through a link,
 * on another owner's, across a mount, or where a file has a second name. What is not as it should be is left alone, and
 * counted.
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
#include "sys/fd.h"
#include "sys/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MODES_MOST 100000 /* limit contain: files of one change of rights */
#define BITS 07777
#define SET_ID (S_ISUID | S_ISGID)
/* "755 " */
#define HEAD 4

static mode_t mask_of(struct span word)
{
	return word.p[0] == '7' ? 0755 : word.p[0] == '6' ? 0644 : 0;
}

static bool is_plain(struct span word)
{
	struct span mask = span_head(word, HEAD), names = span_from(word, HEAD);

	return (span_eq(mask, SPAN("755 ")) || span_eq(mask, SPAN("644 ")) || span_eq(mask, SPAN("000 "))) &&
	       (span_eq(names, SPAN(".")) || check_names(names));
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == PLAN_NO_UID || v->base.n < 2 || v->nargs == 0 || v->nargs > MODES_MOST)
		return err_set(err, EXIT_NOPERM, "rights are taken away in an account's own folder only");
	for (size_t i = 0; i < v->nargs; i++) {
		if (!is_plain(v->args[i]))
			return err_set(err, EXIT_NOPERM, "a name in the plan is not plain");
		/* of a service's own files in a home only a script is locked: what they are for nobody here knows */
		if (v->uid < UID_ACCOUNT_LEAST && mask_of(v->args[i]))
			return err_set(err, EXIT_NOPERM, "uid %u is a service's: left alone", v->uid);
	}
	return 0;
}

/* Not what an error of the machine (no memory, no descriptor) would be: there is nothing that may be touched. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ELOOP || error == ENOTDIR || error == EXDEV || error == EPERM;
}

/* The thing under the name of word I, pinned, if its rights may be taken away; else -1 with errno (is_gone). */
static int pin(const struct work *w, int home, size_t i, struct stat *st)
{
	struct span word = w->action->args[i];
	char name[PATH_MAX];
	int fd;

	snprintf(name, sizeof(name), "%.*s", (int)(word.n - HEAD), word.p + HEAD);
	fd = resolve_strictly(home, span_eq(span_str(name), SPAN(".")) ? "" : name, true);
	if (fd < 0 || fstat(fd, st) < 0) {
		fd_close(fd);
		return -1;
	}
	if (st->st_uid == w->action->uid &&
	    (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_nlink == 1)))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static int look_at_all(struct work *w, int home, size_t *ret_n, struct err *err)
{
	struct record *r = w->record;

	for (size_t i = 0; i < r->nmodes; i++) {
		struct stat st;
		int fd = pin(w, home, i, &st);

		if (fd < 0 && !is_gone(errno))
			return err_sys(err, EXIT_IO, "%.*s: what is in it cannot be looked at",
				       (int)w->action->path.n, w->action->path.p);
		if (fd < 0)
			continue;
		if (st.st_mode & BITS & ~mask_of(w->action->args[i])) {
			r->modes[i] = (struct mode_seen){ st.st_dev, st.st_ino, st.st_mode };
			++*ret_n;
		}
		close(fd);
	}
	return 0;
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
	rc = look_at_all(w, place.folder, &n, err);
	place_close(&place);
	if (rc == 0 && n == 0)
		rc = err_set(err, EXIT_NOINPUT,
			     "%.*s: nothing there has such rights any more, or it is a link, another owner's "
			     "or has a second name: left alone",
			     (int)v->args[0].n - HEAD, v->args[0].p + HEAD);
	return rc;
}

enum outcome { SET, LEFT, FAILED, OUTCOMES };

/* MODE for the thing of the record where it has mode EXPECTED. LEFT: it is gone, or another. FAILED: ERR says why. */
static enum outcome set(const struct work *w, int home, size_t i, mode_t expected, mode_t mode,
			struct err *err)
{
	const struct mode_seen *seen = &w->record->modes[i];
	enum outcome one = LEFT;
	struct stat st, now;
	int fd = pin(w, home, i, &st);

	if (fd < 0 && is_gone(errno))
		return LEFT;
	/* a number is given again: a folder's set-id bits must not reach a file that has its number now */
	if (fd < 0)
		one = FAILED;
	else if (st.st_ino == seen->inode && st.st_dev == seen->device &&
		 (st.st_mode & S_IFMT) == (seen->mode & S_IFMT)) {
		/* done by a try before this one */
		if ((st.st_mode & BITS) == mode)
			one = SET;
		/* some file systems take a mode and keep another */
		else if ((st.st_mode & BITS) == expected)
			one = place_chmod(fd, mode) < 0 || fstat(fd, &now) < 0 || (now.st_mode & BITS) != mode
				      ? FAILED
				      : SET;
	}
	if (one == FAILED)
		err_sys(err, EXIT_IO, "%.*s: its mode could not be set", (int)w->action->args[i].n - HEAD,
			w->action->args[i].p + HEAD);
	fd_close(fd);
	return one;
}

/* Thousands of inodes of one file system: one call for all of them. */
static int sync_all(int home, struct err *err)
{
	int fd = openat(home, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || syncfs(fd) < 0 ? err_sys(err, EXIT_IO, "modes cannot be written to disk") : 0;

	fd_close(fd);
	return rc;
}

static int make(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	size_t n[OUTCOMES] = { 0 };
	struct place place;
	int rc = place_open(w->actor, v, &place, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->record->nmodes; i++) {
		struct mode_seen *seen = &w->record->modes[i];
		mode_t old = seen->mode & BITS;
		enum outcome one =
			seen->inode ? set(w, place.folder, i, old, old & mask_of(v->args[i]), err) : LEFT;

		/* what failed may be set all the same: undo looks at it */
		if (one == LEFT)
			seen->inode = 0;
		n[one]++;
	}
	rc = n[SET]	 ? sync_all(place.folder, err)
	     : n[FAILED] ? -EXIT_IO
			 : err_set(err, EXIT_IO, "%.*s: no mode was set", (int)v->path.n, v->path.p);
	place_close(&place);
	buf_addf(&w->text, "rights of %zu taken away", n[SET]);
	if (n[LEFT])
		buf_addf(&w->text,
			 "; %zu are links, another owner's, have a second name or have changed: left alone",
			 n[LEFT]);
	if (n[FAILED])
		buf_addf(&w->text, "; %zu could not be set", n[FAILED]);
	return rc;
}

/* A file's set-id bits are not given back; a folder's are no right to run anything. */
static enum outcome give_back(const struct work *w, int home, size_t i, struct err *err)
{
	const struct mode_seen *seen = &w->record->modes[i];
	mode_t old = seen->mode & BITS, ours = old & mask_of(w->action->args[i]);

	if (S_ISREG(seen->mode))
		old &= ~(mode_t)SET_ID;
	return set(w, home, i, ours, old, err);
}

static int undo(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	size_t n[OUTCOMES] = { 0 }, set_id = 0;
	struct place place;
	int rc = place_open(w->actor, v, &place, err);

	if (rc < 0)
		return rc;
	if (w->record->nmodes != v->nargs) {
		place_close(&place);
		return err_set(err, EXIT_IO, "an action's record is damaged");
	}
	for (size_t i = w->record->nmodes; i-- > 0;)
		if (w->record->modes[i].inode) {
			enum outcome one = give_back(w, place.folder, i, err);

			n[one]++;
			set_id += one == SET && S_ISREG(w->record->modes[i].mode) &&
				  w->record->modes[i].mode & SET_ID;
		}
	rc = sync_all(place.folder, err);
	w->unsure = rc < 0;
	place_close(&place);
	if (rc == 0 && n[FAILED])
		rc = -EXIT_IO;
	if (n[LEFT])
		buf_addf(&w->text,
			 "%s%zu given back; %zu are gone or have been changed since: left as they are",
			 w->text.n ? "; " : "", n[SET], n[LEFT]);
	if (set_id)
		buf_addf(&w->text, "%sset-id bits of %zu files are not given back", w->text.n ? "; " : "",
			 set_id);
	return rc;
}

const struct kind kind_mode = { .files = true, .check = check, .look = look, .make = make, .undo = undo };
