/*
 * brief - what a brief reader tells by a flag is what the others tell by an event: lines of a few messages in any order,
 * read once each way; with every flag turned back into its event both are the same, in the same order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "logs/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MESSAGES 3
#define LINES 40
#define ROUNDS 4000
#define TEXT 16384

static const char *const exim[] = {
	"1vKliy-000000000G@@-0CKr <= x@y.example U=x P=local S=991 id=q@y.example T=\"hello\" for "
	"a@b.example",
	"1vKliy-000000000G@@-0CKr => a <a@b.example> R=virtual_user T=dovecot_virtual_delivery",
	"1vKliy-000000000G@@-0CKr == a@b.example R=dnslookup T=remote_smtp defer (-53): retry time not "
	"reached",
	"1vKliy-000000000G@@-0CKr ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9]: SMTP "
	"error "
	"from remote mail server after RCPT TO:<a@b.example>: 550 5.1.1 User unknown",
	"1vKliy-000000000G@@-0CKr Completed",
	"1vKliy-000000000G@@-0CKr Completed",
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc 1vKliy-000000000G@@-0CKr",
	" and a line without a stamp @@",
};

static const char *const postfix[] = {
	"postfix/smtpd[1420]: 4d8wQ3004qzFQ@@: client=unknown[192.0.2.9]",
	"postfix/pickup[1420]: 4d8wQ3004qzFQ@@: uid=1000 from=<x>",
	"postfix/cleanup[700]: 4d8wQ3004qzFQ@@: message-id=<q@y.example>",
	"postfix/cleanup[700]: 4d8wQ3004qzFQ@@: message-id=<q@y.example>",
	"postfix/qmgr[613]: 4d8wQ3004qzFQ@@: from=<x@y.example>, size=991, nrcpt=1 (queue active)",
	"postfix/qmgr[613]: 4d8wQ3004qzFQ@@: from=<>, size=991, nrcpt=1 (queue active)",
	"postfix/smtp[806]: 4d8wQ3004qzFQ@@: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1, "
	"delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
	"postfix/smtp[806]: 4d8wQ3004qzFQ@@: to=<a@b.example>, relay=none, delay=1, delays=0/0/0/1, "
	"dsn=4.4.1, "
	"status=deferred (connect to mx.b.example[192.0.2.9]:25: Connection timed out)",
	"postfix/qmgr[613]: 4d8wQ3004qzFQ@@: removed",
	"postfix/qmgr[613]: 4d8wQ3004qzFQ@@: removed",
	"postfix/smtpd[1420]: connect from unknown[192.0.2.@@]",
	"last message repeated 3 times",
};

struct told {
	struct qid id;
	int64_t at;
	uint32_t kind, flags, size, nrcpt;
};

struct list {
	struct told told[2 * LINES];
	size_t n, flagged;
};

static void add(struct list *l, const struct event *ev, uint32_t kind, uint32_t flags)
{
	bool own = kind == ev->kind;

	l->told[l->n++] = (struct told){
		.id = ev->id,
		.at = ev->at,
		.kind = kind,
		.flags = flags,
		.size = own ? ev->size : 0,
		.nrcpt = own ? ev->nrcpt : 0,
	};
}

/* Every event of TEXT's lines; who connects is left out. */
static void read_text(char *text, size_t n, bool brief, struct list *l)
{
	static struct evbuf out;
	struct frame frame = FRAME_START;
	struct maker maker = { .out = &out, .brief = brief };
	const struct event *ev;

	out = (struct evbuf){
		.base = text, .used = n, .cap = TEXT, .mem = out.mem, .mem_cap = out.mem_cap, .last = 99
	};
	for (char *p = text, *end; p < text + n; p = end + 1, maker.line_index++) {
		size_t len;

		end = memchr(p, '\n', n);
		len = (size_t)(end - p);
		if (head_is(&frame.head, p, len))
			frame_behind(&frame, &maker, span_of(p, len));
		else
			frame_line(&frame, &maker, span_of(p, len));
	}
	l->n = l->flagged = 0;
	ev = (const struct event *)(const void *)out.mem;
	for (uint32_t i = 0; i < out.events; i++, ev = event_next(ev)) {
		uint32_t flags = ev->flags & ~(uint32_t)(EVF_CLEANUP | EVF_COMPLETED);
		bool queue = ev->kind == EV_QUEUE;

		if (ev->kind <= EV_DISCONNECT)
			continue;
		l->flagged += flags != ev->flags;
		assert_true(brief || flags == ev->flags);
		if (ev->flags & EVF_CLEANUP && queue)
			add(l, ev, EV_MESSAGE_ID, flags & EVF_SYSLOG);
		add(l, ev, ev->kind, flags);
		if (ev->flags & EVF_CLEANUP && !queue)
			add(l, ev, EV_MESSAGE_ID, flags & EVF_SYSLOG);
		if (ev->flags & EVF_COMPLETED)
			add(l, ev, EV_COMPLETE, flags & EVF_SYSLOG);
	}
}

static uint32_t any(uint64_t *seed, uint32_t most)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33) % most;
}

/* LINE with WHAT for its "@@"; returns its length. */
static size_t put(char *out, const char *line, const char *what)
{
	const char *at = strstr(line, "@@");

	return (size_t)sprintf(out, "%.*s%s%s", at ? (int)(at - line) : (int)strlen(line), line,
			       at ? what : "", at ? at + 2 : "");
}

static void same_told(const char *const *list, size_t n, const char *head, uint64_t seed)
{
	size_t flagged = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		static char text[TEXT], copy[TEXT];
		static struct list a, b;
		size_t len = 0;
		unsigned second = 10;
		char which[2] = "0", stamp[12];

		for (unsigned i = 0; i < LINES; i++) {
			const char *line = list[any(&seed, (uint32_t)n)];

			second += any(&seed, 4) == 0;
			if (any(&seed, 4) == 0)
				*which = (char)('0' + any(&seed, MESSAGES));
			snprintf(stamp, sizeof(stamp), "%02u", second);
			if (*line != ' ')
				len += put(text + len, head, stamp);
			len += put(text + len, line, which);
			text[len++] = '\n';
		}
		memcpy(copy, text, len);
		read_text(text, len, true, &a);
		flagged += a.flagged;
		read_text(copy, len, false, &b);
		if (a.n != b.n || memcmp(a.told, b.told, a.n * sizeof(*a.told)) != 0)
			fail_msg("told otherwise (%zu and %zu events):\n%.*s", a.n, b.n, (int)len, text);
	}
	assert_true(flagged > ROUNDS);
}

static void test_exim(void **state)
{
	same_told(exim, COUNT(exim), "2025-11-17 05:51:@@ ", 1);
}

static void test_postfix(void **state)
{
	same_told(postfix, COUNT(postfix), "2025-11-17T05:51:@@.315010+01:00 mail7 ", 2);
	same_told(postfix, COUNT(postfix), "Nov 17 05:51:@@ mail7 ", 3);
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
