/*
 * scan_archives - which files of a home are archives that somebody else looks into (archive_helper.h), and what is known of
 * their contents.
 *
 * An archive is one by its name, or by its bytes where PHP would open it by any name. That one is not looked into is never
 * silent: those are counted, and the first by its name is told.
 *
 * TRUST: names and bytes are the account's. Nothing is unpacked here.
 */
#ifndef SPAMTRAIL_APP_SCAN_ARCHIVES_H
#define SPAMTRAIL_APP_SCAN_ARCHIVES_H

#include "base/span.h"

struct archives;
struct saying;
struct scan_task;
struct scan_want;
struct walk_file;

/* WANT and SAY are the caller's, and live longer. All below but archives_end may be called by several workers at once. */
struct archives *archives_new(const struct scan_want *want, struct saying *say);
/* Tells what was not looked into, and frees. */
void archives_end(struct archives *a);

/* Its contents alone tell it: PHP opens it by whatever name. */
bool archives_is_odd(const struct walk_file *f);
/* Of a file that is ODD the number in place of its own, PRINT: it tells so to whoever has not read it again. */
uint64_t archives_odd_print(uint64_t print);
/* Once a scan: what lies around a script that mailed comes once more with the whole home. */
bool archives_take(const struct scan_task *t, struct span path, bool odd);
/* One that is OPENABLE, of SIZE bytes: it would be looked into. */
bool archives_open(const struct archives *a, bool openable, uint64_t size);
/* Hands F over, unless all is known of what is in it. PRINT: the file's own number, or 0. */
void archives_look(struct archives *a, const struct scan_task *t, unsigned worker, const struct walk_file *f,
		   bool odd, uint64_t print);
/* Though the file itself is known: of what is in it not all is, and it would be looked into. */
bool archives_unknown(const struct archives *a, const struct scan_task *t, struct span path, bool odd,
		      uint64_t size, uint64_t print);
/* Tells of a file that was not read what is known of its contents, or that it is left. */
void archives_settled(struct archives *a, const struct scan_task *t, unsigned worker, struct span path,
		      bool odd, uint64_t print);

#endif
