/* refusal - which list and provider a refusal's words name. Texts after the public postmaster pages, addresses made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "trace/refusal.h"
#include "trace_run.h"

static void words(void **state)
{
	static const struct {
		const char *text, *relay, *provider, *list;
	} cases[] = {
		{ "550 5.7.1 Service unavailable; client [198.51.100.25] blocked using zen.spamhaus.org",
		  "mx1.mail.example.net", "example.net", "zen.spamhaus.org" },
		{ "550 5.7.1 Unfortunately, messages from [198.51.100.25] weren't sent. Please contact your "
		  "Internet "
		  "service provider since part of their network is on our block list (S3140).",
		  "example-com.mail.protection.outlook.com", "Microsoft", "S3140" },
		{ "421 4.7.0 [TSS04] Messages from 198.51.100.25 temporarily deferred due to unexpected "
		  "volume or user "
		  "complaints",
		  "mta7.am0.yahoodns.net", "Yahoo", "TSS04" },
		{ "421-4.7.28 [198.51.100.25      19] Our system has detected an unusual rate of unsolicited "
		  "mail",
		  "gmail-smtp-in.l.google.com", "Gmail", "4.7.28" },
		{ "550-5.7.26 Your email has been blocked because the sender is unauthenticated.",
		  "gmail-smtp-in.l.google.com", "Gmail", "5.7.26" },
		{ "554 Service unavailable; Client host [198.51.100.25] blocked using Barracuda Reputation; "
		  "http://www.barracudanetworks.com/reputation/?r=1&ip=198.51.100.25",
		  "", "", "b.barracudacentral.org" },
		{ "550 5.1.1 user unknown", "mx.example.net", "example.net", "" },
		/* Gmail's number in somebody else's text is nobody's */
		{ "450 4.7.28 slow down", "mx.example.net", "example.net", "" },
		{ "550 blocked", "localhost", "localhost", "" },
		{ "550 blocked", "example.net", "example.net", "" },
		{ "550 blocked", ".google.com", "google.com", "" },
		/* a server without a name */
		{ "550 blocked", "203.0.113.25", "203.0.113.25", "" },
		{ "550 blocked", "2001:db8::25", "2001:db8::25", "" },
		{ "450 4.7.28 slow down", "", "Gmail", "4.7.28" },
		{ "554 5.7.1 see ipcheck.proofpoint.com/?ip=198.51.100.25", "mxa-1.gslb.pphosted.com",
		  "Proofpoint", "Proofpoint" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct span provider, list;

		refusal_name(span_str(cases[i].text), span_str(cases[i].relay), &provider, &list);
		if (!span_eq(provider, span_str(cases[i].provider)) ||
		    !span_eq(list, span_str(cases[i].list)))
			fail_msg("%s: %.*s, %.*s", cases[i].text, (int)provider.n,
				 provider.p ? provider.p : "", (int)list.n, list.p ? list.p : "");
	}
}

/* An Exim line of 08:MINUTE:00 that says what became of message ID. */
static void result(struct run *r, unsigned minute, const char *id, const char *rest)
{
	char line[1024];

	snprintf(line, sizeof(line), "2026-11-23 08:%02u:00 1tAAAA-000000-%s %s\n", minute, id, rest);
	feed(r, line);
}

#define SENT(id, login, rcpt)                                \
	"2026-11-23 08:00:00 1tAAAA-000000-" id " <= " login \
	" H=(pc) [198.51.100.7]:5555 P=esmtpsa A=plain:" login " S=9 for " rcpt "\n"
#define REFUSED \
	"R=dnslookup T=remote_smtp H=mx1.mail.example.net [192.0.2.9]: SMTP error from remote mail server: "

static void counted_by_list_and_sender(void **state)
{
	struct trace_options o = { .refusals = true };
	struct run r;

	begin(&r, &o);
	feed(&r, SENT("01", "info@shop.example", "a@x.example") SENT("02", "info@shop.example", "b@x.example")
			 SENT("03", "nina@shop.example", "c@x.example"));
	result(&r, 1, "01",
	       "== a@x.example " REFUSED "450 4.7.1 blocked using zen.spamhaus.org, 203.0.113.77.");
	/* the same message again is no further one; the newest time counts */
	result(&r, 2, "01",
	       "== a@x.example " REFUSED "450 4.7.1 blocked using zen.spamhaus.org, 203.0.113.77.");
	result(&r, 3, "02", "** b@x.example " REFUSED "550 5.7.1 blocked using zen.spamhaus.org");
	result(&r, 4, "03", "** c@x.example " REFUSED "550 5.7.1 blocked using zen.spamhaus.org");
	result(&r, 5, "03", "** c@x.example " REFUSED "550 5.7.1 bl.spamcop.net");
	/* refused as spam without a name */
	result(&r, 6, "03", "** c@x.example " REFUSED "554 5.7.1 Message rejected as spam");
	/* not because of us */
	result(&r, 7, "03", "** c@x.example " REFUSED "550 5.1.1 User unknown");
	result(&r, 8, "03", "== c@x.example R=dnslookup T=remote_smtp defer (-53): retry time not reached");
	result(&r, 9, "03", "=> c@x.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\"");
	conclude(&r);
	assert_int_equal(r.q->nrefusals, 3);
	assert_true(span_eq(r.q->refusals[0].list, SPAN("zen.spamhaus.org")));
	assert_true(span_eq(r.q->refusals[0].provider, SPAN("example.net")));
	assert_int_equal(r.q->refusals[0].messages, 3);
	assert_int_equal(r.q->refusals[0].last, NOON - 4 * 3600 + 4 * 60);
	assert_true(span_eq(r.q->refusals[1].list, SPAN("bl.spamcop.net")));
	assert_int_equal(r.q->refusals[2].messages, 1);
	assert_int_equal(r.q->results.named, 4);
	assert_int_equal(r.q->results.remote, 6);
	assert_int_equal(r.q->results.unknown, 1);
	/* whose mail: two of info's, then nina's */
	assert_int_equal(r.q->nrefused, 4);
	assert_true(span_eq(r.q->rows[r.q->refused[0].row].id, SPAN("info@shop.example")));
	assert_int_equal(r.q->refused[0].messages, 2);
	assert_int_equal(r.q->refused[0].refusal, 0);
	assert_true(r.q->refused[0].first < r.q->refused[0].last);
	assert_true(span_eq(r.q->refused[0].recipient, SPAN("a@x.example")));
	for (size_t i = 1; i < r.q->nrefused; i++)
		assert_true(span_eq(r.q->rows[r.q->refused[i].row].id, SPAN("nina@shop.example")));
	end(&r);
}

