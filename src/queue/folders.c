/*
 * folders - see reading.h: hashed queue folders, in a list of bounded length instead of by recursion.
 *
 * postconf(5), hash_queue_depth (1 unless set); Exim's split_spool_directory is one character deep, too. Each
 * folder is listed once, in the order in which it was met.
 *
 * TRUST: a folder's names are anybody's in an image. Only those of one character count, no more than
 * FOLDERS_DEEP below the queue's own and FOLDERS_MOST in all; others are no messages either and are passed
 * over.
 */
#include "queue/reading.h"

#include <stdio.h>
#include <stdlib.h>

static size_t slashes(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

void folders_start(struct folders *f, const char *path)
{
	*f = (struct folders){ .list = xmalloc(sizeof(*f->list)), .n = 1, .base = slashes(path) };
	snprintf(f->list[0], sizeof(f->list[0]), "%s", path);
}

bool folders_next(struct folders *f)
{
	if (f->next == f->n)
		return false;
	f->path = f->list[f->next++];
	return true;
}

bool folders_take(struct folders *f, struct span name)
{
	size_t at = f->next - 1;
	char path[sizeof(f->list[0])];

	if (name.n != 1 || slashes(f->path) - f->base >= FOLDERS_DEEP || f->n == FOLDERS_MOST)
		return false;
	snprintf(path, sizeof(path), "%.60s/%c", f->path, name.p[0]);
	f->list = xrealloc(f->list, (f->n + 1) * sizeof(*f->list));
	memcpy(f->list[f->n++], path, sizeof(path));
	/* the list may have moved */
	f->path = f->list[at];
	return true;
}

void folders_end(struct folders *f)
{
	free(f->list);
}
