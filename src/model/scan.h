/*
 * scan - what the scanner hands to the command line and report prints: files that are bad, and why; files that were not
 * read, and why. Names are those of the contract's `scan --json`.
 */
#ifndef SPAMTRAIL_MODEL_SCAN_H
#define SPAMTRAIL_MODEL_SCAN_H

#include "base/span.h"

struct codec;

enum scan_verdict { SCAN_CLEAN, SCAN_SUSPICIOUS, SCAN_MALICIOUS, SCAN_VERDICTS };

enum scan_class {
	CLASS_NONE,
	CLASS_MAILER,
	CLASS_CREDENTIAL_MAILER,
	CLASS_WEBSHELL,
	CLASS_UPLOADER,
	CLASS_DROPPER,
	CLASS_BACKDOOR,
	CLASS_DOORWAY,
	CLASS_OBFUSCATED,
	CLASS_CONFIG,
	CLASS_SIGNATURE,
	SCAN_CLASSES,
};

/* How near to the script that mailed it was found; a scan that starts from no incident knows RANK_REST alone. */
enum scan_rank { RANK_MAILER, RANK_NEAR, RANK_AGE, RANK_REST, SCAN_RANKS };

/* One thing that happened to a value on its way to where it does harm. */
struct scan_step {
	uint32_t line, column;
	uint32_t layer; /* 0: the file itself; else so many times decoded */
	struct span what, code;
};

struct scan_reason {
	struct span rule, text;
	uint32_t line, column; /* 0: the file as a whole */
	uint32_t layer;
	struct span code; /* the place itself */
	struct span decoded; /* text that nobody could read in the file */
	double weight;
	struct scan_step *step;
	size_t steps;
};

struct scan_finding {
	struct span path;
	struct span member; /* the file in the archive PATH that it is about; empty: PATH itself. Not coded */
	enum scan_verdict verdict;
	enum scan_class class;
	double score; /* 10 is malicious, 5 suspicious */
	struct span sha256; /* hex; empty where the file was not read to its end */
	uint64_t size;
	int64_t mtime, ctime;
	uint32_t uid;
	struct scan_reason *reason;
	size_t reasons;
	struct span *engine; /* who says so: "spamtrail", "clamd:NAME" ... */
	size_t engines;
	enum scan_rank rank;
	bool shown; /* on the screen already, just so; goes nowhere else */
};

struct scan_skip {
	struct span path, why;
	bool harmless; /* nothing in it could have been read */
};

struct scan_report {
	struct scan_finding *finding;
	size_t findings;
	struct scan_skip *skip;
	size_t skips;
	uint64_t skips_more; /* not listed: too many */
	uint64_t files, bytes;
	uint64_t archives, members; /* that were looked into, and the files in them; besides FILES */
	uint64_t known; /* of the files: clean before and unchanged since, not read */
	struct span *note;
	size_t notes; /* worth a line, nothing missed by it */
	double seconds;
	bool complete;
};

const char *scan_verdict_name(enum scan_verdict v);
const char *scan_class_name(enum scan_class c);
void code_scan_finding(struct codec *c, struct scan_finding *f);

#endif
