/* stamp: every form of the table, what is no date, the memory of the minute, and the choice of the year. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/civil.h"
#include "logs/stamp.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
	return civil_seconds(&(struct civil){ year, month, day, hour, minute, second });
}

struct form_case {
	const char *text;
	enum stamp_form form;
	int year;
	unsigned month, day, hour, minute, second;
	uint32_t usec;
	uint8_t flags;
	int zone;
	const char *rest;
};

#define T STAMP_TIME
#define Z (STAMP_TIME | STAMP_ZONE)
#define ZULU (STAMP_TIME | STAMP_ZONE | STAMP_ZULU)
#define OPEN (STAMP_TIME | STAMP_NO_YEAR)
#define F(n) ((n)*STAMP_DIGIT)

static const struct form_case forms[] = {
	{ "Nov  3 08:01:02 host x", STAMP_SYSLOG, 0, 11, 3, 8, 1, 2, 0, OPEN, 0, " host x" },
	{ "Nov 3 08:01:02 host x", STAMP_SYSLOG, 0, 11, 3, 8, 1, 2, 0, OPEN, 0, " host x" },
	{ "Nov 03 08:01:02 h", STAMP_SYSLOG, 0, 11, 3, 8, 1, 2, 0, OPEN, 0, " h" },
	{ "Feb 29 23:59:60 h", STAMP_SYSLOG, 0, 2, 29, 23, 59, 60, 0, OPEN, 0, " h" },
	{ "Nov 23 08:01:02.5 h", STAMP_SYSLOG, 0, 11, 23, 8, 1, 2, 500000, OPEN | F(1), 0, " h" },
	{ "2026-11-23T08:01:02 h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 0, T, 0, " h" },
	{ "2026-11-23T08:01:02Z h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 0, ZULU, 0, " h" },
	{ "2026-11-23T08:01:02.1Z h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 100000, ZULU | F(1), 0, " h" },
	{ "2026-11-23T08:01:02.123456+01:00 h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 123456, Z | F(6), 60,
	  " h" },
	{ "2026-11-23T08:01:02.123456789-0330 h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 123456, Z | F(9), -210,
	  " h" },
	{ "2026-11-23T08:01:02+01 h", STAMP_ISO, 2026, 11, 23, 8, 1, 2, 0, Z, 60, " h" },
	{ "2026-11-23 08:01:02 1abc", STAMP_SPACED, 2026, 11, 23, 8, 1, 2, 0, T, 0, " 1abc" },
	{ "2026-11-23 08:01:02.123 1abc", STAMP_SPACED, 2026, 11, 23, 8, 1, 2, 123000, T | F(3), 0, " 1abc" },
	{ "2026-11-23 08:01:02.123 +0130 1", STAMP_SPACED, 2026, 11, 23, 8, 1, 2, 123000, Z | F(3), 90,
	  " 1" },
	{ "2026-11-23 08:01:02,124 m", STAMP_SPACED, 2026, 11, 23, 8, 1, 2, 124000, T | F(3), 0, " m" },
	{ "2026-11-23 08:01:02", STAMP_SPACED, 2026, 11, 23, 8, 1, 2, 0, T, 0, "" },
	{ "2013 Jun 10 06:27:30.123 h", STAMP_YEAR_FIRST, 2013, 6, 10, 6, 27, 30, 123000, T | F(3), 0, " h" },
	{ "Feb 11 2024 16:49:24 h", STAMP_YEAR_THIRD, 2024, 2, 11, 16, 49, 24, 0, T, 0, " h" },
	{ "Mon Nov 23 08:01:02 2026 x", STAMP_ASCTIME, 2026, 11, 23, 8, 1, 2, 0, T, 0, " x" },
	{ "Mon Jun  8 12:08:44 2020 [pid 2]", STAMP_ASCTIME, 2020, 6, 8, 12, 8, 44, 0, T, 0, " [pid 2]" },
	{ "Mon 2026-11-23 08:01:02 CET h", STAMP_FULL, 2026, 11, 23, 8, 1, 2, 0, T, 0, " h" },
	{ "Mon 2026-11-23 08:01:02 UTC h", STAMP_FULL, 2026, 11, 23, 8, 1, 2, 0, ZULU, 0, " h" },
	{ "1795420862.123456 h", STAMP_EPOCH, 2026, 11, 23, 8, 1, 2, 123456, ZULU | F(6), 0, " h" },
	{ "2026/11/23 08:01:02 [error]", STAMP_NGINX_ERROR, 2026, 11, 23, 8, 1, 2, 0, T, 0, " [error]" },
	{ "[23/Nov/2026:08:01:02 +0100] \"", STAMP_APACHE, 2026, 11, 23, 8, 1, 2, 0, Z, 60, " \"" },
	{ "[1/Apr/2014:00:00:01 -0500] \"", STAMP_APACHE, 2014, 4, 1, 0, 0, 1, 0, Z, -300, " \"" },
	{ "[Mon Nov 23 08:01:02.123456 2026] [", STAMP_APACHE_ERROR, 2026, 11, 23, 8, 1, 2, 123456, T | F(6),
	  0, " [" },
	{ "[23-Nov-2026 08:01:02 Europe/Berlin] m", STAMP_PHP, 2026, 11, 23, 8, 1, 2, 0, T, 0, " m" },
	{ "[23-Nov-2026 08:01:02 UTC] m", STAMP_PHP, 2026, 11, 23, 8, 1, 2, 0, ZULU, 0, " m" },
	{ "[2026-11-23 08:01:02 +0100] info", STAMP_CPANEL, 2026, 11, 23, 8, 1, 2, 0, Z, 60, " info" },
	{ "[11/23/2026:08:01:02 -0000] \"", STAMP_CPANEL_ACCESS, 2026, 11, 23, 8, 1, 2, 0, Z, 0, " \"" },
};

static void check_form(struct stamp_memory *mem, const struct form_case *c)
{
	struct span text = span_str(c->text);
	struct stamp st;

	assert_true(stamp_read(mem, text, &st));
	assert_int_equal(st.form, c->form);
	assert_int_equal(st.flags, c->flags);
	assert_int_equal(st.zone, c->zone);
	assert_int_equal(st.usec, c->usec);
	assert_int_equal(st.at,
			 civil(c->year, c->month, c->day, c->hour, c->minute, c->second) - c->zone * 60);
	assert_true(span_eq(span_from(text, st.len), span_str(c->rest)));
}

/* Cold, and twice with a memory that every other form has left its trace in. */
static void reads_every_form(void **state)
{
	struct stamp_memory mem = { .len = 0 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct stamp_memory cold = { .len = 0 };

		check_form(&cold, &forms[i]);
		check_form(&mem, &forms[i]);
		check_form(&mem, &forms[i]);
	}
}

