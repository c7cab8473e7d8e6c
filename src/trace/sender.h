/*
 * sender - the rows: everybody who has sent, with the five counts, the judge's state, and who, from
 * where and in which places, counted.
 *
 * One row per (kind, id, account). Past a ceiling the smallest rows become one row of kind `other`; their
 * numbers stay in the totals.
 */
#ifndef SPAMTRAIL_TRACE_SENDER_H
#define SPAMTRAIL_TRACE_SENDER_H

#include "base/table.h"
#include "judge/judge.h"
#include "model/row.h"
#include "trace/proof.h"

struct baseline;
struct log_at;
struct names;

#define SENDER_HEAD 48          /* bytes of its id in the row itself: most ids fit, and a comparison stays in cache */
#define SENDER_BINS 64         /* history: bins that double their width as time goes on */
#define SENDER_PROOFS 12

/* The client (or place) a sender was seen with last, and how often since it was last written down. */
struct tally_run {
	uint32_t hash;         /* of the text; a collision can only blur who of one sender's own clients came how often */
	uint32_t tally;        /* index + 1 */
	uint32_t count;
};

/* Whose word there is for a login, beside the log line's. Two that agree make grade A. */
enum vouch {
	VOUCH_SERVER = 1,      /* the journal: the mail server itself wrote the arrival */
	VOUCH_AUTH = 2,        /* the journal: so did the service that checks passwords, of the same login and address */
	VOUCH_QUEUE = 4,       /* the mail server's own queue file names the login */
	VOUCH_NOT = 8,         /* some arrival has nobody's word but its line's */
	VOUCH_SYSLOG = 16,     /* and came through syslog: the journal may know more */
};

struct sender {
	/* what every arrival touches */
	_Alignas(64) uint8_t kind; /* enum sender_kind */
	uint8_t place_traits;
	char grade;            /* best grade of the facts that name it */
	bool trusted;
	bool foreign;          /* of the envelope domain with foreign_hash */
	uint8_t bin_scale;
	uint8_t vouched;       /* enum vouch bits: who bears it out that this login sent */
	uint8_t run_size;      /* of the proof RUN: given back without a look at it */
	uint32_t id, account;  /* names */
	char id_head[SENDER_HEAD];
	struct span id_text;
	uint32_t account_index;/* in the account table, or ACCOUNT_NONE */
	uint32_t foreign_hash;
	uint64_t key;          /* hash of the texts of kind, id, account: baseline_key */
	struct counts counts;
	int64_t first, last;
	uint64_t arrivals;     /* all, the past included */
	uint64_t covered;      /* seconds that lie within two seconds of one of its messages */
	int64_t bin_start, bin_width;
	uint32_t client_net;   /* hash of the last client's network, 0 = loopback or none */
	struct tally_run client, client_before, place; /* many go back and forth between two clients */
	uint32_t nproof, risen;/* proofs kept; arrivals since the judge's sum left zero */
	struct proof *proof;   /* owned; oldest first: the first line ever ... */
	struct proof *run;     /* ... behind it those since the sum left zero, */
	struct proof *newest;  /* and the last of all: reached without the ones before, which are in nobody's cache */
	uint32_t bin_part, tally; /* messages since the last whole unit of a bin; first of its tallies + 1 */
	struct judge_state judge;
	uint16_t bin[SENDER_BINS]; /* in units of 1 << bin_scale messages */
	/* the rest */
	uint32_t nclients, nplaces;
	uint32_t queued;       /* messages that wait in the queue */
	uint32_t queue_scripts, queue_named; /* of these: with PHP's header; naming queue_script */
	uint32_t queue_script, queue_lead;   /* names: what most of them name (Boyer-Moore) */
};

enum tally_what { TALLY_CLIENT, TALLY_PLACE, TALLY_LOGIN };

/* How often a sender was seen with one address, or place. */
struct tally {
	uint64_t key;          /* hash of sender, what and text */
	uint32_t sender;
	uint32_t next;         /* of the same sender, + 1 */
	uint32_t name;
	uint32_t count : 28;
	uint32_t what : 2;     /* enum tally_what */
	uint32_t grade : 2;    /* 1 = A, 2 = B, 3 = C */
};

struct dead_rows {
	struct sender **row;
	uint32_t n, room;
};

struct senders {
	const struct names *names;
	struct baseline *base; /* of new rows */
	struct sender **row;   /* [0] is nobody; a merged row's pointer is the other row's */
	uint32_t n, room;
	uint32_t live;
	uint32_t other;        /* index of the row of kind other, 0 = none yet */
	struct table table;
	struct tally *tally;
	uint32_t ntally, tally_room;
	struct table tally_table;
	uint64_t tally_lost, merged; /* merged: rows that went into `other` */
	struct proofs proofs;  /* for whoever does what later.h puts off */
	struct row_block *blocks;  /* where rows lie: large, so that they need few page translations */
	struct sender *spare;  /* rows given back, linked by their first bytes */
	struct dead_rows dead[2]; /* merged away, and may be named yet: since the last turn, and before turn DEAD_AT */
	uint64_t dead_at;
	bool linger;           /* they may be; else their memory is used at once */
};

void senders_init(struct senders *s, const struct names *names, struct baseline *base);
void senders_free(struct senders *s);
/* The row of this sender, made when new. */
uint32_t sender_find(struct senders *s, enum sender_kind kind, uint32_t id, uint32_t account_name);
/* The same, but 0 where there is no such row. */
uint32_t sender_seek(const struct senders *s, enum sender_kind kind, uint32_t id, uint32_t account_name);

static inline struct sender *sender_at(const struct senders *s, uint32_t index)
{
	return s->row[index];
}

/* One more of WHAT for the row. Returns true when it is the first one. */
bool sender_tally(struct senders *s, struct names *names, uint32_t sender, enum tally_what what, struct span text, char grade);

/* The same for the client or place of an arrival, cheap where it is that of the arrival before; true: another. */
bool sender_tally_run(struct senders *s, struct names *names, uint32_t sender, enum tally_what what, struct span text, char grade);
/* Writes the runs down; before tallies are read. */
void sender_tally_flush(struct senders *s, uint32_t sender);

/* A message at AT: first and last, history bins, covered seconds. */
void sender_tick(struct sender *s, int64_t at);

/* Is this arrival's line worth keeping? The first ever, and while the judge's sum is above zero every power of two. */
bool sender_wants_proof(struct senders *all, struct sender *s, bool first);
/* SUBJECT is part of the line, or empty. */
void sender_prove(struct senders *all, struct sender *s, const struct log_at *at, int64_t when, struct span line,
		  struct span subject, char grade, const char *claim);

/* At most MOST rows: the smallest (by messages) become `other`. */
void senders_shrink(struct senders *s, uint32_t most);
/* With `linger`: takes back the rows merged away that nobody can be at any more, DONE turns of PASSED being over. */
void senders_reclaim(struct senders *s, uint64_t passed, uint64_t done);

#endif
