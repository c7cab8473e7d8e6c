/*
 * state_dir - the folder in which is kept what was seen and done, the journal above all: --state, else the configured one.
 *
 * What is done beneath another --root is no business of this host's own: for that nothing is configured, and the operator says
 * where.
 */
#ifndef SPAMTRAIL_APP_STATE_DIR_H
#define SPAMTRAIL_APP_STATE_DIR_H

#include <limits.h>

struct config;
struct err;
struct options;

/* NULL: the operator has to say. C's or O's. */
const char *state_dir(const struct options *o, const struct config *c);
/* Makes DIR where it is not there. RET: the absolute path, as the actor works in "/". EXIT_IO. */
int state_dir_make(const char *dir, char ret[PATH_MAX], struct err *err);

#endif
