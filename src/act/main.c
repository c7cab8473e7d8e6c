/*
 * spamtrail-act - the only part of spamtrail that stays root: it changes the machine, writes down each step before it is
 * taken, and takes it back. It parses no mail, log, configuration or program output.
 *
 * Started by the command line with one socket on descriptor 3 and nothing else. It ends when that is closed, between two
 * actions and never within one: Ctrl-C is the command line's matter.
 */
#include "act/serve.h"
#include "act/act.h"
#include "sys/channel.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/talk.h"

#define CHANNEL_FD 3
/* seconds: the command line may read many held messages again before it answers */
#define PATIENCE 600 /* limit contain, s: that spamtrail-act waits for its caller */

static void settle_in(void)
{
	const struct rlimit no_core = { 0, 0 };

	/* what we make is root's alone until it gets its owner */
	umask(077);
	/* between two steps of an action nothing may end us; a limit or a closed pipe is an error instead */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* a core would be the bytes of customers' files */
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* programs that are run inherit nothing that the caller left open */
	close_range(CHANNEL_FD + 1, ~0u, 0);
}

int main(int argc, char **argv)
{
	struct channel channel;
	struct actor a = { .arena = arena_new(), .channel = &channel, .lock = -1, .root = -1 };
	struct message m;
	struct err err = { 0 };
	struct stat st;

	if (argc != 1 || fstat(CHANNEL_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "spamtrail-act is started by spamtrail, not by hand\n");
		return EXIT_USAGE;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "spamtrail-act needs root\n");
		return EXIT_NOPERM;
	}
	settle_in();
	channel_open(&channel, CHANNEL_FD, ACT_BODY_MOST, PATIENCE);
	while (channel_receive(&channel, &m, &err) > 0 && act_serve(&a, &m, &err) == 0)
		;
	channel_close(&channel);
	act_end(&a);
	return err.code;
}
