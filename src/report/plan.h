/*
 * plan - a plan as it is shown before it is done: each action with its grade, what it changes, the same by hand, its way
 * back and how long it lasts; then what is left to the operator, and what could not be told apart.
 *
 * What is shown is all that will be asked of the actor: an action that is not here is not done with this
 * plan.
 * TRUST: texts quote configuration and file names; all are escaped.
 */
#ifndef SPAMTRAIL_REPORT_PLAN_H
#define SPAMTRAIL_REPORT_PLAN_H

#include "model/plan.h"
#include "report/jsonw.h"
#include "report/screen.h"
#include "report/sink.h"

/*
 * NEXT: the one command that goes on from here, whole. DIFF: what edits change, line by line. HELPLESS: nothing is planned
 * and nothing stops him; NULL: it is not so.
 */
void plan_text(struct sink *s, const struct plan *p, const struct screen *screen, bool diff,
	       const char *helpless, struct span next);
void plan_json(struct sink *s, const struct plan *p, const char *helpless, const char *verb);
/* The same where it is being done: history_json tells the actions, history_json_end ends the object. */
void plan_json_begin(struct sink *s, const struct plan *p, const char *verb);
/*   plain: action  number kind grade lifetime transient what command undo ; apart text ; note text ; unseen text */
void plan_plain(struct sink *s, const struct plan *p, const char *helpless);
/* The contract's "plan" of an incident. */
void plan_json_list(struct jsonw *w, const struct plan *p);

#endif
