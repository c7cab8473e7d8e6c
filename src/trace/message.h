/*
 * message - the messages in flight: queue id → who sent it and what has become of it so far.
 *
 * A message is 32 bytes. What few messages need (counts that cannot be given to a sender yet, links to the
 * message behind a content filter, the last status of each deferred recipient) lies apart in an
 * `extra`, which is there only while it is needed. A message leaves when its log says so (Completed,
 * removed), and at the memory limit: first those whose arrival was not seen, then the oldest
 * without recipients, then the oldest; evictions are counted.
 */
#ifndef SPAMTRAIL_TRACE_MESSAGE_H
#define SPAMTRAIL_TRACE_MESSAGE_H

#include "base/table.h"
#include "model/event.h"

#define NO_SENDER 0u
#define NO_EXTRA 0u
#define NO_MESSAGE UINT32_MAX
#define NRCPT_MOST ((1u << 22) - 1)

enum message_flag {
	M_ARRIVED = 1 << 0,    /* its arrival line was seen */
	M_COUNTED = 1 << 1,    /* its arrival is in the counts (of the sender, or of its extra) */
	M_FIXED = 1 << 2,      /* the sender is final: counts go straight to its row */
	M_CHILD = 1 << 3,      /* another id of the message extra.parent: its results are that one's */
	M_DONE = 1 << 4,       /* complete, kept a while in case its parent is named late */
	M_CLEANUP = 1 << 5,    /* Postfix cleanup has seen it on this server */
	M_PAST = 1 << 6,       /* arrived before the window: never counted */
	M_RCPTS = 1 << 7,      /* the number of recipients was logged with the arrival */
	M_RESULT = 1 << 8,     /* has had a result */
	M_SMALL = 1 << 9,      /* WAIT_RESULT without an extra yet: see struct message */
};

struct message {
	struct qid id;         /* hi and lo zero: a free slot, `sender` is the next free one + 1 */
	uint32_t sender;       /* index of its row, or NO_SENDER; with M_SMALL the client's IPv4 address */
	uint32_t arrived;      /* UTC seconds */
	uint32_t nrcpt : 22;
	uint32_t flags : 10;   /* enum message_flag */
	uint32_t extra;        /* index, or NO_EXTRA; with M_SMALL the message's size */
};

/* Why a message has no final sender yet. */
enum undecided {
	WAIT_NOTHING,
	WAIT_RESULT,           /* from outside: stays here, is forwarded or relayed? */
	WAIT_PARENT,           /* from loopback: webmail, or back from a content filter? */
	WAIT_SCRIPT,           /* local: which mail() call was it? */
	WAIT_ARRIVAL,          /* results came, the arrival has not been seen */
};

struct extra {
	uint32_t delivered, deferred, bounced, size;
	uint32_t parent;       /* with M_CHILD: the slot of the message it belongs to ... */
	uint32_t parent_serial;/* ... and the serial of its extra, since slots are used again */
	uint32_t serial;
	uint32_t children;     /* messages that name this one as parent and are not complete */
	uint32_t pairs;        /* first recipient pair + 1 */
	uint32_t deferred_now; /* recipients whose last status is deferred */
	uint32_t account;      /* of the envelope sender's domain, or of U= on loopback; ACCOUNT_NONE */
	uint32_t sender_name;  /* WAIT_SCRIPT: names index of a unix user without an account */
	uint32_t header_script;/* names: file in its X-PHP-Originating-Script, 0 = none */
	uint8_t undecided;     /* enum undecided */
	char grade;            /* WAIT_SCRIPT: of the arrival line */
	bool identified;       /* account is the panel's word, not the envelope sender's domain */
	bool by_socket;        /* and it names this very connection or message, not only a sender whom others can spell */
	bool ended;            /* its own log lines said that it is complete */
	uint64_t sender_hash;  /* WAIT_PARENT: of the envelope sender */
	uint8_t ip[16];        /* of the client; IPv4 as ::ffff:a.b.c.d */
	uint32_t subject;      /* hash, for the judge; 0 = not known */
	uint32_t unknown_rcpt, spam, fine; /* results, for the judge once the sender is known */
};

