/*
 * mailboxes - the files that an operator's words name: a Maildir's new and cur, a directory's files, a file, "-".
 */
#ifndef SPAMTRAIL_APP_MAILBOXES_H
#define SPAMTRAIL_APP_MAILBOXES_H

#include "sys/beneath.h"

#define MAILBOXES_MOST 100000

struct mailboxes {
	const struct root *root;
	struct arena *arena;
	struct span *path;     /* NUL-terminated, too */
	size_t n, room;
	bool more;             /* there were more */
};

/* Adds what PATH names. EXIT_NOINPUT, EXIT_NOPERM. */
int mailboxes_add(struct mailboxes *m, const char *path, struct err *err);
/* A descriptor of one of them. */
int mailboxes_open(const struct mailboxes *m, size_t index, struct err *err);

#endif
