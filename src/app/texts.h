/*
 * texts - the templates of `report`: the operator's own where there is one, else those that come with the program.
 */
#ifndef SPAMTRAIL_APP_TEXTS_H
#define SPAMTRAIL_APP_TEXTS_H

#include "base/arena.h"
#include "base/err.h"

/* NAME ("customer"): FOLDER/NAME.txt, else the shipped one. Both texts in A; RET_PATH is for errors. */
int texts_load(const char *folder, const char *name, struct arena *a, struct span *ret_text, const char **ret_path,
	       struct err *err);

#endif
