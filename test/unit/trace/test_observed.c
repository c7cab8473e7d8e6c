/* observed: what the kernel saw on the live host, and what of it is somebody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "trace_run.h"

#define AT ((NOON - 60) * 1000000)

static bool has_row(const struct run *r, enum sender_kind kind, const char *id)
{
	for (size_t i = 0; i < r->q->nrows; i++)
		if (r->q->rows[i].kind == kind && span_eq(r->q->rows[i].id, span_str(id)))
			return true;
	return false;
}

static void must_have(const struct run *r, enum sender_kind kind, const char *id, size_t number)
{
	if (has_row(r, kind, id))
		return;
	for (size_t i = 0; i < r->q->nrows; i++)
		print_error("%s %.*s\n", sender_kind_name(r->q->rows[i].kind), (int)r->q->rows[i].id.n,
			    r->q->rows[i].id.p);
	fail_msg("case %zu: no %s %s", number, sender_kind_name(kind), id);
}

/* Whose a handed-over message is: the kernel's folder and uid, never what a command line says of others. */
static void handed_over(void **state)
{
	static const struct {
		struct observed_process p;
		uint8_t door;
		int64_t after; /* seconds from hand-over to log line */
		unsigned pickup; /* the uid that Postfix logs; 0: smtpd on loopback */
		enum sender_kind kind;
		const char *id;
	} cases[] = {
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x"), .script = SPAN("/home/shop/www/a.php") },
		  OBSERVED_SENDMAIL,
		  0,
		  1001,
		  KIND_SCRIPT,
		  "/home/shop/www" },
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x"), .script = SPAN("/home/blog/a.php") },
		  OBSERVED_SENDMAIL,
		  0,
		  1001,
		  KIND_SCRIPT,
		  "/home/shop/x" },
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x"), .script = SPAN("/opt/a.php") },
		  OBSERVED_SENDMAIL,
		  0,
		  1001,
		  KIND_SCRIPT,
		  "/home/shop/x" },
		/* he stands in a neighbour's folder */
		{ { .uid = 1001, .cwd = SPAN("/home/blog/x") },
		  OBSERVED_SENDMAIL,
		  0,
		  1001,
		  KIND_LOCAL,
		  "shop" },
		/* long before, long after: the id was another message's */
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x") },
		  OBSERVED_SENDMAIL,
		  90000,
		  1001,
		  KIND_LOCAL,
		  "shop" },
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x") },
		  OBSERVED_SENDMAIL,
		  -90000,
		  1001,
		  KIND_LOCAL,
		  "shop" },
		/* by the other door */
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x") },
		  OBSERVED_LOOPBACK,
		  0,
		  1001,
		  KIND_LOCAL,
		  "shop" },
		/* a uid that is no account's: the folder is all that is known */
		{ { .uid = 4711, .cwd = SPAN("/srv") }, OBSERVED_SENDMAIL, 0, 4711, KIND_SCRIPT, "/srv" },
		{ { .uid = 1001, .cwd = SPAN("/home/shop/x") },
		  OBSERVED_LOOPBACK,
		  0,
		  0,
		  KIND_SCRIPT,
		  "/home/shop/x" },
		/* what a content filter hands back is the first sender's */
		{ { .uid = 1009, .cwd = SPAN("/var/lib/amavis") },
		  OBSERVED_LOOPBACK,
		  0,
		  0,
		  KIND_RELAY,
		  "127.0.0.1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct observed_process p = cases[i].p;
		struct observed_handover h[2] = {
			{ .process = 0,
			  .door = cases[i].door,
			  .id = SPAN("AAAAAA"),
			  .at = AT - cases[i].after * 1000000 },
			/* the same id again does not count, one without an id neither */
			{ .process = 0, .door = OBSERVED_SENDMAIL }
		};
		struct observed o = { .process = &p, .nprocesses = 1, .handover = h, .nhandovers = 2 };
		struct trace_options options = { .observed = &o };
		struct run r;
		char text[200];

		p.exe = SPAN("/usr/bin/php8.2");
		begin(&r, &options);
		if (cases[i].pickup)
			snprintf(text, sizeof(text), P("11:59:00", "pickup", "AAAAAA: uid=%u from=<x>"),
				 cases[i].pickup);
		else
			snprintf(text, sizeof(text),
				 P("11:59:00", "smtpd", "AAAAAA: client=localhost[127.0.0.1]"));
		feed(&r, text);
		feed(&r, P("11:59:00", "cleanup", "AAAAAA: message-id=<m@x>"));
		feed(&r,
		     P("11:59:00", "qmgr", "AAAAAA: from=<x@far.example>, size=300, nrcpt=1 (queue active)"));
		feed(&r, P("11:59:01", "smtp",
			   "AAAAAA: to=<a@b.example>, relay=mx[203.0.113.9]:25, delay=1, delays=1/0/0/0, "
			   "dsn=2.0.0, status=sent (250 ok)"));
		feed(&r, P("11:59:01", "qmgr", "AAAAAA: removed"));
		conclude(&r);
		must_have(&r, cases[i].kind, cases[i].id, i);
		end(&r);
	}
	(void)state;
}

