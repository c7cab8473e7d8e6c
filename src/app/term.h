/*
 * term - what the terminal can do, from its size and the environment.
 *
 * Nothing fails: what cannot be found out is 80 columns, no colour, ASCII. TRUST: the environment is the
 * operator's, and nothing of it is shown.
 */
#ifndef SPAMTRAIL_APP_TERM_H
#define SPAMTRAIL_APP_TERM_H

#include "app/options.h"
#include "report/screen.h"

/* For output on FD. Zone and `again` are left to the caller. */
struct screen term_screen(const struct options *o, int fd);
/* A line on standard error whose TEXT may hold foreign bytes; nothing where it is empty. */
void term_tell(const char *before, struct span text);
/* Asks QUESTION on standard error; what the operator types decides. Whether anybody is there to be asked is the caller's. */
bool term_agreed(const char *question);

#endif
