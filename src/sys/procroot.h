/*
 * procroot - what the process reader sees the machine by: /proc, which becomes its whole world, and sock_diag.
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

/* NAME beneath PROC, which procroot_enter gave, for reading; -1 where it is not there. The last part is no link. */
int procroot_open(int proc, const char *name, bool dir);

/* A netlink socket that sock_diag answers on, within two seconds or not at all; -1 where this kernel has none. */
int sockdiag_open(void);

#endif
