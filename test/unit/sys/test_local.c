/* Sockets in the file system: whose they may be. */
#include "sys/local.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/spamtrail-local.XXXXXX";

static void listen_as(struct sockaddr_un *at, uid_t uid, int ready)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (uid != geteuid() && setresuid(uid, uid, uid) < 0)
		_exit(1);
	if (bind(s, (struct sockaddr *)at, sizeof(*at)) < 0 || listen(s, 5) < 0 || write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

/* What local_connect says of a socket of UID's: 0 or its errno. */
static int connect_to(uid_t uid)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int ready[2], s, error;
	char byte;
	pid_t pid;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", folder);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		listen_as(&at, uid, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	s = local_connect(at.sun_path, 2);
	error = s < 0 ? errno : 0;
	if (s >= 0)
		close(s);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(at.sun_path);
	return error;
}

static void an_account_answers_for_nobody(void **state)
{
	(void)state;
	assert_int_equal(connect_to(geteuid()), 0);
	if (geteuid() != 0)
		skip();
	assert_int_equal(connect_to(110), 0);
	assert_int_equal(connect_to(2001), EPERM);
	/* but his own is his */
	assert_int_equal(seteuid(2001), 0);
	assert_int_equal(connect_to(2001), 0);
	assert_int_equal(seteuid(0), 0);
}

static void a_path_may_be_too_long(void **state)
{
	char path[200];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(local_connect(path, 1), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_account_answers_for_nobody),
					    cmocka_unit_test(a_path_may_be_too_long) };
	int failed;

	if (!mkdtemp(folder) || chmod(folder, 0777) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
