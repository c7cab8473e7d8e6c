/*
 * sink - where a report goes: text gathers in a buffer and is written out piece by piece, so that
 * 100,000 rows never lie in memory as text. A failed write is kept and told once, by sink_end.
 *
 * So the functions of report/ that write return nothing and never end a sink: who made it, ends it.
 * TRUST: bytes are written as they come; escaping is for who puts them in (base/show.h).
 */
#ifndef SPAMTRAIL_REPORT_SINK_H
#define SPAMTRAIL_REPORT_SINK_H

#include "base/buf.h"
#include "base/err.h"

struct sink {
	struct buf text; /* write here, then call sink_turn between pieces */
	int fd; /* -1: keep everything in text */
	int error; /* errno of the first failed write */
};

#define SINK_PIECE_MAX (256u << 20)

/* FD stays the caller's and is not closed. A sink that is not ended leaks its text. */
struct sink sink_new(int fd);
/* Between two pieces: writes the text out once there is enough of it. */
void sink_turn(struct sink *s);
/* Writes the rest and frees the text of a sink with a descriptor. EXIT_IO when anything was lost; NAME is
 * what the operator calls the place ("standard output", the file's name). */
int sink_end(struct sink *s, const char *name, struct err *err);

#endif
