/*
 * walk: files that change between the look at their size and the read. SETTLED is asked exactly there, so it changes them.
 */
#include "base/err.h"
#include "scan/walk.h"
#include "sys/beneath.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { MOST = 1 << 20, SKIPS = 4 };

/* What is done to the file F of the folder, and what came of it. */
struct seen {
	int dir;
	int64_t becomes; /* bytes; -1: nothing is done */
	size_t files, skips, bytes;
	bool whole, larger;
	char last; /* byte of it */
	const char *why[SKIPS];
	bool harmless[SKIPS];
};

static bool settled(void *ctx, unsigned worker, struct span path, const struct file_status *st)
{
	struct seen *s = ctx;
	int fd = openat(s->dir, "f", O_WRONLY);

	if (s->becomes >= 0) {
		assert_int_equal(ftruncate(fd, s->becomes), 0);
		if (s->becomes)
			assert_int_equal(pwrite(fd, "!", 1, s->becomes - 1), 1);
	}
	close(fd);
	(void)worker;
	(void)path;
	(void)st;
	return false;
}

static void look(void *ctx, unsigned worker, const struct walk_file *f)
{
	struct seen *s = ctx;

	s->files++;
	s->bytes = f->bytes.n;
	s->whole = f->whole;
	s->larger = f->larger;
	s->last = f->bytes.n ? f->bytes.p[f->bytes.n - 1] : '\0';
	(void)worker;
}

static void passed_over(void *ctx, struct span path, const char *why, bool harmless)
{
	struct seen *s = ctx;

	if (s->skips < SKIPS) {
		s->why[s->skips] = why;
		s->harmless[s->skips] = harmless;
	}
	s->skips++;
	(void)path;
}

static bool go_on(void *ctx)
{
	(void)ctx;
	return true;
}

/* A file of SIZE bytes that has BECOMES by the time it is read. */
static struct seen walked(int64_t size, int64_t becomes)
{
	char path[] = "/tmp/spamtrail-walk.XXXXXX";
	struct seen s = { .becomes = becomes };
	struct walk_want want = { .only = "f",
				  .workers = 1,
				  .file_most = MOST,
				  .ctx = &s,
				  .settled = settled,
				  .file = look,
				  .skip = passed_over,
				  .go_on = go_on };
	int fd;

	assert_non_null(mkdtemp(path));
	s.dir = want.dir = open(path, O_RDONLY | O_DIRECTORY);
	fd = openat(s.dir, "f", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
	walk_tree(&want);
	unlinkat(s.dir, "f", 0);
	close(s.dir);
	rmdir(path);
	return s;
}

static void steady(void **state)
{
	static const int64_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, MOST - 1, MOST };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct seen s = walked(sizes[i], -1);

		assert_true(s.files == 1 && s.skips == 0 && s.whole);
		assert_int_equal(s.bytes, sizes[i]);
	}
	(void)state;
}

/* What was put behind its end meanwhile is read with the rest. */
static void grown(void **state)
{
	static const int64_t sizes[][2] = { { 0, 10 },	       { 10, 20 },	 { 10, 65536 },
					    { 65535, 65536 },  { 65536, 65537 }, { 10, 200000 },
					    { 65536, 200000 }, { 10, MOST } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct seen s = walked(sizes[i][0], sizes[i][1]);

		assert_true(s.files == 1 && s.skips == 0 && s.whole);
		assert_int_equal(s.bytes, sizes[i][1]);
		assert_int_equal(s.last, '!');
	}
	(void)state;
}

static void grown_too_large(void **state)
{
	static const int64_t sizes[][2] = { { 10, MOST + 1 }, { MOST, MOST + 1 }, { MOST + 1, MOST + 1 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct seen s = walked(sizes[i][0], sizes[i][1]);

		assert_true(s.files == 1 && !s.whole && s.larger && s.skips == 0);
		assert_int_equal(s.bytes, MOST);
	}
	(void)state;
}

static void shrunk(void **state)
{
	static const int64_t sizes[][2] = { { 10, 0 }, { 100000, 10 }, { MOST, 65536 }, { MOST, MOST - 1 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct seen s = walked(sizes[i][0], sizes[i][1]);

		assert_true(s.files == 1 && !s.whole && s.skips == 1 && !s.harmless[0]);
		assert_int_equal(s.bytes, sizes[i][1]);
		assert_non_null(strstr(s.why[0], "grew shorter"));
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady),
		cmocka_unit_test(grown),
		cmocka_unit_test(grown_too_large),
		cmocka_unit_test(shrunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
