/*
 * huge - memory for what is visited at random, where each small page would be looked up anew.
 */
#ifndef SPAMTRAIL_BASE_HUGE_H
#define SPAMTRAIL_BASE_HUGE_H

#include <stddef.h>

/* N bytes of zeros, in huge pages where there are any; free() takes them back. Memory that is not there ends the process. */
void *xhuge(size_t n) __attribute__((malloc, returns_nonnull));

#endif
