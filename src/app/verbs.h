/*
 * verbs - one function per verb, each in its verb_NAME.c.
 *
 * Each returns an exit code >= 0 (EXIT_NOTHING, EXIT_FOUND, EXIT_INCOMPLETE), or a negative one with ERR
 * filled, which main prints. It frees what it took; O stays the caller's.
 *
 * Weak: a verb whose file is not part of a build is NULL in the command table and so absent from help,
 * never a stub (contract).
 */
#ifndef SPAMTRAIL_APP_VERBS_H
#define SPAMTRAIL_APP_VERBS_H

#include "app/commands.h"

#define MAYBE __attribute__((weak))

MAYBE int verb_investigate(const struct options *o, struct err *err);
MAYBE int verb_explain(const struct options *o, struct err *err);
MAYBE int verb_scan(const struct options *o, struct err *err);
MAYBE int verb_signs(const struct options *o, struct err *err);
MAYBE int verb_why(const struct options *o, struct err *err);
MAYBE int verb_doctor(const struct options *o, struct err *err);
MAYBE int verb_complaints(const struct options *o, struct err *err);
MAYBE int verb_report(const struct options *o, struct err *err);
MAYBE int verb_reputation(const struct options *o, struct err *err);
MAYBE int verb_queue(const struct options *o, struct err *err);
MAYBE int verb_contain(const struct options *o, struct err *err);
MAYBE int verb_setup(const struct options *o, struct err *err);
MAYBE int verb_undo(const struct options *o, struct err *err);
MAYBE int verb_history(const struct options *o, struct err *err);
MAYBE int verb_config(const struct options *o, struct err *err);
MAYBE int verb_help(const struct options *o, struct err *err);

#endif
