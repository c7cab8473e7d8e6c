/* What the terminal can do; and progress, which must leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/progress.h"
#include "app/term.h"

static void clean_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "TERM", "COLUMNS" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

/* A terminal of 66 columns, its other end in RET_MASTER. */
static int open_terminal(int *ret_master)
{
	struct winsize size = { .ws_row = 24, .ws_col = 66 };
	int slave;

	assert_int_equal(openpty(ret_master, &slave, NULL, NULL, &size), 0);
	return slave;
}

static void on_a_terminal(void **state)
{
	struct options o = { .top = 7 };
	int master, fd = open_terminal(&master);

	clean_environment();
	assert_false(term_screen(&o, fd).color);
	setenv("TERM", "dumb", 1);
	assert_false(term_screen(&o, fd).color);
	setenv("TERM", "xterm", 1);
	assert_true(term_screen(&o, fd).color);
	assert_int_equal(term_screen(&o, fd).columns, 66);
	assert_int_equal(term_screen(&o, fd).top, 7);
	setenv("NO_COLOR", "", 1);
	assert_true(term_screen(&o, fd).color);
	setenv("NO_COLOR", "1", 1);
	assert_false(term_screen(&o, fd).color);
	o.color = COLOR_ALWAYS;
	assert_true(term_screen(&o, fd).color);
	unsetenv("NO_COLOR");
	o.color = COLOR_NEVER;
	assert_false(term_screen(&o, fd).color);
	close(fd);
	close(master);
}

static void in_a_pipe(void **state)
{
	struct options o = { 0 };
	int fd = open("/dev/null", O_WRONLY);

	clean_environment();
	setenv("TERM", "xterm", 1);
	assert_false(term_screen(&o, fd).color);
	assert_int_equal(term_screen(&o, fd).columns, 80);
	setenv("COLUMNS", "132", 1);
	assert_int_equal(term_screen(&o, fd).columns, 132);
	setenv("COLUMNS", "-4", 1);
	assert_int_equal(term_screen(&o, fd).columns, 80);
	close(fd);
}

static void charsets(void **state)
{
	struct options o = { 0 };

	clean_environment();
	assert_true(term_screen(&o, -1).ascii);
	setenv("LANG", "de_DE.UTF-8", 1);
	assert_false(term_screen(&o, -1).ascii);
	setenv("LC_CTYPE", "de_DE@euro", 1);
	assert_true(term_screen(&o, -1).ascii);
	setenv("LC_ALL", "C.utf8@x", 1);
	assert_false(term_screen(&o, -1).ascii);
	setenv("LC_ALL", "C", 1);
	assert_true(term_screen(&o, -1).ascii);
}

static void progress_on_a_terminal(void **state)
{
	const char *all = "\r\033[K1 GB of 4 GB  1 GB/s  4 s left\r\033[K";
	char got[1000] = "";
	int master, fd = open_terminal(&master);
	struct progress p;
	ssize_t more;

	clean_environment();
	setenv("TERM", "xterm", 1);
	p = progress_new(fd, false, 0);
	progress_show(&p, 1, 100, 100000);
	progress_end(&p);
	progress_show(&p, UINT64_C(1000000000), UINT64_C(4000000000), 1000000);
	progress_show(&p, 2, 100, 1000001);
	progress_end(&p);
	/* a pty may hand over two writes one by one */
	for (size_t n = 0; n < strlen(all); n += (size_t)more) {
		more = read(master, got + n, sizeof(got) - 1 - n);
		assert_true(more > 0);
	}
	assert_string_equal(got, all);
	close(fd);
	close(master);
}

static void no_progress(void **state)
{
	int pipes[2], master, fd = open_terminal(&master);
	struct progress p;
	char byte;

	setenv("TERM", "xterm", 1);
	p = progress_new(fd, true, 0);
	assert_int_equal(p.fd, -1);
	assert_int_equal(pipe(pipes), 0);
	p = progress_new(pipes[1], false, 0);
	progress_show(&p, 1, 2, 10000000);
	progress_end(&p);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	close(pipes[0]);
	close(fd);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_a_terminal), cmocka_unit_test(in_a_pipe),
		cmocka_unit_test(charsets),	 cmocka_unit_test(progress_on_a_terminal),
		cmocka_unit_test(no_progress),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
