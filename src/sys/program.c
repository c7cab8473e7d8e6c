/*
 * program - see program.h. The deadline is an alarm that is set before the program begins: it lasts through execve, and
 * nobody has to watch.
 *
 * TRUST: what the program writes is foreign and is read by a confined process.
 */
#include "sys/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char *const argv[], unsigned seconds, int out)
{
	static const char *const bare[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	alarm(seconds);
	execve(argv[0], argv, (char *const *)bare);
	_exit(127);
}

int program_start(char *const argv[], unsigned seconds, struct program *ret, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (argv[0][0] != '/')
		bug("a program without its path");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, EXIT_IO, "no pipe for %s", argv[0]);
	pid = fork();
	if (pid == 0)
		run(argv, seconds, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_sys(err, EXIT_IO, "%s cannot be started", argv[0]);
	}
	*ret = (struct program){ pid, ends[0] };
	return 0;
}

int program_end(struct program *s, const char *name, int kill_it, struct err *err)
{
	int status;

	if (kill_it)
		kill(s->pid, SIGKILL);
	while (waitpid(s->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, EXIT_IO, "%s is lost", name);
	if (kill_it || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, EXIT_IO, "%s was ended by signal %d", name, WTERMSIG(status));
	if (WEXITSTATUS(status) == 127)
		return err_set(err, EXIT_NOINPUT, "%s is not there or cannot be run", name);
	return err_set(err, EXIT_IO, "%s ended with code %d", name, WEXITSTATUS(status));
}
