/*
 * conclude - from rows to the ranked inquiry, shared by conclude.c (rows) and incident.c (incidents).
 */
#ifndef SPAMTRAIL_TRACE_CONCLUDE_H
#define SPAMTRAIL_TRACE_CONCLUDE_H

#include "judge/judge.h"
#include "model/inquiry.h"

struct sender;
struct trace;

/* What incident.c needs to know of each ranked row. */
struct ranked {
	struct row *row;       /* of the compromised: in its final place */
	const struct sender *sender;
	uint32_t index;        /* in senders */
	enum verdict verdict;
	double score;
	int64_t alarm_at;
	struct span withdrawn; /* why the judge's verdict is not ours (crosscheck.h), or empty */
};

/* Groups the N compromised rows by time into incidents, with entry and timeline. */
void incidents_make(struct trace *t, struct arena *a, struct ranked *ranked, size_t n, struct inquiry *q);
/* Adds a line of proof of FILE to a row (room for ROW_EVIDENCE), its text copied; returns its index. */
#define ROW_EVIDENCE 24 /* limit investigate: lines kept for one sender */
uint32_t row_add_evidence(struct trace *t, struct arena *a, struct row *row, uint32_t file,
			  const struct evidence *proof);
struct span claim_format(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
