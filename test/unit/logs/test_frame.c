/*
 * frame - which dialect gets which text, with what host, tag, pid and time. The dialects are replaced
 * by a recorder, so that only framing is under test; the linker takes ours before the library's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/civil.h"
#include "base/err.h"
#include "logs/frame.h"
#include "logs/journal.h"

#include <stdio.h>
#include <stdlib.h>

/* What the dialect was given last. */
static struct {
	const char *dialect;
	struct line line;
	enum line_result answer;
} seen;

static enum line_result record(struct maker *m, const char *dialect)
{
	seen.dialect = dialect;
	seen.line = *m->line;
	if (seen.answer == LINE_EVENT) {
		maker_begin(m, DIALECT_OTHER, EV_NOTICE);
		maker_end(m);
	}
	return seen.answer;
}

#define RECORDER(name)                                \
	enum line_result name##_line(struct maker *m) \
	{                                             \
		return record(m, #name);              \
	}
RECORDER(exim)
RECORDER(exim_reject)
RECORDER(postfix)
RECORDER(dovecot)
RECORDER(php)
RECORDER(web)
RECORDER(ssh)
RECORDER(ftp)

enum line_result exim_usual(struct frame *f, struct maker *m, struct span raw)
{
	return LINE_UNREAD;
}

usual_fn *postfix_usual(struct span tag)
{
	return NULL;
}

static char room[1 << 20];
static struct frame frame;
static struct evbuf ev;

static enum line_result feed_bytes(const char *line, size_t n, bool all)
{
	struct maker m = { .out = &ev, .all = all, .line_index = 7 };

	memcpy(room, line, n);
	ev.base = room;
	ev.used = n;
	ev.cap = sizeof(room);
	ev.mem_used = 0;
	ev.events = 0;
	memset(&seen, 0, sizeof(seen));
	seen.answer = LINE_EVENT;
	return frame_line(&frame, &m, span_of(room, n));
}

static enum line_result feed(const char *line)
{
	return feed_bytes(line, strlen(line), false);
}

static const struct event *only_event(void)
{
	assert_int_equal(ev.events, 1);
	return (const struct event *)(void *)ev.mem;
}

#define assert_span(s, text) assert_true(span_eq((s), span_str(text)))

struct routed {
	const char *line, *dialect, *host, *program;
	uint32_t pid;
	const char *text;
};

static const struct routed routes[] = {
	{ "Nov  3 08:01:02 mx1 postfix/smtpd[12]: connect from x[192.0.2.1]", "postfix", "mx1",
	  "postfix/smtpd", 12, "connect from x[192.0.2.1]" },
	{ "Nov  3 08:01:02 mx1 postfix/submission/smtpd[12]: a", "postfix", "mx1", "postfix/submission/smtpd",
	  12, "a" },
	{ "Nov  3 08:01:02 mx1 postfix-in/submission/smtpd[12]: a", "postfix", "mx1",
	  "postfix-in/submission/smtpd", 12, "a" },
	{ "Nov  3 08:01:02 mx1 mailout/smtp[12]: a", "postfix", "mx1", "mailout/smtp", 12, "a" },
	{ "Nov  3 08:01:02 mx1 postfix[12]: a", "postfix", "mx1", "postfix", 12, "a" },
	{ "Nov  3 08:01:02 mx1 smtpd[12]: a", NULL, NULL, NULL, 0, NULL },
	{ "Nov  3 08:01:02 mx1 cron/smtpx[12]: a", NULL, NULL, NULL, 0, NULL },
	{ "Nov  3 08:01:02 mx1 CRON[12]: postfix/smtpd[1]: a", NULL, NULL, NULL, 0, NULL },
	{ "Nov  3 08:01:02 mx1 sshd-session[9]: Accepted", "ssh", "mx1", "sshd-session", 9, "Accepted" },
	{ "Nov  3 08:01:02 mx1 sshd(pam_unix)[9]: x", "ssh", "mx1", "sshd", 9, "x" },
	{ "Nov  3 08:01:02 mx1 dovecot: imap-login: Login", "dovecot", "mx1", "dovecot", 0,
	  "imap-login: Login" },
	{ "Dec 29 09:07:10 imap-login: Info: Login: x", "dovecot", "", "imap-login", 0, "Info: Login: x" },
	{ "2026-11-23 08:01:02 imap-login: Info: Login: x", "dovecot", "", "imap-login", 0,
	  ": Info: Login: x" },
	{ "Nov  3 08:01:02 mx1 saslauthd[5]: do_auth", "dovecot", "mx1", "saslauthd", 5, "do_auth" },
	{ "2026-11-23T08:01:02.263+00:00 info exim[8001]: text", "exim", "", "exim", 8001, "text" },
	{ "2026-11-23T08:01:02.263+00:00 INFO    postfix/smtpd[3]: a", "postfix", "", "postfix/smtpd", 3,
	  "a" },
	{ "Nov  3 08:01:02 mx1 exim[8]: 2026-11-03 08:01:02 1tABcd-0003gH-2x Completed", "exim", "mx1",
	  "exim", 8, "1tABcd-0003gH-2x Completed" },
	{ "2026-11-23 08:01:02 1tABcd-0003gH-2x <= a@b.example", "exim", "", "", 0,
	  "1tABcd-0003gH-2x <= a@b.example" },
	{ "2026-11-23 08:01:02 [7] 1tABcd-0003gH-2x Completed", "exim", "", "", 0,
	  "[7] 1tABcd-0003gH-2x Completed" },
	{ "2026-11-23 08:01:02 exim 4.97 daemon started: pid=1", "exim", "", "", 0,
	  "exim 4.97 daemon started: pid=1" },
	/* A client that says hello as "a sshd[1]: b" stays in Exim's log. */
	{ "2026-11-23 08:01:02 H=(a sshd[1]: Accepted) [192.0.2.1] x", "exim", "", "", 0,
	  "H=(a sshd[1]: Accepted) [192.0.2.1] x" },
	{ "2026-11-23 08:01:02,124 ftp1 proftpd[498625] ftp1 (x[192.0.2.1]): USER a", "ftp", "ftp1",
	  "proftpd", 498625, "ftp1 (x[192.0.2.1]): USER a" },
	{ "Mon Jun  8 12:08:44 2020 [pid 2] CONNECT: Client", "ftp", "", "", 0, "[pid 2] CONNECT: Client" },
	{ "Nov  3 08:01:02 w1 pure-ftpd: (?@192.0.2.1) [INFO] x", "ftp", "w1", "pure-ftpd", 0,
	  "(?@192.0.2.1) [INFO] x" },
	{ "[23-Nov-2026 08:01:02 UTC] mail() on [/a:1]: x", "php", "", "", 0, "mail() on [/a:1]: x" },
	{ "mail() on [/a:1]: To: x", "php", "", "", 0, "mail() on [/a:1]: To: x" },
	{ "Nov  3 08:01:02 w1 ool www[12]: mail() on [/a:1]: x", "php", "w1", "ool www", 12,
	  "mail() on [/a:1]: x" },
	{ "Nov  3 08:01:02 w1 php7.4-fpm[12]: x", "php", "w1", "php7.4-fpm", 12, "x" },
	{ "Nov  3 08:01:02 w1 wsgi[12]: mail() on [/a:1]: x", "php", "w1", "wsgi", 12,
	  "mail() on [/a:1]: x" },
	{ "192.0.2.1 - - [23/Nov/2026:08:01:02 +0100] \"GET / HTTP/1.1\" 200 1", "web", "", "", 0,
	  "192.0.2.1 - - [23/Nov/2026:08:01:02 +0100] \"GET / HTTP/1.1\" 200 1" },
	{ "<22>Nov  3 08:01:02 mx1 postfix/qmgr[1]: a", "postfix", "mx1", "postfix/qmgr", 1, "a" },
	{ "<22>1 2026-11-23T08:01:02Z mx1 postfix/qmgr 77 - - a b", "postfix", "mx1", "postfix/qmgr", 77,
	  "a b" },
	{ "<22>1 2026-11-23T08:01:02Z mx1 postfix/qmgr 77 ID [a@1 b=\"]\\\"\"][c@1] \xef\xbb\xbfx", "postfix",
	  "mx1", "postfix/qmgr", 77, "x" },
	{ "<22>1 2026-11-23T08:01:02Z - postfix/qmgr - - -", "postfix", "", "postfix/qmgr", 0, "" },
	{ "mail_1  | Nov  3 08:01:02 mx1 postfix/qmgr[1]: a", "postfix", "mx1", "postfix/qmgr", 1, "a" },
	{ "postfix/qmgr[1]: a", "postfix", "", "postfix/qmgr", 1, "a" },
	{ "Envelope-from: <a@b.example>", "exim_reject", "", "", 0, "Envelope-from: <a@b.example>" },
	{ "Nov  3 08:01:02 mx1 postfix/qmgr[1]: message repeated 3 times: [ a b]", "postfix", "mx1",
	  "postfix/qmgr", 1, "a b" },
	{ "Nov  3 08:01:02 mx1 postfix/qmgr[1]: a\r", "postfix", "mx1", "postfix/qmgr", 1, "a" },
	{ "2013 Jun 10 06:27:30.123 mx1 postfix/qmgr[1]: a", "postfix", "mx1", "postfix/qmgr", 1, "a" },
	{ "1795420862.123456 mx1 postfix/qmgr[1]: a", "postfix", "mx1", "postfix/qmgr", 1, "a" },
	{ "2022/04/02 15:45:23 [info] 8#8: *15950 client", "web", "", "", 0,
	  "2022/04/02 15:45:23 [info] 8#8: *15950 client" },
	{ "Jun 23 15:04:05 Info: imap-login: Login: x", "dovecot", "", "", 0, "imap-login: Login: x" },
	{ "Nov  3 08:01:02 fe80::1 postfix/qmgr[1]: a", "postfix", "fe80::1", "postfix/qmgr", 1, "a" },
	{ "{\"MESSAGE\":\"a "
	  "\\\"\\u00e9\",\"SYSLOG_IDENTIFIER\":\"postfix/qmgr\",\"_PID\":\"5\",\"_HOSTNAME\":\"mx1\"}",
	  "postfix", "mx1", "postfix/qmgr", 5, "a \"\xc3\xa9" },
};

static void routes_lines(void **state)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		const struct routed *r = &routes[i];

		feed(r->line);
		if (!r->dialect) {
			assert_null(seen.dialect);
			continue;
		}
		if (!seen.dialect || strcmp(seen.dialect, r->dialect) != 0)
			fail_msg("%s: %s", r->line, seen.dialect ? seen.dialect : "nobody");
		assert_span(seen.line.host, r->host);
		assert_span(seen.line.program, r->program);
		assert_int_equal(seen.line.pid, r->pid);
		assert_span(seen.line.text, r->text);
	}
}

