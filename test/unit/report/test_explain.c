/* explain: numbers that are JSON, lists with quoted local parts, times with and without zone; hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "logs/maker.h"
#include "report/explain.h"

#include <stdio.h>
#include <stdlib.h>

static char text[4096];
static struct evbuf ev = { .base = text, .cap = sizeof(text) };
static struct line line;
static struct maker m = { .out = &ev, .line = &line };

static struct event *begin(void)
{
	ev.mem_used = 0;
	ev.events = 0;
	ev.used = 0;
	line = (struct line){ .raw = span_of(text, 0), .repeat = 1 };
	return maker_begin(&m, DIALECT_EXIM, EV_DELIVER);
}

static void field(enum field_key key, const char *value)
{
	size_t n = strlen(value);
	char *p = maker_text(&m, n ? n : 1);

	memcpy(p, value, n);
	maker_field(&m, key, span_of(p, n));
}

static void expect(const char *json)
{
	struct buf out = BUF_MAX(1 << 16);

	maker_end(&m);
	explain_json(&out, (const struct event *)(const void *)ev.mem, text, 12, 0);
	buf_byte(&out, 0);
	assert_string_equal(out.p, json);
	buf_free(&out);
}

#define HEAD "{\"line\":12,\"dialect\":\"exim\",\"event\":\"deliver\""

static void writes_numbers_or_nothing(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "1.5", ",\"delay\":1.5" },
		{ "007", ",\"delay\":7" },
		{ "0", ",\"delay\":0" },
		{ "000", ",\"delay\":0" },
		{ "-44", ",\"delay\":-44" },
		{ "00.50", ",\"delay\":0.50" },
		{ "", "" },
		{ "-", "" },
		{ "1.", "" },
		{ ".5", "" },
		{ "1e5", "" },
		{ "0x10", "" },
		{ "1,\"a\":2", "" },
		{ "NaN", "" },
		{ "1 ", "" },
		{ "--1", "" },
		{ "1234567890123456789", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char want[256];

		begin();
		field(F_DELAY, cases[i].text);
		snprintf(want, sizeof(want), HEAD "%s}", cases[i].json);
		expect(want);
	}
}

static void writes_delays(void **state)
{
	begin();
	field(F_DELAYS, "0.1/0/01/0.4");
	expect(HEAD ",\"delays\":[0.1,0,1,0.4]}");
	begin();
	field(F_DELAYS, "0.1//1");
	expect(HEAD "}");
}

static void splits_recipients(void **state)
{
	begin();
	field(F_RECIPIENTS, " a@b.example \"john smith\"@b.example \"x\\\" y\"@b.example ");
	field(F_RECIPIENTS, "c@b.example");
	expect(HEAD ",\"recipients\":[\"a@b.example\",\"\\\"john smith\\\"@b.example\","
		    "\"\\\"x\\\\\\\" y\\\"@b.example\",\"c@b.example\"]}");
	begin();
	field(F_RECIPIENTS, "\"unclosed a@b.example\\");
	expect(HEAD ",\"recipients\":[\"\\\"unclosed a@b.example\\\\\"]}");
}

/* 2026-11-23T07:01:02 UTC */
#define AT INT64_C(1795417262)

static void writes_times(void **state)
{
	struct event *e = begin();

	e->at = AT;
	e->stamp = STAMP_TIME;
	expect("{\"line\":12,\"dialect\":\"exim\",\"at\":\"2026-11-23T07:01:02\",\"event\":\"deliver\"}");
	e = begin();
	e->at = AT;
	e->usec = 50000;
	e->zone = 60;
	e->stamp = STAMP_TIME | STAMP_ZONE | 3 * STAMP_DIGIT;
	expect("{\"line\":12,\"dialect\":\"exim\",\"at\":\"2026-11-23T08:01:02.050+01:00\",\"event\":"
	       "\"deliver\"}");
	e = begin();
	e->at = AT;
	e->usec = 1;
	e->zone = -30;
	e->stamp = STAMP_TIME | STAMP_ZONE | 9 * STAMP_DIGIT;
	expect("{\"line\":12,\"dialect\":\"exim\",\"at\":\"2026-11-23T06:31:02.000001-00:30\",\"event\":"
	       "\"deliver\"}");
	e = begin();
	e->at = AT;
	e->stamp = STAMP_TIME | STAMP_NO_YEAR;
	expect(HEAD "}");
}

static void escapes_and_orders(void **state)
{
	struct event *e = begin();

	e->pid = 7;
	field(F_PORT, "587");
	field(F_SUBJECT, "\x1b[31m\"\xff");
	field(F_CLIENT_IP, "::ffff:192.0.2.1");
	field(F_RELAY_IP, "2001:db8::1");
	field(F_HEADER, "never printed");
	field(F_PROGRAM, "exim");
	field(F_ID, "1tABcd-0003gH-2x");
	field(F_SUBJECT, "a second one");
	expect("{\"line\":12,\"dialect\":\"exim\",\"program\":\"exim\",\"pid\":7,\"event\":\"deliver\","
	       "\"id\":\"1tABcd-0003gH-2x\",\"client_ip\":\"192.0.2.1\",\"subject\":\"\\u001b["
	       "31m\\\"\xef\xbf\xbd\","
	       "\"relay_ip\":\"2001:db8::1\",\"port\":587}");
}

static void names_what_a_continuation_belongs_to(void **state)
{
	struct buf out = BUF_MAX(1 << 16);

	begin();
	maker_end(&m);
	explain_json(&out, (const struct event *)(const void *)ev.mem, text, 12, 11);
	assert_true(span_starts(buf_view(&out), SPAN("{\"line\":12,\"of\":11,\"dialect\"")));
	buf_free(&out);
}

static int free_all(void **state)
{
	free(ev.mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_numbers_or_nothing),
		cmocka_unit_test(writes_delays),
		cmocka_unit_test(splits_recipients),
		cmocka_unit_test(writes_times),
		cmocka_unit_test(escapes_and_orders),
		cmocka_unit_test(names_what_a_continuation_belongs_to),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
