/*
 * faulty - see faulty.h. The linker sends the library's calls here (meson.build).
 */
#include "faulty.h"

#include "act/act.h"
#include "act/serve.h"
#include "act/talk.h"
#include "app/helper.h"
#include "base/err.h"
#include "store/journal.h"
#include "sys/channel.h"
#include "sys/spawn.h"
#include "unit/wrap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <libmnl/libmnl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct fault fault = { .after = -1 };
struct seen_fault *seen_fault;
char dir[64];
static bool inside; /* this process is the actor */
static int left;

bool fault_hits(const char *name)
{
	if (!inside || left < 0 || (fault.call && strcmp(fault.call, name) != 0))
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	left = fault.for_good ? 0 : -1;
	if (!seen_fault->hits++)
		snprintf(seen_fault->hit, sizeof(seen_fault->hit), "%s", name);
	if (fault.meanwhile) {
		inside = false;
		if (system(fault.meanwhile) != 0)
			seen_fault->descriptors_left = 99;
		inside = true;
		return false;
	}
	errno = fault.error;
	return true;
}

#define FAULTY(...) WRAP(fault_hits, __VA_ARGS__)
FAULTY(int, -1, open64, (const char *p, int f, int m), (p, f, m))
FAULTY(int, -1, openat64, (int d, const char *p, int f, int m), (d, p, f, m))
FAULTY(int, -1, fstat64, (int fd, struct stat *s), (fd, s))
FAULTY(int, -1, fstatat64, (int d, const char *p, struct stat *s, int f), (d, p, s, f))
FAULTY(int, -1, mkdir, (const char *p, mode_t m), (p, m))
FAULTY(int, -1, mkdirat, (int d, const char *p, mode_t m), (d, p, m))
FAULTY(ssize_t, -1, getrandom, (void *p, size_t n, unsigned f), (p, n, f))
FAULTY(ssize_t, -1, read, (int fd, void *p, size_t n), (fd, p, n))
FAULTY(ssize_t, -1, pread64, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
FAULTY(int, -1, fsync, (int fd), (fd))
FAULTY(int, -1, syncfs, (int fd), (fd))
FAULTY(int, -1, renameat, (int a, const char *b, int c, const char *d), (a, b, c, d))
FAULTY(int, -1, unlinkat, (int d, const char *p, int f), (d, p, f))
FAULTY(int, -1, fchown, (int fd, uid_t u, gid_t g), (fd, u, g))
FAULTY(int, -1, fchmod, (int fd, mode_t m), (fd, m))
FAULTY(int, -1, chmod, (const char *p, mode_t m), (p, m))
FAULTY(int, -1, statx, (int d, const char *p, int f, unsigned m, struct statx *s), (d, p, f, m, s))
FAULTY(int, -1, fcntl64, (int fd, int c, long a), (fd, c, a))
FAULTY(int, -1, flock, (int fd, int o), (fd, o))
FAULTY(int, -1, dup2, (int a, int b), (a, b))
FAULTY(DIR *, 0, fdopendir, (int fd), (fd))
FAULTY(DIR *, 0, opendir, (const char *p), (p))
FAULTY(ssize_t, -1, listxattr, (const char *p, char *l, size_t n), (p, l, n))
FAULTY(ssize_t, -1, getxattr, (const char *p, const char *k, void *v, size_t n), (p, k, v, n))
FAULTY(int, -1, fsetxattr, (int fd, const char *k, const void *v, size_t n, int f), (fd, k, v, n, f))
FAULTY(EVP_MD_CTX *, 0, EVP_MD_CTX_new, (void), ())
FAULTY(int, 0, EVP_DigestInit_ex, (EVP_MD_CTX * c, const EVP_MD *t, ENGINE *e), (c, t, e))
FAULTY(int, 0, EVP_DigestUpdate, (EVP_MD_CTX * c, const void *p, size_t n), (c, p, n))
FAULTY(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX * c, unsigned char *o, unsigned *n), (c, o, n))
FAULTY(struct mnl_socket *, 0, mnl_socket_open2, (int b, int f), (b, f))
FAULTY(int, -1, mnl_socket_bind, (struct mnl_socket * s, unsigned g, pid_t p), (s, g, p))
FAULTY(ssize_t, -1, mnl_socket_sendto, (const struct mnl_socket *s, const void *p, size_t n), (s, p, n))
FAULTY(ssize_t, -1, mnl_socket_recvfrom, (const struct mnl_socket *s, void *p, size_t n), (s, p, n))

/* Those that the C library does not know, or did not. */
static const char *called(long n)
{
	switch (n) {
	case SYS_renameat2:
		return "renameat2";
	case SYS_pidfd_open:
		return "pidfd_open";
	case SYS_pidfd_send_signal:
		return "pidfd_send_signal";
	default:
		return "openat2";
	}
}

long __real_syscall(long n, long a, long b, long c, long d, long e);
long __wrap_syscall(long n, long a, long b, long c, long d, long e);
long __wrap_syscall(long n, long a, long b, long c, long d, long e)
{
	return fault_hits(called(n)) ? -1 : __real_syscall(n, a, b, c, d, e);
}

/* A write that does half of it is none that fails. */
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (!fault_hits("write"))
		return __real_write(fd, p, n);
	return fault.error < 0 && n > 1 ? __real_write(fd, p, n / 2) : -1;
}

