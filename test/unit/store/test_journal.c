/* journal: rows survive, ids are never given twice, what an operator undid is known, a damaged file is set aside. */
#include "store/journal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static int begin(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/spamtrail-journal.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	static const char *const names[] = { "journal.db", "journal.db-journal", "journal.db.damaged-1",
					     "journal.db.damaged-1-journal" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static struct journal *open_it(bool expect_new, bool expect_note)
{
	struct buf note = BUF_MAX(1000);
	struct err err = { 0 };
	struct journal *j;
	bool is_new;

	assert_int_equal(journal_open(dir, &j, &is_new, &note, &err), 0);
	assert_int_equal(is_new, expect_new);
	assert_int_equal(note.n > 0, expect_note);
	buf_free(&note);
	return j;
}

static void add(struct journal *j, uint64_t identity, uint64_t expected_id)
{
	struct journal_row r = {
		.planned = 1790000000, .identity = identity, .incident = SPAN("1123a"), .what = SPAN("x")
	};
	struct err err = { 0 };

	assert_int_equal(journal_add(j, &r, 1, &err), 0);
	assert_int_equal(r.id, expected_id);
}

static void step(struct journal *j, uint64_t id, enum act_state state, enum undone_by by)
{
	struct arena *a = arena_new();
	struct journal_row *rows;
	struct err err = { 0 };
	size_t n;

	assert_int_equal(journal_list(j, a, UINT32_MAX, &rows, &n, &err), 0);
	rows[id - 1].state = state;
	rows[id - 1].by = by;
	rows[id - 1].changed = 1790000100 + (int64_t)id;
	assert_int_equal(journal_step(j, &rows[id - 1], &err), 0);
	arena_free(a);
}

static void test_rows_survive(void **state)
{
	struct arena *a = arena_new();
	struct journal_row *rows;
	struct err err = { 0 };
	struct journal *j = open_it(true, false);
	char path[128];
	struct stat st;
	size_t n;

	add(j, 7, 1);
	add(j, 8, 2);
	step(j, 2, ACT_STATE_DONE, UNDONE_NOT);
	journal_close(j);
	snprintf(path, sizeof(path), "%s/journal.db", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	j = open_it(false, false);
	assert_int_equal(journal_list(j, a, 1u << ACT_STATE_DONE, &rows, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, 2);
	assert_true(span_eq(rows[0].incident, SPAN("1123a")));
	add(j, 9, 3);
	journal_close(j);
	arena_free(a);
}

static void test_what_an_operator_undid(void **state)
{
	struct journal *j = open_it(true, false);

	add(j, 7, 1);
	add(j, 8, 2);
	step(j, 1, ACT_STATE_UNDONE, UNDONE_BY_OPERATOR);
	step(j, 2, ACT_STATE_UNDONE, UNDONE_BY_TIME);
	assert_int_equal(journal_undone_at(j, 7, SPAN("1123a"), SPAN_NONE), 1790000101);
	assert_int_equal(journal_undone_at(j, 7, SPAN("1124a"), SPAN_NONE), 0);
	assert_int_equal(journal_undone_at(j, 7, SPAN_NONE, SPAN_NONE), 0);
	assert_int_equal(journal_undone_at(j, 8, SPAN("1123a"), SPAN_NONE), 0);
	add(j, 7, 3);
	assert_int_equal(journal_undone_at(j, 7, SPAN("1123a"), SPAN_NONE), 1790000101);
	step(j, 3, ACT_STATE_DONE, UNDONE_NOT);
	assert_int_equal(journal_undone_at(j, 7, SPAN("1123a"), SPAN_NONE), 0);
	journal_close(j);
}

static void test_damage_is_seen(void **state)
{
	struct journal *j = open_it(true, false);
	char path[128], page[4096];
	char *hit;
	int fd;
	ssize_t n;

	add(j, 7, 1);
	journal_close(j);
	/* one letter of a row: the database takes the page for sound */
	snprintf(path, sizeof(path), "%s/journal.db", dir);
	fd = open(path, O_RDWR);
	n = pread(fd, page, sizeof(page), 4096);
	hit = n > 0 ? memmem(page, (size_t)n, "1123a", 5) : NULL;
	assert_non_null(hit);
	assert_int_equal(pwrite(fd, "9", 1, 4096 + (hit - page)), 1);
	close(fd);
	j = open_it(true, true);
	journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_survive, begin, end),
		cmocka_unit_test_setup_teardown(test_what_an_operator_undid, begin, end),
		cmocka_unit_test_setup_teardown(test_damage_is_seen, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