/* A piece of a split record waits for the others (pieces.h); explain shows what it says alone. */
static void keeps_pieces_apart(void **state)
{
	static const char line[] =
		"Nov  3 08:01:09 mx1 exim[8]: [1/3] 2026-11-03 08:01:02 1tABcd-0003gH-2x <= a";
	struct span text = SPAN("[1/3] 2026-11-03 08:01:02 1tABcd-0003gH-2x <= a");

	assert_int_equal(feed(line), LINE_EVENT);
	assert_null(seen.dialect);
	assert_true(only_event()->flags & EVF_PIECE);
	assert_int_equal(only_event()->pid, 8);
	assert_true(span_eq(event_get(only_event(), ev.base, F_TEXT), text));
	feed_bytes(line, sizeof(line) - 1, true);
	assert_string_equal(seen.dialect, "exim");
	assert_int_equal(seen.line.at, civil_seconds(&(struct civil){ 2026, 11, 3, 8, 1, 2 }));
	assert_true(span_eq(seen.line.text, text));
}

static void prefers_the_stamp_that_knows_more(void **state)
{
	feed("Nov  3 08:01:09 mx1 exim[8]: 2026-11-03 08:01:02 1tABcd-0003gH-2x Completed");
	assert_int_equal(seen.line.stamp, STAMP_TIME);
	assert_int_equal(seen.line.at, civil_seconds(&(struct civil){ 2026, 11, 3, 8, 1, 2 }));
	/* The outer zone is worth more than an inner wall clock. */
	feed("2026-11-03T08:01:09+01:00 mx1 exim[8]: 2026-11-03 08:01:02 1tABcd-0003gH-2x Completed");
	assert_int_equal(seen.line.at, civil_seconds(&(struct civil){ 2026, 11, 3, 7, 1, 9 }));
	assert_span(seen.line.text, "1tABcd-0003gH-2x Completed");
	/* Text that merely starts with a date in another daemon's line is text. */
	feed("Nov  3 08:01:09 mx1 postfix/qmgr[8]: 2026-11-03 08:01:02 x");
	assert_int_equal(seen.line.stamp, STAMP_TIME | STAMP_NO_YEAR);
	feed("192.0.2.1 - - [23/Nov/2026:08:01:02 +0100] \"GET /[01/Jan/2020:00:00:00 +0000] \" 200 1");
	assert_int_equal(seen.line.at, civil_seconds(&(struct civil){ 2026, 11, 23, 7, 1, 2 }));
	/* A user name may look like a stamp; the one in front of the request counts. */
	feed("192.0.2.1 - a [01/Jan/2020:00:00:00 +0000] \\\" [23/Nov/2026:08:01:02 +0100] \"GET / "
	     "HTTP/1.1\" 200 1");
	assert_int_equal(seen.line.at, civil_seconds(&(struct civil){ 2026, 11, 23, 7, 1, 2 }));
}

