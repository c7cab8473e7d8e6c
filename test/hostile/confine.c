/*
 * confine - the reader, taken over: what can injected code do from inside?
 *
 * For every line of the table a child is made, confines itself exactly as the reader does, and
 * tries the call with arguments that mean something outside. It must be killed by SIGSYS (clone3 alone
 * is answered: ENOSYS, so that libc takes clone for its threads). Once with all the kernel has, once with
 * Landlock forced down to ABI 2 (Debian 12). At the end what the reader lives on must still work.
 * Output is TAP. Sanitizer builds answer EPERM instead of killing, so there the test is skipped:
 * it speaks about the program that is shipped. Arguments are harmless even if a call came through.
 */
#include "sys/beneath.h"
#include "sys/channel.h"
#include "sys/clock.h"
#include "sys/confine.h"
#include "sys/filter.h"
#include "sys/inflate.h"
#include "sys/landlock.h"
#include "sys/procroot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNEL_FD = 20, FILE_FD, OTHER_SOCKET_FD, DIR_FD, RDWR_FD, COMPLAINTS_FD, PROC_FD, NETLINK_FD };
/* Stands for the pid of the parent, which is only known in the child. */
#define PARENT (-4242)

enum { CALL_FAILED_OTHERWISE = 40, CALL_WORKED, NOT_CONFINED };

static char scratch[64]; /* a file of our own: the victim */
static char page[8192] __attribute__((aligned(4096)));
static struct sockaddr_un nobody_there = { AF_UNIX, "/dev/log" };
static struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_port = 0x3500 };
static struct iovec iov = { page, 16 };
static struct rlimit lim = { 1 << 20, 1 << 20 };
static struct timespec then[2];
static struct clone_args clone_args = { .exit_signal = SIGCHLD };
static char *const no_args[] = { (char *)"true", NULL };
static uint64_t cap_head[2] = { 0x20080522 }, cap_data[3] = { ~UINT64_C(0) };
static struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
static uint64_t attr[32];
static int some_int;

#define P(x) ((long)(uintptr_t)(x))
#define S(x) P(x)

struct attack {
	const char *name;
	long call;
	long arg[6];
};

