/*
 * What explain does not print of Postfix lines, so that the golden files cannot hold it: event flags, fields for trace
 * alone, and the hot path. Each row is shown in full, so that a flag too many fails as well:
 *
 *     EVENT [flags=A,B] [size=N nrcpt=N] [uid=N] | id: packed or none | fields the hot path keeps
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "logs/frame.h"
#include "logs/maker.h"

static const char *const keys[F_KEYS] = {
	[F_SENDER] = "sender",	       [F_RECIPIENT] = "recipient", [F_ORIG_RECIPIENT] = "orig",
	[F_CLIENT_IP] = "client_ip",   [F_USER] = "user",	    [F_SUBJECT] = "subject",
	[F_MESSAGE_ID] = "message_id", [F_RELAY_IP] = "relay_ip",   [F_SCRIPT] = "script",
	[F_CHILD_ID] = "child",	       [F_PARENT_ID] = "parent",    [F_HEADER] = "header",
};

static const char *const flag_names[] = {
	"LOCAL",   "AUTH",   "NULL_SENDER", "REMOTE", "NOT_FRESH",    "PROBE", "SUPPRESSED",
	"EXPIRED", "FILTER", "CONTINUES",   "CUT",    "UNKNOWN_RCPT", "SPAM",  "MTA_USER",
};

struct reader {
	struct evbuf out;
	char text[1 << 14];
	struct line line;
	struct maker maker;
};

static enum line_result read_line(struct reader *r, const char *tag, struct span text, bool all)
{
	size_t n = strlen(tag);

	assert_true(n + text.n <= sizeof(r->text) / 2);
	memcpy(r->text, tag, n);
	memcpy(r->text + n, text.p, text.n);
	r->out.base = r->text;
	r->out.used = n + text.n;
	r->out.cap = sizeof(r->text);
	r->out.mem_used = 0;
	r->out.events = 0;
	r->line = (struct line){
		.raw = span_of(r->text, n + text.n),
		.program = span_of(r->text, n),
		.text = span_of(r->text + n, text.n),
		.pid = 7,
		.repeat = 1,
		.syslog = true,
	};
	r->maker = (struct maker){ .out = &r->out, .line = &r->line, .all = all, .brief = true };
	return postfix_line(&r->maker);
}

static const struct event *the_event(struct reader *r)
{
	assert_int_equal(r->out.events, 1);
	return (const struct event *)(void *)r->out.mem;
}

static void show_event(FILE *f, const struct event *ev, const char *base)
{
	const char *comma = " flags=";

	fprintf(f, "%s", event_kind_name(ev->kind));
	for (unsigned bit = 0; bit < sizeof(flag_names) / sizeof(flag_names[0]); bit++)
		if (ev->flags >> bit & 1) {
			fprintf(f, "%s%s", comma, flag_names[bit]);
			comma = ",";
		}
	if (ev->kind == EV_QUEUE)
		fprintf(f, " size=%u nrcpt=%u", ev->size, ev->nrcpt);
	if (ev->uid != UINT32_MAX)
		fprintf(f, " uid=%u", ev->uid);
	if (qid_none(ev->id))
		fprintf(f, " noid");
	for (unsigned i = 0; i < ev->nfields; i++)
		if (keys[ev->f[i].key])
			fprintf(f, " | %s: %.*s", keys[ev->f[i].key], (int)ev->f[i].len, base + ev->f[i].off);
}

static char *show_hot(struct reader *r, const char *tag, const char *text)
{
	char *shown = NULL;
	size_t n;
	FILE *f = open_memstream(&shown, &n);
	enum line_result result = read_line(r, tag, span_str(text), false);

	if (result == LINE_EVENT)
		show_event(f, the_event(r), r->out.base);
	else
		fprintf(f, "%s", result == LINE_DULL ? "dull" : "other");
	fclose(f);
	return shown;
}

static void reader_free(struct reader *r)
{
	free(r->out.mem);
	memset(r, 0, sizeof(*r));
}

static const struct {
	const char *want, *tag, *text;
} rows[] = {
	/* arrivals */
	{ "accept | client_ip: 192.0.2.10", "postfix/smtpd",
	  "4F3A21C0B2: client=mail.example.net[192.0.2.10]" },
	{ "accept", "postfix/smtpd", "4F3A21C0B2: client=unknown[unknown]" },
	{ "accept | client_ip: 127.0.0.1 | parent: 4F3A21C0B2", "postfix-in/smtpd",
	  "4F3A21C0B3: client=localhost[127.0.0.1], orig_queue_id=4F3A21C0B2, "
	  "orig_client=unknown[192.0.2.77]" },
	{ "submit flags=AUTH | client_ip: 192.0.2.10 | user: info@shop.example", "postfix/submission/smtpd",
	  "4F3A21C0B2: client=unknown[192.0.2.10], sasl_method=PLAIN, sasl_username=info@shop.example" },
	{ "submit flags=AUTH noid | client_ip: 192.0.2.10 | user: info", "postfix/smtpd",
	  "NOQUEUE: client=unknown[192.0.2.10], sasl_method=PLAIN, sasl_username=info" },
	{ "accept | client_ip: 192.0.2.10", "postfix/smtpd",
	  "4F3A21C0B2: client=unknown[192.0.2.10], sasl_method=EXTERNAL, sasl_username=" },
	{ "submit flags=LOCAL uid=33 | sender: www-data", "postfix/pickup",
	  "4F3A21C0B2: uid=33 from=<www-data>" },
	{ "submit flags=LOCAL,NULL_SENDER uid=0 | sender: ", "postfix/pickup", "4F3A21C0B2: uid=0 from=<>" },
	{ "submit flags=LOCAL uid=89 | sender: a@shop.example | parent: 4F3A21C0B2", "postfix/pickup",
	  "4F3A21C0B3: uid=89 from=<a@shop.example> orig_id=4F3A21C0B2" },
	{ "submit flags=LOCAL uid=1001 | sender: x> orig_id=4F3A21C0FF", "postfix/pickup",
	  "4F3A21C0B3: uid=1001 from=<x> orig_id=4F3A21C0FF>" },
	/* on the way */
	{ "message_id | message_id: a.1@shop.example", "postfix/cleanup",
	  "4F3A21C0B2: message-id=<a.1@shop.example>" },
	{ "queue size=2345 nrcpt=50 | sender: a@shop.example", "postfix/qmgr",
	  "4F3A21C0B2: from=<a@shop.example>, size=2345, nrcpt=50 (queue active)" },
	{ "queue flags=NULL_SENDER size=4294967295 nrcpt=1 | sender: ", "postfix/qmgr",
	  "4F3A21C0B2: from=<>, size=99999999999, nrcpt=1 (queue active)" },
	{ "bounce flags=EXPIRED | sender: a@shop.example", "postfix/qmgr",
	  "4F3A21C0B2: from=<a@shop.example>, status=force-expired, returned to sender" },
	{ "complete", "postfix/qmgr", "4F3A21C0B2: removed" },
	{ "remove", "postfix/postsuper", "4F3A21C0B2: removed" },
	{ "header | script: x.php(3) : eval()'d code | header: X-PHP-Originating-Script: 33:x.php(3) : "
	  "eval()'d code",
	  "postfix/cleanup",
	  "4F3A21C0B2: warning: header X-PHP-Originating-Script: 33:x.php(3) : eval()'d code from local; "
	  "from=<www-data@shop.example> to=<u@example.org>" },
	{ "header | subject: x from local; from=<innocent@shop.example>: y | "
	  "header: Subject: x from local; from=<innocent@shop.example>: y",
	  "postfix/cleanup",
	  "4F3A21C0B2: warning: header Subject: x from local; from=<innocent@shop.example>: y from "
	  "unknown[192.0.2.9]; "
	  "from=<a@example.com>" },
	/* results */
	{ "deliver flags=REMOTE | recipient: u@example.org | relay_ip: 198.51.100.7", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=mx.example.org[198.51.100.7]:25, delay=1.5, "
	  "delays=0.1/0/1/0.4, "
	  "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F3A21C0FF)" },
	{ "deliver flags=REMOTE | recipient: u@example.org | relay_ip: 198.51.100.7", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=mx.example.org[198.51.100.7], delay=1, status=sent (250 "
	  "Ok)" },
	{ "deliver flags=FILTER | recipient: u@example.org | relay_ip: 127.0.0.1 | child: 4F3A21C0B3",
	  "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent "
	  "(250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4F3A21C0B3)" },
	{ "deliver flags=FILTER | recipient: u@example.org | child: 4F3A21C0B3", "postfix/lmtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=mx1[/run/amavis.sock], delay=1, dsn=2.0.0, status=sent "
	  "(250 2.0.0 Ok: queued as 4F3A21C0B3)" },
	{ "deliver | recipient: u@shop.example", "postfix/lmtp",
	  "4F3A21C0B2: to=<u@shop.example>, relay=mx1[private/dovecot-lmtp], delay=1, dsn=2.0.0, status=sent "
	  "(250 Saved)" },
	{ "deliver flags=FILTER | recipient: u@shop.example", "postfix/pipe",
	  "4F3A21C0B2: to=<u@shop.example>, relay=spamfilter, delay=1, dsn=2.0.0, status=sent (delivered via "
	  "spamfilter)" },
	{ "deliver | recipient: u@shop.example | child: 4F3A21C0B3", "postfix/local",
	  "4F3A21C0B2: to=<u@shop.example>, relay=local, delay=1, status=sent (forwarded as 4F3A21C0B3)" },
	{ "deliver flags=REMOTE | recipient: u@example.org | relay_ip: 192.0.2.7", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=x[192.0.2.7]:25, delay=1, status=sent (forwarded as "
	  "4F3A21C0FF)" },
	{ "defer flags=FILTER | recipient: u@example.org", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred "
	  "(connect to localhost[127.0.0.1]:10024: Connection refused)" },
	{ "defer flags=REMOTE | recipient: u@example.org", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred "
	  "(connect to mx.example.org[198.51.100.7]:25: Connection timed out)" },
	{ "defer flags=NOT_FRESH | recipient: u@example.org", "postfix/error",
	  "4F3A21C0B2: to=<u@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (mail transport "
	  "unavailable)" },
	{ "bounce flags=REMOTE,UNKNOWN_RCPT | recipient: u@example.org | relay_ip: 198.51.100.7",
	  "postfix/relay/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=mx.example.org[198.51.100.7]:25, delay=1, dsn=5.1.1, "
	  "status=bounced "
	  "(host mx.example.org[198.51.100.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))" },
	{ "deliver flags=REMOTE,PROBE | recipient: u@example.org | relay_ip: 198.51.100.7", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=mx.example.org[198.51.100.7]:25, delay=1, dsn=2.1.5, "
	  "status=deliverable (250 2.1.5 Ok)" },
	{ "defer flags=REMOTE,CUT | recipient: u@example.org", "postfix/smtp",
	  "4F3A21C0B2: to=<u@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to "
	  "mx.exa" },
	/* an unquoted recipient that imitates keys: no second id */
	{ "deliver flags=FILTER | recipient: a | relay_ip: 127.0.0.1", "postfix/smtp",
	  "4F3A21C0B2: to=<a>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, status=sent (b@example.com>, "
	  "relay=mx.example.com[203.0.113.7]:25, delay=1, dsn=2.0.0, status=sent (250 Ok: queued as "
	  "4F3A21C0FF)" },
	/* refusals and logins */
	{ "notice noid | sender: a@shop.example | recipient: u@example.org | user: info | child: 4F3A21C0B3",
	  "postfix/smtpd",
	  "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 4F3A21C0B3; from=<a@shop.example> "
	  "to=<u@example.org> "
	  "proto=ESMTP helo=<pc> sasl_username=<info>" },
	{ "notice | child: 4F3A21C0B9", "postfix/bounce",
	  "4F3A21C0B2: sender non-delivery notification: 4F3A21C0B9" },
	{ "other", "postfix/bounce", "4F3A21C0B2: sender non-delivery notification: not an id" },
	{ "reject flags=NULL_SENDER,UNKNOWN_RCPT noid | sender:  | recipient: no@shop.example | client_ip: "
	  "192.0.2.9",
	  "postfix/smtpd",
	  "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <no@shop.example>: Recipient address "
	  "rejected: "
	  "User unknown; from=<> to=<no@shop.example> proto=ESMTP helo=<x>" },
	{ "auth_fail noid | client_ip: 192.0.2.9 | user: root", "postfix/smtpd",
	  "warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: x, sasl_username=root" },
	/* what only explain wants */
	{ "dull", "postfix/smtpd", "connect from unknown[192.0.2.9]" },
	{ "dull", "postfix/smtpd", "disconnect from unknown[192.0.2.9] ehlo=1 quit=1 commands=2" },
	{ "dull", "postfix/smtpd", "Anonymous TLS connection established from unknown[192.0.2.9]: TLSv1.3" },
	{ "dull", "postfix/smtpd", "warning: 4F3A21C0FF: client=x[192.0.2.1], sasl_username=innocent" },
	{ "dull", "postfix/smtpd",
	  "NOQUEUE: reject_warning: RCPT from x[192.0.2.1]: 450 x; from=<a> to=<b> proto=SMTP" },
	/* what is nobody's */
	{ "other", "smtpd", "4F3A21C0B2: client=x[192.0.2.1], sasl_username=innocent" },
	{ "other", "amavis/x", "4F3A21C0B2: client=x[192.0.2.1]" },
	{ "other", "postfix/smtp", "4F3A21C0B2: client=x[192.0.2.1], sasl_username=innocent" },
	{ "other", "postfix/smtpd", "client=x[192.0.2.1], sasl_username=innocent" },
	{ "other", "postfix/qmgr", "4F3A21C0B2: from=<a>, size=x, nrcpt=1 (queue active)" },
	{ "other", "postfix/smtpd", "" },
	{ "other", "postfix/smtpd", "4F3A21C0B2: " },
};

static void rows_hold(void **state)
{
	static struct reader r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *shown = show_hot(&r, rows[i].tag, rows[i].text);
		size_t want = strlen(rows[i].want);

		if (strncmp(shown, rows[i].want, want) != 0 || shown[want])
			fail_msg("%s: %s\n want %s\n have %s", rows[i].tag, rows[i].text, rows[i].want,
				 shown);
		free(shown);
	}
	reader_free(&r);
}

