/*
 * SPF against a made zone: cases after RFC 7208 and the bounds it sets. A question for a name that is not in the zone is
 * answered with "none".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include <cmocka.h>

#include "repute/spf.h"
#include "repute/spf_macro.h"
#include "repute/ask.h"
#include "base/arena.h"

struct record {
	const char *name;
	enum ask_type type;
	const char *value; /* NULL: no answer in time */
};

static const struct record zone[] = {
	{ "ip.example", ASK_TXT, "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all" },
	{ "a.example", ASK_TXT, "v=spf1 a/28 -all" },
	{ "a.example", ASK_A, "192.0.2.17" },
	{ "mx.example", ASK_TXT, "v=spf1 mx ~all" },
	{ "mx.example", ASK_MX, "mail.mx.example" },
	{ "mail.mx.example", ASK_A, "192.0.2.1" },
	{ "inc.example", ASK_TXT, "v=spf1 include:ip.example ?all" },
	{ "deep.example", ASK_TXT, "v=spf1 -include:inc.example +all" },
	{ "red.example", ASK_TXT, "v=spf1 redirect=ip.example" },
	{ "rednone.example", ASK_TXT, "v=spf1 redirect=nothing.example" },
	{ "incnone.example", ASK_TXT, "v=spf1 include:nothing.example -all" },
	{ "loop.example", ASK_TXT, "v=spf1 include:loop.example -all" },
	{ "redloop.example", ASK_TXT, "v=spf1 redirect=redloop.example" },
	{ "two.example", ASK_TXT, "v=spf1 -all" },
	{ "two.example", ASK_TXT, "v=spf1 +all" },
	{ "other.example", ASK_TXT, "google-site-verification=x" },
	{ "like.example", ASK_TXT, "v=spf10 +all" },
	{ "bad.example", ASK_TXT, "v=spf1 ip4:300.1.1.1 -all" },
	{ "word.example", ASK_TXT, "v=spf1 foo:bar -all" },
	{ "late.example", ASK_TXT, NULL },
	{ "none.example", ASK_TXT, "v=spf1" },
	{ "many.example", ASK_TXT,
	  "v=spf1 a:a.example a:a.example a:a.example a:a.example a:a.example a:a.example "
	  "a:a.example a:a.example a:a.example a:a.example a:a.example +all" },
	{ "void.example", ASK_TXT, "v=spf1 a:v1.example a:v2.example a:v3.example +all" },
	{ "exists.example", ASK_TXT, "v=spf1 exists:%{ir}.%{v}.list.example -all" },
	{ "1.2.0.192.in-addr.list.example", ASK_A, "127.0.0.2" },
	{ "case.example", ASK_TXT, "V=SPF1 IP4:192.0.2.1 -ALL" },
	{ "a6.example", ASK_AAAA, "2001:db8:1::17" },
	{ "mx6.example", ASK_MX, "a6.example" },
	{ "mxbad.example", ASK_MX, "no..name" },
	{ "mxbad.example", ASK_MX, "mail.mx.example" },
	{ "mxmany.example", ASK_MX, "m1.x" },
	{ "mxmany.example", ASK_MX, "m2.x" },
	{ "mxmany.example", ASK_MX, "m3.x" },
	{ "mxmany.example", ASK_MX, "m4.x" },
	{ "mxmany.example", ASK_MX, "m5.x" },
	{ "mxmany.example", ASK_MX, "m6.x" },
	{ "mxmany.example", ASK_MX, "m7.x" },
	{ "mxmany.example", ASK_MX, "m8.x" },
	{ "mxmany.example", ASK_MX, "m9.x" },
	{ "mxmany.example", ASK_MX, "m10.x" },
	{ "mxmany.example", ASK_MX, "m11.x" },
	{ "late.example", ASK_A, NULL },
	{ "late.example", ASK_MX, NULL },
	{ "mod.example", ASK_TXT, "v=spf1 exp=why.example moo=x ip4:192.0.2.1 -all" },
};

/* What x.example publishes now. */
static const char *published;

static size_t answers(struct span name, enum ask_type type, struct span *record, bool *late)
{
	static uint8_t ip[16][16];
	size_t n = 0;

	if (type == ASK_TXT && span_eq(name, SPAN("x.example"))) {
		record[0] = span_str(published);
		return 1;
	}

	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		if (zone[i].type != type || !span_eq_nocase(name, span_str(zone[i].name)))
			continue;
		*late = zone[i].value == NULL;
		if (type == ASK_A && zone[i].value && inet_pton(AF_INET, zone[i].value, ip[n]) == 1)
			record[n] = span_of((const char *)ip[n], 4);
		else if (type == ASK_AAAA && zone[i].value && inet_pton(AF_INET6, zone[i].value, ip[n]) == 1)
			record[n] = span_of((const char *)ip[n], 16);
		else
			record[n] = span_str(zone[i].value);
		n++;
	}
	return n;
}

static enum spf_result ask(const char *domain, const char *address, unsigned *ret_asked)
{
	struct arena *a = arena_new();
	uint8_t ip[16];
	size_t nip = inet_pton(AF_INET, address, ip) == 1 ? 4 : 16;
	enum spf_result r;
	struct span why;
	struct spf *s;
	struct ask q;

