/*
 * ini - text as sections, names and values (inih), with line numbers and without silent cuts.
 *
 * inih itself cuts long lines and tells its handler no line; so lines are handed to it by a reader of ours that
 * counts and refuses. Repeated names are the taker's matter.
 *
 * TRUST: the operator's files, or our own data; a damaged one is an error that names its line.
 */
#ifndef SPAMTRAIL_SYS_INI_H
#define SPAMTRAIL_SYS_INI_H

#include "base/err.h"
#include "base/span.h"

struct ini {
	const char *name; /* of the file */
	struct span left; /* not read yet */
	unsigned line; /* the one at hand, from 1 */
	bool more; /* which goes on where the one before ended */
	struct err *err; /* the mistake at hand */
	bool failed; /* nothing further is taken */
	unsigned mistakes;
	void (*told)(void *owner, const struct ini *at); /* NULL: the first mistake ends it */
	void *owner;
};

/* Section and name may be empty. What is wrong is told by ini_fail. */
typedef void ini_take(void *owner, struct ini *at, const char *section, const char *name, const char *value);

/* Reads TEXT of the file NAME. EXIT_CONFIG. */
int ini_read(struct span text, const char *name, ini_take *take, void *owner, struct err *err);
/* The same to the end: TOLD hears of each mistake. What follows a broken [section is not taken. */
int ini_read_all(struct span text, const char *name, ini_take *take,
		 void (*told)(void *owner, const struct ini *at), void *owner, struct err *err);
/* "NAME:LINE: WHAT WORD: did you mean NEAR?"; NEAR may be NULL. Returns false. */
bool ini_fail(struct ini *at, const char *what, struct span word, const char *near);

#endif
