/*
 * gate - is the cause of an incident gone? What must be so is looked at one by one: nobody asks a list for pardon while
 * the culprit still sends.
 *
 * Every incident: nothing of his was taken in since he was stopped, none of his mail waits. By kind: a script is gone or
 * clean, a password was changed since it was locked and its logins ended, a program is no longer there.
 */
#ifndef SPAMTRAIL_APP_GATE_H
#define SPAMTRAIL_APP_GATE_H

#include "app/options.h"
#include "model/inquiry.h"
#include "report/letters.h"
#include "store/words.h"

struct gate_want {
	const struct options *o;
	const struct inquiry *q;
	const struct incident *in;
	const char *state;            /* folder of the journal; NULL: none is read */
	const struct zone *zone;
	const struct word *words;     size_t nwords;  /* that were given before */
};

struct gate {
	struct letter_deed *deeds;    size_t ndeeds;  /* done, oldest first */
	struct letter_point *points;  size_t npoints;
	struct word *given;           size_t ngiven;  /* that closed a point now and were not known; `who` is not filled */
};

/* Texts live in A. What cannot be looked at becomes a point that is unknown. */
void gate_look(const struct gate_want *want, struct arena *a, struct gate *ret);

#endif
