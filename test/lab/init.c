/* init - process 1 of a lab: runs one program, then reaps whatever the daemons leave, until it is told to end.
 *
 * When it ends the kernel ends every process of the lab, and the last one's mounts and network go with it. It ends by
 * itself after LAB_SECONDS (an hour), so that a lab whose caller was killed does not stay.
 *
 * Usage: init PROGRAM [ARGUMENT...]; exits with PROGRAM's code where that is not 0.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal)
{
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *seconds = getenv("LAB_SECONDS");
	struct sigaction act = { .sa_handler = end };
	pid_t first;

	if (argc < 2)
		return 64;
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGALRM, &act, NULL);
	alarm(seconds ? (unsigned)atoi(seconds) : 3600);
	first = fork();
	if (first == 0) {
		setsid();
		execv(argv[1], argv + 1);
		_exit(127);
	}
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid == first && status != 0)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		if (pid < 0 && errno == ECHILD)
			pause();
	}
}
