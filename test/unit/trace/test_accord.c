/* accord - what a complaint says against what the log says: subjects in every spelling, recipients that loops take out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/inquiry.h"
#include "trace/accord.h"
#include "trace_run.h"

enum { YES = 'y', NO = 'n', DOUBT = '?', OPEN = '-' };

static char verdict(const struct told *t, const struct logged *l, uint32_t about)
{
	struct accord a = accord_compare(t, l);

	assert_int_equal((a.agrees & a.differs) | ((a.agrees | a.differs) & a.doubts), 0);
	return a.agrees & about ? YES : a.differs & about ? NO : a.doubts & about ? DOUBT : OPEN;
}

static void subjects(void **state)
{
	static const struct {
		const char *logged, *told;
		char want;
	} cases[] = {
		{ "Urgent payment", "Urgent payment", YES },
		{ "Urgent payment", "Cheap watches", NO },
		{ "Urgent payment", "***SPAM*** Urgent  payment", YES },
		{ "Urgent payment", "[list] AW: urgent Payment!", YES },
		{ "", "Cheap watches", OPEN },
		{ "Urgent payment", "", OPEN },
		{ "Hi", "Hi", YES },
		{ "Hi", "Ho", NO },
		/* cut by the log, inside a word and inside an encoded one */
		{ "Your invoice for Nov", "Your invoice for November is attached", YES },
		{ "=?UTF-8?Q?Your_invoice_f=6", "=?UTF-8?Q?Your_invoice_f=6Fr_November?=", YES },
		{ "=?UTF-8?B?WW91ciBpbnZv", "=?UTF-8?B?WW91ciBpbnZvaWNl?=", YES },
		/* Exim's log is decoded, Postfix' is not */
		{ "Ihre Gr\xc3\xb6\xc3\x9f"
		  "e w\xc3\xa4hlen",
		  "=?UTF-8?Q?Ihre_Gr=C3=B6=C3=9Fe_w=C3=A4hlen?=", YES },
		{ "Ihre Gr\xf6\xdf"
		  "e w\xe4hlen",
		  "=?utf-8?q?Ihre_Gr=C3=B6?= =?utf-8?q?=C3=9Fe_w=C3=A4hlen?=", YES },
		{ "Ihre Gr??e w?hlen", "=?iso-8859-1?Q?Ihre_Gr=F6=DFe_w=E4hlen?=", YES },
		/* letters that are not Latin: nothing to hold against each other, but Latin ones are not they */
		{ "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", "=?koi8-r?B?8NLJ18XU?=", OPEN },
		{ "Urgent payment", "=?UTF-8?B?0J/RgNC40LLQtdGC?=", NO },
		{ "???????? 2", "=?UTF-8?B?0J/RgNC40LLQtdGC?= 2", OPEN },
		{ "anything", "=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", OPEN },
		{ "anything", "=?utf-7?Q?+AOk-?=", OPEN },
		/* an address in it was taken out */
		{ "victim@example.net, you have won a prize", "[redacted], you have won a prize", OPEN },
		/* the guilty's tricks: encoded twice, one short before a long one */
		{ "=?UTF-8?B?QUJDRA==?=", "=?UTF-8?Q?=3D=3FUTF-8=3FB=3FQUJDRA=3D=3D=3F=3D?=", OPEN },
		{ "Hi Cheap watches for all", "Hi", YES },
		{ "=?UTF-8?Q?", "=?UTF-8?Q?", OPEN },
		{ "=?", "=?", OPEN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct told t = { .subject = span_str(cases[i].told) };
		struct logged l = { .subject = span_str(cases[i].logged) };
		char got = verdict(&t, &l, ABOUT_SUBJECT);

		if (got != cases[i].want)
			fail_msg("\"%s\" in the log and \"%s\": %c", cases[i].logged, cases[i].told, got);
	}
}

