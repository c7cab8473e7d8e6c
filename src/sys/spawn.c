/*
 * spawn - see spawn.h. The child is made with everything it needs already in memory: between fork and execve it only
 * moves descriptors. All others are closed by number, whoever opened them.
 *
 * TRUST: the program's output is whatever it likes; only its length is looked at.
 */
#include "sys/spawn.h"

#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_FAILED 127
#define FIRST_FREE (SPAWN_KEPT + 1) /* above the places descriptors go to */

static const char *const plain_env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };

/* A session of its own: a kill at the deadline reaches what the program has started, and no terminal is at hand. */
static void child(const struct spawn *s, int in, int out)
{
	sigset_t none;

	in = fcntl(in, F_DUPFD, FIRST_FREE);
	out = fcntl(out, F_DUPFD, FIRST_FREE);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir("/") < 0)
		_exit(EXEC_FAILED);
	close_range(3, SPAWN_KEPT - 1, 0);
	if (!s->locked)
		close(SPAWN_KEPT);
	close_range(SPAWN_KEPT + 1, ~0u, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	setsid();
	execve(s->argv[0], (char *const *)s->argv, (char *const *)(s->env ? s->env : plain_env));
	_exit(EXEC_FAILED);
}

struct talk {
	int in, out; /* -1 once closed */
	struct span left;
	size_t said;
};

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void feed(struct talk *t)
{
	ssize_t n = t->left.n ? send(t->in, t->left.p, t->left.n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

	if (n > 0)
		t->left = span_from(t->left, (size_t)n);
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || t->left.n == 0)
		shut(&t->in);
}

/* False: it cannot be heard any more, and what it said is not all. */
static bool listen_to(struct talk *t, struct buf *output)
{
	char piece[4096];
	ssize_t n = read(t->out, piece, sizeof(piece));

	if (n > 0) {
		t->said += (size_t)n;
		if (output)
			buf_add(output, piece, (size_t)n);
	} else if (n == 0) {
		shut(&t->out);
	}
	return n >= 0 || errno == EINTR || errno == EAGAIN;
}

static int unheard(struct err *err, const struct spawn *s)
{
	return err_sys(err, EXIT_TEMPFAIL, "%s could not be listened to", s->argv[0]);
}

static int late(struct err *err, const struct spawn *s)
{
	return err_set(err, EXIT_TEMPFAIL, "%s did not end in time", s->argv[0]);
}

/* Feeds and listens until the program has closed its output. */
static int converse(struct talk *t, const struct spawn *s, int64_t deadline, struct err *err)
{
	const struct clock clock = { 0 };

	while (t->out >= 0) {
		struct pollfd p[2] = { { .fd = t->out, .events = POLLIN },
				       { .fd = t->in, .events = POLLOUT } };
		int64_t left = (deadline - clock_steady_micros(&clock)) / 1000;

		if (left <= 0)
			return late(err, s);
		if (poll(p, 2, (int)left + 1) < 0 && errno != EINTR)
			return unheard(err, s);
		if (t->in >= 0 && p[1].revents)
			feed(t);
		if (p[0].revents && !listen_to(t, s->output))
			return unheard(err, s);
		if (t->said > SPAWN_OUTPUT_MOST)
			return err_set(err, EXIT_TEMPFAIL, "%s said more than 1 MiB", s->argv[0]);
	}
	return 0;
}

static void end(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* Waits for PID until the deadline; what has closed its output may still run. RC: what went wrong before. */
static int reap(pid_t pid, const struct spawn *s, int64_t deadline, int rc, int *ret_status, struct err *err)
{
	const struct clock clock = { 0 };
	const struct timespec nap = { .tv_nsec = 2000000 };
	pid_t got;

	if (rc < 0)
		end(pid);
	while ((got = waitpid(pid, ret_status, rc < 0 ? 0 : WNOHANG)) != pid) {
		if (got < 0 && errno != EINTR)
			return err_sys(err, EXIT_TEMPFAIL, "%s could not be waited for", s->argv[0]);
		if (rc == 0 && clock_steady_micros(&clock) > deadline) {
			rc = late(err, s);
			end(pid);
		} else if (rc == 0) {
			nanosleep(&nap, NULL);
		}
	}
	return rc;
}

static void check(const struct spawn *s)
{
	size_t n = 0;

	while (s->env && s->env[n])
		n++;
	if (!s->argv[0] || s->argv[0][0] != '/' || s->seconds == 0 || n > SPAWN_ENV_MOST)
		bug("a program without absolute path or deadline, or with too large an environment");
}

int spawn_run(const struct spawn *s, struct err *err)
{
	const struct clock clock = { 0 };
	int64_t deadline = clock_steady_micros(&clock) + (int64_t)s->seconds * 1000000;
	struct talk t = { .in = -1, .out = -1, .left = s->input };
	int in[2], out[2], status = 0, rc;
	pid_t pid;

	check(s);
	/* a socket, since writing to it can be told not to raise SIGPIPE */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0)
		return err_sys(err, EXIT_IO, "%s cannot be started", s->argv[0]);
	if (pipe2(out, O_CLOEXEC) < 0) {
		err_sys(err, EXIT_IO, "%s cannot be started", s->argv[0]);
		close(in[0]);
		close(in[1]);
		return -EXIT_IO;
	}
	pid = fork();
	if (pid == 0)
		child(s, in[1], out[1]);
	rc = pid < 0 ? err_sys(err, EXIT_IO, "%s cannot be started", s->argv[0]) : 0;
	close(in[1]);
	close(out[1]);
	t.in = in[0];
	t.out = out[0];
	if (pid > 0)
		rc = converse(&t, s, deadline, err);
	shut(&t.in);
	shut(&t.out);
	if (pid > 0)
		rc = reap(pid, s, deadline, rc, &status, err);
	if (rc < 0)
		return rc;
	if (WIFSIGNALED(status))
		return err_set(err, EXIT_TEMPFAIL, "%s was ended by signal %d", s->argv[0], WTERMSIG(status));
	if (WEXITSTATUS(status) == EXEC_FAILED)
		return err_set(err, EXIT_IO, "%s cannot be started", s->argv[0]);
	return WEXITSTATUS(status);
}

int spawn_apart(const char *const *argv, struct err *err)
{
	const struct spawn s = { .argv = argv };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), status = 0;
	pid_t pid = null < 0 || access(argv[0], X_OK) < 0 ? -1 : fork();

	if (pid == 0) {
		/* twice: init is its parent, and no zombie is ours */
		pid = fork();
		if (pid == 0)
			child(&s, null, null);
		_exit(pid < 0 ? EXEC_FAILED : 0);
	}
	if (null >= 0)
		close(null);
	while (pid >= 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	return pid < 0 || status ? err_sys(err, EXIT_IO, "%s cannot be started", argv[0]) : 0;
}
