/*
 * heap - the streams that have an event in hand, earliest first; equal times in the streams' order, so
 * that the merge never depends on who was parsed first.
 */
#ifndef SPAMTRAIL_LOGS_HEAP_H
#define SPAMTRAIL_LOGS_HEAP_H

#include "logs/batch.h"

struct heap {
	struct stream **item;
	size_t n;
};

static inline void heap_init(struct heap *h, struct arena *a, size_t most)
{
	h->item = arena_alloc(a, (most + 1) * sizeof(*h->item));
	h->n = 0;
}

/* Does A come after B? Streams of one run stand in one array: their addresses are their order. */
static inline bool heap_after(const struct stream *a, const struct stream *b)
{
	if (a->key != b->key)
		return a->key > b->key;
	return a->late != b->late ? a->late : a > b;
}

static inline struct stream *heap_top(const struct heap *h)
{
	return h->item[0];
}

/* The earliest but one, or NULL. */
static inline const struct stream *heap_second(const struct heap *h)
{
	if (h->n < 2)
		return NULL;
	if (h->n == 2 || heap_after(h->item[2], h->item[1]))
		return h->item[1];
	return h->item[2];
}

/* Puts the top where it belongs after its key has grown. */
static inline void heap_sift(struct heap *h)
{
	size_t at = 0;
	struct stream *s = h->item[0];

	for (;;) {
		size_t child = at * 2 + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && heap_after(h->item[child], h->item[child + 1]))
			child++;
		if (!heap_after(s, h->item[child]))
			break;
		h->item[at] = h->item[child];
		at = child;
	}
	h->item[at] = s;
}

static inline void heap_push(struct heap *h, struct stream *s)
{
	size_t at = h->n++;

	while (at > 0 && heap_after(h->item[(at - 1) / 2], s)) {
		h->item[at] = h->item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	h->item[at] = s;
}

static inline void heap_pop(struct heap *h)
{
	h->item[0] = h->item[--h->n];
	if (h->n)
		heap_sift(h);
}

#endif