static void multiplies(void **state)
{
	feed("Nov  3 08:01:02 mx1 sshd[1]: message repeated 3 times: [ Failed password for a]");
	assert_int_equal(only_event()->repeat, 3);
	assert_span(seen.line.text, "Failed password for a");
	feed("Nov  3 08:01:02 mx1 sshd[1]: message repeated 999999999 times: [ message repeated 2 times: [ "
	     "a]]");
	assert_int_equal(only_event()->repeat, 1000000);
	assert_span(seen.line.text, "message repeated 2 times: [ a]");
	feed("Nov  3 08:01:02 mx1 sshd[1]: message repeated x times: [ a]");
	assert_int_equal(only_event()->repeat, 1);
	assert_int_equal(feed("Nov  3 08:01:02 mx1 last message repeated 4 times"), LINE_EVENT);
	assert_int_equal(only_event()->repeat, 4);
	assert_int_equal(only_event()->kind, EV_OTHER);
	assert_true(only_event()->flags & EVF_CONTINUES);
	assert_int_equal(feed("Nov  3 08:01:02 mx1 --- last message repeated 1 time ---"), LINE_EVENT);
	assert_int_equal(only_event()->repeat, 1);
}

static void answers_every_line(void **state)
{
	static const char *const lines[] = {
		"",  "\r", "x",	  "Nov  3 08:01:02",	 "Nov  3 08:01:02 ",
		"{", "<",  "<1>", "Nov  3 08:01:02 mx1", "Nov  3 08:01:02 mx1 postfix/smtpd[1]"
	};
	struct maker m = { .out = &ev };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		feed_bytes(lines[i], strlen(lines[i]), true);
		assert_int_equal(ev.events, 1);
		assert_int_equal(only_event()->line, 7);
		feed_bytes(lines[i], strlen(lines[i]), false);
		assert_true(ev.events <= 1);
	}
	assert_int_equal(feed(""), LINE_DULL);
	assert_int_equal(feed("kernel: x"), LINE_EVENT);
	assert_true(seen.line.flags & EVF_CONTINUES);
	seen.answer = LINE_OTHER;
	(void)m;
}

