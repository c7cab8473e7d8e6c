/*
 * confine - the one visible line at which privileges go, always in this order: no_new_privs, limits,
 * identity and capabilities, Landlock, seccomp. Each step still needs what the next one takes.
 *
 * Reviewed against: OpenNTPD ntp_dns.c (order), lwan-straitjacket.c (the ABI ladder).
 *
 * RLIMIT_NPROC is left alone: it counts all threads of the uid and would stop our own; that there is no
 * second process is the filter's matter.
 */
#include "sys/confine.h"

#include "sys/filter.h"
#include "sys/landlock.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534, ANY_ABI = 99, FILES_ABI = 3 };

static int limit(int resource, rlim_t value, const char *name, struct err *err)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return err_sys(err, EXIT_NOPERM, "%s cannot be asked for", name);
	if (now.rlim_max < value)
		value = now.rlim_max;
	if (setrlimit(resource, &(struct rlimit){ value, value }) < 0)
		return err_sys(err, EXIT_NOPERM, "%s cannot be set", name);
	return 0;
}

static int set_limits(const struct confine_want *want, struct err *err)
{
	int r = limit(RLIMIT_CORE, 0, "RLIMIT_CORE", err);

	if (r == 0)
		r = limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE", err);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, want->files, "RLIMIT_NOFILE", err);
	/* A sanitizer's shadow needs terabytes of addresses. */
	if (r == 0 && want->memory && !FILTER_SOFT)
		r = limit(RLIMIT_AS, want->memory, "RLIMIT_AS", err);
	return r;
}

/* Root alone can do it; anybody else has Landlock for that. */
static int lock_in(const struct confine_want *want, struct confine_report *report, struct err *err)
{
	if (want->below && want->files > BELOW_FILES)
		bug("more descriptors than the filter knows as the folder's");
	if (!want->below || geteuid() != 0)
		return 0;
	if (fchdir(want->below_fd) < 0 || chroot(".") < 0)
		return err_sys(err, EXIT_NOPERM, "the folder to read cannot be made the only one");
	report->locked_in = true;
	return 0;
}

/* The capabilities in KEEP that this process has; no others are left afterwards. */
static int keep_capabilities(uint32_t keep, struct err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	if (keep && syscall(SYS_capget, &head, data) < 0)
		return err_sys(err, EXIT_NOPERM, "capabilities cannot be asked for");
	keep &= data[0].permitted;
	data[0].effective = data[0].permitted = keep;
	data[0].inheritable = data[1].effective = data[1].permitted = data[1].inheritable = 0;
	if (syscall(SYS_capset, &head, data) < 0)
		return err_sys(err, EXIT_NOPERM, "capabilities cannot be dropped");
	return 0;
}

/*
 * Files are opened as ACCOUNT. Nothing but that is his: whose real and saved uid a process has may stop it, end it and set
 * its limits, and he whom we read has programs of his own that are running.
 */
static int read_as(uid_t account, struct err *err)
{
	int r = keep_capabilities(UINT32_C(1) << CAP_SETUID, err);

	if (r < 0)
		return r;
	setfsuid(account);
	/* it tells what was set before, and nothing else */
	if ((uid_t)setfsuid((uid_t)-1) != account)
		return err_set(err, EXIT_NOPERM, "files cannot be read as uid %u", account);
	return 0;
}

/*
 * Root becomes nobody for good; anybody else stays who he is. ACCOUNT: whose files are read as he may read them, or 0.
 * Capabilities but those in KEEP go in both cases.
 */
static int leave_root(uint32_t keep, uid_t account, struct confine_report *report, struct err *err)
{
	bool root = geteuid() == 0;
	int r = 0;

	if ((keep || (root && account)) && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_sys(err, EXIT_NOPERM, "capabilities cannot be kept");
	if (root) {
		if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0)
			return err_sys(err, EXIT_NOPERM, "root cannot be left for uid %u", NOBODY);
		if (account)
			r = read_as(account, err);
		report->dropped = true;
	}
	if (r < 0)
		return r;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return err_sys(err, EXIT_NOPERM, "ambient capabilities cannot be dropped");
	r = keep_capabilities(keep, err);
	if (r < 0)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return err_sys(err, EXIT_NOPERM, "process flags cannot be set");
	if (report->dropped && (setuid(0) == 0 || geteuid() != NOBODY || getegid() != NOBODY))
		bug("root came back");
	report->uid = geteuid();
	return 0;
}

/* The capabilities that this role needs of root's. */
static uint32_t powers(const struct confine_want *want, const struct confine_report *report)
{
	const uint32_t read = UINT32_C(1) << CAP_DAC_READ_SEARCH;

	if (want->processes)
		return UINT32_C(1) << CAP_SYS_PTRACE | read;
	/* CAP_FOWNER opens with O_NOATIME; what else it could do has a call of its own, which the filter forbids */
	return report->locked_in && !want->account ? UINT32_C(1) << CAP_FOWNER | read : 0;
}

static int by_value(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/*
 * libc looks things up late, once: qsort how much memory there is, malloc how many processors. Both
 * open files on older releases, which would kill us in the middle of a log.
 */
static void wake_libc(void)
{
	char *many = xcalloc(1, 4096);

	qsort(many, 4096, 1, by_value);
	free(many);
#ifdef __GLIBC__
	/* one heap: a second one that shrinks reads /proc/sys/vm/overcommit_memory */
	mallopt(M_ARENA_MAX, 1);
#endif
}

int confine_reader(const struct confine_want *want, struct confine_report *ret_report, struct err *err)
{
	struct confine_report report = { .kills = !FILTER_SOFT };
	int r;

	wake_libc();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, EXIT_NOPERM, "no_new_privs cannot be set");
	r = set_limits(want, err);
	if (r < 0)
		return r;
	r = lock_in(want, &report, err);
	if (r < 0)
		return r;
	r = leave_root(powers(want, &report), want->below ? want->account : 0, &report, err);
	if (r < 0)
		return r;
	/* After the change of uid, which resets both: die with the parent, and let no equal uid trace us. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(err, EXIT_NOPERM, "process flags cannot be set");
	/* ABI 4 brings rights for TCP, which the resolver's long answers come by; the process reader: see confine.h */
	r = want->processes ? 0
			    : landlock_deny_all(want->network		 ? FILES_ABI
						: want->landlock_abi_max ? want->landlock_abi_max
									 : ANY_ABI,
						want->below ? want->below_fd : -1, err);
	if (r < 0)
		return r;
	if (want->below && r == 0 && !report.locked_in)
		return err_set(err, EXIT_NOPERM,
			       "this kernel has no Landlock, so only root can read one folder alone");
	report.landlock_abi = r;
	r = filter_load(want, report.locked_in, err);
	if (r < 0)
		return r;
	*ret_report = report;
	return 0;
}

int confine_helper(const struct confine_want *want, bool unconfined, struct err *err)
{
	struct confine_report report;
	int rc = confine_reader(want, &report, err);

	return unconfined ? 0 : rc;
}
