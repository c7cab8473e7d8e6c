/*
 * Exim beyond what explain prints (the golden lines in test/corpus/exim have that): flags, fields for trace, the hot path,
 * forged text in every free field, hostile lines in linear time, and what refusal texts mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "logs/maker.h"
#include "logs/reply.h"

#define ID "1tABcd-0003gH-2x"
#define INNOCENT "innocent@victim.example"

struct reader {
	char text[1 << 16];
	struct evbuf out;
	struct line line;
	enum line_result result;
	struct event *ev;
};

/* TEXT is what stands behind the stamp. */
static void read_span(struct reader *r, struct span text, bool all)
{
	free(r->out.mem);
	r->out = (struct evbuf){ .base = r->text, .used = text.n, .cap = sizeof(r->text) };
	assert_true(text.n < sizeof(r->text) / 4);
	memcpy(r->text, text.p, text.n);
	r->line = (struct line){
		.raw = span_of(r->text, text.n),
		.text = span_of(r->text, text.n),
		.repeat = 1,
		.stamp = STAMP_TIME,
	};

	struct maker m = { .out = &r->out, .line = &r->line, .all = all };

	r->result = exim_line(&m);
	r->ev = r->result == LINE_EVENT ? (struct event *)(void *)r->out.mem : NULL;
	assert_int_equal(r->out.events, r->result == LINE_EVENT);
}

static void read_text(struct reader *r, const char *text, bool all)
{
	read_span(r, span_str(text), all);
}

static void reader_end(struct reader *r)
{
	free(r->out.mem);
	r->out.mem = NULL;
}

static bool has(const struct reader *r, enum field_key key, const char *want)
{
	struct span got = event_get(r->ev, r->text, key);

	return want ? got.p && span_eq(got, span_str(want)) : !got.p;
}

static void expect(struct reader *r, const char *text, enum event_kind kind, unsigned flags)
{
	read_text(r, text, true);
	if (!r->ev || r->ev->kind != kind || r->ev->flags != flags)
		fail_msg("%s\n  is %s with flags %#x, want %s with %#x", text,
			 r->ev ? event_kind_name((enum event_kind)r->ev->kind) : "nothing",
			 r->ev ? r->ev->flags : 0, event_kind_name(kind), flags);
}

