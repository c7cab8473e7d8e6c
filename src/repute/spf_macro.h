/* spf_macro - the %{...} of SPF terms (RFC 7208 7). Private to spf.c and its test. */
#ifndef SPAMTRAIL_REPUTE_SPF_MACRO_H
#define SPAMTRAIL_REPUTE_SPF_MACRO_H

#include "base/span.h"

struct arena;

struct spf_who {
	struct span domain;    /* of the sender */
	uint8_t ip[16];
	uint8_t nip;           /* 4 or 16 */
};

/* WRITTEN with its macros replaced; DOMAIN is the one whose record it stands in. False: not so written. */
bool spf_expand(struct arena *a, const struct spf_who *who, struct span domain, struct span written,
		struct span *ret_name);

#endif
