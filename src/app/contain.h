/*
 * contain - one plan of `contain` or `setup`, from what the operator said to what was done: what verb_contain.c, which makes and
 * shows it, and contain_do.c, which carries it out, both hold.
 *
 * Nothing here changes anything but contain_do, and that nothing which was not shown, but for the rest of the same queue and
 * what the culprit has still open.
 */
#ifndef SPAMTRAIL_APP_CONTAIN_H
#define SPAMTRAIL_APP_CONTAIN_H

#include "app/his_mail.h"
#include "app/whom.h"
#include "plan/plan.h"
#include "report/screen.h"
#include "sys/beneath.h"

struct contain {
	const struct options *o;
	const char *verb; /* "contain", "setup" */
	const char *journal; /* the folder; NULL: nobody said where (state_dir.h) */
	struct root root;
	struct arena *arena;
	struct whom whom;
	struct his_mail mail;
	struct plan_want want;
	struct plan *plan;
	struct screen screen;
	bool asked_journal; /* what an operator took back is out of the plan already */
	bool helpless; /* nothing is planned, and nothing stops him */
};

/* PLAN and HELPLESS anew, as WANT is now; made by a confined child (planner.h). */
int contain_plan(struct contain *k, struct err *err);
/*
 * An incident's plan is shown as it would be done, without what an operator took back, wherever the journal may be asked. To be
 * shown a plan begins none.
 */
int contain_leave_out(struct contain *k, struct err *err);
/*
 * Asks the operator where he did not say --yes, does PLAN, then what came in meanwhile. EXIT_INCOMPLETE: not all of it could
 * be done. Negative: nothing was done, or not to the end, and ERR says why.
 */
int contain_do(struct contain *k, struct err *err);

#endif
