/*
 * mime_helper - see mime_helper.h.
 *
 * TRUST: the helper parses anybody's mail and may have been taken over; what it says is checked in form.
 */
#include "app/mime_helper.h"

#include "app/helper.h"
#include "base/pack.h"
#include "base/arena.h"

#include <sys/wait.h>
#include <unistd.h>

/* Of one complaint. */
#define ANSWER_BYTES (2u << 20)
/* Of all together: a helper that was taken over could otherwise fill our memory, one complaint at a time. */
#define TEXTS_BYTES (512u << 20)

static const char name[] = "spamtrail-mime";

int mime_helper_start(struct mime_helper *h, bool unconfined, struct err *err)
{
	struct helper_want want = { .name = name };
	int ends[2];
	int rc = channel_pair(ends, err);

	if (rc < 0)
		return rc;
	if (unconfined)
		want.args[0] = "--unconfined";
	memcpy(want.fds, (int[]){ ends[1], -1, -1, -1 }, sizeof(want.fds));
	rc = helper_start(&want, &h->pid, err);
	close(ends[1]);
	if (rc < 0)
		close(ends[0]);
	else
		channel_open(&h->channel, ends[0], ANSWER_BYTES, 0);
	return rc;
}

static int take_done(struct span body, struct arena *a, enum mime_end *ret_end, struct span *ret_why,
		     struct err *err)
{
	struct unpacker u = { .left = body };
	unsigned end = unpack_u8(&u);
	struct span why = unpack_span(&u);

	/* A reason with a whole mailbox, or none with half of one, is something the helper never says. */
	if (!unpack_done(&u) || end >= MIME_ENDS || (end == MIME_WHOLE) != (why.n == 0))
		return err_set(err, EXIT_SOFTWARE, "%s spoke nonsense", name);
	*ret_end = (enum mime_end)end;
	*ret_why = arena_span(a, why);
	return 0;
}

int mime_helper_read(struct mime_helper *h, struct arena *a, int fd,
		     void (*take)(void *ctx, const struct complaint *c), void *ctx, enum mime_end *ret_end,
		     struct span *ret_why, struct err *err)
{
	int rc = channel_send(&h->channel, MIME_FILE, SPAN_NONE, &fd, 1, err);

	while (rc == 0) {
		struct message m = { 0 };
		struct complaint c;

		rc = channel_receive(&h->channel, &m, err);
		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "%s ended in the middle", name);
		if (rc < 0)
			return rc;
		if (m.type == MIME_DONE)
			return take_done(m.body, a, ret_end, ret_why, err);
		if (m.type != MIME_COMPLAINT || arena_bytes(a) > TEXTS_BYTES)
			return err_set(err, EXIT_SOFTWARE, "%s spoke out of turn", name);
		rc = complaint_unpack(a, arena_span(a, m.body), &c, err);
		if (rc == 0)
			take(ctx, &c);
	}
	return rc;
}

int mime_helper_end(struct mime_helper *h, int rc, struct err *err)
{
	int status = 0;

	channel_close(&h->channel);
	if (helper_wait(h->pid, name, &status, err) < 0)
		return -err->code;
	if (WIFSIGNALED(status) && rc < 0)
		return err_set(err, EXIT_SOFTWARE, "%s was ended by signal %d: please report this", name,
			       WTERMSIG(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOPERM)
		return err_set(err, EXIT_NOPERM,
			       "this kernel cannot confine %s; --unconfined reads without that protection",
			       name);
	return rc;
}
