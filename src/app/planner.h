/*
 * planner - a confined child that reads configuration and makes a plan (plan/plan.h). It changes nothing; what it sends
 * is checked here, shown to the operator, and checked again by the actor.
 */
#ifndef SPAMTRAIL_APP_PLANNER_H
#define SPAMTRAIL_APP_PLANNER_H

#include "plan/plan.h"
#include "sys/beneath.h"

struct planner_want {
	const struct root *root;
	const struct plan_want *plan;
	bool unconfined;
};

/* The plan lies in A. */
int planner_ask(const struct planner_want *want, struct arena *a, struct plan **ret_plan, struct err *err);

#endif
