/* spawn: arguments as they are, three descriptors, a small environment, a deadline, a ceiling on output. */
#include "sys/clock.h"
#include "sys/program.h"
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

static void test_own_environment(void **state)
{
	static const char *const argv[] = { "/usr/bin/env", NULL }, *const env[] = { "A=b", "C=d", NULL };
	struct buf out = BUF_MAX(100);
	struct err err = { 0 };
	struct spawn s = { .argv = argv, .env = env, .seconds = 10, .output = &out };

	assert_int_equal(spawn_run(&s, &err), 0);
	assert_true(span_eq(buf_view(&out), SPAN("A=b\nC=d\n")));
	buf_free(&out);
}

/* It says nothing more, and goes on. */
static void test_silent_one_is_ended(void **state)
{
	const char *const argv[] = { "/bin/sh", "-c", "exec >&- 2>&-; exec sleep 30", NULL };
	struct err err = { 0 };

	assert_int_equal(run(argv, "", 1, NULL, &err), -EXIT_TEMPFAIL);
	assert_non_null(strstr(err.text, "in time"));
}

static int ended(const char *program, const char *line, int kill_it, struct err *err)
{
	char *argv[] = { (char *)(uintptr_t)program, (char[]){ "-c" }, (char *)(uintptr_t)line, NULL };
	struct program p;

	assert_int_equal(program_start(argv, 20, &p, err), 0);
	close(p.out);
	return program_end(&p, "it", kill_it, err);
}

static void test_how_a_program_ended(void **state)
{
	struct err err = { 0 };

	assert_int_equal(ended("/bin/sh", "exit 0", 0, &err), 0);
	assert_int_equal(ended("/bin/sh", "exit 3", 0, &err), -EXIT_IO);
	assert_string_equal(err.text, "it ended with code 3");
	assert_int_equal(ended("/bin/sh", "kill -9 $$", 0, &err), -EXIT_IO);
	assert_string_equal(err.text, "it was ended by signal 9");
	assert_int_equal(ended("/nowhere/x", "", 0, &err), -EXIT_NOINPUT);
	assert_non_null(strstr(err.text, "is not there"));
	/* who is not wanted any more has done nothing wrong */
	assert_int_equal(ended("/bin/sh", "sleep 30", 1, &err), 0);
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
		cmocka_unit_test(test_own_environment),
		cmocka_unit_test(test_silent_one_is_ended),
		cmocka_unit_test(test_how_a_program_ended),
		cmocka_unit_test(test_what_goes_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
