/*
 * known - files of releases that are known to be clean: manifests that the operator adds, and the sums that Debian keeps of
 * its own packages. A file that is as it was released is settled; one that stands where a release has it, and is another,
 * is a finding.
 *
 * A manifest is what md5sum or sha256sum prints ("SUM  PATH", paths as they lie in the program's folder), with lines of its
 * own at the head:
 *
 *     # release: WordPress 6.4.3
 *     # anchor: wp-includes/version.php
 *
 * The anchor says where a copy of just this release lies: the folder in which that path has that sum. Only there a file
 * that differs is a finding; without an anchor a manifest settles files and accuses none.
 *
 * TRUST: manifests are the operator's, a package's sums root's, of an image anybody's. Paths and bytes that are looked up
 * are an account's. A sum is of use against somebody who cannot find a second text with it; md5 is still good for that.
 */
#ifndef SPAMTRAIL_SCAN_KNOWN_H
#define SPAMTRAIL_SCAN_KNOWN_H

#include "base/span.h"

struct known;

enum known_state {
	KNOWN_NOT, /* no release has it */
	KNOWN_SAME, /* as released */
	KNOWN_OTHER, /* not as released, if that release is there: see struct known_answer */
};

struct known_answer {
	enum known_state state;
	struct span release; /* whose it is; lives as long as the known */
	uint32_t set; /* the release's number; KNOWN_OTHER: of one of those that have such a file */
	size_t root; /* bytes of the path that are the folder the release lies in */
	bool anchor; /* KNOWN_SAME, and it says that this release lies here */
	bool sure; /* KNOWN_OTHER: no anchor has to say so */
};

struct known *known_new(void);
void known_free(struct known *k);
/* Adds BYTES, which are copied; returns the number of lines that made no sense. NAME: where there is no "release:". */
uint64_t known_add_manifest(struct known *k, struct span bytes, struct span name);
/* A package's own sums (dpkg's info/NAME.md5sums): paths count from "/". */
uint64_t known_add_package(struct known *k, struct span bytes, struct span name);
/* Once, after the last add. */
void known_ready(struct known *k);

/* False: no release has a file of PATH's name, so that its bytes are of no use. Cheap. PATH is absolute. */
bool known_may(const struct known *k, struct span path);
/* It may be an anchor, and has to be looked at in every scan. */
bool known_is_anchor(const struct known *k, struct span path);
/* The release SET has a file END. */
bool known_has(const struct known *k, struct span end, uint32_t set);
/* BYTES: the whole file. */
void known_look(const struct known *k, struct span path, struct span bytes, struct known_answer *ret);

#endif
