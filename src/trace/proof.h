/*
 * proof - a line kept as evidence. Most of ten thousand rows keep one, so it is one small piece of memory.
 *
 * Every rise of a judge's sum keeps one, and most are forgotten when it is back at zero: pieces come in a few sizes, and those
 * given back are used again without a look at their neighbours, who are in nobody's cache.
 */
#ifndef SPAMTRAIL_TRACE_PROOF_H
#define SPAMTRAIL_TRACE_PROOF_H

#include "base/span.h"

#define PROOF_TEXT 600 /* bytes of a line kept as evidence */
#define PROOF_STEP 64 /* bytes from one size to the next */
#define PROOF_SIZES 11

struct arena;

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

struct proofs {
	struct arena *arena;
	struct proof *spare[PROOF_SIZES];
};

void proofs_init(struct proofs *all);
/* All of them are over. */
void proofs_free(struct proofs *all);
/* One with room for N bytes of text, at most PROOF_TEXT; the caller sets everything. */
struct proof *proof_take(struct proofs *all, size_t n) __attribute__((returns_nonnull));
/* P and all behind it; may be NULL. */
void proofs_give(struct proofs *all, struct proof *p);
/* P alone, whose size proof_size told: it is not read. */
void proof_give(struct proofs *all, struct proof *p, unsigned size);

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