enum rcpt_status { RCPT_NEW, RCPT_DEFERRED, RCPT_FINAL };

struct pair {
	uint64_t key;          /* hash of message slot and recipient */
	uint32_t next;         /* of the same message, + 1 */
	uint32_t status;       /* enum rcpt_status */
};

struct messages {
	struct message **chunk;
	uint32_t n, free;      /* slots used so far; first free slot + 1 */
	uint32_t live;
	struct table table;
	uint64_t seed;         /* of this run, for the tables */
	struct extra **extra;  /* chunks, like those of messages */
	uint32_t nextra, extra_free, serial;
	struct pair *pair;
	uint32_t npair, pair_room, pair_free;
	struct table pair_table;
	size_t most_bytes;
	uint64_t evicted_unseen, evicted_empty, evicted_old, pairs_lost; /* pairs_lost: recipients not remembered, at the limit */
};

#define MESSAGE_CHUNK_LOG2 13
#define EXTRA_CHUNK_LOG2 10

static inline struct message *message_at(const struct messages *m, uint32_t slot)
{
	return &m->chunk[slot >> MESSAGE_CHUNK_LOG2][slot & ((1u << MESSAGE_CHUNK_LOG2) - 1)];
}

void messages_init(struct messages *m, size_t most_bytes);
void messages_free(struct messages *m);

/* Slot of the message with this id, or NO_MESSAGE. */
uint32_t messages_find(const struct messages *m, struct qid id);
/* Fetches what messages_find will look at: from far where it begins, NEAR also the message. */
void messages_prefetch(const struct messages *m, struct qid id, bool near);
/* A new message; the caller knows that the id is not there. */
uint32_t messages_add(struct messages *m, struct qid id, int64_t at);
void messages_drop(struct messages *m, uint32_t slot); /* with extra and pairs */
/* True when the next messages_add should be preceded by an eviction. */
bool messages_full(const struct messages *m);
/* Chooses the slots to give up (an eighth of all). Calls give_up for each, which must end in messages_drop. */
void messages_evict(struct messages *m, void (*give_up)(void *ctx, uint32_t slot), void *ctx);

static inline struct extra *extra_at(const struct messages *m, uint32_t index)
{
	return &m->extra[index >> EXTRA_CHUNK_LOG2][index & ((1u << EXTRA_CHUNK_LOG2) - 1)];
}

struct extra *message_extra_new(struct messages *m, struct message *msg);
/* The message's extra, made when it has none. The pointer lives as long as the message. */
static inline struct extra *message_extra(struct messages *m, struct message *msg)
{
	return msg->extra != NO_EXTRA && !(msg->flags & M_SMALL) ? extra_at(m, msg->extra) : message_extra_new(m, msg);
}
static inline struct extra *message_has_extra(struct messages *m, struct message *msg)
{
	return msg->extra == NO_EXTRA && !(msg->flags & M_SMALL) ? NULL : message_extra(m, msg);
}
/* From outside by IPv4, nothing else known: waits for its result without an extra, 32 bytes in all. */
static inline void message_small(struct message *msg, uint32_t ipv4, uint32_t size)
{
	msg->flags |= M_SMALL;
	msg->sender = ipv4;
	msg->extra = size;
}
/* Size of a message whose sender is still open. */
void message_set_size(struct messages *m, struct message *msg, uint32_t size);
/* Takes the message out of the way of another with the same id; it stays, reachable by its slot only. */
void messages_hide(struct messages *m, uint32_t slot);
/* Remembers a recipient's status and returns the one before: RCPT_NEW, and not remembered, at the memory limit, and with a first
 * that is final where the message's recipients are counted already. */
enum rcpt_status message_rcpt(struct messages *m, uint32_t slot, uint64_t rcpt, enum rcpt_status status);
void message_rcpt_prefetch(const struct messages *m, uint32_t slot, uint64_t rcpt);
#endif
