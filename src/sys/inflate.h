/*
 * inflate - a log file as a stream of its plain bytes, whatever it is packed with.
 *
 * gzip (with several members), zstd, xz and bzip2 are known by their first bytes, everything else is
 * plain. Only pread and read, never mmap: a file cut short while we read must not kill us.
 * Damaged or cut-off files give all that can be decoded, then one error that says where it ended.
 *
 * TRUST: the bytes may be anybody's. Memory is bounded per format; the ratio is not, since nothing is
 * kept. One source belongs to one thread.
 */
#ifndef SPAMTRAIL_SYS_INFLATE_H
#define SPAMTRAIL_SYS_INFLATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum source_form { SOURCE_PLAIN, SOURCE_GZIP, SOURCE_ZSTD, SOURCE_XZ, SOURCE_BZIP2 };

enum source_flag {
	SOURCE_ZLIB_ONLY = 1, /* gzip without ISA-L, for tests that compare the two */
};

struct source;

/*
 * Asked several times a second while a pipe keeps us waiting, and at its end: whoever wrote into it may have been stopped by what
 * stopped us. False ends the source with an error: EXIT_INCOMPLETE, and no text.
 */
struct source_ask {
	bool (*go_on)(void *ctx);
	void *ctx;
};

/* Takes FD (a file, pipe or socket open for reading) over on success; a file is read from its present offset. ASK may be NULL. */
int source_open(int fd, unsigned flags, const struct source_ask *ask, struct source **ret_source, struct err *err);
void source_close(struct source *s);
/*
 * Up to N (> 0) plain bytes into P: how many, 0 at the end (of a plain file: the end so far), or a negative code.
 * EXIT_INCOMPLETE with "damaged at 61 %" or "damaged at its end: cut off" once everything in front of the damage was given
 * out, with "its checksum is wrong: any part of it may be damaged" or "holds something else behind its end at 61 %: all before
 * that was read" once everything was; EXIT_IO when reading failed. After an error every further call gives the same one.
 */
ssize_t source_read(struct source *s, void *p, size_t n, struct err *err);

/* What the first bytes say; no caller decides by it, tests ask whether the right decoder read. */
enum source_form source_form(const struct source *s);
/* A plain regular file: source_seek works on it. */
bool source_seekable(const struct source *s);
/* Bytes of the file as it lies there, 0 when nobody can say (a pipe); and how many have been used. */
uint64_t source_total(const struct source *s);
uint64_t source_used(const struct source *s);
/* The next read starts at byte OFFSET of the file. Only where source_seekable. */
void source_seek(struct source *s, uint64_t offset);

#endif
