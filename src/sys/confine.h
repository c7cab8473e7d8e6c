/*
 * confine - a process that is about to read hostile bytes gives up everything else.
 *
 * Called once, in the child, before its first thread and its first foreign byte, with every
 * descriptor it will need already open. There is no way back.
 */
#ifndef SPAMTRAIL_SYS_CONFINE_H
#define SPAMTRAIL_SYS_CONFINE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define BELOW_FILES 64 /* descriptors that a reader of one folder may hold at most */

struct confine_want {
	int channel; /* the one socket to speak on; -1: none */
	int complaints; /* a pipe for bug messages, else -1; never the terminal itself */
	unsigned files; /* descriptors it may hold at most, those it has included */
	uint64_t memory; /* bytes of address space, 0: no limit */
	/*
	 * A reader of one folder (a queue): it may open files for reading beneath the directory BELOW_FD and list it.
	 * Started by root it is locked into that folder (chroot) as uid nobody and keeps the right to read what is
	 * others', and no right to write: as the files' owner it could truncate them where Landlock is too old to forbid it.
	 */
	bool below;
	int below_fd;
	uint32_t
		account; /* with below: as nobody files are opened by this uid's rights, and no right of root's is kept; 0: as said above */
	bool library; /* a foreign library works here: calls of its libc that we do without */
	bool network; /* the resolver: IP sockets of its own, pipes between its threads; sets library, too */
	bool charsets; /* opening a file fails instead of ending the process: libc looks for iconv's tables */
	/*
	 * The process reader: names beneath PROC (procroot_enter) may be opened for reading, NETLINK (or -1) asked for
	 * sockets, and of root's powers CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH stay, without which /proc tells
	 * nothing of others. No Landlock: its domain would forbid just that (PTRACE_MODE_READ).
	 */
	bool processes;
	int proc, netlink;
	int landlock_abi_max; /* for tests; 0: whatever there is */
};

/* What took hold, for the report. */
struct confine_report {
	bool dropped; /* root was left for an unprivileged uid */
	uint32_t uid;
	bool locked_in; /* below: by chroot */
	int landlock_abi; /* 0: this kernel has none */
	bool kills; /* a forbidden call ends the process (else EPERM: sanitizer build) */
};

/*
 * 0, or EXIT_NOPERM with a sentence where this kernel cannot confine. Then the process must end, or go
 * on only by the operator's --unconfined: part of it may have taken hold.
 */
int confine_reader(const struct confine_want *want, struct confine_report *ret_report, struct err *err);
/* The same for a helper program, which goes on where it is UNCONFINED by the operator's word. */
int confine_helper(const struct confine_want *want, bool unconfined, struct err *err);

#endif
