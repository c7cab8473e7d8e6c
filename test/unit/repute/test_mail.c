/* Headers, Received fields and what ties a complaint to this host; rdata; and a complaint packed and unpacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dns/records.h"
#include "repute/headers.h"
#include "repute/tie.h"
#include "base/err.h"
#include "base/buf.h"
#include "base/arena.h"

static void assert_span(struct span got, const char *want)
{
	if (!span_eq(got, span_str(want)))
		fail_msg("\"%.*s\" is not \"%s\"", (int)got.n, got.p ? got.p : "", want);
}

static void received(void **state)
{
	static const struct {
		const char *field, *by, *id, *login, *sender, *recipient, *uid;
	} cases[] = {
		{ "from [203.0.113.9] (helo=pc) by mx1.shop.example with esmtpsa (TLS1.3) (Exim 4.98) "
		  "(envelope-from <a@b.example>) id 1tAAAA-0000001-01 for c@d.example; Mon, 30 Nov 2026",
		  "mx1.shop.example", "1tAAAA-0000001-01", "", "a@b.example", "c@d.example", "" },
		{ "from pc (unknown [203.0.113.9]) (Authenticated sender: info@shop.example) by "
		  "mx1.shop.example "
		  "(Postfix) with ESMTPSA id 4XYZabc for <c@d.example>; Mon",
		  "mx1.shop.example", "4XYZabc", "info@shop.example", "", "c@d.example", "" },
		{ "by mx1.shop.example (Postfix, from userid 33) id 4ABC; Mon", "mx1.shop.example", "4ABC",
		  "", "", "", "33" },
		{ "from blog by mx1.shop.example with local (Exim 4.98) id 1tBBBB-0000002-02; Mon",
		  "mx1.shop.example", "1tBBBB-0000002-02", "", "", "", "blog" },
		{ "(qmail 7488 invoked from network); 30 Dec 2010", "", "", "", "", "", "" },
		/* a HELO name that would like to be a host */
		{ "from x (by mx1.shop.example id 1tZ (nested (deep)) by y) by real.example id 2",
		  "real.example", "2", "", "", "", "" },
		{ "from by by by by by by", "by", "", "", "", "", "" },
		{ "(((((", "", "", "", "", "", "" },
		{ "", "", "", "", "", "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct received r;

		received_read(span_str(cases[i].field), &r);
		assert_span(r.by, cases[i].by);
		assert_span(r.id, cases[i].id);
		assert_span(r.login, cases[i].login);
		assert_span(r.sender, cases[i].sender);
		assert_span(r.recipient, cases[i].recipient);
		assert_span(r.uid, cases[i].uid);
	}
}