/* A dialect that does not understand its line: the event says whose it was. */
static void keeps_the_dialect_of_what_it_did_not_understand(void **state)
{
	struct maker m = { .out = &ev, .all = true };
	struct span line = SPAN("Nov  3 08:01:02 mx1 postfix/smtpd[12]: gibberish");

	feed("");
	seen.answer = LINE_OTHER;
	memcpy(room, line.p, line.n);
	assert_int_equal(frame_line(&frame, &m, span_of(room, line.n)), LINE_OTHER);
	assert_int_equal(only_event()->kind, EV_OTHER);
	assert_int_equal(only_event()->dialect, DIALECT_POSTFIX);
	assert_int_equal(only_event()->pid, 12);
	assert_span(event_get(only_event(), room, F_PROGRAM), "smtpd");
	assert_span(event_get(only_event(), room, F_HOST), "mx1");
	assert_span(event_line(only_event(), room), "Nov  3 08:01:02 mx1 postfix/smtpd[12]: gibberish");
}

static void cleans_the_ends(void **state)
{
	static const char line[] = "\0\0\0Nov  3 08:01:02 mx1 postfix/qmgr[1]: a\0b\0\r";

	feed_bytes(line, sizeof(line) - 1, false);
	assert_string_equal(seen.dialect, "postfix");
	assert_true(span_eq(seen.line.text, SPAN("a\0b")));
	assert_int_equal(only_event()->off, 3);
	feed("\xef\xbb\xbfNov  3 08:01:02 mx1 postfix/qmgr[1]: a");
	assert_string_equal(seen.dialect, "postfix");
}

