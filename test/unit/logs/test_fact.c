/*
 * What the login, upload and web dialects share: addresses, cutting from both ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "logs/fact.h"

static void addresses_are_addresses(void **state)
{
	static const char *const yes[] = { "192.0.2.1",
					   "0.0.0.0",
					   "255.255.255.255",
					   "::1",
					   "::",
					   "2001:db8::9",
					   "::ffff:192.0.2.1",
					   "fe80::1%eth0",
					   "1:2:3:4:5:6:7:8",
					   "64:ff9b::192.0.2.33" };
	static const char *const no[] = { "",	    "1",	 "192.0.2",    "192.0.2.256", "192.0.2.1.",
					  "x",	    "1.2.3.4.5", "192.0.2.1 ", "1234",	      "localhost",
					  "fe:80",  "12345::1",	 "::g",	       "::192.0.2",   "1:192.0.2.1",
					  ".1.2.3", "192..2.1",	 "-",	       "1.2.3.0004" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!fact_is_address(span_str(yes[i])))
			fail_msg("%s is an address", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (fact_is_address(span_str(no[i])))
			fail_msg("%s is none", no[i]);
}

static void a_mapped_address_is_ipv4(void **state)
{
	assert_true(span_eq(fact_address(SPAN("::ffff:192.0.2.1")), SPAN("192.0.2.1")));
	assert_true(span_eq(fact_address(SPAN("::FFFF:192.0.2.1")), SPAN("192.0.2.1")));
	assert_true(span_eq(fact_address(SPAN("::ffff:c000:201")), SPAN("::ffff:c000:201")));
	assert_true(span_eq(fact_address(SPAN("::ffff:host")), SPAN("::ffff:host")));
}

static void inner_addresses(void **state)
{
	static const char *const yes[] = { "127.0.0.1",	   "::1",     "10.1.2.3", "192.168.0.1", "172.16.0.1",
					   "172.31.255.1", "fe80::1", "fd00::1",  "169.254.1.1" };
	static const char *const no[] = { "192.0.2.1", "172.15.0.1",  "172.32.0.1", "172.1.0.1",
					  "11.0.0.1",  "2001:db8::1", "172." };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!fact_is_inner(span_str(yes[i])))
			fail_msg("%s is inner", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (fact_is_inner(span_str(no[i])))
			fail_msg("%s is not", no[i]);
}

static void cutting(void **state)
{
	struct span s = SPAN("a - b - c"), head = SPAN_NONE;

	assert_int_equal(fact_rsearch(s, SPAN(" - ")), 5);
	assert_int_equal(fact_rsearch(s, SPAN("a")), 0);
	assert_int_equal(fact_rsearch(s, SPAN("x")), -1);
	assert_int_equal(fact_rsearch(s, SPAN("")), -1);
	assert_int_equal(fact_rsearch(SPAN("b"), SPAN("bb")), -1);
	assert_int_equal(fact_rsearch(SPAN("bbb"), SPAN("bb")), 1);
	assert_true(fact_cut(&s, SPAN(" - "), &head));
	assert_true(span_eq(head, SPAN("a")) && span_eq(s, SPAN("b - c")));
	assert_false(fact_cut(&s, SPAN("?"), &head));
	assert_true(span_eq(head, SPAN("a")) && span_eq(s, SPAN("b - c")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_addresses),
		cmocka_unit_test(a_mapped_address_is_ipv4),
		cmocka_unit_test(inner_addresses),
		cmocka_unit_test(cutting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
