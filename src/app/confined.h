/*
 * confined - a forked child that gives up every right before it reads its first foreign byte, and the one channel
 * between it and the command line.
 *
 * TRUST: once the child has read a foreign byte it may be an attacker. Whatever it sends is checked by
 * the caller; it keeps no descriptor of ours but the channel.
 */
#ifndef SPAMTRAIL_APP_CONFINED_H
#define SPAMTRAIL_APP_CONFINED_H

#include "sys/channel.h"

#include <stdint.h>
#include <sys/types.h>

struct confined {
	pid_t pid;
	struct channel channel;
};

struct confined_want {
	const char *name; /* "reader", for messages */
	bool unconfined; /* the operator's --unconfined: go on where the kernel cannot confine */
	unsigned files; /* descriptors it may hold */
	uint64_t memory; /* bytes of address space */
	size_t answer_most; /* the longest message that the child takes */
	const int *keep; /* descriptors that stay open in the child, too; -1: none */
	size_t nkeep;
	bool below; /* the role of confine.h: the first of KEEP is the folder to read */
	uint32_t account; /* with below: confine.h */
	int *ret_proc; /* the process reader's role: *ret_proc becomes /proc, the first of KEEP is the netlink socket */
	bool prompt; /* it races with others: run before them, as long as it soon sleeps again */
	void *ctx;
	/* The child: what it returns from is its end. UNCONFINED: it could not be confined. */
	void (*main)(void *ctx, struct channel *channel, bool unconfined);
};

/*
 * Forks; the child never returns from here. It has a copy of all that the caller's memory holds at this
 * moment: secrets are better read afterwards. 0: RET is to be ended by confined_end. Negative: nothing was
 * started.
 */
int confined_start(const struct confined_want *want, struct confined *ret, struct err *err);
/*
 * Closes the channel, waits for the child, and returns RC, or what its end says better than RC: EXIT_NOPERM
 * where the kernel cannot confine, EXIT_SOFTWARE where a signal ended it.
 */
int confined_end(struct confined *c, const char *name, int rc, struct err *err);

#endif
