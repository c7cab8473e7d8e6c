/*
 * scan_found - what the last scans found, for those who plan and who tell: read from the store, nothing is looked at anew.
 *
 * TRUST: findings come from scanners that had read hostile files: texts are only shown, paths are looked up beneath ROOT.
 */
#ifndef SPAMTRAIL_APP_SCAN_FOUND_H
#define SPAMTRAIL_APP_SCAN_FOUND_H

#include "model/inquiry.h"
#include "model/scan.h"

/* At most 1000 of DIR's, in A; 0 where nothing is kept there. DIR may be NULL. */
size_t scan_found_all(const char *dir, struct arena *a, struct scan_finding **ret);
/*
 * Tells Q's incidents what was found where they mailed from, and notes what is found elsewhere. HOMES of accounts are not
 * known here: a finding belongs to an incident whose folder, or the home above it, holds it.
 */
void scan_found_join(const char *dir, struct arena *a, struct inquiry *q);

#endif
