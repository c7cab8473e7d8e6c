/*
 * channel - typed messages between two of our processes over a SOCK_SEQPACKET pair.
 *
 * A message has a type, a body of up to 192 MiB (cut into packets and put together again) and up to
 * 64 descriptors. Every packet says magic, version, type, whole length and its place; one that does not fit
 * ends the channel for good.
 *
 * TRUST: the peer may have been taken over by what it read. Types and bodies are the caller's to
 * check; lengths, order and descriptors are checked here.
 */
#ifndef SPAMTRAIL_SYS_CHANNEL_H
#define SPAMTRAIL_SYS_CHANNEL_H

#include "base/buf.h"
#include "base/err.h"

enum { CHANNEL_MAX_BODY = 192 << 20, CHANNEL_MAX_FDS = 64 };

struct channel {
	int fd; /* owned; -1 once the channel has ended */
	size_t max_body; /* what this side accepts */
	struct buf body; /* of the message received last */
};

struct message {
	uint32_t type; /* > 0 */
	struct span body; /* lives until the next channel_receive or channel_close */
	int fds[CHANNEL_MAX_FDS]; /* the receiver's to close */
	size_t nfds;
};

/* Two ends, both close-on-exec. */
int channel_pair(int ret_fds[2], struct err *err);
/* Takes FD over. No call on it waits longer than SECONDS for the peer (0: for ever). */
void channel_open(struct channel *c, int fd, size_t max_body, unsigned seconds);
void channel_close(struct channel *c);
/* Waits until the peer has room. The descriptors stay the caller's. */
int channel_send(struct channel *c, uint32_t type, struct span body, const int *fds, size_t nfds,
		 struct err *err);
/* 1: a whole message; 0: the peer has closed; else a negative code, and the channel has ended. */
int channel_receive(struct channel *c, struct message *ret_message, struct err *err);

#endif
