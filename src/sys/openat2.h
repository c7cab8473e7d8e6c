/*
 * openat2 - openat2(2) for O_PATH descriptors, where the kernel has it (Linux 5.6); else these fail with ENOSYS, or EPERM in a
 * container with an older filter. -1 with errno; a descriptor is the caller's to close.
 */
#ifndef SPAMTRAIL_SYS_OPENAT2_H
#define SPAMTRAIL_SYS_OPENAT2_H

#include <stdbool.h>
#include <stdint.h>

/* linux/openat2.h, copied: EL 8's headers do not have it. */
enum {
	OPENAT2_NO_XDEV = 0x01,
	OPENAT2_NO_MAGICLINKS = 0x02,
	OPENAT2_NO_SYMLINKS = 0x04,
	OPENAT2_BENEATH = 0x08,
	OPENAT2_IN_ROOT = 0x10,
};

int resolve_openat2(int dirfd, const char *path, uint64_t resolve);
/*
 * For those who change things: PATH beneath DIRFD, no link followed, no ".." leading out and, with ONE_DEVICE, no mount
 * crossed. "" is DIRFD itself.
 */
int resolve_strictly(int dirfd, const char *path, bool one_device);
/* PATH where DIRFD is "/": links in it stay inside. */
int resolve_in(int dirfd, const char *path);

#endif
