/*
 * beneath: a small server tree full of ways out of it, asked with openat2 and step by step; both must agree.
 */
#include "sys/beneath.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static char top[64];

static const char *in_top(const char *path)
{
	static char whole[4200];

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	return whole;
}

static void put_file(const char *path, const char *text)
{
	int fd = open(in_top(path), O_CREAT | O_WRONLY | O_TRUNC, 0644);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) >= 0);
	close(fd);
}

static void put_link(const char *target, const char *path)
{
	assert_int_equal(symlink(target, in_top(path)), 0);
}

static int build(void **state)
{
	static const char *const folders[] = {
		"root",	     "root/etc",    "root/var",	       "root/var/log",
		"root/home", "root/home/u", "root/home/u/www", "many",
	};
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd;

	strcpy(top, "/tmp/spamtrail-beneath-XXXXXX");
	assert_non_null(mkdtemp(top));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(in_top(folders[i]), 0755), 0);
	put_file("outside", "secret");
	put_file("root/etc/real", "inside");
	put_file("root/secret", "not the one outside");
	put_file("root/home/u/www/x.php", "<?php");
	put_link("/etc/real", "root/etc/absolute");
	put_link("real", "root/etc/relative");
	put_link("../../../../../../etc/real", "root/etc/upwards");
	put_link("../../outside", "root/etc/out");
	put_link("/tmp", "root/etc/tmp");
	put_link("loop2", "root/etc/loop1");
	put_link("loop1", "root/etc/loop2");
	put_link("/etc", "root/var/etc");
	put_link("/var/etc/absolute", "root/var/chain");
	put_link("nowhere", "root/etc/dangling");
	put_link("/etc/real/../real", "root/etc/through-file");
	put_link("www", "root/home/u/link");
	put_link("www/x.php", "root/home/u/filelink");
	put_link("../..", "root/home/u/up");
	put_link("/proc/self/root", "root/etc/magic");
	assert_int_equal(mkfifo(in_top("root/var/log/fifo"), 0644), 0);
	strcpy(name.sun_path, "socket");
	assert_int_equal(chdir(in_top("root/var/log")), 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	assert_int_equal(chdir("/"), 0);
	for (int i = 0; i < 20; i++) {
		char path[32];

		snprintf(path, sizeof(path), "many/f%02d", i * 7 % 20);
		put_file(path, "");
	}
	return 0;
}

/* The tree is ours and holds nothing but what build() made. */
static int tear_down(void **state)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -rf -- '%s'", top);
	return system(command);
}

static struct root root_at(const char *path, bool by_steps)
{
	struct root r;
	struct err err;

	assert_int_equal(root_open(in_top(path), &r, &err), 0);
	assert_int_equal(r.kind, ROOT_IMAGE);
	r.by_steps |= by_steps;
	return r;
}

/* What reading PATH gives; "" for an error, whose code goes to *ret_code. */
static const char *content(const struct root *r, const char *path, int *ret_code)
{
	static char text[100];
	struct err err = { 0 };
	int fd = beneath_open_file(r, path, 0, &err);
	ssize_t n;

	*ret_code = fd < 0 ? fd : 0;
	text[0] = '\0';
	if (fd < 0) {
		assert_int_equal(err.code, -fd);
		assert_non_null(strstr(err.text, path));
		return text;
	}
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return text;
}

static void test_image(void **state)
{
	static const struct {
		const char *path, *text;
		int code;
	} cases[] = {
		{ "/etc/real", "inside", 0 },
		{ "etc/real", "inside", 0 },
		{ "//etc///./real", "inside", 0 },
		{ "/etc/absolute", "inside", 0 },
		{ "/etc/relative", "inside", 0 },
		{ "/etc/upwards", "inside", 0 },
		{ "/../../etc/real", "inside", 0 },
		{ "/var/log/../../etc/real", "inside", 0 },
		{ "/var/etc/real", "inside", 0 },
		{ "/var/chain", "inside", 0 },
		{ "/var/etc/../secret", "not the one outside", 0 },
		{ "/../../../../../../../../secret", "not the one outside", 0 },
		{ "/home/u/up/secret", "not the one outside", 0 },
		{ "/etc/out", "", -EXIT_NOINPUT },
		{ "/../outside", "", -EXIT_NOINPUT },
		{ "/etc/tmp/x", "", -EXIT_NOINPUT },
		{ "/etc/loop1", "", -EXIT_NOINPUT },
		{ "/etc/dangling", "", -EXIT_NOINPUT },
		{ "/etc/through-file", "", -EXIT_NOINPUT },
		{ "/etc/real/x", "", -EXIT_NOINPUT },
		{ "/etc", "", -EXIT_NOINPUT },
		{ "/", "", -EXIT_NOINPUT },
		{ "/var/log/fifo", "", -EXIT_NOINPUT },
		{ "/var/log/socket", "", -EXIT_NOINPUT },
		{ "/etc/magic/etc/passwd", "", -EXIT_NOINPUT },
		{ "/none", "", -EXIT_NOINPUT },
	};

	for (int by_steps = 0; by_steps < 2; by_steps++) {
		struct root r = root_at("root", by_steps);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			int code;

			assert_string_equal(content(&r, cases[i].path, &code), cases[i].text);
			assert_int_equal(code, cases[i].code);
		}
		root_close(&r);
		assert_int_equal(r.fd, -1);
		root_close(&r);
	}
}

