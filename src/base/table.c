/*
 * table - growing, and deletion by shifting back (linear probing, so Knuth's algorithm R applies).
 *
 * It holds at most 2^31 slots; more is our bug, because callers cap their rows. What a flood has made large is made smaller
 * once a sixteenth is in use: a few entries scattered over much memory would miss the cache each time.
 */
#include "base/table.h"

#include "base/err.h"

#include <stdlib.h>

#define LEAST_SLOTS 256 /* a smaller table is not worth halving */

void table_init(struct table *t, uint32_t log2)
{
	if (log2 > 31)
		bug("table of more than 2^31 slots");
	*t = (struct table){
		.slot = xcalloc((size_t)1 << log2, sizeof(*t->slot)),
		.mask = (uint32_t)(((uint64_t)1 << log2) - 1),
	};
}

void table_free(struct table *t)
{
	free(t->slot);
	*t = (struct table){ 0 };
}

/* Moves what is in T to a table of 2^LOG2 slots. */
static void resize(struct table *t, uint32_t log2)
{
	struct table other;

	table_init(&other, log2);
	for (uint64_t i = 0; i <= t->mask; i++) {
		uint32_t at = t->slot[i].hash & other.mask;

		if (!t->slot[i].index)
			continue;
		while (other.slot[at].index)
			at = (at + 1) & other.mask;
		other.slot[at] = t->slot[i];
	}
	other.used = t->used;
	table_free(t);
	*t = other;
}

static uint32_t slots_log2(const struct table *t)
{
	return (uint32_t)__builtin_popcount(t->mask);
}

void table_grow(struct table *t)
{
	resize(t, slots_log2(t) + 1);
}

void table_drop(struct table *t, uint64_t hash, uint32_t index)
{
	uint32_t hole = (uint32_t)hash & t->mask;

	while (t->slot[hole].index != index + 1) {
		if (!t->slot[hole].index)
			bug("table_drop of an index that is not in");
		hole = (hole + 1) & t->mask;
	}
	for (uint32_t at = (hole + 1) & t->mask; t->slot[at].index; at = (at + 1) & t->mask) {
		uint32_t home = t->slot[at].hash & t->mask;

		/* Only who is probed through the hole may move into it. */
		if (((at - home) & t->mask) >= ((at - hole) & t->mask)) {
			t->slot[hole] = t->slot[at];
			hole = at;
		}
	}
	t->slot[hole] = (struct table_slot){ 0 };
	t->used--;
	/* to a half full one: the old and the new lie beside each other for a moment */
	if (t->mask >= LEAST_SLOTS && t->used < t->mask / 16)
		resize(t, slots_log2(t) - 3);
}