static void refuses_what_is_no_date(void **state)
{
	static const char *const wrong[] = {
		"",
		"N",
		"Nov",
		"Nov  3",
		"Nov 31 08:01:02 h",
		"Feb 30 08:01:02 h",
		"Jan: 1 00:00:00 h",
		"Nov  3 24:00:00 h",
		"Nov  3 08:60:02 h",
		"Nov  3 08:01:61 h",
		"Nov  3 08:01:02x",
		"nov  3 08:01:02 h",
		"2026-02-29 08:01:02 x",
		"2026-13-01 08:01:02 x",
		"2026-00-01 08:01:02 x",
		"0000-01-01 00:00:00 x",
		"2026-11-23 08:01:02.1234567890 x",
		"2026-11-23T08:01:02+24:00 h",
		"2026-11-23T08:01:02+01:60 h",
		"2026-11-23T08:01:02Zulu h",
		"[23/Nov/2026:08:01:02] x",
		"[23/Nov/2026:08:01:02 +0100 x",
		"[32/Nov/2026:08:01:02 +0100] x",
		"[23-Nov-2026 08:01:02 ] m",
		"1795420862 h",
		"ao\xc3\xbbt 19 11:08:37 h",
		"Mon Nov 23 08:01:02 h",
		"2026-11-2308:01:02 x",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct stamp_memory mem = { .len = 0 };
		struct stamp st = { .len = 77 };

		if (stamp_read(&mem, span_str(wrong[i]), &st))
			fail_msg("took \"%s\"", wrong[i]);
	}
}

