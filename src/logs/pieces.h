/*
 * pieces - one Exim record that syslog got in several lines, put together again.
 *
 * log.c (write_syslog) cuts a long record every 870 bytes and at newlines: "[1/3] ", "[2\3] ", "[3/3] ";
 * behind a '/' the next piece follows without a separator, behind a '\' stood a newline, and what comes
 * after it are lines of their own (log-formats.md, 2.1). Pieces of different processes may interleave.
 *
 * Memory is bounded: 16 records of 32 KiB. What is pushed out by others, or loses a piece, is given out
 * as far as it came and marked as cut.
 *
 * TRUST: any local user can log a piece with any pid. Pieces join only in order, with one total, under
 * one host, tag and pid; the record is worth no more than a line through syslog (grade B).
 */
#ifndef SPAMTRAIL_LOGS_PIECES_H
#define SPAMTRAIL_LOGS_PIECES_H

#include "logs/logs.h"

struct piece {
	uint32_t number, total; /* 1 <= number <= total, total >= 2 */
	bool newline; /* a newline of the record stood behind it */
	struct span text;
};

/* Reads "[1/3] text". False, and RET_PIECE untouched, where TEXT is none. */
bool piece_read(struct span text, struct piece *ret_piece);

struct record {
	struct span line; /* for frame_line: the first piece's line without the mark, the others behind it */
	struct log_at at; /* of the first piece */
	bool cut; /* not all of it was there */
};

struct pieces;

struct pieces *pieces_new(void);
void pieces_free(struct pieces *p);
/*
 * Takes EV, an event with EVF_PIECE. True: a record is given out, valid until the next call: this piece's,
 * whole now, or an older one that is given up. Later pieces without their first are dropped.
 */
bool pieces_add(struct pieces *p, const struct event *ev, const char *base, const struct log_at *at,
		struct record *ret_record);
/* The oldest of what never became whole; false when there is none left. */
bool pieces_end(struct pieces *p, struct record *ret_record);
/* The first line of the record that EV belongs to, while it is being put together; 0: none. */
uint64_t pieces_line(const struct pieces *p, const struct event *ev, const char *base);

#endif