/* No length or byte may lead out of the buffers: the sanitizers of the fuzzing build look on. */
static void any_bytes(void **state)
{
	static char a[3000], b[3000];

	for (unsigned round = 0; round < 400; round++) {
		struct told t = { .subject = span_of(a, round * 7 % sizeof(a)),
				  .message_id = span_of(a, round % 40) };
		struct logged l = { .subject = span_of(b, round * 13 % sizeof(b)),
				    .message_id = span_of(b, round % 50) };

		for (size_t i = 0; i < sizeof(a); i++) {
			a[i] = "=?UTF-8QB_ \xc3\xb6xyz"[(i * 31 + round * 17 + i / 7) % 17];
			b[i] = "=?UTF-8QB_ \xc3\xb6xyz"[(i * 29 + round * 11 + i / 5) % 17];
		}
		verdict(&t, &l, ABOUT_SUBJECT);
	}
}

static int rising(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Names of two addresses and a Message-ID. */
static size_t names_of(const char *first, const char *second, const char *id, uint64_t name[5])
{
	name[0] = accord_address(span_str(first), &name[1]);
	name[2] = accord_address(span_str(second), &name[3]);
	name[4] = accord_id(span_str(id));
	qsort(name, 5, sizeof(*name), rising);
	return 5;
}

static void recipients(void **state)
{
	static const struct {
		const char *address, *recipient;
		char want;
	} cases[] = {
		{ "", "victim@example.net", YES },
		{ "", "Victim@Example.NET", YES },
		{ "", "someone@example.com", NO },
		{ "victim@example.net", "someone@example.com",
		  YES }, /* forwarded: To names the one we knew */
		{ "list@elsewhere.example", "", OPEN }, /* To alone accuses nobody of a lie */
		{ "", "7f3a9c@example.net", OPEN },
		{ "", "redacted@example.com", OPEN },
		{ "", "x@xxxxxxxx.com", OPEN },
		{ "", "user@removed", OPEN },
		{ "", "@", OPEN },
		{ "", "", OPEN },
		/* what else the log knows of it is nobody it went to */
		{ "example.net", "a1@pc.example", NO },
	};
	uint64_t name[5];
	struct logged l = { .names = name,
			    .nnames = names_of("first@example.org", "victim@example.net", "a1@pc.example",
					       name),
			    .whole = true };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct span address = span_str(cases[i].address), recipient = span_str(cases[i].recipient);
		struct told t = { .addresses = &address,
				  .naddresses = address.n > 0,
				  .recipients = &recipient,
				  .nrecipients = recipient.n > 0 };
		char got = verdict(&t, &l, ABOUT_RECIPIENT);

		if (got != cases[i].want)
			fail_msg("%s, %s: %c", cases[i].address, cases[i].recipient, got);
		/* who of them the log has not got yet cannot be missed */
		l.whole = false;
		assert_int_equal(verdict(&t, &l, ABOUT_RECIPIENT), got == NO ? OPEN : got);
		l.whole = true;
		/* a letter that is the same but for him was forwarded */
		t.subject = l.subject = SPAN("Urgent payment");
		assert_int_equal(verdict(&t, &l, ABOUT_RECIPIENT), got == NO ? OPEN : got);
		l.subject = SPAN_NONE;
	}
}

static void ids_and_times(void **state)
{
	struct told t = { .message_id = SPAN("a1@pc.example"), .at = NOON };
	struct logged l = { .message_id = SPAN("A1@PC.example"), .at = NOON + 60 };

	assert_int_equal(verdict(&t, &l, ABOUT_MESSAGE_ID), YES);
	assert_int_equal(verdict(&t, &l, ABOUT_TIME), YES);
	l.at = NOON - 12 * 3600; /* a zone that was misread */
	assert_int_equal(verdict(&t, &l, ABOUT_TIME), OPEN);
	l.at = NOON + 86400;
	assert_int_equal(verdict(&t, &l, ABOUT_TIME), NO);
	t.message_id = SPAN("b2@pc.example");
	assert_int_equal(verdict(&t, &l, ABOUT_MESSAGE_ID), NO);
	t.message_id = SPAN("xxxx@redacted");
	assert_int_equal(verdict(&t, &l, ABOUT_MESSAGE_ID), OPEN);
	l = (struct logged){ .at = 0 };
	assert_int_equal(verdict(&t, &l, ABOUT_ALL), OPEN);
}

