/* confined - see confined.h. */
#include "app/confined.h"

#include "sys/confine.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns false where the operator has allowed to go on without. */
static bool confine(const struct confined_want *want, int channel_fd)
{
	struct confine_want cw = {
		.channel = channel_fd,
		.complaints = -1,
		.files = want->files,
		.memory = want->memory,
		.below = want->below,
		.below_fd = want->kept,
	};
	struct confine_report report;
	struct err err = { 0 };

	signal(SIGINT, SIG_IGN);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	if (confine_reader(&cw, &report, &err) == 0)
		return true;
	if (!want->unconfined)
		_exit(EXIT_NOPERM);
	return false;
}

static void keep_only(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b);
	unsigned high = (unsigned)(a < b ? b : a);

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
}

/* Standard input, output and every descriptor of the caller go; the channel stays, and what is to be read. */
static void child(const struct confined_want *want, int channel_fd)
{
	struct channel channel;
	bool confined;

	keep_only(channel_fd, want->keeps ? want->kept : channel_fd);
	confined = confine(want, channel_fd);
	channel_open(&channel, channel_fd, want->answer_most, 0);
	want->main(want->ctx, &channel, !confined);
	_exit(0);
}

int confined_start(const struct confined_want *want, struct confined *ret, struct err *err)
{
	int ends[2];
	pid_t pid;
	int rc = channel_pair(ends, err);

	if (rc < 0)
		return rc;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_sys(err, EXIT_IO, "cannot start the %s", want->name);
	}
	if (pid == 0) {
		close(ends[0]);
		child(want, ends[1]);
	}
	close(ends[1]);
	ret->pid = pid;
	channel_open(&ret->channel, ends[0], CHANNEL_MAX_BODY, 0);
	return 0;
}

int confined_end(struct confined *c, const char *name, int rc, struct err *err)
{
	int status;

	channel_close(&c->channel);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return rc;
	if (WIFSIGNALED(status) && rc < 0 && err->code == EXIT_SOFTWARE)
		return err_set(err, EXIT_SOFTWARE, "the %s was ended by signal %d%s: please report this",
			       name, WTERMSIG(status),
			       WTERMSIG(status) == SIGSYS ? " (a forbidden system call)" : "");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOPERM)
		return err_set(err, EXIT_NOPERM,
			       "this kernel cannot confine the %s; --unconfined reads the "
			       "logs without that protection",
			       name);
	return rc;
}
