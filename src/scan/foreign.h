/*
 * foreign - objects of PHP's own classes, and functions that nobody here knows; the part of machine.h that foreign.c does.
 *
 * TRUST: names and arguments are the scanned text's.
 */
#ifndef SPAMTRAIL_SCAN_FOREIGN_H
#define SPAMTRAIL_SCAN_FOREIGN_H

#include "base/span.h"

struct machine;
struct value;

/* Both take N arguments off the stack and leave the result, or a frame that will. The object lies there no more. */
void foreign_new(struct machine *m, struct span name, uint32_t n);
void foreign_call(struct machine *m, struct span name, const struct value *object, uint32_t n);
/*
 * NAME is given N arguments at ARG, and MARKS is what else it has: tells where one of them names a function that
 * runs what it gets. The stack is left as it is.
 */
void foreign_given(struct machine *m, struct span name, struct value *arg, uint32_t n, uint32_t marks);

#endif
