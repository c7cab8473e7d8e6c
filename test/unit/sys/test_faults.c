/*
 * faults: each call that sys/ makes fails, one in each run, in a process of its own.
 *
 * What is promised then: no half success. Whoever asked is refused with a sentence and no descriptor is left open, or what
 * he asked for is there in full. A reader above all: it is confined, or it is told that it is not.
 */
#include "sys/beneath.h"
#include "sys/channel.h"
#include "sys/confine.h"
#include "sys/inflate.h"
#include "sys/local.h"
#include "sys/procroot.h"
#include "sys/program.h"
#include "sys/spawn.h"
#include "unit/wrap.h"

#include <bzlib.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

static int left = -1; /* calls until one fails; below 0: none does */
static int with; /* the error it fails with */
static const char *hit; /* that call */

static bool fails(const char *name)
{
	if (left < 0 || left-- > 0)
		return false;
	hit = name;
	errno = with;
	return true;
}

#define FAULTY(...) WRAP(fails, __VA_ARGS__)
FAULTY(int, -1, prctl, (int o, unsigned long a, unsigned long b, unsigned long c, unsigned long d),
       (o, a, b, c, d))
FAULTY(int, -1, getrlimit64, (int r, struct rlimit *l), (r, l))
FAULTY(int, -1, setrlimit64, (int r, const struct rlimit *l), (r, l))
FAULTY(int, -1, fchdir, (int fd), (fd))
FAULTY(int, -1, chroot, (const char *p), (p))
FAULTY(int, -1, chdir, (const char *p), (p))
FAULTY(int, -1, setgroups, (size_t n, const gid_t *l), (n, l))
FAULTY(int, -1, setresgid, (gid_t a, gid_t b, gid_t c), (a, b, c))
FAULTY(int, -1, setresuid, (uid_t a, uid_t b, uid_t c), (a, b, c))
FAULTY(long, -1, syscall, (long n, long a, long b, long c, long d, long e, long f), (n, a, b, c, d, e, f))
FAULTY(scmp_filter_ctx, 0, seccomp_init, (uint32_t a), (a))
FAULTY(int, -with, seccomp_load, (const scmp_filter_ctx c), (c))
FAULTY(int, -with, seccomp_rule_add,
       (scmp_filter_ctx x, uint32_t a, int s, unsigned n, struct scmp_arg_cmp c, struct scmp_arg_cmp d),
       (x, a, s, n, c, d))
FAULTY(int, -1, unshare, (int f), (f))
FAULTY(int, -1, mount, (const char *s, const char *t, const char *k, unsigned long f, const void *d),
       (s, t, k, f, d))
