/*
 * window - see window.h.
 *
 * Promises: one pread at most for each look, none where the window holds what is wanted already; nothing
 * outside the file is ever given, and the answer is short only at its end or after a failure, which is in
 * `failed`.
 *
 * TRUST: AT comes from the file and may be any number; the file is written and may shrink while it is read.
 */
#include "queue/window.h"

#include <errno.h>
#include <unistd.h>

void window_open(struct window *w, int fd, char *room, uint64_t size)
{
	*w = (struct window){ .fd = fd,
			      .room = room,
			      .first = size < WINDOW_SMALL ? WINDOW_SMALL : WINDOW_FIRST };
}

void window_memory(struct window *w, struct span bytes)
{
	*w = (struct window){ .fd = -1, .bytes = bytes };
}

struct span window_look(struct window *w, uint64_t at, size_t want)
{
	uint64_t end = w->at + w->bytes.n;
	size_t ask = want < w->first ? w->first : WINDOW_MOST;
	ssize_t n;

	if (at >= w->at && at <= end && (end - at >= want || w->ended || w->fd < 0))
		return span_from(w->bytes, (size_t)(at - w->at));
	if (w->fd < 0 || at > INT64_MAX - WINDOW_MOST)
		return SPAN_NONE;
	/* a second look shows that there is more to come */
	if (w->bytes.n)
		ask = WINDOW_FIRST * 4 > want ? WINDOW_FIRST * 4 : WINDOW_MOST;
	do {
		n = pread(w->fd, w->room, ask, (off_t)at);
	} while (n < 0 && errno == EINTR);
	w->failed |= n < 0;
	w->at = at;
	w->ended = n < (ssize_t)ask;
	w->bytes = span_of(w->room, n > 0 ? (size_t)n : 0);
	return w->bytes;
}