/* Ours and the database's own way of saying it: a sentence. */
#define FAULTY_SAID(name, params, args)                                                       \
	int __real_##name params;                                                             \
	int __wrap_##name params;                                                             \
	int __wrap_##name params                                                              \
	{                                                                                     \
		return fault_hits(#name) ? err_sys(err, EXIT_IO, #name) : __real_##name args; \
	}
FAULTY_SAID(journal_open,
	    (const char *d, struct journal **j, bool *is_new, struct buf *note, struct err *err),
	    (d, j, is_new, note, err))
FAULTY_SAID(journal_add, (struct journal * j, struct journal_row *r, size_t n, struct err *err),
	    (j, r, n, err))
FAULTY_SAID(journal_step, (struct journal * j, const struct journal_row *r, struct err *err), (j, r, err))
FAULTY_SAID(journal_list,
	    (struct journal * j, struct arena *a, uint32_t s, struct journal_row **r, size_t *n,
	     struct err *err),
	    (j, a, s, r, n, err))
FAULTY_SAID(channel_send,
	    (struct channel * c, uint32_t t, struct span b, const int *f, size_t n, struct err *err),
	    (c, t, b, f, n, err))
FAULTY_SAID(channel_receive, (struct channel * c, struct message *m, struct err *err), (c, m, err))

/* --- programs ------------------------------------------------------------------------------------ */

/* It cannot be started; it is, and nobody knows what it did; it ends with something else than 0. */
int __wrap_spawn_run(const struct spawn *s, struct err *err);
int __wrap_spawn_run(const struct spawn *s, struct err *err)
{
	int status;

	if (fault_hits("start"))
		return err_sys(err, EXIT_IO, "%s cannot be started", s->argv[0]);
	/* of Exim that may be all it did: one message was locked (queue_mail.c) */
	if (!strstr(s->argv[0], "exim") && fault_hits("status"))
		return 9;
	status = standin_run(s);
	return fault_hits("end") ? err_sys(err, EXIT_TEMPFAIL, "%s could not be listened to", s->argv[0])
				 : status;
}

int __wrap_spawn_apart(const char *const *argv, struct err *err);
int __wrap_spawn_apart(const char *const *argv, struct err *err)
{
	if (fault_hits("start"))
		return err_sys(err, EXIT_IO, "%s cannot be started", argv[0]);
	standin_run(&(struct spawn){ .argv = argv });
	return 0;
}

/* Nobody waits here. */
int __wrap_nanosleep(const struct timespec *t, struct timespec *rest);
int __wrap_nanosleep(const struct timespec *t, struct timespec *rest)
{
	return usleep(t->tv_nsec == 5000000 ? 1000 : 0);
}

/* Programs are installed where DIR/has says so. */
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	char has[256];
	struct stat st;

	snprintf(has, sizeof(has), "%s/has/%s", dir, strrchr(path, '/') + 1);
	if (fault_hits("access"))
		return -1;
	return lstat(has, &st);
}

/* DIR/root is "/". */
int __real_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st);
int __wrap_stat64(const char *path, struct stat *st)
{
	char root[96];

	if (fault_hits("stat64"))
		return -1;
	snprintf(root, sizeof(root), "%s/root", dir);
	return __real_stat64(inside && strcmp(path, "/") == 0 ? root : path, st);
}

/* The process whose number is in DIR/exim is Exim's daemon. */
ssize_t __real_readlink(const char *path, char *out, size_t n);
ssize_t __wrap_readlink(const char *path, char *out, size_t n);
ssize_t __wrap_readlink(const char *path, char *out, size_t n)
{
	char exim[128], mine[32];
	ssize_t got;

	if (fault_hits("readlink"))
		return -1;
	snprintf(exim, sizeof(exim), "%s/exim", dir);
	got = __real_readlink(exim, mine, sizeof(mine) - 1);
	if (inside && got > 0) {
		mine[got] = '\0';
		snprintf(exim, sizeof(exim), "/proc/%s/exe", mine);
		if (strcmp(path, exim) == 0)
			return snprintf(out, n, "/usr/sbin/exim4");
	}
	return __real_readlink(path, out, n);
}

/* --- the actor ----------------------------------------------------------------------------------- */

int __real_fcntl64(int fd, int c, long a);

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 100; fd++)
		n += __real_fcntl64(fd, F_GETFD, 0) >= 0;
	return n;
}

bool helper_installed(const char *name)
{
	return true;
}

int helper_start(const struct helper_want *want, pid_t *ret_pid, struct err *err)
{
	struct channel channel;
	struct actor a = { .arena = arena_new(), .channel = &channel, .lock = -1, .root = -1 };
	struct message m;
	int had;

	*ret_pid = fork();
	if (*ret_pid) {
		arena_free(a.arena);
		return *ret_pid < 0 ? err_sys(err, EXIT_IO, "fork") : 0;
	}
	close_range(3, (unsigned)want->fds[3] - 1, 0);
	close_range((unsigned)want->fds[3] + 1, ~0u, 0);
	channel_open(&channel, want->fds[3], ACT_BODY_MOST, 20);
	had = descriptors();
	inside = true;
	left = fault.after;
	while (channel_receive(&channel, &m, err) > 0 && act_serve(&a, &m, err) == 0)
		;
	channel_close(&channel);
	inside = false;
	act_end(&a);
	if (descriptors() != had - 1)
		seen_fault->descriptors_left = descriptors() - had + 1;
	_exit(0);
}

void faulty_begin(void)
{
	seen_fault = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen_fault == MAP_FAILED)
		abort();
}
