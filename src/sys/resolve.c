/*
 * resolve - path lookup inside a root: by openat2 where the kernel has it, else step by step.
 *
 * The stepwise walk serves reading only (EL 8 and 9 kernels). It opens each component O_PATH |
 * O_NOFOLLOW and asks the descriptor what it got, so a swapped link is seen and not followed. In an
 * image it reads the link and walks its text itself; in a home a link, ".." or another device ends it.
 *
 * TRUST: every component may be an attacker's and may be exchanged between two calls.
 */
#include "sys/resolve.h"

#include "sys/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

bool resolve_has_openat2(int dirfd)
{
	int fd = resolve_openat2(dirfd, ".", OPENAT2_IN_ROOT);

	if (fd >= 0)
		close(fd);
	/* Containers with an older filter answer EPERM for calls they do not know. */
	return fd >= 0 || (errno != ENOSYS && errno != EPERM);
}

/* The walk: where it stands, the way there without links or dots, and what is still to be walked. */
struct walk {
	int root_fd, fd;
	dev_t device;
	bool home;
	int links;
	char done[PATH_MAX], todo[PATH_MAX];
};

/* The next component of *AT into NAME: its length, 0 at the end, -1 when it is too long. */
static int component(const char **at, char name[NAME_MAX + 1])
{
	size_t n;

	while (**at == '/')
		(*at)++;
	n = strcspn(*at, "/");
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, *at, n);
	name[n] = '\0';
	*at += n;
	return (int)n;
}

/* Opens one component of the present directory without following it, and goes there. */
static int step(struct walk *w, const char *name, struct stat *ret_st)
{
	int next = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		return -1;
	close(w->fd);
	w->fd = next;
	return fstat(next, ret_st);
}

/* Back to the root and down DONE again; a link that has appeared there meanwhile ends it. */
static int go_again(struct walk *w)
{
	const char *at = w->done;
	char name[NAME_MAX + 1];
	struct stat st;
	int root = dup(w->root_fd);

	if (root < 0)
		return -1;
	close(w->fd);
	w->fd = root;
	while (component(&at, name) > 0) {
		if (step(w, name, &st) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
	}
	return 0;
}

/* "." and "..": at the root ".." stays at the root, as in a chroot; a home refuses it. */
static int go_dots(struct walk *w, bool up)
{
	char *slash = strrchr(w->done, '/');
	struct stat st;

	if (fstat(w->fd, &st) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode) || (up && w->home)) {
		errno = S_ISDIR(st.st_mode) ? EXDEV : ENOTDIR;
		return -1;
	}
	if (!up)
		return 0;
	if (slash)
		*slash = '\0';
	return go_again(w);
}

/* The walk stands on a link: puts its text in front of REST and goes back to where the link lies. */
static int go_through(struct walk *w, const char *rest)
{
	char text[PATH_MAX], joined[PATH_MAX];
	ssize_t n = readlinkat(w->fd, "", text, sizeof(text) - 1);

	if (n < 0)
		return -1;
	text[n] = '\0';
	if (w->home || w->links++ == MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (snprintf(joined, sizeof(joined), "%s/%s", text, rest) >= (int)sizeof(joined)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(w->todo, joined, sizeof(joined));
	if (text[0] == '/')
		w->done[0] = '\0';
	return go_again(w);
}

static int note(struct walk *w, const char *name)
{
	size_t used = strlen(w->done);

	if (snprintf(w->done + used, sizeof(w->done) - used, "/%s", name) >= (int)(sizeof(w->done) - used)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

/* One component further: 1 at the end, 0 when there is more, -1 with errno. */
static int walk_on(struct walk *w)
{
	const char *at = w->todo;
	char name[NAME_MAX + 1];
	struct stat st;
	int n = component(&at, name);

	if (n <= 0)
		return n < 0 ? -1 : 1;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		memmove(w->todo, at, strlen(at) + 1);
		return go_dots(w, name[1] == '.');
	}
	if (step(w, name, &st) < 0)
		return -1;
	if (w->home && st.st_dev != w->device) {
		errno = EXDEV;
		return -1;
	}
	if (S_ISLNK(st.st_mode))
		return go_through(w, at);
	memmove(w->todo, at, strlen(at) + 1);
	return note(w, name);
}

static int by_steps(int root_fd, bool home, const char *path)
{
	struct walk *w = xcalloc(1, sizeof(*w));
	struct stat st;
	int r = -1, fd;

	w->root_fd = root_fd;
	w->home = home;
	w->fd = dup(root_fd);
	if (w->fd < 0 || fstat(w->fd, &st) < 0)
		goto out;
	w->device = st.st_dev;
	if (snprintf(w->todo, sizeof(w->todo), "%s", path) >= (int)sizeof(w->todo))
		errno = ENAMETOOLONG;
	else if (home && path[0] == '/')
		errno = EXDEV;
	else
		while ((r = walk_on(w)) == 0)
			;
out:
	fd = w->fd;
	if (r < 0 && fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		fd = -1;
	}
	free(w);
	return fd;
}

int resolve_path(const struct root *r, const char *path, bool named)
{
	switch (r->kind) {
	case ROOT_HOST:
		if (named || r->by_steps)
			return openat(AT_FDCWD, path, O_PATH | O_CLOEXEC);
		return resolve_openat2(AT_FDCWD, path, OPENAT2_NO_MAGICLINKS);
	case ROOT_IMAGE:
		if (r->by_steps)
			return by_steps(r->fd, false, path);
		return resolve_in(r->fd, path);
	case ROOT_HOME:
		if (r->by_steps)
			return by_steps(r->fd, true, path);
		return resolve_openat2(r->fd, path,
				       OPENAT2_BENEATH | OPENAT2_NO_SYMLINKS | OPENAT2_NO_MAGICLINKS |
					       OPENAT2_NO_XDEV);
	}
	bug("unknown kind of root");
}
