/*
 * requests: what is asked and answered, one row each: a server as the shell leaves it, lines for the actor, what others do then,
 * lines once more; part of the last answer, and what must be so. And calls that fail with an error that says something.
 */
#include "faulty.h"
#include "scene.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define HOLD "hold\t2001\t/home/alice\t/home/alice/www/x.php\n"
#define PUT "put\t2001\t/home/alice\t/home/alice/www/clean.php\t%s/list\t644\n"
#define EDIT "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\n"
#define CF "root/etc/postfix/main.cf"
#define X "root/home/alice/www/x.php"
#define EXIM "1xYaaa-00005S-2L\t1xYbbb-00005S-2L"
/* A process that says that it was hung up on; the shell acts on that before it ends, when both came. */
#define AS_EXIM(words)                                                                            \
	"sh -c 'trap \": >hupped\" HUP; trap \": >gone; exit\" TERM; ln -s $$ exim; while :; do " \
	"sleep 0.05; done' x " words " & until [ -L exim ]; do sleep 0.05; done"
#define EXIM_ENDED                                                                                       \
	"kill $(readlink exim); n=0; until [ -e gone ] || [ $n -gt 600 ]; do sleep 0.05; n=$((n + 1)); " \
	"done; "

static const struct request {
	const char *before, *lines, *between, *then, *says, *is_so;
} requests[] = {
	/* whose is undone */
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tauth info@shop.example\n",
	  "1 undone", "[ -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tauth:info@shop.example\n",
	  "1 undone", "[ -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tinfo@shop.example\n",
	  "1 undone", "[ -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tuser:info@shop.example\n",
	  "error 66", "[ ! -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tauth-info@shop.example\n",
	  "error 66", "[ ! -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tauth:info@shop.exampl2\n",
	  "error 66", "[ ! -e " X " ]" },
	{ NULL, "sender\tauth info@shop.example\n" HOLD "apply\n", NULL, "undo\tauth\n", "error 66",
	  "[ ! -e " X " ]" },
	{ NULL, "sender\talice\n" HOLD "apply\n", NULL, "undo\talice\n", "1 undone", "[ -e " X " ]" },
	{ NULL, "sender\talice\n" HOLD "apply\n", NULL, "undo\tbob\n", "error 66", "[ ! -e " X " ]" },
	{ NULL, "sender\tqueue alice\n" HOLD "apply\n", NULL, "undo\talice\n", "error 66", "[ ! -e " X " ]" },
	{ NULL, "sender\tqueue alice\n" HOLD "apply\n", NULL, "undo\tqueue alice\n", "1 undone",
	  "[ -e " X " ]" },
	{ NULL, "sender\ta\n" HOLD "apply\n", NULL, "undo\t2\n", "error 66", "[ ! -e " X " ]" },
	/* two in one folder: the first waits for the second, and goes on once that is undone */
	{ NULL, "incident\tk\n" HOLD PUT "apply\n",
	  "rm root/home/alice/www/clean.php; echo a >root/home/alice/www/clean.php", "undo\tk\n",
	  "waits for action 2 in the same folder", "[ ! -e " X " ]" },
	{ NULL, "incident\tk\n" HOLD EDIT "apply\n", "echo '  alice' >>" CF, "undo\tk\n", "1 undone",
	  "[ -e " X " ] && grep -q alice " CF },
	{ NULL, "incident\tk\n" HOLD PUT "apply\n", NULL, "undo\tk\n", "1 undone",
	  "[ -e " X " ] && [ ! -e root/home/alice/www/clean.php ]" },
	/* what is known of an edit */
	{ NULL, "incident\tk\n" EDIT "apply\n", NULL, EDIT "known\n", "known same", "grep -q alice " CF },
	{ NULL, "incident\tk\n" EDIT "apply\nundo\tk\n", NULL, "incident\tk\n" EDIT "known\n",
	  "known undone same", "! grep -q alice " CF },
	{ NULL, "incident\tk\n" HOLD "apply\n", NULL, EDIT "known\n", "known\n", "true" },
	{ "printf 'a:AA:1\\n' >old; cp old " CF "; printf 'a:!AA:1\\n' >new",
	  "incident\tk\n" EDIT "apply\nundo\tk\n", "printf 'a:AA:2\\n' >old; printf 'a:!AA:2\\n' >new",
	  EDIT "known\n", "known same", "true" },
	{ "printf 'a:AA:1\\n' >old; cp old " CF "; printf 'a:!AA:1\\n' >new",
	  "incident\tk\n" EDIT "apply\nundo\tk\n", "printf 'a:BB:1\\n' >old; printf 'a:!BB:1\\n' >new",
	  EDIT "known\n", "known\n", "true" },
	{ "printf 'a' >old; cp old " CF "; printf 'ab' >new", "incident\tk\n" EDIT "apply\n", NULL,
	  EDIT "known\n", "known same", "true" },
	{ "printf 'ab' >old; cp old " CF "; printf 'a' >new", "incident\tk\n" EDIT "apply\n", NULL,
	  EDIT "known\n", "known same", "true" },
	{ NULL, HOLD "apply\n", NULL, "expired\n", "", "[ ! -e " X " ]" },
	/* where edits may not be */
	{ "chmod 777 root/etc/postfix", EDIT "apply\n", NULL, NULL, "everybody can write in",
	  "! grep -q alice " CF },
	{ "chmod 1777 root/etc/postfix", EDIT "apply\n", NULL, NULL, "1 done", "grep -q alice " CF },
	{ "rm -r root/etc/postfix; ln -s ../home root/etc/postfix", EDIT "apply\n", NULL, NULL,
	  "without a link", "[ ! -e root/home/main.cf ]" },
	{ "rm -r root/etc/postfix", EDIT "apply\n", NULL, NULL, "cannot be reached", "true" },
	{ "chown 2001 " CF, EDIT "apply\n", NULL, NULL, "belongs to somebody else", "! grep -q alice " CF },
	{ "rm " CF "; mkdir " CF, EDIT "apply\n", NULL, NULL, "is no plain file", "[ -d " CF " ]" },
	{ "echo four >>" CF, EDIT "apply\n", NULL, NULL, "not as it was", "! grep -q alice " CF },
	{ "setfattr -n user.a -v $(head -c 3000 /dev/zero | tr '\\0' a) " CF, EDIT "apply\n", NULL, NULL,
	  "1 done", "[ $(getfattr --only-values -n user.a " CF " | wc -c) = 3000 ]" },
	{ NULL, "hold\t2001\t/home/alice\t/home/alice/www/x.php/y\napply\n", NULL, NULL, "no folder holds it",
	  "[ -e " X " ]" },
	{ NULL, "hold\t2001\t/home/alice/www/x.php\t/home/alice/www/x.php/y\napply\n", NULL, NULL,
	  "no folder of that account", "[ -e " X " ]" },
	{ "chmod 777 root/home/alice", HOLD "apply\n", NULL, NULL, "no folder of that account",
	  "[ -e " X " ]" },
	{ "chown 33 " X, "hold\t33\t/home/alice\t/home/alice/www/x.php\napply\n", NULL, NULL, "1 done",
	  "[ ! -e " X " ]" },
	{ "chown 0 root/home/alice", "hold\t33\t/home/alice\t/home/alice/www/x.php\napply\n", NULL, NULL,
	  "no folder of that account", "[ -e " X " ]" },
	{ "chown 2001 root/home", HOLD "apply\n", NULL, NULL, "others than root can write in",
	  "[ -e " X " ]" },
	{ NULL, "put\t2001\t/home/alice\t/home/alice/www/x.php\t%s/list\t644\napply\n", NULL, NULL,
	  "is there already", "grep -q mail " X },
	/* whole lines only are taken out of what others have changed */
	{ NULL, "incident\tk\n" EDIT "apply\n", "sed -i '1i a' " CF, "undo\tk\n",
	  "only our lines were taken out", "! grep -q alice " CF " && grep -qx a " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "sed -i 's/  alice/  alice  alice/' " CF, "undo\tk\n",
	  "changed since", "grep -q '  alice  alice' " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "sed -i 's/two = 2/two = 2  alice/; /^  alice/d' " CF,
	  "undo\tk\n", "changed since", "grep -q '2  alice' " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "printf '  alice\\n' >>" CF, "undo\tk\n", "changed since",
	  "[ $(grep -c alice " CF ") = 2 ]" },
	{ NULL, "incident\tk\n" EDIT "apply\n", "sed -i '/alice/d' " CF, "undo\tk\n", "changed since",
	  "! grep -q alice " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "cp " CF " a; mv a " CF, "undo\tk\n",
	  "only our lines were taken out", "cmp " CF " old" },
	{ NULL, "incident\tk\n" EDIT "apply\n", "cp " CF " a; mv a " CF "; ln " CF " b", "undo\tk\n",
	  "changed since", "grep -q alice " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "cp " CF " a; mv a " CF "; chown 2001 " CF, "undo\tk\n",
	  "changed since", "grep -q alice " CF },
	{ NULL, "incident\tk\n" EDIT "apply\n", "rm " CF "; mkfifo " CF, "undo\tk\n", "changed since",
	  "[ -p " CF " ]" },
	{ "printf 'one = 1\\n' >new", "incident\tk\n" EDIT "apply\n", "echo four >>" CF, "undo\tk\n",
	  "changed since", "grep -q four " CF },
	{ "printf 'a' >old; cp old " CF "; printf 'ab' >new", "incident\tk\n" EDIT "apply\n",
	  "printf 'ab\\nx' >" CF, "undo\tk\n", "only our lines", "true" },
	{ "printf 'a\\nc' >old; cp old " CF "; printf 'a\\nbc' >new", "incident\tk\n" EDIT "apply\n",
	  "printf 'x\\na\\nbc' >" CF, "undo\tk\n", "only our lines", "grep -qx c " CF },
	{ ": >old; cp old " CF, "incident\tk\n" EDIT "apply\n", "sed -i '1i a' " CF, "undo\tk\n",
	  "only our lines", "[ $(cat " CF ") = a ]" },
	/* programs that refuse, and those that only say so */
	{ "echo 3 >mail/status",
	  "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t/usr/sbin/postfix\tcheck\napply\n", NULL, NULL,
	  "/usr/sbin/postfix ended with 3", "! grep -q alice " CF },
	{ "echo 3 >mail/status",
	  "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t--\t/usr/sbin/postfix\treload\napply\n", NULL,
	  NULL, "/usr/sbin/postfix ended with 3", "! grep -q alice " CF },
	{ NULL,
	  "incident\tk\nedit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t/usr/sbin/postfix\tcheck\t--\t/usr/"
	  "sbin/postfix\treload\napply\n",
	  "echo 3 >mail/status", "undo\tk\n", "its bytes are back, but /usr/sbin/postfix ended with 3",
	  "! grep -q alice " CF },
	{ "echo 3 >mail/status", "firewall\tuid\t2001\napply\n", NULL, NULL, "nft ended with 3",
	  "[ ! -e mail/nft ]" },
	{ "echo 68 >mail/status", "logout\timap\tinfo@shop.example\napply\n", NULL, NULL, "1 done", "true" },
	{ "echo 67 >mail/status", "logout\timap\tinfo@shop.example\napply\n", NULL, NULL, "ended with 67",
	  "true" },
	{ "echo 5 >mail/status",
	  "command\t/usr/local/hestia/bin/v-suspend-mail-account\ta\tb\tc\t--\t/usr/local/hestia/bin/"
	  "v-unsuspend-mail-account\ta\tb\tc\napply\n",
	  NULL, NULL, "1 done", "true" },
	{ "echo 6 >mail/status",
	  "command\t/usr/local/hestia/bin/v-suspend-mail-account\ta\tb\tc\t--\t/usr/local/hestia/bin/"
	  "v-unsuspend-mail-account\ta\tb\tc\napply\n",
	  NULL, NULL, "ended with 6", "true" },
	{ "echo 5 >mail/status",
	  "incident\tk\ncommand\t/usr/local/hestia/bin/v-suspend-mail-account\ta\tb\tc\t--\t/usr/local/"
	  "hestia/bin/v-unsuspend-mail-account\ta\tb\tc\napply\n",
	  "echo 6 >mail/status", "undo\tk\n", "1 undone", "true" },
	{ "echo 0 >mail/status",
	  "command\t/usr/local/cpanel/bin/whmapi1\t--output=json\thold_outgoing_email\tuser=alice\t--\t/usr/"
	  "local/cpanel/bin/whmapi1\t--output=json\trelease_outgoing_email\tuser=alice\napply\n",
	  NULL, NULL, "whmapi1 did not do it", "true" },
	{ "echo 0 >mail/status",
	  "command\t/usr/local/cpanel/bin/uapi\t--output=json\t--user=a\tEmail\thold_outgoing\temail=a\t--\t/"
	  "usr/local/cpanel/bin/uapi\t--output=json\t--user=a\tEmail\trelease_outgoing\temail=a\napply\n",
	  NULL, NULL, "uapi did not do it", "true" },
	{ NULL, "command\t/usr/sbin/exim\t-qf\t--\t/usr/sbin/exim\t-q\napply\n", NULL, NULL, "1 done",
	  "true" },
	{ NULL, "command\t/usr/sbin/postfix\tflush\t--\t/usr/sbin/postfix\treload\napply\n", NULL, NULL,
	  "1 done", "true" },
	{ ": >has/exim4.conf; : >has/update-exim4.conf; echo 3 >mail/status",
	  "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t--\treload-exim\napply\n", NULL, NULL, "1 done",
	  "true" },
	{ AS_EXIM("-bd"), "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t--\treload-exim\napply\n", NULL,
	  NULL, "1 done", EXIM_ENDED "[ -e gone ] && [ -e hupped ]" },
	{ AS_EXIM("-qf"), "edit\t-\t/\t/etc/postfix/main.cf\t%s/old\t%s/new\t--\treload-exim\napply\n", NULL,
	  NULL, "1 done", EXIM_ENDED "[ -e gone ] && [ ! -e hupped ]" },
	/* the queue */
	{ NULL, "free\tAAAA\nqueue\tpostfix\tAAAA\napply\n", NULL, NULL,
	  "held 1\nheld 1\nheld 1\nheld 1\n1 done", "[ -e mail/hold/AAAA ]" },
	{ ": >mail/locked/1xYaaa-00005S-2L", "incident\tk\nqueue\texim\t" EXIM "\napply\n", NULL, "undo\tk\n",
	  "what is not gone may still be held: /usr/sbin/exim ended with 1",
	  "[ ! -e mail/hold/1xYbbb-00005S-2L ]" },
	{ ": >mail/locked/1xYaaa-00005S-2L", "stays\t1xYaaa-00005S-2L\nremove\texim\t" EXIM "\napply\n", NULL,
	  NULL, "1 are locked by the mail server",
	  "[ -e mail/queue/1xYaaa-00005S-2L ] && [ ! -e mail/hold/1xYbbb-00005S-2L ]" },
	{ ": >mail/locked/1xYaaa-00005S-2L",
	  "stays\t1xYaaa-00005S-2L\nremove\texim\t1xYaaa-00005S-2L\napply\n", NULL, NULL, "has locked all 1",
	  "[ -e mail/queue/1xYaaa-00005S-2L ]" },
	{ "mv mail/queue/BBBB mail/hold", "remove\tpostfix\tAAAA\t--\tBBBB\napply\n", NULL, NULL, "2 removed",
	  "[ ! -e mail/hold/BBBB ]" },
	{ "mv mail/queue/BBBB mail/hold", "remove\tpostfix\t--\tBBBB\napply\n", NULL, NULL, "1 removed",
	  "[ ! -e mail/hold/BBBB ]" },
	{ "rm mail/queue/AAAA", "remove\tpostfix\tAAAA\napply\n", NULL, NULL,
	  "no sample of these messages could be read", "true" },
	{ NULL, "release\tAAAA\nremove\tpostfix\tAAAA\tBBBB\napply\n", NULL, NULL,
	  "1 removed, 1 gone meanwhile or not meant",
	  "[ -e mail/queue/AAAA ] && [ ! -e mail/hold/BBBB ] && [ ! -e mail/queue/BBBB ]" },
	{ NULL, "release\tAAAA\tBBBB\nqueue\tpostfix\tAAAA\tBBBB\napply\n", NULL, NULL,
	  "0 held; 2 gone meanwhile", "[ -e mail/queue/AAAA ] && [ -e mail/queue/BBBB ]" },
	{ "for i in $(seq 10 30); do echo $i >mail/queue/A$i; done",
	  "remove\tpostfix\tA10\tA11\tA12\tA13\tA14\tA15\tA16\tA17\tA18\tA19\tA20\tA21\napply\n", NULL, NULL,
	  "12 removed, 0 gone meanwhile or not meant; 10 samples", "[ $(ls state/samples | wc -l) = 10 ]" },
	{ NULL, "flush\texim\napply\n", NULL, NULL, "it goes on by itself", "true" },
	/* a mode that nobody has to change, and one that is wrong of all */
	{ NULL, "modes\t2001\t/home/alice\t755 www\t644 www/x.php\napply\n", NULL, NULL,
	  "nothing there has such rights", "true" },
	{ "chmod 666 " X "; ln " X " root/y", "modes\t2001\t/home/alice\t644 www/x.php\napply\n", NULL, NULL,
	  "has a second name", "[ $(stat -c %a " X ") = 666 ]" },
	{ "rm " X "; mkfifo " X "; chown 2001 " X "; chmod 666 " X,
	  "modes\t2001\t/home/alice\t000 www/x.php\napply\n", NULL, NULL, "nothing there has such rights",
	  "[ $(stat -c %a " X ") = 666 ]" },
	{ "chmod 666 " X, "incident\tk\nmodes\t2001\t/home/alice\t000 www/x.php\napply\n",
	  "chmod 777 root/home", "undo\tk\n", "others than root can write in",
	  "[ $(stat -c %a " X ") = 0 ]" },
	/* a store that is not root's alone is none */
	{ "mkdir -m 755 state/hold", HOLD "apply\n", NULL, NULL, "is not root's alone", "[ -e " X " ]" },
	{ "echo a >state/hold", HOLD "apply\n", NULL, NULL, "cannot be opened", "[ -e " X " ]" },
	{ "ln -s ../root/home/alice state/hold", HOLD "apply\n", NULL, NULL, "cannot be opened",
	  "[ -e " X " ]" },
	{ "mkdir -m 700 state/hold; chown 2001 state/hold", HOLD "apply\n", NULL, NULL, "is not root's alone",
	  "[ -e " X " ]" },
	{ "ln -s ../old state/stores", HOLD "apply\n", NULL, NULL, "the list of hold stores",
	  "[ -e " X " ]" },
	{ "printf '/x%s/state/hold\\0' $PWD >state/stores", HOLD "apply\n", NULL, NULL, "1 done",
	  "[ $(tr '\\0' '\\n' <state/stores | wc -l) = 2 ]" },
	{ "printf '/x\\0%s/state/hold\\0' $PWD >state/stores", HOLD "apply\n", NULL, NULL, "1 done",
	  "[ $(tr '\\0' '\\n' <state/stores | wc -l) = 2 ]" },
	{ "rm -r state; echo a >state", HOLD "apply\n", NULL, NULL, "error", "[ -e " X " ]" },
	{ "ln -s ../old state/act.lock", HOLD "apply\n", NULL, NULL, "act.lock cannot be opened",
	  "[ -e " X " ]" },
	{ "rm root/etc/passwd; mkfifo root/etc/passwd", HOLD "apply\n", NULL, NULL, "1 done",
	  "[ ! -e " X " ]" },
	{ "for i in $(seq 20); do echo \"postfix:x:$((3000 + i)):1::/:/bin/false\"; done >root/etc/passwd",
	  HOLD "apply\n", NULL, NULL, "1 done", "true" },
};