static const struct attack attacks[] = {
#ifdef SYS_open
	{ "open", SYS_open, { S("/etc/passwd"), O_RDONLY } },
	{ "creat", SYS_creat, { S("/tmp/x"), 0600 } },
	{ "stat", SYS_stat, { S("/etc/passwd"), P(page) } },
	{ "access", SYS_access, { S("/etc/passwd"), R_OK } },
	{ "unlink", SYS_unlink, { P(scratch) } },
	{ "chmod", SYS_chmod, { P(scratch), 0600 } },
	{ "chown", SYS_chown, { P(scratch), 0, 0 } },
	{ "rename", SYS_rename, { P(scratch), P(scratch) } },
	{ "link", SYS_link, { P(scratch), S("/tmp/x-link") } },
	{ "symlink", SYS_symlink, { S("/etc/passwd"), S("/tmp/x-link") } },
	{ "mkdir", SYS_mkdir, { S("/tmp/x-dir"), 0700 } },
	{ "mknod fifo", SYS_mknod, { S("/tmp/x-fifo"), S_IFIFO | 0600, 0 } },
	{ "fork", SYS_fork, { 0 } },
	{ "vfork", SYS_vfork, { 0 } },
	{ "pipe", SYS_pipe, { P(page) } },
	{ "inotify_init", SYS_inotify_init, { 0 } },
	{ "dup2", SYS_dup2, { CHANNEL_FD, FILE_FD } },
	{ "epoll_create", SYS_epoll_create, { 1 } },
	{ "modify_ldt", SYS_modify_ldt, { 0, P(page), 16 } },
	{ "ioperm", SYS_ioperm, { 0x80, 1, 1 } },
	{ "iopl", SYS_iopl, { 3 } },
	{ "arch_prctl", SYS_arch_prctl, { 0x1003, P(page) } },
	{ "x32 getpid", SYS_getpid | 0x40000000, { 0 } },
#endif
	{ "openat", SYS_openat, { AT_FDCWD, S("/etc/passwd"), O_RDONLY } },
	{ "openat beside a passed directory", SYS_openat, { DIR_FD, S("passwd"), O_RDONLY } },
	{ "openat of itself", SYS_openat, { AT_FDCWD, S("/proc/self/mem"), O_RDWR } },
	{ "openat2", SYS_openat2, { AT_FDCWD, S("/etc/passwd"), P(attr), 24 } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { DIR_FD, P(page), 0 } },
	{ "name_to_handle_at", SYS_name_to_handle_at, { AT_FDCWD, S("/etc"), P(page), P(&some_int), 0 } },
	{ "newfstatat of a name", SYS_newfstatat, { AT_FDCWD, S("/etc/passwd"), P(page), 0 } },
	{ "newfstatat of a descriptor", SYS_newfstatat, { FILE_FD, S(""), P(page), AT_EMPTY_PATH } },
	{ "statx", SYS_statx, { AT_FDCWD, S("/etc/passwd"), 0, 0x7ff, P(page) } },
	{ "faccessat", SYS_faccessat, { AT_FDCWD, S("/etc/passwd"), R_OK } },
	{ "readlinkat", SYS_readlinkat, { AT_FDCWD, S("/proc/self/exe"), P(page), 100 } },
	{ "getdents64", SYS_getdents64, { DIR_FD, P(page), sizeof(page) } },
	{ "getcwd", SYS_getcwd, { P(page), sizeof(page) } },
	{ "chdir", SYS_chdir, { S("/") } },
	{ "fchdir", SYS_fchdir, { DIR_FD } },
	{ "chroot", SYS_chroot, { S("/") } },
	{ "statfs", SYS_statfs, { S("/"), P(page) } },
	{ "write to a passed file", SYS_write, { RDWR_FD, P(page), 1 } },
	{ "write to the terminal", SYS_write, { STDOUT_FILENO, P(page), 1 } },
	{ "pwrite64", SYS_pwrite64, { RDWR_FD, P(page), 1, 0 } },
	{ "writev", SYS_writev, { RDWR_FD, P(&iov), 1 } },
	{ "truncate", SYS_truncate, { P(scratch), 0 } },
	{ "ftruncate", SYS_ftruncate, { RDWR_FD, 0 } },
	{ "fallocate", SYS_fallocate, { RDWR_FD, 0, 0, 4096 } },
	{ "unlinkat", SYS_unlinkat, { AT_FDCWD, P(scratch), 0 } },
	{ "renameat2", SYS_renameat2, { AT_FDCWD, P(scratch), AT_FDCWD, P(scratch), 0 } },
	{ "linkat", SYS_linkat, { AT_FDCWD, P(scratch), AT_FDCWD, S("/tmp/x-link"), 0 } },
	{ "symlinkat", SYS_symlinkat, { S("/etc"), AT_FDCWD, S("/tmp/x-link") } },
	{ "mkdirat", SYS_mkdirat, { AT_FDCWD, S("/tmp/x-dir"), 0700 } },
	{ "mknodat", SYS_mknodat, { AT_FDCWD, S("/tmp/x-fifo"), S_IFIFO | 0600, 0 } },
	{ "fchmod", SYS_fchmod, { RDWR_FD, 0777 } },
	{ "fchmodat", SYS_fchmodat, { AT_FDCWD, P(scratch), 0777 } },
	{ "fchmodat2", 452, { AT_FDCWD, P(scratch), 0777, 0 } },
	{ "fchmodat2 from a folder", 452, { DIR_FD, S("victim"), 0777, 0 } },
	{ "fchown", SYS_fchown, { RDWR_FD, 65534, 65534 } },
	{ "fchownat", SYS_fchownat, { AT_FDCWD, P(scratch), 65534, 65534, 0 } },
	{ "utimensat", SYS_utimensat, { AT_FDCWD, P(scratch), P(then), 0 } },
	{ "setxattr", SYS_setxattr, { P(scratch), S("user.x"), S("y"), 1, 0 } },
	{ "fcntl", SYS_fcntl, { FILE_FD, F_GETFL } },
	{ "flock", SYS_flock, { FILE_FD, 2 | 4 } },
	{ "ioctl", SYS_ioctl, { STDIN_FILENO, 0x5412, S("x") } },
	{ "dup", SYS_dup, { CHANNEL_FD } },
	{ "dup3", SYS_dup3, { CHANNEL_FD, FILE_FD, 0 } },
	{ "sendfile", SYS_sendfile, { CHANNEL_FD, FILE_FD, 0, 16 } },
	{ "splice", SYS_splice, { COMPLAINTS_FD, 0, COMPLAINTS_FD, 0, 16, 0 } },
	{ "copy_file_range", SYS_copy_file_range, { FILE_FD, 0, RDWR_FD, 0, 16, 0 } },
	{ "socket unix", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } },
	{ "socket inet", SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ "socket netlink", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 } },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, P(page) } },
	{ "connect", SYS_connect, { OTHER_SOCKET_FD, P(&nobody_there), sizeof(nobody_there) } },
	{ "connect inet", SYS_connect, { OTHER_SOCKET_FD, P(&loopback), sizeof(loopback) } },
	{ "bind", SYS_bind, { OTHER_SOCKET_FD, P(&loopback), sizeof(loopback) } },
	{ "listen", SYS_listen, { OTHER_SOCKET_FD, 1 } },
	{ "accept4", SYS_accept4, { OTHER_SOCKET_FD, 0, 0, 0 } },
	{ "sendto on another socket",
	  SYS_sendto,
	  { OTHER_SOCKET_FD, P(page), 1, 0, P(&nobody_there), sizeof(nobody_there) } },
	{ "sendmsg on another socket", SYS_sendmsg, { OTHER_SOCKET_FD, P(&message), 0 } },
	{ "recvmsg on another socket", SYS_recvmsg, { OTHER_SOCKET_FD, P(&message), MSG_DONTWAIT } },
	{ "sendmmsg", SYS_sendmmsg, { CHANNEL_FD, P(page), 1, 0 } },
	{ "setsockopt", SYS_setsockopt, { CHANNEL_FD, SOL_SOCKET, SO_SNDBUF, P(&some_int), 4 } },
	{ "pipe2", SYS_pipe2, { P(page), 0 } },
	{ "eventfd2", SYS_eventfd2, { 0, 0 } },
	{ "signalfd4", SYS_signalfd4, { -1, P(page), 8, 0 } },
	{ "timerfd_create", SYS_timerfd_create, { 0, 0 } },
	{ "epoll_create1", SYS_epoll_create1, { 0 } },
	{ "execve", SYS_execve, { S("/bin/true"), P(no_args), 0 } },
	{ "execveat of a passed file", SYS_execveat, { FILE_FD, S(""), P(no_args), 0, AT_EMPTY_PATH } },
	{ "clone a process", SYS_clone, { SIGCHLD } },
	{ "clone a process sharing memory", SYS_clone, { CLONE_VM | SIGCHLD, P(page + 4096) } },
	{ "clone3", SYS_clone3, { P(&clone_args), sizeof(clone_args) } },
	{ "clone thread with a new user namespace",
	  SYS_clone,
	  { CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUSER, P(page + 4096) } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
	{ "setns", SYS_setns, { DIR_FD, 0 } },
	{ "ptrace traceme", SYS_ptrace, { PTRACE_TRACEME } },
	{ "ptrace the parent", SYS_ptrace, { PTRACE_ATTACH, PARENT } },
	{ "process_vm_readv", SYS_process_vm_readv, { PARENT, P(&iov), 1, P(&iov), 1, 0 } },
	{ "process_vm_writev", SYS_process_vm_writev, { PARENT, P(&iov), 1, P(&iov), 1, 0 } },
	{ "pidfd_open", SYS_pidfd_open, { PARENT, 0 } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { FILE_FD, 0, 0 } },
	{ "kcmp", SYS_kcmp, { PARENT, PARENT, 0, 0, 0 } },
	{ "kill the parent", SYS_kill, { PARENT, 0 } },
	{ "kill everybody", SYS_kill, { -1, 0 } },
	{ "tkill", SYS_tkill, { PARENT, 0 } },
	{ "tgkill the parent", SYS_tgkill, { PARENT, PARENT, 0 } },
	{ "rt_sigqueueinfo", SYS_rt_sigqueueinfo, { PARENT, 0, P(page) } },
	{ "wait4", SYS_wait4, { PARENT, 0, WNOHANG, 0 } },
	{ "setpgid", SYS_setpgid, { 0, 0 } },
	{ "setsid", SYS_setsid, { 0 } },
	{ "setpriority", SYS_setpriority, { 0, 0, 5 } },
	{ "sched_setscheduler", SYS_sched_setscheduler, { 0, SCHED_BATCH, P(&some_int) } },
	{ "sched_setaffinity", SYS_sched_setaffinity, { 0, 8, P(attr) } },
	{ "prlimit64", SYS_prlimit64, { 0, RLIMIT_NOFILE, P(&lim), 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "setgid", SYS_setgid, { 0 } },
	{ "setresuid", SYS_setresuid, { 0, 0, 0 } },
	{ "setgroups", SYS_setgroups, { 0, 0 } },
	{ "setfsuid", SYS_setfsuid, { 0 } },
	{ "capset", SYS_capset, { P(cap_head), P(cap_data) } },
	{ "prctl dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "prctl keepcaps", SYS_prctl, { PR_SET_KEEPCAPS, 1 } },
	{ "prctl ptracer", SYS_prctl, { PR_SET_PTRACER, -1 } },
	{ "seccomp", SYS_seccomp, { 0, 0, 0 } },
	{ "personality", SYS_personality, { 0x0040000 } },
	{ "mmap exec",
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "mmap exec of a passed file",
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, FILE_FD, 0 } },
	{ "mprotect exec", SYS_mprotect, { P(page), 4096, PROT_READ | PROT_EXEC } },
	{ "pkey_mprotect exec", SYS_pkey_mprotect, { P(page), 4096, PROT_READ | PROT_EXEC, -1 } },
	{ "remap_file_pages", SYS_remap_file_pages, { P(page), 4096, 0, 0, 0 } },
	{ "memfd_create", SYS_memfd_create, { S("x"), 0 } },
	{ "memfd_secret", 447, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "mlock", SYS_mlock, { P(page), 4096 } },
	{ "bpf", SYS_bpf, { 0, P(attr), sizeof(attr) } },
	{ "perf_event_open", SYS_perf_event_open, { P(attr), 0, -1, -1, 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 8, P(attr) } },
	{ "io_setup", SYS_io_setup, { 8, P(attr) } },
	{ "keyctl", SYS_keyctl, { 0, -3, 0 } },
	{ "add_key", SYS_add_key, { S("user"), S("x"), S("y"), 1, -2 } },
	{ "request_key", SYS_request_key, { S("user"), S("x"), 0, 0 } },
	{ "shmget", SYS_shmget, { 0, 4096, 0600 } },
	{ "msgget", SYS_msgget, { 0, 0600 } },
	{ "semget", SYS_semget, { 0, 1, 0600 } },
	{ "mq_open", SYS_mq_open, { S("x"), O_RDWR | O_CREAT, 0600, 0 } },
	{ "inotify_init1", SYS_inotify_init1, { 0 } },
	{ "fanotify_init", SYS_fanotify_init, { 0, 0 } },
	{ "timer_create", SYS_timer_create, { 0, 0, P(page) } },
	{ "setitimer", SYS_setitimer, { 0, P(attr), 0 } },
	{ "mount", SYS_mount, { S("none"), S("/nowhere"), S("tmpfs"), 0, 0 } },
	{ "umount2", SYS_umount2, { S("/nowhere"), 0 } },
	{ "open_tree", SYS_open_tree, { AT_FDCWD, S("/"), 0 } },
	{ "fsopen", SYS_fsopen, { S("tmpfs"), 0 } },
	{ "pivot_root", SYS_pivot_root, { S("/nowhere"), S("/nowhere") } },
	{ "swapon", SYS_swapon, { S("/nowhere"), 0 } },
	{ "reboot", SYS_reboot, { 0, 0, 0, 0 } },
	{ "kexec_load", SYS_kexec_load, { 0, 0, 0, -1 } },
	{ "init_module", SYS_init_module, { P(page), 16, S("") } },
	{ "finit_module", SYS_finit_module, { FILE_FD, S(""), 0 } },
	{ "delete_module", SYS_delete_module, { S("nothing"), O_NONBLOCK } },
	{ "sethostname", SYS_sethostname, { P(page), -1 } },
	{ "setdomainname", SYS_setdomainname, { P(page), -1 } },
	{ "acct", SYS_acct, { S("/nowhere") } },
	{ "quotactl", SYS_quotactl, { 0, 0, 0, 0 } },
	{ "syslog", SYS_syslog, { 10, 0, 0 } },
	{ "clock_settime", SYS_clock_settime, { 0, P(then) } },
	{ "adjtimex", SYS_adjtimex, { P(page) } },
	{ "landlock_create_ruleset", 444, { 0, 0, 1 } },
	{ "a call of the future", 4000, { 0 } },
};

/* Descriptors a reader would have, and some it must not be able to use, at fixed numbers. */
static void prepare(void)
{
	int pair[2], ends[2], fd;

	strcpy(scratch, "/tmp/spamtrail-hostile-XXXXXX");
	fd = mkstemp(scratch);
	if (fd < 0 || write(fd, page, sizeof(page)) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
	    pipe(ends) < 0)
		exit(70);
	dup2(fd, RDWR_FD);
	dup2(pair[0], CHANNEL_FD);
	dup2(open("/bin/true", O_RDONLY), FILE_FD);
	dup2(open("/etc", O_RDONLY | O_DIRECTORY), DIR_FD);
	dup2(socket(AF_INET, SOCK_DGRAM, 0), OTHER_SOCKET_FD);
	dup2(ends[1], COMPLAINTS_FD);
	dup2(socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG), NETLINK_FD);
}

