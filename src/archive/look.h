/*
 * look - one archive, opened for reading and unpacked into memory member by member: each is held against the same rules as a
 * file that lies on disk. Nothing is ever written, and no program started.
 *
 * TRUST: the archive, names, sizes and times in it are an attacker's. What it may cost is bounded; a bound that is reached is
 * told.
 */
#ifndef SPAMTRAIL_ARCHIVE_LOOK_H
#define SPAMTRAIL_ARCHIVE_LOOK_H

#include "scan/archive.h"

#include <stdbool.h>

struct scan_rules;
struct scan_told;

struct look_want {
	int fd; /* read by place: nobody else's offset counts */
	const struct archive_ask *ask;
	const struct scan_rules *rules;
	void *ctx;
	/* MEMBER and what is told are good during the call only. */
	void (*found)(void *ctx, struct span member, struct scan_told *t);
	/* MEMBER empty: of the archive. HARMLESS: nothing that was asked for was left out. */
	void (*skip)(void *ctx, struct span member, struct span why, bool harmless);
	void (*progress)(void *ctx);
};

struct look_done {
	bool opened; /* it is an archive of a kind that is known here */
	uint64_t entries, members; /* those of them that are files */
	uint64_t bytes, micros;
};

/*
 * Once, before the first archive and before the confinement: what libarchive would look for later, and the clock that ends this
 * process with EXIT_INCOMPLETE where an archive takes much more than it may without coming back.
 */
void look_begin(void);
void look_into(const struct look_want *want, struct look_done *ret);

#endif
