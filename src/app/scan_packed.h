/*
 * scan_packed - archives that the scanner met: which are looked into, within what a scan may spend on them, what was said of
 * those that have not changed since, and how many were left.
 *
 * What is found in an archive is never more than suspicious: nothing runs it there, so that no hand is laid on the archive, no
 * incident is explained by it, and nothing of it is kept for `contain` and `investigate`. It is told because whoever unpacks
 * or restores it brings it back.
 * TRUST: scanner and helper may have been taken over: their messages are checked in form, texts only shown.
 */
#ifndef SPAMTRAIL_APP_SCAN_PACKED_H
#define SPAMTRAIL_APP_SCAN_PACKED_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct message;
struct scan_finding;
struct scan_packed;
struct scan_want;
struct scanning;

struct scan_packed *scan_packed_new(const struct scanning *s);
void scan_packed_free(struct scan_packed *p);
/* Into WANT: which archives of S's target the scanner is to hand over. S->packed may be NULL: none. */
void scan_packed_begin(struct scanning *s, struct scan_want *want);
/* Says how many of this target were not looked into. */
void scan_packed_end(struct scanning *s);

/*
 * F is what an archive's bytes look like as they lie there, and what is packed in it says it better. Not of what a web server
 * runs under that name (phar).
 */
bool scan_packed_explains(const struct scanning *s, const struct scan_finding *f);

/* What the scanner says: SCAN_PACKED, SCAN_PACKED_AGAIN, SCAN_PACKED_LEFT. */
int scan_packed_look(struct scanning *s, const struct message *m, struct err *err);
int scan_packed_again(struct scanning *s, struct span body, struct err *err);
int scan_packed_left(struct scanning *s, struct span body, struct err *err);

#endif