static pid_t test_pid;
static bool as_processes; /* the process reader's role instead of the log reader's */

static void enter_proc(struct confine_want *want)
{
	struct err err;
	bool alone;

	dup2(procroot_enter(&alone, &err), PROC_FD);
	want->processes = true;
	want->proc = PROC_FD;
	want->netlink = NETLINK_FD;
}

/* The helpers with heavy libraries may do a little more: spamtrail-dns uses the network, spamtrail-mime meets iconv,
 * spamtrail-post does both. */
enum profile { PROFILE_READER, PROFILE_DNS, PROFILE_MIME, PROFILE_POST } profile;

static const char *const profile_names[] = { "", " (spamtrail-dns)", " (spamtrail-mime)",
					     " (spamtrail-post)" };

static bool uses_network(void)
{
	return profile == PROFILE_DNS || profile == PROFILE_POST;
}

static bool meets_iconv(void)
{
	return profile == PROFILE_MIME || profile == PROFILE_POST;
}

static bool may(const struct attack *a)
{
	static const char *const library[] = { "newfstatat of a name", "newfstatat of a descriptor", "statx",
					       "fcntl" };
	static const char *const network[] = { "write to a passed file",
					       "write to the terminal",
					       "writev",
					       "socket inet",
					       "connect",
					       "connect inet",
					       "bind",
					       "sendmsg on another socket",
					       "sendto on another socket",
					       "recvmsg on another socket",
					       "sendmmsg",
					       "setsockopt",
					       "pipe2",
					       "eventfd2",
					       "timerfd_create",
					       "epoll_create1" };

	for (size_t i = 0; profile != PROFILE_READER && i < sizeof(library) / sizeof(*library); i++)
		if (strcmp(a->name, library[i]) == 0)
			return true;
	for (size_t i = 0; uses_network() && i < sizeof(network) / sizeof(*network); i++)
		if (strcmp(a->name, network[i]) == 0)
			return true;
	return false;
}

