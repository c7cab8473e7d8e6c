/*
 * archive - what spamtrail and its helper spamtrail-archive say to each other over one socket (sys/channel.h).
 *
 * TRUST: archives are an account's. Once it has read one the helper may be an attacker: what it says is checked in form, and
 * a finding of it never counts for more than a suspicion.
 */
#ifndef SPAMTRAIL_SCAN_ARCHIVE_H
#define SPAMTRAIL_SCAN_ARCHIVE_H

#include "base/span.h"

#include <stdint.h>

struct codec;

enum archive_talk {
	ARCHIVE_RULES = 1, /* a name; the descriptor of a file of signatures. No answer */
	ARCHIVE_LOOK, /* what is asked (archive_code_ask); the archive → any number of the others, ARCHIVE_DONE at last */
	ARCHIVE_FOUND, /* the member's name, then what was told of it (code_scan_finding, behind the limit that was hit) */
	ARCHIVE_SKIP, /* the member's name or nothing, why, u8 harmless */
	ARCHIVE_PROGRESS, /* nothing: it is still at work */
	ARCHIVE_DONE, /* u8 opened, u64 members, u64 bytes that were unpacked, u64 microseconds */
};

/* What one archive may cost, at most. */
struct archive_most {
	uint64_t members, bytes, micros;
};

struct archive_ask {
	struct span path; /* the archive's */
	struct span only; /* the one member that is asked for; empty: all */
	uint64_t size;
	int64_t mtime, ctime;
	uint32_t uid;
	struct archive_most most;
};

enum {
	ARCHIVE_FOUND_MOST = 1000, /* limit scan: findings in one archive */
	ARCHIVE_SKIPS_MOST = 20, /* files of one archive that were not looked at to their end, by name */
	ARCHIVE_NAME_MOST = 4096,
};

void archive_code_ask(struct codec *c, struct archive_ask *a);

#endif
