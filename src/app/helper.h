/*
 * helper - starts a program that lies beside this one: spamtrail-journal, spamtrail-dns, spamtrail-mime.
 *
 * Each keeps a heavy library out of spamtrail and confines itself. No shell, no search path, an empty environment,
 * no descriptor but those that are given.
 *
 * TRUST: the program is ours as far as its file is; once it has read a foreign byte it may be an attacker,
 * and what it says is checked by who started it.
 */
#ifndef SPAMTRAIL_APP_HELPER_H
#define SPAMTRAIL_APP_HELPER_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

#define HELPER_FDS_MOST 4
#define HELPER_ARGS_MOST 6

struct helper_want {
	const char *name; /* "spamtrail-dns" */
	const char *args[HELPER_ARGS_MOST + 1]; /* behind the name, and NULL */
	int fds[HELPER_FDS_MOST]; /* become 0, 1, 2, 3; 0 to 2 may be -1, /dev/null then */
	bool extra; /* there is a fourth */
};

/* NAME lies beside this program and can be executed. */
bool helper_installed(const char *name);
/*
 * Into PATH (SIZE bytes, the caller's): the file NAME beside this program. False: too long, or /proc is
 * missing.
 */
bool helper_beside(char *path, size_t size, const char *name);
/*
 * The caller's descriptors stay his. EXIT_IO when it cannot be started; that the program itself could not be
 * executed shows only in its status: it then ended with EXIT_SOFTWARE.
 */
int helper_start(const struct helper_want *want, pid_t *ret_pid, struct err *err);
/*
 * Waits, as long as it takes. RET_STATUS is as waitpid(2) gives it; EXIT_SOFTWARE where there is no such
 * child.
 */
int helper_wait(pid_t pid, const char *name, int *ret_status, struct err *err);

#endif