static bool not_owner; /* started by root */
static bool below; /* the reader of one folder: DIR_FD */

static void confine_or_die(int abi_max)
{
	struct confine_want want = {
		.channel = CHANNEL_FD,
		.complaints = COMPLAINTS_FD,
		.files = 64,
		.landlock_abi_max = abi_max,
		.library = profile == PROFILE_MIME,
		.network = uses_network(),
		.charsets = meets_iconv(),
		.below = below,
		.below_fd = DIR_FD,
	};
	struct confine_report report;
	struct err err;

	if (as_processes)
		enter_proc(&want);
	if (confine_reader(&want, &report, &err) < 0 || !report.kills)
		_exit(NOT_CONFINED);
}

static void try_it(const struct attack *a, int abi_max)
{
	pid_t parent = getppid();
	long arg[6], r;

	for (int i = 0; i < 6; i++)
		arg[i] = a->arg[i] == PARENT ? parent : a->arg[i];
	confine_or_die(abi_max);
	r = syscall(a->call, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	if (r == -1 && a->call == SYS_clone3 && errno == ENOSYS)
		_exit(0);
	if (r == -1 && a->call == SYS_openat && meets_iconv() && errno == ENOENT)
		_exit(0);
	if (r == -1 && a->call == SYS_socketpair && profile == PROFILE_POST && errno == EPERM)
		_exit(0);
	_exit(r == -1 ? CALL_FAILED_OTHERWISE : CALL_WORKED);
}

static int tests, failures;

static void report(bool good, const char *what, int abi_max, int status)
{
	printf("%sok %d - %s%s%s", good ? "" : "not ", ++tests, what, abi_max ? " (Landlock ABI 2)" : "",
	       profile_names[profile]);
	if (!good)
		printf(" # wait status 0x%x", status);
	putchar('\n');
	failures += !good;
}

static void run_attack(const struct attack *a, int abi_max)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		try_it(a, abi_max);
	waitpid(pid, &status, 0);
	if (a->call == SYS_clone3 || (a->call == SYS_openat && meets_iconv()) ||
	    (a->call == SYS_socketpair && profile == PROFILE_POST))
		report(status == 0, a->name, abi_max, status);
	else
		report(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, a->name, abi_max, status);
}

