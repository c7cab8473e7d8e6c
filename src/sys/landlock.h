/*
 * landlock - deny the file system, TCP and other processes to this process, as far as the kernel can.
 */
#ifndef SPAMTRAIL_SYS_LANDLOCK_H
#define SPAMTRAIL_SYS_LANDLOCK_H

#include "base/err.h"

/*
 * Denies everything that Landlock knows of, but for reading beneath the directory BELOW (-1: nothing), up to ABI_MAX (tests set it low; 99 = what there is).
 * Returns the ABI that took hold, 0 where the kernel has none, or a negative code. Needs no_new_privs.
 */
int landlock_deny_all(int abi_max, int below, struct err *err);

#endif