static void cuts_what_is_too_long(void **state)
{
	size_t n = (1 << 20) + 100;
	char *line = malloc(n);
	struct evbuf big = { .base = line, .used = n, .cap = n };
	struct maker m = { .out = &big };

	memset(line, 'x', n);
	memcpy(line, "Nov  3 08:01:02 mx1 postfix/qmgr[1]: ", 37);
	seen.answer = LINE_EVENT;
	frame_line(&frame, &m, span_of(line, n));
	assert_int_equal(seen.line.raw.n, 1 << 20);
	assert_true(seen.line.flags & EVF_CUT);
	free(big.mem);
	free(line);
}

static void reads_journal_json(void **state)
{
	feed("{ \"__REALTIME_TIMESTAMP\" : \"1795420862123456\", \"MESSAGE\" : [ 104, 195, 40 ], "
	     "\"SYSLOG_IDENTIFIER\" : \"exim\", \"SYSLOG_PID\" : \"31\", \"_PID\":\"9\", "
	     "\"X\":{\"a\":[\"]\"]} }");
	assert_string_equal(seen.dialect, "exim");
	assert_span(seen.line.text, "h\xc3(");
	assert_int_equal(seen.line.pid, 31);
	assert_int_equal(seen.line.at, 1795420862);
	assert_int_equal(seen.line.usec, 123456);
	assert_true(seen.line.syslog);
	feed("{\"MESSAGE\":[\"first\",\"second\"],\"SYSLOG_IDENTIFIER\":\"sshd\"}");
	assert_span(seen.line.text, "first");
	feed("{\"MESSAGE\":[[102],[103]],\"SYSLOG_IDENTIFIER\":\"sshd\"}");
	assert_span(seen.line.text, "f");
	feed("{\"MESSAGE\":\"\\ud83d\\ude00\\ud83d\\n\\/\\u00\",\"SYSLOG_IDENTIFIER\":\"sshd\"}");
	assert_span(seen.line.text, "\xf0\x9f\x98\x80\xef\xbf\xbd\n/\xef\xbf\xbd"
				    "00");
}

static void believes_the_uid_not_the_name(void **state)
{
	/* forged: explain takes it for nothing, trace gets it with its writer */
	static const struct {
		const char *program, *uid, *dialect;
	} entries[] = {
		{ "postfix/smtpd", "106", "postfix" },
		{ "postfix/smtpd", "0", "postfix" },
		{ "postfix/smtpd", "999", "postfix" },
		{ "postfix/smtpd", "1000", NULL },
		{ "postfix/smtpd", "59999", NULL },
		{ "postfix/smtpd", "61184", "postfix" },
		{ "out/smtp", "1001", NULL },
		{ "exim", "1001", NULL },
		{ "dovecot", "1001", NULL },
		{ "sshd-session", "1001", NULL },
		/* these do their work as the user */
		{ "sftp-server", "1001", "ssh" },
		{ "php-fpm", "1001", "php" },
		{ "pure-ftpd", "1001", "ftp" },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		char json[200];

		snprintf(json, sizeof(json),
			 "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"%s\",\"_UID\":\"%s\"}",
			 entries[i].program, entries[i].uid);
		feed_bytes(json, strlen(json), true);
		if (entries[i].dialect)
			assert_string_equal(seen.dialect, entries[i].dialect);
		else
			assert_null(seen.dialect);
	}
	/* nor may anybody multiply the entry before */
	assert_int_equal(feed("{\"MESSAGE\":\"last message repeated 9 times\",\"SYSLOG_IDENTIFIER\":\"x\"}"),
			 LINE_OTHER);
}

