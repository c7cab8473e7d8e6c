/* arena_more - see arena_more.h. */
#include "base/arena_more.h"

#include <string.h>

void *arena_more(struct arena *a, void *list, size_t n, size_t *room, size_t least, size_t size)
{
	void *more;

	if (n < *room)
		return list;
	*room = *room ? 2 * *room : least;
	more = arena_alloc(a, *room * size);
	if (n)
		memcpy(more, list, n * size);
	return more;
}
