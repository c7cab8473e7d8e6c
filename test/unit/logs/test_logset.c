/* Which files are one log, and in which order: a file read twice doubles its counts, a wrong order moves years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "logs/logset.h"

#define MOST 32

static struct log_set *sets;
static size_t nsets;
static struct log_file files[MOST];
static size_t nfiles;
static struct arena *arena;

static int begin(void **state)
{
	memset(files, 0, sizeof(files));
	nfiles = 0;
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_free(arena);
	return 0;
}

static struct log_file *add(const char *name)
{
	files[nfiles].name = span_str(name);
	return &files[nfiles++];
}

static void make(void)
{
	nsets = logset_make(arena, files, nfiles, &sets);
}

/* Set I is called BASE and holds the files of LIST, oldest first; "" ends it. */
static void assert_set(size_t i, const char *base, const char *const *list)
{
	uint32_t n = 0;

	assert_true(i < nsets);
	assert_true(span_eq(sets[i].base, span_str(base)));
	for (; list[n][0]; n++) {
		assert_true(n < sets[i].nfiles);
		if (!span_eq(files[sets[i].file[n]].name, span_str(list[n])))
			fail_msg("%s: file %u is %.*s, not %s", base, n, (int)files[sets[i].file[n]].name.n,
				 files[sets[i].file[n]].name.p, list[n]);
	}
	assert_int_equal(sets[i].nfiles, n);
}

#define SET(i, base, ...) assert_set(i, base, (const char *const[]){ __VA_ARGS__, "" })

static void numbers_fall_as_time_goes(void **state)
{
	add("/v/mail.log.10.gz");
	add("/v/mail.log");
	add("/v/mail.log.2.gz");
	add("/v/mail.log.1");
	add("/v/auth.log");
	make();
	assert_int_equal(nsets, 2);
	SET(0, "/v/auth.log", "/v/auth.log");
	SET(1, "/v/mail.log", "/v/mail.log.10.gz", "/v/mail.log.2.gz", "/v/mail.log.1", "/v/mail.log");
}

static void dates_rise(void **state)
{
	add("maillog-20261115.xz");
	add("maillog");
	add("maillog-20261108.zst");
	add("maillog-20261115-1763200000");
	add("maillog-2026-11-01.bz2");
	make();
	assert_int_equal(nsets, 1);
	SET(0, "maillog", "maillog-2026-11-01.bz2", "maillog-20261108.zst", "maillog-20261115.xz",
	    "maillog-20261115-1763200000", "maillog");
}

static void mixed_rotations_go_by_time(void **state)
{
	add("m.log")->mtime = 500;
	add("m.log.1")->mtime = 300;
	add("m.log-20261115")->mtime = 400;
	add("m.log.2.gz")->mtime = 200;
	make();
	assert_int_equal(nsets, 1);
	SET(0, "m.log", "m.log.2.gz", "m.log.1", "m.log-20261115", "m.log");
}

static void old_is_a_rotation(void **state)
{
	add("m.old");
	add("m");
	make();
	assert_int_equal(nsets, 1);
	SET(0, "m", "m.old", "m");
}

static void a_file_is_read_once(void **state)
{
	struct log_file *f;

	/* logrotate was interrupted: the plain one is whole. */
	add("m.1.gz");
	add("m.1");
	f = add("m");
	f->dev = 8;
	f->ino = 77;
	/* The same inode under another name, and given twice. */
	f = add("other");
	f->dev = 8;
	f->ino = 77;
	f = add("m");
	f->dev = 8;
	f->ino = 77;
	make();
	assert_int_equal(nsets, 1);
	SET(0, "m", "m.1", "m");
}

static void unknown_inodes_are_not_one(void **state)
{
	add("a");
	add("b");
	make();
	assert_int_equal(nsets, 2);
}

static void syslog_repeats_the_mail_log_beside_it(void **state)
{
	add("/a/syslog");
	add("/a/mail.log");
	add("/a/mail.err");
	add("/b/syslog.1");
	add("/c/messages");
	add("/c/maillog-20261101");
	make();
	for (size_t i = 0; i < nsets; i++)
		assert_int_equal(sets[i].copy, span_eq(sets[i].base, SPAN("/a/syslog")) ||
						       span_eq(sets[i].base, SPAN("/a/mail.err")) ||
						       span_eq(sets[i].base, SPAN("/c/messages")));
}

static void exim_repeats_itself(void **state)
{
	add("/a/mainlog");
	add("/a/rejectlog.1");
	add("/a/paniclog");
	add("/b/paniclog");
	add("/c/exim_mainlog-20261101.gz");
	add("/c/exim_rejectlog");
	make();
	assert_int_equal(nsets, 6);
	for (size_t i = 0; i < nsets; i++)
		assert_int_equal(sets[i].copy, span_eq(sets[i].base, SPAN("/a/rejectlog")) ||
						       span_eq(sets[i].base, SPAN("/a/paniclog")) ||
						       span_eq(sets[i].base, SPAN("/c/exim_rejectlog")));
}

static void names_without_rotation_stay(void **state)
{
	static const char *const pairs[][2] = {
		{ "mail.log", "mail.log" },
		{ "mail.log.gz", "mail.log" },
		{ "access-ssl.log", "access-ssl.log" },
		{ "site-1.example.log", "site-1.example.log" },
		{ "1", "1" },
		{ "-1", "-1" },
		{ ".gz", "" },
		{ "", "" },
		{ "x.1234567890123456789", "x.1234567890123456789" },
		{ "x.1", "x" },
		{ "x-1", "x" },
		{ "x--5", "x-" },
		{ "mail.log.1.gz", "mail.log" },
		{ "x-", "x-" },
		{ "mainlog2", "mainlog2" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct span base = logset_base(span_str(pairs[i][0]));

		if (!span_eq(base, span_str(pairs[i][1])))
			fail_msg("%s: %.*s", pairs[i][0], (int)base.n, base.p);
	}
}

static void nothing_gives_nothing(void **state)
{
	make();
	assert_int_equal(nsets, 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(numbers_fall_as_time_goes),
		test(dates_rise),
		test(mixed_rotations_go_by_time),
		test(old_is_a_rotation),
		test(a_file_is_read_once),
		test(unknown_inodes_are_not_one),
		test(syslog_repeats_the_mail_log_beside_it),
		test(exim_repeats_itself),
		test(names_without_rotation_stay),
		test(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
