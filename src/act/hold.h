/*
 * hold - hold stores: folders of root's alone, on the file system of what they hold, so that a rename moves a file in
 * and out with everything it has. One lies in the state folder; others, ".spamtrail-hold", in the highest folder of a
 * mount where only root can write. What is in them has a random name, and its journal row beside it in NAME.rec.
 *
 * A negative code comes with a sentence in ERR; a store that is not root's alone is EXIT_NOPERM.
 *
 * TRUST: only root writes here, so what lies in a store can be looked at in peace; what came in is still the
 * suspect's.
 */
#ifndef SPAMTRAIL_ACT_HOLD_H
#define SPAMTRAIL_ACT_HOLD_H

#include "base/span.h"

#include <sys/stat.h>

struct actor;
struct buf;
struct err;
struct seen;
struct work;

struct hold {
	int fd; /* O_PATH */
	uint64_t inode;
	char path[4096];
};

/* The store for what lies in FOLDER; made where it is not there. */
int hold_choose(const struct actor *a, int folder, struct hold *ret, struct err *err);
/* The store that W's record names. */
int hold_open(const struct work *w, struct hold *ret, struct err *err);
void hold_close(struct hold *h);

/* Gives W's record a store and an unused name in it. */
int hold_name(struct work *w, const struct hold *h, struct err *err);
/* W's row beside the file, on disk when it returns. */
int hold_write_record(const struct work *w, const struct hold *h, struct err *err);
/*
 * Ends what lies under the record's name: the file, if it is a file of ours with the inode INODE (0: none is meant; anything
 * else stays), and the record. Negative: some of it is still there, and W is unsure.
 */
int hold_drop(struct work *w, const struct hold *h, uint64_t inode, struct err *err);
/* A new file of ours under the record's name and TAIL, with BYTES, owner, mode and XATTRS, on disk; its descriptor. */
int hold_make_file(const struct work *w, const struct hold *h, const char *tail, struct span bytes,
		   const struct seen *like, struct span xattrs, struct err *err);
/* The record's name in the store with TAIL; "" when the record is damaged. */
#define HOLD_NAME_BYTES 32
const char *hold_name_in(const struct work *w, const char *tail, char name[HOLD_NAME_BYTES]);
/* 1 with *RET, 0 when nothing is held under the record's name, negative. */
int hold_status(const struct work *w, const struct hold *h, struct stat *ret, struct err *err);

/* Ends the samples of removed messages that W's row kept in STATE/samples; their names begin with its number. */
int hold_drop_samples(const struct work *w, struct err *err);

/* Calls SEE for every record in every store that the state folder knows. */
typedef void hold_see(void *owner, struct span record);
int hold_each_record(const struct actor *a, hold_see *see, void *owner, struct err *err);

/* digest.c: SHA-256 of all bytes of FD into OUT of 32. */
#define DIGEST_BYTES 32
/* From the first byte to the end as it is now, wherever FD stands. EXIT_IO where it cannot be read. */
int digest_file(int fd, unsigned char out[DIGEST_BYTES], struct err *err);
void digest_span(struct span s, unsigned char out[DIGEST_BYTES]);
/* ACLs and other extended attributes of an O_PATH descriptor, packed; copied to a file of ours. */
int xattrs_read(int fd, struct buf *out, struct err *err);
int xattrs_write(int fd, struct span packed, struct err *err);

#endif
