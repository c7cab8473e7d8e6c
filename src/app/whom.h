/*
 * whom - whom `contain` stops: the operator's word, and what this host's own logs and state know of it.
 *
 * An incident is known by its logs alone. A sender is stopped on the operator's word where none can be read; then nothing
 * but his name is known.
 *
 * TRUST: the word is the operator's. Rows are what a confined reader made of logs: a suspect can spell names of grade B
 * and C, so that of these only the operator's own word makes anybody's mail be held.
 */
#ifndef SPAMTRAIL_APP_WHOM_H
#define SPAMTRAIL_APP_WHOM_H

#include "model/row.h"

struct arena;
struct err;
struct options;
struct queue_past;
struct whom_logs;

struct whom {
	struct span incident; /* empty: the operator named a sender */
	const struct row *rows; size_t nrows;
	/* those whose queued mail may be held, NHELD; behind them, NLOOKED in all, scripts whose is only counted */
	const struct row *looked; size_t nheld, nlooked;
	bool unheard; /* the operator's word names nobody in the logs */
	const struct queue_past *past; /* of a script: what the logs say of what waits; NULL: nothing */

	const struct options *o;
	struct arena *arena;
	struct whom_logs *logs; /* private */
};

/* Zero but for O, whose first argument is the word, and ARENA, in which rows lie. whom_end frees the rest, also after a failure. */
int whom_find(struct whom *w, struct err *err);
void whom_end(struct whom *w);

/* Reads the logs again for PAST: a script's mail is known by what they say of it. Where none can be read, PAST stays. */
void whom_learn(struct whom *w);
bool whom_has_script(const struct whom *w);
/* Which of W's rows was looked at as the Nth? */
size_t whom_looked_at(const struct whom *w, size_t n);
/* The rows with no other addresses than the logs tell of the last SECONDS; NULL: none could be read now. */
const struct row *whom_lately(const struct whom *w, unsigned seconds);
/* The sentence for a name that nobody knows, and the code. */
int whom_unknown(const struct whom *w, struct err *err);

#endif
