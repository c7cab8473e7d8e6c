/*
 * proof - a line kept as evidence. Most of ten thousand rows keep one, so it is one small piece of memory.
 *
 * Every rise of a judge's sum keeps one, and most are forgotten when it is back at zero. Those are the next to be taken: free()
 * would look at what lies beside them, which is in nobody's cache. More than PROOF_SPARE_MOST go back, so that what a flood of
 * senders leaves behind serves lines of any length.
 */
#ifndef SPAMTRAIL_TRACE_PROOF_H
#define SPAMTRAIL_TRACE_PROOF_H

#include "base/span.h"

#define PROOF_TEXT 600 /* bytes of a line kept as evidence */
#define PROOF_STEP 64 /* bytes from one size to the next */
#define PROOF_SIZES 11
#define PROOF_SPARE_MOST 1024

struct proof {
	struct proof *next;    /* the one kept after it */
	const char *claim;     /* static */
	uint64_t line, offset;
	int64_t at;
	uint32_t file;
	uint16_t n;            /* bytes of text */
	uint16_t subject, nsubject; /* where in the text; none where the line has none */
	char grade;
	char text[];
};

/* Pieces to be used again, by size; all zero at first. */
struct proofs {
	struct proof *spare[PROOF_SIZES];
	unsigned n;
};

/* Frees the spare ones. */
void proofs_free(struct proofs *pool);
/* One with room for N bytes of text, at most PROOF_TEXT; the caller sets everything. */
struct proof *proof_take(struct proofs *pool, size_t n) __attribute__((returns_nonnull));
/* P alone, whose size proof_size told: it is not read. */
void proof_give(struct proofs *pool, struct proof *p, unsigned size);
/* P, which may be NULL, and those behind it. */
void proof_give_chain(struct proofs *pool, struct proof *p);
/* The same for who is no owner of a pool. */
void proof_free_chain(struct proof *p);

/* Which of the sizes a text of N bytes needs. */
static inline unsigned proof_size(size_t n)
{
	return (unsigned)((sizeof(struct proof) + n - 1) / PROOF_STEP);
}

static inline struct span proof_text(const struct proof *p)
{
	return span_of(p->text, p->n);
}

static inline struct span proof_subject(const struct proof *p)
{
	return span_of(p->text + p->subject, p->nsubject);
}

#endif
