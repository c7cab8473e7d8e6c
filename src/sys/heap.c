/*
 * heap - see heap.h. The C library has a switch for this (glibc.malloc.hugetlb), but only in the environment of a
 * program that it starts, and we are a child that was forked.
 */
#include "sys/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BIG_PAGE ((uintptr_t)2 << 20)
/* What is bigger than this has pages of its own, and grows without being copied. */
#define PIECE_MOST (1 << 20)

void heap_in_big_pages(size_t bytes)
{
	char *room;

	mallopt(M_TRIM_THRESHOLD, (int)(2 * bytes));
	mallopt(M_MMAP_THRESHOLD, (int)(bytes + 4096));
	room = malloc(bytes);
	if (room) {
		uintptr_t start = ((uintptr_t)room + BIG_PAGE - 1) & ~(BIG_PAGE - 1);
		uintptr_t end = ((uintptr_t)room + bytes) & ~(BIG_PAGE - 1);

		/* a hint: without big pages all goes on as before */
		if (start < end)
			madvise(room + (start - (uintptr_t)room), end - start, MADV_HUGEPAGE);
		free(room);
	}
	mallopt(M_MMAP_THRESHOLD, PIECE_MOST);
}
