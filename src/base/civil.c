/*
 * civil - days and calendar dates, by the era arithmetic of H. Hinnant's "chrono-Compatible
 * Low-Level Date Algorithms": no loops, no tables of years, exact for the proleptic Gregorian calendar.
 *
 * TRUST: numbers may come from a foreign stamp; civil_valid() must have said yes before they are
 * used as a date. Year 0 is let in because year-less stamps are counted there (model/event.h).
 */
#include "base/civil.h"

#define DAY 86400
/* 0000-01-01 and 9999-12-31T23:59:59; beyond them civil_split answers with the nearer end. */
#define FIRST_SECOND (INT64_C(-719528) * DAY)
#define LAST_SECOND (INT64_C(2932897) * DAY - 1)

int64_t civil_days(int year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month_from_march = month > 2 ? (int64_t)month - 3 : (int64_t)month + 9;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + (int64_t)day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

int64_t civil_seconds(const struct civil *c)
{
	return civil_days(c->year, c->month, c->day) * DAY + c->hour * 3600 + c->minute * 60 + c->second;
}

static int64_t days_floor(int64_t seconds)
{
	return (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
}

void civil_split(int64_t seconds, struct civil *ret_civil)
{
	int64_t s = seconds < FIRST_SECOND ? FIRST_SECOND : seconds > LAST_SECOND ? LAST_SECOND : seconds;
	int64_t days = days_floor(s);
	unsigned rest = (unsigned)(s - days * DAY);
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;

	*ret_civil = (struct civil){
		.year = (int)((int64_t)yoe + era * 400) + (month <= 2),
		.month = month,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};
}

unsigned civil_weekday(int64_t seconds)
{
	/* 1970-01-01 was a Thursday. */
	int64_t day = (days_floor(seconds) + 3) % 7;

	return (unsigned)(day < 0 ? day + 7 : day);
}

bool civil_valid(const struct civil *c)
{
	static const unsigned char length[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;

	if (c->year < 0 || c->year > 9999 || c->month < 1 || c->month > 12)
		return false;
	if (c->day < 1 || c->day > length[c->month - 1] || (c->month == 2 && c->day == 29 && !leap))
		return false;
	return c->hour < 24 && c->minute < 60 && c->second <= 60; /* 60: a leap second */
}

static char *put2(char *p, unsigned value)
{
	p[0] = (char)('0' + value / 10 % 10);
	p[1] = (char)('0' + value % 10);
	return p + 2;
}

void civil_format(struct buf *out, int64_t civil_sec, int32_t offset_minutes)
{
	char text[32];
	char *p = text;
	struct civil c;

	civil_split(civil_sec, &c);
	p = put2(put2(p, (unsigned)c.year / 100), (unsigned)c.year);
	*p++ = '-';
	p = put2(p, c.month);
	*p++ = '-';
	p = put2(p, c.day);
	*p++ = 'T';
	p = put2(p, c.hour);
	*p++ = ':';
	p = put2(p, c.minute);
	*p++ = ':';
	p = put2(p, c.second);
	if (offset_minutes == 0) {
		*p++ = 'Z';
	} else if (offset_minutes != CIVIL_NO_ZONE) {
		unsigned east = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes);

		*p++ = offset_minutes < 0 ? '-' : '+';
		p = put2(p, east / 60);
		*p++ = ':';
		p = put2(p, east % 60);
	}
	buf_add(out, text, (size_t)(p - text));
}
