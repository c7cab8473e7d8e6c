/*
 * out - files beneath the made-up server's root: buffered lines, rotation at line ends, and the time of
 * the newest line as the file's mtime (log readers take the year from it). Any failure ends the program.
 */
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void die(const char *what, const char *on)
{
	fprintf(stderr, "spamtrail-gen: %s %s: %s\n", what, on, strerror(errno));
	exit(74);
}

void make_parents(const char *path)
{
	char p[600];

	snprintf(p, sizeof p, "%s", path);
	for (char *s = p + 1; (s = strchr(s, '/')); *s++ = '/') {
		*s = 0;
		if (mkdir(p, 0755) && errno != EEXIST)
			die("mkdir", p);
	}
}

void out_open(struct world *w, struct out *o, const char *name)
{
	snprintf(o->path, sizeof o->path, "%s/%s", w->dir, name);
	make_parents(o->path);
	o->fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (o->fd < 0)
		die("open", o->path);
	if (!o->buf) {
		o->cap = o == &w->main ? 1 << 20 : 1 << 16;
		o->buf = malloc(o->cap);
	}
	o->n = 0;
}

static void out_flush(struct out *o)
{
	for (size_t at = 0; at < o->n;) {
		ssize_t n = write(o->fd, o->buf + at, o->n - at);

		if (n < 0)
			die("write", o->path);
		at += (size_t)n;
	}
	o->n = 0;
}

static void out_add(struct out *o, const char *p, size_t n)
{
	if (n > o->cap - o->n)
		out_flush(o);
	memcpy(o->buf + o->n, p, n);
	o->n += n;
}

void out_line(struct world *w, struct out *o, const char *prefix, size_t n, const struct text *t)
{
	if (!o->buf)
		return;
	out_add(o, prefix, n);
	out_add(o, t->b, t->n);
	out_add(o, "\n", 1);
	o->last = w->start + w->now / SECOND;
}

void out_close(struct world *w, struct out *o)
{
	struct timespec t[2] = { { 0, UTIME_OMIT }, { o->last ? o->last : w->start, 0 } };

	if (!o->buf || o->fd < 0)
		return;
	out_flush(o);
	futimens(o->fd, t);
	close(o->fd);
	o->fd = -1;
}

/* PART counts from 1; of w->rotate parts the first becomes NAME.(rotate - 1). */
void out_rotate(struct world *w, struct out *o, unsigned part)
{
	char old[530], name[512];

	out_close(w, o);
	snprintf(old, sizeof old, "%s.%u", o->path, w->rotate - part);
	if (rename(o->path, old))
		die("rename", o->path);
	snprintf(name, sizeof name, "%s", o->path + strlen(w->dir) + 1);
	out_open(w, o, name);
}

/* A whole small file; MTIME in UTC seconds, 0 = now. */
void file_write(struct world *w, const char *name, const char *text, int64_t mtime)
{
	char path[600];
	struct timespec t[2] = { { 0, UTIME_OMIT }, { mtime, 0 } };
	int fd;

	snprintf(path, sizeof path, "%s/%s", w->dir, name);
	make_parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("write", path);
	if (mtime)
		futimens(fd, t);
	close(fd);
}
