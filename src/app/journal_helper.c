/*
 * journal_helper - see journal_helper.h.
 *
 * TRUST: the helper's output is never read here, it goes to the confined reader. Only its exit code is believed.
 */
#include "app/journal_helper.h"

#include "base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOURNAL_FD 3 /* the helper's only descriptor besides the standard ones */

static bool helper_path(char path[PATH_MAX + 32])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	ptrdiff_t slash = n > 0 ? span_rfind(span_of(path, (size_t)n), '/') : -1;

	if (n >= PATH_MAX || slash < 0)
		return false;
	snprintf(path + slash + 1, 32, "spamtrail-journal");
	return true;
}

bool journal_helper_installed(void)
{
	char path[PATH_MAX + 32];

	return helper_path(path) && access(path, X_OK) == 0;
}

static void child(const char *path, int journal, int out, bool unconfined)
{
	const char *argv[4] = { "spamtrail-journal" };
	char *none[] = { NULL };
	int null;
	size_t n = 1;

	/* above the places they go to, so that none is overwritten before its turn */
	out = fcntl(out, F_DUPFD, 16);
	journal = fcntl(journal, F_DUPFD, 16);
	null = open("/dev/null", O_RDWR);
	if (out < 0 || journal < 0 || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(null, 2) < 0 || dup2(journal, JOURNAL_FD) < 0)
		_exit(EXIT_IO);
	close_range(JOURNAL_FD + 1, ~0u, 0);
	/* Ctrl-C is the command line's matter */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	if (unconfined)
		argv[n++] = "--unconfined";
	argv[n] = "/proc/self/fd/3";
	execve(path, (char *const *)argv, none);
	_exit(EXIT_SOFTWARE);
}

int journal_helper_start(int journal, bool unconfined, pid_t *ret_pid, struct err *err)
{
	char path[PATH_MAX + 32];
	int ends[2];
	pid_t pid;

	if (!helper_path(path) || pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, EXIT_IO, "spamtrail-journal cannot be started");
	pid = fork();
	if (pid == 0)
		child(path, journal, ends[1], unconfined);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_sys(err, EXIT_IO, "spamtrail-journal cannot be started");
	}
	*ret_pid = pid;
	return ends[0];
}

int journal_helper_end(pid_t pid, struct err *err)
{
	static const char who[] = "the systemd journal was not read";
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, EXIT_SOFTWARE, "spamtrail-journal cannot be waited for");
	if (WIFSIGNALED(status))
		return err_set(err, EXIT_INCOMPLETE,
			       "%s to its end: spamtrail-journal was ended by signal %d", who,
			       WTERMSIG(status));
	switch (WEXITSTATUS(status)) {
	case 0:
		return 0;
	case EXIT_INCOMPLETE:
		return err_set(err, EXIT_INCOMPLETE,
			       "%s in full: a file of it is damaged, or may not be read", who);
	case EXIT_NOINPUT:
		return err_set(err, EXIT_INCOMPLETE, "%s: its files are damaged, or may not be read", who);
	case EXIT_NOPERM:
		return err_set(
			err, EXIT_INCOMPLETE,
			"%s: this kernel cannot confine spamtrail-journal; --unconfined reads it without "
			"that protection",
			who);
	default:
		return err_set(err, EXIT_INCOMPLETE, "%s to its end: spamtrail-journal ended with %d", who,
			       WEXITSTATUS(status));
	}
}
