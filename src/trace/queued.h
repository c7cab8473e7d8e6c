/*
 * queued - whom a message in the queue belongs to: (kind, id, account) as the contract's rows define them.
 *
 * TRUST: its facts are a spool file's, each with its grade; a damaged file names nobody, and what the suspect
 * himself wrote (headers, envelope sender) never chooses a person, but an account at grade C.
 */
#ifndef SPAMTRAIL_TRACE_QUEUED_H
#define SPAMTRAIL_TRACE_QUEUED_H

#include "model/queued.h"
#include "model/row.h"

struct accounts;
struct networks;

struct whose {
	enum sender_kind kind;
	struct span id, account; /* account.n == 0: unknown. They live as long as the message and the accounts. */
	char grade; /* of the fact that names him; 0 = nobody is named */
	char room[256]; /* where an id stands that is spelled otherwise in the file */
};

/* NETWORKS (trace/net.h) may relay without a password. */
void queued_whose(const struct queued *q, const struct accounts *accounts, const struct networks *networks,
		  struct whose *ret);

/* Whom a queued message's own facts name. */
struct queued_fact {
	uint8_t kind;
	uint32_t id, account, script; /* names */
};

/* The queue's part of a trace. */
struct queued_memory {
	bool read;
	struct queued_fact *waiting; /* owned: of a row that may only come when all is settled */
	size_t nwaiting, room;
	uint64_t all, unknown;
};

struct trace;

/*
 * One message that waits, in an investigation: counted to the row that the logs gave its id to, else to the row that
 * its own facts name, if there is one. Before trace_conclude.
 */
void trace_queued(struct trace *t, const struct queued *q);
/* That was the queue: the inquiry tells what waits. */
void trace_queue_read(struct trace *t);
/* After all messages are settled, before rows are ranked. */
void queued_settle(struct trace *t);

#endif