/* The hot path may leave out fields and dull events; what it says is what explain says. */
static void hot_agrees_with_explain(void **state)
{
	static struct reader r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span text = span_str(rows[i].text);
		struct event all = { 0 };
		enum line_result full = read_line(&r, rows[i].tag, text, true);

		assert_int_not_equal(full, LINE_DULL);
		if (full == LINE_EVENT)
			memcpy(&all, the_event(&r), sizeof(all));
		enum line_result quick = read_line(&r, rows[i].tag, text, false);

		assert_int_equal(full == LINE_OTHER, quick == LINE_OTHER);
		if (quick != LINE_EVENT)
			continue;
		assert_int_equal(all.kind, the_event(&r)->kind);
		assert_int_equal(all.flags, the_event(&r)->flags);
		assert_true(qid_eq(all.id, the_event(&r)->id));
		assert_int_equal(all.uid, the_event(&r)->uid);
		assert_true(the_event(&r)->nfields <= all.nfields);
	}
	reader_free(&r);
}

/* Every row cut at every byte: a line cut by syslog may lose facts but gains none. */
static void cut_lines_gain_nothing(void **state)
{
	static struct reader r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 0; n < strlen(rows[i].text); n++) {
			if (read_line(&r, rows[i].tag, span_of(rows[i].text, n), true) != LINE_EVENT)
				continue;

			const struct event *ev = the_event(&r);
			struct span user = event_get(ev, r.out.base, F_USER);

			assert_true(ev->kind != EV_COMPLETE && ev->kind != EV_QUEUE);
			if (ev->kind == EV_DELIVER || ev->kind == EV_DEFER)
				assert_true(ev->flags & EVF_CUT || rows[i].text[n - 1] == ')');
			if (ev->kind == EV_DELIVER)
				assert_null(event_get(ev, r.out.base, F_CHILD_ID).p);
			if (user.n)
				assert_true(span_search(span_str(rows[i].text), 0, user) >= 0);
		}
	reader_free(&r);
}

