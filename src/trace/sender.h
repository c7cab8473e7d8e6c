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
#include "logs/logs.h"
#include "model/inquiry.h"
#include "trace/names.h"

#define SENDER_BINS 64         /* history: bins that double their width as time goes on */
#define SENDER_PROOFS 20

/* A line kept as evidence. */
struct proof {
	uint32_t file;
	char grade;
	uint64_t line, offset;
	int64_t at;
	struct span text;      /* owned */
	const char *claim;     /* static */
};

struct sender {
	enum sender_kind kind;
	uint32_t id, account;  /* names */
	uint32_t account_index;/* in the account table, or ACCOUNT_NONE */
	char grade;            /* best grade of the facts that name it */
	bool trusted;
	uint8_t place_traits;
	uint64_t key;          /* hash of kind, id, account */
	struct counts counts;
	int64_t first, last;
	uint32_t tally;        /* first of its tallies + 1 */
	uint32_t nclients, nplaces;
	uint32_t bin[SENDER_BINS];
	int64_t bin_start, bin_width;
	uint64_t covered;      /* seconds that lie within two seconds of one of its messages */
	struct proof *proof;   /* owned; the first, then at every power of two */
	uint32_t nproof;
	uint64_t arrivals;     /* all, the past included */
	struct judge_state judge;
};

enum tally_what { TALLY_CLIENT, TALLY_PLACE, TALLY_SUBJECT, TALLY_LOGIN };

/* How often a sender was seen with one address, place or subject. */
struct tally {
	uint64_t key;          /* hash of sender, what and text */
	uint32_t sender;
	uint32_t next;         /* of the same sender, + 1 */
	uint32_t name;
	uint32_t count : 28;
	uint32_t what : 2;     /* enum tally_what */
	uint32_t grade : 2;    /* 1 = A, 2 = B, 3 = C */
};

struct senders {
	struct sender **row;   /* [0] is nobody; a merged row's pointer is the other row's */
	uint32_t n, room;
	uint32_t live;
	uint32_t other;        /* index of the row of kind other, 0 = none yet */
	struct table table;
	struct tally *tally;
	uint32_t ntally, tally_room;
	struct table tally_table;
	uint64_t tally_lost;
	uint64_t merged;       /* rows that went into `other` */
};

void senders_init(struct senders *s);
void senders_free(struct senders *s);

/* The row of this sender, made when new. */
uint32_t sender_find(struct senders *s, enum sender_kind kind, uint32_t id, uint32_t account_name);

static inline struct sender *sender_at(const struct senders *s, uint32_t index)
{
	return s->row[index];
}

/* One more of WHAT for the row. Returns true when it is the first one; ret_name is where the text's number goes. */
bool sender_tally(struct senders *s, struct names *names, uint32_t sender, enum tally_what what,
		  struct span text, char grade);

/* A message at AT: first and last, history bins, covered seconds. */
void sender_tick(struct sender *s, int64_t at);

/* Keeps the line where this arrival is the first, or its ordinal a power of two. */
static inline bool sender_wants_proof(const struct sender *s)
{
	return (s->arrivals & (s->arrivals - 1)) == 0;
}
void sender_prove(struct sender *s, const struct log_at *at, int64_t when, struct span line, char grade,
		  const char *claim);

/* At most MOST rows: the smallest (by messages) become `other`. */
void senders_shrink(struct senders *s, uint32_t most);

#endif
