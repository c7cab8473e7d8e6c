/*
 * window - a spool file seen through a few KiB: pread where the parser looks, no more.
 *
 * TRUST: offsets come from the file itself; outside of it there is nothing. The file may shrink while it is read.
 */
#ifndef SPAMTRAIL_QUEUE_WINDOW_H
#define SPAMTRAIL_QUEUE_WINDOW_H

#include "base/span.h"

#define WINDOW_FIRST 4096 /* bytes of the first look: the envelope and the headers of most mail */
#define WINDOW_SMALL 8192 /* a file of less is read whole: cheaper than a second look */
#define WINDOW_MOST (64u << 10)

struct window {
	int fd; /* -1: the bytes below are all there is */
	struct span bytes; /* what lies in the window, from AT on */
	uint64_t at;
	bool failed; /* a read failed */
	bool ended; /* the file ends where the window does */
	size_t first; /* bytes of the first look */
	char *room; /* WINDOW_MOST bytes, the caller's */
};

/* SIZE of the file as fstat told: a small one is read in one go. */
void window_open(struct window *w, int fd, char *room, uint64_t size);
/* The same over BYTES, which outlive it; no file: so that fuzz targets need none. */
void window_memory(struct window *w, struct span bytes);
/* What lies at AT, at least WANT bytes of it (at most WINDOW_MOST) unless the file ends before. */
struct span window_look(struct window *w, uint64_t at, size_t want);

#endif
