/*
 * table - the one hash table: open addressing over 32-bit indexes into the caller's own array.
 *
 * The table stores an index and 32 bits of its hash; the caller says whether an index holds a key, and is asked
 * only where the hashes agree: what lies behind an index is far away. The callback is inlined where it is static.
 * Deleting shifts back, so there are no tombstones, and a table that has become far too large is made small again.
 */
#ifndef SPAMTRAIL_BASE_TABLE_H
#define SPAMTRAIL_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_NONE UINT32_MAX
#define TABLE_SMALL 65536 /* slots: half a mebibyte */

struct table_slot {
	uint32_t index;        /* + 1; 0 = empty */
	uint32_t hash;         /* its lower half */
};

struct table {
	struct table_slot *slot; /* owned */
	uint32_t mask;         /* slots - 1 */
	uint32_t used;
};

typedef bool table_same_fn(const void *owner, uint32_t index, const void *key);

void table_init(struct table *t, uint32_t log2);
void table_free(struct table *t);
/* Twice the slots. */
void table_grow(struct table *t);
/* Takes INDEX, whose hash is HASH, out again. It must be in. */
void table_drop(struct table *t, uint64_t hash, uint32_t index);

/* Where the search for HASH begins. */
static inline const struct table_slot *table_home(const struct table *t, uint64_t hash)
{
	return &t->slot[(uint32_t)hash & t->mask];
}

/* The index that holds KEY, or TABLE_NONE. */
static inline uint32_t table_find(const struct table *t, uint64_t hash, table_same_fn *same,
				  const void *owner, const void *key)
{
	for (uint32_t at = (uint32_t)hash & t->mask; t->slot[at].index; at = (at + 1) & t->mask)
		if (t->slot[at].hash == (uint32_t)hash && same(owner, t->slot[at].index - 1, key))
			return t->slot[at].index - 1;
	return TABLE_NONE;
}

/* Is there no room for one more? A large table may be three quarters full; a small one has room to spare: shorter ways. */
static inline bool table_is_full(const struct table *t)
{
	uint64_t slots = (uint64_t)t->mask + 1;

	return ((uint64_t)t->used + 1) * 8 > slots * (slots <= TABLE_SMALL ? 3 : 6);
}

/* Puts INDEX in; the caller knows that its key is not there yet. */
static inline void table_put(struct table *t, uint64_t hash, uint32_t index)
{
	if (table_is_full(t))
		table_grow(t);

	uint32_t at = (uint32_t)hash & t->mask;

	while (t->slot[at].index)
		at = (at + 1) & t->mask;
	t->slot[at] = (struct table_slot){ index + 1, (uint32_t)hash };
	t->used++;
}

#endif
