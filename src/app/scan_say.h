/*
 * scan_say - what the scanner says to the command line (scan_child.h, enum scan_talk): workers share one channel under a lock,
 * and each finding is packed and forgotten.
 *
 * Where nobody listens any more nothing fails: say_heard then ends the walk, rather than an error nobody would read.
 *
 * TRUST: paths and proofs are what hostile files hold; they go out with their length, and are read by scanning.c as such.
 */
#ifndef SPAMTRAIL_APP_SCAN_SAY_H
#define SPAMTRAIL_APP_SCAN_SAY_H

#include "app/scan_child.h"

struct arena;
struct saying;
struct walk_file;

/* WANT and CHANNEL are the caller's, and live longer. All below may be called by several workers at once. */
struct saying *say_new(const struct scan_want *want, struct channel *channel);
void say_free(struct saying *s);
bool say_heard(struct saying *s);

/* FD goes along; NULL: nothing does. */
void say(struct saying *s, enum scan_talk type, const struct buf *body, const int *fd);
/* LIMIT: what was hit, or NULL. F's path and RANK are put into FINDING. PRINT: F's number for the cache, or 0. */
void say_finding(struct saying *s, const struct walk_file *f, enum scan_rank rank, struct arena *a,
		 struct scan_finding *finding, const char *limit, uint64_t print);
void say_again(struct saying *s, uint64_t print, enum scan_rank rank, const int *fd);
/* To whoever looks at it beside us, or into it; they decide whether it is clean. */
void say_look(struct saying *s, enum scan_talk type, const struct walk_file *f, enum scan_rank rank, uint64_t print);
void say_skip(struct saying *s, struct span path, const char *why, bool harmless);
/* "NAME: 3 WHAT" */
void say_note(struct saying *s, const char *what, struct span name, unsigned long long n);
/* The file with this number is clean; 0: it has none. Numbers are told in bulk. */
void say_clean(struct saying *s, unsigned worker, uint64_t print);
/* One more file was looked at, of so many bytes; SAME: it was known. say_files: how many there were. */
void say_count(struct saying *s, uint64_t bytes, bool same);
uint64_t say_files(const struct saying *s);
void say_task_done(struct saying *s, uint32_t number);
/* What is left of clean files' numbers; no worker is at work any more. */
void say_rest(struct saying *s);
/* The last: all counts. */
void say_end(struct saying *s);

#endif
