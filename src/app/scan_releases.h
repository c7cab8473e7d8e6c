/*
 * scan_releases - files that some published release has otherwise, until it is known whether that release lies there: then
 * they differ from it, else they are files like any other.
 *
 * Nothing is told here. Where too many files are in doubt the caller says so.
 *
 * TRUST: what lies in a folder is the account's; which bytes a release has is known from manifests and packages.
 */
#ifndef SPAMTRAIL_APP_SCAN_RELEASES_H
#define SPAMTRAIL_APP_SCAN_RELEASES_H

#include "base/span.h"

struct known;
struct releases;
struct scan_told;
struct walk_file;

struct release_doubt {
	struct span path, release; /* RELEASE: that the file is held against; empty: none, it is clean */
	uint64_t print;
};

struct releases *releases_new(void);
void releases_free(struct releases *r);

/* F tells by itself that its release lies there, as T's `known` says. By several workers at once, as is the next. */
void releases_found(struct releases *r, const struct walk_file *f, const struct scan_told *t);
/* F, whose number is PRINT, may differ from a release. False: there is no room for it. */
bool releases_doubt(struct releases *r, const struct walk_file *f, const struct scan_told *t, uint64_t print);
/* Once all is read: the next file that was in doubt. False: there is none. Texts are R's. */
bool releases_settle(struct releases *r, const struct known *known, struct release_doubt *ret);

#endif
