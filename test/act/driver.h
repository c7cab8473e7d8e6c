/*
 * driver - sends plans to spamtrail-act, for tests. Lines come from LINES, words with tabs between them: each adds an action or
 * makes a request; "apply" sends all that were added. ANSWERS gets "ID STATE TEXT", or "error CODE TEXT" at the end.
 */
#ifndef SPAMTRAIL_TEST_ACT_DRIVER_H
#define SPAMTRAIL_TEST_ACT_DRIVER_H

#include <stdio.h>

/* 0: all was done; 1: an action has failed; else the code of what ended it. */
int drive(const char *state, const char *root, FILE *lines, FILE *answers);

/* show.c: all there is to know of what lies under PATH but ctime; BRIEF: without numbers and times, which a new file has anew. */
void tree_show(FILE *out, const char *path, int brief);

#endif
