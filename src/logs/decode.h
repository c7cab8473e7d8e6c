/*
 * decode - between a file's bytes and its lines: formats whose records span lines become one line a record.
 *
 * So far that is the journal's export format (journal.h), told by its first line. Any other file passes
 * through untouched and uncopied. Lines and offsets then count in what comes out of here.
 *
 * TRUST: whoever can log. Memory is bounded by journal.h's limits.
 */
#ifndef SPAMTRAIL_LOGS_DECODE_H
#define SPAMTRAIL_LOGS_DECODE_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct source;
struct decode;

/* S is at its start and stays the caller's. */
struct decode *decode_new(struct source *s);
void decode_free(struct decode *d);
/* As source_read: up to N (> 0) bytes, 0 at the end, or a negative code. */
ssize_t decode_read(struct decode *d, void *p, size_t n, struct err *err);

#endif