static void test_long_names(void **state)
{
	char name[300], path[5000] = "/";

	memset(name, 'n', sizeof(name) - 1);
	name[299] = '\0';
	memset(path + 1, 'p', sizeof(path) - 2);
	for (size_t i = 100; i < sizeof(path) - 1; i += 100)
		path[i] = '/';
	path[4999] = '\0';
	for (int by_steps = 0; by_steps < 2; by_steps++) {
		struct root r = root_at("root", by_steps);
		struct err err;

		assert_int_equal(beneath_open_file(&r, name, 0, &err), -EXIT_NOINPUT);
		assert_int_equal(beneath_open_file(&r, path, 0, &err), -EXIT_NOINPUT);
		root_close(&r);
	}
}

/* Links may make a path of any length of one that is short. */
static void test_long_links(void **state)
{
	char part[251], text[PATH_MAX + 10] = "", more[PATH_MAX] = "";
	int at = open(in_top("root"), O_PATH | O_DIRECTORY), next;

	memset(part, 'n', 250);
	part[250] = '\0';
	for (int i = 0; i < 18; i++) {
		mkdirat(at, part, 0755);
		next = openat(at, part, O_PATH | O_DIRECTORY);
		close(at);
		at = next;
		if (i < 9)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s/", part);
		if (i < 10)
			snprintf(more + strlen(more), sizeof(more) - strlen(more), "%s/", part);
		if (i == 8)
			assert_int_equal(symlinkat(text, at, "down"), 0);
	}
	close(at);
	put_link(text, "root/deep");
	for (int by_steps = 0; by_steps < 2; by_steps++) {
		struct root r = root_at("root", by_steps);
		struct err err;

		/* the kernel has no path for where this leads, but goes there */
		assert_int_equal(beneath_open_file(&r, "deep/down/x", 0, &err), -EXIT_NOINPUT);
		/* and what is put together may be too long at once */
		snprintf(text, sizeof(text), "deep/%s", more);
		assert_int_equal(beneath_open_file(&r, text, 0, &err), -EXIT_NOINPUT);
		root_close(&r);
	}
}

static void test_home(void **state)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "www/x.php", "<?php" }, { "./www/./x.php", "<?php" },
		{ "link/x.php", "" },	  { "filelink", "" },
		{ "up/secret", "" },	  { "../../secret", "" },
		{ "/etc/real", "" },	  { "www/../../../etc/real", "" },
	};

	for (int by_steps = 0; by_steps < 2; by_steps++) {
		struct root r = root_at("root", by_steps), home;
		struct err err;

		assert_int_equal(root_open_home(&r, "/home/u", &home, &err), 0);
		assert_int_equal(home.kind, ROOT_HOME);
		home.by_steps |= by_steps;
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			int code;

			assert_string_equal(content(&home, cases[i].path, &code), cases[i].text);
			assert_int_equal(code == 0, cases[i].text[0] != '\0');
		}
		assert_true(root_open_home(&r, "/home/nobody", &home, &err) < 0);
		assert_true(root_open_home(&r, "/etc/real", &home, &err) < 0);
		root_close(&home);
		root_close(&r);
	}
}

/* /proc is another file system: a home ends where it is mounted. */
static void test_home_stays_on_its_device(void **state)
{
	for (int by_steps = 0; by_steps < 2; by_steps++) {
		struct root r, home;
		struct err err;
		struct stat a, b;
		int code;

		/* A machine without /proc has nothing to try this on. */
		if (stat("/", &a) < 0 || stat("/proc/version", &b) < 0 || a.st_dev == b.st_dev)
			return;
		assert_int_equal(root_open("/", &r, &err), 0);
		assert_int_equal(root_open_home(&r, "/", &home, &err), 0);
		home.by_steps |= by_steps;
		assert_string_equal(content(&home, "proc/version", &code), "");
		assert_int_equal(code, -EXIT_NOINPUT);
		root_close(&home);
		root_close(&r);
	}
}