/* N connections of process PROCESS to PORT, each to a network of its own. */
static size_t connections(struct observed_connection *c, size_t n, uint32_t process, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		c[i] = (struct observed_connection){
			.process = process,
			.port = port,
			.at = AT + (int64_t)i,
			.remote = { [10] = 0xff, 0xff, 203, (uint8_t)i, 113, 9 },
		};
	return n;
}

static const struct {
	struct observed_process p;
	uint16_t port;
	size_t n;
	const char *trusted, *id, *account;
	enum verdict verdict; /* with id "": there is no row */
} mailers[] = {
	{ { .uid = 1001, .exe = SPAN("/home/shop/m") },
	  25,
	  3,
	  NULL,
	  "1001:/home/shop/m",
	  "shop",
	  VERDICT_COMPROMISED },
	{ { .uid = 1001, .exe = SPAN("/home/shop/m") },
	  25,
	  2,
	  NULL,
	  "1001:/home/shop/m",
	  "shop",
	  VERDICT_NORMAL },
	/* many providers at which it logs in */
	{ { .uid = 1001, .exe = SPAN("/home/shop/m") },
	  587,
	  20,
	  NULL,
	  "1001:/home/shop/m",
	  "shop",
	  VERDICT_COMPROMISED },
	{ { .uid = 1001, .exe = SPAN("/home/shop/m") },
	  465,
	  2,
	  NULL,
	  "1001:/home/shop/m",
	  "shop",
	  VERDICT_NORMAL },
	{ { .uid = 1001, .exe = SPAN("/home/shop/m"), .cwd = SPAN("/home/shop") },
	  25,
	  9,
	  "1001:/home/shop/m",
	  "1001:/home/shop/m",
	  "shop",
	  VERDICT_NORMAL },
	/* trusted by the folder it works in, or that of its script */
	{ { .uid = 1001, .exe = SPAN("/usr/bin/php"), .cwd = SPAN("/home/shop/news") },
	  25,
	  9,
	  "/home/shop/news",
	  "1001:/usr/bin/php",
	  "shop",
	  VERDICT_NORMAL },
	{ { .uid = 1001, .exe = SPAN("/usr/bin/php"), .script = SPAN("/home/shop/n/a.php") },
	  25,
	  9,
	  "/home/shop/n",
	  "1001:/usr/bin/php",
	  "shop",
	  VERDICT_NORMAL },
	{ { .uid = 1001, .exe = SPAN("/usr/bin/php"), .cwd = SPAN("/home/shop/other") },
	  25,
	  9,
	  "/home/shop/news",
	  "1001:/usr/bin/php",
	  "shop",
	  VERDICT_COMPROMISED },
	/* in a container: it has an address of its own */
	{ { .uid = 1001, .exe = SPAN("/home/shop/m"), .elsewhere = true }, 25, 9, NULL, "", "", 0 },
	/* the mail server itself, unless its file has gone or a user runs it */
	{ { .uid = 0, .exe = SPAN("/usr/sbin/exim4") }, 25, 9, NULL, "", "", 0 },
	{ { .uid = 0, .exe = SPAN("/usr/sbin/exim4"), .deleted = true },
	  25,
	  9,
	  NULL,
	  "0:/usr/sbin/exim4",
	  "",
	  VERDICT_COMPROMISED },
	{ { .uid = 1002, .exe = SPAN("/usr/sbin/exim4") },
	  25,
	  9,
	  NULL,
	  "1002:/usr/sbin/exim4",
	  "blog",
	  VERDICT_COMPROMISED },
	/* a uid of many sites: the folder says whose, the command line does not */
	{ { .uid = 33,
	    .exe = SPAN("/usr/bin/php"),
	    .cwd = SPAN("/home/shop/x"),
	    .script = SPAN("/home/blog/a.php") },
	  25,
	  9,
	  NULL,
	  "33:/usr/bin/php",
	  "shop",
	  VERDICT_COMPROMISED },
};

