/*
 * filter - libseccomp rules of the log reader, the process that meets every hostile byte.
 *
 * It computes on descriptors it was given. It can make threads (clone with CLONE_THREAD; clone3 hides
 * its flags behind a pointer, so it answers ENOSYS and libc falls back), but no process; memory, but
 * none to execute; it can talk to the one socket, and to no name anywhere: newfstatat would look up
 * paths even with AT_EMPTY_PATH, so only the plain fstat call is let through.
 *
 * The process reader may also look at names beneath one descriptor, which sys/procroot.h has made the root of its
 * world, and read lists of names there; it still writes nothing and opens nothing for writing.
 *
 * TRUST: nobody. The arguments that are checked are numbers in registers, never what a pointer leads to.
 */
#include "sys/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* linux/prctl.h; libc 2.39 names its heaps with it and can do without. */
#define SET_VMA 0x53564d41

static const int calls[] = {
	/* descriptors */
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(preadv),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(close),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* memory */
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	/* threads and signals of our own */
	SCMP_SYS(futex),
	SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(membarrier),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* time and chance */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom),
};

/* What glibc makes of fstat, and libsystemd of its own accord: names can be asked about, none opened. */
static const int library_calls[] = { SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(fstatfs),
				     SCMP_SYS(fcntl) };

/*
 * What libunbound and libevent live on: sockets of IP alone (below), and pipes between their threads. No file can be
 * opened, so write reaches nothing but those.
 */
static const int network_calls[] = {
	SCMP_SYS(connect),	SCMP_SYS(bind),		  SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),	SCMP_SYS(sendmsg),	  SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg),	SCMP_SYS(recvmmsg),	  SCMP_SYS(setsockopt),
	SCMP_SYS(getsockopt),	SCMP_SYS(getsockname),	  SCMP_SYS(getpeername),
	SCMP_SYS(shutdown),	SCMP_SYS(write),	  SCMP_SYS(writev),
	SCMP_SYS(pipe2),	SCMP_SYS(eventfd2),	  SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),	SCMP_SYS(epoll_wait),	  SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(select),	  SCMP_SYS(pselect6),
	SCMP_SYS(getuid),	SCMP_SYS(geteuid),	  SCMP_SYS(getgid),
	SCMP_SYS(getegid),	SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
};

/* Calls that need one argument to be right: (argument & MASK) == VALUE. */
struct rule {
	uint32_t action;
	int call;
	unsigned argument;
	uint64_t mask, value;
};

static int add_rules(scmp_filter_ctx ctx, const struct rule *rules, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = seccomp_rule_add(
			ctx, rules[i].action, rules[i].call, 1,
			SCMP_CMP(rules[i].argument, SCMP_CMP_MASKED_EQ, rules[i].mask, rules[i].value));
	return r;
}

static int allow_list(scmp_filter_ctx ctx, const int *list, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, list[i], 0);
	return r;
}

static int allow_network(scmp_filter_ctx ctx)
{
	static const struct rule sockets[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(socket), 0, UINT32_MAX, AF_INET },
		{ SCMP_ACT_ALLOW, SCMP_SYS(socket), 0, UINT32_MAX, AF_INET6 },
		{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO },
		{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD },
	};
	int r = allow_list(ctx, network_calls, sizeof(network_calls) / sizeof(*network_calls));

	return r ? r : add_rules(ctx, sockets, sizeof(sockets) / sizeof(*sockets));
}

static int allow_calls(scmp_filter_ctx ctx, const struct confine_want *want)
{
	const uint64_t whole = UINT32_MAX;
	const uint64_t clone_mask = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_VFORK | CLONE_PTRACE |
				    CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
				    CLONE_NEWUTS | CLONE_NEWCGROUP;
	const struct rule rules[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
		{ SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
		{ SCMP_ACT_ALLOW, SCMP_SYS(clone), 0, clone_mask, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND },
		{ SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, whole, (uint64_t)getpid() },
		{ SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0, whole, PR_SET_NAME },
		{ SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 0, whole, SET_VMA },
	};
	int r = allow_list(ctx, calls, sizeof(calls) / sizeof(calls[0]));

	if (r == 0 && (want->library || want->network))
		r = allow_list(ctx, library_calls, sizeof(library_calls) / sizeof(library_calls[0]));
	if (r == 0 && want->network)
		r = allow_network(ctx);
	if (r == 0 && want->charsets)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(openat), 0);
	/* libcurl would like a pair to be woken by, and does without; a soft filter says so of everything, and takes no such rule */
	if (r == 0 && want->charsets && want->network && !FILTER_SOFT)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socketpair), 0);
	if (r == 0)
		r = add_rules(ctx, rules, sizeof(rules) / sizeof(rules[0]));
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