/* --- through trace ------------------------------------------------------------------------------------ */

static const struct sought *seek_one(struct run *r, const struct seek_want *want, const char *text)
{
	begin(r, &(struct trace_options){ .seek = want, .nseek = 1 });
	feed(r, text);
	conclude(r);
	assert_int_equal(r->q->nsought, 1);
	return r->q->sought;
}

#define SHORT_ID(day, time, daemon, rest) \
	"Nov " day " " time " mx1 postfix/" daemon "[77]: 4F3A21C0B2: " rest "\n"

/* Postfix' short ids come again: the message of the day that is meant. */
static void an_id_that_comes_again(void **state)
{
	static const char text[] = SHORT_ID(
		"20", "08:00:00", "smtpd",
		"client=pc[203.0.113.9], sasl_method=PLAIN, sasl_username=first@shop.example")
		SHORT_ID("20", "08:00:00", "cleanup", "message-id=<a1@pc.example>") SHORT_ID(
			"20", "08:00:01", "smtp",
			"to=<a@example.net>, relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, "
			"status=sent (250 ok)") SHORT_ID("20", "08:00:01", "qmgr", "removed")
			SHORT_ID("23", "09:00:00", "smtpd",
				 "client=pc[203.0.113.9], sasl_method=PLAIN, "
				 "sasl_username=second@shop.example")
				SHORT_ID("23", "09:00:00", "cleanup", "message-id=<b2@pc.example>")
					SHORT_ID("23", "09:00:01", "smtp",
						 "to=<b@example.org>, relay=mx[192.0.2.1]:25, delay=1, "
						 "delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)")
						SHORT_ID("23", "09:00:01", "qmgr", "removed");
	const struct span to[] = { SPAN("b@example.org") };
	struct told told = {
		.message_id = SPAN("b2@pc.example"), .recipients = to, .nrecipients = 1, .at = NOON - 3 * 3600
	};
	const struct seek_want want = { .queue_id = SPAN("4F3A21C0B2"), .told = &told };
	struct run r;
	const struct sought *found = seek_one(&r, &want, text);

	assert_int_equal(found->agrees, ABOUT_RECIPIENT | ABOUT_MESSAGE_ID | ABOUT_TIME);
	assert_int_equal(found->differs, 0);
	assert_true(span_eq(r.q->rows[found->row].id, SPAN("second@shop.example")));
	end(&r);

	told.at = NOON - 3 * 86400;
	found = seek_one(&r, &want, text);
	/* that it came again anybody may have written */
	assert_int_equal(found->differs, 0);
	assert_int_equal(found->doubts, ABOUT_RECIPIENT | ABOUT_MESSAGE_ID);
	assert_int_equal(found->line.grade, 'C');
	assert_true(span_eq(r.q->rows[found->row].id, SPAN("first@shop.example")));
	end(&r);
}

/* Postfix logs no subject: the guilty adds one through syslog, for complaints to differ from. */
static void a_subject_that_was_added(void **state)
{
	static const char text[] = P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>")
		P("08:00:00", "cleanup", "4Xab1: message-id=<a1@shop.example>") P(
			"08:00:00", "qmgr", "4Xab1: from=<a@shop.example>, size=500, nrcpt=1 (queue active)")
			P("08:00:01", "cleanup",
			  "4Xab1: warning: header Subject: Minutes of the board from local; "
			  "from=<a@shop.example>") P("08:00:02", "smtp",
						     "4Xab1: to=<a@y.example>, relay=mx[192.0.2.1]:25, "
						     "delay=1, delays=0/0/0/1, dsn=2.0.0, "
						     "status=sent (250 ok)");
	struct told told = { .subject = SPAN("Cheap watches"),
			     .message_id = SPAN("a1@shop.example"),
			     .at = NOON - 4 * 3600 };
	const struct seek_want want = { .queue_id = SPAN("4Xab1"), .told = &told };
	struct run r;
	const struct sought *found = seek_one(&r, &want, text);

	assert_int_equal(found->agrees, ABOUT_MESSAGE_ID | ABOUT_TIME);
	assert_int_equal(found->differs, 0);
	end(&r);
	told.message_id = SPAN_NONE;
	found = seek_one(&r, &want, text);
	assert_int_equal(found->differs, 0);
	assert_int_equal(found->doubts, ABOUT_SUBJECT);
	end(&r);
	(void)state;
}

