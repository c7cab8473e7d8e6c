/*
 * zone_rule - reads a POSIX TZ string and works out a year's two changes from it.
 *
 * TRUST: the string stands in a file that may be anybody's. It is read left to right with every
 * number bounded; what is left over at its end makes it no rule at all.
 */
#include "base/zone_rule.h"

#include "base/civil.h"

enum { HOUR = 3600, DAY = 86400 };

struct reader {
	struct span s;
	bool failed;
};

static bool accept(struct reader *r, char c)
{
	if (r->s.n == 0 || r->s.p[0] != c)
		return false;
	r->s = span_from(r->s, 1);
	return true;
}

static bool is_digit(struct reader *r)
{
	return r->s.n && r->s.p[0] >= '0' && r->s.p[0] <= '9';
}

static unsigned number(struct reader *r, unsigned min, unsigned max)
{
	unsigned value = 0;

	if (!is_digit(r))
		r->failed = true;
	for (; is_digit(r) && value <= max; r->s = span_from(r->s, 1))
		value = value * 10 + (unsigned)(r->s.p[0] - '0');
	if (value < min || value > max)
		r->failed = true;
	return value;
}

/* [+-]hh[:mm[:ss]] */
static int32_t hms(struct reader *r, unsigned max_hours)
{
	bool negative = accept(r, '-');
	unsigned seconds;

	if (!negative)
		accept(r, '+');
	seconds = number(r, 0, max_hours) * HOUR;
	if (accept(r, ':')) {
		seconds += number(r, 0, 59) * 60;
		if (accept(r, ':'))
			seconds += number(r, 0, 59);
	}
	return negative ? -(int32_t)seconds : (int32_t)seconds;
}

/* Letters, at least three, or <letters, digits, + and ->. The name itself is of no use to us. */
static void name(struct reader *r)
{
	bool quoted = accept(r, '<');
	size_t n = 0;

	for (; n < r->s.n; n++) {
		char c = r->s.p[n];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		bool more = (c >= '0' && c <= '9') || c == '+' || c == '-';

		if (!letter && !(quoted && more))
			break;
	}
	r->s = span_from(r->s, n);
	if (n < 3 || (quoted && !accept(r, '>')))
		r->failed = true;
}

static struct zone_day day(struct reader *r)
{
	struct zone_day d = { .second = 2 * HOUR };

	if (!accept(r, ','))
		r->failed = true;
	if (accept(r, 'M')) {
		d.form = 'M';
		d.month = number(r, 1, 12);
		r->failed |= !accept(r, '.');
		d.week = number(r, 1, 5);
		r->failed |= !accept(r, '.');
		d.day = number(r, 0, 6);
	} else if (accept(r, 'J')) {
		d.form = 'J';
		d.day = number(r, 1, 365);
	} else {
		d.form = 'n';
		d.day = number(r, 0, 365);
	}
	if (accept(r, '/'))
		d.second = hms(r, 167);
	return d;
}

bool zone_rule_parse(struct span s, struct zone_rule *ret_rule)
{
	struct reader r = { .s = s };
	struct zone_rule rule = { 0 };

	name(&r);
	/* POSIX counts west of Greenwich. */
	rule.standard = rule.summer = -hms(&r, 24);
	if (!r.failed && r.s.n) {
		name(&r);
		rule.has_summer = true;
		rule.summer = r.s.n && r.s.p[0] != ',' ? -hms(&r, 24) : rule.standard + HOUR;
		rule.start = day(&r);
		rule.end = day(&r);
	}
	if (r.failed || r.s.n)
		return false;
	*ret_rule = rule;
	return true;
}

/* The civil second of a change in YEAR. */
static int64_t change(const struct zone_day *d, int year)
{
	int64_t january = civil_days(year, 1, 1);
	int64_t first, days;
	unsigned ahead;

	if (d->form == 'n')
		return (january + d->day) * DAY + d->second;
	if (d->form == 'J') {
		bool leap = civil_days(year, 3, 1) - january == 60;

		return (january + d->day - 1 + (leap && d->day > 59)) * DAY + d->second;
	}
	first = civil_days(year, d->month, 1);
	/* POSIX weeks start on Sunday, civil_weekday on Monday. */
	ahead = (d->day + 13 - civil_weekday(first * DAY)) % 7;
	days = ahead + 7 * (int64_t)(d->week - 1);
	if (first + days >= civil_days(year + (d->month == 12), d->month % 12 + 1, 1))
		days -= 7;
	return (first + days) * DAY + d->second;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc, int64_t *ret_from, int64_t *ret_until)
{
	int32_t offset = r->standard;
	struct civil c;

	*ret_from = INT64_MIN / 2;
	*ret_until = INT64_MAX / 2;
	if (!r->has_summer)
		return offset;
	civil_split(utc, &c);
	for (int year = c.year - 2; year <= c.year + 2; year++) {
		int64_t start = change(&r->start, year) - r->standard;
		int64_t end = change(&r->end, year) - r->summer;

		/* At the same instant the start wins: summer time all the year (RFC 8536, 3.3.1). */
		if (end <= utc && end > *ret_from) {
			offset = r->standard;
			*ret_from = end;
		}
		if (start <= utc && start >= *ret_from) {
			offset = r->summer;
			*ret_from = start;
		}
		if (end > utc && end < *ret_until)
			*ret_until = end;
		if (start > utc && start < *ret_until)
			*ret_until = start;
	}
	return offset;
}
