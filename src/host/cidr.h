/*
 * cidr - networks as mail servers write them, and how wide they are. Pure functions.
 */
#ifndef SPAMTRAIL_HOST_CIDR_H
#define SPAMTRAIL_HOST_CIDR_H

#include "base/span.h"

struct cidr {
	uint8_t ip[16]; /* IPv4 in the last four */
	bool v4;
	unsigned bits; /* 0 to 32 or 128 */
};

/* a.b.c.d, a.b.c.d/n, v6, v6/n, [v6]/n (Postfix), and * for all of IPv4; false on anything else. */
bool cidr_parse(struct span text, struct cidr *ret_net);
/*
 * More than a server and its neighbours: of public addresses more than a /22 (IPv6: /48), of private ones more
 * than a /16. Loopback and link-local are never wide.
 */
bool cidr_is_wide(const struct cidr *net);
/* "16,777,216 addresses" or "2^64 addresses"; RET_TEXT has room for 40 bytes. */
struct span cidr_size(const struct cidr *net, char ret_text[40]);

#endif