/* Which of the numbers in a refusal's words is the address that others see. */
static void addresses_in_the_words(void **state)
{
	static const struct {
		const char *words, *address;
	} cases[] = {
		{ "client [203.0.113.77] blocked", "203.0.113.77" },
		{ "203.0.113.77. Bye", "203.0.113.77" },
		{ "client=2a01:db8::77, blocked", "2a01:db8::77" },
		{ "2A01:DB8::77", "2A01:DB8::77" },
		/* who refused, and what is nobody's on the Internet */
		{ "192.0.2.9 does not want it", "" },
		{ "10.1.2.3 and 192.168.1.1 and 172.16.5.5 and 172.31.0.1 and 127.0.0.2", "" },
		{ "0.1.2.3 and 169.254.1.1 and 100.64.0.1 and 100.127.9.9 and 224.0.0.1 and 255.1.1.1", "" },
		{ "fe80::1:2:3 and fd00::1:2:3", "" },
		{ "172.32.0.1", "172.32.0.1" },
		{ "100.128.0.1", "100.128.0.1" },
		{ "192.169.0.1", "192.169.0.1" },
		{ "169.253.0.1", "169.253.0.1" },
		/* a part of something else */
		{ "host-203.0.113.77 and 203.0.113.77-x and x203.0.113.77 and 203.0.113.77z", "" },
		{ "id_203.0.113.77 and 203.0.113.77_5", "" },
		{ "version 5.7.1 and 203.0.113.256 and 203.0.113.1.5", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct trace_options o = { .refusals = true };
		char rest[512];
		struct run r;

		begin(&r, &o);
		snprintf(rest, sizeof(rest),
			 "** a@x.example " REFUSED "550 blocked using zen.spamhaus.org %s", cases[i].words);
		result(&r, 1, "01", rest);
		result(&r, 2, "02", rest);
		conclude(&r);
		if (r.q->noutgoing != (cases[i].address[0] != 0) ||
		    (r.q->noutgoing && (!span_eq(r.q->outgoing[0].address, span_str(cases[i].address)) ||
					r.q->outgoing[0].messages != 2)))
			fail_msg("%s: %zu, %.*s", cases[i].words, r.q->noutgoing,
				 r.q->noutgoing ? (int)r.q->outgoing[0].address.n : 0,
				 r.q->noutgoing ? r.q->outgoing[0].address.p : "");
		end(&r);
	}
}

/* The address named most often comes first, and equal ones in an order that is always the same. */
static void addresses_in_order(void **state)
{
	static const char *const named[] = { "203.0.113.8", "203.0.113.70", "203.0.113.9", "203.0.113.70" };
	struct trace_options o = { .refusals = true };
	struct run r;

	begin(&r, &o);
	for (unsigned i = 0; i < 4; i++) {
		char rest[300], id[4];

		snprintf(id, sizeof(id), "%02u", i);
		snprintf(rest, sizeof(rest), "** a@x.example " REFUSED "550 bl.spamcop.net %s", named[i]);
		result(&r, i, id, rest);
	}
	conclude(&r);
	assert_int_equal(r.q->noutgoing, 3);
	assert_true(span_eq(r.q->outgoing[0].address, SPAN("203.0.113.70")));
	assert_true(span_eq(r.q->outgoing[1].address, SPAN("203.0.113.8")));
	assert_true(span_eq(r.q->outgoing[2].address, SPAN("203.0.113.9")));
	end(&r);
}

#define DKIM(rest) "Nov 23 08:00:00 mx1 opendkim[7]: 4Xab1: DKIM-Signature field added (" rest "\n"

static void keys_that_signed(void **state)
{
	struct trace_options o = { .refusals = true };
	struct run r;

	begin(&r, &o);
	feed(&r, DKIM("s=mail, d=shop.example)") DKIM("s=MAIL, d=Shop.Example)") DKIM("s=k2, d=shop.example)")
			 DKIM("s=mail, d=blog.example)") DKIM("s=, d=shop.example)") DKIM("s=mail, d=)")
				 DKIM("s=a b, d=shop.example)") DKIM("s=mail d=shop.example)")
					 DKIM("s=mail, d=shop.example"));
	conclude(&r);
	assert_int_equal(r.q->ndkim, 3);
	assert_true(span_eq(r.q->dkim[0].domain, SPAN("shop.example")));
	assert_true(span_eq(r.q->dkim[0].selector, SPAN("mail")));
	assert_true(span_eq(r.q->dkim[1].selector, SPAN("k2")));
	assert_true(span_eq(r.q->dkim[2].domain, SPAN("blog.example")));
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(counted_by_list_and_sender),
		cmocka_unit_test(addresses_in_the_words),
		cmocka_unit_test(addresses_in_order),
		cmocka_unit_test(keys_that_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
