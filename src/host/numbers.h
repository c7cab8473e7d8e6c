/*
 * numbers - the names in a folder of /proc that are numbers: processes, descriptors. Plain getdents64, since libc's
 * readdir makes calls that a confined process has not.
 */
#ifndef SPAMTRAIL_HOST_NUMBERS_H
#define SPAMTRAIL_HOST_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbers {
	int fd; /* owned */
	size_t at, n;
	_Alignas(8) char entries[8192];
};

/* NAME beneath DIR; the descriptor, or negative: gone, or not to be looked into. */
int numbers_open(struct numbers *s, int dir, const char *name);
/* In the kernel's order; false: no more, or it cannot be read on. */
bool numbers_next(struct numbers *s, uint32_t *ret);
void numbers_close(struct numbers *s);
/* Who owns /proc/PID, that is its effective uid, unless it has made itself undumpable: then root. */
bool numbers_owner(int proc_fd, uint32_t pid, uint32_t *ret_uid);

#endif
