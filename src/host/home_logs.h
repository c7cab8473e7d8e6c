/*
 * home_logs - logs that lie inside homes.
 */
#ifndef SPAMTRAIL_HOST_HOME_LOGS_H
#define SPAMTRAIL_HOST_HOME_LOGS_H

#include "host/gather.h"

/* Adds the web and PHP mail logs of the accounts' homes, as far as there are any in the usual places. */
void home_logs_add(struct gather *g);

#endif
