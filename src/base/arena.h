/*
 * arena - memory by lifetime: many small allocations, one free. Blocks come zeroed.
 */
#ifndef SPAMTRAIL_BASE_ARENA_H
#define SPAMTRAIL_BASE_ARENA_H

#include "base/span.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* Zeroed, aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* A copy of S owned by the arena. */
struct span arena_span(struct arena *a, struct span s);
/* A NUL-terminated copy of S owned by the arena. */
char *arena_str(struct arena *a, struct span s) __attribute__((returns_nonnull));
/* From now on P, which malloc gave, is the arena's to free. */
void arena_keep(struct arena *a, void *p);
/* Bytes taken from the system so far. */
size_t arena_bytes(const struct arena *a);

#endif
