/*
 * cache - see cache.h. Looked up by interpolation: the numbers are spread evenly, so the first guess is near.
 * TRUST: the table comes from our own store, whose sums were right; it may still be short, or belong to another folder.
 */
#include "scan/cache.h"

#include "base/hash.h"
#include "sys/beneath.h"

#include <stdlib.h>

uint64_t cache_print(uint64_t seed, struct span path, const struct file_status *st)
{
	const uint64_t facts[] = { st->device,	   st->inode, (uint64_t)st->ctime,
				   st->ctime_nsec, st->size,  (uint64_t)st->uid << 32 | st->mode };

	return hash_bytes(facts, sizeof(facts), hash_span(path, seed));
}

bool cache_may_keep(const struct file_status *st, int64_t now)
{
	return st->ctime < now - CACHE_SETTLE;
}

__extension__ typedef unsigned __int128 wide;

/* Where PRINT should stand among C's numbers, spread evenly; what stands there tells by how much that is wrong. */
static size_t guess_of(const struct cache *c, uint64_t print)
{
	size_t guess = (size_t)(((wide)print * c->n) >> 64), more;

	if (c->print[guess] > print) {
		more = (size_t)(((wide)(c->print[guess] - print) * c->n) >> 64);
		return guess > more ? guess - more : 0;
	}
	more = (size_t)(((wide)(print - c->print[guess]) * c->n) >> 64);
	return c->n - 1 - guess > more ? guess + more : c->n - 1;
}

/* A window around that place, doubled until it holds it, then halved. */
bool cache_has(const struct cache *c, uint64_t print)
{
	size_t low, high, width = 16;

	if (c->n == 0)
		return false;
	low = high = guess_of(c, print);
	while (low > 0 && c->print[low] > print) {
		low = low > width ? low - width : 0;
		width *= 2;
	}
	for (width = 16; high < c->n && c->print[high] < print; width *= 2)
		high = c->n - high > width ? high + width : c->n;
	high = high < c->n ? high + 1 : c->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->print[mid] == print)
			return true;
		if (c->print[mid] < print)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t cache_sort(uint64_t *print, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(print, n, sizeof(*print), by_value);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || print[i] != print[i - 1])
			print[kept++] = print[i];
	return kept;
}
