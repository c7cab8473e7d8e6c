/*
 * identity - cPanel's own word on who spoke to localhost: "SMTP connection identification ... P=PORT U=USER" and
 * "Sender identification U=USER D=DOMAIN S=SENDER", written by Exim's ACL beside the arrival, mostly without its id.
 *
 * TRUST: the user is what the panel looked up by socket owner; the sender is spelled by the client, so it only
 * joins the line to an arrival of the same sender from loopback, within a few seconds.
 */
#ifndef SPAMTRAIL_TRACE_IDENTITY_H
#define SPAMTRAIL_TRACE_IDENTITY_H

#include <stdint.h>

#define IDENTITY_RING 64
#define IDENTITY_SECONDS 10

struct identity {
	int64_t at;
	uint64_t sender;       /* hash of S=, 0 = none */
	uint32_t port;         /* P=, 0 = none */
	uint32_t account;
};

struct identities {
	struct identity seen[IDENTITY_RING];
	uint32_t next;
};

void identity_put(struct identities *list, const struct identity *id);
/* Account of the newest line near AT for this port or sender (0 = not known); ACCOUNT_NONE where there is none. */
uint32_t identity_find(const struct identities *list, int64_t at, uint32_t port, uint64_t sender);

#endif
