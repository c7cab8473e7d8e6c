/*
 * time: the calendar against libc's UTC arithmetic, zones against libc's own reading of every zone file
 * this machine has, and damaged or odd zone files made by hand.
 */
#include "base/civil.h"
#include "base/zone.h"
#include "base/zone_rule.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

static void test_calendar(void **state)
{
	for (int64_t t = INT64_C(-62135596800); t < INT64_C(253402300800); t += 86400 * 7 + 3601) {
		struct civil c;
		struct tm tm;
		time_t libc = t;

		gmtime_r(&libc, &tm);
		civil_split(t, &c);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.hour * 3600 + c.minute * 60 + c.second,
				 tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
		assert_int_equal(civil_weekday(t), (tm.tm_wday + 6) % 7);
		assert_true(civil_valid(&c));
		assert_true(civil_seconds(&c) == t);
	}
}

static void test_calendar_ends(void **state)
{
	struct civil c;

	civil_split(INT64_MIN, &c);
	assert_int_equal(c.year, 0);
	civil_split(INT64_MAX, &c);
	assert_int_equal(c.year, 9999);
	assert_int_equal(c.second, 59);
	assert_true(civil_days(0, 3, 1) - civil_days(0, 2, 1) == 29);
	assert_true(civil_days(-400, 1, 1) == civil_days(0, 1, 1) - 146097);
}

