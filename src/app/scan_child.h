/*
 * scan_child - the confined scanner: reads beneath one folder, sends findings.
 *
 * TRUST: whoever could write into a web site wrote these files. Their contents are parsed here and nowhere
 * else.
 */
#ifndef SPAMTRAIL_APP_SCAN_CHILD_H
#define SPAMTRAIL_APP_SCAN_CHILD_H

#include "sys/channel.h"

#include <stdbool.h>

/* What it says; the command line says nothing. */
enum scan_talk {
	SCAN_FINDING = 1, /* a packed finding, its path beneath the folder */
	SCAN_SKIP, /* path, why, u8 harmless */
	SCAN_PROGRESS, /* u64 files, u64 bytes */
	SCAN_END, /* u64 files, u64 bytes; the last */
};

struct scan_want {
	int dir;
	const char *only; /* one file of it, or NULL */
	unsigned workers;
	int64_t since;
};

#define SCAN_FINDING_MOST (1u << 20)

/* confined.h's main; CTX is a struct scan_want. */
void scan_child(void *ctx, struct channel *channel, bool unconfined);

#endif