static void direct_mailers(void **state)
{
	for (size_t i = 0; i < sizeof(mailers) / sizeof(*mailers); i++) {
		const struct span trusted = span_str(mailers[i].trusted ? mailers[i].trusted : "");
		struct observed_process p = mailers[i].p;
		struct observed_connection c[32];
		struct observed o = { .process = &p, .nprocesses = 1, .connection = c };
		struct trace_options options = { .observed = &o,
						 .trusted = &trusted,
						 .ntrusted = trusted.n > 0 };
		const struct row *row;
		struct run r;

		o.nconnections = connections(c, mailers[i].n, 0, mailers[i].port);
		begin(&r, &options);
		conclude(&r);
		if (!mailers[i].id[0]) {
			assert_int_equal(r.q->nrows, 0);
		} else {
			must_have(&r, KIND_DIRECT, mailers[i].id, i);
			row = row_of(&r, KIND_DIRECT, mailers[i].id);
			if (row->verdict != mailers[i].verdict ||
			    !span_eq(row->account, span_str(mailers[i].account)))
				fail_msg("case %zu: verdict %d, account %.*s", i, row->verdict,
					 (int)row->account.n, row->account.p);
			assert_int_equal(row->trusted, trusted.n && mailers[i].verdict == VERDICT_NORMAL);
		}
		end(&r);
	}
	(void)state;
}

/* Who speaks to the mail server on localhost is told beside the relay's row; nobody is accused for it. */
static void who_stands_behind_localhost(void **state)
{
	struct observed_process p[] = {
		{ .pid = 7, .uid = 1001, .exe = SPAN("/usr/bin/php8.2"), .cwd = SPAN("/home/shop") },
		{ .pid = 8, .uid = 1002, .exe = SPAN("/usr/bin/perl") }
	};
	struct observed_connection c[] = {
		{ .process = 0, .port = 25, .at = AT, .remote = { [10] = 0xff, 0xff, 127, 0, 0, 1 } },
		/* the same process again says nothing new */
		{ .process = 0, .port = 25, .at = AT, .remote = { [10] = 0xff, 0xff, 127, 0, 0, 1 } },
		{ .process = 1, .port = 587, .at = AT, .remote = { [15] = 1 } },
	};
	struct observed o = { .process = p, .nprocesses = 2, .connection = c, .nconnections = 3 };
	struct trace_options options = { .observed = &o };
	const struct row *row;
	unsigned told = 0;
	struct run r;

	begin(&r, &options);
	feed(&r, E("11:58:00",
		   "01 <= x@far.example H=localhost (x) [127.0.0.1]:4000 P=esmtp S=9 for a@b.example"));
	feed(&r,
	     E("11:58:01", "01 => a@b.example R=dnslookup T=remote_smtp H=mx [203.0.113.9] C=\"250 ok\""));
	feed(&r, E("11:58:01", "01 Completed"));
	conclude(&r);
	row = row_of(&r, KIND_RELAY, "127.0.0.1");
	for (size_t i = 0; i < row->nevidence; i++)
		if (span_eq(row->evidence[i].file, SPAN("/proc"))) {
			assert_int_equal(row->evidence[i].grade, 'A');
			told++;
		}
	assert_int_equal(told, 2);
	assert_false(has_row(&r, KIND_DIRECT, "1001:/usr/bin/php8.2"));
	assert_int_equal(row->verdict, VERDICT_NORMAL);
	end(&r);
	(void)state;
}

/* What was not seen is said. */
static void what_was_not_seen(void **state)
{
	struct observed_connection c[3];
	static const struct {
		struct observed o;
		const char *note;
	} cases[] = {
		{ { .watched = true, .to = 5400000, .submitted = 12, .unnamed = 3 },
		  "watched 5 s: messages handed over on this host: 12; process missed: 3" },
		{ { .plain_user = true, .nconnections = 3 },
		  "only your own processes were looked at; root sees all" },
		{ { .nconnections = 3 },
		  "3 connections to mail ports belong to no process that could be looked into" },
		{ { .elsewhere = 4 },
		  "other network namespaces (containers): 4, whose connections were not looked at" },
		{ { .by_proc = true }, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct observed o = cases[i].o;
		struct trace_options options = { .observed = &o };
		bool said = false;
		struct run r;

		o.connection = c;
		connections(c, 3, OBSERVED_NONE, 25);
		begin(&r, &options);
		conclude(&r);
		for (size_t k = 0; k < r.q->nnotes; k++) {
			said |= cases[i].note && span_search(r.q->notes[k], 0, span_str(cases[i].note)) >= 0;
			if (!said)
				print_error("%.*s\n", (int)r.q->notes[k].n, r.q->notes[k].p);
		}
		assert_int_equal(r.q->nnotes, cases[i].note != NULL);
		assert_int_equal(said, cases[i].note != NULL);
		assert_int_equal(r.q->nrows, 0);
		end(&r);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handed_over),
		cmocka_unit_test(direct_mailers),
		cmocka_unit_test(who_stands_behind_localhost),
		cmocka_unit_test(what_was_not_seen),
	};

	return cmocka_run_group_tests_name("trace-observed", tests, NULL, NULL);
}