/*
 * What is opened is for openat2's own argument, which cannot be seen here: Landlock or the chroot bounds it. The
 * descriptors it may start from are the folder and those opened beneath it, all numbers below 64 (confine_want.files);
 * AT_FDCWD is none. Sizes by name, and where links lead, only in the chroot: Landlock does not bound statx
 * and readlinkat.
 */
static int allow_below(scmp_filter_ctx ctx, bool locked_in)
{
	const uint64_t above = UINT32_MAX & ~(uint64_t)(BELOW_FILES - 1);
	const struct rule rules[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(openat2), 0, above, 0 },
		{ locked_in ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(statx), 0, above, 0 },
		{ locked_in ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(readlinkat), 0, above, 0 },
	};
	int r = add_rules(ctx, rules, sizeof(rules) / sizeof(*rules));

	return r ? r : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(getdents64), 0);
}

/* openat has to be right in two arguments at once. Whatever could make, change or lock a file is not among FLAGS. */
static int allow_processes(scmp_filter_ctx ctx, const struct confine_want *want)
{
	const uint64_t flags = O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | O_LARGEFILE;
	const uint64_t proc = (uint64_t)want->proc;
	int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(getdents64), 0);

	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 2,
				     SCMP_CMP(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, proc),
				     SCMP_CMP(2, SCMP_CMP_MASKED_EQ, UINT32_MAX & ~flags, 0));
	if (r == 0)
		r = add_rules(ctx,
			      &(struct rule){ SCMP_ACT_ALLOW, SCMP_SYS(readlinkat), 0, UINT32_MAX, proc }, 1);
	return r;
}

static int allow_talk(scmp_filter_ctx ctx, int fd)
{
	static const int talk[] = { SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto),
				    SCMP_SYS(recvfrom) };
	int r = 0;

	for (size_t i = 0; fd >= 0 && i < sizeof(talk) / sizeof(talk[0]) && r == 0; i++)
		r = add_rules(ctx, &(struct rule){ SCMP_ACT_ALLOW, talk[i], 0, UINT32_MAX, (uint64_t)fd }, 1);
	return r;
}

static int allow_descriptors(scmp_filter_ctx ctx, int channel, int complaints)
{
	static const int complain[] = { SCMP_SYS(write), SCMP_SYS(writev) };
	int r = allow_talk(ctx, channel);

	for (size_t i = 0; complaints >= 0 && i < sizeof(complain) / sizeof(complain[0]) && r == 0; i++)
		r = add_rules(
			ctx,
			&(struct rule){ SCMP_ACT_ALLOW, complain[i], 0, UINT32_MAX, (uint64_t)complaints },
			1);
	return r;
}

int filter_load(const struct confine_want *want, bool locked_in, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(FILTER_SOFT ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
	int complaints = want->complaints, r;

	if (!ctx)
		return err_set(err, EXIT_NOPERM, "seccomp: no filter could be made on this kernel");
	if (FILTER_SOFT && complaints < 0)
		complaints = STDERR_FILENO;
	r = allow_calls(ctx, want);
	if (r == 0)
		r = want->network ? 0 : allow_descriptors(ctx, want->channel, complaints);
	if (r == 0 && want->below)
		r = allow_below(ctx, locked_in);
	if (r == 0 && want->processes)
		r = allow_processes(ctx, want);
	if (r == 0 && want->processes)
		r = allow_talk(ctx, want->netlink);
	/* Binary search instead of a chain; older libseccomp cannot and does not matter. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r == 0)
		return 0;
	errno = -r;
	return err_sys(err, EXIT_NOPERM, "seccomp: this kernel does not take the reader's filter");
}
