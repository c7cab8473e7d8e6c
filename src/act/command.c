/*
 * command - a program of the table in programs.c is run, and another one of it to take that back. What was interrupted
 * is run again: only commands that may be repeated belong into the table.
 *
 * TRUST: words of a plan. Both ways are checked before the first is taken: what could not be taken back is
 * not done.
 */
#include "act/act.h"

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	int rc = check_program(v->args, v->nargs, err);

	return rc < 0 ? rc : check_program(v->back, v->nback, err);
}

static int make(struct work *w, struct err *err)
{
	return run_program(w->action->args, w->action->nargs, SPAN_NONE, err);
}

static int undo(struct work *w, struct err *err)
{
	return run_program(w->action->back, w->action->nback, SPAN_NONE, err);
}

const struct kind kind_command = { .check = check, .make = make, .undo = undo };
