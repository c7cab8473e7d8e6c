/*
 * spool - a mail server's queue, read from its own folder in one pass: every message once, as a struct queued.
 *
 * Reads through one directory descriptor and nothing else (sys/beneath.h: below_open), so that it can work in a
 * process that is confined to that folder. A queue lives while it is read: a file that is gone is no error. What
 * cannot be read or is damaged is counted, named and never left out in silence.
 *
 * TRUST: file names and contents; the folder is the mail server's, in a mounted image anybody's.
 */
#ifndef SPAMTRAIL_QUEUE_SPOOL_H
#define SPAMTRAIL_QUEUE_SPOOL_H

#include "base/arena.h"
#include "base/err.h"
#include "model/queued.h"

struct spool {
	int fd; /* of queue_directory (Postfix) or spool_directory (Exim); for reading or O_PATH */
	enum mail_server server;
	unsigned workers; /* threads that read files; 0 or 1: the caller's alone */
	bool reasons; /* of each message, why it waits (reason.h): one more file each */
	bool count; /* names only: no file is opened, nobody is visited, a frozen message counts as waiting */
};

struct queue_tally {
	uint64_t messages, by_state[QUEUE_STATES];
	uint64_t vanished, unfinished; /* gone, or not yet whole: no error */
	uint64_t unreadable, damaged;
	uint64_t maildrop; /* Postfix: handed over, not yet taken in; nobody has read these */
	char first_unreadable[160], first_damaged[160]; /* "deferred/A/ABC: it ends ..."; names as they are */
	bool too_many; /* more files than are read */
};

/*
 * What Q points to lives until the function returns; false ends the reading. Called once at a time, on any of the
 * threads, in an order that does not depend on their number.
 */
typedef bool queue_visit(void *ctx, const struct queued *q);

/* EXIT_NOINPUT: there is no queue; EXIT_NOPERM: it may not be read. */
int queue_read(const struct spool *spool, queue_visit *visit, void *ctx, struct queue_tally *ret_tally, struct err *err);

/* A queue id of that server's form: letters, digits and hyphens, no more than 40. */
bool queue_is_id(struct span id);

#endif
