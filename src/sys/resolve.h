/*
 * resolve - one path lookup that cannot leave its root; beneath.c is its only user.
 */
#ifndef SPAMTRAIL_SYS_RESOLVE_H
#define SPAMTRAIL_SYS_RESOLVE_H

#include "sys/beneath.h"

/* True when this kernel has openat2 (Linux 5.6) and lets us call it. */
bool resolve_has_openat2(int dirfd);
/* An O_PATH descriptor for what PATH leads to, or -1 with errno. */
int resolve_path(const struct root *r, const char *path, bool named);

#endif
