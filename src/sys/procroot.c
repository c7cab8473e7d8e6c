/*
 * procroot - see procroot.h.
 *
 * The process reader keeps CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE, and Landlock cannot hold it (see confine.h). So the
 * mount does: nosymfollow (Linux 5.10) stops every link on the way of a name, the magic ones too, and
 * the root of the namespace is /proc itself, so ".." stays. readlinkat goes on working: it follows nothing.
 */
#include "sys/procroot.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* linux/mount.h, since 5.10 */
#endif

/* The root of the world is /proc. */
static bool enter(void)
{
	const unsigned long hard = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("/proc", "/proc", NULL, MS_BIND, NULL) == 0 &&
	       mount(NULL, "/proc", NULL, hard | MS_NOSYMFOLLOW, NULL) == 0 && chroot("/proc") == 0 &&
	       chdir("/") == 0;
}

/* Older kernels pass over a flag they do not know. */
static bool follows_links(void)
{
	int fd = open("/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int procroot_enter(bool *ret_alone, struct err *err)
{
	bool inside = geteuid() == 0 && enter();
	int fd = open(inside ? "/" : "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, EXIT_IO, "/proc cannot be opened");
	*ret_alone = inside && !follows_links();
	return fd;
}

int procroot_open(int proc, const char *name, bool dir)
{
	return openat(proc, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (dir ? O_DIRECTORY : 0));
}

int sockdiag_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };
	/* a kernel that never answers must not hold the answer up */
	struct timeval patience = { .tv_sec = 2 };

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}
