/*
 * landlock - a ruleset without rules, or with the one for the folder that may be read, by raw system calls.
 *
 * Debian 12's headers stop at ABI 2, so the constants are our own (Linux 6.12, include/uapi/linux/
 * landlock.h). The ladder only ever asks for what the running kernel names, because it refuses
 * unknown bits. Descriptors that are open already stay usable: that is what a reader lives on.
 */
#include "sys/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ruleset {
	uint64_t fs, net, scoped;
};

struct __attribute__((packed)) beneath_rule {
	uint64_t allowed;
	int32_t parent;
};

enum {
	RULE_BENEATH = 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	CALL_ADD_RULE = 445,
	CALL_CREATE_RULESET = 444, /* the same on every architecture */
	CALL_RESTRICT_SELF = 446,
	ASK_VERSION = 1,
	TOP_ABI = 6,
};

/* Rights that each ABI has, and how much of struct ruleset it reads. */
static const struct {
	struct ruleset all;
	size_t size;
} ladder[TOP_ABI + 1] = {
	[1] = { { 0x1fff, 0, 0 }, 8 }, /* execute, read, write, list, remove, make */
	[2] = { { 0x3fff, 0, 0 }, 8 }, /* refer */
	[3] = { { 0x7fff, 0, 0 }, 8 }, /* truncate */
	[4] = { { 0x7fff, 0x3, 0 }, 16 }, /* TCP bind, connect */
	[5] = { { 0xffff, 0x3, 0 }, 16 }, /* ioctl on devices */
	[6] = { { 0xffff, 0x3, 0x3 }, 24 }, /* abstract sockets and signals outside */
};

int landlock_deny_all(int abi_max, int below, struct err *err)
{
	int abi = (int)syscall(CALL_CREATE_RULESET, NULL, 0, ASK_VERSION);
	const struct beneath_rule rule = { READ_FILE | READ_DIR, below };
	int fd, r = 0;

	/* ENOSYS: not built in; EOPNOTSUPP: switched off at boot; EPERM: an older container's filter. */
	if (abi <= 0 || abi_max <= 0)
		return 0;
	if (abi > TOP_ABI)
		abi = TOP_ABI;
	if (abi > abi_max)
		abi = abi_max;
	fd = (int)syscall(CALL_CREATE_RULESET, &ladder[abi].all, ladder[abi].size, 0);
	if (fd < 0)
		return err_sys(err, EXIT_NOPERM, "Landlock refuses a ruleset of ABI %d", abi);
	if (below >= 0 && syscall(CALL_ADD_RULE, fd, RULE_BENEATH, &rule, 0) < 0)
		r = err_sys(err, EXIT_NOPERM, "Landlock refuses the folder to read");
	else if (syscall(CALL_RESTRICT_SELF, fd, 0) < 0)
		r = err_sys(err, EXIT_NOPERM, "Landlock refuses to confine this process");
	close(fd);
	return r < 0 ? r : abi;
}
