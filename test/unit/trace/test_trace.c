/*
 * From log text to rows: who is named, and that every count is somebody's, once.
 *
 * Lines go the way of a real run: frame_line, wallclock_resolve, trace_event.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sys/beneath.h"
#include "trace_run.h"

static void exim_login(void **state)
{
	struct run r;
	const struct row *row;

	begin(&r, NULL);
	feed(&r,
	     E("08:00:00",
	       "01 <= info@shop.example H=(pc) [198.51.100.7]:5555 P=esmtpsa X=TLS1.3:A:256 CV=no "
	       "A=dovecot_login:info@shop.example S=1234 id=x@pc T=\"Hi\" for a@b.example c@d.example "
	       "e@f.example") E("08:00:01", "01 => a@b.example R=dnslookup T=remote_smtp H=mx.b.example "
					    "[203.0.113.9] C=\"250 ok\"")
		     E("08:00:01",
		       "01 == c@d.example R=dnslookup T=remote_smtp defer (-44) H=mx.d.example "
		       "[203.0.113.8]: SMTP error from remote mail server after RCPT TO:<c@d.example>: 451 "
		       "later")
			     E("08:00:02",
			       "01 ** e@f.example R=dnslookup T=remote_smtp H=mx.f.example [203.0.113.7]: "
			       "SMTP error "
			       "from remote mail server after RCPT TO:<e@f.example>: 550 5.1.1 User unknown")
				     E("08:10:00", "01 == c@d.example R=dnslookup T=remote_smtp defer (-53): "
						   "retry time not reached for "
						   "any host")
					     E("08:20:00", "01 => c@d.example R=dnslookup T=remote_smtp "
							   "H=mx.d.example [203.0.113.8] C=\"250 ok\"")
						     E("08:20:00", "01 Completed"));
	conclude(&r);
	row = row_of(&r, KIND_AUTH, "info@shop.example");
	expect(row, 1, 3, 2, 2, 1);
	assert_int_equal(row->counts.bytes, 1234);
	assert_true(span_eq(row->account, SPAN("shop")));
	assert_int_equal(row->nclients, 1);
	assert_true(span_eq(row->clients[0].ip, SPAN("198.51.100.7")));
	assert_int_equal(row->nevidence, 1);
	assert_int_equal(row->evidence[0].line, 1);
	assert_int_equal(row->evidence[0].grade, 'B');
	assert_int_equal(r.q->nrows, 1);
	end(&r);
}

static void exim_script_by_its_folder(void **state)
{
	struct run r;
	const struct row *row;

	begin(&r, NULL);
	/* The same second: each arrival takes the folder of its own user. */
	feed(&r,
	     "2026-11-23 08:00:00 cwd=/home/blog/public_html/forum 3 args: /usr/sbin/sendmail -t -i\n"
	     "2026-11-23 08:00:00 cwd=/home/shop/public_html/contact 3 args: /usr/sbin/sendmail -t -i\n"
	     "2026-11-23 08:00:00 cwd=/var/spool/exim4 3 args: /usr/sbin/exim4 -Mc 1tAAAA-000000-01\n" E(
		     "08:00:00", "01 <= shop@mx1.example U=shop P=local S=500 T=\"Hi\" for a@b.example")
		     E("08:00:01", "02 <= blog@mx1.example U=blog P=local S=700 T=\"Hi\" for a@b.example") E(
			     "08:00:09",
			     "03 <= blog@mx1.example U=blog P=local S=90 T=\"Hi\" for a@b.example")
			     E("08:00:10",
			       "01 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\"")
				     E("08:00:10", "01 Completed"));
	conclude(&r);
	row = row_of(&r, KIND_SCRIPT, "/home/shop/public_html/contact");
	expect(row, 1, 1, 1, 0, 0);
	assert_true(span_eq(row->account, SPAN("shop")));
	expect(row_of(&r, KIND_SCRIPT, "/home/blog/public_html/forum"), 1, 1, 0, 0, 0);
	/* Eight seconds later that folder proves nothing. */
	expect(row_of(&r, KIND_LOCAL, "blog"), 1, 1, 0, 0, 0);
	end(&r);
}

static void exim_bounces_and_inbound(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed(&r,
	     E("08:00:00", "01 <= x@far.example H=mx.far.example [203.0.113.9] P=esmtps X=TLS1.3:A:256 CV=no "
			   "S=900 id=1@far T=\"Hi\" for info@shop.example")
		     E("08:00:01", "01 => info <info@shop.example> R=virtual_user T=dovecot_virtual_delivery "
				   "C=\"250 ok\"") E("08:00:01", "01 Completed")
			     E("08:00:02", "02 <= <> R=1tAAAA-000000-09 U=Debian-exim P=local S=1500 "
					   "T=\"Mail delivery failed\" "
					   "for y@far.example")
				     E("08:00:03", "02 => y@far.example R=dnslookup T=remote_smtp H=mx "
						   "[203.0.113.9] C=\"250 ok\"")
					     E("08:00:03", "02 Completed"));
	conclude(&r);
	expect(row_of(&r, KIND_BOUNCE, "bounce"), 1, 1, 1, 0, 0);
	expect(row_of(&r, KIND_INBOUND, "inbound"), 1, 1, 1, 0, 0);
	end(&r);
}

