/*
 * below - files beneath one open directory, by nothing but openat2, getdents64, fstat and statx: what a process that
 * is confined to that directory has. See beneath.h.
 *
 * TRUST: names and types are whoever's writes there. O_NONBLOCK keeps a FIFO from stalling us; the caller's fstat
 * says what was opened.
 */
#include "sys/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* linux/openat2.h, as in resolve.c */
struct how {
	uint64_t flags, mode, resolve;
};

enum { NO_XDEV = 0x01, NO_MAGICLINKS = 0x02, NO_SYMLINKS = 0x04, BENEATH = 0x08, CALL_OPENAT2 = 437 };

static int open_to_read(int dirfd, const char *path, uint64_t more)
{
	struct how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | more,
		.resolve = BENEATH | NO_SYMLINKS | NO_MAGICLINKS | NO_XDEV,
	};

	return (int)syscall(CALL_OPENAT2, dirfd, path, &how, sizeof(how));
}

int below_open(int dirfd, const char *path, bool dir)
{
	return open_to_read(dirfd, path, dir ? O_DIRECTORY : O_NONBLOCK | O_NOCTTY);
}

int below_open_quietly(int dirfd, const char *path, bool *quiet)
{
	const uint64_t file = O_NONBLOCK | O_NOCTTY;
	int fd = open_to_read(dirfd, path, file | (*quiet ? O_NOATIME : 0));

	if (fd >= 0 || errno != EPERM || !*quiet)
		return fd;
	*quiet = false;
	return open_to_read(dirfd, path, file);
}

/* One call instead of three. ENOSYS: this process is confined by Landlock alone, which leaves statx the whole world. */
static bool size_by_name(int dirfd, const char *name, uint64_t *ret_size)
{
	struct statx st;

	if (syscall(SYS_statx, dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_SIZE,
		    &st) < 0)
		return false;
	/* a mount point or a link is not this folder's file */
	if (!S_ISREG(st.stx_mode) || st.stx_attributes & STATX_ATTR_MOUNT_ROOT) {
		errno = ENOENT;
		return false;
	}
	*ret_size = st.stx_size;
	return true;
}

int below_status(int dirfd, const char *name, struct file_status *ret_status)
{
	struct statx st;

	if (strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	if (syscall(SYS_statx, dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) <
	    0)
		return -1;
	if (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) {
		errno = EXDEV;
		return -1;
	}
	*ret_status = (struct file_status){
		.mtime = st.stx_mtime.tv_sec,
		.ctime = st.stx_ctime.tv_sec,
		.mtime_nsec = st.stx_mtime.tv_nsec,
		.ctime_nsec = st.stx_ctime.tv_nsec,
		.size = st.stx_size,
		.inode = st.stx_ino,
		.device = makedev(st.stx_dev_major, st.stx_dev_minor),
		.links = st.stx_nlink,
		.uid = st.stx_uid,
		.gid = st.stx_gid,
		.mode = st.stx_mode,
	};
	return 0;
}

ssize_t below_link(int dirfd, const char *name, char *target, size_t size)
{
	if (strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	return readlinkat(dirfd, name, target, size);
}

bool below_size(int dirfd, const char *path, uint64_t *ret_size)
{
	struct how how = {
		.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
		.resolve = BENEATH | NO_SYMLINKS | NO_MAGICLINKS | NO_XDEV,
	};
	struct file_status st;
	struct err err;
	bool good;
	int fd;

	/* a path of several names is openat2's to follow */
	if (!strchr(path, '/')) {
		if (size_by_name(dirfd, path, ret_size))
			return true;
		if (errno != ENOSYS)
			return false;
	}
	fd = (int)syscall(CALL_OPENAT2, dirfd, path, &how, sizeof(how));
	if (fd < 0)
		return false;
	good = descriptor_status(fd, &st, &err) == 0 && S_ISREG(st.mode);
	if (good)
		*ret_size = st.size;
	close(fd);
	return good;
}

struct list {
	struct below_name *names;
	size_t n, room;
};

static void put(struct list *l, struct arena *a, const struct dirent64 *d)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->names = xrealloc(l->names, l->room * sizeof(*l->names));
	}
	l->names[l->n++] = (struct below_name){ arena_span(a, span_str(d->d_name)), d->d_type == DT_DIR };
}

static int by_name(const void *a, const void *b)
{
	const struct span x = ((const struct below_name *)a)->name;
	const struct span y = ((const struct below_name *)b)->name;
	int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return order ? order : (x.n > y.n) - (x.n < y.n);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool below_list(int fd, size_t max, struct arena *a, struct below_name **ret_names, size_t *ret_n,
		bool *ret_more)
{
	_Alignas(struct dirent64) char block[32768];
	struct list l = { 0 };
	bool more = false;
	ssize_t got;

	while (!more && (got = getdents64(fd, block, sizeof(block))) > 0) {
		for (ssize_t at = 0; at < got && !more;) {
			const struct dirent64 *d = (const void *)(block + at);

			at += d->d_reclen;
			if (is_dots(d->d_name))
				continue;
			more = l.n == max;
			if (!more)
				put(&l, a, d);
		}
	}
	if (!more && got < 0) {
		free(l.names);
		return false;
	}
	if (l.n)
		qsort(l.names, l.n, sizeof(*l.names), by_name);
	*ret_names = arena_alloc(a, (l.n + 1) * sizeof(*l.names));
	if (l.n)
		memcpy(*ret_names, l.names, l.n * sizeof(*l.names));
	free(l.names);
	*ret_n = l.n;
	*ret_more = more;
	return true;
}
