/* first: several processes open a state that is not there yet, at the same instant, and all of them get the same one. */
#include "base/err.h"
#include "store/scans.h"
#include "store/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define AT_ONCE 6
#define ROUNDS 20

struct told {
	uint64_t seed;
	char text[2000]; /* what went wrong */
};

/* What one process makes of the state in DIR. */
typedef void opens_fn(const char *dir, struct told *ret);

static void opens_state(const char *dir, struct told *ret)
{
	struct buf note = BUF_MAX(1000);
	struct inquiry q = { 0 };
	struct store_learnt learnt = { .first = 1, .as_of = 2, .body = SPAN("past") };
	struct err err = { 0 };
	struct store *s;

	if (store_open(dir, &s, &note, &err) < 0 || note.n || store_save(s, &learnt, &q, &err) < 0)
		snprintf(ret->text, sizeof(ret->text), "%s%.*s", err.text, (int)note.n, note.n ? note.p : "");
	else
		store_close(s);
}

static void opens_scans(const char *dir, struct told *ret)
{
	struct buf note = BUF_MAX(1000);
	struct err err = { 0 };
	struct scans *s;

	if (scans_open(dir, &s, &note, &err) < 0 || note.n) {
		snprintf(ret->text, sizeof(ret->text), "%s%.*s", err.text, (int)note.n, note.n ? note.p : "");
		return;
	}
	ret->seed = scans_seed(s);
	scans_close(s);
}

static void empty(const char *path)
{
	DIR *d = opendir(path);

	for (struct dirent *e; d && (e = readdir(d));)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(path);
}

static void at_once(opens_fn *opens)
{
	struct told *told = mmap(NULL, AT_ONCE * sizeof(*told), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char dir[64];
	int gate[2];
	char c;

	assert_ptr_not_equal(told, MAP_FAILED);
	snprintf(dir, sizeof(dir), "/tmp/spamtrail-first.XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(told, 0, AT_ONCE * sizeof(*told));
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < AT_ONCE; i++) {
		if (fork() > 0)
			continue;
		close(gate[1]);
		/* the end of the pipe comes to all of them at once */
		if (read(gate[0], &c, 1) == 0)
			opens(dir, &told[i]);
		_exit(0);
	}
	close(gate[1]);
	while (wait(NULL) > 0)
		;
	close(gate[0]);
	empty(dir);
	for (int i = 0; i < AT_ONCE; i++) {
		assert_string_equal(told[i].text, "");
		assert_int_equal(told[i].seed, told[0].seed);
	}
	munmap(told, AT_ONCE * sizeof(*told));
}

static void test_one_state(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		at_once(opens_state);
}

static void test_one_cache(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		at_once(opens_scans);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_state),
		cmocka_unit_test(test_one_cache),
	};

	return cmocka_run_group_tests_name("store-first", tests, NULL, NULL);
}
