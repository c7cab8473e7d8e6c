/*
 * helper - see helper.h.
 *
 * TRUST: the folder this program lies in is the operator's, like the program itself.
 */
#include "app/helper.h"

#include "base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME_MOST 64

bool helper_beside(char *path, size_t size, const char *name)
{
	/* Not argv[0], which is the caller's choice, and not PATH: root must not run a stranger's program. */
	ssize_t n = readlink("/proc/self/exe", path, size);
	ptrdiff_t slash = n > 0 ? span_rfind(span_of(path, (size_t)n), '/') : -1;

	if (n >= (ssize_t)size || slash < 0 || (size_t)slash + 1 + strlen(name) >= size)
		return false;
	snprintf(path + slash + 1, size - (size_t)slash - 1, "%s", name);
	return true;
}

bool helper_installed(const char *name)
{
	char path[PATH_MAX + NAME_MOST];

	return helper_beside(path, sizeof(path), name) && access(path, X_OK) == 0;
}

static void child(const char *path, const struct helper_want *want)
{
	const char *argv[HELPER_ARGS_MOST + 2] = { want->name };
	char *none[] = { NULL };
	unsigned nfds = want->extra ? HELPER_FDS_MOST : 3;
	int high[HELPER_FDS_MOST];

	/* above the places they go to, so that none is overwritten before its turn */
	for (unsigned i = 0; i < nfds; i++) {
		int null = want->fds[i] < 0 ? open("/dev/null", O_RDWR) : -1;

		high[i] = fcntl(want->fds[i] < 0 ? null : want->fds[i], F_DUPFD, 16);
		if (high[i] < 0)
			_exit(EXIT_IO);
	}
	for (unsigned i = 0; i < nfds; i++)
		if (dup2(high[i], (int)i) < 0)
			_exit(EXIT_IO);
	close_range(nfds, ~0u, 0);
	/* Ctrl-C is the command line's matter */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	for (unsigned i = 0; want->args[i]; i++)
		argv[i + 1] = want->args[i];
	/* An empty environment: no LD_PRELOAD, no locale, no setting of a library reaches the helper. */
	execve(path, (char *const *)argv, none);
	_exit(EXIT_SOFTWARE);
}

int helper_start(const struct helper_want *want, pid_t *ret_pid, struct err *err)
{
	char path[PATH_MAX + NAME_MOST];
	pid_t pid;

	if (!helper_beside(path, sizeof(path), want->name))
		return err_sys(err, EXIT_IO, "%s cannot be started", want->name);
	pid = fork();
	if (pid == 0)
		child(path, want);
	if (pid < 0)
		return err_sys(err, EXIT_IO, "%s cannot be started", want->name);
	*ret_pid = pid;
	return 0;
}

int helper_wait(pid_t pid, const char *name, int *ret_status, struct err *err)
{
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, EXIT_SOFTWARE, "%s cannot be waited for", name);
	return 0;
}
