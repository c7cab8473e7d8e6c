/* What a stamp means as an instant: years that are not written, zones that are not written, hours that come twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/civil.h"
#include "logs/wallclock.h"

#define HOUR INT64_C(3600)

static struct wallclock w;

static int64_t civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
	return civil_seconds(&(struct civil){ year, month, day, hour, minute, 0 });
}

static int64_t resolve(int64_t at, uint8_t stamp)
{
	struct event ev = { .at = at, .stamp = stamp };

	wallclock_resolve(&w, &ev);
	return ev.at;
}

/* A stamp without a year: in year 0. */
static int64_t yearless(unsigned month, unsigned day, unsigned hour)
{
	return resolve(civil(0, month, day, hour, 0), STAMP_TIME | STAMP_NO_YEAR);
}

static void start(int64_t mtime, int64_t now)
{
	wallclock_start(&w, NULL);
	wallclock_file(&w, mtime, now);
}

static void a_year_that_is_written_counts(void **state)
{
	start(civil(2026, 1, 1, 0, 0), 0);
	assert_int_equal(resolve(civil(2031, 5, 6, 7, 8), STAMP_TIME), civil(2031, 5, 6, 7, 8));
	assert_int_equal(resolve(civil(2011, 5, 6, 7, 8), STAMP_TIME | STAMP_ZONE), civil(2011, 5, 6, 7, 8));
}

static void the_newest_year_that_is_not_in_the_future(void **state)
{
	start(civil(2026, 3, 1, 12, 0), 0);
	assert_int_equal(yearless(2, 27, 10), civil(2026, 2, 27, 10, 0));
	start(civil(2026, 3, 1, 12, 0), 0);
	assert_int_equal(yearless(12, 30, 10), civil(2025, 12, 30, 10, 0));
	/* Up to a day ahead: clocks differ. */
	start(civil(2026, 12, 31, 23, 0), 0);
	assert_int_equal(yearless(1, 1, 5), civil(2027, 1, 1, 5, 0));
	start(civil(2026, 12, 31, 23, 0), 0);
	assert_int_equal(yearless(1, 2, 5), civil(2026, 1, 2, 5, 0));
	/* No mtime: now counts. */
	start(0, civil(2026, 3, 1, 12, 0));
	assert_int_equal(yearless(3, 2, 11), civil(2026, 3, 2, 11, 0));
}

static void new_year_is_passed_in_both_directions(void **state)
{
	start(civil(2027, 1, 2, 0, 0), 0);
	assert_int_equal(yearless(12, 31, 23), civil(2026, 12, 31, 23, 0));
	assert_int_equal(yearless(1, 1, 0), civil(2027, 1, 1, 0, 0));
	/* A line that was late belongs to the old year still. */
	assert_int_equal(yearless(12, 31, 23), civil(2026, 12, 31, 23, 0));
	assert_int_equal(yearless(1, 1, 1), civil(2027, 1, 1, 1, 0));
	/* Small steps back change nothing. */
	assert_int_equal(yearless(1, 1, 0), civil(2027, 1, 1, 0, 0));
}

static void leap_days(void **state)
{
	start(civil(2026, 3, 5, 0, 0), 0);
	/* 29 February was last in 2024. */
	assert_int_equal(yearless(2, 29, 8), civil(2024, 2, 29, 8, 0));
	assert_int_equal(yearless(3, 1, 8), civil(2024, 3, 1, 8, 0));
	start(civil(2026, 3, 5, 0, 0), 0);
	assert_int_equal(yearless(2, 28, 8), civil(2026, 2, 28, 8, 0));
	assert_int_equal(yearless(3, 1, 8), civil(2026, 3, 1, 8, 0));
	assert_int_equal(yearless(8, 1, 8), civil(2026, 8, 1, 8, 0));
}

static void a_line_without_a_stamp_takes_the_one_before(void **state)
{
	start(civil(2026, 3, 5, 0, 0), 0);
	assert_int_equal(resolve(0, STAMP_NONE), 0);
	resolve(civil(2026, 3, 4, 5, 0), STAMP_TIME);
	assert_int_equal(resolve(99, STAMP_NONE), civil(2026, 3, 4, 5, 0));
}

/* Central Europe in autumn 2026: from 25 October, 01:00 UTC on one hour less. */
static void the_hour_that_comes_twice(void **state)
{
	const int64_t change = civil(2026, 10, 25, 1, 0);
	const int64_t at[] = { change - 1000 * 24 * HOUR, change };
	const int32_t offset[] = { 7200, 3600 };
	struct zone *zone = zone_of_steps(at, offset, 2);

	wallclock_start(&w, zone);
	wallclock_file(&w, change + 24 * HOUR, 0);
	assert_int_equal(resolve(civil(2026, 10, 25, 1, 59), STAMP_TIME), change - HOUR - 60);
	assert_int_equal(resolve(civil(2026, 10, 25, 2, 10), STAMP_TIME), change - HOUR + 600);
	assert_int_equal(resolve(civil(2026, 10, 25, 2, 50), STAMP_TIME), change - 600);
	/* Going back to 2:05 in the same file: the second time. */
	assert_int_equal(resolve(civil(2026, 10, 25, 2, 5), STAMP_TIME), change + 300);
	assert_int_equal(resolve(civil(2026, 10, 25, 3, 0), STAMP_TIME), change + HOUR);
	/* A stamp that says its zone needs none of this. */
	assert_int_equal(resolve(change, STAMP_TIME | STAMP_ZONE), change);
	zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_that_is_written_counts),
		cmocka_unit_test(the_newest_year_that_is_not_in_the_future),
		cmocka_unit_test(new_year_is_passed_in_both_directions),
		cmocka_unit_test(leap_days),
		cmocka_unit_test(a_line_without_a_stamp_takes_the_one_before),
		cmocka_unit_test(the_hour_that_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
