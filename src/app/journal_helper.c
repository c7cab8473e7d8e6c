/*
 * journal_helper - see journal_helper.h.
 *
 * TRUST: the helper's output is never read here, it goes to the confined reader. Only its exit code is believed.
 */
#include "app/journal_helper.h"

#include "app/helper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char name[] = "spamtrail-journal";

bool journal_helper_installed(void)
{
	return helper_installed(name);
}

int journal_helper_start(int journal, uint32_t since, bool unconfined, pid_t *ret_pid, struct err *err)
{
	struct helper_want want = { .name = name, .extra = true };
	unsigned n = 0;
	char seconds[16], most[16];
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, EXIT_IO, "%s cannot be started", name);
	if (unconfined)
		want.args[n++] = "--unconfined";
	/*
	 * By descriptor: the path was resolved beneath ROOT here, and would mean something else to the
	 * helper.
	 */
	want.args[n++] = "/proc/self/fd/3";
	snprintf(seconds, sizeof(seconds), "%u", since);
	snprintf(most, sizeof(most), "%d", JOURNAL_SECONDS);
	if (since) {
		want.args[n++] = seconds;
		want.args[n] = most;
	}
	memcpy(want.fds, (int[]){ -1, ends[1], -1, journal }, sizeof(want.fds));
	rc = helper_start(&want, ret_pid, err);
	close(ends[1]);
	if (rc < 0)
		close(ends[0]);
	return rc < 0 ? rc : ends[0];
}

int journal_helper_end(pid_t pid, struct err *err)
{
	static const char who[] = "the systemd journal was not read";
	int status;

	if (helper_wait(pid, name, &status, err) < 0)
		return -err->code;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return err_set(err, EXIT_INCOMPLETE,
			       "%s to its end: it took longer than %d seconds, so it confirms less than it "
			       "might",
			       who, JOURNAL_SECONDS);
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
