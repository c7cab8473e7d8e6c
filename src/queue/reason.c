/*
 * reason - see reason.h.
 *
 * Postfix: defer/X/ID, a paragraph for each recipient with a line "reason=..." (bounce(8), src/global/bounce_log.c); X as in
 * the queue's own folders. Exim: msglog/ID, or msglog/X/ID in a split
 * spool, a log of that message: "ADDRESS R=... defer (N) ...: TEXT", and the last one counts. Seen on 3.7 and 4.96.
 *
 * TRUST: the text is a foreign server's; of the file's last 8 KiB no more is read than that.
 */
#include "queue/reason.h"

#include "queue/spool.h"
#include "sys/beneath.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MOST 8192

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

/* base 52, src/global/mail_queue.h */
static int digit52(char c)
{
	static const char digits[] = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/*
 * What Postfix makes folders of: a short id's first letters; of a long one (seconds, microseconds in four digits, z,
 * inode) those of the microseconds in hexadecimal, since the seconds' hardly change.
 */
static void postfix_hash(struct span id, char ret[8])
{
	ptrdiff_t z = span_rfind(id, 'z');
	int micros = 0;

	snprintf(ret, 8, "%.*s", 2, id.p);
	if (z < 10)
		return;
	for (ptrdiff_t i = z - 4; i < z; i++) {
		int digit = digit52(id.p[i]);

		if (digit < 0)
			return;
		micros = micros * 52 + digit;
	}
	/* 52 to the fourth is below 16 to the sixth */
	snprintf(ret, 8, "%05X", (unsigned)micros & 0xffffff);
}

/* FOLDER/X/ID as both servers have it unless told otherwise, FOLDER/ID, and FOLDER/X/Y/ID (hash_queue_depth). */
static int open_hashed(const struct spool *s, const char *folder, struct span id, const char *hash)
{
	bool quiet = true;
	char path[96];
	int fd = -1;

	for (int i = 0; i < 3 && fd < 0; i++) {
		if (i == 0)
			snprintf(path, sizeof(path), "%s/%c/%.*s", folder, hash[0], (int)id.n, id.p);
		else if (i == 1)
			snprintf(path, sizeof(path), "%s/%.*s", folder, (int)id.n, id.p);
		else
			snprintf(path, sizeof(path), "%s/%c/%c/%.*s", folder, hash[0], hash[1], (int)id.n,
				 id.p);
		fd = below_open_quietly(s->fd, path, &quiet);
	}
	return fd;
}

struct span queue_reason(const struct spool *s, struct span id, char room[REASON_MOST])
{
	char tail[TAIL_MOST], hash[8];
	bool postfix = s->server == SERVER_POSTFIX;
	struct span text;
	int fd;

	if (!queue_is_id(id))
		return SPAN_NONE;
	postfix_hash(id, hash);
	/* Exim's split spool goes by the sixth letter, the last of the time in seconds */
	if (!postfix)
		hash[0] = id.p[id.n > 5 ? 5 : 0];
	fd = open_hashed(s, postfix ? "defer" : "msglog", id, hash);
	if (fd < 0)
		return SPAN_NONE;
	text = read_tail(fd, tail);
	close(fd);
	text = span_head(postfix ? reason_of_postfix(text) : reason_of_exim(text), REASON_MOST);
	if (text.n)
		memcpy(room, text.p, text.n);
	return span_of(room, text.n);
}
