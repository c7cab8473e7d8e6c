/*
 * wallclock - see wallclock.h. Yearless stamps arrive as seconds of year 0, which is a leap year, so
 * that 29 February can be told; the year is the newest one that does not put the line more than a
 * day behind the file's last change, and going down the file a drop of more than half a year means
 * that it went up (log formats as rsyslog, sysklogd and postlogd write them carry no year, RFC 3164).
 */
#include "logs/wallclock.h"

#include "base/civil.h"

#define DAY INT64_C(86400)

#define YEAR_ZERO_SECONDS (366 * DAY)
#define FEB_29_END (60 * DAY) /* seconds from 1 January to the end of 29 February */

void wallclock_start(struct wallclock *w, const struct zone *zone)
{
	*w = (struct wallclock){ .zone = zone, .from = 1, .until = 0, .year_start = INT64_MIN };
}

void wallclock_file(struct wallclock *w, int64_t mtime, int64_t now)
{
	w->limit = mtime > 0 ? mtime : now;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void year_set(struct wallclock *w, int year)
{
	w->year_start = civil_days(year, 1, 1) * DAY;
	w->year_leap = is_leap(year);
}

static int year_now(const struct wallclock *w)
{
	struct civil c;

	civil_split(w->year_start, &c);
	return c.year;
}

/* Civil second of SEC (of year 0) in the year that w holds. 29 February of a common year is 1 March. */
static int64_t in_year(const struct wallclock *w, int64_t sec)
{
	return w->year_start + sec - (!w->year_leap && sec >= FEB_29_END ? DAY : 0);
}

static void year_guess(struct wallclock *w, int64_t sec)
{
	struct civil c;
	int64_t local = w->limit + zone_offset(w->zone, w->limit);

	civil_split(local, &c);
	year_set(w, c.year + 1);
	while (in_year(w, sec) > local + DAY ||
	       (!w->year_leap && sec >= FEB_29_END - DAY && sec < FEB_29_END))
		year_set(w, year_now(w) - 1);
}

static int64_t with_year(struct wallclock *w, int64_t sec)
{
	int64_t drop;

	sec -= civil_days(0, 1, 1) * DAY;
	if (w->year_start == INT64_MIN) {
		year_guess(w, sec);
	} else {
		drop = w->year_last - sec;
		if (drop > WALLCLOCK_HALF_YEAR)
			year_set(w, year_now(w) + 1);
		else if (drop < -WALLCLOCK_HALF_YEAR)
			year_set(w, year_now(w) - 1);
	}
	w->year_last = sec;
	return in_year(w, sec);
}

void wallclock_years(struct wallclock *w, int64_t first, int64_t last, unsigned wraps)
{
	const int64_t zero = civil_days(0, 1, 1) * DAY;

	if (w->year_start != INT64_MIN || wraps == 0)
		return;
	year_guess(w, last - zero);
	year_set(w, year_now(w) - (int)wraps);
	w->year_last = first - zero;
}

void wallclock_work_out(struct wallclock *w, struct event *ev)
{
	int64_t civil = ev->at;

	if (ev->stamp == STAMP_NONE) {
		ev->at = w->last;
		return;
	}
	if (!(ev->stamp & STAMP_ZONE)) {
		if (ev->stamp & STAMP_NO_YEAR)
			civil = with_year(w, civil);
		if (civil < w->from || civil >= w->until) {
			int64_t utc = zone_to_utc(w->zone, civil, w->last, &w->until);

			w->from = civil;
			w->delta = civil - utc;
		}
		ev->at = civil - w->delta;
	}
	w->last = ev->at;
}
