/*
 * openat2 - the kernel's own lookup that cannot leave its root. Apart from resolve.c, whose walk for older kernels only
 * readers use: who changes things does it by this call or not at all, and links less.
 *
 * TRUST: every component may be an attacker's and may be exchanged meanwhile; the kernel vouches for the way.
 */
#include "sys/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_RETRIES = 32, CALL_OPENAT2 = 437 };

/* linux/openat2.h, copied: EL 8's headers do not have it. */
struct how {
	uint64_t flags, mode, resolve;
};

int resolve_openat2(int dirfd, const char *path, uint64_t resolve)
{
	struct how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };
	int fd = -1;

	/* EAGAIN: something was renamed or mounted meanwhile, and the kernel could not vouch for "..". */
	for (int i = 0; i < MAX_RETRIES; i++) {
		fd = (int)syscall(CALL_OPENAT2, dirfd, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd;
}

int resolve_strictly(int dirfd, const char *path, bool one_device)
{
	return resolve_openat2(dirfd, *path ? path : ".",
			       OPENAT2_BENEATH | OPENAT2_NO_SYMLINKS | OPENAT2_NO_MAGICLINKS |
				       (one_device ? OPENAT2_NO_XDEV : 0));
}

int resolve_in(int dirfd, const char *path)
{
	path += strspn(path, "/");
	return resolve_openat2(dirfd, *path ? path : ".", OPENAT2_IN_ROOT | OPENAT2_NO_MAGICLINKS);
}
