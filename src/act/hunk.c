/*
 * hunk - an edit is taken out of a file that others have changed since: what the edit put there must stand in it exactly
 * once, as whole lines; these lines become again what they were. Otherwise nothing is done.
 *
 * The file with the change taken out is made in the store and changes places with the present one; what comes out is
 * compared with what was read before, so a change in between is not lost.
 *
 * TRUST: the file may have become anything. Lines are compared as bytes, never understood.
 */
#include "act/file.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_MOST (32u << 20) /* limit contain, bytes: of a file that is edited */
#define TAIL ".new"

struct hunk {
	struct span was, is; /* whole lines */
};

/* What is different between OLD and NEW, widened to whole lines. */
static struct hunk hunk_of(struct span old, struct span new)
{
	size_t most = old.n < new.n ? old.n : new.n, head = 0, tail = 0;

	while (head < most && old.p[head] == new.p[head])
		head++;
	while (head && new.p[head - 1] != '\n')
		head--;
	while (tail < most - head && old.p[old.n - 1 - tail] == new.p[new.n - 1 - tail])
		tail++;
	/* the tail begins behind a newline, in both */
	while (tail && !((new.n == tail || new.p[new.n - tail - 1] == '\n') &&
			 (old.n == tail || old.p[old.n - tail - 1] == '\n')))
		tail--;
	return (struct hunk){ span_of(old.p + head, old.n - head - tail),
			      span_of(new.p + head, new.n - head - tail) };
}

/* FILE with the hunk taken out; false where it does not stand there exactly once. */
static bool take_out(const struct hunk *h, struct span file, struct buf *out)
{
	ptrdiff_t at, found = -1;
	size_t from = 0;

	if (h->is.n == 0)
		return false;
	while ((at = span_search(file, from, h->is)) >= 0) {
		from = (size_t)at + 1;
		if (at > 0 && file.p[at - 1] != '\n')
			continue;
		if (found >= 0)
			return false;
		found = at;
	}
	if (found < 0)
		return false;
	buf_span(out, span_head(file, (size_t)found));
	buf_span(out, h->was);
	buf_span(out, span_from(file, (size_t)found + h->is.n));
	return !out->over;
}

/* The plain file NAME in DIR, with one link and the owner it had, whole. */
static int read_plain(const struct work *w, int dir, const char *name, struct stat *st, struct buf *out)
{
	struct err unread;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	    st->st_uid == w->record->file.uid && file_read(fd, FILE_MOST, out, &unread) == 0 && !out->over)
		return fd;
	fd_close(fd);
	return -1;
}

/* Killed in a try before: what lies aside has the hunk, so it is the file that was replaced; else it is ours. */
static bool done_before(const struct work *w, const struct move *m, const struct hunk *h, const char *aside)
{
	struct buf bytes = BUF_MAX(FILE_MOST), out = BUF_MAX(FILE_MOST);
	struct stat st;
	int fd = read_plain(w, m->hold.fd, aside, &st, &bytes);
	bool done = fd >= 0 && take_out(h, buf_view(&bytes), &out);

	fd_close(fd);
	if (!done)
		unlinkat(m->hold.fd, aside, 0);
	buf_free(&bytes);
	buf_free(&out);
	return done;
}

static int replace(struct work *w, struct move *m, const char *aside, int present, struct span was,
		   struct span is, struct err *err)
{
	struct buf xattrs = BUF_MAX(1 << 20), again = BUF_MAX(FILE_MOST);
	struct seen like;
	struct stat st, now;
	int fd, rc = fstat(present, &st) < 0 ? err_sys(err, EXIT_IO, "a file cannot be looked at")
					     : xattrs_read(present, &xattrs, err);

	if (rc < 0)
		goto out;
	like = seen_of(&st);
	fd = hold_make_file(w, &m->hold, TAIL, is, &like, buf_view(&xattrs), err);
	rc = fd < 0 ? fd : 0;
	fd_close(fd);
	if (rc == 0 && move_surely(w, m->hold.fd, aside, m->place.folder, m->place.name, MOVE_EXCHANGE) < 0)
		rc = err_sys(err, EXIT_IO, "%s cannot be replaced", m->place.name);
	if (rc == 0) {
		fd = read_plain(w, m->hold.fd, aside, &now, &again);
		if (fd < 0 || now.st_ino != st.st_ino || !span_eq(buf_view(&again), was)) {
			w->unsure = move_name(m->hold.fd, aside, m->place.folder, m->place.name,
					      MOVE_EXCHANGE) < 0;
			rc = err_set(err, EXIT_IO, "%s was changed while it was edited", m->place.name);
		}
		fd_close(fd);
	}
	/* exchanged, but perhaps not on disk: the next try sees by it that it is done */
	if (rc < 0 && !w->unsure)
		unlinkat(m->hold.fd, aside, 0);
out:
	buf_free(&xattrs);
	buf_free(&again);
	return rc;
}

int hunk_undo(struct work *w, struct move *m, struct err *err)
{
	struct hunk h = hunk_of(w->action->old_bytes, w->action->new_bytes);
	struct buf present = BUF_MAX(FILE_MOST), out = BUF_MAX(FILE_MOST);
	char aside[HOLD_NAME_BYTES];
	struct stat st;
	int fd, rc = 0;

	hold_name_in(w, TAIL, aside);
	if (!done_before(w, m, &h, aside)) {
		fd = read_plain(w, m->place.folder, m->place.name, &st, &present);
		if (fd < 0 || !take_out(&h, buf_view(&present), &out))
			rc = err_set(err, EXIT_IO, "%s: the change cannot be told apart from others",
				     m->place.name);
		else
			rc = replace(w, m, aside, fd, buf_view(&present), buf_view(&out), err);
		fd_close(fd);
	}
	if (rc == 0) {
		buf_str(&w->text, "it has been changed since: only our lines were taken out");
		/* the old file as a whole would bring back more than that; it goes first: gone, the rest is done */
		rc = hold_drop(w, &m->hold, w->record->file.inode, err);
	}
	buf_free(&present);
	buf_free(&out);
	return rc;
}