static void dates(void **state)
{
	static const struct {
		const char *date;
		int64_t at;
	} cases[] = {
		{ "Mon, 30 Nov 2026 02:00:00 +0000", 1796004000 },
		{ "30 Nov 2026 02:00 +0000", 1796004000 },
		{ "Sun, 29 Nov 2026 23:30:00 -0230 (NDT)", 1796004000 },
		{ "Mon, 30 nov 2026 03:00:00 +0100", 1796004000 },
		{ "Mon, 30 Nov 2026 02:00:00 GMT", 1796004000 },
		{ "Mon, 31 Nov 2026 02:00:00 +0000", 0 },
		{ "Mon, 30 Nov 26 02:00:00 +0000", 0 },
		{ "Mon, 30 Now 2026 02:00:00 +0000", 0 },
		{ "30 Nov 2026 2", 0 },
		{ "30 Nov", 0 },
		{ "Mon,", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf field = BUF_MAX(200);
		struct received r;

		buf_str(&field, "from x; y by mx1.shop.example id 4X; ");
		buf_str(&field, cases[i].date);
		received_read(buf_view(&field), &r);
		if (r.at != cases[i].at)
			fail_msg("%s: %lld", cases[i].date, (long long)r.at);
		buf_free(&field);
	}
}

static void ties(void **state)
{
	struct span lines[] = { SPAN("from mx1.shop.example by mx.example.net with SMTP id 4X"),
				SPAN("from pc by MX1.shop.example with esmtpa id 1tTRUE-0000001-01"),
				SPAN("from pc by mx1.shop.example with esmtpa id 1tFALSE-000001-01") };
	struct span names[] = { SPAN("mx1.shop.example"), SPAN("") };
	struct complaint c = { .original = { .received = lines, .nreceived = 3 } };
	struct tie t;

	tie_find(&c, names, 2, &t);
	assert_true(t.ours);
	assert_span(t.queue_id, "1tTRUE-0000001-01");
	tie_find(&c, names, 0, &t);
	assert_false(t.ours);
	assert_span(t.queue_id, "");
	/* a bounce of our own knows our queue id; another's is not ours */
	c = (struct complaint){ .reporting_mta = SPAN("mx1.shop.example"),
				.original = { .queue_id = SPAN("4OWN") } };
	tie_find(&c, names, 2, &t);
	assert_span(t.queue_id, "4OWN");
	c.reporting_mta = SPAN("mx.example.net");
	tie_find(&c, names, 2, &t);
	assert_span(t.queue_id, "");
	c = (struct complaint){ .original = { .message_id = SPAN("<E1tBBBB-0000002-02@mx1.shop.example>") } };
	tie_find(&c, names, 2, &t);
	assert_span(t.queue_id, "1tBBBB-0000002-02");
	assert_span(t.message_id, "E1tBBBB-0000002-02@mx1.shop.example");
}

static void blocks(void **state)
{
	struct arena *a = arena_new();
	struct complaint c = { 0 };
	struct span block =
		headers_in_text(a, SPAN("Hello,\nplease stop: now\n\n> Return-Path: <x@y.example>\n"
					"> Received: from a\n> \tby b id 7\n> Message-ID: <m@n>\r\n"
					"> X-PHP-Script: s.example/x.php for 192.0.2.1\n>\n> text\n"));

	headers_original(a, block, &c);
	assert_span(c.original.sender, "x@y.example");
	assert_span(c.original.message_id, "<m@n>");
	assert_int_equal(c.original.nreceived, 1);
	assert_span(c.original.received[0], "from a by b id 7");
	assert_span(c.original.php_script, "s.example/x.php for 192.0.2.1");
	/* a letter is no message of ours */
	assert_int_equal(headers_in_text(a, SPAN("Subject: hello\nTo: you\n\nNote: this\n")).n, 0);
	assert_span(address_in(SPAN("\"a, <b>\" <c@d.example>")), "c@d.example");
	assert_span(address_in(SPAN("rfc822; x@y.example")), "x@y.example");
	assert_span(address_in(SPAN("<>")), "");
	assert_span(address_in(SPAN("nobody")), "");
	arena_free(a);
}

/* Ten thousand Received fields, one of a megabyte: cut, not lost, and no more than the limits. */
static void floods(void **state)
{
	struct arena *a = arena_new();
	struct complaint c = { 0 };
	struct buf text = BUF_MAX(8u << 20);

	for (int i = 0; i < 10000; i++)
		buf_str(&text, "Received: by x id 1\n");
	headers_original(a, buf_view(&text), &c);
	assert_int_equal(c.original.nreceived, COMPLAINT_RECEIVED_MOST);
	text.n = 0;
	buf_str(&text, "Subject: ");
	for (int i = 0; i < 1 << 20; i++)
		buf_byte(&text, 'x');
	buf_byte(&text, '\n');
	headers_original(a, buf_view(&text), &c);
	assert_int_equal(c.original.subject.n, COMPLAINT_TEXT_MOST);
	buf_free(&text);
	arena_free(a);
}

static void rdata(void **state)
{
	struct arena *a = arena_new();
	struct span got;

	assert_true(record_read(a, ASK_TXT, SPAN("\003abc\002de"), &got));
	assert_span(got, "abcde");
	assert_false(record_read(a, ASK_TXT, SPAN("\004abc"), &got));
	assert_true(record_read(a, ASK_PTR, span_of("\002mx\007example\000", 12), &got));
	assert_span(got, "mx.example");
	assert_false(record_read(a, ASK_PTR, SPAN("\002mx\007examp"), &got));
	assert_false(record_read(a, ASK_PTR, span_of("\003m.x\000", 5), &got));
	assert_true(record_read(a, ASK_MX, span_of("\000\012\002mx\000", 6), &got));
	assert_span(got, "mx");
	assert_false(record_read(a, ASK_A, SPAN("abc"), &got));
	assert_false(record_read(a, ASK_AAAA, SPAN("abcd"), &got));
	arena_free(a);
}

static void packing(void **state)
{
	struct span r[] = { SPAN("a@b.example") };
	struct failure f[] = { { SPAN("a@b.example"), SPAN("failed"), SPAN("5.1.1"), SPAN("no such user") } };
	struct complaint c = { .number = 7,
			       .kind = COMPLAINT_DSN,
			       .bounce = true,
			       .about = SPAN("x"),
			       .recipients = r,
			       .nrecipients = 1,
			       .envelope = r,
			       .nenvelope = 1,
			       .original = { .twice = true },
			       .failures = f,
			       .nfailures = 1 };
	struct buf bytes = BUF_MAX(65536), again = BUF_MAX(65536);
	struct arena *a = arena_new();
	struct complaint got;
	struct err err;

	complaint_pack(&c, &bytes);
	assert_int_equal(complaint_unpack(a, buf_view(&bytes), &got, &err), 0);
	assert_true(got.original.twice && got.nenvelope == 1);
	complaint_pack(&got, &again);
	assert_true(span_eq(buf_view(&bytes), buf_view(&again)));
	for (size_t n = 0; n < bytes.n; n++)
		assert_true(complaint_unpack(a, span_head(buf_view(&bytes), n), &got, &err) < 0);
	bytes.p[4] = COMPLAINT_KINDS;
	assert_true(complaint_unpack(a, buf_view(&bytes), &got, &err) < 0);
	buf_free(&bytes);
	buf_free(&again);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(received), cmocka_unit_test(dates),
					    cmocka_unit_test(ties),	cmocka_unit_test(blocks),
					    cmocka_unit_test(floods),	cmocka_unit_test(rdata),
					    cmocka_unit_test(packing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
