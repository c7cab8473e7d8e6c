/*
 * moments: what others do between two calls of the actor: files are exchanged, linked, given away, changed or removed just before
 * the call that was meant for them. A row is a scene, the call, and what the shell does in DIR before it.
 *
 * What is promised: nothing but the file that was looked at is moved or changed, what others have written stays, and it is said.
 */
#include "faulty.h"
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define X "root/home/alice/www/x.php"
#define CF "root/etc/postfix/main.cf"
#define AGAIN "n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; "

static const struct moment {
	const char *scene, *request; /* NULL: the plan itself; else what is asked once it is done */
	const char *call, *meanwhile;
	const char *says; /* part of the answer */
	const char *then; /* true for the shell afterwards */
	bool always; /* before each such call, not only the first */
} moments[] = {
	/* held */
	{ "a file is held", NULL, "renameat2", "rm " X, "failed x.php cannot be opened", "[ ! -e " X " ]",
	  false },
	{ "a file is held", NULL, "renameat2", "mv " X " root/y; echo b >" X "; chown 2001 " X, "1 done",
	  "[ ! -e " X " ] && grep -q mail root/y", false },
	{ "a file is held", NULL, "renameat2", AGAIN "mv " X " root/y.$n; echo $n >" X "; chown 2001 " X,
	  "was exchanged while it was looked at", "[ -e " X " ] && grep -q mail root/y.0", true },
	{ "a file is held", NULL, "renameat2", "ln " X " root/y", "has a second name", "cmp " X " root/y",
	  false },
	{ "a file is held", NULL, "renameat2", "chown 2002 " X, "belongs to somebody else",
	  "[ $(stat -c %u " X ") = 2002 ]", false },
	{ "a file is held", NULL, "renameat2", "mv root/home/alice/www root/home/alice/w", "1 done",
	  "[ ! -e root/home/alice/w/x.php ] && find state/hold -type f ! -name '*.rec' | grep -q .", false },
	{ "a file is held", NULL, "listxattr", "rm " X, "failed x.php cannot be opened", "[ ! -e " X " ]",
	  false },
	{ "a file is held", NULL, "pread64", "truncate -s 300M " X, "1 done", "[ ! -e " X " ]", false },
	/* given back */
	{ "a file is held", "undo\tk\n", "renameat2", "echo b >" X, "beside it now as x.php.restored-1",
	  "grep -q b " X " && grep -q mail " X ".restored-1", false },
	{ "a file is held", "undo\tk\n", "renameat2", AGAIN "echo b >" X ".restored-$n; echo b >" X,
	  "cannot be moved back to", "grep -q b " X, true },
	{ "a file is held", "undo\tk\n", "openat2", "rm -rf root/home/alice/www", "done", "true", false },
	/* edited */
	{ "a file is edited", NULL, "renameat2", "echo four >>" CF, "not as it was when the plan was made",
	  "grep -q four " CF, false },
	{ "a file is edited", NULL, "renameat2", "rm " CF, "main.cf cannot be opened", "[ ! -e " CF " ]",
	  false },
	{ "a file is edited", NULL, "renameat2", AGAIN "[ $n = 0 ] && echo four >>" CF " || rm -f " CF,
	  "failed", "grep -q four " CF, true },
	{ "a file is edited", NULL, "renameat2", "cp " CF " b; mv b " CF, "1 done", "grep -q alice " CF,
	  false },
	{ "a file is edited", NULL, "getrandom", "ln " CF " root/b", "has a second name",
	  "! grep -q alice " CF, false },
	{ "a file is edited", NULL, "fsync", "chown 2002 " CF, "belongs to somebody else",
	  "! grep -q alice " CF, false },
	{ "a file is edited", "undo\tk\n", "renameat2", "echo four >>" CF, "has been changed since",
	  "grep -q four " CF " && grep -q alice " CF, false },
	{ "a file is edited", "undo\tk\n", "renameat2", "rm " CF, "cannot be put back", "[ ! -e " CF " ]",
	  false },
	{ "an edited file is changed by others", "undo\tk\n", "renameat2", "echo four >>" CF,
	  "has been changed since", "grep -q four " CF, false },
	{ "an edited file is changed by others", "undo\tk\n", "renameat2", "ln " CF " root/b",
	  "has been changed since", "grep -q 'one = 11' " CF, false },
	{ "an edited file is changed by others", "undo\tk\n", "listxattr",
	  "setfattr -n user.a -v b " CF " || :", "1 undone", "grep -q 'one = 11' " CF, false },
	/* made and put */
	{ "a file is made", NULL, "renameat2", "echo a >root/etc/postfix/list", "is there already",
	  "grep -qx a root/etc/postfix/list", false },
	{ "a file is made", "undo\tk\n", "renameat2", "echo a >>root/etc/postfix/list",
	  "has been changed since", "grep -qx a root/etc/postfix/list", false },
	{ "a file is made", "undo\tk\n", "renameat2",
	  "rm root/etc/postfix/list; echo a >root/etc/postfix/list", "has been changed since",
	  "grep -qx a root/etc/postfix/list", false },
	{ "a file is made", "undo\tk\n", "renameat2",
	  AGAIN "rm -f root/etc/postfix/list; echo $n >root/etc/postfix/list", "restored-1",
	  "grep -qx 0 root/etc/postfix/list.restored-1", true },
	{ "a file is made", "undo\tk\n", "renameat2", "rm root/etc/postfix/list", "cannot be moved to",
	  "true", false },
	{ "a clean file is put", "undo\tk\n", "renameat2", "echo a >>root/home/alice/www/clean.php",
	  "1 undone", "[ ! -e root/home/alice/www/clean.php ]", false },
	/* rights */
	{ "rights are taken away", NULL, "journal_step", "rm " X "; echo b >" X "; chown 2001 " X,
	  "1 are links, another owner's", "[ $(stat -c %a " X ") = 644 ]", false },
	{ "rights are taken away", NULL, "journal_step", "chown 2002 " X "; chmod 666 " X, "left alone",
	  "[ $(stat -c %a " X ") = 666 ]", false },
	{ "rights are taken away", NULL, "journal_step", "ln " X " root/y", "left alone",
	  "[ $(stat -c %a " X ") = 4666 ]", false },
	{ "rights are taken away", NULL, "journal_step",
	  "mv root/home/alice/www w; ln -s ../../w root/home/alice/www", "left alone",
	  "[ $(stat -c %a w) = 2777 ]", false },
	{ "rights are taken away", NULL, "journal_step", "chown 2002 root/home/alice",
	  "is no folder of that account", "[ $(stat -c %a root/home/alice) = 777 ]", false },
	{ "rights are taken away", NULL, "journal_step", "chmod 777 root/home",
	  "others than root can write in", "[ $(stat -c %a root/home/alice) = 777 ]", false },
	{ "rights are taken away", "undo\tk\n", "syncfs", "true", "1 undone", "true", false },
	{ "rights are taken away", NULL, "journal_step",
	  "rm -r root/home/alice/www; chmod 700 root/home/alice", "no mode was set", "true", false },
	/* a process */
	{ "a process is stopped", "undo\tk\n", "pidfd_send_signal", "true", "1 undone", "true", false },
	/* held for good */
	{ "a file is held", "purge\t0\n", "fstat64", "true", "1 purged",
	  "! find state/hold -type f | grep -q .", false },
	{ "a file is held", "purge\t0\n", "pread64",
	  "f=$(find state/hold -type f ! -name '*.rec'); echo b >>$f", "its bytes are not those",
	  "find state/hold -type f ! -name '*.rec' | grep -q .", false },
	{ "a file is held", "purge\t0\n", "openat64",
	  "f=$(find state/hold -type f ! -name '*.rec'); ln $f root/y", "has a second name",
	  "find state/hold -type f ! -name '*.rec' | grep -q .", false },
	{ "a file is held", "purge\t0\n", "openat64",
	  "f=$(find state/hold -type f ! -name '*.rec'); mv $f root/y; echo b >$f",
	  "is not the file that was held", "find state/hold -type f ! -name '*.rec' | grep -q .", false },
	{ "a file is held", "purge\t0\n", "openat64",
	  "f=$(find state/hold -type f ! -name '*.rec'); mv $f root/y; mkfifo $f", "no plain file",
	  "find state/hold -type p | grep -q .", false },
	{ "a file is held", "purge\t0\n", "openat64",
	  "f=$(find state/hold -type f ! -name '*.rec'); mv $f root/y; ln -s y $f", "cannot be read",
	  "find state/hold -type l | grep -q .", false },
	{ "a file is held", "purge\t0\n", "openat64", "f=$(find state/hold -type f ! -name '*.rec'); rm $f",
	  "1 purged", "! find state/hold -type f | grep -q .", false },
};

static void test_moments(void **state)
{
	char all[1024], *found;
	const char *answers;
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		const struct moment *m = &moments[i];
		const struct scene *s = scene_of(m->scene);

		scene_fresh(s);
		if (m->request) {
			scene_do(s);
			scene_between(s);
		}
		memset(seen_fault, 0, sizeof(*seen_fault));
		snprintf(all, sizeof(all), "cd %s && { %s; }", dir, m->meanwhile);
		fault = (struct fault){ .call = m->call, .meanwhile = all, .for_good = m->always };
		answers = m->request ? scene_drive(m->request, NULL) : scene_do(s);
		fault = (struct fault){ .after = -1 };
		found = strstr(answers, m->says);
		if (!seen_fault->hits || !found || seen_fault->descriptors_left || !scene_is_so(m->then)) {
			print_error("row %zu, %s%s, %s before %s (%d times), wanted \"%s\" and %s:\n%s", i,
				    m->scene, m->request ? ", undone" : "", m->meanwhile, m->call,
				    seen_fault->hits, m->says, m->then, answers);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
	};

	return cmocka_run_group_tests(tests, scene_make, scene_drop);
}
