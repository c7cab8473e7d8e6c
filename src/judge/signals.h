/*
 * signals - the judge's table: what is observed, what is usual, what abuse looks like, what it may weigh.
 *
 * Every signal is a yes-or-no observation. Under "usual" and under "abused" its share of yes is
 * unknown, with a Beta density each; both are updated by what is seen, so an increment is the ratio
 * of two predictive probabilities and the sum over a run is a Bayes factor. A reviewer checks here.
 */
#ifndef SPAMTRAIL_JUDGE_SIGNALS_H
#define SPAMTRAIL_JUDGE_SIGNALS_H

#include "model/row.h"

#define NAT 1024 /* one nat in the judge's fixed point: sums are exact on every machine */
#define ABUSE_DRIFT 8 /* observations by which the abused share follows a run: it stays abuse's */
#define TICK 16 /* one observation in the units of a Beta's parameters */

enum signal {
	SIG_HASTE,
	SIG_RCPTS,
	SIG_SUBJECT,
	SIG_NEW_RCPT,
	SIG_SPREAD,
	SIG_UNKNOWN,
	SIG_SPAM,
	SIG_NETWORKS,
	SIG_HOURS,
	SIG_NEW_PLACE,
	SIG_ODD_PLACE,
	SIG_REGULAR,
	SIG_MISMATCH,
	SIG_ENTRY,
	SIG_POSTS,
	SIGNALS_SHARES, /* those before are Beta shares; those behind are worked out apart */
	SIG_BURST = SIGNALS_SHARES,
	SIG_FILE,
	SIGNALS
};

enum signal_group {
	GROUP_VOLUME,
	GROUP_NOVELTY,
	GROUP_FAILURE,
	GROUP_PLACE,
	GROUP_LOGIN,
	GROUP_FACT,
	GROUPS
};

/* Populations: whose habits a new sender of this kind is taken to have. */
enum population { POP_MAILBOX, POP_SCRIPT, POP_LOCAL, POP_RELAY, POP_THROUGH, POPULATIONS };

struct beta {
	uint16_t yes, no; /* in TICKs: mean yes / (yes + no), as firm as yes + no observations */
};

struct signal_row {
	const char *name;
	enum signal_group group;
	int16_t cap, floor; /* of the signal's part, in 1/NAT nats */
	uint8_t drift; /* observations of a run by which an innocent's share may move */
	struct beta abused;
	struct beta usual[POPULATIONS];
	/* Per cent: no own past of failures explains more among new recipients. A cron job may write to one dead
	 * address for years; whose new addresses are dead again and again has bought them. 0 = it may. */
	uint8_t habit;
	const char *text; /* one sentence; its two @ are the value and the usual value */
	bool share; /* its numbers are per cent */
};

struct group_row {
	const char *name;
	int16_t cap, floor;
	uint8_t members, member[5]; /* the signals that name this group */
};

#define BURST_LEVELS 12 /* doublings of the volume in an hour: 1, 2, 4 ... 4,096 messages */
/* Usual chance that a volume goes on to double, by population; as firm as BURST_FIRM hours. */
extern const uint8_t burst_usual[POPULATIONS]; /* per cent */
#define BURST_FIRM 4
#define BURST_ABUSED 85 /* per cent */

/* Per cent of dead addresses that a list may hold above its owner's usual share: lists age. */
extern const uint8_t lists_age[POPULATIONS];

enum population population_of(enum sender_kind kind);
/* Bounces, forwards and arrivals from outside are what others send: they are counted, not accused. */
bool kind_accusable(enum sender_kind kind);

#endif
