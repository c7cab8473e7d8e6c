/*
 * below: files beneath one open directory, met by what may lie there: links, FIFOs, mounts, names with slashes, another's file.
 */
#include "sys/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/spamtrail-below.XXXXXX";
static int top;
static bool mounted;

static int make(void **state)
{
	char line[600];

	if (!mkdtemp(dir) || chmod(dir, 0755) < 0)
		return -1;
	snprintf(line, sizeof(line),
		 "cd %s && printf text >file && mkdir d mount && printf more >d/f && mkfifo fifo && ln -s "
		 "file link && "
		 "ln -s d dlink && chmod 644 file",
		 dir);
	if (system(line) != 0)
		return -1;
	snprintf(line, sizeof(line), "%s/mount", dir);
	mounted = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		  mount("below", line, "tmpfs", 0, NULL) == 0;
	top = open(dir, O_RDONLY | O_DIRECTORY);
	return top < 0 ? -1 : 0;
}

static int drop(void **state)
{
	char line[100];

	snprintf(line, sizeof(line), "%s/mount", dir);
	if (mounted)
		umount(line);
	snprintf(line, sizeof(line), "rm -rf %s", dir);
	return system(line);
}

static int refused(int rc)
{
	return rc < 0 ? errno : 0;
}

static void opens(const char *path, bool folder, int error)
{
	int fd = below_open(top, path, folder);

	assert_int_equal(refused(fd), error);
	if (fd >= 0)
		close(fd);
}

static void test_open(void **state)
{
	opens("file", false, 0);
	opens("d/f", false, 0);
	opens("d", true, 0);
	opens("file", true, ENOTDIR);
	opens("nothing", false, ENOENT);
	opens("link", false, ELOOP);
	opens("dlink/f", false, ELOOP);
	opens("../etc/passwd", false, EXDEV);
	/* a FIFO does not stall who opens it */
	opens("fifo", false, 0);
	if (mounted)
		opens("mount", true, EXDEV);
}

/* Whoever may not leave the time of access alone reads all the same, and does not try it again. */
static void test_open_quietly(void **state)
{
	bool quiet = true;
	int fd;

	assert_int_equal(refused(below_open_quietly(top, "nothing", &quiet)), ENOENT);
	assert_true(quiet);
	fd = below_open_quietly(top, "file", &quiet);
	assert_true(fd >= 0 && quiet);
	close(fd);
	if (geteuid() != 0)
		skip();
	assert_int_equal(seteuid(2001), 0);
	fd = below_open_quietly(top, "file", &quiet);
	assert_true(fd >= 0 && !quiet);
	close(fd);
	fd = below_open_quietly(top, "file", &quiet);
	assert_true(fd >= 0 && !quiet);
	close(fd);
	assert_int_equal(seteuid(0), 0);
}

static void test_status(void **state)
{
	struct file_status st;
	struct stat want;
	char path[64];

	snprintf(path, sizeof(path), "%s/file", dir);
	assert_int_equal(stat(path, &want), 0);
	assert_int_equal(below_status(top, "file", &st), 0);
	assert_true(st.size == 4 && st.inode == want.st_ino && st.device == want.st_dev && st.links == 1 &&
		    st.mode == want.st_mode && st.mtime == want.st_mtime && st.uid == want.st_uid);
	assert_int_equal(below_status(top, "link", &st), 0);
	assert_true(S_ISLNK(st.mode));
	assert_int_equal(refused(below_status(top, "d/f", &st)), EINVAL);
	assert_int_equal(refused(below_status(top, "nothing", &st)), ENOENT);
	if (mounted)
		assert_int_equal(refused(below_status(top, "mount", &st)), EXDEV);
}

static void test_link(void **state)
{
	char text[10];

	assert_int_equal(below_link(top, "link", text, sizeof(text)), 4);
	assert_memory_equal(text, "file", 4);
	assert_int_equal(refused((int)below_link(top, "d/../link", text, sizeof(text))), EINVAL);
	assert_int_equal(refused((int)below_link(top, "file", text, sizeof(text))), EINVAL);
}

static void test_size(void **state)
{
	static const struct {
		const char *path;
		int size; /* -1: it has none */
	} cases[] = {
		{ "file", 4 },	  { "d/f", 4 },	     { "d", -1 },     { "fifo", -1 },
		{ "link", -1 },	  { "nothing", -1 }, { "d/x", -1 },   { "d/../d", -1 },
		{ "../d/f", -1 }, { "dlink/f", -1 }, { "mount", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t size = 99;
		bool has = below_size(top, cases[i].path, &size);

		if (has != (cases[i].size >= 0) || size != (has ? (uint64_t)cases[i].size : 99))
			fail_msg("%s: %d, %llu", cases[i].path, has, (unsigned long long)size);
	}
}

static void test_list(void **state)
{
	static const char *const want[] = { "d", "dlink", "fifo", "file", "link", "mount" };
	struct arena *a = arena_new();
	struct below_name *names = NULL;
	size_t n = 0;
	bool more = true;
	struct root root;
	struct span *spans;
	struct err err;
	char path[100];
	int fd = below_open(top, ".", true);

	assert_true(below_list(fd, 6, a, &names, &n, &more));
	assert_true(n == 6 && !more && names[0].dir && !names[2].dir);
	for (size_t i = 0; i < n; i++)
		assert_true(span_eq(names[i].name, span_str(want[i])));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(below_list(fd, 5, a, &names, &n, &more));
	assert_true(n == 5 && more);
	close(fd);
	/* no folder */
	fd = below_open(top, "file", false);
	assert_false(below_list(fd, 5, a, &names, &n, &more));
	close(fd);
	fd = below_open(top, "d", true);
	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "%s/d/a-rather-long-name-of-a-file-%d", dir, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	assert_true(below_list(fd, 100000, a, &names, &n, &more));
	assert_true(n == 3001 && !more);
	close(fd);
	/* the same by root's own way of looking */
	assert_int_equal(root_open(dir, &root, &err), 0);
	assert_int_equal(beneath_list(&root, "/d", 100000, a, &spans, &n, &more, &err), 0);
	assert_true(n == 3001 && !more && span_eq(spans[n - 1], SPAN("f")));
	root_close(&root);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),   cmocka_unit_test(test_open_quietly),
		cmocka_unit_test(test_status), cmocka_unit_test(test_link),
		cmocka_unit_test(test_size),   cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
