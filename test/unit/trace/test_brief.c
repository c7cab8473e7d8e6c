/*
 * brief - whose mail it was does not depend on how briefly its log was read: lines of a few messages in any order, forged and
 * lost ones among them, read once with an event a line and once with flags in the place of some.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "model/rows.h"
#include "trace_run.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MESSAGES 3
#define LINES 40
#define ROUNDS 1500
#define TEXT 16384

static const char *const exim[] = {
	"1vKliy-000000000G~-0CKr <= x@y.example U=shop P=local S=991 id=q@y.example T=\"hello\" for "
	"a@b.example",
	"1vKliy-000000000G~-0CKr <= x@y.example H=mx.y.example [198.51.100.9] P=esmtps S=991 id=q@y.example "
	"for "
	"a@b.example",
	"1vKliy-000000000G~-0CKr <= x@y.example H=localhost [127.0.0.1]:99 P=esmtp S=991 id=q@y.example for "
	"a@b.example c@d.example",
	"1vKliy-000000000G~-0CKr <= x@y.example H=mx.y.example [198.51.100.9] P=esmtpsa A=plain:x S=991 for "
	"a@b.example c@d.example",
	"1vKliy-000000000G~-0CKr => a <a@shop.example> R=virtual_user T=dovecot_virtual_delivery",
	"1vKliy-000000000G~-0CKr => a <a@shop.example> R=virtual_user T=dovecot_virtual_delivery",
	"1vKliy-000000000G~-0CKr => a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9] C=\"250 "
	"ok\"",
	"1vKliy-000000000G~-0CKr => a@b.example R=filter T=remote_smtp H=localhost [127.0.0.1] C=\"250 OK "
	"id=1vKliy-000000000G1-0CKr\"",
	"1vKliy-000000000G~-0CKr == a@b.example R=dnslookup T=remote_smtp defer (-53): retry time not "
	"reached",
	"1vKliy-000000000G~-0CKr ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9]: SMTP "
	"error from "
	"remote mail server after RCPT TO:<a@b.example>: 550 5.1.1 User unknown",
	"1vKliy-000000000G~-0CKr Completed",
	"1vKliy-000000000G~-0CKr Completed",
	"1vKliy-000000000G~-0CKr Completed",
};

static const char *const postfix[] = {
	"smtpd[1420]: $~: client=unknown[198.51.100.9]",
	"smtpd[1420]: $~: client=localhost[127.0.0.1]",
	"smtpd[1420]: $~: client=unknown[198.51.100.9], sasl_method=LOGIN, "
	"sasl_username=x@shop.example",
	"pickup[1420]: $~: uid=1001 from=<x>",
	"cleanup[700]: $~: message-id=<q@y.example>",
	"cleanup[700]: $~: message-id=<q@y.example>",
	"qmgr[613]: $~: from=<x@y.example>, size=991, nrcpt=1 (queue active)",
	"qmgr[613]: $~: from=<>, size=991, nrcpt=1 (queue active)",
	"smtp[806]: $~: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, "
	"dsn=2.0.0, status=sent (250 ok)",
	"smtp[806]: $~: to=<a@b.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, "
	"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as $1)",
	"smtp[806]: $~: to=<a@b.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, "
	"status=deferred "
	"(connect to mx.b.example[192.0.2.9]:25: Connection timed out)",
	"lmtp[806]: $~: to=<a@shop.example>, relay=mx1[private/lmtp], delay=1, delays=0/0/0/1, "
	"dsn=2.0.0, "
	"status=sent (250 2.0.0 saved)",
	"bounce[900]: $~: sender non-delivery notification: $1",
	"qmgr[613]: $~: removed",
	"qmgr[613]: $~: removed",
};

/* All rows, packed; returns how many of the lines' events say that their message is complete as well. */
static unsigned rows_of(const char *lines, size_t n, bool brief, struct buf *rows)
{
	static char text[TEXT];
	struct row_packer p = { .texts = { 0 } };
	struct maker maker = { .brief = brief };
	unsigned completed = 0;
	struct event *ev;
	struct run r;

	begin(&r, NULL);
	memcpy(text, lines, n);
	r.ev = (struct evbuf){ .base = text, .used = n, .cap = TEXT };
	maker.out = &r.ev;
	for (char *at = text, *end; at < text + n; at = end + 1, maker.line_index++) {
		end = memchr(at, '\n', n);
		frame_line(&r.frame, &maker, span_of(at, (size_t)(end - at)));
	}
	ev = (struct event *)(void *)r.ev.mem;
	for (unsigned i = 0; i < r.ev.events; i++, ev = (struct event *)event_next(ev)) {
		r.at.line = ev->line;
		r.at.offset = ev->off;
		completed += (ev->flags & EVF_COMPLETED) != 0;
		wallclock_resolve(&r.clock, ev);
		trace_event(r.trace, ev, text, &r.at);
	}
	conclude(&r);
	p.rows.max = p.one.max = rows->max;
	for (size_t i = 0; i < r.q->nrows; i++)
		row_packer_add(&p, &r.q->rows[i]);
	rows->n = 0;
	row_packer_take(&p, rows);
	row_packer_free(&p);
	end(&r);
	return completed;
}

static uint32_t any(uint64_t *seed, uint32_t most)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33) % most;
}

/* Adds LINE, in which "#" is the second, "$" what ids begin with, and "~" which of them it is. */
static void put(struct buf *out, const char *line, unsigned second, const char *id, char which)
{
	for (; *line; line++) {
		if (*line == '#')
			buf_addf(out, "%02u", second);
		else if (*line == '$')
			buf_str(out, id);
		else
			buf_byte(out, *line == '~' ? which : *line);
	}
}

static void same_rows(const char *const *list, size_t n, const char *head, const char *id, uint64_t seed)
{
	struct buf a = BUF_MAX(1 << 20), b = BUF_MAX(1 << 20), text = BUF_MAX(TEXT);
	unsigned completed = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned second = 10;
		char which = '0';

		text.n = 0;
		for (unsigned i = 0; i < LINES; i++) {
			second += any(&seed, 4) == 0;
			if (any(&seed, 4) == 0)
				which = (char)('0' + any(&seed, MESSAGES));
			put(&text, head, second, id, which);
			put(&text, list[any(&seed, (uint32_t)n)], second, id, which);
			buf_byte(&text, '\n');
		}
		assert_false(text.over);
		assert_int_equal(rows_of(text.p, text.n, false, &a), 0);
		completed += rows_of(text.p, text.n, true, &b);
		if (a.n != b.n || memcmp(a.p, b.p, a.n) != 0)
			fail_msg("other rows, briefly read, of:\n%.*s", (int)text.n, text.p);
	}
	assert_true(completed > ROUNDS / 2);
	buf_free(&a);
	buf_free(&b);
	buf_free(&text);
}

static void test_exim(void **state)
{
	same_rows(exim, COUNT(exim), "2026-11-23 08:00:# ", "", 1);
}

static void test_postfix(void **state)
{
	same_rows(postfix, COUNT(postfix), "Nov 23 08:00:# mx1 postfix/", "4XabCD1abczab", 2);
	same_rows(postfix, COUNT(postfix), "Nov 23 08:00:# mx1 postfix/", "ABCDE0000", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exim),
		cmocka_unit_test(test_postfix),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
