/*
 * scan_child - the confined scanner: reads beneath one folder, sends findings, and files that others are to look at.
 *
 * TRUST: whoever could write into a web site wrote these files. Their contents are parsed here and nowhere
 * else, and so are manifests and signatures.
 */
#ifndef SPAMTRAIL_APP_SCAN_CHILD_H
#define SPAMTRAIL_APP_SCAN_CHILD_H

#include "model/scan.h"
#include "scan/cache.h"
#include "sys/channel.h"

#include <stdbool.h>

/* What it says; the command line says nothing. A file goes along where WANT's beside asks for it. */
enum scan_talk {
	SCAN_FINDING = 1, /* u64 its number for the cache, or 0, then what was told; the file */
	SCAN_AGAIN, /* u64 the number of a file that has not changed since it was told of, u8 rank; the file */
	SCAN_LOOK, /* u64 its number for the cache, or 0, then a finding that is clean; the file */
	SCAN_SKIP, /* path, why, u8 harmless */
	SCAN_PRINTS, /* u64...: files that are clean */
	SCAN_PROGRESS, /* u64 files, u64 bytes, u64 known */
	SCAN_TASK, /* u32: this task is done */
	SCAN_NOTE, /* a sentence */
	SCAN_PACKED, /* as SCAN_LOOK: an archive that is to be looked into; the number is its contents' */
	SCAN_PACKED_AGAIN, /* u64 the number of an archive's contents of which something was said, its path */
	SCAN_PACKED_LEFT, /* u64 archives that are not to be looked into, u64 those of them that are too large, the first */
	SCAN_END, /* as SCAN_PROGRESS; the last */
};

/* One piece of the work, in the order in which it matters. */
struct scan_task {
	enum scan_rank rank;
	const char *start; /* a folder beneath the scanned one; NULL: itself */
	const char *only; /* or one file of it */
	const char *member; /* ONLY is an archive, and this file in it is asked for; NULL: all */
	bool named; /* ONLY is what the operator named: not to look into it leaves the answer incomplete */
	bool flat; /* not the folders in it */
	bool includes; /* and what these files include */
	int64_t since, until; /* changed then; 0: whenever */
	bool owned; /* files of OWNER alone */
	uint32_t owner;
};

/* The last four: what others found before (scan/named.h). */
enum rule_kind {
	RULE_MANIFEST,
	RULE_PACKAGE,
	RULE_SIGNATURES,
	RULE_MALDET_HITS,
	RULE_MALDET_HISTORY,
	RULE_MALDET_QUARANTINE,
	RULE_WORDFENCE
};

/* What the operator, or a package, put there; nobody has looked into it yet. */
struct rule_file {
	enum rule_kind kind;
	struct span name, bytes;
};

/* Whether somebody else looks at files, too: at those that are suspect to us, or at all. */
enum scan_beside { BESIDE_NOBODY, BESIDE_SUSPECTS, BESIDE_ALL };

struct scan_want {
	int dir;
	const struct scan_task *task;
	size_t tasks;
	unsigned workers;
	enum scan_beside beside;
	int64_t now;
	struct span place; /* the folder as the server sees it */
	struct cache cache, told; /* clean files; those of which something was said */
	bool keep; /* tell what is clean */
	const char *denied; /* of what may not be read: by whom not */
	bool packs; /* archives are looked into, up to this size */
	uint64_t pack_most;
	bool all; /* the tasks end with the whole folder: what others have named in it is told, too */
	const struct rule_file *rule;
	size_t rules;
};

#define SCAN_FINDING_MOST (1u << 20)

/* What SCAN_FINDING tells of one file: a finding, a limit that was hit (WHY), or both. */
struct codec;
void code_scan_told(struct codec *c, struct scan_finding *f, struct span *why);

/* confined.h's main; CTX is a struct scan_want. */
void scan_child(void *ctx, struct channel *channel, bool unconfined);

#endif