/* Lines made by hand to be nobody's, in one of the samples. */
static bool is_exception(struct span line)
{
	return span_ends(line, SPAN(": Unsupported")) || span_ends(line, SPAN("]: foo")) ||
	       span_search(line, 0, SPAN("]: ")) < 0;
}

static unsigned check_samples(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	struct frame frame = FRAME_START;
	struct evbuf out = { .base = text, .cap = sizeof(text) };
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	unsigned lines = 0;

	assert_non_null(f);
	while ((n = getline(&line, &room, f)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		if (span_search(span_of(line, (size_t)n), 0, SPAN(" postfix")) < 0 || line[0] == '#' ||
		    is_exception(span_of(line, (size_t)n)))
			continue;
		memcpy(text, line, (size_t)n);
		out.used = (size_t)n;
		out.mem_used = 0;
		out.events = 0;

		struct maker m = { .out = &out, .all = true };
		enum line_result result = frame_line(&frame, &m, span_of(text, (size_t)n));
		const struct event *ev = (const struct event *)(void *)out.mem;

		if (result != LINE_EVENT || ev->kind == EV_OTHER)
			fail_msg("%s: other: %.*s", path, (int)n, text);
		lines++;
	}
	free(line);
	free(out.mem);
	fclose(f);
	return lines;
}

/* Other people's logs, where they are at hand. */
static void samples_are_understood(void **state)
{
	const char *corpus = getenv("SPAMTRAIL_CORPUS");
	char path[4096];
	unsigned lines = 0;

	snprintf(path, sizeof(path), "%s/logs/postfix", corpus ? corpus : "../shared/corpus");

	DIR *dir = opendir(path);

	if (!dir)
		skip();
	for (struct dirent *d; (d = readdir(dir));) {
		size_t n = strlen(d->d_name);

		if (n < 4 || strcmp(d->d_name + n - 4, ".log") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/logs/postfix/%s", corpus ? corpus : "../shared/corpus",
			 d->d_name);
		lines += check_samples(path);
	}
	closedir(dir);
	assert_true(lines > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_hold),
		cmocka_unit_test(hot_agrees_with_explain),
		cmocka_unit_test(cut_lines_gain_nothing),
		cmocka_unit_test(samples_are_understood),
	};

	return cmocka_run_group_tests_name("logs-postfix", tests, NULL, NULL);
}
