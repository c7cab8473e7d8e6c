/*
 * arena_more - lists that grow in an arena. Apart from arena.h: who acts on the machine needs none, and links none.
 */
#ifndef SPAMTRAIL_BASE_ARENA_MORE_H
#define SPAMTRAIL_BASE_ARENA_MORE_H

#include "base/arena.h"

/*
 * LIST with room for more than the N items of SIZE bytes that it holds: where *ROOM is in use, a copy twice as large, of
 * LEAST items the first time. The old one stays behind: together they take no more than the new.
 */
void *arena_more(struct arena *a, void *list, size_t n, size_t *room, size_t least, size_t size);

#endif
