/*
 * spf - may mail from a domain come from an address? RFC 7208 as a machine that says what to look up next.
 *
 * Our own, since libspf2, the one library there is, has had no release since 2013 and heap overflows found since
 * (CVE-2021-20314, CVE-2023-42118). Bounded as the RFC wants it: ten terms that look something up, ten addresses per
 * mx, two empty answers; an include's record goes on a stack of that depth, nothing recurses.
 *
 * Mail is taken to be from postmaster@domain, as for a HELO name (2.4). A ptr term counts as a look-up and never
 * matches: the RFC itself says not to use it (5.5).
 *
 * TRUST: records are whatever a domain's owner publishes. Runs in spamtrail-dns.
 */
#ifndef SPAMTRAIL_REPUTE_SPF_H
#define SPAMTRAIL_REPUTE_SPF_H

#include "base/span.h"

struct answer;
struct arena;
struct ask;

enum spf_result {
	SPF_NONE, SPF_NEUTRAL, SPF_PASS, SPF_FAIL, SPF_SOFTFAIL, SPF_TEMPERROR, SPF_PERMERROR, SPF_RESULTS
};

struct spf;

const char *spf_result_name(enum spf_result r);
/* IP of 4 or 16 bytes. Everything lives in A. */
struct spf *spf_new(struct arena *a, struct span domain, struct span ip);
/* True: RET_ASK's type and name are wanted (ASK_A, ASK_AAAA, ASK_TXT or ASK_MX). False: it is decided. */
bool spf_next(struct spf *s, struct ask *ret_ask);
/* The answer to what spf_next wanted last. */
void spf_take(struct spf *s, const struct answer *answer);
/* RET_WHY: the term that decided, or what is wrong. */
enum spf_result spf_decided(const struct spf *s, struct span *ret_why);

#endif
