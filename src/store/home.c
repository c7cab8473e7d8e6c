/*
 * home - the directory the state lives in: the caller's own, closed to others' writing, reached without a link at
 * its end; and a database in it, made with our mode, or set aside when it is damaged.
 *
 * TRUST: who else may write in the directory could swap files beneath us, so such a one is refused. Its
 * parents are the operator's to keep.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAMAGED_MOST 1000

static int dir_trusted(int fd, const char *dir, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, EXIT_IO, "%s cannot be looked at", dir);
	if (st.st_uid != geteuid())
		return err_set(err, EXIT_NOPERM, "%s belongs to somebody else", dir);
	if (st.st_mode & 022)
		return err_set(err, EXIT_NOPERM, "%s can be written by others", dir);
	return 0;
}

int home_open(const char *dir, struct home *ret, struct err *err)
{
	char self[40];
	ssize_t n;
	int fd;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, EXIT_NOPERM, "%s cannot be made", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, EXIT_NOPERM, "%s cannot be opened", dir);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, ret->path, sizeof(ret->path) - sizeof(FILE_NAME) - 1);
	if (n <= 0 || dir_trusted(fd, dir, err) < 0) {
		close(fd);
		return n <= 0 ? err_sys(err, EXIT_IO, "%s cannot be looked at", dir) : -err->code;
	}
	ret->path[n] = '\0';
	ret->dir = fd;
	return 0;
}

/* SQLite would make it with the umask's mode. */
int home_make_file(const struct home *p, const char *name, struct err *err)
{
	int fd = openat(p->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return err_sys(err, EXIT_NOPERM, "%s/%s cannot be made", p->path, name);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* The log first: one left beside a new database would be played into it. The database last: RET_NAME is its name. */
int home_set_aside(const struct home *p, const char *name, char ret_name[HOME_NAME], struct err *err)
{
	static const char *const parts[] = { "-wal", "-shm", "-journal", "" };
	char from[40];
	struct stat st;
	unsigned n = 0;

	do
		snprintf(ret_name, HOME_NAME, "%s.damaged-%u", name, ++n);
	while (n < DAMAGED_MOST && fstatat(p->dir, ret_name, &st, AT_SYMLINK_NOFOLLOW) == 0);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(from, sizeof(from), "%s%s", name, parts[i]);
		snprintf(ret_name, HOME_NAME, "%s.damaged-%u%s", name, n, parts[i]);
		if (renameat(p->dir, from, p->dir, ret_name) < 0 && errno != ENOENT)
			return err_sys(err, EXIT_IO, "%s/%s is damaged and cannot be set aside", p->path,
				       from);
	}
	return 0;
}
