/*
 * stamp - one small table of patterns and one interpreter, instead of a function for every form.
 *
 * Promises: no libc date call, no locale, no zone but the one written on the line; digits and the
 * calendar are checked; two rows never fit the same text, so the order of trying has no say.
 * A line in the minute of the line before costs one comparison and the reading of its seconds.
 *
 * TRUST: whoever can write a log line can write any stamp. A wrong one is no stamp, never a guess.
 */
#include "logs/stamp.h"

#include "base/civil.h"

/*
 * Y m d H M S: digits; e: day of one or two, maybe padded with a blank; b a: names of month and
 * weekday; f: fraction, maybe none; z: zone offset; o: the same, maybe none; x: the same behind a
 * blank, maybe none; n: zone by name; E: seconds since 1970. Everything else stands for itself.
 * Sources: log-formats.md section 1; journalctl(1) for the full and the unix form.
 */
static const char *const forms[STAMP_FORMS] = {
	[STAMP_SYSLOG] = "b e H:M:Sf",
	[STAMP_ISO] = "Y-m-dTH:M:Sfo",
	[STAMP_SPACED] = "Y-m-d H:M:Sfx",
	[STAMP_YEAR_FIRST] = "Y b e H:M:Sf",
	[STAMP_YEAR_THIRD] = "b e Y H:M:Sf",
	[STAMP_ASCTIME] = "a b e H:M:Sf Y",
	[STAMP_FULL] = "a Y-m-d H:M:Sf n",
	[STAMP_EPOCH] = "Ef",
	[STAMP_NGINX_ERROR] = "Y/m/d H:M:S",
	[STAMP_APACHE] = "[e/b/Y:H:M:S z]",
	[STAMP_APACHE_ERROR] = "[a b e H:M:Sf Y]",
	[STAMP_PHP] = "[e-b-Y H:M:S n]",
	[STAMP_CPANEL] = "[Y-m-d H:M:S z]",
	[STAMP_CPANEL_ACCESS] = "[m/d/Y:H:M:S z]",
};

struct scan {
	const char *p, *end;
	struct civil c;
	bool year;
	const char *minute_end; /* behind "H:M:" once the seconds begin, while all before them is known */
	int64_t epoch;
	struct stamp *out;
};

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static bool digits(struct scan *s, unsigned n, unsigned *ret_value)
{
	unsigned value = 0;

	if ((size_t)(s->end - s->p) < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return false;
		value = value * 10 + (unsigned)(s->p[i] - '0');
	}
	s->p += n;
	*ret_value = value;
	return true;
}

/* "3", " 3", "03": classic syslog pads with a blank, other writers with a zero or not at all. */
static bool loose_day(struct scan *s)
{
	if (s->p < s->end && *s->p == ' ')
		s->p++;
	return digits(s, s->end - s->p >= 2 && is_digit(s->p[1]) ? 2 : 1, &s->c.day);
}

static bool name_of(struct scan *s, const char *names, unsigned count, unsigned *ret_index)
{
	if (s->end - s->p < 3)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (memcmp(s->p, names + 3 * i, 3) == 0) {
			s->p += 3;
			*ret_index = i + 1;
			return true;
		}
	return false;
}

static bool fraction(struct scan *s)
{
	uint32_t usec = 0, weight = 100000;
	unsigned n = 0;

	if (s->end - s->p < 2 || (*s->p != '.' && *s->p != ',') || !is_digit(s->p[1]))
		return true;
	for (s->p++; s->p < s->end && is_digit(*s->p); s->p++, n++, weight /= 10)
		usec += weight * (uint32_t)(*s->p - '0');
	s->out->usec = usec;
	s->out->flags |= (uint8_t)(n * STAMP_DIGIT);
	return n <= 9;
}

static void zone_known(struct scan *s, int minutes, uint8_t more)
{
	s->out->zone = (int16_t)minutes;
	s->out->flags |= STAMP_ZONE | more;
}

