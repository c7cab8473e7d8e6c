/*
 * end_login - transient: a mailbox's open sessions end. `args` are "smtp" and the addresses of its clients, or "imap"
 * and the login.
 *
 * SMTP sessions are closed by the kernel, never by killing their server: Postfix then throttles the service, and
 * everybody's mail stands still for a minute.
 *
 * Nothing is kept, so there is nothing to look for, to undo or to settle: asked again it finds no session any more.
 *
 * TRUST: addresses and login come from a plan: only what inet_pton takes, or a plain word that follows
 * "kick".
 */
#include "act/act.h"

#define CLIENTS_MOST 65536

static bool is_smtp(const struct action *v)
{
	return v->nargs > 1 && span_eq(v->args[0], SPAN("smtp"));
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	struct span kick[] = { SPAN("/usr/bin/doveadm"), SPAN("kick"),
			       v->nargs > 1 ? v->args[1] : SPAN_NONE };
	uint32_t address[4];

	if (v->nargs == 2 && span_eq(v->args[0], SPAN("imap")))
		return check_program(kick, 3, err);
	if (!is_smtp(v) || v->nargs > CLIENTS_MOST)
		return err_set(err, EXIT_NOPERM,
			       "sessions are ended by their clients' addresses or their login");
	for (size_t i = 1; i < v->nargs; i++)
		if (!socket_read_address(v->args[i], address))
			return err_set(err, EXIT_NOPERM, "a session's client in the plan is no address");
	return 0;
}

static int make(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	struct span kick[] = { SPAN("/usr/bin/doveadm"), SPAN("kick"), v->args[1] };
	size_t closed;
	int rc;

	if (!is_smtp(v))
		return run_program(kick, 3, SPAN_NONE, err);
	rc = socket_end_sessions(v->args + 1, v->nargs - 1, &closed, err);
	if (rc == 0)
		buf_addf(&w->text, "%zu open sessions closed", closed);
	return rc;
}

const struct kind kind_end_login = { .transient = true, .check = check, .make = make };
