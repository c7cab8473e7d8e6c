/*
 * whose - the host that a log's lines say they come from, where syslog or the journal wrote them.
 *
 * A few lines of each file are looked at, chosen by their numbers alone: of a file of many hosts it is not known.
 * TRUST: whoever may log to syslog over a network may write any host.
 */
#ifndef SPAMTRAIL_LOGS_WHOSE_H
#define SPAMTRAIL_LOGS_WHOSE_H

#include "logs/logs.h"

#define WHOSE_EVERY 1024 /* lines; a power of two */

/* Looks at LINE, which an event of a mail server was read from. */
void whose_look(struct log_whose *w, struct span line);

static inline bool whose_wants(const struct log_whose *w, const struct event *ev, uint64_t line)
{
	return (!w->looked || (line & (WHOSE_EVERY - 1)) == 0) && (ev->flags & EVF_SYSLOG) && ev->dialect &&
	       ev->dialect <= DIALECT_DOVECOT;
}

/* The one that all mail logs agree on, or nothing; lives in READS. False: there are several. */
bool whose_all(const struct log_read *reads, size_t n, struct span *ret_host);

#endif