#define ENTRY(program, fields) "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"" program "\"," fields "}"

/* The uid always, the program only where it is the one that writes under such a tag and spoke for itself. */
static void tells_who_wrote(void **state)
{
	static const struct {
		const char *json, *uid, *exe;
	} entries[] = {
		{ ENTRY("postfix/smtpd", "\"_UID\":\"100\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/"
					 "postfix/sbin/smtpd\""),
		  "100", "/usr/lib/postfix/sbin/smtpd" },
		{ ENTRY("postfix/smtpd",
			"\"_UID\":\"1004\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/sbin/postlog\""),
		  "1004", NULL },
		{ ENTRY("postfix/smtpd", "\"_UID\":\"100\",\"_TRANSPORT\":\"stdout\",\"_EXE\":\"/usr/lib/"
					 "postfix/sbin/smtpd\""),
		  "100", NULL },
		{ ENTRY("postfix/smtpd", "\"_UID\":\"100\",\"_EXE\":\"/usr/lib/postfix/sbin/smtpd\""), "100",
		  NULL },
		{ ENTRY("dovecot",
			"\"_UID\":\"0\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/postfix/sbin/smtpd\""),
		  "0", NULL },
		{ ENTRY("dovecot", "\"_UID\":\"0\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/dovecot/log "
				   "(deleted)\""),
		  "0", "/usr/lib/dovecot/log (deleted)" },
		{ ENTRY("exim", "\"_UID\":\"0\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/tmp/usr/sbin/exim4\""),
		  "0", NULL },
		{ ENTRY("exim", "\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/sbin/exim4\""), NULL, NULL },
		{ ENTRY("postfix/smtpd",
			"\"_UID\":\"100\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/postfix/sbin/"
			"smtpd\",\"_SYSTEMD_UNIT\":\"postfix@-.service\",\"_SYSTEMD_CGROUP\":\"/"
			"system.slice\""),
		  "100", "/usr/lib/postfix/sbin/smtpd" },
		/* containers whose root is root, with and without a unit; a user's own unit */
		{ ENTRY("postfix/smtpd",
			"\"_UID\":\"0\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/postfix/sbin/"
			"smtpd\",\"_SYSTEMD_UNIT\":\"docker-0a.scope\""),
		  "0", NULL },
		{ ENTRY("postfix/smtpd",
			"\"_UID\":\"0\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/postfix/sbin/"
			"smtpd\",\"_SYSTEMD_CGROUP\":\"/docker/0a\""),
		  "0", NULL },
		{ ENTRY("postfix/smtpd",
			"\"_UID\":\"100\",\"_TRANSPORT\":\"syslog\",\"_EXE\":\"/usr/lib/postfix/sbin/"
			"smtpd\",\"_SYSTEMD_UNIT\":\"user@1001.service\",\"_SYSTEMD_USER_UNIT\":\"postfix."
			"service\""),
		  "100", NULL },
		/* a field given twice: journald's own comes first, a sender cannot set one with an underscore at all */
		{ ENTRY("exim", "\"_UID\":[\"1004\",\"0\"]"), "1004", NULL },
		/* it may work as the user it serves */
		{ ENTRY("php-fpm", "\"_UID\":\"1001\""), NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		struct span uid, exe;
		const struct event *event;

		feed(entries[i].json);
		event = (const struct event *)(void *)ev.mem;
		assert_int_equal(ev.events, 1);
		uid = event_get(event, room, F_WRITER);
		exe = event_get(event, room, F_WRITER_EXE);
		assert_int_equal(uid.n, entries[i].uid ? strlen(entries[i].uid) : 0);
		assert_int_equal(exe.n, entries[i].exe ? strlen(entries[i].exe) : 0);
		if (uid.n)
			assert_memory_equal(uid.p, entries[i].uid, uid.n);
		if (exe.n)
			assert_memory_equal(exe.p, entries[i].exe, exe.n);
		assert_ptr_equal(event_next(event), ev.mem + ev.mem_used);
	}
}

/* The sender's own word, and of use only where it is exactly syslog's number for mail. */
static void tells_what_syslog_has_too(void **state)
{
	static const struct {
		const char *json;
		bool mail;
	} entries[] = {
		{ ENTRY("postfix/smtpd", "\"_UID\":\"1004\",\"SYSLOG_FACILITY\":\"2\""), true },
		{ ENTRY("postfix/smtpd", "\"_UID\":\"1004\",\"SYSLOG_FACILITY\":\"1\""), false },
		{ ENTRY("postfix/smtpd", "\"_UID\":\"1004\",\"SYSLOG_FACILITY\":\"02\""), false },
		{ ENTRY("postfix/smtpd", "\"_UID\":\"1004\""), false },
		{ ENTRY("postfix/smtpd", "\"SYSLOG_FACILITY\":\"2\""), false },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		feed(entries[i].json);
		assert_int_equal(ev.events, 1);
		assert_int_equal(((const struct event *)(void *)ev.mem)->has >> F_WRITER_MAIL & 1,
				 entries[i].mail);
	}
}

static void refuses_what_is_no_entry(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"MESSAGE\":null,\"SYSLOG_IDENTIFIER\":\"sshd\"}",
		"{\"MESSAGE\":\"x\"",
		"{\"MESSAGE\":\"x}",
		"{\"MESSAGE\":[256],\"SYSLOG_IDENTIFIER\":\"sshd\"}",
		"{\"MESSAGE\":[1,],\"SYSLOG_IDENTIFIER\":\"sshd\"}",
		"{\"MESSAGE\" \"x\"}",
		"{\"A\":[[[[[[[[",
		"{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"sshd\"",
		/* Dovecot's services are told by text that is not there in the journal. */
		"{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"auth\"}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(feed(wrong[i]), LINE_OTHER);
		assert_null(seen.dialect);
	}
}

