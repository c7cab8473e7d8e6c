/*
 * procroot - /proc becomes the whole world of a process that is about to be confined as process reader.
 */
#ifndef SPAMTRAIL_SYS_PROCROOT_H
#define SPAMTRAIL_SYS_PROCROOT_H

#include "base/err.h"

#include <stdbool.h>

/*
 * Returns a descriptor of /proc. As root first enters a mount namespace of its own whose root is /proc, read-only
 * and without any link being followed, so that /proc/PID/root and its like lead nowhere: *ret_alone says
 * whether that worked. A plain user only gets the descriptor; his own files are what he could read anyway.
 */
int procroot_enter(bool *ret_alone, struct err *err);

#endif