static void test_requests(void **state)
{
	static const struct scene plain = { .name = "" };
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		const struct request *r = &requests[i];
		const char *answers;

		if (r->before && strstr(r->before, "setfattr") && !scene_keeps_attributes())
			continue;
		scene_fresh(&plain);
		memset(seen_fault, 0, sizeof(*seen_fault));
		if (r->before)
			scene_shell(r->before);
		answers = scene_drive(r->lines, NULL);
		if (r->between)
			scene_shell(r->between);
		if (r->then)
			answers = scene_drive(r->then, NULL);
		if (!strstr(answers, r->says) || !scene_is_so(r->is_so) || seen_fault->descriptors_left) {
			print_error("row %zu, %s: wanted \"%s\" and %s\n%s", i, r->lines, r->says, r->is_so,
				    answers);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* A call that fails so: some errors are no failure, and some have a sentence of their own. */
static const struct answer {
	const char *scene, *request, *call;
	int error;
	bool for_good;
	const char *says;
	int after; /* calls of that name that do not fail */
} errors[] = {
	{ "a file is held", NULL, "flock", EWOULDBLOCK, false, "1 done", 0 },
	{ "a file is held", NULL, "flock", EINTR, false, "1 done", 0 },
	{ "a file is held", NULL, "flock", EWOULDBLOCK, true, "another spamtrail is changing things", 0 },
	{ "a file is held", NULL, "flock", ENOLCK, false, "act.lock cannot be locked: No locks available",
	  0 },
	{ "a file is held", NULL, "mkdir", EACCES, false, "cannot be made: Permission denied", 0 },
	{ "a file is held", NULL, "openat2", EAGAIN, false, "1 done", 0 },
	{ "a file is held", NULL, "openat2", EAGAIN, true,
	  "cannot be opened: Resource temporarily unavailable", 0 },
	{ "a file is held", NULL, "openat2", EXDEV, false,
	  "its base cannot be opened: Invalid cross-device link", 0 },
	{ "a file is held", NULL, "openat2", ELOOP, false, "Too many levels of symbolic links", 0 },
	{ "a file is held", NULL, "openat2", ENOTDIR, false, "Not a directory", 0 },
	{ "a file is held", NULL, "openat2", ENOSYS, true, "Function not implemented", 0 },
	{ "a file is held", NULL, "listxattr", ENOTSUP, false, "1 done", 0 },
	{ "a file is held", NULL, "renameat2", EXDEV, false, "cannot be moved to", 0 },
	{ "a file is held", NULL, "renameat2", ENOSPC, false, "No space left on device", 0 },
	{ "a file is held", NULL, "renameat2", ENOENT, true, "raced", 0 },
	{ "a file is held", NULL, "statx", ENOSYS, false, "the file system of a folder cannot be told", 0 },
	{ "a file is held", NULL, "write", ENOSPC, false, "cannot be written: No space left on device", 0 },
	{ "a file is held", NULL, "write", EINTR, false, "1 done", 0 },
	{ "a file is held", NULL, "fsync", EIO, false, "Input/output error", 0 },
	{ "a file is held", NULL, "getrandom", ENOSYS, false, "no random name", 0 },
	{ "a file with set-id bits and attributes is held", NULL, "getxattr", ENODATA, false, "1 done", 0 },
	{ "a home's file is edited", NULL, "getxattr", ENODATA, false, "1 done", 0 },
	{ "a home's file is edited", NULL, "getxattr", ERANGE, false, "1 done", 0 },
	{ "a home's file is edited", NULL, "getxattr", ERANGE, true, "extended attributes cannot be read",
	  0 },
	{ "a home's file is edited", NULL, "listxattr", ENOTSUP, false, "1 done", 0 },
	{ "a home's file is edited", NULL, "fsetxattr", ENOSPC, false, "cannot be written", 0 },
	{ "a file is made", NULL, "renameat2", EEXIST, true, "raced", 0 },
	{ "a file is made", "undo\tk\n", "renameat2", EROFS, false, "cannot be moved to", 0 },
	{ "rights are taken away", NULL, "chmod", EPERM, true, "3 could not be set; 2 given back", 0 },
	{ "rights are taken away", NULL, "chmod", EROFS, false, "1 could not be set", 0 },
	{ "rights are taken away", "undo\tk\n", "chmod", EROFS, true, "its mode could not be set", 0 },
	{ "a process is stopped", NULL, "pidfd_open", ESRCH, false, "has ended", 0 },
	{ "a process is stopped", NULL, "pidfd_open", EMFILE, false, "cannot be reached: Too many open files",
	  0 },
	{ "a process is stopped", NULL, "pidfd_send_signal", ESRCH, false, "the process has ended", 0 },
	{ "a process is stopped", NULL, "pidfd_send_signal", EPERM, false, "cannot be signalled", 0 },
	{ "a process is stopped", NULL, "stat64", ENOENT, false, "", 0 },
	{ "a process is stopped", "undo\tk\n", "pidfd_open", ESRCH, false, "1 undone it has ended meanwhile",
	  0 },
	{ "messages are frozen by an old Exim", NULL, "journal_step", EIO, false, "", 0 },
	{ "a connection is closed", NULL, "mnl_socket_recvfrom", ENOENT, false, "closed already", 0 },
	{ "a connection is closed", NULL, "mnl_socket_recvfrom", ENOENT, false, "1 done", 1 },
	{ "a client's sessions are closed", NULL, "mnl_socket_recvfrom", ENOENT, true,
	  "0 open sessions closed", 3 },
	{ "a client's sessions are closed", NULL, "mnl_socket_recvfrom", EPERM, false,
	  "does not close a mail session", 3 },
	{ "a client's sessions are closed", NULL, "mnl_socket_open2", EPERM, false,
	  "the kernel does not tell", 0 },
	{ "a file is held", "history\n", "journal_list", EIO, true, "journal_list: Input/output error", 0 },
	{ "a file is held", "purge\t0\n", "openat64", EIO, false, "", 0 },
	{ "a file is held", "purge\t0\n", "pread64", EIO, false, "its bytes are not those", 0 },
	{ "a file is held", "purge\t0\n", "unlinkat", EROFS, false, "cannot be ended: Read-only file system",
	  0 },
	{ "messages of Postfix are removed", "purge\t0\n", "unlinkat", EROFS, false,
	  "cannot be ended: Read-only file system", 0 },
	{ "messages of Postfix are removed", "purge\t0\n", "opendir", EMFILE, false,
	  "samples cannot be read: Too many open files", 0 },
	{ "messages of Postfix are removed", "purge\t0\n", "opendir", ENOENT, false,
	  "its samples are gone for good", 0 },
};

static void test_errors(void **state)
{
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		const struct answer *e = &errors[i];
		const struct scene *s = scene_of(e->scene);
		const char *answers;

		if ((s->network && !scene_networked()) ||
		    (strstr(e->call, "setxattr") && !scene_keeps_attributes()) ||
		    (strstr(e->call, "getxattr") && !scene_keeps_attributes()))
			continue;
		scene_fresh(s);
		if (e->request)
			scene_do(s);
		memset(seen_fault, 0, sizeof(*seen_fault));
		fault = (struct fault){
			.after = e->after, .call = e->call, .error = e->error, .for_good = e->for_good
		};
		answers = e->request ? scene_drive(e->request, NULL) : scene_do(s);
		fault = (struct fault){ .after = -1 };
		if (!seen_fault->hits || !strstr(answers, e->says) || seen_fault->descriptors_left) {
			print_error("row %zu, %s, %s %s (%d times): wanted \"%s\"\n%s", i, s->name, e->call,
				    strerror(e->error), seen_fault->hits, e->says, answers);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, scene_make, scene_drop);
}
