/*
 * lookout - gathers what observed.h describes, from /proc and sock_diag. Runs inside the process reader.
 *
 * TRUST: see process.h. Numbers of processes, connections and names are capped; a cap that was hit is told.
 */
#ifndef SPAMTRAIL_HOST_LOOKOUT_H
#define SPAMTRAIL_HOST_LOOKOUT_H

#include "base/arena.h"
#include "base/table.h"
#include "host/observed.h"
#include "host/process.h"
#include "host/sockets.h"

/* A connection whose owner is looked for. */
struct wanted_socket {
	uint64_t inode;
	uint32_t uid;
	int64_t last; /* time of the look that saw it last */
	bool found;
};

struct lookout {
	struct proc proc;
	uint32_t self;
	int netlink; /* or -1 */
	struct arena *arena;
	struct observed o;
	size_t process_room, connection_room, handover_room;
	struct table processes;   /* of o.process, by content */
	struct wanted_socket *wanted; /* one for each connection */
	size_t before; /* connections of earlier looks */
	struct tcp_socket *local; /* both ends of this host's connections to itself, at the last look */
	size_t nlocal, local_room;
	int64_t now, looked; /* microseconds: of what happens, of the last look at the sockets */
};

/* PROC_FD and NETLINK stay the caller's; A must outlive what is observed. SELF and COMMAND_LINE are pids. */
void lookout_begin(struct lookout *l, struct arena *a, int proc_fd, int netlink, uint32_t self,
		   uint32_t command_line);
void lookout_end(struct lookout *l);
/* Connections to ports 25, 465 and 587 that are open now and were not seen before, with their owners. */
void lookout_connections(struct lookout *l, int64_t now);
/*
 * What the mail server's own programs take: looks twice, LOAD_MICROS apart, and tells o.load. PROCESSORS of the machine;
 * 0: not known, then no cpu. Who lives shorter than that escapes.
 */
#define LOAD_MICROS 400000 /* limit signs, us: between two looks at the mail server's load */
void lookout_load(struct lookout *l, unsigned processors);
/* How many processes there are elsewhere (observed.h) and hidden. */
void lookout_count(struct lookout *l);
enum caller {
	CALLER_GONE,   /* it was too quick, or may not be looked into */
	CALLER_DAEMON, /* nobody: the mail server itself, that is an SMTP session */
	CALLER_FOUND,
};

/*
 * The process that stands above the mail server's programs which PID belongs to: the caller of sendmail. Shells with
 * -c are passed over.
 */
enum caller lookout_caller(struct lookout *l, uint32_t pid, uint32_t *ret_process);
/* ID of a message that PROCESS (an index, or OBSERVED_NONE) handed over now, at l->now. */
void lookout_handover(struct lookout *l, enum observed_door door, uint32_t process, struct span id);
/* The one owner of all connections to this host's own mail ports; OBSERVED_NONE: nobody, or several. */
uint32_t lookout_loopback(struct lookout *l, int64_t now);
/* The owner of the other end of the loopback connection that process PID serves, or OBSERVED_NONE. */
uint32_t lookout_peer(struct lookout *l, int64_t now, uint32_t pid);

#endif