/* Z, +01, +0100 or +01:00. */
static bool offset(struct scan *s)
{
	unsigned hours, minutes = 0;

	if (s->p == s->end)
		return false;
	if (*s->p == 'Z') {
		s->p++;
		zone_known(s, 0, STAMP_ZULU);
		return true;
	}
	if (*s->p != '+' && *s->p != '-')
		return false;

	int sign = *s->p++ == '-' ? -1 : 1;

	if (!digits(s, 2, &hours))
		return false;
	if (s->p < s->end && *s->p == ':')
		s->p++;
	if (s->p < s->end && is_digit(*s->p) && !digits(s, 2, &minutes))
		return false;
	zone_known(s, sign * (int)(hours * 60 + minutes), 0);
	return hours <= 23 && minutes <= 59;
}

static bool offset_or_none(struct scan *s)
{
	return s->p == s->end || *s->p == ' ' || offset(s);
}

static bool offset_behind_blank(struct scan *s)
{
	if (s->end - s->p < 6 || s->p[0] != ' ' || (s->p[1] != '+' && s->p[1] != '-') || !is_digit(s->p[2]))
		return true;
	s->p++;
	return offset(s);
}

/* PHP's identifier or an abbreviation: only UTC and a plain offset say how far from UTC it is. */
static bool zone_name(struct scan *s)
{
	const char *from = s->p;

	if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
		return offset(s);
	while (s->p < s->end && *s->p != ' ' && *s->p != ']')
		s->p++;
	if (s->p - from == 3 && memcmp(from, "UTC", 3) == 0)
		zone_known(s, 0, STAMP_ZULU);
	return s->p > from && s->p - from <= 48;
}

static bool epoch(struct scan *s)
{
	unsigned high, low;

	if (!digits(s, 5, &high) || !digits(s, 5, &low) || s->p == s->end || *s->p != '.')
		return false;
	s->epoch = (int64_t)high * 100000 + low;
	zone_known(s, 0, STAMP_ZULU);
	return true;
}

static bool year(struct scan *s)
{
	unsigned y = 0;

	if (!digits(s, 4, &y) || y == 0)
		return false;
	s->c.year = (int)y;
	s->year = true;
	return true;
}

static bool step(struct scan *s, char what)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char weekdays[] = "MonTueWedThuFriSatSun";
	unsigned ignored;

	switch (what) {
	case 'Y':
		return year(s);
	case 'm':
		return digits(s, 2, &s->c.month);
	case 'b':
		return name_of(s, months, 12, &s->c.month);
	case 'a':
		return name_of(s, weekdays, 7, &ignored);
	case 'd':
		return digits(s, 2, &s->c.day);
	case 'e':
		return loose_day(s);
	case 'H':
		return digits(s, 2, &s->c.hour);
	case 'M':
		return digits(s, 2, &s->c.minute);
	case 'S':
		s->minute_end = s->p;
		return digits(s, 2, &s->c.second) && s->c.second <= 60;
	case 'f':
		return fraction(s);
	case 'z':
		return offset(s);
	case 'o':
		return offset_or_none(s);
	case 'x':
		return offset_behind_blank(s);
	case 'n':
		return zone_name(s);
	case 'E':
		return epoch(s);
	default:
		return s->p < s->end && *s->p++ == what;
	}
}

/* True when the whole pattern fits and nothing is glued to the stamp. */
static bool scan_pattern(struct scan *s, const char *pattern)
{
	for (; *pattern; pattern++)
		if (!step(s, *pattern))
			return false;
	return s->p == s->end || *s->p == ' ' || *s->p == '\t';
}

static int64_t minute_start(const struct scan *s)
{
	struct civil c = s->c;

	c.second = 0;
	return civil_seconds(&c);
}

static bool calendar_fits(const struct scan *s)
{
	struct civil c = s->c;

	c.second = 0;
	return civil_valid(&c);
}

static void finish(struct scan *s, struct span text, int64_t minute)
{
	struct stamp *out = s->out;

	out->at = minute + s->c.second - (out->flags & STAMP_ZONE ? out->zone * 60 : 0);
	out->flags |= STAMP_TIME;
	out->len = (size_t)(s->p - text.p);
}

