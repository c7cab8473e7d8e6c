/*
 * explain - one event as the object that `explain --json` prints for its line (contract.md).
 *
 * TRUST: the line is whoever's could write into the log. Numbers are its own digits, so any size; every
 * string is escaped.
 */
#ifndef SPAMTRAIL_REPORT_EXPLAIN_H
#define SPAMTRAIL_REPORT_EXPLAIN_H

#include "base/buf.h"
#include "model/event.h"

/*
 * Adds the object of EV, whose text lies at BASE, without a newline. LINE counts from 1. OF is the line
 * that a continuation (EVF_CONTINUES) belongs to; 0 where it is none or the line is not known.
 * EV is as framing made it (at is UTC with STAMP_ZONE, else the wall clock as written); `at` is left
 * out while the year is still open (STAMP_NO_YEAR): the caller chooses it first, with stamp_with_year.
 */
void explain_json(struct buf *out, const struct event *ev, const char *base, uint64_t line, uint64_t of);
/* The same for people: what it is, then "key: value" lines, the text as it stands. No newline at the end. */
void explain_text(struct buf *out, const struct event *ev, const char *base, uint64_t line, uint64_t of);

#endif
