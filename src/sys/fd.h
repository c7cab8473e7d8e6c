/*
 * fd - a descriptor that may not be open.
 */
#ifndef SPAMTRAIL_SYS_FD_H
#define SPAMTRAIL_SYS_FD_H

#include <unistd.h>

/* Closes FD unless it is negative: a cleanup need not ask how far things got. */
static inline void fd_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

#endif
