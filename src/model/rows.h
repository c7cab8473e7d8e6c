/*
 * rows - the rows of a large server as few bytes: packed one by one, sent ahead of the inquiry, read one at a time.
 *
 * Ten thousand rows unpacked are three times the memory, and reports look at each once, in their order. Only those
 * that are accused, which everything else of an inquiry points at, are unpacked for good.
 */
#ifndef SPAMTRAIL_MODEL_ROWS_H
#define SPAMTRAIL_MODEL_ROWS_H

#include "base/codec.h"
#include "model/inquiry.h"

/* --- packing ------------------------------------------------------------------------------------- */

struct row_packer {
	struct texts texts;
	uint32_t sent;         /* of TEXTS: in blocks taken before */
	struct buf rows, one;
};

#define ROWS_BLOCK (128u << 10) /* bytes: enough for one block */

/* ROW_PACKER.rows.max = the most bytes of a block; zero the rest. */
void row_packer_free(struct row_packer *p);
void row_packer_add(struct row_packer *p, const struct row *row);
static inline size_t row_packer_bytes(const struct row_packer *p)
{
	return p->rows.n;
}
/* What was added since the last block; `over` of OUT says that it is not whole. */
void row_packer_take(struct row_packer *p, struct buf *out);

/* --- unpacking ----------------------------------------------------------------------------------- */

struct packed_rows {
	struct span *block;    /* the rows' part of each */
	size_t nblocks, room;
	size_t n;              /* rows in all */
	struct texts texts;
	struct row *told;      /* the first of them, down to the first that is not suspect; owned */
	size_t ntold, told_room;
};

/*
 * One more block, checked as a whole. Unpacked rows lie in A, and texts point into BLOCK: both stay as long as ROWS.
 */
int packed_rows_take(struct packed_rows *rows, struct arena *a, struct span block, struct err *err);
/* Not at the end of a run, where the rows are what is printed last: for who takes several, as tests do. */
void packed_rows_free(struct packed_rows *rows);

/* --- reading ------------------------------------------------------------------------------------- */

/* How many rows Q has, packed or not. */
size_t rows_all(const struct inquiry *q);
/* Row INDEX (below rows_all) in A. */
const struct row *rows_get(const struct inquiry *q, size_t index, struct arena *a);

/* Heads: without places, clients, reasons, evidence and subjects, which most of the bytes are. */
enum rows_part { ROWS_WHOLE, ROWS_HEADS };

struct row_walk {
	const struct inquiry *q;
	enum rows_part part;
	size_t next;           /* index of the row to come */
	size_t block;          /* of packed ones: whose rest LEFT is */
	struct span left;
	struct arena *arena;   /* of the row */
	struct row row;
};

/* All rows in their order. */
struct row_walk rows_walk(const struct inquiry *q, enum rows_part part);
/* The next, valid until the one after it is asked for, its lists too; its texts are Q's. NULL behind the last. */
const struct row *rows_next(struct row_walk *w);
/* For who stops before. */
void rows_stop(struct row_walk *w);

/* For inquiry.c: one row, and its fewest bytes. */
#define ROW_LEAST 28
void code_row(struct codec *c, struct row *v);

#endif
