/* The configuration: values, their origins, and every way to get it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/config.h"

static void built_in(void **state)
{
	struct config c;

	config_defaults(&c);
	assert_int_equal(c.memory.value, 512u << 20);
	assert_int_equal(c.threads.value, 0);
	assert_int_equal(c.false_alarm_days.value, 100000);
	assert_string_equal(c.state_dir.value, "/var/lib/spamtrail");
	assert_int_equal(c.trusted_senders.n, 0);
	assert_null(c.memory.origin.file);
	config_free(&c);
}

static void values_and_origins(void **state)
{
	static const char first[] =
		"# sample\n[trusted]\nsenders = a@b.example, newsletter@club.example ; inline\n"
		"  list@c.example\nnetworks = 192.0.2.0/24, 2001:db8::/32,10.1.2.3\r\n"
		"[limits]\nmemory = 2G\n[state]\ndir=/srv/st\n";
	static const char second[] = "[trusted]\nsenders = late@d.example\nfolders = /home/a b/list\n"
				     "[limits]\nmemory = 64M\nthreads = 4";
	struct config c;
	struct err err = { 0 };

	config_defaults(&c);
	if (config_parse(&c, SPAN(first), "one.conf", &err) < 0 ||
	    config_parse(&c, SPAN(second), "two.conf", &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(c.trusted_senders.n, 4);
	assert_string_equal(c.trusted_senders.item[1].value, "newsletter@club.example");
	assert_string_equal(c.trusted_senders.item[2].value, "list@c.example");
	assert_int_equal(c.trusted_senders.item[2].origin.line, 4);
	assert_string_equal(c.trusted_senders.item[3].origin.file, "two.conf");
	assert_int_equal(c.trusted_senders.item[3].origin.line, 2);
	assert_string_equal(c.trusted_folders.item[0].value, "/home/a b/list");
	assert_int_equal(c.trusted_networks.n, 3);
	assert_int_equal(c.memory.value, 64u << 20);
	assert_string_equal(c.memory.origin.file, "two.conf");
	assert_int_equal(c.threads.value, 4);
	assert_string_equal(c.state_dir.value, "/srv/st");
	config_free(&c);
}

static void an_empty_value_begins_anew(void **state)
{
	struct config c;

	config_defaults(&c);
	assert_int_equal(
		config_parse(&c, SPAN("[trusted]\nsenders = a,b\nsenders =\nsenders = c\n"), "x", NULL), 0);
	assert_int_equal(c.trusted_senders.n, 1);
	assert_string_equal(c.trusted_senders.item[0].value, "c");
	config_free(&c);
}

static void wrong_ones(void **state)
{
	static const struct {
		struct span text;
		const char *want;
	} list[] = {
		{ SPAN("[trusted]\n\nsendres = a\n"), "f:3: unknown key sendres: did you mean senders?" },
		{ SPAN("[trusted]\nzzzzzzzzzz = a\n"), "f:2: unknown key zzzzzzzzzz" },
		{ SPAN("[trustd]\nsenders = a\n"), "f:2: unknown section trustd: did you mean trusted?" },
		{ SPAN("senders = a\n"), "f:1: a key before the first [section]: senders" },
		{ SPAN("[trusted]\nsenders\n"), "f:2: neither a [section] nor name = value" },
		{ SPAN("[trusted\n"), "f:1: neither a [section] nor name = value" },
		{ SPAN("[trusted]\nfolders = home/x\n"), "f:2: not an absolute path: home/x" },
		{ SPAN("[trusted]\nsenders = a b\n"),
		  "f:2: a blank inside a name (names are separated by commas): a b" },
		{ SPAN("[trusted]\nnetworks = 192.0.2.0/33\n"),
		  "f:2: not an address or network: 192.0.2.0/33" },
		{ SPAN("[trusted]\nnetworks = mail.example\n"),
		  "f:2: not an address or network: mail.example" },
		{ SPAN("[limits]\nmemory = lots\n"), "f:2: not a size like 512M: lots" },
		{ SPAN("[limits]\nmemory = 1K\n"), "f:2: out of range: 1K" },
		{ SPAN("[limits]\nmemory = 18446744073709551615G\n"),
		  "f:2: out of range: 18446744073709551615G" },
		{ SPAN("[limits]\nthreads = -1\n"), "f:2: not a number: -1" },
		{ SPAN("[limits]\nthreads =\n"), "f:2: not a number:" },
		{ SPAN("[limits]\nthreads = 65\n"), "f:2: out of range: 65" },
		{ SPAN("[state]\ndir = \n"), "f:2: an empty path" },
		{ SPAN("[state]\ndir = \033[2J\n"), "f:2: not an absolute path: \\x1b[2J" },
		{ SPAN("[trusted]\nsenders = a\0b\n"), "f:2: the line holds a NUL byte" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct config c;
		struct err err = { 0 };

		config_defaults(&c);
		assert_int_equal(config_parse(&c, list[i].text, "f", &err), -EXIT_CONFIG);
		assert_string_equal(err.text, list[i].want);
		config_free(&c);
	}
}

static void long_lines_are_not_cut(void **state)
{
	struct config c;
	struct err err = { 0 };
	struct buf b = BUF_MAX(1 << 20);

	buf_str(&b, "[trusted]\nsenders = ");
	for (int i = 0; i < 100000; i++)
		buf_str(&b, "a@b.example,");
	config_defaults(&c);
	assert_int_equal(config_parse(&c, buf_view(&b), "f", &err), -EXIT_CONFIG);
	assert_string_equal(err.text, "f:2: the line is too long: put a list on several lines");
	config_free(&c);
	buf_free(&b);
}

struct seen {
	int n, from_file, memory;
};

static void see(void *owner, const char *section, const char *key, const char *value,
		const struct origin *origin)
{
	struct seen *s = owner;

	s->n++;
	s->from_file += origin->file != NULL;
	if (strcmp(key, "memory") != 0)
		return;
	assert_string_equal(value, "64M");
	s->memory++;
}

static void each(void **state)
{
	struct config c;
	struct seen s = { 0 };

	config_defaults(&c);
	assert_int_equal(
		config_parse(&c, SPAN("[trusted]\nsenders = a,b\n[limits]\nmemory=64M\n"), "x", NULL), 0);
	config_each(&c, see, &s);
	assert_true(s.n > 19);
	assert_int_equal(s.memory, 1);
	assert_int_equal(s.from_file, 3);
	config_free(&c);
}

static void files(void **state)
{
	char path[] = "/tmp/spamtrail-conf-XXXXXX";
	int fd = mkstemp(path);
	struct config c;
	struct err err = { 0 };

	assert_int_equal(write(fd, "[limits]\nthreads = 3\n", 21), 21);
	close(fd);
	assert_int_equal(config_load(&c, path, &err), 0);
	assert_int_equal(c.threads.value, 3);
	assert_int_equal(c.nfiles, 1);
	config_free(&c);
	unlink(path);
	assert_int_equal(config_load(&c, path, &err), -EXIT_NOINPUT);
	config_free(&c);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(config_load(&c, path, &err), -EXIT_CONFIG);
	assert_non_null(strstr(err.text, "not a file"));
	config_free(&c);
	unlink(path);
	assert_int_equal(config_load(&c, "/dev/zero", &err), -EXIT_CONFIG);
	config_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in),
		cmocka_unit_test(values_and_origins),
		cmocka_unit_test(an_empty_value_begins_anew),
		cmocka_unit_test(wrong_ones),
		cmocka_unit_test(long_lines_are_not_cut),
		cmocka_unit_test(each),
		cmocka_unit_test(files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
