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

/*
 * True: there is something to say, a finding (its verdict is not SCAN_CLEAN), or in *RET_WHY the limit
 * that was hit, a constant sentence, or both. *RET_ARENA is the caller's to free, whatever is returned;
 * it is left alone where none was made, so it begins as NULL. RET_FINDING lies in it and points into F's
 * path and bytes: it is good only as long as they are. Weights and scores are in points, 10.0 is
 * malicious; times in seconds since 1970, cut to the years 1970 to 9999.
 * There is no error. The sum is left out where the file was not read whole. WORDS is only read: threads
 * may share it.
 */
bool scan_file(const struct lexicon *words, const struct walk_file *f, struct arena **ret_arena,
	       struct scan_finding *ret_finding, const char **ret_why);

#endif
