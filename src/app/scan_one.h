/*
 * scan_one - one file or folder scanned for somebody who only wants the answer: nothing is printed or remembered.
 */
#ifndef SPAMTRAIL_APP_SCAN_ONE_H
#define SPAMTRAIL_APP_SCAN_ONE_H

#include "app/options.h"
#include "model/scan.h"

struct arena;
struct root;

/* PATH beneath O's root. RET's findings live in A; *RET_WHOLE: nothing was left unread. */
int scan_one(const struct options *o, const char *path, struct arena *a, struct scan_report *ret, bool *ret_whole,
	     struct err *err);

#endif
