/*
 * huge - see huge.h. Not in err.c: who acts on the machine needs none of it, and links none.
 */
#include "base/huge.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *xhuge(size_t n)
{
	size_t all = (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *p = aligned_alloc(HUGE_PAGE, all);

	if (!p)
		bug("out of memory");
	/* a hint only */
	madvise(p, all, MADV_HUGEPAGE);
	return memset(p, 0, n);
}