static void test_valid(void **state)
{
	static const struct {
		struct civil c;
		bool good;
	} cases[] = {
		{ { 2024, 2, 29, 0, 0, 0 }, true },
		{ { 2023, 2, 29, 0, 0, 0 }, false },
		{ { 2000, 2, 29, 0, 0, 0 }, true },
		{ { 1900, 2, 29, 0, 0, 0 }, false },
		{ { 0, 2, 29, 0, 0, 0 }, true },
		{ { 2026, 12, 31, 23, 59, 60 }, true },
		{ { 2026, 12, 31, 23, 59, 61 }, false },
		{ { 2026, 12, 31, 24, 0, 0 }, false },
		{ { 2026, 12, 31, 23, 60, 0 }, false },
		{ { 2026, 4, 31, 0, 0, 0 }, false },
		{ { 2026, 4, 30, 0, 0, 0 }, true },
		{ { 2026, 0, 1, 0, 0, 0 }, false },
		{ { 2026, 13, 1, 0, 0, 0 }, false },
		{ { 2026, 1, 0, 0, 0, 0 }, false },
		{ { 2026, 2, 30, 0, 0, 0 }, false },
		{ { -1, 1, 1, 0, 0, 0 }, false },
		{ { 10000, 1, 1, 0, 0, 0 }, false },
		{ { 9999, 1, 1, 0, 0, 0 }, true },
		{ { 2026, UINT32_MAX, UINT32_MAX, 0, 0, 0 }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(civil_valid(&cases[i].c), cases[i].good);
}

static void assert_format(int64_t t, int32_t offset, const char *want)
{
	struct buf b = BUF_MAX(100);

	civil_format(&b, t, offset);
	buf_byte(&b, '\0');
	assert_string_equal(b.p, want);
	buf_free(&b);
}

static void test_format(void **state)
{
	assert_format(1795420862, 60, "2026-11-23T08:01:02+01:00");
	assert_format(1795420862, 0, "2026-11-23T08:01:02Z");
	assert_format(1795420862, -570, "2026-11-23T08:01:02-09:30");
	assert_format(1795420862, CIVIL_NO_ZONE, "2026-11-23T08:01:02");
	assert_format(INT64_C(-62135596800), CIVIL_NO_ZONE, "0001-01-01T00:00:00");
}

static struct zone *zone_of(const char *path)
{
	static char bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	struct zone *z;
	size_t n;

	if (!f)
		return NULL;
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	return zone_parse(span_of(bytes, n), &z, NULL) < 0 ? NULL : z;
}

/* LIBC reads the same file; both must tell the same offset, and the way back must come home. */
static void compare_zone(const char *path)
{
	struct zone *z = zone_of(path);
	char tz[700];

	assert_non_null(z);
	snprintf(tz, sizeof(tz), ":%s", path);
	setenv("TZ", tz, 1);
	tzset();
	for (int64_t t = -INT64_C(2800000000); t < INT64_C(4200000000); t += 2654321) {
		time_t libc = t;
		int64_t until, civil, last;
		struct tm tm;

		localtime_r(&libc, &tm);
		assert_int_equal(zone_offset(z, t), tm.tm_gmtoff);
		civil = t + tm.tm_gmtoff;
		assert_true(zone_to_utc(z, civil, t, &until) == t);
		assert_true(until > civil);
		last = until - 1 < civil + 100000000 ? until - 1 : civil + 100000000;
		assert_true(zone_to_utc(z, last, t, NULL) == last - (civil - t));
	}
	zone_free(z);
	unsetenv("TZ");
	tzset();
}

static void test_zones_of_this_machine(void **state)
{
	static const char *const folders[] = { "Europe",    "America", "Africa",    "Asia",
					       "Australia", "Pacific", "Antarctica" };
	char path[600];
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct dirent *e;
		DIR *dir;

		snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", folders[i]);
		dir = opendir(path);
		if (!dir)
			continue;
		while ((e = readdir(dir))) {
			if (e->d_type != DT_REG)
				continue;
			snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s/%s", folders[i], e->d_name);
			compare_zone(path);
			seen++;
		}
		closedir(dir);
	}
	if (seen == 0)
		skip();
}

/* A version 2 file without transitions, so that FOOTER alone decides. */
static struct zone *zone_by_rule(const char *footer)
{
	struct buf b = BUF_MAX(1000);
	struct zone *z = NULL;
	static const char block[] =
		"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
		"\0\0\0\0\0\0UTC";

	buf_add(&b, block, sizeof(block));
	buf_add(&b, block, sizeof(block));
	buf_addf(&b, "\n%s\n", footer);
	if (zone_parse(buf_view(&b), &z, NULL) < 0)
		z = NULL;
	buf_free(&b);
	return z;
}

static int64_t at(int year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
	return civil_seconds(&(struct civil){ year, month, day, hour, minute, 0 });
}

static void test_hour_that_comes_twice(void **state)
{
	struct zone *z = zone_by_rule("CET-1CEST,M3.5.0,M10.5.0/3");
	int64_t twice = at(2026, 10, 25, 2, 30), never = at(2026, 3, 29, 2, 30), until;

	assert_non_null(z);
	/* First reading while it is not yet past; second once the first lies before AFTER; last when both do. */
	assert_true(zone_to_utc(z, twice, at(2026, 10, 24, 12, 0), &until) == at(2026, 10, 25, 0, 30));
	assert_true(until == twice + 1);
	assert_true(zone_to_utc(z, twice, at(2026, 10, 25, 0, 30), NULL) == at(2026, 10, 25, 0, 30));
	assert_true(zone_to_utc(z, twice, at(2026, 10, 25, 0, 31), NULL) == at(2026, 10, 25, 1, 30));
	assert_true(zone_to_utc(z, twice, at(2026, 11, 1, 0, 0), NULL) == at(2026, 10, 25, 1, 30));
	/* The hour that never comes: the offset before it. */
	assert_true(zone_to_utc(z, never, 0, &until) == at(2026, 3, 29, 1, 30));
	assert_true(until == never + 1);
	/* What may be kept in mind ends where the clock becomes ambiguous, or jumps. */
	zone_to_utc(z, at(2026, 7, 1, 0, 0), 0, &until);
	assert_true(until == at(2026, 10, 25, 2, 0));
	zone_to_utc(z, at(2026, 1, 1, 0, 0), 0, &until);
	assert_true(until == at(2026, 3, 29, 2, 0));
	zone_free(z);
}

static void test_rules(void **state)
{
	struct zone *all_year = zone_by_rule("XXX3EDT4,0/0,J365/23");
	struct zone *south = zone_by_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
	struct zone *julian = zone_by_rule("AAA-2BBB,J60/0,J300/0");
	struct zone *fixed = zone_by_rule("<-03>3");
	struct zone *early = zone_by_rule("AAA5BBB,M3.2.0/-24,M11.1.0/167");

	/* RFC 8536, 3.3.1: summer time all the year. */
	for (unsigned month = 1; month <= 12; month++)
		assert_int_equal(zone_offset(all_year, at(2026, month, 1, 3, 0)), -4 * 3600);
	assert_int_equal(zone_offset(south, at(2026, 1, 1, 0, 0)), 11 * 3600);
	assert_int_equal(zone_offset(south, at(2026, 7, 1, 0, 0)), 37800);
	/* J60 is 1 March also in a leap year. */
	assert_int_equal(zone_offset(julian, at(2028, 2, 29, 12, 0)), 7200);
	assert_int_equal(zone_offset(julian, at(2028, 3, 1, 0, 0)), 10800);
	assert_int_equal(zone_offset(julian, at(2027, 3, 1, 0, 0)), 10800);
	assert_int_equal(zone_offset(fixed, at(2026, 7, 1, 0, 0)), -3 * 3600);
	/* Hours outside the day: a day before the second Sunday, and almost a week behind the first. */
	assert_int_equal(zone_offset(early, at(2026, 3, 7, 4, 59)), -5 * 3600);
	assert_int_equal(zone_offset(early, at(2026, 3, 7, 5, 0)), -4 * 3600);
	assert_int_equal(zone_offset(early, at(2026, 11, 8, 2, 59)), -4 * 3600);
	assert_int_equal(zone_offset(early, at(2026, 11, 8, 3, 0)), -5 * 3600);
	zone_free(all_year);
	zone_free(south);
	zone_free(julian);
	zone_free(fixed);
	zone_free(early);
}

static void test_rules_refused(void **state)
{
	static const char *const bad[] = {
		"CE-1",
		"CET",
		"CET-25",
		"CET-1:60",
		"CET-1:30:60",
		"CET-1CEST,",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M3.5.0,",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M0.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.0.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3-5.0,M10.5.0",
		"CET-1CEST,M3.5-0,M10.5.0",
		"CET-1CEST,J0,J300",
		"CET-1CEST,J366,J300",
		"CET-1CEST,366,1",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0x",
		"<CET-1",
		"<C>-1",
		"CET-1 CEST",
		"CET-1CEST,M3.5.0,M10.5.0/3,",
		"CET99999999999999999999",
		"1CET-1",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct zone_rule rule;

		assert_false(zone_rule_parse(span_str(bad[i]), &rule));
		assert_null(zone_by_rule(bad[i]));
	}
}

static void big(struct buf *b, uint32_t value)
{
	char text[] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value };

	buf_add(b, text, 4);
}

