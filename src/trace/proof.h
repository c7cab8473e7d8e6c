/*
 * proof - a line kept as evidence. Most of ten thousand rows keep one, so it is one small piece of memory.
 */
#ifndef SPAMTRAIL_TRACE_PROOF_H
#define SPAMTRAIL_TRACE_PROOF_H

#include "base/span.h"

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

static inline struct span proof_text(const struct proof *p)
{
	return span_of(p->text, p->n);
}

static inline struct span proof_subject(const struct proof *p)
{
	return span_of(p->text + p->subject, p->nsubject);
}

#endif