/* The notice ID of a message that was returned, and its delivery. */
static void feed_notice(struct run *r, const char *id)
{
	char text[600];

	snprintf(text, sizeof(text),
		 P("08:00:00", "cleanup", "%s: message-id=<n@mx1>")
			 P("08:00:00", "bounce", "4Xzz9: sender non-delivery notification: %s")
				 P("08:00:00", "qmgr", "%s: from=<>, size=900, nrcpt=1 (queue active)")
					 P("08:00:00", "smtp",
					   "%s: to=<a@b.example>, relay=b[203.0.113.9]:25, delay=1, "
					   "delays=1/0/0/0, dsn=2.0.0, status=sent (250 ok)")
						 P("08:00:00", "qmgr", "%s: removed"),
		 id, id, id, id, id);
	feed(r, text);
}

/* Whom nothing but his kind names, too, has a row again once it was merged away. */
static void a_kind_is_not_merged_for_good(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed_notice(&r, "4Xab1");
	feed(&r, E("08:00:01", "01 <= a@shop.example H=(pc) [203.0.113.5] P=esmtpsa A=plain:a@shop.example "
			       "S=1 for a@b.example")
			 E("08:00:02", "02 <= a@shop.example H=(pc) [203.0.113.5] P=esmtpsa "
				       "A=plain:a@shop.example S=1 for a@b.example")
				 E("08:00:03", "03 <= a@blog.example H=(pc) [203.0.113.5] P=esmtpsa "
					       "A=plain:a@blog.example S=1 for a@b.example"));
	senders_shrink(&r.trace->senders, 2);
	assert_int_equal(sender_at(&r.trace->senders, r.trace->single[KIND_BOUNCE])->kind, KIND_OTHER);
	feed_notice(&r, "4Xab2");
	conclude(&r);
	expect(row_of(&r, KIND_BOUNCE, "bounce"), 1, 1, 1, 0, 0);
	expect(row_of(&r, KIND_OTHER, "other"), 2, 2, 1, 0, 0);
	end(&r);
}

static void postfix_login_through_a_filter(void **state)
{
	struct run r;
	const struct row *row;

	begin(&r, NULL);
	feed(&r,
	     P("08:00:00", "submission/smtpd",
	       "4Xab1: client=pc[198.51.100.7], sasl_method=LOGIN, "
	       "sasl_username=info@shop.example") P("08:00:00", "cleanup",
						    "4Xab1: message-id=<m1@shop.example>")
		     P("08:00:00", "qmgr",
		       "4Xab1: from=<info@shop.example>, size=1200, nrcpt=2 (queue active)")
			     P("08:00:01", "smtpd", "4Xab2: client=localhost[127.0.0.1]")
				     P("08:00:01", "cleanup", "4Xab2: message-id=<m1@shop.example>") P(
					     "08:00:01", "qmgr",
					     "4Xab2: from=<info@shop.example>, size=1500, nrcpt=2 (queue "
					     "active)") P("08:00:01", "smtp",
							  "4Xab1: to=<a@b.example>, "
							  "relay=127.0.0.1[127.0.0.1]:10024, delay=1, "
							  "delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (250 "
							  "2.0.0 from MTA: queued as 4Xab2)")
					     P("08:00:01", "smtp",
					       "4Xab1: to=<c@d.example>, relay=127.0.0.1[127.0.0.1]:10024, "
					       "delay=1, "
					       "delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (250 2.0.0 from "
					       "MTA: queued as 4Xab2)") P("08:00:01", "qmgr",
									  "4Xab1: removed")
						     P("08:00:02", "smtp",
						       "4Xab2: to=<a@b.example>, "
						       "relay=mx.b.example[203.0.113.9]:25, delay=1, "
						       "delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (250 ok)")
							     P("08:00:02", "smtp",
							       "4Xab2: to=<c@d.example>, "
							       "relay=mx.d.example[203.0.113.8]:25, delay=1, "
							       "delays=0.1/0/0/0.9, dsn=5.1.1, "
							       "status=bounced (host mx said: 550 5.1.1 "
							       "unknown)")
								     P("08:00:03", "qmgr", "4Xab2: removed"));
	conclude(&r);
	row = row_of(&r, KIND_AUTH, "info@shop.example");
	expect(row, 1, 2, 1, 0, 1);
	assert_int_equal(row->counts.bytes, 1200);
	assert_int_equal(r.q->totals.messages, 1);
	end(&r);
}

static void postfix_pickup_and_unseen_arrivals(void **state)
{
	struct run r;
	const struct row *row;

	begin(&r, NULL);
	feed(&r,
	     P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>") P("08:00:00", "cleanup",
								      "4Xab1: message-id=<m1@mx1>")
		     P("08:00:00", "qmgr", "4Xab1: from=<shop@mx1.example>, size=800, nrcpt=1 (queue active)")
			     P("08:00:01", "smtp",
			       "4Xab1: to=<a@b.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
			       "status=deferred (connect to mx.b.example[203.0.113.9]:25: Connection timed "
			       "out)")
	     /* Arrived before the log begins. */
	     P("08:00:02", "smtp",
	       "4Xab7: to=<a@b.example>, relay=mx[203.0.113.9]:25, delay=9, delays=9/0/0/0, "
	       "dsn=2.0.0, status=sent (250 ok)") P("08:00:02", "qmgr", "4Xab7: removed"));
	conclude(&r);
	row = row_of(&r, KIND_LOCAL, "shop");
	expect(row, 1, 1, 0, 1, 0);
	assert_true(span_eq(row->account, SPAN("shop")));
	expect(row_of(&r, KIND_UNKNOWN, "unknown"), 0, 1, 1, 0, 0);
	end(&r);
}