FAULTY(int, -1, open64, (const char *p, int f, int m), (p, f, m))
FAULTY(int, -1, openat64, (int d, const char *p, int f, int m), (d, p, f, m))
FAULTY(int, -1, fstat64, (int fd, struct stat *s), (fd, s))
FAULTY(int, -1, fcntl64, (int fd, int c, long a), (fd, c, a))
FAULTY(ssize_t, -1, readlinkat, (int d, const char *p, char *b, size_t n), (d, p, b, n))
FAULTY(DIR *, 0, fdopendir, (int fd), (fd))
FAULTY(struct dirent *, 0, readdir64, (DIR * d), (d))
FAULTY(int, -1, socket, (int d, int t, int p), (d, t, p))
FAULTY(int, -1, socketpair, (int d, int t, int p, int *f), (d, t, p, f))
FAULTY(int, -1, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
FAULTY(int, -1, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
FAULTY(int, -1, setsockopt, (int fd, int l, int o, const void *v, socklen_t n), (fd, l, o, v, n))
FAULTY(int, -1, getsockopt, (int fd, int l, int o, void *v, socklen_t *n), (fd, l, o, v, n))
FAULTY(ssize_t, -1, sendmsg, (int fd, const struct msghdr *m, int f), (fd, m, f))
FAULTY(ssize_t, -1, recvmsg, (int fd, struct msghdr *m, int f), (fd, m, f))
FAULTY(ssize_t, -1, send, (int fd, const void *p, size_t n, int f), (fd, p, n, f))
FAULTY(ssize_t, -1, read, (int fd, void *p, size_t n), (fd, p, n))
FAULTY(int, -1, poll, (struct pollfd * p, nfds_t n, int t), (p, n, t))
FAULTY(int, -1, pipe2, (int *f, int g), (f, g))
FAULTY(pid_t, -1, waitpid, (pid_t p, int *s, int o), (p, s, o))
FAULTY(int, -1, dup2, (int a, int b), (a, b))
FAULTY(int, -1, access, (const char *p, int m), (p, m))
FAULTY(int, -1, stat64, (const char *p, struct stat *s), (p, s))
FAULTY(int, -1, dup, (int fd), (fd))
FAULTY(int, -1, setfsuid, (uid_t u), (u))
FAULTY(ssize_t, -1, getdents64, (int fd, void *p, size_t n), (fd, p, n))
FAULTY(ssize_t, -1, pread64, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
FAULTY(off_t, -1, lseek64, (int fd, off_t at, int w), (fd, at, w))
FAULTY(int, Z_MEM_ERROR, inflateInit2_, (z_streamp z, int w, const char *v, int n), (z, w, v, n))
FAULTY(int, Z_MEM_ERROR, inflate, (z_streamp z, int f), (z, f))
FAULTY(ZSTD_DCtx *, 0, ZSTD_createDCtx, (void), ())
FAULTY(lzma_ret, LZMA_MEM_ERROR, lzma_stream_decoder, (lzma_stream * s, uint64_t m, uint32_t f), (s, m, f))
FAULTY(lzma_ret, LZMA_MEM_ERROR, lzma_code, (lzma_stream * s, lzma_action a), (s, a))
FAULTY(int, BZ_MEM_ERROR, BZ2_bzDecompressInit, (bz_stream * s, int v, int m), (s, v, m))
FAULTY(int, BZ_MEM_ERROR, BZ2_bzDecompress, (bz_stream * s), (s))

static int spared_depth, depth; /* 2: what a child's child does is not let fail */
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	pid_t pid = fails("fork") ? -1 : __real_fork();

	if (pid == 0 && ++depth == spared_depth)
		left = -1;
	/* and only one of both fails */
	else if (pid > 0 && spared_depth && left >= 0)
		left++;
	return pid;
}

static char dir[64];

/* 0: done, and in full. Below 0: refused, and ERR says why. */
typedef int scenario_fn(struct err *err);

static int confined(const struct confine_want *want, struct err *err)
{
	struct confine_report report = { 0 };
	int rc = confine_reader(want, &report, err);

	/* what cannot be asked about Landlock is taken for having none, and the report says so */
	return rc < 0 ? rc : report.landlock_abi || report.locked_in || want->processes || hit ? 0 : 99;
}

static int log_reader(struct err *err)
{
	return confined(&(struct confine_want){ .channel = 0, .complaints = 2, .files = 32, .library = true },
			err);
}

static int queue_reader(struct err *err)
{
	int fd = __real_open64(dir, O_RDONLY | O_DIRECTORY, 0);

	return confined(&(struct confine_want){ .channel = 0,
						.complaints = -1,
						.files = 32,
						.below = true,
						.below_fd = fd,
						.account = 1234 },
			err);
}

/* Landlock is all that keeps him in: without it he is refused. */
static int as_a_user(struct err *err)
{
	if (__real_setresuid(2001, 2001, 2001) < 0)
		return 88;
	return queue_reader(err);
}

static int resolver(struct err *err)
{
	return confined(&(struct confine_want){ .channel = -1,
						.complaints = -1,
						.files = 32,
						.network = true,
						.charsets = true,
						.memory = (uint64_t)1 << 40 },
			err);
}

static int process_reader(struct err *err)
{
	return confined(&(struct confine_want){ .channel = 0,
						.complaints = -1,
						.files = 32,
						.processes = true,
						.proc = 1,
						.netlink = 2 },
			err);
}

static int proc_root(struct err *err)
{
	bool alone = false;
	int fd = procroot_enter(&alone, err), got;

	if (fd < 0)
		return fd;
	/* who is told that nothing but /proc is there finds nothing else */
	if (alone && (__real_open64("/etc/passwd", O_RDONLY, 0) >= 0 ||
		      __real_open64("/self/root/etc", O_PATH, 0) >= 0))
		return 99;
	got = procroot_open(fd, "self", true);
	close(fd);
	return alone && got >= 0 ? 98 : 0;
}

static int sock_diag(struct err *err)
{
	int fd = sockdiag_open();

	if (fd < 0)
		return err_set(err, EXIT_IO, "none");
	close(fd);
	return 0;
}

static int runs(struct err *err)
{
	const char *const argv[] = { "/bin/cat", NULL };
	struct buf out = BUF_MAX(4096);
	struct spawn s = { .argv = argv, .input = SPAN("all of it"), .seconds = 20, .output = &out };
	int rc = spawn_run(&s, err);
	bool all = span_eq(buf_view(&out), SPAN("all of it"));

	buf_free(&out);
	return rc == 0 && !all ? 97 : rc;
}

static int runs_apart(struct err *err)
{
	char made[96];
	const char *const argv[] = { "/bin/mkdir", made, NULL };
	int rc;

	snprintf(made, sizeof(made), "%s/made", dir);
	rmdir(made);
	/* it is nobody's child: how its start went is not heard */
	spared_depth = 2;
	rc = spawn_apart(argv, err);
	for (int i = 0; rc == 0 && i < 3000 && rmdir(made) < 0; i++) {
		if (i == 2999)
			return 96;
		usleep(10000);
	}
	return rc;
}

static int program(struct err *err)
{
	char *argv[] = { (char[]){ "/bin/echo" }, (char[]){ "x" }, NULL }, c = 0;
	struct program p;
	int rc = program_start(argv, 20, &p, err);

	if (rc < 0)
		return rc;
	if (__real_read(p.out, &c, 1) < 0)
		c = 0;
	close(p.out);
	rc = program_end(&p, "echo", 0, err);
	return rc == 0 && c != 'x' ? 95 : rc;
}

static int looks(struct err *err, bool by_steps)
{
	struct arena *a = arena_new();
	struct file_status st;
	struct root r = { .fd = -1 }, home = { .fd = -1 };
	struct span *names;
	size_t n = 0;
	bool more;
	int fd = -1, rc = root_open(dir, &r, err);

	r.by_steps |= by_steps;
	if (rc == 0)
		rc = root_open_home(&r, "/home", &home, err);
	home.by_steps |= by_steps;
	if (rc == 0)
		rc = fd = beneath_open_file(&r, "/link/../file", 0, err);
	if (rc >= 0)
		rc = beneath_status(&home, "in/file", &st, err);
	if (rc == 0 && st.size != 4)
		rc = 94;
	if (rc == 0)
		rc = beneath_list(&r, "/home", 10, a, &names, &n, &more, err);
	if (rc == 0 && (n != 2 || more))
		rc = 93;
	if (fd >= 0)
		close(fd);
	root_close(&r);
	root_close(&home);
	arena_free(a);
	return rc;
}

static int looks_at_once(struct err *err)
{
	return looks(err, false);
}

static int looks_by_steps(struct err *err)
{
	return looks(err, true);
}

static int speaks(struct err *err)
{
	struct channel to = { .fd = -1 }, from = { .fd = -1 };
	struct message m = { 0 };
	static char big[90000];
	int fds[2], null = __real_open64("/dev/null", O_RDONLY, 0), rc = channel_pair(fds, err);

	if (rc == 0) {
		channel_open(&to, fds[0], 1 << 20, 20);
		channel_open(&from, fds[1], 1 << 20, 20);
		rc = channel_send(&to, 7, span_of(big, sizeof(big)), &null, 1, err);
		if (rc == 0)
			rc = channel_receive(&from, &m, err);
		if (rc == 1)
			rc = m.type == 7 && m.body.n == sizeof(big) && m.nfds == 1 ? 0 : 92;
		if (m.nfds)
			close(m.fds[0]);
		channel_close(&to);
		channel_close(&from);
	}
	close(null);
	return rc;
}

/* All of a file of two members in each form, or why not. */
static int decompresses(struct err *err)
{
	static const char *const names[] = { "plain", "gz", "gz", "zst", "xz", "bz2", "zeros" };
	char path[96], text[100];
	int rc = 0;

	for (int i = 0; rc == 0 && i < 7; i++) {
		struct source *s;
		size_t n = 0;
		ssize_t got;
		int fd;

		snprintf(path, sizeof(path), "%s/two.%s", dir, names[i]);
		fd = __real_open64(path, O_RDONLY | O_CLOEXEC, 0);
		rc = source_open(fd, i == 2 ? SOURCE_ZLIB_ONLY : 0, NULL, &s, err);
		if (rc < 0) {
			close(fd);
			return rc;
		}
		while ((got = source_read(s, text + n, 3, err)) > 0 && n < 90)
			n += (size_t)got;
		rc = got < 0 ? (int)got : span_eq(span_of(text, n), SPAN("one and two")) ? 0 : 90;
		source_close(s);
	}
	return rc;
}

static int looks_below(struct err *err)
{
	int top = __real_open64(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), fd, in, rc = 89;
	struct arena *a = arena_new();
	struct below_name *names;
	struct file_status st;
	uint64_t size;
	char text[20];
	bool quiet = true, more;
	size_t n;

	fd = below_open_quietly(top, "home/file", &quiet);
	in = below_open(top, "home", true);
	if (fd < 0 || in < 0 || below_status(in, "file", &st) < 0 || !below_size(in, "file", &size) ||
	    !below_size(top, "home/file", &size) || below_link(top, "link", text, sizeof(text)) < 0 ||
	    !below_list(in, 10, a, &names, &n, &more))
		rc = err_sys(err, EXIT_IO, "refused");
	else if (st.size == 4 && size == 4 && n == 2 && !more)
		rc = 0;
	if (fd >= 0)
		close(fd);
	if (in >= 0)
		close(in);
	close(top);
	arena_free(a);
	return rc;
}

static int meets(struct err *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = __real_socket(AF_UNIX, SOCK_STREAM, 0), fd;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", dir);
	unlink(at.sun_path);
	if (__real_bind(s, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(s, 5) < 0)
		return 91;
	fd = local_connect(at.sun_path, 5);
	if (fd < 0)
		err_sys(err, EXIT_IO, "none");
	else
		close(fd);
	close(s);
	return fd < 0 ? -EXIT_IO : 0;
}

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 200; fd++)
		n += __real_fcntl64(fd, F_GETFD, 0) >= 0;
	return n;
}

enum { DONE, REFUSED, SPARED, WRONG };

/* One run, in which call number N fails. */
static int once(scenario_fn *scenario, int n, int error)
{
	struct err err = { .text = "" };
	int had = descriptors(), rc;

	with = error;
	left = n;
	rc = scenario(&err);
	left = -1;
	if (rc > 0 || (rc < 0 && !err.text[0])) {
		print_error("%s: %s gives %d \"%s\"\n", hit ? hit : "no call", strerror(error), rc, err.text);
		return WRONG;
	}
	/* who is confined may not even look */
	if (rc < 0 && descriptors() > had + (scenario == queue_reader)) {
		print_error("%s: %s leaves a descriptor open\n", hit ? hit : "no call", strerror(error));
		return WRONG;
	}
	return rc < 0 ? REFUSED : hit ? SPARED : DONE;
}

/* SPARED_MOST: calls that may fail while all is done: what is tried again, or asked another way. */
static void sweep(scenario_fn *scenario, int spared_most)
{
	static const int errors[] = { EIO, EINTR, EPERM };
	int wrong = 0, spared = 0, refused = 0, seen = DONE;

	for (int e = 0; e < 3; e++) {
		for (int n = 0; n < 400; n++) {
			pid_t pid = __real_fork();
			int status = 0;

			assert_true(pid >= 0);
			if (pid == 0)
				_exit(once(scenario, n, errors[e]));
			assert_int_equal(__real_waitpid(pid, &status, 0), pid);
			seen = WIFEXITED(status) ? WEXITSTATUS(status) : WRONG;
			wrong += seen == WRONG;
			refused += seen == REFUSED;
			spared += seen == SPARED && e == 0;
			if (seen == DONE)
				break;
			if (seen == WRONG && WIFSIGNALED(status))
				print_error("call %d: ended by signal %d\n", n, WTERMSIG(status));
		}
		assert_int_equal(seen, DONE);
	}
	assert_int_equal(wrong, 0);
	assert_true(refused > 0);
	if (spared > spared_most)
		fail_msg("%d calls failed and nobody said so", spared);
}

static void test_readers_are_confined_or_told(void **state)
{
	if (geteuid() != 0)
		skip();
	sweep(log_reader, 1);
	sweep(queue_reader, 1);
	sweep(resolver, 1);
	sweep(process_reader, 0);
}

static void test_proc(void **state)
{
	if (geteuid() != 0)
		skip();
	sweep(proc_root, 9);
	sweep(sock_diag, 0);
}

static void test_programs(void **state)
{
	sweep(runs, 0);
	sweep(runs_apart, 0);
	sweep(program, 0);
}

static void test_files(void **state)
{
	sweep(looks_at_once, 3);
	sweep(looks_by_steps, 3);
}

static void test_reading(void **state)
{
	/* a file that cannot be positioned is read as a pipe; what ISA-L dislikes, zlib reads */
	sweep(decompresses, 7);
	sweep(looks_below, 0);
}

/* Older kernels lack calls: then another way is taken, or it is said. */
static void test_calls_that_are_not_there(void **state)
{
	static scenario_fn *const all[] = { looks_at_once, looks_below, log_reader, queue_reader, as_a_user };

	for (size_t i = geteuid() == 0 ? 0 : 2; i < sizeof(all) / sizeof(*all); i++)
		for (int n = 0; n < 60; n++) {
			pid_t pid = __real_fork();
			int status = 0;

			if (pid == 0)
				_exit(once(all[i], n, ENOSYS) == WRONG);
			assert_int_equal(__real_waitpid(pid, &status, 0), pid);
			assert_int_equal(status, 0);
		}
}

static void test_sockets(void **state)
{
	sweep(speaks, 4);
	sweep(meets, 0);
}

static int make(void **state)
{
	char path[512];
	int fd;

	snprintf(dir, sizeof(dir), "/tmp/spamtrail-faults.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/home", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/home/in", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/link", dir);
	if (symlink("/home/in", path) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/home/%s", dir, i ? "in/file" : "file");
		fd = open(path, O_WRONLY | O_CREAT, 0644);
		if (fd < 0 || write(fd, "text", 4) != 4)
			return -1;
		close(fd);
	}
	snprintf(path, sizeof(path),
		 "cd %s && for p in cat:plain gzip:gz zstd:zst xz:xz bzip2:bz2; do printf 'one and' | "
		 "${p%%%%:*} "
		 ">two.${p#*:}; printf ' two' | ${p%%%%:*} >>two.${p#*:}; done 2>/dev/null; "
		 "{ cat two.gz; head -c 700000 /dev/zero; } >two.zeros",
		 dir);
	return system(path) == 0 ? 0 : -1;
}

static int drop(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers_are_confined_or_told),
		cmocka_unit_test(test_proc),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_calls_that_are_not_there),
		cmocka_unit_test(test_sockets),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