/* The rest are things that must work inside, or the reader could not do its job. */
static void *in_thread(void *p)
{
	char *mine = malloc(300000);

	memset(mine, 1, 300000);
	free(mine);
	*(int *)p = 7;
	return NULL;
}

static int life_threads(void)
{
	pthread_t t[4];
	int value[4] = { 0 };

	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, in_thread, &value[i]))
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return value[0] + value[3] != 14;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int life_sort(void)
{
	int n = 1 << 20;
	int *many = malloc((size_t)n * sizeof(*many));

	for (int i = 0; i < n; i++)
		many[i] = (int)((unsigned)i * 2654435761U >> 1);
	qsort(many, (size_t)n, sizeof(*many), compare);
	return many[0] > many[n - 1];
}

static int life_read(void)
{
	struct source *s;
	struct err err;
	uint64_t sum = 0;
	ssize_t n;

	if (source_open(FILE_FD, 0, NULL, &s, &err) < 0)
		return 1;
	while ((n = source_read(s, page, sizeof(page), &err)) > 0)
		sum += (uint64_t)n;
	return n < 0 || sum != source_total(s);
}

static int life_send(void)
{
	struct channel c;
	struct err err;

	channel_open(&c, CHANNEL_FD, 1000, 0);
	return channel_send(&c, 1, SPAN("hello"), NULL, 0, &err) < 0;
}

