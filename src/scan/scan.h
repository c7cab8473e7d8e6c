/*
 * scan - one file to a finding, or to nothing: the stages in order of what they cost.
 *
 * TRUST: path and bytes are the account's.
 */
#ifndef SPAMTRAIL_SCAN_SCAN_H
#define SPAMTRAIL_SCAN_SCAN_H

#include "model/scan.h"
#include "scan/walk.h"

struct lexicon;

/* True: RET_FINDING, in arena *RET_ARENA (the caller's to free), has something to say; *RET_WHY: a limit was hit (or NULL). */
bool scan_file(const struct lexicon *words, const struct walk_file *f, struct arena **ret_arena,
	       struct scan_finding *ret_finding, const char **ret_why);

#endif
