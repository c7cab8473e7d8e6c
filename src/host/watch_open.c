/*
 * watch_open - the privileged half of watch.h: which folders there are, and the marks on them.
 *
 * TRUST: paths are the MTA's own, beneath ROOT; only root and the MTA's user can change them.
 */
#include "host/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

#define SUBFOLDERS_MOST 200
#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* linux/fcntl.h, since 6.5 */
#endif

static const uint64_t masks[] = {
	[WATCH_MAILDROP] = FAN_CREATE | FAN_MOVED_TO | FAN_OPEN | FAN_DELETE | FAN_EVENT_ON_CHILD,
	[WATCH_INCOMING] = FAN_MOVED_TO,
	[WATCH_EXIM] = FAN_CREATE | FAN_ONDIR,
	[WATCH_PROGRAM] = FAN_OPEN_EXEC,
};

static bool known(const struct watch *w, const struct watch_dir *d)
{
	for (size_t i = 0; i < w->ndirs; i++)
		if (w->dir[i].n == d->n && memcmp(w->dir[i].handle, d->handle, d->n) == 0)
			return true;
	return false;
}

/* False: not there, or not watched (errno says why). */
static bool mark(const struct root *root, struct watch *w, enum watch_role role, const char *path)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + WATCH_HANDLE];
	} handle = { .h = { .handle_bytes = WATCH_HANDLE } };
	struct watch_dir *d = &w->dir[w->ndirs];
	struct err err;
	int mount_id;
	int fd;
	bool good = false;

	if (w->ndirs == WATCH_DIRS) {
		w->more = true;
		return false;
	}
	errno = 0;
	fd = beneath_open_dir(root, path, &err);
	if (fd < 0)
		return false;
	/* a handle only to be compared: also of file systems that cannot be exported (overlayfs) */
	if (name_to_handle_at(fd, "", &handle.h, &mount_id, AT_EMPTY_PATH | AT_HANDLE_FID) == 0 ||
	    name_to_handle_at(fd, "", &handle.h, &mount_id, AT_EMPTY_PATH) == 0) {
		d->role = (uint8_t)role;
		d->n = (uint8_t)handle.h.handle_bytes;
		memcpy(d->handle, handle.h.f_handle, d->n);
		good = known(w, d) ||
		       fanotify_mark(w->fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, masks[role], fd, NULL) == 0;
		if (good && !known(w, d))
			w->ndirs++;
	}
	close(fd);
	return good;
}

/* Without it more races are lost, and that is counted. */
static void mark_program(const struct root *root, const struct watch *w, const char *path)
{
	struct err err;
	int fd = beneath_open_file(root, path, 0, &err);
	char name[32];

	if (fd < 0)
		return;
	/* fanotify wants a name or a folder's descriptor */
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	(void)fanotify_mark(w->fd, FAN_MARK_ADD, masks[WATCH_PROGRAM], AT_FDCWD, name);
	close(fd);
}

static void mark_exim(const struct root *root, struct watch *w, const char *spool)
{
	struct arena *a = arena_new();
	struct err err;
	struct span *names;
	char path[PATH_MAX];
	size_t n;
	bool more;

	if (strlen(spool) > sizeof(path) - 100) {
		arena_free(a);
		return;
	}

	/* before the first message there is no input folder */
	w->exim |= mark(root, w, WATCH_EXIM, spool);
	snprintf(path, sizeof(path), "%s/input", spool);
	w->exim |= mark(root, w, WATCH_EXIM, path);
	/* split_spool_directory: one folder for each letter and digit */
	if (beneath_list(root, path, SUBFOLDERS_MOST, a, &names, &n, &more, &err) == 0)
		for (size_t i = 0; i < n; i++) {
			if (names[i].n != 1)
				continue;
			snprintf(path, sizeof(path), "%s/input/%c", spool, names[i].p[0]);
			mark(root, w, WATCH_EXIM, path);
		}
	/* named queues: spool/NAME/input */
	if (beneath_list(root, spool, SUBFOLDERS_MOST, a, &names, &n, &more, &err) == 0)
		for (size_t i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s/%.*s/input", spool, (int)names[i].n, names[i].p);
			if (names[i].n < 64)
				mark(root, w, WATCH_EXIM, path);
		}
	arena_free(a);
}

static void mark_all(const struct root *root, struct watch *w)
{
	static const char *const usual[] = { "/var/spool/exim4", "/var/spool/exim" };

	if (w->places.exim)
		mark_exim(root, w, w->places.exim);
	for (size_t i = 0; !w->places.exim && i < sizeof(usual) / sizeof(*usual); i++)
		mark_exim(root, w, usual[i]);
}

static void mark_postfix(const struct root *root, struct watch *w)
{
	const char *spool = w->places.postfix ? w->places.postfix : "/var/spool/postfix";
	const char *commands = w->places.commands ? w->places.commands : "/usr/sbin";
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/maildrop", spool) >= (int)sizeof(path))
		return;
	w->postfix = mark(root, w, WATCH_MAILDROP, path);
	if (w->postfix && snprintf(path, sizeof(path), "%s/incoming", spool) < (int)sizeof(path))
		w->postfix = mark(root, w, WATCH_INCOMING, path);
	if (snprintf(path, sizeof(path), "%s/postdrop", commands) < (int)sizeof(path))
		mark_program(root, w, path);
}

int watch_open(const struct root *root, const struct watch_places *places, struct watch *ret_watch,
	       struct err *err)
{
	static const char *const exim[] = { "/usr/sbin/exim4", "/usr/sbin/exim" };
	struct watch w = { .places = *places };

	w.fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME, O_RDONLY);
	if (w.fd < 0)
		return err_sys(err, EXIT_NOPERM,
			       "--live cannot watch the mail queue: fanotify needs root and Linux 5.9");
	mark_postfix(root, &w);
	mark_all(root, &w);
	for (size_t i = 0; i < sizeof(exim) / sizeof(*exim); i++)
		mark_program(root, &w, exim[i]);
	*ret_watch = w;
	if (w.postfix || w.exim)
		return 0;
	if (errno && errno != ENOENT)
		err_sys(err, EXIT_NOPERM, "--live cannot watch the mail queue");
	else
		err_set(err, EXIT_NOINPUT,
			"--live found no mail queue to watch: neither %s/maildrop nor %s/input",
			places->postfix ? places->postfix : "/var/spool/postfix",
			places->exim ? places->exim : "/var/spool/exim4");
	close(ret_watch->fd);
	ret_watch->fd = -1;
	return -err->code;
}

void watch_again(const struct root *root, struct watch *w)
{
	mark_all(root, w);
}
