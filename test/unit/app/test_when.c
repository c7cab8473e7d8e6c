/* journalctl's words for a time. The clock stands at 2026-11-23 02:07:00 UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/when.h"

#define NOW INT64_C(1795399620)
#define MIDNIGHT (NOW - 2 * 3600 - 7 * 60)

static const char berlin[] =
	"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\0\0\0UTC\0"
	"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\16\20\0\0CET"
	"\0"
	"\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static void expect(const char *text, const struct zone *z, int64_t want)
{
	int64_t got = 0;
	struct err err = { 0 };

	if (when_parse(span_str(text), NOW, z, &got, &err) < 0)
		fail_msg("%s", err.text);
	if (got != want)
		fail_msg("%s: %lld, not %lld", text, (long long)got, (long long)want);
}

static void relative(void **state)
{
	expect("now", NULL, NOW);
	expect("-2h", NULL, NOW - 7200);
	expect("+30min", NULL, NOW + 1800);
	expect("2 hours ago", NULL, NOW - 7200);
	expect("1 hour ago", NULL, NOW - 3600);
	expect(" 1 day 2h 30 min ago ", NULL, NOW - 86400 - 9000);
	expect("90s ago", NULL, NOW - 90);
	expect("1 week ago", NULL, NOW - 7 * 86400);
	expect("@1795000000", NULL, 1795000000);
}

static void wall_clock(void **state)
{
	struct zone *z;
	struct err err = { 0 };

	if (zone_parse(span_of(berlin, sizeof(berlin) - 1), &z, &err) < 0)
		fail_msg("%s", err.text);
	expect("today", NULL, MIDNIGHT);
	expect("yesterday", NULL, MIDNIGHT - 86400);
	expect("tomorrow", NULL, MIDNIGHT + 86400);
	expect("today", z, MIDNIGHT - 3600);
	expect("08:00", NULL, MIDNIGHT + 8 * 3600);
	expect("08:00:30", z, MIDNIGHT + 7 * 3600 + 30);
	expect("2026-11-23", NULL, MIDNIGHT);
	expect("2026-11-23 08:00", NULL, MIDNIGHT + 8 * 3600);
	expect("2026-11-23T08:00:01Z", z, MIDNIGHT + 8 * 3600 + 1);
	expect("2026-11-23 08:00 UTC", z, MIDNIGHT + 8 * 3600);
	expect("2026-11-23T08:00:00+01:00", NULL, MIDNIGHT + 7 * 3600);
	expect("2026-07-01 00:00", z, INT64_C(1782856800));
	zone_free(z);
}

static void nonsense(void **state)
{
	static const char *const list[] = {
		"",
		" ",
		"2",
		"hours",
		"2 hours",
		"ago",
		"-",
		"+",
		"-2",
		"-2 parsecs",
		"- 2h ago x",
		"25:00",
		"08:60",
		"8:00",
		"2026-13-01",
		"2026-02-30",
		"2026-11-23x",
		"2026-11-23 08",
		"2026-11-23T",
		"2026-11-23 08:00 +1",
		"@",
		"@-1",
		"@99999999999999999999",
		"999999999999999999999 years ago",
		"9999999999 years ago",
		"yesterdays",
		"08:00:00:00",
		"\033[2J",
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		int64_t got = 42;
		struct err err = { 0 };

		if (when_parse(span_str(list[i]), NOW, NULL, &got, &err) != -EXIT_USAGE)
			fail_msg("\"%s\" was read", list[i]);
		assert_null(strchr(err.text, '\033'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relative),
		cmocka_unit_test(wall_clock),
		cmocka_unit_test(nonsense),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
