/*
 * confined - see confined.h.
 *
 * Order in the child: descriptors go first, then what still needs rights is done (priority, /proc), then the
 * rights go, and only then WANT's main runs. A step that fails ends the child: half
 * confined is not confined. Only the operator's --unconfined lets it go on without the last.
 * TRUST: nothing foreign is read here. How the child ended is the one thing that is believed of it.
 */
#include "app/confined.h"

#include "sys/confine.h"
#include "sys/procroot.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_MOST \
	1000000 /* microseconds that a prompt child may compute in one go: no bug of ours takes a core */

/* Where it may not be (a container), races are lost more often, and that is counted. */
static void run_first(void)
{
	const struct sched_param lowest = { .sched_priority = 1 };
	const struct rlimit slice = { RUN_MOST, RUN_MOST };

	if (setrlimit(RLIMIT_RTTIME, &slice) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) < 0)
		setpriority(PRIO_PROCESS, 0, -20);
}

/* Returns false where the operator has allowed to go on without. */
static bool confine(const struct confined_want *want, int channel_fd)
{
	struct confine_want cw = {
		.channel = channel_fd,
		.complaints = -1,
		.files = want->files,
		.memory = want->memory,
		.below = want->below,
		.below_fd = want->below ? want->keep[0] : -1,
		.account = want->account,
	};
	struct confine_report report;
	struct err err = { 0 };
	bool alone;

	/* Both while root's rights are there, where there are any: confine_reader leaves them. */
	if (want->prompt)
		run_first();
	if (want->ret_proc) {
		*want->ret_proc = cw.proc = procroot_enter(&alone, &err);
		cw.processes = true;
		cw.netlink = want->keep[0];
		if (cw.proc < 0)
			_exit(EXIT_IO);
	}
	/* Ctrl-C reaches both; the command line decides what it means and answers the child accordingly. */
	signal(SIGINT, SIG_IGN);
	/* A fixed threshold: big blocks go back to the kernel and count against no limit any more. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	if (confine_reader(&cw, &report, &err) == 0)
		return true;
	if (!want->unconfined)
		_exit(EXIT_NOPERM);
	return false;
}

static bool is_kept(const struct confined_want *want, int fd)
{
	for (size_t i = 0; i < want->nkeep; i++)
		if (want->keep[i] == fd)
			return true;
	return false;
}

static void close_others(const struct confined_want *want, int channel_fd)
{
	int last = channel_fd;

	for (size_t i = 0; i < want->nkeep; i++)
		last = want->keep[i] > last ? want->keep[i] : last;
	/* One by one only up to the highest that stays; above it the limit may be a million descriptors. */
	for (int fd = 0; fd < last; fd++)
		if (fd != channel_fd && !is_kept(want, fd))
			close(fd);
	close_range((unsigned)last + 1, ~0u, 0);
}

/* Standard input, output and every descriptor of the caller go; the channel stays. */
static void child(const struct confined_want *want, int channel_fd)
{
	struct channel channel;
	bool confined;

	close_others(want, channel_fd);
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
	/* Else the child would have a copy of what waits in stdio. */
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
	/* No deadline: a week of logs takes as long as it takes, and the operator has Ctrl-C. */
	channel_open(&ret->channel, ends[0], CHANNEL_MAX_BODY, 0);
	return 0;
}

int confined_end(struct confined *c, const char *name, int rc, struct err *err)
{
	int status;

	/* Before the wait: a child that still waits for an answer of ours learns that none will come. */
	channel_close(&c->channel);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return rc;
	/*
	 * A better reason than "ended without a result"; once the whole answer is there, its end does not
	 * matter.
	 */
	if (WIFSIGNALED(status) && rc < 0 && err->code == EXIT_SOFTWARE)
		return err_set(err, EXIT_SOFTWARE, "the %s was ended by signal %d%s: please report this",
			       name, WTERMSIG(status),
			       WTERMSIG(status) == SIGSYS ? " (a forbidden system call)" : "");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOPERM)
		return err_set(err, EXIT_NOPERM,
			       "this kernel cannot confine the %s; --unconfined reads "
			       "without that protection",
			       name);
	return rc;
}