/* A version 1 file of N transitions an hour apart, alternating between offsets 0 and OFFSET. */
static void version1(struct buf *b, uint32_t n, uint32_t types, int32_t offset, int32_t step,
		     unsigned char type)
{
	b->n = 0;
	buf_add(b, "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
	big(b, 0);
	big(b, 0);
	big(b, 0);
	big(b, n);
	big(b, types);
	big(b, 1);
	for (uint32_t i = 0; i < n; i++)
		big(b, (uint32_t)(1000000 + (int32_t)i * step));
	for (uint32_t i = 0; i < n; i++)
		buf_byte(b, (char)(i & 1 ? 0 : type));
	for (uint32_t i = 0; i < types; i++) {
		big(b, i ? (uint32_t)offset : 0);
		buf_add(b, "\0\0", 2);
	}
	buf_byte(b, 0);
}

static bool parses(const struct buf *b)
{
	struct zone *z = NULL;
	struct err err = { 0 };
	int r = zone_parse(buf_view(b), &z, &err);

	if (r < 0)
		assert_true(r == -EXIT_IO && z == NULL && err.text[0]);
	zone_free(z);
	return r == 0;
}

static void test_version1(void **state)
{
	struct buf b = BUF_MAX(1 << 20);
	struct zone *z;

	version1(&b, 4, 2, 3600, 3600, 1);
	assert_int_equal(zone_parse(buf_view(&b), &z, NULL), 0);
	assert_int_equal(zone_offset(z, 0), 0);
	assert_int_equal(zone_offset(z, 999999), 0);
	assert_int_equal(zone_offset(z, 1000000), 3600);
	assert_int_equal(zone_offset(z, 1003600), 0);
	/* No footer: the last offset stays. */
	assert_int_equal(zone_offset(z, INT64_MAX), 0);
	zone_free(z);
	for (size_t n = 0; n < b.n; n++) {
		struct buf cut = { .p = b.p, .n = n };

		assert_false(parses(&cut));
	}
	buf_free(&b);
}

static void test_damage(void **state)
{
	struct buf b = BUF_MAX(1 << 20);

	version1(&b, 2, 2, 26 * 3600, 3600, 1);
	assert_true(parses(&b));
	version1(&b, 2, 2, 26 * 3600 + 1, 3600, 1);
	assert_false(parses(&b));
	version1(&b, 2, 2, -26 * 3600 - 1, 3600, 1);
	assert_false(parses(&b));
	version1(&b, 2, 2, 0, 0, 1);
	assert_false(parses(&b));
	version1(&b, 2, 2, 0, -1, 1);
	assert_false(parses(&b));
	version1(&b, 2, 2, 0, 1, 2);
	assert_false(parses(&b));
	version1(&b, 0, 0, 0, 1, 0);
	assert_false(parses(&b));
	version1(&b, 2000, 2, 0, 1, 1);
	assert_true(parses(&b));
	version1(&b, 2001, 2, 0, 1, 1);
	assert_false(parses(&b));
	version1(&b, 1, 257, 0, 1, 1);
	assert_false(parses(&b));
	b.p[0] = 'X';
	assert_false(parses(&b));
	buf_free(&b);
}

/* Version 2: a 64-bit block and a footer behind the first; each cut and each bad end is damage. */
static void test_version2(void **state)
{
	static const char empty[] =
		"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
		"\0\0\0\0\0\0UTC";
	static const char one[] =
		"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\4";
	static const struct {
		const char *first; /* eight bytes of the only transition */
		bool good;
	} cases[] = {
		{ "\0\0\0\0\0\0\0\1", true },
		{ "\xf8\0\0\0\0\0\0\0", true }, /* the Big Bang */
		{ "\x08\0\0\0\0\0\0\0", false },
	};
	static const char *const ends[] = { "", "\n", "\nUTC0", "XUTC0\n", "\nUTC\n" };
	struct buf b = BUF_MAX(1000);

	for (size_t i = 0; i < 3; i++) {
		b.n = 0;
		buf_add(&b, empty, sizeof(empty));
		buf_add(&b, one, sizeof(one) - 1);
		buf_add(&b, cases[i].first, 8);
		buf_add(&b, "\1\0\0\0\0\0\0\0\0\x0e\x10\0\0UTC\0", 17);
		buf_str(&b, "\n\n");
		assert_int_equal(parses(&b), cases[i].good);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		b.n = 0;
		buf_add(&b, empty, sizeof(empty));
		buf_add(&b, empty, sizeof(empty));
		buf_str(&b, ends[i]);
		assert_false(parses(&b));
	}
	for (size_t n = 0; n < 2 * sizeof(empty); n++) {
		struct buf cut = { .p = b.p, .n = n };

		assert_false(parses(&cut));
	}
	buf_free(&b);
}

static void test_no_zone_is_utc(void **state)
{
	int64_t until = 0;

	assert_int_equal(zone_offset(NULL, 12345), 0);
	assert_int_equal(zone_to_utc(NULL, 12345, 0, &until), 12345);
	assert_true(until > INT64_C(1) << 40);
	assert_int_equal(zone_to_utc(NULL, 12345, 0, NULL), 12345);
	zone_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_calendar_ends),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_zones_of_this_machine),
		cmocka_unit_test(test_hour_that_comes_twice),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_refused),
		cmocka_unit_test(test_version1),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_version2),
		cmocka_unit_test(test_no_zone_is_utc),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
