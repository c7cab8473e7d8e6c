/* Reasons of deferral, as Postfix 3.7 and Exim 4.96 keep them beside their queues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queue/reason.h"
#include "queue/spool.h"

#define POSTFIX                                                                                          \
	"\n<x@defer.test>: host a[203.0.113.25] said: 451 4.2.1 Busy\nrecipient=x@defer.test\n"          \
	"status=4.2.1\naction=delayed\ndiag_text=451 4.2.1 Busy\nreason=host a[203.0.113.25] said: 451 " \
	"4.2.1 Busy\n\n\n<y@defer.test>: other\nrecipient=y@defer.test\nreason=other\n\n"
#define EXIM                                                                                                 \
	"2026-11-28 11:47:09.307 Received from a@b U=a P=local S=258\n"                                      \
	"2026-11-28 11:47:09.454 H=a [203.0.113.25] SMTP error after RCPT TO:<x@d>: 451 Busy\n"              \
	"2026-11-28 11:47:09.455 x@d R=o T=smtp defer (-44) H=a [203.0.113.25]:25 DT=0.0s: SMTP error: 451 " \
	"Busy\n2026-11-28 11:48:09.455 x@d R=o T=smtp defer (110): Connection timed out\n"

static void is(struct span got, const char *want)
{
	assert_true(span_eq(got, span_str(want)));
}

static void of_text(void **state)
{
	is(reason_of_postfix(SPAN(POSTFIX)), "host a[203.0.113.25] said: 451 4.2.1 Busy");
	is(reason_of_postfix(SPAN("reason=not at a line's start")), "");
	is(reason_of_postfix(SPAN("\nreason=cut")), "");
	is(reason_of_postfix(SPAN("")), "");
	is(reason_of_exim(SPAN(EXIM)), "Connection timed out");
	is(reason_of_exim(SPAN("2026 Received from defer (x\n defer (1) no end")), "");
	is(reason_of_exim(SPAN("")), "");
}

static void put(int at, const char *path, const char *text)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void of_files(void **state)
{
	char dir[] = "/tmp/spamtrail-test.XXXXXX", command[80];
	char a[REASON_MOST];
	struct spool s = { .server = SERVER_POSTFIX };

	assert_non_null(mkdtemp(dir));
	s.fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(s.fd, "defer", 0700) | mkdirat(s.fd, "defer/1", 0700) |
				 mkdirat(s.fd, "defer/7", 0700) | mkdirat(s.fd, "msglog", 0700) |
				 mkdirat(s.fd, "msglog/Z", 0700),
			 0);
	put(s.fd, "defer/1/1ED7510F", POSTFIX);
	/* microseconds 3QcS are 75EB8 in hexadecimal */
	put(s.fd, "defer/7/4dJV8S3QcSz2gF", POSTFIX);
	assert_int_equal(symlinkat("1ED7510F", s.fd, "defer/1/1ED75110"), 0);
	is(queue_reason(&s, SPAN("1ED7510F"), a), "host a[203.0.113.25] said: 451 4.2.1 Busy");
	is(queue_reason(&s, SPAN("4dJV8S3QcSz2gF"), a), "host a[203.0.113.25] said: 451 4.2.1 Busy");
	is(queue_reason(&s, SPAN("1ED75110"), a), "");
	is(queue_reason(&s, SPAN("1ED75199"), a), "");
	is(queue_reason(&s, SPAN("../1/1ED7510F"), a), "");
	s.server = SERVER_EXIM;
	put(s.fd, "msglog/1xXGtZ-000032-0z", EXIM);
	put(s.fd, "msglog/Z/1xXGtZ-000033-0z", EXIM);
	is(queue_reason(&s, SPAN("1xXGtZ-000032-0z"), a), "Connection timed out");
	is(queue_reason(&s, SPAN("1xXGtZ-000033-0z"), a), "Connection timed out");
	close(s.fd);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_text),
		cmocka_unit_test(of_files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
