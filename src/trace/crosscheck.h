/*
 * crosscheck - what syslog's lines accuse somebody of is asked of the systemd journal, which knows who wrote each line.
 *
 * Any user can write a perfect line into a log that syslog writes. The journal of the same time is read once more by a
 * trace of its own that believes only the mail server's own words (writer.h). Its answer raises a login to grade A,
 * takes an accusation back, or is told. It costs nothing where nobody is accused.
 *
 * Grade A lets an incident act by itself, so for a login two must agree: the mail server, which wrote every one of its
 * arrivals, and the service that checks passwords (same login, same address) or a queue file.
 */
#ifndef SPAMTRAIL_TRACE_CROSSCHECK_H
#define SPAMTRAIL_TRACE_CROSSCHECK_H

#include "base/arena.h"
#include "trace/proof.h"
#include "trace/writer.h"

struct ranked;
struct row;
struct sender;
struct trace;

#define CROSSCHECK_NOTES 24
#define CROSS_MOST ASKED_MOST  /* accused that are checked: the first */

struct cross_proof {
	uint32_t sender;
	struct span text;      /* of the journal's entry */
	uint64_t line, offset;
};

struct cross_memory {
	struct span note[CROSSCHECK_NOTES / 2];
	unsigned nnotes;
	struct cross_proof proof[CROSS_MOST];
	unsigned nproofs;
};

/* Checks those of RANKED (not sorted yet) who are accused by lines that syslog wrote. */
void crosscheck(struct trace *t, struct arena *a, struct ranked *ranked, size_t n);
/* The grade of what names the sender. */
char crosscheck_grade(const struct sender *s);
/* Adds the journal's entry and who agrees with it to a row's evidence. */
void crosscheck_prove(struct trace *t, struct arena *a, const struct sender *s, struct row *row);
/* At most CROSSCHECK_NOTES sentences. */
size_t crosscheck_notes(const struct trace *t, struct arena *a, struct span *ret_notes);

#endif
