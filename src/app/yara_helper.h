/*
 * yara_helper - spamtrail-yara beside this program: rule files in, then one file after the other in, names out.
 *
 * A file that ends the helper is told, and a new helper is started; after a few of those no further one is.
 * TRUST: the helper has read files that were made for it; names it tells are bounded here and only shown.
 */
#ifndef SPAMTRAIL_APP_YARA_HELPER_H
#define SPAMTRAIL_APP_YARA_HELPER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "scan/yara.h"

struct yara_helper;

/* FOLDER's *.yar and *.yara are loaded; those in whitelists/ beneath it can be included. NULL: there are none, or no helper. */
struct yara_helper *yara_helper_new(const char *folder, bool unconfined, struct buf *notes);
void yara_helper_free(struct yara_helper *y);
/* Rule files that are in force; 0: there is nothing to ask. */
size_t yara_helper_rules(const struct yara_helper *y);
/* A sum of all rules. */
uint64_t yara_helper_sum(const struct yara_helper *y);
/* Names into RET_NAME, in A. RET_WHY: why it was not looked at to its end, or empty. FD stays the caller's. */
size_t yara_helper_ask(struct yara_helper *y, int fd, struct span path, struct arena *a,
		       struct span ret_name[YARA_NAMES_MOST], struct span *ret_why);

#endif