static int life_clock(void)
{
	struct timespec ns = { 0, 1000 };
	struct pollfd p = { .fd = CHANNEL_FD, .events = POLLOUT };

	return clock_seconds(&(struct clock){ 0 }) < 1000000 || nanosleep(&ns, NULL) < 0 ||
	       poll(&p, 1, 10) != 1;
}

static int life_complaint(void)
{
	return write(COMPLAINTS_FD, "bug\n", 4) != 4;
}

static int life_errors(void)
{
	struct err err;

	errno = ENOENT;
	return err_sys(&err, EXIT_IO, "%s %.2f", "x", 1.5) != -EXIT_IO;
}

/* linux/openat2.h */
struct how {
	uint64_t flags, mode, resolve;
};

static long open2(int dirfd, const char *path, uint64_t flags)
{
	struct how how = { .flags = flags, .mode = flags & O_CREAT ? 0600 : 0 };

	return syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

/* The queue reader, taken over: whatever it asks openat2 for, it gets files of its folder, to read, and nothing else. */
static int below_attack(void)
{
	const char *victim = strrchr(scratch, '/') + 1;
	struct file_status st;
	long fd = open2(DIR_FD, victim, O_RDONLY);
	struct err err;

	if (fd < 0)
		return 1;
	if (open2(DIR_FD, victim, O_RDWR) >= 0 || open2(DIR_FD, victim, O_WRONLY) >= 0)
		return 2;
	if (open2(DIR_FD, "x-new", O_CREAT | O_RDONLY) >= 0 || open2(DIR_FD, ".", O_TMPFILE | O_RDWR) >= 0)
		return 3;
	/* outside: by an absolute path, by dots, by a link */
	fd = open2(DIR_FD, "/etc/passwd", O_RDONLY);
	if (fd >= 0)
		return 4;
	if (open2(DIR_FD, "../etc/passwd", O_RDONLY) >= 0 ||
	    open2(DIR_FD, "../../../etc/passwd", O_RDONLY) >= 0)
		return 5;
	if (open2(DIR_FD, "way-out", O_RDONLY) >= 0)
		return 6;
	/* from a folder in it, which it may start from, too; back to the top is no way out */
	fd = open2(DIR_FD, "sub", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || open2((int)fd, "../victim", O_RDONLY) < 0)
		return 8;
	if (open2((int)fd, "../../../../etc/passwd", O_RDONLY) >= 0 ||
	    open2((int)fd, "/etc/passwd", O_RDONLY) >= 0)
		return 9;
	/* sizes: in the chroot only, and there nothing is outside */
	if (syscall(SYS_statx, fd, "../../../../etc/passwd", 0, 0x7ff, page) == 0 ||
	    syscall(SYS_statx, DIR_FD, "/etc/passwd", 0, 0x7ff, page) == 0 ||
	    syscall(SYS_statx, DIR_FD, "way-out", 0, 0x7ff, page) == 0)
		return 10;
	if ((syscall(SYS_statx, DIR_FD, victim, 0, 0x7ff, page) == 0) != not_owner)
		return 11;
	/* truncating while opening to read, which Landlock before ABI 3 lets through to a file's owner: only root's reader is none */
	if (not_owner)
		open2(DIR_FD, victim, O_RDONLY | O_TRUNC);
	return descriptor_status(RDWR_FD, &st, &err) < 0 || st.size != sizeof(page) ? 7 : 0;
}

static int below_life(void)
{
	struct below_name *names;
	size_t n;
	bool more;
	int fd = below_open(DIR_FD, ".", true);

	return fd < 0 || !below_list(fd, 1000, arena_new(), &names, &n, &more) || n == 0;
}

static void run_below(const char *name, int abi_max, int (*what)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		confine_or_die(abi_max);
		_exit(what());
	}
	waitpid(pid, &status, 0);
	report(status == 0, name, abi_max, status);
}

