/*
 * glob - shell patterns of include lines: * and ?, no classes. Linear in pattern times name, no recursion.
 */
#ifndef SPAMTRAIL_HOST_GLOB_H
#define SPAMTRAIL_HOST_GLOB_H

#include "base/span.h"

/* Has TEXT a wildcard? */
bool glob_is(struct span text);
/* Does PATTERN stand for NAME? A leading dot must be written. */
bool glob_match(struct span pattern, struct span name);

#endif
