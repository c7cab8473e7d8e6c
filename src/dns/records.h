/*
 * records - rdata in wire form (RFC 1035 3.3) as spans: addresses as they are, texts joined, names with dots.
 */
#ifndef SPAMTRAIL_DNS_RECORDS_H
#define SPAMTRAIL_DNS_RECORDS_H

#include "repute/ask.h"

/* False: not a record of TYPE. TRUST: every byte of RDATA. */
bool record_read(struct arena *a, enum ask_type type, struct span rdata, struct span *ret_record);

#endif
