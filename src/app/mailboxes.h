/*
 * mailboxes - the files that an operator's words name: a Maildir's new and cur, a directory's files, a file, "-".
 *
 * In the order of the words, and by name within a folder, so that the same words give the same answer. No
 * file is opened before mailboxes_open: a folder of 100,000 messages needs no descriptor for each.
 */
#ifndef SPAMTRAIL_APP_MAILBOXES_H
#define SPAMTRAIL_APP_MAILBOXES_H

#include "sys/beneath.h"

#define MAILBOXES_MOST 100000 /* limit complaints: files */

struct mailboxes {
	const struct root *root;
	struct arena *arena;
	struct span *path;     /* NUL-terminated, too */
	size_t n, room;
	bool more;             /* there were more */
};

/* Adds what PATH names. EXIT_NOINPUT, EXIT_NOPERM. */
int mailboxes_add(struct mailboxes *m, const char *path, struct err *err);
/*
 * A descriptor of one of them (INDEX < n), the caller's to close, or a negative code; "-" is standard input,
 * once.
 */
int mailboxes_open(const struct mailboxes *m, size_t index, struct err *err);

#endif
