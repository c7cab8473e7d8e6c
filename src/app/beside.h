/*
 * beside - what other scanners on this server say of files: clamd and the operator's YARA rules are asked while we scan;
 * what maldet and Wordfence CLI have found before is joined afterwards.
 *
 * No answer is never a finding, and never "clean": it is told, and the scan is incomplete.
 * TRUST: clamd is root's program as far as its socket is; our own YARA helper may have been taken over by a file. Names
 * that either tells are only shown.
 */
#ifndef SPAMTRAIL_APP_BESIDE_H
#define SPAMTRAIL_APP_BESIDE_H

#include "app/scan_child.h"

struct beside;
struct scanning;

enum { BESIDE_NAMES = 8 };

struct beside_answer {
	struct span name[BESIDE_NAMES]; /* "clamd:NAME"; live as long as the run */
	struct span text[BESIDE_NAMES];
	double weight[BESIDE_NAMES];
	size_t n;
	struct span failed; /* who did not answer; empty: all did */
};

/* Finds out who is here; what should be said of them becomes a note of S. */
struct beside *beside_new(struct scanning *s);
void beside_free(struct beside *b);
/* What the scanner has to show us. */
enum scan_beside beside_wants(const struct beside *b);
/* FD stays the caller's; PATH as it is shown. SUSPECT: we have a reason of our own to ask. */
void beside_ask(struct beside *b, int fd, bool suspect, struct span path, struct beside_answer *ret);
/* With --full: maldet looks at FOLDER, before its sessions are read. Takes as long as it takes, an hour at most. */
void beside_run_maldet(struct scanning *s, const char *folder);
/* What could not be asked file by file. */
void beside_join(struct beside *b, struct scanning *s);

#endif