static void flags_say_what_happened(void **state)
{
	static struct reader r;
	static const struct {
		const char *text;
		enum event_kind kind;
		unsigned flags;
	} rows[] = {
		{ ID " <= a@x.example U=js P=local S=7", EV_SUBMIT, EVF_LOCAL },
		{ ID " <= a@x.example H=(x) [192.0.2.1] P=esmtpa A=login:js S=7", EV_SUBMIT, EVF_AUTH },
		{ ID " <= <> R=1tABcc-0003gG-1w U=mailnull P=local S=7", EV_SUBMIT,
		  EVF_LOCAL | EVF_NULL_SENDER | EVF_MTA_USER },
		{ ID " <= <> H=mx.example [192.0.2.1] P=esmtp S=7", EV_ACCEPT, EVF_NULL_SENDER },
		{ ID " <= a@x.example U=js P=local S=7 for a@b.example <trunc>", EV_SUBMIT,
		  EVF_LOCAL | EVF_CUT },
		{ ID " => a@x.example R=r T=remote_smtp H=mx [203.0.113.5]", EV_DELIVER, EVF_REMOTE },
		{ ID " => a@x.example R=r T=filter H=localhost [127.0.0.1]:10024", EV_DELIVER, EVF_FILTER },
		{ ID " => a@x.example R=r T=filter H=::1 [::1]:10024", EV_DELIVER, EVF_FILTER },
		{ ID " => a <a@x.example> R=r T=dovecot_lmtp", EV_DELIVER, 0 },
		{ ID " *> a@x.example R=r T=remote_smtp H=mx [203.0.113.5]", EV_DELIVER,
		  EVF_REMOTE | EVF_SUPPRESSED },
		{ ID " == a@x.example R=r T=remote_smtp defer (-53): retry time not reached for any host",
		  EV_DEFER, EVF_REMOTE | EVF_NOT_FRESH },
		{ ID " == a@x.example R=r T=remote_smtp defer (110): Connection timed out", EV_DEFER,
		  EVF_REMOTE },
		{ ID " == a@x.example R=r defer (-1): 450 4.7.1 blocked using zen.example", EV_DEFER,
		  EVF_SPAM },
		{ ID " ** a@x.example R=r T=remote_smtp: host mx.x.example [203.0.113.5]: 550 User unknown",
		  EV_BOUNCE, EVF_REMOTE | EVF_UNKNOWN_RCPT },
		{ ID " ** a@x.example R=r T=filter: host localhost [127.0.0.1]: 550 no", EV_BOUNCE,
		  EVF_FILTER },
		{ ID " F=<js@x.example> rejected by non-SMTP ACL: no", EV_REJECT, EVF_LOCAL },
		{ "[2/3] " ID " <= a@x.example U=js P=local S=7", EV_OTHER, EVF_CONTINUES },
		{ "[2\\3] text", EV_OTHER, EVF_CONTINUES },
		{ "[1/3] " ID " <= a@x.example U=js P=local S=7 T=\"cut he", EV_SUBMIT, EVF_LOCAL | EVF_CUT },
		{ "[1\\3] 2026-11-23 08:01:02.123 +0100 " ID " Completed", EV_COMPLETE, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(&r, rows[i].text, rows[i].kind, rows[i].flags);
	reader_end(&r);
}

static void trace_gets_its_fields(void **state)
{
	static struct reader r;

	read_text(&r, ID " <= <> R=1tABcc-0003gG-1w U=exim P=local S=99 for \"a b\"@x.example c@x.example",
		  false);
	assert_true(has(&r, F_PARENT_ID, "1tABcc-0003gG-1w"));
	assert_int_equal(r.ev->nrcpt, 2);
	assert_int_equal(r.ev->size, 99);
	assert_true(qid_eq(r.ev->id, qid_pack(SPAN(ID))));

	read_text(&r, ID " <= a@x.example H=localhost [127.0.0.1]:41000 P=esmtp S=99", false);
	assert_true(has(&r, F_PORT, "41000"));
	read_text(&r, ID " <= a@x.example H=mx [192.0.2.1]:41000 P=esmtp S=99", false);
	assert_true(has(&r, F_PORT, NULL));

	read_text(&r,
		  "SMTP connection identification H=localhost A=127.0.0.1 P=41000 U=shop ID=1 S=shop B=x "
		  "U=root",
		  false);
	assert_true(has(&r, F_IDENT_USER, "shop") && has(&r, F_PORT, "41000"));
	read_text(&r, "Sender identification U=shop D=shop.example S=info@shop.example", false);
	assert_true(has(&r, F_IDENT_USER, "shop") && has(&r, F_SENDER, "info@shop.example"));
	read_text(&r, ID " <= info@shop.example U=shop ID=1168 B=redirect_resolver", false);
	assert_true(has(&r, F_IDENT_USER, "shop") && has(&r, F_UNIX_USER, "shop"));

	read_text(&r, ID " => a@x.example P=<b@y.example> R=dnslookup T=remote_smtp", true);
	assert_true(has(&r, F_ROUTER, "dnslookup") && has(&r, F_TRANSPORT, "remote_smtp"));
	assert_true(has(&r, F_RETURN_PATH, "b@y.example"));
	reader_end(&r);
}

static void hot_path_keeps_the_raw_subject_and_skips_the_rest(void **state)
{
	static struct reader r;
	static const char *const dull[] = {
		"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc " ID,
		"cwd=/ 2 args: /usr/sbin/exim -q",
		"cwd=/root 2 args: exim -bpc",
		"Start queue run: pid=1",
		"SMTP connection from (pc) [192.0.2.1] closed by QUIT",
		ID " SMTP connection outbound 1 " ID " x.example a@b.example",
		ID " H=mx [203.0.113.5] Connection timed out",
		"[2/2] x",
	};

	for (size_t i = 0; i < sizeof(dull) / sizeof(*dull); i++) {
		read_text(&r, dull[i], false);
		assert_int_equal(r.result, LINE_DULL);
	}
	read_text(&r, ID " <= a@x.example U=js P=local S=7 T=\"a \\\"b\\\" \\303\\251\"", false);
	assert_true(has(&r, F_SUBJECT, "a \\\"b\\\" \\303\\251"));
	assert_true(has(&r, F_PROTOCOL, NULL) && has(&r, F_SIZE, NULL) && has(&r, F_ID, NULL));
	assert_int_equal(r.out.used, r.line.raw.n);
	read_text(&r, "cwd=/home/js 3 args: /usr/sbin/sendmail -t -i", false);
	assert_int_equal(r.result, LINE_EVENT);
	/* whoever calls Exim from a folder of his own can write lines of this log: it is told */
	read_text(&r, "cwd=/home/js 2 args: /usr/sbin/exim -bp", false);
	assert_int_equal(r.result, LINE_EVENT);
	read_text(&r, "cwd=/home/js/a", false);
	assert_int_equal(r.result, LINE_EVENT);
	assert_true(has(&r, F_CWD, "/home/js/a") && has(&r, F_TEXT, NULL));
	reader_end(&r);
}

/* Tokens of the grammar, put into every field that a stranger can fill. */
static const char *const tokens[] = {
	" U=innocent P=local",
	" A=login:" INNOCENT,
	" P=esmtpa A=login:" INNOCENT " S=1",
	"\" A=login:" INNOCENT " S=1 T=\"",
	") [192.0.2.66] P=esmtpa A=login:" INNOCENT " S=1",
	") [192.0.2.66]:25 U=innocent P=local S=1 id=x T=\"y\" for z@example.net",
	"> U=innocent P=local",
	" H=(x) [192.0.2.66] P=esmtpa A=login:" INNOCENT,
	" <= " INNOCENT " U=innocent P=local",
	" cwd=/home/innocent 3 args: /usr/sbin/sendmail -t -i",
	" for " INNOCENT,
	" from <" INNOCENT "> for x@example.net",
	" S=1 A=login:" INNOCENT,
	" id=x U=innocent",
	" X=y CV=no A=login:" INNOCENT,
	"=> R=x T=y [192.0.2.66]",
	"\\",
	"\\\" A=login:" INNOCENT,
	" B=identify_local_connection S=innocent U=innocent",
	" F=<> A=login:" INNOCENT " rejected RCPT <x@example.net>",
	" (set_id=innocent) for (x) [192.0.2.66]: 535",
};

/* %s is where the stranger writes; the guilty one is "evil", 203.0.113.42 or nobody. */
static const char *const fields[] = {
	ID
	" <= x@evil.example H=(%s) [203.0.113.42]:9 P=esmtp S=9 id=1@evil.example T=\"hi\" for a@example.net",
	ID " <= x@evil.example H=mx.example (%s) [203.0.113.42] P=esmtps X=A:B:256 CV=no S=9",
	ID " <= \"x%s\"@evil.example U=evil P=local S=9 T=\"hi\"",
	ID " <= x@evil.example H=(x) [203.0.113.42] U=%s P=esmtp S=9 T=\"hi\" for a@example.net",
	ID " <= x@evil.example H=(x) [203.0.113.42] P=esmtps X=A:B:256 CV=no DN=\"CN=x\" S=9 id=%s T=\"hi\" "
	   "for a@b.example",
	ID " <= x@evil.example U=evil P=local S=9 id*=%s T=\"hi\" for a@example.net",
	ID " <= x@evil.example U=evil P=local S=9 id*=%s",
	ID " => \"%s\"@example.net R=r T=remote_smtp H=mx [203.0.113.42] C=\"250 ok\"",
	ID " ** a@example.net R=r T=remote_smtp H=mx [203.0.113.42] : SMTP error: 550 %s",
	ID " == |/bin/sh %s <evil@site.example> R=r T=pipe defer (0): x",
	"cwd=/home/evil/%s 3 args: /usr/sbin/sendmail -t -i",
	"H=(%s) [203.0.113.42] F=<x@evil.example> rejected RCPT <a@example.net>: no",
	"H=(x) [203.0.113.42] F=<\"%s\"@evil.example> rejected RCPT <a@example.net>: no",
	"login authenticator failed for (x) [203.0.113.42]: 535 no (set_id=evil%s)",
	ID " H=mx.example [203.0.113.42]: SMTP error from remote mail server: 421 %s",
};

static void nobody_innocent_is_named(void **state)
{
	static struct reader r;
	char line[1024];

	for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++)
		for (size_t t = 0; t < sizeof(tokens) / sizeof(*tokens); t++) {
			const char *gap = strstr(fields[f], "%s");
			int n = snprintf(line, sizeof(line), "%.*s%s%s", (int)(gap - fields[f]), fields[f],
					 tokens[t], gap + 2);

			read_span(&r, span_of(line, (size_t)n), t & 1);
			if (!r.ev)
				continue;

			struct span user = event_get(r.ev, r.text, F_USER),
				    unix_user = event_get(r.ev, r.text, F_UNIX_USER);
			struct span cwd = event_get(r.ev, r.text, F_CWD);
			bool failed = r.ev->kind == EV_AUTH_FAIL;

			if ((user.p && !(failed && span_starts(user, SPAN("evil")))) ||
			    (unix_user.p && !span_eq(unix_user, SPAN("evil"))) ||
			    !has(&r, F_IDENT_USER, NULL) || (r.ev->flags & EVF_AUTH) ||
			    (cwd.p && !span_starts(cwd, SPAN("/home/evil/"))))
				fail_msg("%s", line);
		}
	reader_end(&r);
}

/* What Exim quotes, it also escapes: a subject can hold any token and changes nothing else. */
static void subjects_stay_subjects(void **state)
{
	static struct reader r;
	char line[2048], subject[1024];

	for (size_t t = 0; t < sizeof(tokens) / sizeof(*tokens); t++) {
		size_t n = 0;

		for (const char *p = tokens[t]; *p; p++) {
			if (*p == '"' || *p == '\\')
				subject[n++] = '\\';
			subject[n++] = *p;
		}
		subject[n] = 0;
		snprintf(line, sizeof(line),
			 ID " <= x@evil.example H=(x) [203.0.113.42] P=esmtpa A=login:evil S=9 "
			    "T=\"%s\" for a@example.net",
			 subject);
		read_text(&r, line, true);
		assert_true(has(&r, F_USER, "evil") && has(&r, F_SUBJECT, tokens[t]));
		assert_true(has(&r, F_RECIPIENTS, "a@example.net") && has(&r, F_CLIENT_IP, "203.0.113.42"));
	}
	reader_end(&r);
}

static void lines_of_one_byte_repeated_take_linear_time(void **state)
{
	enum { BIG = 1 << 20 };
	static const char *const starts[] = {
		ID " <= ",
		ID " <= a H=(",
		ID " <= a T=\"",
		ID " <= a for ",
		ID " => ",
		ID " => |",
		ID " ** a : ",
		"cwd=/",
		"H=(",
		"H=x F=<",
		"a authenticator failed for (",
		ID " <= a P=esmtpa A=l:",
		ID " == a defer (",
		ID " <= a id*=",
	};
	static const char *const bodies[] = {
		") [", "\" ",  "\\\" ", "<> ", " H=(",	     " 3 args: ", " for ", " T=\"",
		"(x ", " S=1", " R=x",	": ",  "[1.1.1.1] ", "> ",	  " P=x",
	};
	struct evbuf out = { .base = malloc(BIG * 4), .used = BIG, .cap = BIG * 4 };
	struct line l = { .repeat = 1, .stamp = STAMP_TIME };
	struct timespec from, to;

	assert_non_null(out.base);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (size_t s = 0; s < sizeof(starts) / sizeof(*starts); s++)
		for (size_t b = 0; b < sizeof(bodies) / sizeof(*bodies); b++) {
			size_t n = strlen(starts[s]), each = strlen(bodies[b]);

			memcpy(out.base, starts[s], n);
			for (; n + each <= BIG; n += each)
				memcpy(out.base + n, bodies[b], each);
			l.raw = l.text = span_of(out.base, n);
			out.mem_used = 0;
			out.used = BIG;

			struct maker m = { .out = &out, .line = &l, .all = b & 1 };

			exim_line(&m);
		}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	/* 210 MiB: some 5 s under sanitizers on a slow machine; one quadratic case alone takes minutes. */
	assert_in_range(to.tv_sec - from.tv_sec, 0, 30);
	free(out.base);
	free(out.mem);
}

static void reject_records_continue(void **state)
{
	static const struct {
		const char *text;
		enum line_result want;
	} rows[] = {
		{ "P Received: from [192.0.2.1] (helo=x)", LINE_EVENT },
		{ "  Subject: hi", LINE_EVENT },
		{ "\tby mx.example", LINE_EVENT },
		{ "Envelope-from: <a@x.example>", LINE_EVENT },
		{ "----------------------", LINE_EVENT },
		{ "words of no known kind", LINE_OTHER },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct evbuf out = { .base = text, .used = strlen(rows[i].text), .cap = sizeof(text) };
		struct line l = { .raw = span_of(text, out.used),
				  .text = span_of(text, out.used),
				  .repeat = 1 };
		struct maker m = { .out = &out, .line = &l, .all = true };

		memcpy(text, rows[i].text, out.used);
		assert_int_equal(exim_reject_line(&m), rows[i].want);
		if (rows[i].want == LINE_EVENT)
			assert_true(((struct event *)(void *)out.mem)->flags & EVF_CONTINUES);
		free(out.mem);
	}
}

static void refusals_are_told_apart(void **state)
{
	static const struct {
		const char *text, *dsn;
		unsigned mark;
	} rows[] = {
		{ "550 5.1.1 The email account that you tried to reach does not exist", "5.1.1",
		  EVF_UNKNOWN_RCPT },
		{ "550 no such user here", NULL, EVF_UNKNOWN_RCPT },
		{ "Unrouteable address", NULL, EVF_UNKNOWN_RCPT },
		{ "550 Requested action not taken: mailbox unavailable", NULL, EVF_UNKNOWN_RCPT },
		{ "450 Requested action not taken: mailbox unavailable", NULL, 0 },
		{ "550 5.2.1 x", "5.2.1", EVF_UNKNOWN_RCPT },
		{ "550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", "5.7.1",
		  EVF_SPAM },
		{ "421 4.7.28 Our system has detected an unusual rate", "4.7.28", EVF_SPAM },
		{ "554 5.7.1 x", "5.7.1", EVF_SPAM },
		{ "550 5.7.1 Relaying denied", "5.7.1", 0 },
		{ "452 4.2.2 Mailbox full", "4.2.2", 0 },
		{ "452 4.2.2 The email account that you tried to reach is over quota", "4.2.2", 0 },
		{ "552 5.2.2 The email account that you tried to reach is over quota", "5.2.2", 0 },
		{ "450 4.7.1 Greylisted, spam is bad", "4.7.1", 0 },
		{ "451 try again later", NULL, 0 },
		{ "550 <spam@x.example>... User unknown", NULL, EVF_UNKNOWN_RCPT },
		{ "550 nospam", NULL, 0 },
		{ "No such file or directory", NULL, 0 },
		{ "", NULL, 0 },
		{ "<", NULL, 0 },
		{ "550 \xe9spam", NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (reply_classify(span_str(rows[i].text), span_str(rows[i].dsn)) != rows[i].mark)
			fail_msg("%s", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_say_what_happened),
		cmocka_unit_test(trace_gets_its_fields),
		cmocka_unit_test(hot_path_keeps_the_raw_subject_and_skips_the_rest),
		cmocka_unit_test(nobody_innocent_is_named),
		cmocka_unit_test(subjects_stay_subjects),
		cmocka_unit_test(lines_of_one_byte_repeated_take_linear_time),
		cmocka_unit_test(reject_records_continue),
		cmocka_unit_test(refusals_are_told_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
