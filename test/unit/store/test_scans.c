/* What one scan tells the next: kept, given back, and doubted where it is damaged. */
#include "base/codec.h"
#include "store/scans.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static char dir[64];

static void path_of(const char *name, char *to, size_t size)
{
	snprintf(to, size, "%s/%s", dir, name);
}

static struct scans *opened(void)
{
	struct buf note = BUF_MAX(1000);
	struct scans *s = NULL;
	struct err err;

	assert_int_equal(scans_open(dir, &s, &note, &err), 0);
	buf_free(&note);
	return s;
}

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/spamtrail-scans.XXXXXX");
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = { "scan.db", "scan.db-wal", "scan.db-shm", "scan.db.damaged-1" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		path_of(names[i], path, sizeof(path));
		remove(path);
	}
	remove(dir);
	(void)state;
	return 0;
}

static void kept_and_given_back(void **state)
{
	struct scans *s = opened();
	uint64_t seed = scans_seed(s), print[] = { 1, 5, UINT64_MAX };
	struct scans_told told[] = { { 7, SPAN("seven") }, { UINT64_MAX - 1, SPAN("many") } };
	struct scans_known now = { print, 3, told, 2, 30, 400 }, was;
	struct scans_folder f = { SPAN("1:2"), 99 }, other = { SPAN("1:2"), 100 };
	struct arena *a = arena_new();
	struct err err;

	assert_int_equal(scans_save(s, &f, &now, 1000, &err), 0);
	scans_close(s);
	s = opened();
	assert_int_equal(scans_seed(s), seed);
	assert_int_equal(scans_load(s, &f, a, &was, &err), 0);
	assert_int_equal(was.n, 3);
	assert_memory_equal(was.print, print, sizeof(print));
	assert_int_equal(was.ntold, 2);
	assert_int_equal(was.files, 30);
	free(was.print);
	free(was.told);
	/* other rules */
	assert_int_equal(scans_load(s, &other, a, &was, &err), 0);
	assert_int_equal(was.n + was.ntold, 0);
	scans_close(s);
	arena_free(a);
	(void)state;
}

static void findings_by_folder(void **state)
{
	struct scan_finding f[] = { { .path = SPAN("/h/a/x.php"), .verdict = SCAN_MALICIOUS, .score = 12 },
				    { .path = SPAN("/h/ab/y.php"), .verdict = SCAN_SUSPICIOUS, .score = 5 } };
	struct scans *s = opened();
	struct arena *a = arena_new();
	struct scan_finding *got;
	struct err err;
	size_t n;

	assert_int_equal(scans_keep(s, SPAN("/h"), true, f, 2, 1000, &err), 0);
	assert_int_equal(scans_found(s, SPAN("/h/a"), 10, a, &got, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_true(span_eq(got[0].path, SPAN("/h/a/x.php")));
	assert_int_equal(scans_found(s, SPAN("/"), 10, a, &got, &n, &err), 0);
	assert_int_equal(n, 2);
	/* a whole scan of the folder that finds nothing takes back what was found */
	assert_int_equal(scans_keep(s, SPAN("/h/a"), true, NULL, 0, 1001, &err), 0);
	assert_int_equal(scans_found(s, SPAN("/h"), 10, a, &got, &n, &err), 0);
	assert_int_equal(n, 1);
	scans_close(s);
	arena_free(a);
	(void)state;
}

static void run_sql(const char *sql)
{
	char path[128];
	sqlite3 *db;

	path_of("scan.db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_changed_row_does_not_count(void **state)
{
	uint64_t print[] = { 1, 2 };
	struct scans_known now = { .print = print, .n = 2 }, was;
	struct scans_folder f = { SPAN("1:2"), 99 };
	struct scans *s = opened();
	struct arena *a = arena_new();
	struct err err;

	assert_int_equal(scans_save(s, &f, &now, 1000, &err), 0);
	scans_close(s);
	run_sql("UPDATE prints SET body = x'01000000000000000300000000000000'");
	s = opened();
	assert_int_equal(scans_load(s, &f, a, &was, &err), 0);
	assert_int_equal(was.n, 0);
	free(was.print);
	free(was.told);
	scans_close(s);
	arena_free(a);
	(void)state;
}

static void a_foreign_file_is_set_aside(void **state)
{
	struct buf note = BUF_MAX(1000);
	struct scans *s = opened();
	struct err err;

	scans_close(s);
	run_sql("CREATE TRIGGER evil AFTER INSERT ON finding BEGIN DELETE FROM finding; END");
	assert_int_equal(scans_open(dir, &s, &note, &err), 0);
	assert_true(span_search(buf_view(&note), 0, SPAN("damaged")) >= 0);
	scans_close(s);
	buf_free(&note);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kept_and_given_back, setup, teardown),
		cmocka_unit_test_setup_teardown(findings_by_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(a_changed_row_does_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(a_foreign_file_is_set_aside, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
