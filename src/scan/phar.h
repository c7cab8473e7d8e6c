/*
 * phar - PHP's own archive form: where the list of its files lies, and each of them. Nothing is unpacked here.
 *
 * TRUST: the bytes are an account's. A list that does not fit is no list, or ends as broken; nothing outside of it is read.
 */
#ifndef SPAMTRAIL_SCAN_PHAR_H
#define SPAMTRAIL_SCAN_PHAR_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

#define PHAR_LIST_MOST (100u << 20) /* limit scan, bytes: of the list of files in a phar; as in PHP */

enum phar_method { PHAR_PLAIN, PHAR_DEFLATE, PHAR_BZIP2 };

struct phar_file {
	struct span name; /* a piece of the list */
	uint64_t at, packed, size; /* bytes; at: behind the list */
	int64_t mtime;
	enum phar_method method;
};

struct phar {
	struct span rest; /* of the list */
	uint32_t left; /* files in it */
	uint64_t at;
};

/*
 * Is the file that begins with BYTES such an archive? Then its list lies at *RET_AT and is *RET_N bytes long, which may be more than
 * there are. What begins as a zip is one to PHP, too, and none of these.
 */
bool phar_find(struct span bytes, uint64_t *ret_at, uint64_t *ret_n);
/* LIST: all of it, as found. False: broken. */
bool phar_open(struct phar *p, struct span list);
/* 1: a file; 0: there are no more; -1: the list is broken from here on. */
int phar_next(struct phar *p, struct phar_file *ret);

#endif
