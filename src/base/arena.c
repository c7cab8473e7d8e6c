/*
 * arena - blocks in a chain, filled from the front, freed together.
 *
 * Blocks grow from 4 KiB to 1 MiB, so a small arena stays small and a big one makes few system calls.
 * Under AddressSanitizer every piece gets a block of its own, or overruns inside a block would hide.
 */
#include "base/arena.h"

#include "base/err.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_BLOCK_EACH true
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ONE_BLOCK_EACH true
#endif
#ifndef ONE_BLOCK_EACH
#define ONE_BLOCK_EACH false
#endif

enum { FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 20 };

struct block {
	struct block *next;
	max_align_t data[];
};

struct kept {
	struct kept *next;
	void *p;
};

struct arena {
	struct block *blocks;
	struct kept *kept;
	char *at;
	size_t left;
	size_t next_size;
	size_t bytes;
};

struct arena *arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->next_size = FIRST_BLOCK;
	return a;
}

void arena_free(struct arena *a)
{
	for (struct kept *k = a ? a->kept : NULL; k; k = k->next)
		free(k->p);

	struct block *b = a ? a->blocks : NULL;

	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
	free(a);
}

static void *block_new(struct arena *a, size_t n)
{
	struct block *b;
	size_t all;

	if (__builtin_add_overflow(n, sizeof(*b), &all))
		all = SIZE_MAX;
	b = xcalloc(1, all);
	b->next = a->blocks;
	a->blocks = b;
	a->bytes += all;
	return b->data;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	size_t rounded = n ? n + (align - n % align) % align : align;
	void *p;

	/* A piece as big as a block leaves the open block to the small ones. */
	if (ONE_BLOCK_EACH || rounded < n || rounded >= a->next_size)
		return block_new(a, n);
	if (rounded > a->left) {
		a->at = block_new(a, a->next_size);
		a->left = a->next_size;
		if (a->next_size < LAST_BLOCK)
			a->next_size *= 2;
	}
	p = a->at;
	a->at += rounded;
	a->left -= rounded;
	return p;
}

struct span arena_span(struct arena *a, struct span s)
{
	return span_of(arena_str(a, s), s.n);
}

char *arena_str(struct arena *a, struct span s)
{
	char *copy = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

size_t arena_bytes(const struct arena *a)
{
	return a->bytes;
}

void arena_keep(struct arena *a, void *p)
{
	struct kept *k = arena_alloc(a, sizeof(*k));

	*k = (struct kept){ a->kept, p };
	a->kept = k;
}
