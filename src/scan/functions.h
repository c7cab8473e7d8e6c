/* functions - the rows of the lexicon; functions.c is data only. */
#ifndef SPAMTRAIL_SCAN_FUNCTIONS_H
#define SPAMTRAIL_SCAN_FUNCTIONS_H

#include "scan/lexicon.h"

extern const struct function functions[];
extern const size_t functions_n;

#endif