static void test_host(void **state)
{
	struct root r;
	struct err err;
	int ends[2], fd, code;
	char path[64], text[10] = "";

	assert_int_equal(root_open("/", &r, &err), 0);
	assert_int_equal(r.kind, ROOT_HOST);
	assert_string_equal(content(&r, in_top("root/etc/out"), &code), "secret");
	assert_string_equal(content(&r, in_top("root/var/log/fifo"), &code), "");
	assert_int_equal(code, -EXIT_NOINPUT);
	assert_string_equal(content(&r, "/dev/null", &code), "");
	assert_int_equal(code, -EXIT_NOINPUT);
	assert_int_equal(chdir(in_top("root/etc")), 0);
	assert_string_equal(content(&r, "real", &code), "inside");
	assert_int_equal(chdir("/"), 0);
	r.by_steps = true;
	assert_string_equal(content(&r, in_top("root/etc/out"), &code), "secret");
	r.by_steps = false;
	/* The shell's <(...): only when the operator named it, and its writer may be gone already. */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_true(beneath_open_file(&r, path, 0, &err) < 0);
	fd = beneath_open_file(&r, path, BENEATH_NAMED, &err);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(read(fd, text, 9), 5);
	assert_string_equal(text, "piped");
	close(fd);
	close(ends[0]);
	/* A FIFO by name; opened for both ways here, so that nobody waits. */
	ends[0] = open(in_top("root/var/log/fifo"), O_RDWR);
	assert_int_equal(write(ends[0], "named", 5), 5);
	fd = beneath_open_file(&r, in_top("root/var/log/fifo"), BENEATH_NAMED, &err);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, 9), 5);
	assert_string_equal(text, "named");
	close(fd);
	close(ends[0]);
	assert_int_equal(beneath_open_file(&r, "/dev/zero", BENEATH_NAMED, &err), -EXIT_NOINPUT);
	root_close(&r);
	r = root_at("root", false);
	assert_int_equal(beneath_open_file(&r, "/var/log/fifo", BENEATH_NAMED, &err), -EXIT_NOINPUT);
	root_close(&r);
}

static void test_root_refused(void **state)
{
	struct root r = { .fd = 77 };
	struct err err;

	assert_int_equal(root_open(in_top("none"), &r, &err), -EXIT_NOINPUT);
	assert_int_equal(root_open(in_top("outside"), &r, &err), -EXIT_NOINPUT);
	assert_int_equal(r.fd, 77);
}

static void test_permission(void **state)
{
	struct root r = root_at("root", false);
	struct err err;

	uid_t me = geteuid();
	int code;

	chmod(in_top("root/etc/real"), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	code = beneath_open_file(&r, "/etc/real", 0, &err);
	if (me == 0)
		assert_int_equal(seteuid(0), 0);
	chmod(in_top("root/etc/real"), 0644);
	assert_int_equal(code, -EXIT_NOPERM);
	root_close(&r);
}

static void test_status(void **state)
{
	struct root r = root_at("root", false);
	struct file_status status, again;
	struct stat st;
	struct err err;
	int fd;

	assert_int_equal(stat(in_top("root/etc/real"), &st), 0);
	assert_int_equal(beneath_status(&r, "/etc/absolute", &status, &err), 0);
	assert_int_equal(status.size, 6);
	assert_int_equal(status.inode, st.st_ino);
	assert_int_equal(status.mtime, st.st_mtim.tv_sec);
	assert_int_equal(status.ctime_nsec, st.st_ctim.tv_nsec);
	assert_int_equal(status.uid, geteuid());
	assert_int_equal(status.links, 1);
	assert_true(S_ISREG(status.mode));
	assert_int_equal(beneath_status(&r, "/var/log/fifo", &status, &err), 0);
	assert_true(S_ISFIFO(status.mode));
	assert_int_equal(beneath_status(&r, "/etc/out", &status, &err), -EXIT_NOINPUT);
	fd = beneath_open_file(&r, "/etc/real", 0, &err);
	assert_int_equal(descriptor_status(fd, &again, &err), 0);
	assert_int_equal(again.inode, st.st_ino);
	close(fd);
	assert_int_equal(descriptor_status(-1, &again, &err), -EXIT_IO);
	root_close(&r);
}

static void test_list(void **state)
{
	struct root r = root_at("", false);
	struct arena *a = arena_new();
	struct span *names;
	struct err err;
	bool more;
	size_t n;

	assert_int_equal(beneath_list(&r, "/many", 100, a, &names, &n, &more, &err), 0);
	assert_int_equal(n, 20);
	assert_false(more);
	for (size_t i = 0; i < n; i++) {
		char want[24];

		snprintf(want, sizeof(want), "f%02zu", i);
		assert_true(span_eq(names[i], span_str(want)));
	}
	assert_int_equal(beneath_list(&r, "/many", 20, a, &names, &n, &more, &err), 0);
	assert_false(more);
	assert_int_equal(beneath_list(&r, "/many", 19, a, &names, &n, &more, &err), 0);
	assert_int_equal(n, 19);
	assert_true(more);
	assert_int_equal(beneath_list(&r, "/root/home/u/www", 0, a, &names, &n, &more, &err), 0);
	assert_true(n == 0 && more);
	assert_int_equal(beneath_list(&r, "/outside", 9, a, &names, &n, &more, &err), -EXIT_NOINPUT);
	assert_int_equal(beneath_list(&r, "/none", 9, a, &names, &n, &more, &err), -EXIT_NOINPUT);
	arena_free(a);
	root_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_long_links),
		cmocka_unit_test(test_home),
		cmocka_unit_test(test_home_stays_on_its_device),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_root_refused),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests_name("beneath", tests, build, tear_down);
}
