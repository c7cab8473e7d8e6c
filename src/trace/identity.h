/*
 * identity - cPanel's own word on who spoke to localhost: "SMTP connection identification ... P=PORT U=USER" and
 * "Sender identification U=USER D=DOMAIN S=SENDER", written by Exim's ACL beside the arrival, mostly without its id.
 *
 * TRUST: the user is what the panel looked up by socket owner; the sender is spelled by the client, so it only
 * joins the line to an arrival of the same sender from loopback, within a few seconds. A port is one connection's only
 * together with its address: 127.0.0.2 is everybody's, too. Through syslog anybody may write such a line: where the mail
 * server's own are seen, those count for nothing.
 */
#ifndef SPAMTRAIL_TRACE_IDENTITY_H
#define SPAMTRAIL_TRACE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#define IDENTITY_RING 64
#define IDENTITY_SECONDS 10

struct identity {
	int64_t at;
	uint64_t sender;       /* hash of S=, 0 = none */
	uint32_t port;         /* P=, 0 = none */
	uint32_t account;
	bool addressed, sure;  /* IP is told; the mail server itself wrote it */
	uint8_t ip[16];        /* A= */
};

struct identities {
	struct identity seen[IDENTITY_RING];
	uint32_t next;
	bool sure;             /* one of them was */
};

void identity_put(struct identities *list, const struct identity *id);
/* The newest line near AT for this connection or sender (0 = not known); NULL where there is none. */
const struct identity *identity_find(const struct identities *list, int64_t at, uint32_t port, const uint8_t *ip,
				     uint64_t sender);

#endif
