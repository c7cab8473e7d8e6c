/*
 * What needs more than one line: records that syslog cut, repeats of the line before, the journal's export
 * format. Each is read in several block sizes by one and by three workers, and must say the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "logs/logs.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct seen {
	struct span text; /* of the file */
	bool brief;
	struct buf said; /* "line kind xREPEAT recipients;" */
	uint64_t unknown;
};

static int give_file(void *ctx, uint32_t index, struct err *err)
{
	const struct seen *s = ctx;
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_int_equal(write(fd, s->text.p, s->text.n), s->text.n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void note(void *ctx, const struct event *ev, const char *base, const struct log_at *at)
{
	struct seen *s = ctx;
	struct span rcpt = event_get(ev, base, ev->kind == EV_SUBMIT ? F_RECIPIENTS : F_RECIPIENT);

	buf_addf(&s->said, "%llu %s x%u%s%s %.*s;", (unsigned long long)at->line,
		 event_kind_name((enum event_kind)ev->kind), ev->repeat, ev->flags & EVF_CUT ? " cut" : "",
		 ev->flags & EVF_CLEANUP ? " cleaned" : "", (int)rcpt.n, rcpt.p ? rcpt.p : "");
}

static void read_in(struct seen *s, size_t block, unsigned workers)
{
	struct logs_options o = {
		.now = INT64_C(1795400000),
		.block = block,
		.workers = workers,
		.brief = s->brief,
		.ctx = s,
		.open = give_file,
		.event_ctx = s,
		.event = note,
	};
	struct log_file file = { .name = SPAN("log") };
	struct arena *a = arena_new();
	struct log_read *reads;
	struct err err = { 0 };

	s->said.n = 0;
	assert_int_equal(logs_read(a, &file, 1, &o, &reads, &err), 0);
	assert_string_equal(reads[0].damage, "");
	s->unknown = reads[0].unknown_lines;
	buf_byte(&s->said, 0);
	arena_free(a);
}

static void says(struct span text, const char *expected)
{
	static const size_t blocks[] = { 0, 1, 7, 64, 997 };
	struct seen s = { .text = text, .said = BUF_MAX(1 << 20) };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		for (unsigned workers = 1; workers <= 3; workers += 2) {
			read_in(&s, blocks[i], workers);
			assert_string_equal(s.said.p, expected);
		}
	buf_free(&s.said);
}

#define EXIM(pid, mark) "Nov 23 08:00:00 mx exim[" pid "]: " mark " "
#define ARRIVAL(id, to) "2026-11-23 08:00:00 " id " <= a@b.example U=a P=local S=1 for " to
#define ID1 "1tABcd-0003gH-2x"
#define ID2 "1tABcd-0003gH-2y"

static void pieces_join(void **state)
{
	says(SPAN(EXIM("1", "[1/3]") ARRIVAL(ID1, "c@d.ex") "\n" EXIM("2", "[1/2]")
			  ARRIVAL(ID2, "e@f.example") "\n" EXIM("1", "[2/3]") "ample g@\n" EXIM(
				  "2", "[2/2]") " h@i.example\n" EXIM("1", "[3/3]") "j.example"),
	     "2 submit x1 e@f.example h@i.example;1 submit x1 c@d.example g@j.example;");
}

static void a_newline_ends_the_record(void **state)
{
	says(SPAN(EXIM("1", "[1\\3]") ARRIVAL(ID1, "c@d.example") "\n" EXIM(
		     "1", "[2/3]") "h@i.example\n" EXIM("1", "[3/3]") "j.example\n"),
	     "1 submit x1 c@d.example;");
}

static void what_is_not_whole_is_cut(void **state)
{
	/* the last piece never comes; a middle one is missing; one begins anew; one has no beginning */
	says(SPAN(EXIM("1", "[1/2]") ARRIVAL(ID1, "c@d.example") "\n"), "1 submit x1 cut c@d.example;");
	says(SPAN(EXIM("1", "[1/3]") ARRIVAL(ID1, "c@d.example") "\n" EXIM("1", "[3/3]") " e@f.example\n"),
	     "1 submit x1 cut c@d.example;");
	says(SPAN(EXIM("1", "[1/2]") ARRIVAL(ID1, "c@d.example") "\n" EXIM("1", "[1/2]")
			  ARRIVAL(ID2, "e@f.example") "\n" EXIM("1", "[2/2]") " g@h.example\n"),
	     "1 submit x1 cut c@d.example;2 submit x1 e@f.example g@h.example;");
	says(SPAN(EXIM("1", "[2/2]") " g@h.example\n"), "");
	says(SPAN(EXIM("1", "[2/2]") " g@h.example\n" EXIM("1", "[1/2]") "[1/2] x\n" EXIM("1",
											  "[2/2]") "y\n"),
	     "");
}

static void a_piece_with_another_total_or_host_is_not_taken(void **state)
{
	says(SPAN(EXIM("1", "[1/2]") ARRIVAL(ID1, "c@d.example") "\n" EXIM("1", "[2/4]") " e@f.example\n"),
	     "1 submit x1 cut c@d.example;");
	says(SPAN(EXIM("1", "[1/2]")
			  ARRIVAL(ID1, "c@d.example") "\n"
						      "Nov 23 08:00:00 other exim[1]: [2/2]  e@f.example\n"),
	     "1 submit x1 cut c@d.example;");
}

static void memory_for_records_is_bounded(void **state)
{
	struct buf text = BUF_MAX(1 << 24), expected = BUF_MAX(1 << 20);

	for (int i = 1; i <= 20; i++)
		buf_addf(&text, EXIM("%d", "[1/2]") ARRIVAL(ID1, "c@d.example") "\n", i);
	for (int i = 1; i <= 20; i++)
		buf_addf(&expected, "%d submit x1 cut c@d.example;", i);
	buf_byte(&expected, 0);
	says(buf_view(&text), expected.p);
	/* one record of 900 pieces is cut at its ceiling */
	text.n = expected.n = 0;
	buf_str(&text, EXIM("1", "[1/900]") ARRIVAL(ID1, "c@d.example") "\n");
	for (int i = 2; i <= 900; i++)
		buf_addf(&text, EXIM("1", "[%d/900]") "%0100d\n", i, 0);
	buf_addf(&expected, "1 submit x1 cut c@d.example");
	struct seen s = { .text = buf_view(&text), .said = BUF_MAX(1 << 20) };
	read_in(&s, 0, 1);
	assert_memory_equal(s.said.p, expected.p, expected.n);
	assert_true(s.said.n < 40000);
	buf_free(&s.said);
	buf_free(&text);
	buf_free(&expected);
}

#define QUEUE                                                                                       \
	"Nov 23 08:00:00 mx postfix/smtp[9]: 4XabCD1abcz1: to=<c@d.example>, relay=none, delay=1, " \
	"delays=0/0/0/1, "                                                                          \
	"dsn=4.4.1, status=deferred (no)\n"
#define AGAIN "Nov 23 08:00:09 mx last message repeated 3 times\n"

static void the_line_before_is_said_again(void **state)
{
	says(SPAN(QUEUE AGAIN), "1 defer x1 c@d.example;2 defer x3 c@d.example;");
	says(SPAN(AGAIN QUEUE), "2 defer x1 c@d.example;");
	/* the second repeat stands behind a repeat, the third behind a line that is no event */
	says(SPAN(QUEUE "Nov 23 08:00:09 mx foo[1]: bar\n" AGAIN), "1 defer x1 c@d.example;");
	says(SPAN(QUEUE "\n" AGAIN), "1 defer x1 c@d.example;");
}

#define TAKEN                                                                                           \
	"Nov 23 08:00:00 mx postfix/cleanup[9]: 4XabCD1abcz1: message-id=<a>\n"                         \
	"Nov 23 08:00:00 mx postfix/qmgr[9]: 4XabCD1abcz1: from=<a@b.example>, size=9, nrcpt=1 (queue " \
	"active)\n"

/* What a flag tells of the line in front of it is not said again. */
static void only_the_line_before_is_said_again(void **state)
{
	struct seen s = { .text = SPAN(TAKEN TAKEN AGAIN), .brief = true, .said = BUF_MAX(1 << 20) };

	read_in(&s, 0, 1);
	assert_string_equal(s.said.p, "1 message_id x1 ;2 queue x1 ;4 queue x1 cleaned ;5 queue x3 ;");
	buf_free(&s.said);
}

#define ENTRY(message)                                                                                  \
	"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795400000000000\n_HOSTNAME=mx\nSYSLOG_IDENTIFIER=postfix/" \
	"smtp\n"                                                                                        \
	"_PID=9\n" message "\n"
#define TEXT                                                                                               \
	"4XabCD1abcz1: to=<c@d.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred " \
	"(no)"

static void an_export_is_read(void **state)
{
	says(SPAN(ENTRY("MESSAGE=" TEXT "\n") ENTRY("MESSAGE=" TEXT)),
	     "1 defer x1 c@d.example;2 defer x1 c@d.example;");
	/* binary: a newline inside makes no second line */
	says(SPAN(ENTRY("MESSAGE\n\5\0\0\0\0\0\0\0a\nb\n\n\n") ENTRY("MESSAGE=" TEXT "\n")),
	     "2 defer x1 c@d.example;");
}

static void a_huge_field_of_an_export_is_passed_over(void **state)
{
	struct buf text = BUF_MAX(8 << 20);
	static char zeros[3 << 20];

	buf_str(&text, "__CURSOR=s=1\nCOREDUMP\n");
	buf_add(&text, "\0\0\x30\0\0\0\0\0", 8);
	buf_add(&text, zeros, sizeof(zeros));
	buf_str(&text, "\n\n" ENTRY("MESSAGE=" TEXT "\n"));
	struct seen s = { .text = buf_view(&text), .said = BUF_MAX(1 << 20) };
	read_in(&s, 0, 1);
	assert_string_equal(s.said.p, "1 defer x1 c@d.example;");
	buf_free(&s.said);
	buf_free(&text);
}

static void a_file_that_is_no_export_is_untouched(void **state)
{
	says(SPAN("\n"), "");
	says(SPAN("__CURSO"), "");
	says(SPAN(QUEUE), "1 defer x1 c@d.example;");
	says(SPAN("x __CURSOR=\n" QUEUE), "2 defer x1 c@d.example;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_join),
		cmocka_unit_test(a_newline_ends_the_record),
		cmocka_unit_test(what_is_not_whole_is_cut),
		cmocka_unit_test(a_piece_with_another_total_or_host_is_not_taken),
		cmocka_unit_test(memory_for_records_is_bounded),
		cmocka_unit_test(the_line_before_is_said_again),
		cmocka_unit_test(only_the_line_before_is_said_again),
		cmocka_unit_test(an_export_is_read),
		cmocka_unit_test(a_huge_field_of_an_export_is_passed_over),
		cmocka_unit_test(a_file_that_is_no_export_is_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
