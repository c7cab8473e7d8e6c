/*
 * heap - the process's own memory in big pages, where the kernel has them.
 *
 * A price, never a result: rows, messages and tables are visited at random, and with pages of 4 KiB nearly every
 * visit would miss the TLB as well.
 */
#ifndef SPAMTRAIL_SYS_HEAP_H
#define SPAMTRAIL_SYS_HEAP_H

#include <stddef.h>

/* The next BYTES of address space that malloc takes small pieces from; before the first thread. Nothing is used yet. */
void heap_in_big_pages(size_t bytes);

#endif
