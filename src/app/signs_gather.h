/*
 * signs_gather - from what the readers found to the signs' figures (model/signs.h).
 *
 * Nothing fails: what cannot be known is told as such, with the reason as the sign's text.
 * TRUST: the inquiry, the queue's numbers and what was kept have been checked in form only; texts are foreign and go to
 * report/signs.h, which escapes them.
 */
#ifndef SPAMTRAIL_APP_SIGNS_GATHER_H
#define SPAMTRAIL_APP_SIGNS_GATHER_H

#include "model/signs.h"

/* Seconds between two looks that growth can be told of. */
#define LOOK_LEAST 30

struct arena;
struct buf;
struct config;
struct inquiry;
struct queue_report;
struct signs_past;

struct signs_found {
	const struct inquiry *q;
	bool logs, live; /* Q was counted from logs; this host's processes were looked at */
	const struct queue_report *queue; /* NULL: it could not be read */
	const char *no_queue; /* then why */
	const struct signs_past *past; /* NULL: nothing is kept */
	const struct config *config;
};

/* Fills every sign's value and text; state is SIGN_NORMAL (still to be judged), SIGN_NOT_KNOWN, or `sure`. */
void signs_gather(struct signs *s, struct arena *a, const struct signs_found *found);

/* For signs_gather.c: what the hour's rows say (signs_rows.c). */
void signs_gather_rows(struct signs *s, struct arena *a, const struct signs_found *found);
/* A foreign name, cut where it is long. */
void signs_add_name(struct buf *b, struct span name);

#endif
