/*
 * scan - one file to a finding, or to nothing: the stages in order of what they cost.
 *
 * TRUST: path and bytes are the account's.
 */
#ifndef SPAMTRAIL_SCAN_SCAN_H
#define SPAMTRAIL_SCAN_SCAN_H

#include "model/scan.h"
#include "scan/known.h"
#include "scan/walk.h"

struct lexicon;
struct sigs;

/* What a file is held against; only read, so that threads may share it. */
struct scan_rules {
	const struct lexicon *words;
	const struct known *known; /* or NULL */
	const struct sigs *sigs; /* or NULL */
	struct span place; /* the folder that is scanned, as the server sees it: absolute */
};

struct scan_told {
	struct arena *arena; /* the caller's to free, whatever is returned; NULL where none was made */
	struct scan_finding finding; /* SCAN_CLEAN: none */
	const char *why; /* the limit that was hit, a constant sentence, or NULL */
	struct known_answer known;
	size_t place; /* bytes in front of the file's own path in the one that KNOWN speaks of */
};

/*
 * True: there is something to say, a finding or a limit or both. The finding lies in the arena and points into F's path
 * and bytes: it is good only as long as they are. Weights and scores are in points, 10.0 is malicious; times in seconds
 * since 1970, cut to the years 1970 to 9999.
 * There is no error. The sum is left out where the file was not read whole.
 */
bool scan_file(const struct scan_rules *rules, const struct walk_file *f, struct scan_told *ret);
/* The finding that ENGINE ("maldet:NAME") has named F; texts in A, and F's path. */
void scan_named(struct arena *a, const struct walk_file *f, struct span engine, struct scan_finding *ret);
/*
 * The finding that the logs say F mailed what an incident is about; false: it cannot have done that itself. SURELY: they name
 * the file, else only its folder; then no script of PHP's is named that is not found by what it does. As above.
 */
bool scan_mailed(const struct scan_rules *rules, struct arena *a, const struct walk_file *f, bool surely,
		 struct scan_finding *ret);
/* The finding that F is not what RELEASE has in its place; texts in A, and F's path. */
void scan_differs(struct arena *a, const struct walk_file *f, struct span release, struct scan_finding *ret);

#endif