/* Again every call of the table but those that this reader has. */
static void attack_below(void)
{
	char inner[80], way_out[100], sub[100];

	below = true;
	not_owner = geteuid() == 0;
	snprintf(inner, sizeof(inner), "%s", "/tmp/spamtrail-below-XXXXXX");
	if (!mkdtemp(inner) || chmod(inner, 0755) < 0)
		exit(70);
	unlink(scratch);
	snprintf(scratch, sizeof(scratch), "%.40s/victim", inner);
	snprintf(way_out, sizeof(way_out), "%s/way-out", inner);
	snprintf(sub, sizeof(sub), "%s/sub", inner);
	if (mkdir(sub, 0755) < 0)
		exit(70);
	dup2(open(scratch, O_RDWR | O_CREAT, 0644), RDWR_FD);
	dup2(open(inner, O_RDONLY | O_DIRECTORY), DIR_FD);
	if (write(RDWR_FD, page, sizeof(page)) < 0 || symlink("/etc/passwd", way_out) < 0)
		exit(70);
	for (int abi_max = 0; abi_max <= 2; abi_max += 2) {
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			if (attacks[i].call != SYS_getdents64)
				run_attack(&attacks[i], abi_max);
		run_below("below: openat2 gives files of the folder to read, and nothing else", abi_max,
			  below_attack);
		run_below("below: the folder can be listed", abi_max, below_life);
	}
	rmdir(sub);
	unlink(way_out);
	unlink(scratch);
	rmdir(inner);
}

static void run_life(const char *name, int (*life)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		confine_or_die(0);
		_exit(life());
	}
	waitpid(pid, &status, 0);
	report(status == 0, name, 0, status);
}

static void run_abort(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		confine_or_die(0);
		abort();
	}
	waitpid(pid, &status, 0);
	report(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "abort() ends as abort", 0, status);
}

/* --- the process reader: what it may do more than the log reader leads nowhere -------------------- */

static const struct attack proc_attacks[] = {
	{ "process reader: write to a name in /proc",
	  SYS_openat,
	  { PROC_FD, S("1/oom_score_adj"), O_WRONLY } },
	{ "process reader: another's memory for writing", SYS_openat, { PROC_FD, S("1/mem"), O_RDWR } },
	{ "process reader: make a file", SYS_openat, { PROC_FD, S("x"), O_RDONLY | O_CREAT, 0600 } },
	{ "process reader: a file without a name", SYS_openat, { PROC_FD, S("."), 020000000 | O_DIRECTORY } },
	{ "process reader: truncate", SYS_openat, { PROC_FD, S("1/comm"), O_RDONLY | O_TRUNC } },
	{ "process reader: path without data", SYS_openat, { PROC_FD, S("1/root"), O_PATH } },
	{ "process reader: openat2", SYS_openat2, { PROC_FD, S("1/stat"), P(attr), 24 } },
	{ "process reader: readlink elsewhere", SYS_readlinkat, { DIR_FD, S("mtab"), P(page), 100 } },
	{ "process reader: descriptor of another", SYS_pidfd_getfd, { PROC_FD, 0, 0 } },
};

