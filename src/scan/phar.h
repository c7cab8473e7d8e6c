/*
 * phar - what PHP's phar:// opens, whatever the file is called; and its own archive form: where the list of its files lies, and each of
 * them. Nothing is unpacked here.
 *
 * TRUST: the bytes are an account's. A list that does not fit is no list, or ends as broken; nothing outside of it is read.
 */
#ifndef SPAMTRAIL_SCAN_PHAR_H
#define SPAMTRAIL_SCAN_PHAR_H

#include "base/pack.h"

#include <stdbool.h>
#include <stdint.h>

#define PHAR_LIST_MOST (100u << 20) /* limit scan, bytes: of the list of files in a phar; as in PHP */

enum phar_method { PHAR_PLAIN, PHAR_DEFLATE, PHAR_BZIP2 };

struct lexicon;

struct phar_file {
	struct span name; /* a piece of the list */
	uint64_t at, packed, size; /* bytes; at: behind the list */
	int64_t mtime;
	enum phar_method method;
};

struct phar {
	struct unpacker list; /* what is left of it */
	uint32_t left; /* files in it */
	uint64_t at;
};

/* The last bytes of one that is signed: others are opened only where the operator's own php.ini says so (phar.require_hash). */
#define PHAR_END "GBMB"

/* PACKED: a zip, or unpacked first (gzip, bzip2). OWN: if it is one at all. */
enum phar_form { PHAR_OWN, PHAR_PACKED, PHAR_TAR };

/* What PHP takes the file for that begins with BYTES. */
enum phar_form phar_form(struct span bytes);
/* BYTES are all of a file that is PACKED: a zip without the record that ends one, which nothing opens, as of a broken transfer. */
bool phar_cut_off(struct span bytes);
/*
 * Is an archive of its own form in BYTES? Then its list lies at *RET_AT and is *RET_N bytes long, which may be more than there are.
 */
bool phar_find(struct span bytes, uint64_t *ret_at, uint64_t *ret_n);
/*
 * What of it a web server runs that is given the file as a script: up to its end for PHP's own parser. All of BYTES where it is none,
 * or where that end may stand in a comment, a text or outside of any tag, or far behind.
 */
struct span phar_script(const struct lexicon *words, struct span bytes);
/* LIST: all of it, as found. False: broken. */
bool phar_open(struct phar *p, struct span list);
/* 1: a file; 0: there are no more; -1: the list is broken from here on. */
int phar_next(struct phar *p, struct phar_file *ret);

#endif
