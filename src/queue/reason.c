/*
 * reason - see reason.h.
 *
 * Postfix: defer/X/ID, a paragraph for each recipient with a line "reason=..." (bounce(8), src/global/bounce_log.c); X as in
 * the queue's own folders, so all sixteen are tried after the likely one. Exim: msglog/ID, or msglog/X/ID in a split
 * spool, a log of that message: "ADDRESS R=... defer (N) ...: TEXT", and the last one counts. Seen on 3.7 and 4.96.
 *
 * TRUST: the text is a foreign server's; of the file's last 8 KiB no more is read than that.
 */
#include "queue/reason.h"

#include "queue/spool.h"
#include "sys/beneath.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MOST 8192
#define REASON_MOST 200

struct span reason_of_postfix(struct span text)
{
	const struct span key = SPAN("\nreason=");
	ptrdiff_t at = span_search(text, 0, key);
	struct span rest;
	ptrdiff_t end;

	if (at < 0)
		return SPAN_NONE;
	rest = span_from(text, (size_t)at + key.n);
	end = span_find(rest, 0, '\n');
	return end < 0 ? SPAN_NONE : span_head(rest, (size_t)end);
}

struct span reason_of_exim(struct span text)
{
	struct span last = SPAN_NONE;

	for (size_t at = 0; at < text.n;) {
		ptrdiff_t end = span_find(text, at, '\n');
		struct span line = span_of(text.p + at, (end < 0 ? text.n : (size_t)end) - at);
		ptrdiff_t defer = span_search(line, 0, SPAN(" defer ("));
		ptrdiff_t colon = defer < 0 ? -1 : span_search(line, (size_t)defer, SPAN(": "));

		at += line.n + 1;
		if (colon >= 0)
			last = span_from(line, (size_t)colon + 2);
	}
	return last;
}

static struct span read_tail(int fd, char room[TAIL_MOST])
{
	struct file_status st;
	struct err unseen;
	ssize_t n;

	/* not glibc's fstat: it looks names up, which the confined reader may not */
	if (descriptor_status(fd, &st, &unseen) < 0 || !S_ISREG(st.mode))
		return SPAN_NONE;
	n = pread(fd, room, TAIL_MOST, st.size > TAIL_MOST ? (off_t)(st.size - TAIL_MOST) : 0);
	return n > 0 ? span_of(room, (size_t)n) : SPAN_NONE;
}

/* FOLDER/X/ID for the likely X, FOLDER/ID, then for all X of EACH. */
static int open_hashed(const struct spool *s, const char *folder, const char *id, char likely,
		       const char *each)
{
	bool quiet = true;
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/%c/%s", folder, likely, id);
	fd = below_open_quietly(s->fd, path, &quiet);
	if (fd < 0) {
		snprintf(path, sizeof(path), "%s/%s", folder, id);
		fd = below_open_quietly(s->fd, path, &quiet);
	}
	for (; fd < 0 && *each; each++) {
		snprintf(path, sizeof(path), "%s/%c/%s", folder, *each, id);
		fd = below_open_quietly(s->fd, path, &quiet);
	}
	return fd;
}

struct span queue_reason(const struct spool *s, struct span id, struct arena *a)
{
	char room[TAIL_MOST];
	const char *name = arena_str(a, id);
	bool postfix = s->server == SERVER_POSTFIX;
	struct span text;
	int fd;

	if (!queue_is_id(id))
		return SPAN_NONE;
	/* Exim's split spool goes by the sixth letter, the last of the time in seconds */
	fd = postfix ? open_hashed(s, "defer", name, id.p[0], "0123456789ABCDEF")
		     : open_hashed(s, "msglog", name, id.p[id.n > 5 ? 5 : 0], "");
	if (fd < 0)
		return SPAN_NONE;
	text = read_tail(fd, room);
	close(fd);
	text = postfix ? reason_of_postfix(text) : reason_of_exim(text);
	return arena_span(a, span_head(text, REASON_MOST));
}