static void drops_text_without_room(void **state)
{
	static char line[] = "{\"MESSAGE\":\"a\\nb\",\"SYSLOG_IDENTIFIER\":\"sshd\"}";
	struct evbuf full = { .base = line, .used = sizeof(line) - 1, .cap = sizeof(line) - 1 };
	struct maker m = { .out = &full };

	seen.dialect = NULL;
	assert_int_equal(frame_line(&frame, &m, span_of(line, sizeof(line) - 1)), LINE_OTHER);
	assert_null(seen.dialect);
}

static void reads_an_export_stream(void **state)
{
	struct journal_export j;

	assert_true(journal_export_is(SPAN("__CURSOR=s=1")));
	assert_false(journal_export_is(SPAN("Nov  3")));
	journal_export_init(&j);
	assert_false(journal_export_line(&j, SPAN("__CURSOR=s=1")));
	assert_false(journal_export_line(&j, SPAN("__REALTIME_TIMESTAMP=1795420862123456")));
	assert_false(journal_export_line(&j, SPAN("_PID=5")));
	assert_false(journal_export_line(&j, SPAN("SYSLOG_PID=6")));
	assert_false(journal_export_line(&j, SPAN("_HOSTNAME=mx1")));
	assert_false(journal_export_line(&j, SPAN("SYSLOG_IDENTIFIER=postfix/qmgr")));
	/* Ten bytes of data: the length's first byte is a newline, and so is one of the data. */
	assert_false(journal_export_line(&j, SPAN("MESSAGE")));
	assert_false(journal_export_line(&j, SPAN("")));
	assert_false(journal_export_line(&j, SPAN("\0\0\0\0\0\0\0abcd")));
	assert_false(journal_export_line(&j, SPAN("efg=i")));
	assert_false(journal_export_line(&j, SPAN("MESSAGE=second")));
	assert_true(journal_export_line(&j, SPAN("")));
	assert_span(buf_view(&j.line), "2026-11-23T08:01:02.123456Z mx1 postfix/qmgr[6]: abcd\nefg=i");
	/* Nothing of one entry is left in the next; an entry without a program is none of ours. */
	assert_false(journal_export_line(&j, SPAN("MESSAGE=x")));
	assert_false(journal_export_line(&j, SPAN("")));
	assert_false(journal_export_line(&j, SPAN("")));
	assert_false(journal_export_line(&j, SPAN("MESSAGE=last")));
	assert_false(journal_export_line(&j, SPAN("SYSLOG_IDENTIFIER=exim")));
	assert_true(journal_export_end(&j));
	assert_span(buf_view(&j.line), "localhost exim: last");
	assert_false(journal_export_end(&j));
	/* a user's own name for himself stays behind his uid */
	assert_false(journal_export_line(&j, SPAN("MESSAGE=4Xab: removed")));
	assert_false(journal_export_line(&j, SPAN("_UID=1001")));
	assert_false(journal_export_line(&j, SPAN("SYSLOG_IDENTIFIER=x saslauthd[1]")));
	assert_true(journal_export_line(&j, SPAN("")));
	assert_span(buf_view(&j.line), "localhost user-1001: x saslauthd[1]: 4Xab: removed");
	assert_false(journal_export_line(&j, SPAN("MESSAGE=/home/shop/a uploaded")));
	assert_false(journal_export_line(&j, SPAN("_UID=1001")));
	assert_false(journal_export_line(&j, SPAN("SYSLOG_IDENTIFIER=pure-ftpd")));
	assert_true(journal_export_line(&j, SPAN("")));
	assert_span(buf_view(&j.line), "localhost pure-ftpd: /home/shop/a uploaded");
	journal_export_free(&j);
}