static void window_and_copies(void **state)
{
	struct run r;
	struct trace_options o = { .since = NOON - 3 * 3600, .until = NOON - 2 * 3600 };

	begin(&r, &o);
	feed(&r,
	     E("08:59:59", "01 <= a@shop.example U=shop P=local S=1 T=\"Hi\" for a@b.example")
		     E("09:00:01",
		       "01 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\"")
			     E("09:00:01", "01 Completed")
				     E("09:00:02",
				       "02 <= a@shop.example U=shop P=local S=2 T=\"Hi\" for a@b.example"));
	/* The same lines in a second file, as syslog keeps them: not counted twice. */
	r.at.copy = true;
	feed(&r, E("09:00:02", "03 <= a@shop.example U=shop P=local S=4 T=\"Hi\" for a@b.example"));
	r.at.copy = false;
	feed(&r,
	     E("10:00:01",
	       "04 <= a@shop.example U=shop P=local S=8 T=\"Hi\" for a@b.example") "2031-01-01 00:00:00 "
										   "1tAAAA-000000-05 <= "
										   "a@shop.example U=shop "
										   "P=local S=16 T=\"Hi\" "
										   "for a@b.example\n");
	conclude(&r);
	assert_int_equal(row_of(&r, KIND_LOCAL, "shop")->counts.bytes & 15, 2);
	assert_true(r.q->from >= o.since && r.q->to <= o.until);
	end(&r);
}

/* A thousand letters to strangers, a third of whom do not exist, after a login from a new country. */
static void outbreak(struct run *r)
{
	char line[512];

	for (int i = 0; i < 1000; i++) {
		int64_t second = 6 * 3600 + i * 2;

		snprintf(line, sizeof(line),
			 "2026-11-23 %02d:%02d:%02d 1tBBBB-%06d-01 <= info@shop.example H=(x) "
			 "[198.51.100.%d]:5555 "
			 "P=esmtpsa X=TLS1.3:A:256 CV=no A=dovecot_login:info@shop.example S=3000 id=%d@x "
			 "T=\"You won\" "
			 "for r%d@strange%d.example",
			 (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), i, i % 5, i, i,
			 i % 77);
		feed(r, line);
		snprintf(line, sizeof(line),
			 i % 3 ? "2026-11-23 %02d:%02d:%02d 1tBBBB-%06d-01 => r%d@strange%d.example "
				 "R=dnslookup "
				 "T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""
			       : "2026-11-23 %02d:%02d:%02d 1tBBBB-%06d-01 ** r%d@strange%d.example "
				 "R=dnslookup "
				 "T=remote_smtp H=mx [203.0.113.9]: SMTP error from remote mail server: 550 "
				 "5.1.1 User "
				 "unknown",
			 (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), i, i, i % 77);
		feed(r, line);
		snprintf(line, sizeof(line), "2026-11-23 %02d:%02d:%02d 1tBBBB-%06d-01 Completed",
			 (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), i);
		feed(r, line);
	}
}

static void an_outbreak_is_an_incident(void **state)
{
	struct trace_options o = { .stats = true };
	struct run r;
	const struct row *row;
	uint64_t hours = 0;

	begin(&r, &o);
	feed(&r, "Nov 23 05:59:58 mx1 dovecot: imap-login: Login: user=<info@shop.example>, method=PLAIN, "
		 "rip=198.51.100.3, lip=192.0.2.1, mpid=1, TLS, session=<x>\n");
	outbreak(&r);
	feed(&r,
	     "2026-11-23 07:00:00 H=(x) [203.0.113.66] F=<a@b.example> rejected RCPT <nobody@shop.example>: "
	     "Unrouteable address\n");
	conclude(&r);
	row = row_of(&r, KIND_AUTH, "info@shop.example");
	expect(row, 1000, 1000, 666, 0, 334);
	assert_int_equal(row->verdict, VERDICT_COMPROMISED);
	assert_true(row->since >= NOON - 6 * 3600 && row->since < NOON - 6 * 3600 + 600);
	assert_true(row->nreasons > 0 && row->nevidence > 0);
	assert_int_equal(row->clients_total, 5);
	assert_int_equal(r.q->nincidents, 1);
	assert_int_equal(r.q->incidents[0].nrows, 1);
	assert_ptr_equal(&r.q->rows[r.q->incidents[0].rows[0]], row);
	assert_true(r.q->incidents[0].ntimeline > 0);
	assert_int_equal(r.q->incidents[0].nentry, 1);
	assert_true(span_eq(r.q->incidents[0].entry[0].kind, SPAN("login")));
	for (unsigned i = 0; i < 24; i++)
		hours += r.q->stats.by_hour[i].messages;
	assert_int_equal(hours, 1000);
	assert_int_equal(r.q->stats.by_hour[6].messages, 1000);
	assert_int_equal(r.q->stats.rejected, 1);
	assert_int_equal(r.q->stats.nsenders, 1);
	assert_int_equal(r.q->stats.senders[0].counts.messages, 1000);
	assert_int_equal(r.q->stats.ndomains, 50); /* the largest of 77 */
	assert_int_equal(r.q->stats.nerrors, 1);
	assert_int_equal(r.q->stats.errors[0].counts.bounced, 334);
	end(&r);
}

static bool told(const struct incident *in, struct span text)
{
	for (size_t i = 0; i < in->nentry; i++)
		if (span_search(in->entry[i].text, 0, text) >= 0)
			return true;
	return false;
}

