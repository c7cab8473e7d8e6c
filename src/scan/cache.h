/*
 * cache - files that were found clean and have not changed since: each is one number of 64 bits, made of its path and of
 * what the kernel says of it. Whose number is known is not read again.
 *
 * TRUST: an account sets its files' names, sizes and mtimes, not their ctimes or inodes, and does not know the seed: it
 * cannot make a file that has a clean one's number. What it can do is write through a mapping that is dirty already: the
 * kernel then sets no new ctime until the page has been written out. --full reads everything.
 */
#ifndef SPAMTRAIL_SCAN_CACHE_H
#define SPAMTRAIL_SCAN_CACHE_H

#include "base/span.h"

struct file_status;

/* Seconds: a file may change twice within one tick of its file system's clock, and the second time leaves no trace. */
enum { CACHE_SETTLE = 2 };

/* Sorted, each number once. */
struct cache {
	const uint64_t *print;
	size_t n;
	uint64_t seed; /* secret, and another one with other rules */
};

uint64_t cache_print(uint64_t seed, struct span path, const struct file_status *st);
bool cache_has(const struct cache *c, uint64_t print);
/* True where ST is old enough at NOW to be kept. */
bool cache_may_keep(const struct file_status *st, int64_t now);
/* Sorts PRINT and drops doubles; returns how many are left. */
size_t cache_sort(uint64_t *print, size_t n);

#endif
