/*
 * hash_seed - a seed that who writes what is hashed cannot guess.
 */
#ifndef SPAMTRAIL_BASE_HASH_SEED_H
#define SPAMTRAIL_BASE_HASH_SEED_H

#include "base/hash.h"

#include <sys/auxv.h>

/*
 * The seed of what OWN holds: from the kernel's 16 random bytes for this process, and no call is made for them. An
 * address alone has 28 random bits or fewer, and a log may try a million of them.
 */
static inline uint64_t hash_seed(const void *own)
{
	const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);

	return random ? hash_bytes(random, 16, (uint64_t)(uintptr_t)own) : hash_bytes(&own, sizeof(own), 0);
}

#endif
