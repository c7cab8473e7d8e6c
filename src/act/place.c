/*
 * place - see place.h.
 *
 * An account cannot rename what lies in a folder of root's, so a base whose whole chain of folders is root's cannot be
 * exchanged; below the base openat2 sees to it that no link leads out. What was found is held by descriptor, and
 * whoever moves that folder away moves it within what is his.
 *
 * TRUST: names come from a plan that was made by a process that reads foreign bytes; folders below a home are the
 * suspect's, who may exchange them while we look.
 */
#include "act/place.h"
#include "act/act.h"

#include "sys/fd.h"
#include "sys/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* a chain that is longer is not walked, so not trusted */
#define DEPTH_MOST 200 /* limit contain: folders of a path */

/* A folder that nobody but root can change. */
static bool place_root_only(const struct stat *st)
{
	/* a group's right to write is somebody else's, too: who is in it is not asked */
	return S_ISDIR(st->st_mode) && st->st_uid == 0 && (st->st_mode & 022) == 0;
}

static int cannot(struct err *err, const struct action *v, const char *what)
{
	enum exit_code code = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV
				      ? EXIT_NOINPUT
				      : EXIT_IO;

	return err_sys(err, code, "%.*s: %s", (int)v->path.n, v->path.p, what);
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Folders above FD up to the actor's root: all root's alone. Where they cannot be looked at: false, and errno says why. */
static bool chain_trusted(const struct actor *a, int fd)
{
	struct stat top, st;
	int up, at = fstat(a->root, &top) < 0 ? -1 : openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool good = false;

	for (int i = 0; at >= 0 && i < DEPTH_MOST; i++) {
		errno = 0;
		good = fstat(at, &st) == 0 && (i == 0 || place_root_only(&st));
		if (!good || same_inode(&st, &top))
			break;
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = up;
	}
	if (at < 0)
		return false;
	close(at);
	return good && same_inode(&st, &top);
}

/* The account's folder BASE: his own, or any account's where the file in it is a service's (www-data). */
static int open_home(const struct actor *a, const struct action *v, struct err *err)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%.*s", (int)v->base.n, v->base.p);
	fd = resolve_in(a->root, path);
	if (fd < 0 || fstat(fd, &st) < 0) {
		cannot(err, v, "its base cannot be opened");
		goto bad;
	}
	/* one that everybody can write in is what ACTION_MODE is for: it touches only the account's own inodes */
	if (!S_ISDIR(st.st_mode) || st.st_uid < UID_ACCOUNT_LEAST ||
	    (st.st_mode & 02 && v->kind != ACTION_MODE) ||
	    (v->uid >= UID_ACCOUNT_LEAST && st.st_uid != v->uid)) {
		err_set(err, EXIT_NOPERM, "%s is no folder of that account", path);
		goto bad;
	}
	if (!chain_trusted(a, fd)) {
		if (errno)
			cannot(err, v, "the folders above its base cannot be opened");
		else
			err_set(err, EXIT_NOPERM, "%s lies in a folder that others than root can write in",
				path);
		goto bad;
	}
	return fd;
bad:
	fd_close(fd);
	return -err->code;
}

static int open_base(const struct actor *a, const struct action *v, bool home, struct err *err)
{
	int fd;

	if (home)
		return open_home(a, v, err);
	fd = openat(a->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? cannot(err, v, "its base cannot be opened") : fd;
}

int place_open(const struct actor *a, const struct action *v, struct place *ret, struct err *err)
{
	ptrdiff_t slash = span_rfind(v->path, '/');
	bool home = v->base.n > 1;
	struct span rest = span_from(v->path, home ? v->base.n + 1 : 1);
	struct place p = { .folder = -1, .home = home };
	char below[PATH_MAX];
	int base, rc = 0;

	/* check.c has seen that PATH is BASE, a slash and names */
	snprintf(p.name, sizeof(p.name), "%.*s", (int)(v->path.n - (size_t)slash - 1), v->path.p + slash + 1);
	slash = span_rfind(rest, '/');
	snprintf(below, sizeof(below), "%.*s", slash < 0 ? 0 : (int)slash, rest.p);
	base = open_base(a, v, home, err);
	if (base < 0)
		return base;
	p.folder = resolve_strictly(base, below, home);
	if (p.folder < 0 || fstat(p.folder, &p.folder_status) < 0)
		rc = cannot(err, v, "its folder cannot be reached without a link");
	else if (!S_ISDIR(p.folder_status.st_mode))
		rc = err_set(err, EXIT_NOINPUT, "%.*s: no folder holds it", (int)v->path.n, v->path.p);
	else if (!home && p.folder_status.st_mode & 02 && !(p.folder_status.st_mode & S_ISVTX))
		rc = err_set(err, EXIT_NOPERM, "%.*s lies in a folder that everybody can write in",
			     (int)v->path.n, v->path.p);
	close(base);
	if (rc < 0) {
		place_close(&p);
		return rc;
	}
	*ret = p;
	return 0;
}

void place_close(struct place *p)
{
	fd_close(p->folder);
	p->folder = -1;
}

int place_file(const struct place *p, struct stat *ret, struct err *err)
{
	int fd = openat(p->folder, p->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, errno == ENOENT ? EXIT_NOINPUT : EXIT_IO, "%s cannot be opened", p->name);
	if (fstat(fd, ret) == 0)
		return fd;
	rc = err_sys(err, EXIT_IO, "%s cannot be looked at", p->name);
	close(fd);
	return rc;
}

int place_reopen(int fd, int flags)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	/* O_NONBLOCK: neither a FIFO nor a lease of the suspect's may hold us up */
	return open(link, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int place_chmod(int fd, mode_t mode)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return chmod(link, mode);
}

int place_sync(int folder, struct err *err)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = err_sys(err, EXIT_IO, "a folder cannot be written to disk");
	fd_close(fd);
	return rc;
}

int place_same_mount(int a, int b, struct err *err)
{
	struct statx sa, sb;
	bool mounts, devices;

	if (statx(a, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &sa) < 0 ||
	    statx(b, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &sb) < 0)
		return err_sys(err, EXIT_IO, "the file system of a folder cannot be told");
	/* before Linux 5.8 only the device tells */
	mounts = sa.stx_mask & sb.stx_mask & STATX_MNT_ID;
	devices = sa.stx_dev_major == sb.stx_dev_major && sa.stx_dev_minor == sb.stx_dev_minor;
	return devices && (!mounts || sa.stx_mnt_id == sb.stx_mnt_id);
}

static int cannot_open(int at, int best, struct err *err)
{
	err_sys(err, EXIT_IO, "no folder for a hold store can be opened");
	fd_close(at);
	fd_close(best);
	return -err->code;
}

int place_above(const struct actor *a, int folder, struct err *err)
{
	int up, best = -1, same = 0, at = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st, above;

	for (int i = 0; at >= 0 && i < DEPTH_MOST && (same = place_same_mount(at, folder, err)) > 0; i++) {
		if (fstat(at, &st) == 0 && place_root_only(&st)) {
			if (chain_trusted(a, at)) {
				fd_close(best);
				best = fcntl(at, F_DUPFD_CLOEXEC, 0);
			} else if (errno) {
				return cannot_open(at, best, err);
			}
		}
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = up;
		/* ".." of "/" is itself */
		if (at >= 0 && fstat(at, &above) == 0 && same_inode(&st, &above))
			break;
	}
	if (at < 0 && best < 0)
		return cannot_open(at, best, err);
	fd_close(at);
	if (best >= 0)
		return best;
	return same < 0 ? same
			: err_set(err, EXIT_NOPERM, "no folder of root's alone lies on the same file system");
}
