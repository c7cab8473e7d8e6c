/*
 * scan_others - files of the scanned folder that other scanners have named before (scan/named.h), each once for each of them.
 *
 * TRUST: paths and names are what a scanner wrote of hostile files; a path is one beneath the folder, opened there without
 * links (scan/walk.h), and who has named what is only shown.
 */
#ifndef SPAMTRAIL_APP_SCAN_OTHERS_H
#define SPAMTRAIL_APP_SCAN_OTHERS_H

#include "base/span.h"

struct arena;
struct scan_want;

struct other {
	struct span path, engine; /* PATH beneath the folder, with a zero behind it; ENGINE: "maldet:NAME" */
	bool away; /* in quarantine */
};

/* Of WANT's rules those that are such lists, sorted by path; how many. In A. RET_AWAY: files that are in quarantine, or were. */
size_t others_read(const struct scan_want *want, struct arena *a, struct other **ret, size_t *ret_away);

#endif
