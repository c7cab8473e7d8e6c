/*
 * notify - tells people of a change: by mail through the local sendmail or a relay, and to a web hook.
 *
 * No shell; sendmail gets an argument list and the message on its standard input, the rest is spamtrail-post's. The
 * envelope's sender is empty: nobody answers, and no sender of this server is charged with it.
 */
#ifndef SPAMTRAIL_APP_NOTIFY_H
#define SPAMTRAIL_APP_NOTIFY_H

#include "base/buf.h"
#include "base/err.h"
#include "report/alarm.h"

struct arena;
struct config;

/* 0, or EXIT_CONFIG: an address, relay or web hook that cannot be one. Says nothing where none is set. */
int notify_check(const struct config *c, struct err *err);
/* Is anybody to be told at all? */
bool notify_anybody(const struct config *c);
/*
 * How many ways worked. TOLD: where to, FAILED: why not, a line each. RET_LOCAL: recipients that the local sendmail took
 * it for, so that they are not counted as the server's own mail.
 */
unsigned notify_send(const struct config *c, const struct alarm_text *text, bool unconfined, struct arena *a,
		     struct buf *told, struct buf *failed, uint32_t *ret_local);

#endif
