/*
 * scanning - one run of `scan`: what its files share. Folders are scanned one after the other (scanning.c), each from what
 * the store remembers of it (scan_keep.c), held against rules (scan_rules.c) and shown to other scanners (beside.c).
 *
 * TRUST: a scanner may have been taken over by what it read: its messages are checked whole, and paths and texts are
 * only shown.
 */
#ifndef SPAMTRAIL_APP_SCANNING_H
#define SPAMTRAIL_APP_SCANNING_H

#include "app/config.h"
#include "app/options.h"
#include "app/progress.h"
#include "app/scan_child.h"
#include "store/scans.h"
#include "sys/beneath.h"
#include "sys/clock.h"

struct beside;
struct scan_packed;

/* One folder to be scanned, and in which order. */
struct scan_target {
	const char *folder; /* as the operator or the server names it */
	const char *prefix; /* of the paths that are shown */
	struct scan_task *task;
	size_t tasks;
	bool whole; /* afterwards all of it has been seen */
	bool as_reader; /* not as the folder's owner: he could not open it */
};

struct scanning {
	const struct options *o;
	struct config config;
	struct arena *arena, *rule_arena; /* of what is told; of rules */
	struct root root;
	struct scan_report r;
	size_t findings_cap, skips_cap, notes_cap;
	struct progress progress;
	struct clock clock;
	int64_t now;
	const struct scan_target *target;
	uint64_t files, bytes, known; /* of the folders before this one */
	bool incomplete;

	struct rule_file *rule;
	size_t rules;
	uint64_t rules_sum; /* of all that decides whether a file is clean */
	struct beside *beside;
	struct scan_packed *packed; /* NULL: no archive is looked into */

	struct scans *scans; /* NULL: nothing is kept */
	struct scans_folder place;
	struct scans_known was;
	uint64_t *print; /* clean files of this folder */
	size_t prints, prints_room;
	struct scans_told *told; /* files of it of which something was said */
	size_t ntold, told_room;
	uint64_t *was_told; /* numbers of was.told */
	struct arena *folder_arena; /* what is remembered of it */

};

/* Scans T; what is found and skipped is in S->r afterwards. */
int scanning_folder(struct scanning *s, const struct scan_target *t, struct err *err);
/* Sorted, and what is said twice of one file put together. */
void scanning_sort(struct scanning *s);
/* PREFIX/PATH in S's arena. */
struct span scanning_path(struct scanning *s, struct span path);
void scanning_add(struct scanning *s, const struct scan_finding *f);
/* Nothing more is added, which scanning_add says: texts of a finding need not be kept any more. */
bool scanning_is_full(const struct scanning *s);
/* What others call F makes a finding of a clean file, and stands beside ours otherwise. */
struct beside_answer;
void scanning_name(struct scanning *s, struct scan_finding *f, const struct beside_answer *answer);
void scanning_skip(struct scanning *s, struct span path, struct span why);
/* Nothing that was asked for was left out by it. */
void scanning_skip_harmless(struct scanning *s, struct span path, struct span why);
/* A sentence; what is said already is not said again. */
void scanning_note(struct scanning *s, struct span text);

/* scan_keep.c */
void scan_keep_open(struct scanning *s);
/* Where it is kept, or NULL. */
const char *scan_keep_dir(const struct scanning *s);
/* What is known of HOME, opened as T; fills WANT's cache. */
void scan_keep_begin(struct scanning *s, const struct root *home, struct scan_want *want);
void scan_keep_told(struct scanning *s, uint64_t print, struct span body);
/* Empty: nothing was said of it. */
struct span scan_keep_find(const struct scanning *s, uint64_t print);
void scan_keep_prints(struct scanning *s, const uint64_t *print, size_t n);
/* FIRST: S->r's findings from there on are this folder's. */
void scan_keep_end(struct scanning *s, size_t first, bool ended_well);
void scan_keep_close(struct scanning *s);

/* scan_rules.c: reads what lies in the folder of rules, and packages' sums where FOLDER is theirs. */
void scan_rules_read(struct scanning *s);
void scan_rules_packages(struct scanning *s, const char *folder);
/* What maldet and Wordfence CLI have found before. */
void scan_rules_named(struct scanning *s);

#endif
