/*
 * files - see files.h.
 *
 * TRUST: on a live host journald writes these folders; in a mounted image anybody may have. Only regular files are
 * taken, by openat and without links, so no name leads out of the directory.
 */
#include "journal/files.h"

#include "base/span.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS_MOST 256

struct folders {
	int fd[FOLDERS_MOST];
	unsigned n;
};

/* FOLDERS: where to leave a descriptor of a subfolder; NULL: they are passed over. */
static void open_entry(struct journal_files *f, int dir, const char *name, struct folders *folders)
{
	struct span s = span_str(name);
	bool journal = span_ends(s, SPAN(".journal")) || span_ends(s, SPAN(".journal~"));
	struct stat st;
	int fd;

	if (*name == '.' || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (!(S_ISREG(st.st_mode) && journal) && !(S_ISDIR(st.st_mode) && folders))
		return;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		f->missed = true;
	} else if (S_ISDIR(st.st_mode) && folders && folders->n < FOLDERS_MOST) {
		folders->fd[folders->n++] = fd;
		return;
	} else if (S_ISREG(st.st_mode) && journal && f->n < JOURNAL_FILES_MOST) {
		f->fd[f->n++] = fd;
		return;
	} else {
		f->missed = true;
	}
	if (fd >= 0)
		close(fd);
}

/* Takes DIR. */
static void open_folder(struct journal_files *f, int dir, struct folders *folders)
{
	DIR *d = fdopendir(dir);
	const struct dirent *e;

	if (!d) {
		f->missed = true;
		close(dir);
		return;
	}
	while ((e = readdir(d)))
		open_entry(f, dir, e->d_name, folders);
	closedir(d);
}

static void open_tree(struct journal_files *f, int top)
{
	struct folders folders = { .n = 0 };

	open_folder(f, top, &folders);
	for (unsigned i = 0; i < folders.n; i++)
		open_folder(f, folders.fd[i], NULL);
}

/* A journal of a year has hundreds of files, all of them open at once. */
static void raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

int files_open(struct journal_files *f, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno == EACCES ? EXIT_NOPERM : EXIT_NOINPUT, "%s: cannot be opened",
			       path);
	raise_limit();
	if (S_ISDIR(st.st_mode))
		open_tree(f, fd);
	else if (S_ISREG(st.st_mode))
		f->fd[f->n++] = fd;
	if (f->n == 0)
		return err_set(err, EXIT_NOINPUT, "%s: no journal file there can be opened", path);
	return 0;
}
