/*
 * mta_load - what the mail server's programs take at one moment. Which they are, their place on disk says.
 */
#ifndef SPAMTRAIL_MODEL_MTA_LOAD_H
#define SPAMTRAIL_MODEL_MTA_LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct mta_load {
	bool measured;
	uint32_t processes, cpu; /* cpu: thousandths of the machine */
	uint64_t memory; /* resident bytes, shared ones counted in each */
};

#endif
