/*
 * wallclock - what a log's own stamp means as an instant: the year where none is written, the zone
 * where none is written, and the hour that comes twice in autumn. One per stream, in line order.
 */
#ifndef SPAMTRAIL_LOGS_WALLCLOCK_H
#define SPAMTRAIL_LOGS_WALLCLOCK_H

#include "base/zone.h"
#include "model/event.h"

#define WALLCLOCK_HALF_YEAR (INT64_C(183) * 86400)

struct wallclock {
	const struct zone *zone;
	int64_t limit;         /* UTC: mtime of the file or now; nothing was written more than a day later */
	int64_t last;          /* UTC of the last event with a stamp; 0 = none */
	int64_t from, until;   /* civil seconds between which DELTA holds */
	int64_t delta;         /* utc = civil - delta */
	int64_t year_start;    /* civil second of 1 January of the current year; INT64_MIN = not known */
	int64_t year_last;     /* second in the (leap) year 0 of the last yearless stamp */
	bool year_leap;
};

void wallclock_start(struct wallclock *w, const struct zone *zone);
/* Called when the stream goes on to another file: MTIME 0 = unknown, then NOW counts. */
void wallclock_file(struct wallclock *w, int64_t mtime, int64_t now);
/*
 * Before the first line, where its stamp has no year and the file is known to go from FIRST to LAST (as stamps without a
 * year arrive) with WRAPS ends of a year between: it may be older than the file's time says.
 */
void wallclock_years(struct wallclock *w, int64_t first, int64_t last, unsigned wraps);
/* Turns ev->at into UTC; an event without a stamp gets the time of the one before. */
void wallclock_work_out(struct wallclock *w, struct event *ev);

/* The same, without a call for what is UTC already and for wall clocks with a year while no offset changes. */
static inline void wallclock_resolve(struct wallclock *w, struct event *ev)
{
	bool zoned = ev->stamp & STAMP_ZONE;

	if (!zoned && ((ev->stamp & STAMP_NO_YEAR) || !ev->stamp || ev->at < w->from || ev->at >= w->until)) {
		wallclock_work_out(w, ev);
		return;
	}
	if (!zoned)
		ev->at -= w->delta;
	w->last = ev->at;
}

#endif
