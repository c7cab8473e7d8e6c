/*
 * sigs - signatures in ClamAV's own text formats: .hdb and .hsb (sums of whole files), .ndb (bytes with gaps).
 *
 * Used of .ndb: target 0 (any file); bytes, "??", half bytes, "*", "{n-m}"; offsets "*", N, N,SHIFT and EOF-N. What else
 * there is (executables, normalised text, alternatives) is counted as not used. The gaps are filled from the left, the
 * nearest place first; a signature that only another choice would fit is missed.
 *
 * TRUST: signatures are the operator's files, maybe downloaded; what is searched is an account's. The work of one file is
 * bounded whatever both are.
 */
#ifndef SPAMTRAIL_SCAN_SIGS_H
#define SPAMTRAIL_SCAN_SIGS_H

#include "base/span.h"

struct sigs;

enum { SIGS_TOLD = 8 };

struct sigs *sigs_new(void);
void sigs_free(struct sigs *s);
/* NAME ends in .hdb, .hsb or .ndb and says how BYTES, which are copied, are read. Returns the lines that are not used. */
uint64_t sigs_add(struct sigs *s, struct span name, struct span bytes);
/* Once, after the last add. */
void sigs_ready(struct sigs *s);
size_t sigs_count(const struct sigs *s);
/*
 * Names of those that fit BYTES, at most SIGS_TOLD; they live as long as S. WHOLE: sums count, too. *RET_ALL is false
 * where the work of one file did not suffice for all.
 */
size_t sigs_match(const struct sigs *s, struct span bytes, bool whole, struct span ret_name[SIGS_TOLD], bool *ret_all);

#endif
