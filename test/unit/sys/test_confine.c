/*
 * confine: its report and its refusals. What it keeps out is test/hostile's matter.
 *
 * Confinement is per thread where identity is not touched, so it is tried in a thread of an unprivileged child:
 * the child itself can still tell how it went.
 */
#include "sys/confine.h"
#include "sys/filter.h"
#include "sys/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct trial {
	struct confine_want want;
	struct confine_report report;
	struct err err;
	int r;
	bool open_refused;
};

static void *confine_here(void *arg)
{
	struct trial *t = arg;

	t->r = confine_reader(&t->want, &t->report, &t->err);
	/* The shipped filter would end the whole process here. */
	t->open_refused = FILTER_SOFT ? open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM : true;
	return NULL;
}

static void leave_root(void)
{
	if (geteuid() == 0 && seteuid(65534) < 0)
		_exit(70);
}

static int in_child(int (*what)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		leave_root();
		/* Not exit: a leak check needs what confinement takes. */
		_exit(what());
	}
	waitpid(pid, &status, 0);
	return status;
}

static int report_is_right(void)
{
	struct trial t = {
		.want = { .channel = 0, .complaints = -1, .files = 64, .memory = UINT64_C(1) << 40 }
	};
	struct rlimit core, files;
	pthread_t thread;

	pthread_create(&thread, NULL, confine_here, &t);
	pthread_join(thread, NULL);
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_NOFILE, &files);
	return t.r != 0 || t.report.dropped || t.report.kills == FILTER_SOFT || t.report.uid != geteuid() ||
	       t.report.landlock_abi < 0 || !t.open_refused || core.rlim_max != 0 || files.rlim_cur != 64 ||
	       prctl(PR_GET_DUMPABLE) != 0;
}

static int abi_is_kept_down(void)
{
	struct trial t = { .want = { .channel = -1, .complaints = 2, .files = 64, .landlock_abi_max = 2 } };
	pthread_t thread;

	pthread_create(&thread, NULL, confine_here, &t);
	pthread_join(thread, NULL);
	return t.r != 0 || t.report.landlock_abi > 2;
}

/* Without no_new_privs the kernel lets nobody but root restrict himself. */
static int refusals_are_sentences(void)
{
	struct err err = { 0 };
	int abi = landlock_deny_all(0, -1, &err);

	if (abi != 0)
		return 1;
	abi = landlock_deny_all(99, -1, &err);
	return abi != 0 && (abi != -EXIT_NOPERM || !strstr(err.text, "Landlock"));
}

static void test_report(void **state)
{
	assert_int_equal(in_child(report_is_right), 0);
}

static void test_abi(void **state)
{
	assert_int_equal(in_child(abi_is_kept_down), 0);
}

static void test_refusals(void **state)
{
	assert_int_equal(in_child(refusals_are_sentences), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_abi),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