/* Names that would lead out of /proc, were they followed. Only root enters /proc as his root. */
static int life_stays(void)
{
	static const char *const names[] = { "../etc/passwd", "1/root/etc/passwd", "1/cwd/.", "self/status",
					     "/etc/passwd" };
	char own[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (syscall(SYS_openat, PROC_FD, names[i], O_RDONLY) >= 0)
			return 1 + (int)i;
	snprintf(own, sizeof(own), "%d/cwd/etc/passwd", getpid());
	return syscall(SYS_openat, PROC_FD, own, O_RDONLY) >= 0;
}

static int life_proc(void)
{
	char status[32], exe[32], fds[32], link[256];
	long fd;

	snprintf(status, sizeof(status), "%d/status", test_pid);
	snprintf(exe, sizeof(exe), "%d/exe", test_pid);
	snprintf(fds, sizeof(fds), "%d/fd", test_pid);
	fd = syscall(SYS_openat, PROC_FD, status, O_RDONLY);
	if (fd < 0 || read((int)fd, page, sizeof(page)) <= 0)
		return 1;
	if (readlinkat(PROC_FD, exe, link, sizeof(link)) <= 0)
		return 2;
	return syscall(SYS_openat, PROC_FD, fds, O_RDONLY | O_DIRECTORY) < 0 ? 3 : 0;
}

static void run_processes(void)
{
	as_processes = true;
	for (int abi = 0; abi <= 2; abi += 2) {
		/* a log reader's attacks but listing a folder, which is this one's work */
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			if (attacks[i].call != SYS_getdents64)
				run_attack(&attacks[i], abi);
		for (size_t i = 0; i < sizeof(proc_attacks) / sizeof(proc_attacks[0]); i++)
			run_attack(&proc_attacks[i], abi);
	}
	if (geteuid() == 0) {
		run_life("process reader: no name leads out of /proc", life_stays);
		run_life("process reader: others can be looked at", life_proc);
	} else {
		printf("ok %d - process reader: no name leads out of /proc # SKIP needs root\n", ++tests);
		printf("ok %d - process reader: others can be looked at # SKIP needs root\n", ++tests);
	}
	as_processes = false;
}

/* Landlock by itself, without the filter in front of it. */
static void run_landlock(int abi_max)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int abi;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		abi = landlock_deny_all(abi_max, -1, NULL);
		if (abi == 0)
			_exit(77);
		if (abi < 0 || abi > abi_max || open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
			_exit(1);
		if (mkdir("/tmp/x-dir", 0700) == 0 || errno != EACCES || unlink(scratch) == 0 ||
		    errno != EACCES)
			_exit(2);
		if (abi >= 4 &&
		    (connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&loopback, sizeof(loopback)) == 0 ||
		     errno != EACCES))
			_exit(3);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		printf("ok %d - Landlock alone, ABI up to %d # SKIP this kernel has none\n", ++tests,
		       abi_max);
	else
		report(status == 0, abi_max == 2 ? "Landlock alone, ABI 2" : "Landlock alone", 0, status);
}

int main(void)
{
	if (FILTER_SOFT) {
		puts("1..0 # SKIP a sanitizer build answers instead of killing");
		puts("ok 1 - the filter kills # SKIP sanitizer build");
		return 0;
	}
	test_pid = getpid();
	prepare();
	for (int abi_max = 0; abi_max <= 2; abi_max += 2)
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			run_attack(&attacks[i], abi_max);
	for (profile = PROFILE_DNS; profile <= PROFILE_POST; profile++)
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			if (!may(&attacks[i]))
				run_attack(&attacks[i], 0);
	profile = PROFILE_READER;
	run_life("threads with their own memory", life_threads);
	run_life("sorting a million numbers", life_sort);
	run_life("reading a passed file", life_read);
	run_life("a message on the channel", life_send);
	run_life("clock, sleep, poll", life_clock);
	run_life("a complaint on its pipe", life_complaint);
	run_life("error sentences", life_errors);
	run_abort();
	run_processes();
	run_landlock(2);
	run_landlock(99);
	attack_below();
	printf("1..%d\n", tests);
	return failures != 0;
}
