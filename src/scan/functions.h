/*
 * functions - the rows of the lexicon; functions.c is data only.
 *
 * Names in lower case, each once, without "\"; their order means nothing. Source: the PHP manual's
 * function reference. What a row says is trusted everywhere: a wrong ACT makes a call worked out wrongly,
 * a missing SINK makes it invisible.
 */
#ifndef SPAMTRAIL_SCAN_FUNCTIONS_H
#define SPAMTRAIL_SCAN_FUNCTIONS_H

#include "scan/lexicon.h"

extern const struct function functions[];
extern const size_t functions_n;

#endif
