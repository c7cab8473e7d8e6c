/* refusal - which list and provider a refusal's words name. Texts after the public postmaster pages, addresses made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "trace/refusal.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
