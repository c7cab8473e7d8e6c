/*
 * buf - growing text with a ceiling: doubles until `max`, keeps the head of what does not fit.
 *
 * After the first byte that did not fit the buffer is full, so the text is always a prefix of what
 * was written and never has a hole. One byte more than `cap` is allocated, for vsnprintf's NUL.
 */
#include "base/buf.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* Makes room for N more bytes as far as the ceiling allows; returns how many may be written. */
static size_t reserve(struct buf *b, size_t n)
{
	size_t room = b->max > b->n ? b->max - b->n : 0;

	if (n > room) {
		b->over = true;
		n = room;
	}
	if (n > b->cap - b->n) {
		size_t cap = b->cap < 128 ? 128 : b->cap;

		while (cap - b->n < n)
			cap = cap > SIZE_MAX / 2 ? SIZE_MAX - 1 : cap * 2;
		if (cap > b->max)
			cap = b->max;
		b->p = xrealloc(b->p, cap + 1);
		b->cap = cap;
	}
	return n;
}

void buf_grow(struct buf *b, const void *p, size_t n)
{
	n = reserve(b, n);
	if (n == 0)
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	size_t room = b->cap - b->n;
	int want;

	va_start(ap, fmt);
	va_copy(again, ap);
	want = vsnprintf(b->p ? b->p + b->n : NULL, b->p ? room + 1 : 0, fmt, ap);
	if (want > 0) {
		size_t n = reserve(b, (size_t)want);

		if ((size_t)want > room && b->p)
			vsnprintf(b->p + b->n, b->cap - b->n + 1, fmt, again);
		b->n += n;
	}
	va_end(again);
	va_end(ap);
}

void buf_free(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
}
