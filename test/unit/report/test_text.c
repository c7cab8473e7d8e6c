/* Numbers, times and shares as people and machines read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

#include "report/text.h"

static void expect(struct buf *b, const char *want)
{
	char *got = strndup(b->p ? b->p : "", b->n);

	assert_string_equal(got, want);
	free(got);
	buf_free(b);
}

#define EXPECT(call, want)                     \
	do {                                   \
		struct buf buf = BUF_MAX(256); \
		struct buf *b = &buf;          \
		call;                          \
		expect(b, want);               \
	} while (0)

static void numbers(void **state)
{
	EXPECT(text_count(b, 0), "0");
	EXPECT(text_count(b, 999), "999");
	EXPECT(text_count(b, 15912), "15,912");
	EXPECT(text_count(b, UINT64_MAX), "18,446,744,073,709,551,615");
	EXPECT(text_u64(b, UINT64_MAX), "18446744073709551615");
	EXPECT(text_fixed(b, 0.9987, 6), "0.9987");
	EXPECT(text_fixed(b, 9.2, 6), "9.2");
	EXPECT(text_fixed(b, -0.75, 2), "-0.75");
	EXPECT(text_fixed(b, -0.0001, 2), "0");
	EXPECT(text_fixed(b, 0.05, 1), "0.1");
	EXPECT(text_fixed(b, 1.005, 6), "1.005");
	EXPECT(text_fixed(b, 999.9999999, 6), "1000");
	EXPECT(text_fixed(b, NAN, 6), "0");
	EXPECT(text_fixed(b, -INFINITY, 6), "0");
	EXPECT(text_fixed(b, 1e300, 6), "1000000000000");
}

static void sizes(void **state)
{
	EXPECT(text_bytes(b, 0), "0 B");
	EXPECT(text_bytes(b, 999), "999 B");
	EXPECT(text_bytes(b, 1000), "1 kB");
	EXPECT(text_bytes(b, UINT64_C(4100000000)), "4.1 GB");
	EXPECT(text_bytes(b, UINT64_MAX), "18 EB");
	EXPECT(text_duration(b, -5), "0 s");
	EXPECT(text_duration(b, 119), "119 s");
	EXPECT(text_duration(b, 75 * 60), "75 min");
	EXPECT(text_duration(b, 6 * 3600), "6 h");
	EXPECT(text_duration(b, 3 * 86400), "3 days");
	EXPECT(text_duration(b, INT64_MAX), "106,751,991,167,300 days");
}

static void shares(void **state)
{
	EXPECT(text_percent(b, 0, 0), "0%");
	EXPECT(text_percent(b, 0, 10), "0%");
	EXPECT(text_percent(b, 1, 1000), "<1%");
	EXPECT(text_percent(b, 18, 100), "18%");
	EXPECT(text_percent(b, 999, 1000), ">99%");
	EXPECT(text_percent(b, 1000, 1000), "100%");
}

static void times(void **state)
{
	const int64_t t = INT64_C(1795399620);

	EXPECT(text_rfc3339(b, t, NULL), "2026-11-23T02:07:00Z");
	EXPECT(text_rfc3339(b, INT64_MAX, NULL), "9999-12-31T00:00:00Z");
	EXPECT(text_rfc3339(b, INT64_MIN, NULL), "0001-01-02T00:00:00Z");
	EXPECT(text_clock(b, t, t + 3600, NULL), "02:07");
	EXPECT(text_clock(b, t, t + 86400, NULL), "23 Nov 02:07");
	EXPECT(text_clock(b, t, t + 86400 * 60, NULL), "23 Nov 2026 02:07");
}

/* Berlin's footer alone (RFC 8536): winter +01:00, summer +02:00. */
static void zones(void **state)
{
#define HEAD                                                                                  \
	"TZif2" /* 15 reserved bytes, no UT/local, standard/wall, leap or transition entry */ \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                                      \
	"\0\0\0\0"                                                                            \
	"\0\0\0\0"                                                                            \
	"\0\0\0\0"                                                                            \
	"\0\0\0\0"                                                                            \
	"\0\0\0\1"                                                                            \
	"\0\0\0\4"
	static const char tzif[] = HEAD "\0\0\0\0\0\0UTC\0" HEAD "\0\0\16\20\0\0CET\0"
					"\nCET-1CEST,M3.5.0,M10.5.0/3\n";
	struct zone *z;
	struct err err = { 0 };

	if (zone_parse(span_of(tzif, sizeof(tzif) - 1), &z, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT(text_rfc3339(b, INT64_C(1795399620), z), "2026-11-23T03:07:00+01:00");
	EXPECT(text_rfc3339(b, INT64_C(1783049220), z), "2026-07-03T05:27:00+02:00");
	EXPECT(text_clock(b, INT64_C(1795399620), INT64_C(1795399620), z), "03:07");
	zone_free(z);
}

static void sparks(void **state)
{
	const uint64_t h[] = { 0, 0, 5, 5, 10, 10, UINT64_C(0), 1 };
	const uint64_t none[4] = { 0 }, huge[2] = { UINT64_MAX, UINT64_MAX };

	EXPECT(text_spark(b, h, 8, 4, false), "▁▅█▁");
	EXPECT(text_spark(b, h, 8, 4, true), "_=#_");
	EXPECT(text_spark(b, none, 4, 10, true), "____");
	EXPECT(text_spark(b, huge, 2, 1, true), "#");
	EXPECT(text_spark(b, h, 8, 0, true), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(sizes), cmocka_unit_test(shares),
		cmocka_unit_test(times),   cmocka_unit_test(zones), cmocka_unit_test(sparks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
