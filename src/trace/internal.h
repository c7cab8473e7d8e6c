/* internal - what the files of trace/ share: the one state, and the steps a message takes. */
#ifndef SPAMTRAIL_TRACE_INTERNAL_H
#define SPAMTRAIL_TRACE_INTERNAL_H

#include "trace/arrive.h"
#include "trace/baseline.h"
#include "trace/identity.h"
#include "trace/known.h"
#include "trace/later.h"
#include "trace/message.h"
#include "trace/names.h"
#include "trace/net.h"
#include "trace/observed.h"
#include "trace/queued.h"
#include "trace/recall.h"
#include "trace/script.h"
#include "trace/sender.h"
#include "trace/site.h"
#include "trace/trace.h"
#include "trace/web.h"
#include "trace/stats.h"
#include "trace/refusal.h"
#include "trace/seek.h"
#include "trace/freemail.h"
#include "trace/wrote.h"
#include "trace/crosscheck.h"

/* A message that is complete but may still be named as somebody's second id. */
struct grace {
	uint32_t slot, serial; /* of its extra: slots are used again */
	int64_t until;
};

#define GRACE_RING 4096
#define GRACE_SECONDS 60
#define ROWS_MOST 100000 /* limit investigate: senders; further ones are one row */
#define SCRIPT_MOST 255 /* bytes of a script's name that PHP's header gives */
#define FOLDERS_MOST 50 /* limit investigate: rows for one account's folders */

/* Refusals as spam of the whole server, for comparison with one sender's. */
struct hour_share {
	int64_t hour;
	uint64_t results, spam;
	double closed;         /* share in the last closed hour */
};

struct arrival;

struct trace {
	struct trace_options o;
	struct ranked *ranked;         /* once concluded: all rows in their final order ... */
	size_t naccused;               /* ... of which the first are filled */
	const struct tally **scratch;  /* room for every tally there is, for sorting one row's */
	struct names names;
	struct messages messages;
	struct senders senders;
	struct baseline base;
	struct judge *judge;
	struct later later;
	struct script_memory script;
	struct recall recall;
	struct observed_memory observed;
	struct web_memory web;
	struct sites sites;
	struct identities identities;
	struct networks relay_nets, trusted_nets;
	struct freemail freemail;
	struct stats_memory *stats;    /* NULL without --stats */
	struct seek *seek;             /* NULL where no message is sought */
	struct refusals *refusals;     /* NULL where nobody asks for them */
	struct wrote *wrote;           /* NULL where nobody asks about the queue */
	struct hour_share hour;
	uint32_t *writer;      /* by file: in whose home the log lies, ACCOUNT_NONE; filled when asked */
	bool *shared_log;      /* by file: a user that many sites share, or anybody, may write it */
	uint64_t php_doubted, php_agreed; /* mail() lines there that the web log does not bear out, and does */
	uint32_t single[SENDER_KINDS]; /* rows of the kinds there is one row of */
	struct known_senders known[KNOWN_SETS];
	struct known_account *account; /* by account; naccounts of them */
	size_t naccounts;
	struct soon_place soon;
	struct seen_ahead ahead[SEEN_AHEAD];
	struct seen_ahead *soon_arrival[SOON_STEPS], *soon_result[SOON_STEPS], nobody; /* seen last, the newest first */
	struct known_text domain[KNOWN_DOMAINS], user[KNOWN_USERS];
	int64_t zone_from, zone_until;  /* zone_now holds between these */
	int32_t zone_now;
	struct grace grace[GRACE_RING];
	uint32_t grace_first, grace_n;
	int64_t began, time;           /* of the first and the newest event */
	int64_t quiet_until;           /* trace.c: events in order up to then are counted and nothing else is to be done; -1 = ask */
	int64_t first, last;           /* of mail events in the window */
	uint64_t contradictions;       /* arrivals of an id that had already arrived, with another sender */
	uint64_t split;                /* folder names with a line end in Exim's log */
	uint32_t split_first;
	bool exim_open;                /* Exim's log holds customers' folder names: they can forge its lines */
	struct header_ahead header[HEADERS_AHEAD]; /* a ring */
	uint32_t next_header;
	uint64_t astray;               /* events that claim to lie more than a day ahead, or before 1970 */
	struct queued_memory queue;
	struct writer_memory writers;
	struct cross_memory cross;
	bool begun, mta_exim, mta_postfix, syslog; /* the first event, arrivals of theirs, and through syslog: seen */
};

/* One event on its way through trace/. */
struct step {
	const struct event *ev;
	const char *base;
	const struct log_at *at;
	int64_t time;
	bool counted;          /* lies in the window */
};

static inline struct span step_get(const struct step *s, enum field_key key)
{
	return event_get(s->ev, s->base, key);
}

/* result.c */
void result_event(struct trace *t, const struct step *s);
void result_complete(struct trace *t, const struct step *s);
/* The message leaves: what is still open is decided now, its counts go where they belong. */
void message_settle(struct trace *t, uint32_t slot);
void result_grace(struct trace *t, int64_t now);
void result_notice_child(struct trace *t, const struct step *s);
/* SLOT is another id of the message PARENT: from now on its results are that one's. */
void result_adopt(struct trace *t, struct qid parent, uint32_t slot);

/* Whose home the log lies in that S was read from: he can write there what he likes. Or ACCOUNT_NONE. */
uint32_t trace_writer(struct trace *t, const struct step *s);
/* Seconds east of UTC at AT. */
int32_t trace_zone(struct trace *t, int64_t at);
/* seek.c: the sender of the message with this id, or of the one it is a second id of; NO_SENDER: not known (yet). */
uint32_t trace_sender_of(struct trace *t, struct qid id);
/* trace.c: at the memory limit, gives up the messages that matter least. */
void trace_make_room(struct trace *t);

/* arrive.c: messages and recipients of MSG now belong to its sender's row. */
void message_count(struct trace *t, struct message *msg, uint32_t size, bool counted);
uint64_t rcpt_hash(struct span address, uint64_t *ret_domain);

#endif
