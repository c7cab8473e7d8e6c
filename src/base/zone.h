/*
 * zone - ROOT/etc/localtime as data: TZif version 1 to 4 and its POSIX footer (RFC 8536).
 *
 * TRUST: the file may be anybody's (a mounted image); a damaged one is an error, never a guess.
 * libc's TZ is never consulted, so the answer does not depend on who runs us.
 */
#ifndef SPAMTRAIL_BASE_ZONE_H
#define SPAMTRAIL_BASE_ZONE_H

#include "base/err.h"
#include "base/span.h"

struct zone;

/* NULL stands for UTC everywhere below. */
int zone_parse(struct span tzif, struct zone **ret_zone, struct err *err);
/* A zone from N steps, instants rising: from at[i] on offset[i] holds, the first one also before it. */
struct zone *zone_of_steps(const int64_t *at, const int32_t *offset, size_t n) __attribute__((returns_nonnull));
void zone_free(struct zone *z);
/* Seconds east of UTC at the instant UTC. */
int32_t zone_offset(const struct zone *z, int64_t utc);
/*
 * The instant at which the wall clock shows CIVIL. In the hour that comes twice, AFTER says which:
 * the first reading that is not before AFTER. In the hour that never comes, the offset before it holds.
 * ret_until (may be NULL): civil second up to which the same offset surely holds, so callers can
 * cache: for civil in [CIVIL, *ret_until) utc = civil - (CIVIL - result).
 */
int64_t zone_to_utc(const struct zone *z, int64_t civil, int64_t after, int64_t *ret_until);

#endif