	if (nip == 16)
		inet_pton(AF_INET6, address, ip);
	s = spf_new(a, span_str(domain), span_of((const char *)ip, nip));
	for (*ret_asked = 0; spf_next(s, &q); ++*ret_asked) {
		struct span record[16];
		bool late = false;
		struct answer answer = { .record = record };

		assert_true(*ret_asked < 40);
		answer.nrecords = answers(q.name, (enum ask_type)q.type, record, &late);
		answer.state = late ? ANSWER_LATE : answer.nrecords ? ANSWER_DATA : ANSWER_NONE;
		spf_take(s, &answer);
	}
	r = spf_decided(s, &why);
	arena_free(a);
	return r;
}

static void results(void **state)
{
	static const struct {
		const char *domain, *address;
		enum spf_result want;
	} cases[] = {
		{ "ip.example", "192.0.2.1", SPF_PASS },
		{ "ip.example", "198.51.100.1", SPF_FAIL },
		{ "ip.example", "2001:db8::1", SPF_PASS },
		{ "ip.example", "2001:db9::1", SPF_FAIL },
		{ "a.example", "192.0.2.30", SPF_PASS },
		{ "a.example", "192.0.2.32", SPF_FAIL },
		{ "mx.example", "192.0.2.1", SPF_PASS },
		{ "mx.example", "192.0.2.2", SPF_SOFTFAIL },
		{ "inc.example", "192.0.2.1", SPF_PASS },
		{ "inc.example", "198.51.100.1", SPF_NEUTRAL },
		{ "deep.example", "192.0.2.1", SPF_FAIL },
		{ "deep.example", "198.51.100.1", SPF_PASS },
		{ "red.example", "192.0.2.1", SPF_PASS },
		{ "red.example", "198.51.100.1", SPF_FAIL },
		{ "rednone.example", "192.0.2.1", SPF_PERMERROR },
		{ "incnone.example", "192.0.2.1", SPF_PERMERROR },
		{ "loop.example", "192.0.2.1", SPF_PERMERROR },
		{ "redloop.example", "192.0.2.1", SPF_PERMERROR },
		{ "two.example", "192.0.2.1", SPF_PERMERROR },
		{ "other.example", "192.0.2.1", SPF_NONE },
		{ "like.example", "192.0.2.1", SPF_NONE },
		{ "nothing.example", "192.0.2.1", SPF_NONE },
		{ "bad.example", "192.0.2.1", SPF_PERMERROR },
		{ "word.example", "192.0.2.1", SPF_PERMERROR },
		{ "late.example", "192.0.2.1", SPF_TEMPERROR },
		{ "none.example", "192.0.2.1", SPF_NEUTRAL },
		{ "many.example", "198.51.100.1", SPF_PERMERROR },
		{ "void.example", "192.0.2.1", SPF_PERMERROR },
		{ "exists.example", "192.0.2.1", SPF_PASS },
		{ "exists.example", "192.0.2.2", SPF_FAIL },
		{ "case.example", "192.0.2.1", SPF_PASS },
		{ "mod.example", "192.0.2.1", SPF_PASS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned asked;
		enum spf_result r = ask(cases[i].domain, cases[i].address, &asked);

		if (r != cases[i].want)
			fail_msg("%s from %s: %s, not %s", cases[i].domain, cases[i].address,
				 spf_result_name(r), spf_result_name(cases[i].want));
		/* the record, ten terms, ten addresses of an mx */
		assert_true(asked <= 21);
	}
}

/* One record each, by the grammar of RFC 7208 section 4.6, 5 and 6. */
static void terms(void **state)
{
	static const struct {
		const char *record, *address;
		enum spf_result want;
	} cases[] = {
		{ "v=spf1 ip4:192.0.2.1", "192.0.2.1", SPF_PASS },
		{ "v=spf1 ip4:192.0.2.1/0 -all", "198.51.100.1", SPF_PASS },
		{ "v=spf1 ip4:192.0.2.1/31 -all", "192.0.2.0", SPF_PASS },
		{ "v=spf1 ip4:192.0.2.1/33 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4:192.0.2.1/ -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4:192.0.2.1/x -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4:2001:db8::1 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4:192.0.2 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4: -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip4 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip6:2001:db8::/32 -all", "2001:db8::9", SPF_PASS },
		{ "v=spf1 ip6:2001:db8::/129 -all", "2001:db8::9", SPF_PERMERROR },
		{ "v=spf1 ip6:192.0.2.1 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 ip6:::/0 -all", "192.0.2.1", SPF_FAIL },
		{ "v=spf1 ip6 -all", "192.0.2.1", SPF_PERMERROR },
		/* qualifiers */
		{ "v=spf1 +ip4:192.0.2.1 -all", "192.0.2.1", SPF_PASS },
		{ "v=spf1 -ip4:192.0.2.1 +all", "192.0.2.1", SPF_FAIL },
		{ "v=spf1 ~ip4:192.0.2.1 +all", "192.0.2.1", SPF_SOFTFAIL },
		{ "v=spf1 ?ip4:192.0.2.1 +all", "192.0.2.1", SPF_NEUTRAL },
		{ "v=spf1   ip4:192.0.2.1    -all  ", "198.51.100.1", SPF_FAIL },
		{ "v=spf1 all:x", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 all/24", "192.0.2.1", SPF_PERMERROR },
		/* a and mx with masks of both families */
		{ "v=spf1 a:a.example/28//64 -all", "192.0.2.30", SPF_PASS },
		{ "v=spf1 a:a6.example//64 -all", "2001:db8:1::99", SPF_PASS },
		{ "v=spf1 a:a6.example -all", "2001:db8:1::99", SPF_FAIL },
		{ "v=spf1 a:a.example/33 -all", "192.0.2.17", SPF_PERMERROR },
		{ "v=spf1 a:a.example//129 -all", "192.0.2.17", SPF_PERMERROR },
		{ "v=spf1 a:a.example/x -all", "192.0.2.17", SPF_PERMERROR },
		{ "v=spf1 a: -all", "192.0.2.17", SPF_PERMERROR },
		{ "v=spf1 ax -all", "192.0.2.17", SPF_PERMERROR },
		{ "v=spf1 a:late.example -all", "192.0.2.17", SPF_TEMPERROR },
		{ "v=spf1 mx:late.example -all", "192.0.2.17", SPF_TEMPERROR },
		{ "v=spf1 mx:mx6.example//64 -all", "2001:db8:1::1", SPF_PASS },
		{ "v=spf1 mx:mx.example/24 -all", "192.0.2.99", SPF_PASS },
		{ "v=spf1 mx:mxbad.example -all", "192.0.2.1", SPF_PASS },
		{ "v=spf1 mx:mxmany.example -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 mx:nothing.example -all", "192.0.2.1", SPF_FAIL },
		/* nobody should use ptr; it names nobody here, and the rest counts */
		{ "v=spf1 ptr -all", "192.0.2.1", SPF_FAIL },
		{ "v=spf1 ptr:x.example +all", "192.0.2.1", SPF_PASS },
		{ "v=spf1 include -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 include: -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 include:late.example -all", "192.0.2.1", SPF_TEMPERROR },
		{ "v=spf1 include:bad.example +all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 exists -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 exists:%{x}.y -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 exists:a.example -all", "198.51.100.1", SPF_PASS },
		{ "v=spf1 redirect=ip.example redirect=a.example", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 redirect=", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 redirect=%{x}", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 redirect=late.example", "192.0.2.1", SPF_TEMPERROR },
		/* all comes before it, wherever it stands */
		{ "v=spf1 redirect=ip.example ?all", "192.0.2.1", SPF_NEUTRAL },
		{ "v=spf1 moo=1 9x=2 -all", "192.0.2.1", SPF_PERMERROR },
		{ "v=spf1 moo.a_b-c=1 -all", "192.0.2.1", SPF_FAIL },
		{ "v=spf1 =x -all", "192.0.2.1", SPF_PERMERROR },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum spf_result r;
		unsigned asked;

		published = cases[i].record;
		r = ask("x.example", cases[i].address, &asked);
		if (r != cases[i].want)
			fail_msg("%s from %s: %s, not %s", cases[i].record, cases[i].address,
				 spf_result_name(r), spf_result_name(cases[i].want));
		assert_true(asked <= 21);
	}
}

/* RFC 7208 7.4 */
static void macros(void **state)
{
	struct spf_who v4 = { .domain = SPAN("email.example.com"), .ip = { 192, 0, 2, 3 }, .nip = 4 };
	struct spf_who v6 = { .domain = SPAN("email.example.com"),
			      .ip = { 0x20, 1, 0xd, 0xb8, [15] = 0xcb },
			      .nip = 16 };
	static const struct {
		const char *written, *want;
	} cases[] = { { "%{s}", "postmaster@email.example.com" },
		      { "%{o}", "email.example.com" },
		      { "%{d}", "email.example.com" },
		      { "%{d4}", "email.example.com" },
		      { "%{d3}", "email.example.com" },
		      { "%{d2}", "example.com" },
		      { "%{d1}", "com" },
		      { "%{dr}", "com.example.email" },
		      { "%{d2r}", "example.email" },
		      { "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
		      { "a%%b%_c%-d", "a%b c%20d" } };
	static const char *const bad[] = { "%{x}", "%{d0}", "%{d", "%x", "%{d999}", "%{d!}", "%" };
	struct arena *a = arena_new();
	struct span got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(spf_expand(a, &v4, v4.domain, span_str(cases[i].written), &got));
		if (!span_eq(got, span_str(cases[i].want)))
			fail_msg("%s gives %.*s", cases[i].written, (int)got.n, got.p);
	}
	assert_true(spf_expand(a, &v6, v6.domain, SPAN("%{ir}.%{v}.x"), &got));
	assert_true(
		span_eq(got, SPAN("b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.x")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(spf_expand(a, &v4, v4.domain, span_str(bad[i]), &got));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(results), cmocka_unit_test(terms),
					    cmocka_unit_test(macros) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
