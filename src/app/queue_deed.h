/*
 * queue_deed - `queue --flush`, `--release`, `--remove`: which messages are meant is shown, the operator is asked, and
 * spamtrail-act does it, with a row of the journal for each mail server.
 */
#ifndef SPAMTRAIL_APP_QUEUE_DEED_H
#define SPAMTRAIL_APP_QUEUE_DEED_H

#include "app/options.h"
struct queue_ask;
#include "report/screen.h"

/* ASK: root, facts, by and pick are set. Returns an exit code, or a negative one. */
int queue_deed(const struct options *o, const struct queue_ask *ask, struct arena *a, const struct screen *screen,
	       struct err *err);

/*
 * Nobody is called WORD: fills ERR with that and with some who are. ASK as above.
 */
int queue_no_group(const struct queue_ask *ask, const char *word, const char *again, struct arena *a,
		   struct err *err);

#endif
