/*
 * ends - where the lines of a block end: for many lines at once, with the widest instructions that this processor has.
 */
#ifndef SPAMTRAIL_LOGS_ENDS_H
#define SPAMTRAIL_LOGS_ENDS_H

#include <stddef.h>
#include <stdint.h>

#define ENDS_MOST 8192 /* bytes that are looked at by one call */

/*
 * Where in the N bytes at P (at most ENDS_MOST) newlines stand; returns how many. ENDS has room for one more than N: what
 * stands behind those found is undefined.
 */
typedef size_t ends_fn(const char *p, size_t n, uint16_t *ends);

ends_fn ends_find; /* runs on any machine */
/* The best one for this machine; they all find the same. */
ends_fn *ends_best(void);

#endif
