/*
 * beneath - opening by two looks: resolve.c finds the thing without opening it (O_PATH), its
 * descriptor says what it is, and only a regular file or directory is then opened for reading.
 *
 * The second opening goes through /proc/self/fd, so it reaches the very inode that was looked at;
 * without /proc no file can be read, and that is the error.
 *
 * TRUST: names, links and types are an attacker's. O_NONBLOCK keeps a lease or a FIFO from stalling us.
 */
#include "sys/beneath.h"

#include "sys/resolve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PIPEFS 0x50495045 /* linux/magic.h: a pipe without a name, as the shell's <(...) makes them */

static enum exit_code code_of(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case EXDEV:
	case ENAMETOOLONG:
		return EXIT_NOINPUT;
	case EACCES:
	case EPERM:
		return EXIT_NOPERM;
	default:
		return EXIT_IO;
	}
}

static int cannot(struct err *err, const char *what, const char *path)
{
	return err_sys(err, code_of(errno), "%s: cannot be %s", path, what);
}

static int root_of(int fd, enum root_kind kind, const char *path, struct root *ret_root, struct err *err)
{
	struct stat st, top;

	if (fd < 0)
		return cannot(err, "opened", path);
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(err, EXIT_NOINPUT, "%s: not a directory", path);
	}
	if (kind == ROOT_IMAGE && stat("/", &top) == 0 && st.st_dev == top.st_dev && st.st_ino == top.st_ino)
		kind = ROOT_HOST;
	*ret_root = (struct root){ .fd = fd, .kind = kind, .by_steps = !resolve_has_openat2(fd) };
	return 0;
}

int root_open(const char *path, struct root *ret_root, struct err *err)
{
	return root_of(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), ROOT_IMAGE, path, ret_root, err);
}

int root_open_home(const struct root *r, const char *path, struct root *ret_home, struct err *err)
{
	return root_of(resolve_path(r, path, false), ROOT_HOME, path, ret_home, err);
}

void root_close(struct root *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

/* Opens for reading the inode the O_PATH descriptor FD stands on. */
static int reopen(int fd, int flags)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_RDONLY | O_NOCTTY | O_CLOEXEC | flags);
}

/*
 * A FIFO the operator named is read as cat would: wait for a writer, then for data. A nameless pipe
 * has had its writer already; opening it again must not wait for another.
 */
static int reopen_fifo(int fd)
{
	struct statfs fs;
	bool nameless = fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS;
	int got = reopen(fd, nameless ? O_NONBLOCK : 0);

	if (got >= 0 && nameless)
		fcntl(got, F_SETFL, 0);
	return got;
}

int beneath_open_file(const struct root *r, const char *path, unsigned flags, struct err *err)
{
	bool named = (flags & BENEATH_NAMED) && r->kind == ROOT_HOST;
	int fd = resolve_path(r, path, named);
	struct stat st;
	int got;

	if (fd < 0)
		return cannot(err, "opened", path);
	if (fstat(fd, &st) < 0) {
		got = cannot(err, "looked at", path);
	} else if (S_ISREG(st.st_mode) || (named && S_ISFIFO(st.st_mode))) {
		got = S_ISREG(st.st_mode) ? reopen(fd, O_NONBLOCK) : reopen_fifo(fd);
		if (got < 0)
			got = cannot(err, "opened for reading", path);
	} else {
		got = err_set(err, EXIT_NOINPUT, "%s: not a regular file, not read", path);
	}
	close(fd);
	return got;
}

int beneath_open_dir(const struct root *r, const char *path, struct err *err)
{
	int fd = resolve_path(r, path, false);
	int got;

	if (fd < 0)
		return cannot(err, "opened", path);
	got = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (got < 0)
		got = cannot(err, "opened as a directory", path);
	close(fd);
	return got;
}

static void fill_status(const struct stat *st, struct file_status *ret_status)
{
	*ret_status = (struct file_status){
		.mtime = st->st_mtim.tv_sec,
		.ctime = st->st_ctim.tv_sec,
		.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
		.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
		.size = (uint64_t)st->st_size,
		.inode = st->st_ino,
		.device = st->st_dev,
		.links = st->st_nlink,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mode = st->st_mode,
	};
}

int beneath_status(const struct root *r, const char *path, struct file_status *ret_status, struct err *err)
{
	int fd = resolve_path(r, path, false);
	struct stat st;
	int done;

	if (fd < 0)
		return cannot(err, "found", path);
	done = fstat(fd, &st);
	if (done < 0)
		done = cannot(err, "looked at", path);
	else
		fill_status(&st, ret_status);
	close(fd);
	return done;
}

int descriptor_status(int fd, struct file_status *ret_status, struct err *err)
{
	struct stat st;

	/* libc's fstat() is newfstatat there, which could look up names, so the reader's filter refuses it. */
	if (syscall(SYS_fstat, fd, &st) < 0)
		return err_sys(err, EXIT_IO, "descriptor %d cannot be looked at", fd);
	fill_status(&st, ret_status);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(((const struct span *)a)->p, ((const struct span *)b)->p);
}

struct names {
	struct span *at;
	size_t n, cap, max;
	bool more;
};

static void add_name(struct names *names, struct arena *a, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (names->n == names->max) {
		names->more = true;
		return;
	}
	if (names->n == names->cap) {
		names->cap = names->cap ? names->cap * 2 : 64;
		names->at = xrealloc(names->at, names->cap * sizeof(*names->at));
	}
	names->at[names->n++] = arena_span(a, span_str(name));
}

int beneath_list(const struct root *r, const char *path, size_t max, struct arena *a, struct span **ret_names,
		 size_t *ret_n, bool *ret_more, struct err *err)
{
	struct names names = { .max = max };
	struct dirent *entry;
	int result = -EXIT_IO;
	int fd = beneath_open_dir(r, path, err);
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return cannot(err, "listed", path);
	}
	/* One name behind MAX is enough to know; a folder of millions is not read to its end. */
	while (errno = 0, !names.more && (entry = readdir(dir)))
		add_name(&names, a, entry->d_name);
	if (errno) {
		result = cannot(err, "listed", path);
		goto out;
	}
	*ret_names = arena_alloc(a, names.n * sizeof(*names.at));
	if (names.n)
		memcpy(*ret_names, names.at, names.n * sizeof(*names.at));
	qsort(*ret_names, names.n, sizeof(**ret_names), by_bytes);
	*ret_n = names.n;
	*ret_more = names.more;
	result = 0;
out:
	free(names.at);
	closedir(dir);
	return result;
}
