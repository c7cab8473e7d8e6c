/*
 * sockets - the host's TCP connections, asked of the kernel by sock_diag, or read from /proc/net/tcp.
 *
 * TRUST: kernel records only; a truncated or strange one ends the list and is told.
 */
#ifndef SPAMTRAIL_HOST_SOCKETS_H
#define SPAMTRAIL_HOST_SOCKETS_H

#include "base/span.h"

struct proc;

struct tcp_socket {
	uint8_t local[16], remote[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t local_port, remote_port;
	uint32_t uid;
	uint64_t inode; /* 0: nobody's any more */
};

/* Called for every connection that is open or being opened. */
typedef void socket_fn(void *ctx, const struct tcp_socket *s);

/* All connections of both families. NETLINK -1, or one that does not answer: /proc/SELF/net/tcp and tcp6. Negative:
 * neither could be read. *ret_by_proc says which way it went. */
int sockets_list(int netlink, const struct proc *p, uint32_t self, socket_fn *each, void *ctx, bool *ret_by_proc);

/* One netlink packet: 1 = more to come, 0 = the dump is over, negative = it made no sense. */
int sockets_parse_netlink(struct span packet, uint32_t sequence, socket_fn *each, void *ctx);
/* Whole lines of /proc/net/tcp (SIX: of tcp6). */
void sockets_parse_text(struct span text, bool six, socket_fn *each, void *ctx);

bool socket_is_loopback(const uint8_t ip[16]);

#endif