/* A mail server that has a log of its own: what syslog says of its message speaks against nothing, whichever comes first. */
static void a_log_of_its_own(void **state)
{
#define CAME E("08:00:00", "01 <= a@shop.example U=shop P=local S=500 for a@y.example")
#define WENT                                                                                           \
	E("08:00:01", "01 => c@y.example <a@y.example> R=dnslookup T=smtp H=mx.y.example [192.0.2.1]") \
	E("08:00:01", "01 Completed")
#define F "Nov 23 08:00:00 mx1 exim[77]: 1tAAAA-000000-01 "
#define FORGED                                                                       \
	F "<= b@shop.example U=blog P=local S=500 T=\"Minutes\" for b@z.example\n" F \
	  "=> b@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.1]\n" F "Completed\n"
	static const char *const texts[] = { CAME WENT FORGED, FORGED CAME WENT, CAME FORGED WENT };
	const struct span to[] = { SPAN("c@y.example") };
	struct told told = {
		.subject = SPAN("Cheap watches"), .recipients = to, .nrecipients = 1, .at = NOON - 4 * 3600
	};
	const struct seek_want want = { .queue_id = SPAN("1tAAAA-000000-01"), .told = &told };

	for (int i = 0; i < 3; i++) {
		struct run r;
		const struct sought *found = seek_one(&r, &want, texts[i]);

		assert_int_equal(found->agrees, ABOUT_RECIPIENT | ABOUT_TIME);
		assert_int_equal(found->differs | found->doubts, 0);
		end(&r);
	}
	(void)state;
}

/* A newsletter that everybody complains about: each names another of its recipients, or, made up, none. */
static void many_about_one(void **state)
{
	static struct seek_want want[10000];
	static struct told told[10000];
	static struct span to[10000][8];
	struct arena *a = arena_new();
	struct buf text = BUF_MAX(1 << 20), name = BUF_MAX(100);
	struct run r;

	buf_str(&text, P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>"));
	for (unsigned i = 0; i < 2000; i++)
		buf_addf(&text,
			 "Nov 23 08:00:01 mx1 postfix/smtp[77]: 4Xab1: to=<r%u@d%u.example>, "
			 "relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n",
			 i, i);
	buf_str(&text, P("08:00:02", "qmgr", "4Xab1: removed"));
	for (unsigned i = 0; i < 10000; i++) {
		for (unsigned k = 0; k < 8; k++) {
			unsigned whom = k < 7 ? 3000 + k : i % 2001;

			name.n = 0;
			buf_addf(&name, "r%u@d%u.example", whom, whom);
			to[i][k] = arena_span(a, buf_view(&name));
		}
		told[i] = (struct told){ .recipients = to[i], .nrecipients = 8, .at = NOON - 4 * 3600 };
		want[i] = (struct seek_want){ .queue_id = SPAN("4Xab1"), .told = &told[i] };
	}
	begin(&r, &(struct trace_options){ .seek = want, .nseek = 10000 });
	feed(&r, arena_str(a, buf_view(&text)));
	conclude(&r);
	assert_int_equal(r.q->nsought, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal((r.q->sought[i].agrees | r.q->sought[i].differs << 8) &
					 (ABOUT_RECIPIENT | ABOUT_RECIPIENT << 8),
				 i % 2001 == 2000 ? ABOUT_RECIPIENT << 8 : ABOUT_RECIPIENT);
	end(&r);
	buf_free(&text);
	buf_free(&name);
	arena_free(a);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(recipients),
		cmocka_unit_test(ids_and_times),
		cmocka_unit_test(an_id_that_comes_again),
		cmocka_unit_test(a_subject_that_was_added),
		cmocka_unit_test(a_log_of_its_own),
		cmocka_unit_test(many_about_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
