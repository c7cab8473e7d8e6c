/*
 * observed - what the process reader saw on the live host: who holds connections to mail ports, and which process
 * handed over which message. Packed for the way to the confined log reader.
 *
 * TRUST: uid, pid, addresses and queue ids are the kernel's and the MTA's words (grade A); executable and folder
 * names are kernel paths whose spelling the suspect chose (B); the command line is the suspect's (C).
 */
#ifndef SPAMTRAIL_HOST_OBSERVED_H
#define SPAMTRAIL_HOST_OBSERVED_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/mta_load.h"

#define OBSERVED_NONE UINT32_MAX
#define OBSERVED_PROCESSES 20000 /* limit live: processes */
#define OBSERVED_CONNECTIONS 20000 /* limit live: connections */
#define OBSERVED_HANDOVERS 200000 /* limit live: messages handed over */

struct observed_process {
	uint32_t pid, uid; /* effective */
	bool deleted;      /* its executable is no longer on disk under that name */
	bool elsewhere;    /* in another network namespace: a container */
	struct span exe, cwd, args, script, cgroup;
	struct span chain; /* who called it: "php-fpm8.2[33] < php-fpm8.2[0]" */
};

struct observed_connection {
	uint32_t process;  /* index, or OBSERVED_NONE */
	uint32_t uid;      /* of the socket */
	uint16_t port;     /* the remote one */
	uint8_t remote[16];/* IPv4 as ::ffff:a.b.c.d */
	int64_t at;        /* microseconds since 1970 */
};

enum observed_door { OBSERVED_SENDMAIL = 1, OBSERVED_LOOPBACK };

/* A message as it was handed over. */
struct observed_handover {
	int64_t at;        /* microseconds since 1970 */
	uint32_t process;  /* index, or OBSERVED_NONE: seen, but its process had gone */
	uint8_t door;      /* enum observed_door */
	struct span id;    /* the queue id */
};

struct observed {
	struct observed_process *process;
	size_t nprocesses;
	struct observed_connection *connection;
	size_t nconnections;
	struct observed_handover *handover;
	size_t nhandovers;
	int64_t from, to;  /* microseconds: of a watch; equal where it was one look */
	uint32_t elsewhere;/* processes in other network namespaces */
	uint32_t hidden;   /* processes that could not be looked into */
	uint64_t submitted, unnamed; /* local submissions that were seen, and those whose process was missed */
	bool watched;      /* handovers were watched for */
	bool plain_user;   /* only this user's own processes */
	bool full;         /* a limit was hit */
	bool by_proc;      /* no sock_diag: /proc/net/tcp was read */
	struct mta_load load; /* of this host's mail server */
};

/* OUT's `over` says that it did not fit. */
void observed_pack(const struct observed *o, struct buf *out);
/* false: not of ours. Texts and arrays live in A and in BYTES. */
bool observed_unpack(struct arena *a, struct span bytes, struct observed *ret_observed);

/* Is this the program of a mail server, by its place on disk? The name of a process says nothing. */
bool observed_mta_program(struct span exe);

#endif
