/*
 * when - --since and --until in journalctl's words (systemd.time(7)): now, today, yesterday, tomorrow,
 * "2 hours ago", -2h, +30min, 08:00, 2026-11-23, "2026-11-23 08:00:00", 2026-11-23T08:00:00Z, @1795399620.
 */
#ifndef SPAMTRAIL_APP_WHEN_H
#define SPAMTRAIL_APP_WHEN_H

#include "base/err.h"
#include "base/span.h"
#include "base/zone.h"

/* NOW in UTC seconds; wall-clock words are ZONE's (NULL = UTC). EXIT_USAGE when nobody could read it. */
int when_parse(struct span text, int64_t now, const struct zone *zone, int64_t *ret_utc, struct err *err);

#endif