static void remember_zone(struct stamp_memory *mem, const struct scan *s)
{
	const char *from = s->minute_end + STAMP_SIX;
	size_t len = (size_t)(s->p - from);

	mem->zone_mask = 0;
	if (s->out->form != STAMP_ISO || (s->out->flags & STAMP_DIGITS) != 6 * STAMP_DIGIT || len > 6 ||
	    s->end - from < 8 || *s->p != ' ')
		return;
	mem->zone_mask = (UINT64_C(0x100) << 8 * len) - 1;
	mem->zone_text = bytes_word(from) & mem->zone_mask;
	mem->zone_len = (uint8_t)len;
	mem->zone = s->out->zone;
	mem->zone_flags = s->out->flags;
}

static void remember(struct stamp_memory *mem, const struct scan *s, struct span text, int64_t minute)
{
	size_t len = (size_t)(s->minute_end - text.p);

	if (len > sizeof(mem->text))
		return;
	memcpy(mem->text, text.p, len);
	mem->len = (uint32_t)len;
	mem->at = minute;
	mem->form = s->out->form;
	remember_zone(mem, s);
}

/* A year behind the seconds (asctime) makes the minute unknown while they are read: nothing to remember. */
static bool year_comes_late(enum stamp_form form)
{
	return form == STAMP_ASCTIME || form == STAMP_APACHE_ERROR;
}

static bool read_form(struct stamp_memory *mem, struct span text, enum stamp_form form, struct stamp *out)
{
	struct scan s = { .p = text.p, .end = text.p + text.n, .out = out };

	*out = (struct stamp){ .form = (uint8_t)form };
	if (!scan_pattern(&s, forms[form]))
		return false;
	if (form == STAMP_EPOCH) {
		finish(&s, text, s.epoch);
		return true;
	}
	if (!calendar_fits(&s))
		return false;

	int64_t minute = minute_start(&s);

	if (!s.year)
		out->flags |= STAMP_NO_YEAR;
	finish(&s, text, minute);
	if (!year_comes_late(form))
		remember(mem, &s, text, minute);
	return true;
}

static bool read_same_minute(const struct stamp_memory *mem, struct span text, struct stamp *out)
{
	struct scan s = { .p = text.p + mem->len, .end = text.p + text.n, .out = out };

	*out = (struct stamp){ .form = (uint8_t)mem->form,
			       .flags = mem->form == STAMP_SYSLOG ? STAMP_NO_YEAR : 0 };
	if (!scan_pattern(&s, strchr(forms[mem->form], 'S')))
		return false;
	finish(&s, text, mem->at);
	return true;
}

bool stamp_read(struct stamp_memory *mem, struct span s, struct stamp *ret_stamp)
{
	struct stamp out;
	bool found = false;

	if (stamp_again(mem, s, ret_stamp))
		return true;
	if (mem->len && s.n > mem->len && memcmp(s.p, mem->text, mem->len) == 0)
		found = read_same_minute(mem, s, &out);
	for (unsigned form = 0; !found && form < STAMP_FORMS; form++)
		found = read_form(mem, s, (enum stamp_form)form, &out);
	if (found)
		*ret_stamp = out;
	return found;
}

#define DAY INT64_C(86400)
#define YEAR_0 (INT64_C(-719528) * DAY) /* 0000-01-01 */

static bool is_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int64_t day_of_year(int64_t at)
{
	return (at - YEAR_0) / DAY;
}

int64_t stamp_with_year(int64_t at, int y)
{
	int64_t into = at - YEAR_0;

	if (!is_leap(y) && day_of_year(at) >= 60)
		into -= DAY;
	return civil_days(y, 1, 1) * DAY + into;
}

/* 29 February is day 59 counted from 0. At most eight steps: 1896 to 1904. */
static int leap_if_needed(int64_t at, int y)
{
	while (day_of_year(at) == 59 && !is_leap(y))
		y--;
	return y;
}

static int year_of(int64_t civil)
{
	struct civil c;

	civil_split(civil, &c);
	return c.year;
}

int stamp_year_newest(int64_t at, int64_t latest)
{
	int y = year_of(latest + DAY);

	if (stamp_with_year(at, y) > latest + DAY)
		y--;
	return leap_if_needed(at, y);
}

int stamp_year_next(int64_t at, int64_t before)
{
	int y = year_of(before);
	int64_t same = stamp_with_year(at, y);

	if (before - same > 183 * DAY)
		y++;
	else if (same > before && stamp_with_year(at, y - 1) >= before - DAY)
		y--;
	return leap_if_needed(at, y);
}
