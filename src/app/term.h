/*
 * term - what the terminal can do, from its size and the environment.
 */
#ifndef SPAMTRAIL_APP_TERM_H
#define SPAMTRAIL_APP_TERM_H

#include "app/options.h"
#include "report/screen.h"

/* For output on FD. Zone and `again` are left to the caller. */
struct screen term_screen(const struct options *o, int fd);

#endif
