/* Addresses and networks: what is none must not pass, and the blocks a judge compares must be those of RFC 4632. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "trace/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t ip[16];

static bool parses(const char *text)
{
	return net_parse(span_str(text), ip);
}

static void reads_addresses(void **state)
{
	static const char *const good[] = {
		"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1:2:3:4",
	};
	static const char *const bad[] = {
		"",
		"1",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1.",
		"192.0.2.1 ",
		" 192.0.2.1",
		"1.2.3.4.5",
		"192.0.2.-1",
		"192.0..1",
		"0x7f.0.0.1",
		"2001:db8:::1",
		"[2001:db8::1]",
		"1.2.3.4/8",
		"example.net",
		"unknown",
		"1.2.3.4\nx",
		"fe80::1%eth0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa",
		"1.2.3.1234",
		"12345678",
	};
	char text[46];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(parses(good[i]));
		assert_true(span_eq(net_show(ip, text), span_str(good[i])));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parses(bad[i]))
			fail_msg("%s", bad[i]);
	assert_false(net_parse(span_of("1.2.3.4\0x", 9), ip));
	assert_true(parses("::ffff:192.0.2.1"));
	assert_true(net_is_v4(ip));
}

/* Each number of one to three digits in each place, and what ends it. */
static void reads_every_length(void **state)
{
	static const unsigned part[] = { 0, 7, 10, 99, 100, 199, 249, 255, 256, 260, 300, 999, 1000 };
	const size_t n = sizeof(part) / sizeof(*part);
	char text[64];

	for (size_t i = 0; i < n * n * n * n; i++) {
		unsigned a = part[i % n], b = part[i / n % n], c = part[i / n / n % n],
			 d = part[i / n / n / n];
		bool good = a < 256 && b < 256 && c < 256 && d < 256;

		snprintf(text, sizeof(text), "%u.%u.%u.%u", a, b, c, d);
		assert_int_equal(parses(text), good);
		if (good) {
			assert_true(net_is_v4(ip));
			assert_true(ip[12] == a && ip[13] == b && ip[14] == c && ip[15] == d);
		}
		/* one byte of it is another */
		text[i % strlen(text)] = "./:9x\xb0\xff"[i % 7];
		good = inet_pton(AF_INET, text, ip + 12) == 1;
		if (good || !strstr(text, "0"))
			assert_int_equal(parses(text), good);
	}
	assert_true(parses("001.02.030.4") && ip[12] == 1 && ip[13] == 2 && ip[14] == 30 && ip[15] == 4);
}

static void knows_the_inside(void **state)
{
	static const char *const loopback[] = { "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1" };
	static const char *const inner[] = { "10.1.2.3",    "172.16.0.1",  "172.31.255.255",
					     "192.168.1.1", "169.254.1.1", "fc00::1",
					     "fdff::1",	    "fe80::1",	   "febf::1" };
	static const char *const outer[] = { "11.0.0.1",    "172.15.0.1",  "172.32.0.1",
					     "192.169.0.1", "169.253.0.1", "fec0::1",
					     "2001:db8::",  "::2",	   "128.0.0.1" };

	for (size_t i = 0; i < sizeof(loopback) / sizeof(*loopback); i++)
		assert_true(parses(loopback[i]) && net_is_loopback(ip) && net_is_inner(ip));
	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
		assert_true(parses(inner[i]) && !net_is_loopback(ip) && net_is_inner(ip));
	for (size_t i = 0; i < sizeof(outer) / sizeof(*outer); i++)
		assert_true(parses(outer[i]) && !net_is_inner(ip));
}

static uint32_t block(const char *text)
{
	assert_true(parses(text));
	return net_block(ip);
}

static void blocks_are_24_and_48(void **state)
{
	assert_int_equal(block("192.0.2.1"), block("192.0.2.254"));
	assert_int_not_equal(block("192.0.2.1"), block("192.0.3.1"));
	assert_int_equal(block("2001:db8:1::1"), block("2001:db8:1:ffff::9"));
	assert_int_not_equal(block("2001:db8:1::1"), block("2001:db8:2::1"));
}

static void networks_hold_their_own(void **state)
{
	const struct span text[] = {
		SPAN("192.0.2.0/25"), SPAN("10.0.0.0/8"), SPAN("[2001:db8::]/33"), SPAN("203.0.113.7"),
		SPAN("no network"),   SPAN("1.2.3.4/33"), SPAN("1.2.3.0/x"),	   SPAN("::1/129"),
		SPAN("5.6.7.8/"),     SPAN("[::5]"),	  SPAN("172.16.9.9/12"),   SPAN("198.51.100.4/32"),
		SPAN("fd00::9/128"),
	};
	static const struct {
		const char *address;
		bool held;
	} cases[] = {
		{ "192.0.2.127", true },
		{ "192.0.2.128", false },
		{ "10.255.0.1", true },
		{ "11.0.0.0", false },
		{ "2001:db8::1", true },
		{ "2001:db8:8000::1", false },
		{ "203.0.113.7", true },
		{ "203.0.113.6", false },
		{ "1.2.3.4", false },
		{ "1.2.3.0", false },
		{ "::1", false },
		{ "5.6.7.8", false },
		{ "::5", true },
		{ "::ffff:10.1.1.1", true },
		{ "172.31.0.1", true },
		{ "172.32.0.1", false }, /* bits of the host are none of the network's */
		{ "198.51.100.4", true },
		{ "198.51.100.5", false },
		{ "fd00::9", true },
		{ "fd00::8", false },
	};
	struct networks n;

	networks_init(&n, text, sizeof(text) / sizeof(*text));
	assert_int_equal(n.n, 8);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(parses(cases[i].address));
		if (networks_hold(&n, ip) != cases[i].held)
			fail_msg("%s", cases[i].address);
	}
	networks_free(&n);
	networks_init(&n, (const struct span[]){ SPAN("0.0.0.0/0") }, 1);
	assert_true(parses("8.8.8.8") && networks_hold(&n, ip));
	assert_true(parses("2001:db8::") && !networks_hold(&n, ip));
	networks_free(&n);
}

/* All of one kind: IPv4's is within ::/0, and not the other way round. */
static void networks_of_everybody(void **state)
{
	const struct span four[] = { SPAN("0.0.0.0/0") }, all[] = { SPAN("::/0") };
	struct networks n;

	networks_init(&n, four, 1);
	assert_true(parses("203.0.113.9") && networks_hold(&n, ip));
	assert_true(parses("2001:db8::1") && !networks_hold(&n, ip));
	networks_free(&n);
	networks_init(&n, all, 1);
	assert_true(parses("203.0.113.9") && networks_hold(&n, ip));
	assert_true(parses("2001:db8::1") && networks_hold(&n, ip));
	networks_free(&n);
}

/* Nothing beside the text is read: each lies in memory of its own length. */
static void reads_only_the_text(void **state)
{
	static const char *const texts[] = { "1.2.3.4",		"10.2.3.4", "10.20.30.40",
					     "100.200.100.200", "1.2.3.4.", "1234567",
					     "...............", "::1",	    "2001:db8::1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t n = strlen(texts[i]);
		char *own = memcpy(malloc(n), texts[i], n);

		assert_int_equal(net_parse(span_of(own, n), ip), parses(texts[i]));
		free(own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),	   cmocka_unit_test(reads_every_length),
		cmocka_unit_test(knows_the_inside),	   cmocka_unit_test(blocks_are_24_and_48),
		cmocka_unit_test(networks_hold_their_own), cmocka_unit_test(networks_of_everybody),
		cmocka_unit_test(reads_only_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