/* The way in of a stolen login is a login from an address that mailed afterwards, near the time it began. */
static void who_came_in_from_a_new_network(void **state)
{
	static const struct {
		const char *when, *user, *ip;
		bool entry;
	} logins[] = {
		/* more than a week before */
		{ "Nov 15 05:00:00", "info@shop.example", "198.51.100.0", false },
		{ "Nov 20 09:00:00", "info@shop.example", "203.0.113.3", true },
		/* nothing was sent from there: who steals a password need not be who uses it */
		{ "Nov 23 05:30:00", "info@shop.example", "192.0.2.99", true },
		/* a network that he has used */
		{ "Nov 23 05:31:00", "info@shop.example", "203.0.113.33", false },
		/* another's, from where much was sent */
		{ "Nov 23 05:32:00", "nina@shop.example", "198.51.100.4", false },
		/* long after it began */
		{ "Nov 23 07:00:00", "info@shop.example", "198.51.100.2", false },
	};
	const size_t n = sizeof(logins) / sizeof(*logins);
	struct run r;
	char line[512];

	begin(&r, NULL);
	for (size_t i = 0; i < n; i++) {
		if (i == n - 1)
			outbreak(&r);
		snprintf(line, sizeof(line),
			 "%s mx1 dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=%s, "
			 "lip=192.0.2.1, mpid=1, TLS, session=<x>\n",
			 logins[i].when, logins[i].user, logins[i].ip);
		feed(&r, line);
	}
	conclude(&r);
	assert_int_equal(r.q->nincidents, 1);
	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "first login of %s from %s", logins[i].user, logins[i].ip);
		if (told(&r.q->incidents[0], span_str(line)) != logins[i].entry)
			fail_msg("%s", line);
	}
	end(&r);
}

/* A first line from the future has no time to stand at; a zone in the west puts it before 1970 began. */
static void hours_of_any_time(void **state)
{
	static const int64_t always[] = { 0 };
	static const int32_t west[] = { -5 * 3600 };
	struct zone *zone = zone_of_steps(always, west, 1);
	struct trace_options o = { .stats = true, .zone = zone };
	uint64_t messages = 0;
	struct run r;

	begin(&r, &o);
	feed(&r, "2039-01-01 08:00:00 1tAAAA-000000-01 <= a@shop.example U=shop P=local S=1 T=\"Hi\" for "
		 "a@b.example\n"
		 "1950-01-01 08:00:00 1tAAAA-000000-02 <= a@shop.example U=shop P=local S=1 T=\"Hi\" for "
		 "a@b.example\n" E("08:00:00",
				   "03 <= a@shop.example U=shop P=local S=1 T=\"Hi\" for a@b.example"));
	conclude(&r);
	for (unsigned i = 0; i < 24; i++)
		messages += r.q->stats.by_hour[i].messages;
	assert_int_equal(messages, 3);
	assert_int_equal(r.q->stats.by_hour[19].messages, 2);
	assert_int_equal(r.q->nnotes, 1);
	expect(row_of(&r, KIND_LOCAL, "shop"), 3, 3, 0, 0, 0);
	assert_int_equal(row_of(&r, KIND_LOCAL, "shop")->last, r.q->to);
	zone_free(zone);
	end(&r);
}

/* qmgr's line comes again at every try, and only the line before it names the host. */
static void stats_count_a_message_once(void **state)
{
	struct trace_options o = { .stats = true };
	struct run r;

	begin(&r, &o);
	feed(&r,
	     P("08:00:00", "smtpd", "4Xab1: client=far[203.0.113.70]")
		     P("08:00:00", "qmgr", "4Xab1: from=<x@far.example>, size=800, nrcpt=1 (queue active)")
			     P("08:00:01", "smtp",
			       "4Xab1: to=<a@b.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
			       "status=deferred (no)")
				     P("08:10:00", "qmgr",
				       "4Xab1: from=<x@far.example>, size=800, nrcpt=1 (queue active)"));
	conclude(&r);
	assert_int_equal(r.q->stats.by_hour[8].messages, 1);
	assert_int_equal(r.q->stats.senders[0].counts.messages, 1);
	assert_int_equal(r.q->stats.senders[0].counts.bytes, 800);
	assert_int_equal(r.q->stats.nhosts, 1);
	assert_true(span_eq(r.q->stats.hosts[0].key, SPAN("203.0.113.70")));
	assert_int_equal(r.q->stats.hosts[0].counts.messages, 1);
	assert_int_equal(r.q->stats.hosts[0].counts.bytes, 800);
	assert_int_equal(r.q->stats.hosts[0].counts.recipients, 1);
	end(&r);
}

/* Senders with equal counts stand in the order they came, in every run. */
static void stats_in_order(void **state)
{
	struct trace_options o = { .stats = true };
	struct run r;
	char text[512];

	begin(&r, &o);
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text),
			 "2026-11-23 08:00:00 1tAAAA-000000-%02d <= s%02d@shop.example U=shop P=local S=1 "
			 "T=\"Hi\" "
			 "for a@b.example",
			 i, (i * 7 + 3) % 20);
		feed(&r, text);
	}
	conclude(&r);
	assert_int_equal(r.q->stats.nsenders, 20);
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "s%02d@shop.example", (i * 7 + 3) % 20);
		assert_true(span_eq(r.q->stats.senders[i].key, span_str(text)));
	}
	end(&r);
}

static void a_trusted_sender_is_counted_only(void **state)
{
	const struct span trusted[] = { SPAN("info@shop.example") };
	struct trace_options o = { .trusted = trusted, .ntrusted = 1 };
	struct run r;
	const struct row *row;

	begin(&r, &o);
	outbreak(&r);
	conclude(&r);
	row = row_of(&r, KIND_AUTH, "info@shop.example");
	assert_true(row->trusted);
	expect(row, 1000, 1000, 666, 0, 334);
	assert_true(row->verdict < VERDICT_SUSPECT && row->aside.n > 0);
	assert_int_equal(r.q->nincidents, 0);
	end(&r);
}

