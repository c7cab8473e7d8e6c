/*
 * sink - see sink.h. A reader that closes its end (head, less) is a lost write like any other: the caller
 * decides whether EPIPE is worth a word.
 * TRUST: none of the bytes are looked at here; they have come through show_*.
 */
#include "report/sink.h"

#include <errno.h>
#include <unistd.h>

/* Few writes for a long report, and little memory. */
#define ENOUGH (64u << 10)

struct sink sink_new(int fd)
{
	return (struct sink){ .text = BUF_MAX(SINK_PIECE_MAX), .fd = fd };
}

static void write_out(struct sink *s)
{
	size_t at = 0;

	while (at < s->text.n && s->error == 0) {
		ssize_t n = write(s->fd, s->text.p + at, s->text.n - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno != EINTR)
			s->error = errno;
	}
	/* Also behind an error: the rest of a report that nobody gets must not pile up. */
	s->text.n = 0;
}

void sink_turn(struct sink *s)
{
	if (s->fd >= 0 && s->text.n >= ENOUGH)
		write_out(s);
}

int sink_end(struct sink *s, const char *name, struct err *err)
{
	if (s->fd >= 0) {
		write_out(s);
		buf_free(&s->text);
	}
	if (s->text.over)
		return err_set(err, EXIT_IO, "%s: the report does not fit into %u MiB", name,
			       SINK_PIECE_MAX >> 20);
	if (s->error) {
		errno = s->error;
		return err_sys(err, EXIT_IO, "%s: cannot write the report", name);
	}
	return 0;
}
