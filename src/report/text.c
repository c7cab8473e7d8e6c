/*
 * text - see text.h. By hand rather than by printf's floating point, so that no locale and no libc
 * changes a report (the same input gives the same bytes).
 * TRUST: numbers from the confined reader may be anything, infinities included; nothing overflows.
 */
#include "report/text.h"

#include "base/civil.h"
#include "model/inquiry.h"

#include <math.h>

#define DAY 86400

/* V's digits end before END; returns the first. */
static char *digits_before(char *end, uint64_t v)
{
	do {
		*--end = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return end;
}

uint64_t text_round(double v)
{
	return v > 0 ? v < 1e18 ? (uint64_t)(v + 0.5) : UINT64_C(1000000000000000000) : 0;
}

void text_u64(struct buf *out, uint64_t v)
{
	char text[20], *end = text + sizeof(text), *p = digits_before(end, v);

	buf_add(out, p, (size_t)(end - p));
}

void text_count(struct buf *out, uint64_t v)
{
	char text[20], *end = text + sizeof(text);

	for (const char *p = digits_before(end, v); p < end; p++) {
		buf_byte(out, *p);
		if (end - p > 1 && (end - p - 1) % 3 == 0)
			buf_byte(out, ',');
	}
}

void text_fixed(struct buf *out, double v, unsigned decimals)
{
	static const uint32_t scale[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
	char text[32], *end = text + sizeof(text), *p = end;
	uint64_t scaled;
	uint32_t part;

	decimals = decimals < 6 ? decimals : 6;
	if (!isfinite(v))
		v = 0;
	/* So that scaled stays within 64 bits, and the digits within TEXT. */
	if (fabs(v) > 1e12)
		v = v < 0 ? -1e12 : 1e12;
	scaled = (uint64_t)(fabs(v) * scale[decimals] + 0.5);
	/* No "-0": what rounds to nothing has no sign. */
	v = scaled ? v : 0;
	part = (uint32_t)(scaled % scale[decimals]);
	for (unsigned left = part ? decimals : 0; left; left--, part /= 10)
		if (p < end || part % 10)
			*--p = (char)('0' + part % 10);
	if (p < end)
		*--p = '.';
	p = digits_before(p, scaled / scale[decimals]);
	if (v < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(end - p));
}

void text_bytes(struct buf *out, uint64_t v)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double size = (double)v;
	size_t unit = 0;

	/* From here on it would be rounded to 1000: "1 MB", not "1000 kB". */
	while (size >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1000;
		unit++;
	}
	text_fixed(out, size, unit > 0 && size < 9.95 ? 1 : 0);
	buf_byte(out, ' ');
	buf_str(out, units[unit]);
}

void text_duration(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} steps[] = { { 120, 1, " s" },
		      { 120 * 60, 60, " min" },
		      { 2 * DAY, 3600, " h" },
		      { INT64_MAX, DAY, " days" } };
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (i < 3 && seconds >= steps[i].below)
		i++;
	text_count(out, (uint64_t)(seconds / steps[i].unit));
	buf_str(out, steps[i].name);
}

void text_percent(struct buf *out, uint64_t part, uint64_t whole)
{
	double share = whole ? 100.0 * (double)part / (double)whole : 0;

	if (part > 0 && part < whole && share < 0.5) {
		buf_str(out, "<1%");
		return;
	}
	if (part < whole && share >= 99.5) {
		buf_str(out, ">99%");
		return;
	}
	text_fixed(out, share, 0);
	buf_byte(out, '%');
}

/* The calendar ends at the year 9999; a time outside it is shown as its nearest end. */
static int64_t within_calendar(int64_t t)
{
	const int64_t first = civil_days(1, 1, 1) * DAY + DAY, last = civil_days(9999, 12, 31) * DAY;

	return t < first ? first : t > last ? last : t;
}

void text_rfc3339(struct buf *out, int64_t utc, const struct zone *zone)
{
	int32_t offset;

	utc = within_calendar(utc);
	offset = zone_offset(zone, utc) / 60;
	civil_format(out, utc + offset * 60, offset);
}

void text_moment(struct buf *out, int64_t utc, const struct zone *zone)
{
	struct buf text = BUF_MAX(64);
	struct span s;

	text_rfc3339(&text, utc, zone);
	s = buf_view(&text);
	if (s.n >= 20) {
		buf_span(out, span_head(s, 10));
		buf_byte(out, ' ');
		buf_span(out, span_head(span_from(s, 11), 8));
		buf_byte(out, ' ');
		buf_span(out, span_eq(span_from(s, 19), SPAN("Z")) ? SPAN("UTC") : span_from(s, 19));
	} else {
		buf_span(out, s);
	}
	buf_free(&text);
}

void text_as_of(struct buf *out, const struct inquiry *q, const struct zone *zone)
{
	if (q->live)
		return;
	buf_str(out, ", as of the log's last line, ");
	text_moment(out, q->to, zone);
}

static void two_digits(struct buf *out, unsigned v)
{
	buf_byte(out, (char)('0' + v / 10 % 10));
	buf_byte(out, (char)('0' + v % 10));
}

void text_clock(struct buf *out, int64_t utc, int64_t ref, const struct zone *zone)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c, r;

	utc = within_calendar(utc);
	ref = within_calendar(ref);
	civil_split(utc + zone_offset(zone, utc), &c);
	civil_split(ref + zone_offset(zone, ref), &r);
	if (c.year != r.year || c.month != r.month || c.day != r.day) {
		text_u64(out, c.day);
		buf_byte(out, ' ');
		buf_add(out, months + 3 * (c.month - 1), 3);
		buf_byte(out, ' ');
		if (c.year != r.year) {
			text_u64(out, (uint64_t)c.year);
			buf_byte(out, ' ');
		}
	}
	two_digits(out, c.hour);
	buf_byte(out, ':');
	two_digits(out, c.minute);
}

void text_spark(struct buf *out, const uint64_t *history, size_t n, size_t columns, bool ascii)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char ascii_bars[] = "_.-:=+*#";
	double column[64] = { 0 }, top = 0;

	if (columns > n)
		columns = n;
	if (columns > 64)
		columns = 64;
	for (size_t i = 0; i < n && columns; i++)
		/*
		 * Every column of the history falls into one bar, and every bar gets one: COLUMNS is no more
		 * than N.
		 */
		column[i * columns / n] += (double)history[i];
	for (size_t i = 0; i < columns; i++)
		top = column[i] > top ? column[i] : top;
	for (size_t i = 0; i < columns; i++) {
		size_t level = top > 0 ? (size_t)(column[i] / top * 7 + 0.5) : 0;

		if (ascii)
			buf_byte(out, ascii_bars[level]);
		else
			buf_str(out, bars[level]);
	}
}
