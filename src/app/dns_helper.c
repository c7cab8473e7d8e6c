/*
 * dns_helper - see dns_helper.h.
 *
 * TRUST: the helper parses packets from anywhere and may have been taken over: what it says is checked in form here,
 * and judged in repute/.
 */
#include "app/dns_helper.h"

#include "app/helper.h"
#include "app/interrupt.h"
#include "sys/channel.h"
#include "repute/ask.h"
#include "base/err.h"
#include "base/arena.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWERS_BYTES (32u << 20)
#define SECONDS 30 /* limit reputation, s: without any answer of spamtrail-dns */
#define LOOK_MILLIS 100
/* Of all answers together: TXT records are strangers' texts, and a helper taken over could send for ever. */
#define TEXTS_BYTES (256u << 20)

static const char name[] = "spamtrail-dns";

static int tell(struct channel *c, const struct asks *asks, struct err *err)
{
	struct buf body = BUF_MAX(CHANNEL_MAX_BODY);
	int rc;

	asks_pack(asks, &body);
	rc = channel_send(c, ASK_QUERIES, buf_view(&body), NULL, 0, err);
	buf_free(&body);
	return rc;
}

/* Until it has something to say, or has ended. */
static int await(const struct channel *c, struct err *err)
{
	struct pollfd wait = { .fd = c->fd, .events = POLLIN };

	for (int left = SECONDS * 1000; left > 0; left -= LOOK_MILLIS) {
		int ready;

		if (interrupt_came())
			return err_set(err, EXIT_INCOMPLETE, "stopped by Ctrl-C: what was known until then");
		ready = poll(&wait, 1, LOOK_MILLIS);
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return err_sys(err, EXIT_IO, "%s cannot be waited for", name);
	}
	return err_set(err, EXIT_IO, "%s does not answer", name);
}

static int hear(struct channel *c, struct arena *a, struct answers *ret, struct err *err)
{
	struct message m = { 0 };
	int rc = await(c, err);

	if (rc < 0)
		return rc;
	rc = channel_receive(c, &m, err);
	for (size_t i = 0; i < m.nfds; i++)
		close(m.fds[i]);
	if (rc == 0)
		return err_set(err, EXIT_SOFTWARE, "%s ended in the middle", name);
	if (rc > 0 && m.type != ASK_ANSWERS)
		return err_set(err, EXIT_SOFTWARE, "%s spoke out of turn", name);
	return rc < 0 ? rc : answers_unpack(a, arena_span(a, m.body), ret, err);
}

static int talk(const struct dns_want *want, struct channel *c, struct arena *a, const struct asks *first,
		bool *ret_heard, struct err *err)
{
	struct asks next = *first;
	size_t open = 0;
	int rc = 0;

	while (rc == 0 && (next.n || open)) {
		struct answers answers = { 0 };
		struct asks now = next;

		next = (struct asks){ 0 };
		open += now.n;
		if (open > ASK_QUERIES_MOST)
			return err_set(err, EXIT_INCOMPLETE,
				       "more than %d questions at once: name fewer addresses",
				       ASK_QUERIES_MOST);
		rc = tell(c, &now, err);
		if (rc == 0)
			rc = hear(c, a, &answers, err);
		/* None would keep us here for ever; more than were asked for would make OPEN wrap around. */
		if (rc == 0 && (answers.n == 0 || answers.n > open || arena_bytes(a) > TEXTS_BYTES))
			return err_set(err, EXIT_SOFTWARE, "%s answered what was not asked", name);
		for (size_t i = 0; rc == 0 && i < answers.n; i++) {
			const struct answer *one = &answers.list[i];

			*ret_heard = *ret_heard || one->state == ANSWER_DATA || one->state == ANSWER_NONE;
			want->take(want->ctx, one, &next);
		}
		open -= answers.n;
	}
	return rc;
}

static int explain(int rc, int status, struct err *err)
{
	if (interrupt_came() && rc < 0)
		return rc;
	if (WIFSIGNALED(status) && rc < 0)
		return err_set(err, EXIT_SOFTWARE, "%s was ended by signal %d: please report this", name,
			       WTERMSIG(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOPERM)
		return err_set(err, EXIT_NOPERM,
			       "this kernel cannot confine %s; --unconfined asks without that protection",
			       name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG)
		return err_set(err, EXIT_CONFIG,
			       "the resolver that [reputation] names cannot be used: "
			       "recursive, system, or ADDRESS[@PORT]");
	return rc;
}

int dns_ask(const struct dns_want *want, struct arena *a, const struct asks *first, bool *ret_heard,
	    struct err *err)
{
	struct helper_want hw = { .name = name };
	struct channel c;
	unsigned n = 0;
	int ends[2], status = 0, rc;
	pid_t pid;

	*ret_heard = false;
	rc = channel_pair(ends, err);
	if (rc < 0)
		return rc;
	if (want->unconfined)
		hw.args[n++] = "--unconfined";
	hw.args[n] = want->resolver;
	memcpy(hw.fds, (int[]){ ends[1], -1, -1, -1 }, sizeof(hw.fds));
	rc = helper_start(&hw, &pid, err);
	close(ends[1]);
	if (rc < 0) {
		close(ends[0]);
		return rc;
	}
	channel_open(&c, ends[0], ANSWERS_BYTES, SECONDS);
	rc = talk(want, &c, a, first, ret_heard, err);
	channel_close(&c);
	/* it would notice only when the questions on their way have had their time */
	if (interrupt_came())
		kill(pid, SIGKILL);
	if (helper_wait(pid, name, &status, err) < 0)
		return -err->code;
	return explain(rc, status, err);
}