/* The same minute with another tail must be read as if nothing were remembered. */
static void memory_changes_nothing(void **state)
{
	static const char *const tails[] = { "02 h", "59 h", "61 h", "5", "0x h", "02", "02.7 h", "02h", "" };
	struct stamp_memory mem = { .len = 0 };
	struct stamp warm, cold;

	assert_true(stamp_read(&mem, SPAN("Nov  3 08:01:00 h"), &warm));
	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		struct stamp_memory none = { .len = 0 };
		char line[64];
		struct span s =
			span_of(line, (size_t)snprintf(line, sizeof(line), "Nov  3 08:01:%s", tails[i]));
		bool got = stamp_read(&mem, s, &warm);

		assert_int_equal(got, stamp_read(&none, s, &cold));
		if (got)
			assert_memory_equal(&warm, &cold, sizeof(warm));
	}
}

/* A copy without a byte behind it, so that reading on shows under the sanitizers. */
static void stays_inside(void **state)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct stamp_memory mem = { .len = 0 };
		size_t whole = strlen(forms[i].text);

		for (size_t n = 0; n <= whole; n++) {
			char *copy = malloc(n ? n : 1);
			struct stamp st;

			memcpy(copy, forms[i].text, n);
			if (stamp_read(&mem, span_of(copy, n), &st))
				assert_true(st.len <= n);
			free(copy);
		}
	}
}

static int64_t open_at(unsigned month, unsigned day, unsigned hour)
{
	return civil(0, month, day, hour, 0, 0);
}

static void puts_a_year_in(void **state)
{
	assert_int_equal(stamp_with_year(open_at(1, 1, 0), 2026), civil(2026, 1, 1, 0, 0, 0));
	assert_int_equal(stamp_with_year(open_at(2, 28, 5), 2026), civil(2026, 2, 28, 5, 0, 0));
	assert_int_equal(stamp_with_year(open_at(2, 29, 5), 2024), civil(2024, 2, 29, 5, 0, 0));
	assert_int_equal(stamp_with_year(open_at(3, 1, 0), 2026), civil(2026, 3, 1, 0, 0, 0));
	assert_int_equal(stamp_with_year(open_at(3, 1, 0), 2024), civil(2024, 3, 1, 0, 0, 0));
	assert_int_equal(stamp_with_year(open_at(12, 31, 23), 1900), civil(1900, 12, 31, 23, 0, 0));
}

static void newest_year_not_past_mtime(void **state)
{
	int64_t mtime = civil(2026, 11, 23, 8, 0, 0);

	assert_int_equal(stamp_year_newest(open_at(11, 23, 8), mtime), 2026);
	assert_int_equal(stamp_year_newest(open_at(11, 24, 8), mtime), 2026);
	assert_int_equal(stamp_year_newest(open_at(11, 24, 9), mtime), 2025);
	assert_int_equal(stamp_year_newest(open_at(12, 31, 23), mtime), 2025);
	assert_int_equal(stamp_year_newest(open_at(2, 29, 0), mtime), 2024);
	assert_int_equal(stamp_year_newest(open_at(2, 29, 0), civil(1903, 1, 1, 0, 0, 0)), 1896);
	/* A line of New Year's Day in a file last written an hour before it, by clocks that differ. */
	assert_int_equal(stamp_year_newest(open_at(1, 1, 0), civil(2026, 12, 31, 23, 0, 0)), 2027);
	assert_int_equal(stamp_year_newest(open_at(12, 31, 23), civil(2027, 1, 1, 0, 0, 0)), 2026);
}

static void next_year_after_a_drop(void **state)
{
	int64_t december = civil(2026, 12, 31, 23, 0, 0);

	assert_int_equal(stamp_year_next(open_at(1, 1, 0), december), 2027);
	assert_int_equal(stamp_year_next(open_at(12, 31, 22), december), 2026);
	assert_int_equal(stamp_year_next(open_at(8, 1, 0), december), 2026);
	/* A quiet seven months is no step back of a year ... */
	assert_int_equal(stamp_year_next(open_at(8, 20, 0), civil(2026, 1, 2, 0, 0, 0)), 2026);
	/* ... but two lines that swapped at midnight are. */
	assert_int_equal(stamp_year_next(open_at(12, 31, 23), civil(2027, 1, 1, 0, 0, 1)), 2026);
	assert_int_equal(stamp_year_next(open_at(2, 29, 1), civil(2028, 2, 28, 1, 0, 0)), 2028);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),	  cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(memory_changes_nothing), cmocka_unit_test(stays_inside),
		cmocka_unit_test(puts_a_year_in),	  cmocka_unit_test(newest_year_not_past_mtime),
		cmocka_unit_test(next_year_after_a_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
