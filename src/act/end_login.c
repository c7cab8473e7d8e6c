/*
 * end_login - transient: the process that serves an open session of the mailbox is ended, or all its sessions by the
 * server's own command. A process is ended only where it is a mail server's program for one session.
 */
#include "act/process.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

/* One process, one session: ended, it takes nobody else along. */
static bool serves_one_session(const char *program)
{
	static const char *const names[] = { "/smtpd", "/exim4", "/exim",
					     "/imap",  "/pop3",	 "/submission-login" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_ends(span_str(program), span_str(names[i])))
			return true;
	return false;
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->pid == 0)
		return check_program(v->args, v->nargs, err);
	if (v->uid == 0 || v->uid == PLAN_NO_UID || v->pid < 2 || v->pid > INT32_MAX || v->born == 0)
		return err_set(err, EXIT_NOPERM, "a session is ended only by pid, birth and uid");
	return 0;
}

static int look(struct work *w, struct err *err)
{
	return 0;
}

static int make(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	char program[PATH_MAX];
	int fd, rc;

	if (v->pid == 0)
		return run_program(v->args, v->nargs, SPAN_NONE, err);
	fd = process_open(v->pid, v->born, v->uid, err);
	if (fd == -EXIT_NOINPUT) {
		buf_str(&w->text, "it had ended already");
		return 0;
	}
	if (fd < 0)
		return fd;
	process_program(v->pid, program, sizeof(program));
	if (serves_one_session(program))
		rc = process_signal(fd, SIGTERM, err);
	else
		rc = err_set(err, EXIT_NOPERM, "process %u serves no mail session: left alone", v->pid);
	close(fd);
	return rc == -EXIT_NOINPUT ? 0 : rc;
}

static int undo(struct work *w, struct err *err)
{
	return 0;
}

static int settle(struct work *w, enum settled *ret, struct err *err)
{
	*ret = NOT_MADE;
	return 0;
}

const struct kind kind_end_login = { check, look, make, undo, settle };
