/*
 * beneath - files of the inspected server, opened so that no name in it leads outside.
 *
 * Three kinds of root: the host's own "/", where links go where they go; an image or chroot, whose
 * absolute links lead back into it; and a home, where no link is followed and no mount crossed.
 * Nothing but regular files and directories is ever opened for reading: a FIFO would block us, a device act.
 *
 * TRUST: every name, link and file type beneath the root may be an attacker's, and may change
 * while we look. What is promised holds for the descriptor that comes back, not for the name.
 */
#ifndef SPAMTRAIL_SYS_BENEATH_H
#define SPAMTRAIL_SYS_BENEATH_H

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

enum root_kind { ROOT_HOST, ROOT_IMAGE, ROOT_HOME };

struct root {
	int fd; /* O_PATH; owned */
	enum root_kind kind;
	bool by_steps; /* no openat2 here: component by component (tests set it too) */
};

struct file_status {
	int64_t mtime, ctime; /* UTC seconds */
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t size, inode, device, links;
	uint32_t uid, gid, mode; /* mode with the type bits of stat(2) */
};

enum beneath_flag {
	BENEATH_NAMED =
		1, /* the operator named this very path: a FIFO and /dev/fd are his word (ROOT_HOST only) */
};

/* PATH is the server's "/": the host's own when it is that directory, else an image. */
int root_open(const char *path, struct root *ret_root, struct err *err);
/* A home beneath R, reached as R's kind allows; everything further happens without links. */
int root_open_home(const struct root *r, const char *path, struct root *ret_home, struct err *err);
void root_close(struct root *r);

/*
 * A descriptor for reading a regular file (O_NONBLOCK, O_CLOEXEC), or a negative code:
 * EXIT_NOINPUT not there or not a regular file, EXIT_NOPERM, EXIT_IO.
 * For ROOT_HOST a relative PATH counts from the working directory, else from the root.
 */
int beneath_open_file(const struct root *r, const char *path, unsigned flags, struct err *err);
/* The same for a directory. */
int beneath_open_dir(const struct root *r, const char *path, struct err *err);
/* Status of what PATH leads to, of any type; nothing is opened for reading. */
int beneath_status(const struct root *r, const char *path, struct file_status *ret_status, struct err *err);
/*
 * Names in the directory PATH, sorted by bytes, without "." and "..", in arena A.
 * At most MAX are returned; *ret_more says whether there were more.
 */
int beneath_list(const struct root *r, const char *path, size_t max, struct arena *a, struct span **ret_names,
		 size_t *ret_n, bool *ret_more, struct err *err);

/*
 * PATH beneath the open directory DIRFD, a regular file or (DIR) a directory, for reading: no link, no mount, one
 * call. For a process that may do nothing else (confine_want.beneath). -1 with errno; needs Linux 5.6.
 */
int below_open(int dirfd, const char *path, bool dir);
/*
 * A file, its time of access left alone where that is allowed (its owner, CAP_FOWNER): whoever looks at a queue leaves
 * it as it was, and an update costs as much as the read. *QUIET becomes false where it is not.
 */
int below_open_quietly(int dirfd, const char *path, bool *quiet);
/*
 * Status of NAME in the open directory DIRFD without opening it; a link is itself. -1 with errno: EXDEV for a mount point,
 * ENOSYS where the process may not ask by name (Landlock alone does not bound that call): then it has to be opened.
 */
int below_status(int dirfd, const char *name, struct file_status *ret_status);
/* Where the link NAME in DIRFD leads, as readlinkat(2) tells it: no NUL. Negative where that may not be asked (ENOSYS). */
ssize_t below_link(int dirfd, const char *name, char *target, size_t size);
/* Size of a regular file there without opening it for reading; false: not there, or of another type. */
bool below_size(int dirfd, const char *path, uint64_t *ret_size);

/* One entry of a directory. */
struct below_name {
	struct span name;
	bool dir; /* as the file system says; where it does not, false */
};

/* The names in the open directory FD, without "." and "..", sorted by bytes, in arena A; at most MAX.
 * false: it cannot be read to its end. */
bool below_list(int fd, size_t max, struct arena *a, struct below_name **ret_names, size_t *ret_n,
		bool *ret_more);

/* Status of an open descriptor by the plain fstat call, the only one a confined reader has. */
int descriptor_status(int fd, struct file_status *ret_status, struct err *err);

#endif