/* More messages in flight than there is room for: said aloud, and still no count is lost or doubled. */
static void little_memory(void **state)
{
	struct trace_options o = { .memory = 256 << 10 };
	struct run r;
	char line[512];

	begin(&r, &o);
	for (int i = 0; i < 30000; i++) {
		snprintf(line, sizeof(line),
			 "2026-11-23 %02d:%02d:%02d 1tBBBB-%06d-01 <= info@shop.example H=(x) "
			 "[198.51.100.7]:5555 "
			 "P=esmtpsa A=dovecot_login:info@shop.example S=10 T=\"Hi\" for r@far.example",
			 i / 3600, i / 60 % 60, i % 60, i);
		feed(&r, line);
	}
	conclude(&r);
	expect(row_of(&r, KIND_AUTH, "info@shop.example"), 30000, 30000, 0, 0, 0);
	assert_true(r.q->nunseen > 0);
	end(&r);
}

static void learns_for_the_next_run(void **state)
{
	struct buf out = BUF_MAX(1 << 20);
	struct run r;

	begin(&r, NULL);
	outbreak(&r);
	conclude(&r);
	trace_learnt(r.trace, &out);
	assert_true(out.n > 0);
	buf_free(&out);
	end(&r);
}

/* Who is decided by a result is proved by the arrival line all the same, and an address's account is its sender's. */
static void decided_late_and_proved(void **state)
{
	struct run r;
	const struct row *row;

	begin(&r, NULL);
	feed(&r, P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>"));
	feed(&r, P("08:00:00", "qmgr", "4Xab1: from=<shop@mx1.example>, size=800, nrcpt=1 (queue active)"));
	feed(&r, P("08:00:01", "smtpd", "4Xab2: client=old[203.0.113.70]"));
	feed(&r, P("08:00:01", "qmgr", "4Xab2: from=<x@blog.example>, size=900, nrcpt=1 (queue active)"));
	feed(&r, P("08:00:02", "smtpd", "4Xab3: client=far[203.0.113.71]"));
	feed(&r, P("08:00:02", "qmgr", "4Xab3: from=<x@far.example>, size=900, nrcpt=1 (queue active)"));
	for (unsigned i = 1; i <= 3; i++) {
		char line[256];

		snprintf(line, sizeof(line),
			 P("08:00:03", "smtp",
			   "4Xab%u: to=<a@b.example>, relay=mx[203.0.113.9]:25, delay=1, delays=1/0/0/0, "
			   "dsn=2.0.0, status=sent (250 ok)"),
			 i);
		feed(&r, line);
	}
	conclude(&r);
	row = row_of(&r, KIND_LOCAL, "shop");
	assert_int_equal(row->nevidence, 1);
	assert_int_equal(row->evidence[0].line, 1);
	assert_int_equal(row->evidence[0].offset, 0);
	assert_true(span_ends(row->evidence[0].text, SPAN("4Xab1: uid=1001 from=<shop>")));
	row = row_of(&r, KIND_RELAY, "203.0.113.70");
	assert_true(span_eq(row->account, SPAN("blog")));
	assert_int_equal(row->grade, 'C');
	assert_int_equal(row->counts.bytes, 900);
	assert_int_equal(row->nevidence, 1);
	assert_true(span_ends(row->evidence[0].text, SPAN("4Xab2: client=old[203.0.113.70]")));
	row = row_of(&r, KIND_RELAY, "203.0.113.71");
	assert_int_equal(row->account.n, 0);
	assert_int_equal(row->grade, 'B');
	assert_true(span_ends(row->evidence[0].text, SPAN("4Xab3: client=far[203.0.113.71]")));
	end(&r);
}

/* What lines out of order say afterwards must not turn a small number around. */
static void expired_and_heard_of_again(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed(&r, P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>"));
	feed(&r, P("08:00:00", "qmgr", "4Xab1: from=<shop@mx1.example>, size=800, nrcpt=1 (queue active)"));
	feed(&r, P("08:00:01", "smtp",
		   "4Xab1: to=<a@b.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
		   "status=deferred (no)"));
	feed(&r, P("08:00:02", "qmgr", "4Xab1: from=<shop@mx1.example>, status=expired, returned to sender"));
	feed(&r, P("08:00:03", "smtp",
		   "4Xab1: to=<a@b.example>, relay=mx[203.0.113.9]:25, delay=1, "
		   "delays=1/0/0/0, dsn=2.0.0, status=sent (250 ok)"));
	feed(&r, P("08:00:04", "qmgr", "4Xab1: from=<shop@mx1.example>, status=expired, returned to sender"));
	conclude(&r);
	expect(row_of(&r, KIND_LOCAL, "shop"), 1, 1, 1, 1, 2);
	end(&r);
}

/* A message first heard of before the window is not counted, whatever is known of its arrival. */
static void unknown_before_the_window(void **state)
{
	struct trace_options o = { .since = NOON - 3 * 3600 };
	struct run r;

	begin(&r, &o);
	feed(&r, E("08:00:00", "01 == a@b.example R=dnslookup T=remote_smtp defer (-44): later"));
	feed(&r,
	     E("08:00:01", "02 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""));
	feed(&r,
	     E("09:30:00", "01 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""));
	feed(&r,
	     E("09:30:01", "03 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""));
	conclude(&r);
	expect(row_of(&r, KIND_UNKNOWN, "unknown"), 0, 1, 1, 0, 0);
	end(&r);
}

/* A cut-through delivery is logged before the arrival; without received_recipients only it names the recipient. */
static void cut_through_without_a_list(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed(&r,
	     E("08:00:00", "01 >> a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""));
	feed(&r, E("08:00:00", "01 <= info@shop.example H=(pc) [198.51.100.7]:5555 P=esmtpsa "
			       "A=dovecot_login:info@shop.example S=10"));
	feed(&r, E("08:00:00", "01 Completed"));
	conclude(&r);
	expect(row_of(&r, KIND_AUTH, "info@shop.example"), 1, 1, 1, 0, 0);
	end(&r);
}

/* More recipients than a message can count must not become none. */
static void too_many_recipients(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed(&r, P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>"));
	feed(&r,
	     P("08:00:00", "qmgr", "4Xab1: from=<shop@mx1.example>, size=800, nrcpt=4194304 (queue active)"));
	conclude(&r);
	assert_int_equal(row_of(&r, KIND_LOCAL, "shop")->counts.recipients, (1 << 22) - 1);
	end(&r);
}

/* A message whose sender is decided minutes later pairs with the request of its own time only. */
static void requests_pair_with_their_time(void **state)
{
	struct run r;

	begin(&r, NULL);
	feed(&r, P("08:00:00", "pickup", "4Xab1: uid=1001 from=<shop>"));
	feed(&r, P("08:00:00", "qmgr", "4Xab1: from=<shop@mx1.example>, size=800, nrcpt=1 (queue active)"));
	feed(&r,
	     "shop.example:443 203.0.113.5 - - [23/Nov/2026:08:00:01 +0000] \"POST /x.php HTTP/1.1\" 200 5 "
	     "\"-\" \"-\"\n");
	feed(&r,
	     "shop.example:443 203.0.113.5 - - [23/Nov/2026:08:01:00 +0000] \"POST /x.php HTTP/1.1\" 200 5 "
	     "\"-\" \"-\"\n");
	feed(&r, P("08:05:00", "smtp",
		   "4Xab1: to=<a@b.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
		   "status=deferred (no)"));
	assert_int_equal(r.trace->web.ntarget, 1);
	assert_int_equal(r.trace->web.target[0].posts, 2);
	assert_int_equal(r.trace->web.target[0].paired, 1);
	end(&r);
}

static bool status_of(void *ctx, struct span path, struct file_status *ret)
{
	*ret = (struct file_status){ .ctime = NOON - 4 * 3600, .uid = 1001 };
	return span_ends(path, SPAN("/x.php"));
}

/* PHP's log names the script, and requests lead to it: it is one file, told once. */
static void script_is_told_once(void **state)
{
	const struct trace_options o = { .status = status_of };
	unsigned told = 0;
	struct run r;

	begin(&r, &o);
	for (unsigned i = 0; i < 120; i++) {
		char text[2048], when[16];

		snprintf(when, sizeof(when), "08:%02u:%02u", i / 20, i % 20 * 3);
		snprintf(text, sizeof(text),
			 "shop.example:443 203.0.113.5 - - [23/Nov/2026:%s +0000] \"POST /up/x.php "
			 "HTTP/1.1\" 200 5 "
			 "\"-\" \"-\"\n"
			 "[23-Nov-2026 %s UTC] mail() on [/home/shop/www/up/x.php:3]: To: a%u@b%u.example -- "
			 "Headers: "
			 "From: x\n"
			 "Nov 23 %s mx1 postfix/pickup[77]: 4Xab%u: uid=1001 from=<shop>\n"
			 "Nov 23 %s mx1 postfix/qmgr[77]: 4Xab%u: from=<shop@mx1.example>, size=800, nrcpt=1 "
			 "(queue "
			 "active)\n"
			 "Nov 23 %s mx1 postfix/smtp[77]: 4Xab%u: to=<a%u@b%u.example>, "
			 "relay=mx.b.example[192.0.2.9]:25, delay=1, delays=1/0/0/0, dsn=%s, status=%s\n"
			 "Nov 23 %s mx1 postfix/qmgr[77]: 4Xab%u: removed\n",
			 when, when, i, i, when, i, when, i, when, i, i, i, i % 2 ? "5.1.1" : "2.0.0",
			 i % 2 ? "bounced (550 5.1.1 User unknown)" : "sent (250 ok)", when, i);
		feed(&r, text);
	}
	conclude(&r);
	assert_int_equal(r.q->nincidents, 1);
	for (size_t i = 0; i < r.q->incidents[0].nentry; i++)
		told += span_ends(r.q->incidents[0].entry[i].text,
				  SPAN("x.php changed (ctime), owner uid 1001"));
	assert_int_equal(told, 1);
	end(&r);
}

static struct span the_past;
static unsigned asked;

static struct span past_of(void *ctx, int64_t first)
{
	asked++;
	return span_from(the_past, 16); /* behind first and newest */
}

/* What a run learns of a login that sends, as the past of the next. */
static void learn_a_login(struct buf *out)
{
	struct run r;

	begin(&r, NULL);
	feed(&r, E("08:00:00", "01 <= info@shop.example H=(pc) [198.51.100.7]:5555 P=esmtpsa "
			       "A=dovecot_login:info@shop.example S=10 for a@b.example"));
	conclude(&r);
	trace_learnt(r.trace, out);
	end(&r);
	the_past = buf_view(out);
}

/* Who only logs in for a while has sent nothing new, and is not forgotten for it. */
static void a_login_forgets_nothing(void **state)
{
	struct trace_options o = { .past = past_of };
	struct buf first = BUF_MAX(8 << 20);
	struct buf second = BUF_MAX(8 << 20);
	struct run r;

	learn_a_login(&first);
	assert_true(span_search(the_past, 0, SPAN("info@shop.example")) > 0);
	begin(&r, &o);
	feed(&r, "Nov 23 09:00:00 mx1 dovecot: imap-login: Login: user=<info@shop.example>, method=PLAIN, "
		 "rip=198.51.100.3, lip=192.0.2.1, mpid=1, TLS, session=<x>\n");
	feed(&r, "Nov 23 09:00:00 mx1 dovecot: imap-login: Login: user=<new@shop.example>, method=PLAIN, "
		 "rip=198.51.100.3, lip=192.0.2.1, mpid=1, TLS, session=<x>\n");
	conclude(&r);
	trace_learnt(r.trace, &second);
	assert_true(span_search(buf_view(&second), 0, SPAN("info@shop.example")) > 0);
	assert_true(span_search(buf_view(&second), 0, SPAN("new@shop.example")) < 0);
	end(&r);
	buf_free(&first);
	buf_free(&second);
}

/* Who gives his own log's lines such a stamp must not have the past read for each: another worker is at the judge. */
static void the_past_is_asked_for_once(void **state)
{
	struct trace_options o = { .past = past_of };
	struct buf first = BUF_MAX(8 << 20);
	struct run r;

	learn_a_login(&first);
	asked = 0;
	begin(&r, &o);
	for (unsigned i = 0; i < 8; i++)
		feed(&r, "1969-12-31 10:00:00 1tAAAA-000000-01 <= info@shop.example H=(pc) "
			 "[198.51.100.7]:5555 P=esmtpsa A=plain:info@shop.example S=10 for a@b.example\n");
	conclude(&r);
	assert_int_equal(asked, 1);
	end(&r);
	buf_free(&first);
}

/* --- what was seen on the live host (host/observed.h) ------------------------------------------------ */

#define AT ((NOON - 60) * 1000000)
#define SUBMITTED                                                                                      \
	"2026-11-23T11:59:00+00:00 mx postfix/pickup[1]: AAAAAA: uid=33 from=<www-data>\n"             \
	"2026-11-23T11:59:00+00:00 mx postfix/qmgr[1]: AAAAAA: from=<www-data@mx>, size=300, nrcpt=1 " \
	"(queue active)\n"

static bool has_row(const struct run *r, enum sender_kind kind, const char *id)
{
	for (size_t i = 0; i < r->q->nrows; i++)
		if (r->q->rows[i].kind == kind && span_eq(r->q->rows[i].id, span_str(id)))
			return true;
	return false;
}

static void test_observed_folder(void **state)
{
	struct observed_process p[] = {
		/* his command line names another's script: who shares a uid is told by the kernel's folder alone */
		{ .uid = 33,
		  .exe = SPAN("/usr/bin/php8.2"),
		  .cwd = SPAN("/home/shop/x"),
		  .script = SPAN("/home/blog/a.php") },
		{ .uid = 1002, .exe = SPAN("/usr/bin/php8.2"), .cwd = SPAN("/home/blog/y") },
	};
	struct observed_handover h[] = {
		{ .at = AT, .process = 0, .door = OBSERVED_SENDMAIL, .id = SPAN("AAAAAA") },
		/* not the uid that pickup logs: somebody's id came back */
		{ .at = AT, .process = 1, .door = OBSERVED_SENDMAIL, .id = SPAN("BBBBBB") },
		{ .at = AT, .process = OBSERVED_NONE, .door = OBSERVED_SENDMAIL, .id = SPAN("CCCCCC") },
	};
	struct observed o = {
		.process = p, .nprocesses = 2, .handover = h, .nhandovers = 3, .watched = true
	};
	struct trace_options options = { .observed = &o };
	const struct row *row;
	struct run r;

	begin(&r, &options);
	feed(&r, SUBMITTED);
	feed(&r, "2026-11-23T11:59:01+00:00 mx postfix/pickup[1]: BBBBBB: uid=33 from=<www-data>\n"
		 "2026-11-23T11:59:01+00:00 mx postfix/qmgr[1]: BBBBBB: from=<a@mx>, size=300, nrcpt=1 "
		 "(queue active)\n"
		 "2026-11-23T11:59:02+00:00 mx postfix/pickup[1]: CCCCCC: uid=33 from=<www-data>\n"
		 "2026-11-23T11:59:02+00:00 mx postfix/qmgr[1]: CCCCCC: from=<a@mx>, size=300, nrcpt=1 "
		 "(queue active)\n");
	conclude(&r);
	row = row_of(&r, KIND_SCRIPT, "/home/shop/x");
	assert_non_null(row);
	assert_int_equal(row->counts.messages, 1);
	assert_true(span_eq(row->account, SPAN("shop")));
	assert_int_equal(row->evidence[1].grade, 'A');
	assert_true(span_eq(row->evidence[1].file, SPAN("/proc")));
	assert_false(has_row(&r, KIND_SCRIPT, "/home/blog"));
	assert_false(has_row(&r, KIND_SCRIPT, "/home/blog/y"));
	row = row_of(&r, KIND_LOCAL, "www-data");
	assert_non_null(row);
	assert_int_equal(row->counts.messages, 2);
	end(&r);
}

static void put_connections(struct observed_connection *c, size_t n, uint32_t process, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		c[i] = (struct observed_connection){
			.process = process,
			.port = port,
			.at = AT,
			.remote = { [10] = 0xff, 0xff, 203, 0, (uint8_t)(113 + i), 9 },
		};
}

static void test_direct(void **state)
{
	struct observed_process p[] = {
		{ .pid = 5,
		  .uid = 1001,
		  .exe = SPAN("/home/shop/ cwd=/home/blog/postfix"),
		  .cwd = SPAN("/home/shop"),
		  .deleted = true },
		{ .pid = 6, .uid = 1002, .exe = SPAN("/usr/bin/php8.2"), .cwd = SPAN("/home/blog") },
		{ .pid = 7, .uid = 0, .exe = SPAN("/usr/sbin/exim4"), .cwd = SPAN("/") },
		/* the mail server's program, started by a user with a configuration of his own */
		{ .pid = 8, .uid = 1002, .exe = SPAN("/usr/sbin/exim4"), .cwd = SPAN("/home/blog") },
	};
	struct observed_connection c[20];
	struct observed o = { .process = p, .nprocesses = 4, .connection = c, .nconnections = 13 };
	struct trace_options options = { .observed = &o };
	const struct row *row;
	struct run r;

	put_connections(c, 3, 0, 25);
	put_connections(c + 3, 2, 1, 587);
	put_connections(c + 5, 5, 2, 25);
	put_connections(c + 10, 3, 3, 25);
	begin(&r, &options);
	feed(&r, SUBMITTED);
	conclude(&r);
	row = row_of(&r, KIND_DIRECT, "1001:/home/shop/ cwd=/home/blog/postfix");
	assert_non_null(row);
	assert_int_equal(row->verdict, VERDICT_COMPROMISED);
	assert_true(span_eq(row->account, SPAN("shop")));
	assert_int_equal(row->nevidence, 3);
	row = row_of(&r, KIND_DIRECT, "1002:/usr/bin/php8.2");
	assert_non_null(row);
	assert_int_equal(row->verdict, VERDICT_NORMAL);
	assert_true(row->aside.n > 0);
	assert_false(has_row(&r, KIND_DIRECT, "0:/usr/sbin/exim4"));
	assert_non_null(row_of(&r, KIND_DIRECT, "1002:/usr/sbin/exim4"));
	end(&r);
}

/* Whose last mail is an hour old does not send any more, where the logs are those of now; logs that end end with him. */
static void sends_by_a_clock(void **state)
{
	for (int live = 0; live < 2; live++) {
		struct run r;

		begin(&r, &(struct trace_options){ .now = NOON, .live = live });
		feed(&r,
		     E("11:00:00", "01 <= shop@mx1.example U=shop P=local S=500 T=\"Hi\" for a@b.example"));
		conclude(&r);
		assert_int_equal(row_of(&r, KIND_LOCAL, "shop")->sending, !live);
		end(&r);
	}
	(void)state;
}

/* More work than may come together, and nobody else to do it: it is done on the way, in order. */
static void much_in_one_turn(void **state)
{
	static double score[2];
	struct run r;
	char line[200];

	begin(&r, NULL);
	for (unsigned i = 0; i < 30000; i++) {
		snprintf(line, sizeof(line),
			 "2026-11-23 %02u:%02u:%02u 1tAAAA-%06u-01 <= a@shop.example H=(pc) [203.0.113.9] "
			 "P=esmtpsa "
			 "A=plain:info@shop.example S=500 for u%u@d%u.example",
			 i / 3600, i / 60 % 60, i % 60, i, i, i % 5000);
		feed_line(&r, span_str(line));
		r.idle = i > 1000;
	}
	if (run_later) {
		assert_int_equal(r.trace->later.done, r.trace->later.passed);
		assert_non_null(r.job);
	}
	conclude(&r);
	expect(row_of(&r, KIND_AUTH, "info@shop.example"), 30000, 30000, 0, 0, 0);
	score[run_later] = row_of(&r, KIND_AUTH, "info@shop.example")->score;
	assert_true(score[run_later] > 0 && score[0] == score[run_later]);
	end(&r);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_observed_folder),
		cmocka_unit_test(test_direct),
		cmocka_unit_test(exim_login),
		cmocka_unit_test(exim_script_by_its_folder),
		cmocka_unit_test(exim_bounces_and_inbound),
		cmocka_unit_test(a_kind_is_not_merged_for_good),
		cmocka_unit_test(postfix_login_through_a_filter),
		cmocka_unit_test(postfix_pickup_and_unseen_arrivals),
		cmocka_unit_test(window_and_copies),
		cmocka_unit_test(an_outbreak_is_an_incident),
		cmocka_unit_test(who_came_in_from_a_new_network),
		cmocka_unit_test(hours_of_any_time),
		cmocka_unit_test(stats_count_a_message_once),
		cmocka_unit_test(stats_in_order),
		cmocka_unit_test(a_trusted_sender_is_counted_only),
		cmocka_unit_test(little_memory),
		cmocka_unit_test(much_in_one_turn),
		cmocka_unit_test(learns_for_the_next_run),
		cmocka_unit_test(decided_late_and_proved),
		cmocka_unit_test(expired_and_heard_of_again),
		cmocka_unit_test(unknown_before_the_window),
		cmocka_unit_test(cut_through_without_a_list),
		cmocka_unit_test(too_many_recipients),
		cmocka_unit_test(requests_pair_with_their_time),
		cmocka_unit_test(script_is_told_once),
		cmocka_unit_test(a_login_forgets_nothing),
		cmocka_unit_test(the_past_is_asked_for_once),
		cmocka_unit_test(sends_by_a_clock),
	};

	int failed = cmocka_run_group_tests_name("at once", tests, NULL, NULL);

	run_later = true;
	return cmocka_run_group_tests_name("later", tests, NULL, NULL) + failed;
}
