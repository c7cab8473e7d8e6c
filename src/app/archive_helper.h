/*
 * archive_helper - spamtrail-archive beside this program: one archive after the other in, findings out. It is started for the
 * first archive; one that ends it is told, and it is started anew, a few times.
 *
 * TRUST: the helper has read archives that were made for it: what it says is passed on as it came, bounded in number and
 * bytes, for the caller to check.
 */
#ifndef SPAMTRAIL_APP_ARCHIVE_HELPER_H
#define SPAMTRAIL_APP_ARCHIVE_HELPER_H

#include "base/err.h"
#include "scan/archive.h"

struct archive_helper;
struct scanning;

/* NULL: it is not installed. RULES of S go to it when it is started. */
struct archive_helper *archive_helper_new(const struct scanning *s);
void archive_helper_free(struct archive_helper *h);
/* The next one who is asked is a new process, and nothing is held against it. H may be NULL. */
void archive_helper_end(struct archive_helper *h);
/*
 * What it says of FD, which stays the caller's, one message after the other to TOLD, ARCHIVE_DONE last. A sentence in ERR and a
 * negative code where there will be none: -EXIT_INCOMPLETE when the operator interrupted it.
 */
int archive_helper_ask(struct archive_helper *h, int fd, struct archive_ask *ask,
		       void (*told)(void *ctx, uint32_t type, struct span body), void *ctx, struct err *err);

#endif
