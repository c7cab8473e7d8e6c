/*
 * buf - growing text with a ceiling. What does not fit is dropped and remembered in `over`,
 * so a caller can say that a limit was hit; it never grows past `max`.
 */
#ifndef SPAMTRAIL_BASE_BUF_H
#define SPAMTRAIL_BASE_BUF_H

#include "base/span.h"

#include <stdarg.h>

struct buf {
	char *p;               /* owned; not NUL-terminated */
	size_t n;
	size_t cap;
	size_t max;
	bool over;
};

#define BUF_MAX(limit) ((struct buf){ .max = (limit) })

/* For buf_add only: what does not fit yet. */
void buf_grow(struct buf *b, const void *p, size_t n);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (n > b->cap - b->n) {
		buf_grow(b, p, n);
		return;
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static inline void buf_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void buf_byte(struct buf *b, char c)
{
	if (b->n < b->cap)
		b->p[b->n++] = c;
	else
		buf_add(b, &c, 1);
}

static inline struct span buf_view(const struct buf *b)
{
	return span_of(b->p, b->n);
}

#endif