static void keeps_hot_fields_only(void **state)
{
	struct maker m = { .out = &ev };

	assert_true(maker_wants(&m, F_SENDER));
	assert_true(maker_wants(&m, F_IDENT_USER));
	assert_false(maker_wants(&m, F_HELO));
	assert_false(maker_wants(&m, F_AGENT));
	m.all = true;
	assert_true(maker_wants(&m, F_HELO));
}

static void names_everything(void **state)
{
	for (int i = 0; i < EV_KINDS; i++)
		assert_non_null(event_kind_name((enum event_kind)i));
	for (int i = 0; i < DIALECTS; i++)
		assert_non_null(dialect_name((enum dialect)i));
	for (int i = 0; i < F_KEYS; i++)
		assert_int_equal(field_name((enum field_key)i) != NULL, i < F_PARENT_ID);
	assert_string_equal(event_kind_name(EV_NOTICE), "notice");
	assert_string_equal(field_name(F_PORT), "port");
}

/* Events behind each other stay whole while their memory grows. */
static void grows(void **state)
{
	struct maker m = { .out = &ev };
	struct line line = { .raw = span_of(room, 5), .repeat = 1 };
	uint32_t n = 0;

	ev.base = room;
	ev.mem_used = 0;
	ev.events = 0;
	m.line = &line;
	for (uint32_t i = 0; i < 5000; i++) {
		m.line_index = i;
		maker_begin(&m, DIALECT_EXIM, EV_ACCEPT);
		for (uint32_t k = 0; k < i % 70; k++)
			maker_field(&m, F_TEXT, span_of(room + k, 1));
		maker_end(&m);
	}
	assert_int_equal(ev.events, 5000);
	for (const struct event *e = (const struct event *)(void *)ev.mem;
	     (const unsigned char *)e < ev.mem + ev.mem_used; e = event_next(e), n++) {
		assert_int_equal(e->line, n);
		assert_int_equal(e->nfields, n % 70 > 63 ? 63 : n % 70);
	}
	assert_int_equal(n, 5000);
}

static int free_all(void **state)
{
	free(ev.mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_lines),
		cmocka_unit_test(keeps_pieces_apart),
		cmocka_unit_test(prefers_the_stamp_that_knows_more),
		cmocka_unit_test(multiplies),
		cmocka_unit_test(answers_every_line),
		cmocka_unit_test(keeps_the_dialect_of_what_it_did_not_understand),
		cmocka_unit_test(cleans_the_ends),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(reads_journal_json),
		cmocka_unit_test(tells_who_wrote),
		cmocka_unit_test(tells_what_syslog_has_too),
		cmocka_unit_test(believes_the_uid_not_the_name),
		cmocka_unit_test(refuses_what_is_no_entry),
		cmocka_unit_test(drops_text_without_room),
		cmocka_unit_test(reads_an_export_stream),
		cmocka_unit_test(keeps_hot_fields_only),
		cmocka_unit_test(names_everything),
		cmocka_unit_test(grows),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
