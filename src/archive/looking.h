/*
 * looking - one archive while it is read: what it may still cost, the member at hand, and what is told of it. For those of this
 * folder that know an archive's form (look.c, native.c), and nobody else.
 *
 * TRUST: as in look.h.
 */
#ifndef SPAMTRAIL_ARCHIVE_LOOKING_H
#define SPAMTRAIL_ARCHIVE_LOOKING_H

#include "archive/look.h"
#include "base/buf.h"

#include <sys/types.h>

#define LOOKING_FILE_MOST (8u << 20) /* limit scan, bytes: of one file in an archive that are read */
#define LOOKING_BLOCK (16u << 10)

struct archive;

enum over { OVER_NOT, OVER_MEMBERS, OVER_BYTES, OVER_TIME, OVER_FOUND };

/* Files of which one thing is said, and which was the first. */
struct some {
	uint64_t n;
	struct buf first;
};

struct looking {
	const struct look_want *want;
	struct look_done *done;
	struct archive *a; /* NULL: libarchive does not read it */
	char block[LOOKING_BLOCK];
	int64_t at; /* what is read next of the descriptor */
	struct buf bytes; /* of the member at hand */
	struct some encrypted, damaged, disguised, packs, larger, larger_code, limited;
	uint64_t began, told; /* microseconds, the latter since then */
	uint64_t found, skips;
	enum over over;
	bool seen; /* the member that was asked for */
	bool odd; /* the archive itself is damaged */
	bool doubtful; /* other programs may find other files in it */
	bool memory;
	bool tar;
	bool single; /* one packed file, which is the member at hand still */
};

/* What became of a member's bytes. GOT_END: nothing more can be read of the archive at all. */
enum got { GOT_ALL, GOT_PART, GOT_BROKEN, GOT_END };

/* Up to N bytes from AT on into the block; as pread. */
ssize_t looking_read(struct looking *l, int64_t at, size_t n);
uint64_t looking_micros(void);
/* So many BYTES have been unpacked. False: no more may be spent. */
bool looking_afford(struct looking *l, uint64_t bytes);

bool looking_wants(const struct looking *l, struct span member);
/* A file that is wanted: from now on it is the member at hand. */
void looking_at(struct looking *l, struct span member);
/* N bytes of it that stand at OFFSET; a hole in a sparse file is zeros. False: there is room for no more. */
bool looking_keep(struct looking *l, const void *piece, size_t n, int64_t offset);
/* Holds what was kept of it against the rules. */
void looking_judge(struct looking *l, struct span member, int64_t mtime, bool whole);
/* The same, and says what was not read. */
void looking_got(struct looking *l, struct span member, int64_t mtime, enum got got);

void looking_note(struct some *s, struct span member);
/* All that is to be said of the archive besides what was found. */
void looking_say(struct looking *l);

#endif
