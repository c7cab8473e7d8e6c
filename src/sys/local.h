/*
 * local - another program on this machine, spoken to over its socket in the file system.
 */
#ifndef SPAMTRAIL_SYS_LOCAL_H
#define SPAMTRAIL_SYS_LOCAL_H

#include "base/err.h"

/*
 * A stream socket on which no call waits longer than SECONDS, or -1 with errno. PATH is the operator's word. EPERM: who
 * listens is another user's account, none of root, a service or the caller.
 */
int local_connect(const char *path, unsigned seconds);

#endif
