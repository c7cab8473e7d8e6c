/*
 * when - see when.h. A wall-clock time that the zone shows twice is its first reading.
 * TRUST: the operator's words; shown back escaped.
 */
#include "app/when.h"

#include "base/civil.h"
#include "base/show.h"

#define DAY 86400
#define FAR INT64_C(400000000000) /* seconds: some 12,000 years; what is further is a typing error */

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span skip_blanks(struct span s)
{
	while (s.n && blank(s.p[0]))
		s = span_from(s, 1);
	return s;
}

/* The digits (or letters) in front, taken off S. */
static struct span take(struct span *s, bool digits)
{
	size_t n = 0;

	while (n < s->n && (s->p[n] >= '0' && s->p[n] <= '9') == digits && !blank(s->p[n]) && s->p[n] != ':')
		n++;
	struct span head = span_head(*s, n);

	*s = span_from(*s, n);
	return head;
}

static int64_t unit_seconds(struct span name)
{
	static const struct {
		const char *names; /* each between blanks */
		int64_t seconds;
	} units[] = {
		{ " s sec second seconds ", 1 }, { " m min minute minutes ", 60 },
		{ " h hr hour hours ", 3600 },	 { " d day days ", DAY },
		{ " w week weeks ", 7 * DAY },	 { " M month months ", 2629800 },
		{ " y year years ", 31557600 },
	};
	char word[16] = " ";

	if (name.n == 0 || name.n > 12)
		return 0;
	memcpy(word + 1, name.p, name.n);
	word[name.n + 1] = ' ';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strstr(units[i].names, word))
			return units[i].seconds;
	return 0;
}

/* "2 hours 30 min", the sum of its parts; what is left behind them goes back in S. */
static bool take_amount(struct span *s, int64_t *ret_seconds)
{
	int64_t sum = 0;
	bool any = false;

	for (;;) {
		struct span rest = skip_blanks(*s), digits = take(&rest, true);
		uint64_t n;
		int64_t unit;

		if (digits.n == 0 || !span_u64(digits, &n))
			break;
		rest = skip_blanks(rest);
		unit = unit_seconds(take(&rest, false));
		if (unit == 0 || n > (uint64_t)FAR / (uint64_t)unit)
			return false;
		sum += (int64_t)n * unit;
		if (sum > FAR)
			return false;
		*s = rest;
		any = true;
	}
	*ret_seconds = sum;
	return any;
}

static bool relative(struct span s, int64_t now, int64_t *ret_utc)
{
	int sign = s.p[0] == '-' ? -1 : s.p[0] == '+' ? 1 : 0;
	int64_t amount;

	if (sign)
		s = span_from(s, 1);
	if (!take_amount(&s, &amount))
		return false;
	s = skip_blanks(s);
	if (sign == 0 && span_eq(s, SPAN("ago")))
		sign = -1;
	else if (sign == 0 || s.n)
		return false;
	*ret_utc = now + sign * amount;
	return true;
}

/* N digits off the front, then the byte END (0: nothing more is asked). */
static bool take_number(struct span *s, size_t n, char end, unsigned *ret_value)
{
	uint64_t v;

	if (s->n < n || !span_u64(span_head(*s, n), &v))
		return false;
	*s = span_from(*s, n);
	if (end) {
		if (s->n == 0 || s->p[0] != end)
			return false;
		*s = span_from(*s, 1);
	}
	*ret_value = (unsigned)v;
	return true;
}

static bool take_clock(struct span *s, struct civil *c)
{
	if (!take_number(s, 2, ':', &c->hour) || !take_number(s, 2, 0, &c->minute))
		return false;
	if (s->n == 0 || s->p[0] != ':')
		return true;
	*s = span_from(*s, 1);
	return take_number(s, 2, 0, &c->second);
}

static bool take_date(struct span *s, struct civil *c)
{
	unsigned year;

	if (!take_number(s, 4, '-', &year) || !take_number(s, 2, '-', &c->month) ||
	    !take_number(s, 2, 0, &c->day))
		return false;
	c->year = (int)year;
	return true;
}

/* "Z", "UTC", "+01:00": minutes east; false where S is none of them. */
static bool offset_of(struct span s, int *ret_minutes)
{
	unsigned hour, minute;
	int sign;

	*ret_minutes = 0;
	if (span_eq(s, SPAN("Z")) || span_eq(s, SPAN("UTC")))
		return true;
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	sign = s.p[0] == '-' ? -1 : 1;
	s = span_from(s, 1);
	if (!take_number(&s, 2, ':', &hour) || !take_number(&s, 2, 0, &minute) || hour > 23 || minute > 59)
		return false;
	*ret_minutes = sign * (int)(hour * 60 + minute);
	return true;
}

/* "2026-11-23 08:00", "08:00": C holds today where the text says no date. */
static bool absolute(struct span s, struct civil c, const struct zone *zone, int64_t *ret_utc)
{
	struct span rest = s;
	bool dated = take_date(&rest, &c);
	int minutes;

	if (!dated)
		rest = s;
	else if (rest.n > 1 && rest.p[0] == 'T')
		rest = span_from(rest, 1);
	rest = skip_blanks(rest);
	if ((rest.n || !dated) && !take_clock(&rest, &c))
		return false;
	if (!civil_valid(&c))
		return false;
	rest = skip_blanks(rest);
	if (rest.n) {
		if (!offset_of(rest, &minutes))
			return false;
		*ret_utc = civil_seconds(&c) - minutes * 60;
		return true;
	}
	*ret_utc = zone_to_utc(zone, civil_seconds(&c), INT64_MIN, NULL);
	return true;
}

static bool word(struct span s, int64_t now, const struct zone *zone, int64_t *ret_utc)
{
	static const struct {
		const char *name;
		int days;
	} days[] = { { "today", 0 }, { "yesterday", -1 }, { "tomorrow", 1 } };
	int64_t civil = now + zone_offset(zone, now);

	if (span_eq(s, SPAN("now"))) {
		*ret_utc = now;
		return true;
	}
	civil -= (civil % DAY + DAY) % DAY;
	for (size_t i = 0; i < 3; i++)
		if (span_eq(s, span_str(days[i].name))) {
			*ret_utc = zone_to_utc(zone, civil + days[i].days * DAY, INT64_MIN, NULL);
			return true;
		}
	return false;
}

static bool epoch(struct span s, int64_t *ret_utc)
{
	uint64_t v;

	if (s.p[0] != '@' || !span_u64(span_from(s, 1), &v) || v > (uint64_t)FAR)
		return false;
	*ret_utc = (int64_t)v;
	return true;
}

int when_parse(struct span text, int64_t now, const struct zone *zone, int64_t *ret_utc, struct err *err)
{
	struct span s = span_trim(text);
	struct buf shown = BUF_MAX(200);
	struct civil today;
	int code;

	civil_split(now + zone_offset(zone, now), &today);
	today.hour = today.minute = today.second = 0;
	if (s.n && (word(s, now, zone, ret_utc) || epoch(s, ret_utc) || relative(s, now, ret_utc) ||
		    absolute(s, today, zone, ret_utc)))
		return 0;
	show_text_cut(&shown, text, 60, true);
	code = err_set(err, EXIT_USAGE,
		       "cannot read the time \"%.*s\": try \"2 hours ago\", -2h, yesterday, 08:00 or "
		       "\"2026-11-23 08:00\"",
		       (int)shown.n, shown.n ? shown.p : "");
	buf_free(&shown);
	return code;
}
