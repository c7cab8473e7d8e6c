/*
 * planner - a confined child that reads configuration and makes a plan (plan/plan.h). It changes nothing; what it sends
 * is checked here, shown to the operator, and checked again by the actor.
 *
 * TRUST: a plan is a wish, not an order: a child that a crontab has taken over can ask for anything, and gets
 * what the operator agrees to and the actor's own checks let through.
 */
#ifndef SPAMTRAIL_APP_PLANNER_H
#define SPAMTRAIL_APP_PLANNER_H

#include "plan/plan.h"
#include "sys/beneath.h"

struct planner_want {
	const struct root *root;
	const struct plan_want *plan;
	bool unconfined;
	bool *ret_helpless; /* plan_make's; NULL: nobody asks */
};

/*
 * The plan and its texts lie in A. Negative: there is none, and the child's own reason, or EXIT_SOFTWARE
 * where it spoke nonsense.
 */
int planner_ask(const struct planner_want *want, struct arena *a, struct plan **ret_plan, struct err *err);

#endif
