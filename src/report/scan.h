/*
 * scan - `scan` for people, for scripts and as JSON (contract, "scan --json").
 *
 *   --plain:  finding   verdict class score path
 *             reason    path line column rule text
 *             skipped   path why
 *             engine    path name          who else says so
 *             note      text
 *             total     files bytes findings skipped complete(yes|no) known
 */
#ifndef SPAMTRAIL_REPORT_SCAN_H
#define SPAMTRAIL_REPORT_SCAN_H

#include "model/scan.h"
#include "report/screen.h"

/* The name of an account; NULL where there is none. */
typedef const char *scan_owner_fn(uint32_t uid);

/*
 * R is only read, and its texts may be any bytes. EXPLAIN: each step of a reason. The sink keeps what goes
 * wrong.
 */
void scan_text(struct sink *s, const struct scan_report *r, const struct screen *screen, bool explain, bool quiet);
/* What lies around the script that mailed, before the rest is read. */
void scan_text_first(struct sink *s, const struct scan_report *r, const struct screen *screen, bool explain);
void scan_plain(struct sink *s, const struct scan_report *r);
void scan_json(struct sink *s, const struct scan_report *r, const struct zone *zone, scan_owner_fn *owner);

#endif
