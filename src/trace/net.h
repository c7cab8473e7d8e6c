/*
 * net - addresses as 16 bytes (IPv4 as ::ffff:a.b.c.d), networks, loopback. Pure functions.
 *
 * TRUST: addresses come from the place where the MTA writes them; anything else reads as "none".
 */
#ifndef SPAMTRAIL_TRACE_NET_H
#define SPAMTRAIL_TRACE_NET_H

#include "base/span.h"

struct networks {
	struct network {
		uint8_t ip[16], mask[16];
	} *net;
	size_t n;
};

/* false: not an address. */
bool net_parse(struct span text, uint8_t ret_ip[16]);
bool net_is_v4(const uint8_t ip[16]);
bool net_is_loopback(const uint8_t ip[16]);
/* Loopback, private, link-local: not an address of the outside. */
bool net_is_inner(const uint8_t ip[16]);
/* Hash of the /24 (IPv4) or /48 (IPv6); never 0. */
uint32_t net_block(const uint8_t ip[16]);
/* The address in its usual spelling; ret_text has room for 46 bytes. */
struct span net_show(const uint8_t ip[16], char ret_text[46]);

/* Entries that are networks or addresses (with or without /bits, [v6] too); others are skipped. */
void networks_init(struct networks *n, const struct span *text, size_t count);
void networks_free(struct networks *n);
bool networks_hold(const struct networks *n, const uint8_t ip[16]);

#endif
