/* spawn: arguments as they are, three descriptors, a small environment, a deadline, a ceiling on output. */
#include "sys/clock.h"
#include "sys/spawn.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

static int run(const char *const *argv, const char *input, unsigned seconds, struct buf *out, struct err *err)
{
	struct spawn s = { .argv = argv, .input = span_str(input), .seconds = seconds, .output = out };

	return spawn_run(&s, err);
}

static void says(const char *const *argv, const char *input, const char *expected)
{
	struct buf out = BUF_MAX(1 << 16);
	struct err err = { 0 };

	assert_int_equal(run(argv, input, 10, &out, &err), 0);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, expected);
	buf_free(&out);
}

static void test_arguments_and_input(void **state)
{
	says((const char *const[]){ "/bin/cat", NULL }, "a\nb\n", "a\nb\n");
	says((const char *const[]){ "/bin/echo", "$(id) *", "`x`;", NULL }, "", "$(id) * `x`;\n");
	says((const char *const[]){ "/usr/bin/env", NULL }, "",
	     "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
}

static void test_no_descriptor_is_left_open(void **state)
{
	int a = open("/dev/null", O_RDONLY), b = dup2(a, 40);

	says((const char *const[]){ "/bin/ls", "/proc/self/fd", NULL }, "", "0\n1\n2\n3\n");
	close(a);
	close(b);
}

static void test_large_input(void **state)
{
	static char big[900000];
	struct buf out = BUF_MAX(1 << 20);
	struct err err = { 0 };

	memset(big, 'x', sizeof(big) - 1);
	assert_int_equal(run((const char *const[]){ "/bin/cat", NULL }, big, 20, &out, &err), 0);
	assert_int_equal(out.n, sizeof(big) - 1);
	/* who does not read what he is given ends all the same */
	assert_int_equal(run((const char *const[]){ "/bin/true", NULL }, big, 20, NULL, &err), 0);
	buf_free(&out);
}

static void test_what_goes_wrong_is_said(void **state)
{
	struct clock clock = { 0 };
	int64_t began = clock_steady_micros(&clock);
	struct err err = { 0 };

	assert_int_equal(run((const char *const[]){ "/bin/false", NULL }, "", 10, NULL, &err), 1);
	assert_int_equal(run((const char *const[]){ "/bin/sleep", "30", NULL }, "", 1, NULL, &err),
			 -EXIT_TEMPFAIL);
	assert_non_null(strstr(err.text, "in time"));
	assert_int_equal(run((const char *const[]){ "/usr/bin/yes", NULL }, "", 10, NULL, &err),
			 -EXIT_TEMPFAIL);
	assert_non_null(strstr(err.text, "1 MiB"));
	assert_int_equal(run((const char *const[]){ "/nowhere/x", NULL }, "", 10, NULL, &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "/nowhere/x"));
	assert_true(clock_steady_micros(&clock) - began < 20000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_and_input),
		cmocka_unit_test(test_no_descriptor_is_left_open),
		cmocka_unit_test(test_large_input),
		cmocka_unit_test(test_what_goes_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
