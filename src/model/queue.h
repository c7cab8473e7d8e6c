/*
 * queue - what waits, in groups: what the confined queue reader hands to the command line and report prints.
 *
 * Texts are spans of foreign bytes; times are UTC seconds, 0 = unknown.
 */
#ifndef SPAMTRAIL_MODEL_QUEUE_H
#define SPAMTRAIL_MODEL_QUEUE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/queue_by.h"
#include "model/queued.h"
#include "model/row.h"

struct inquiry;

#define QUEUE_AGES 10 /* qshape's grid: up to 5, 10, 20 ... 1280 minutes, and older */
#define QUEUE_SAMPLES 3
#define QUEUE_GROUPS_MOST 1000 /* limit queue: groups that are told */

struct queue_sample {
	struct span id, sender, recipient, subject;
	struct span reason; /* why it still waits, in another server's words; empty: none is kept */
	int64_t arrival;
	uint32_t recipients, fresh; /* fresh: new to the sender */
};

struct queue_group {
	struct span key; /* of BY_CULPRIT its id */
	enum sender_kind kind; /* BY_CULPRIT */
	struct span account;
	char grade; /* BY_CULPRIT: best grade of the facts that name him */
	bool rest; /* all groups that are not told */
	uint64_t messages, recipients, done, bytes, bounces, damaged;
	uint64_t by_state[QUEUE_STATES], by_age[QUEUE_AGES];
	int64_t oldest, newest;
	uint64_t by_class[QUEUE_CLASSES], fresh, known; /* fresh, known: recipients, to their message's sender */
	uint32_t accused; /* whose spam is in it: 1 + his row in the inquiry, of the first; 0 = nobody's */
	struct span script; /* what most of its messages with such a header name, and how many: grade C */
	uint64_t scripted, scripts_read;
	struct queue_sample sample[QUEUE_SAMPLES];
	size_t nsamples;
};

struct queue_spool {
	enum mail_server server;
	struct span path;
	bool by_tool; /* read through postqueue -j: no uid, no login, no subject */
	uint64_t maildrop;
};

struct queue_report {
	struct span host;
	enum queue_by by;
	int64_t now;
	bool complete, unconfined;
	struct queue_spool spool[MAIL_SERVERS];
	size_t nspools;
	struct queue_group all; /* the sum; each message once */
	struct queue_group *groups; /* largest first */
	size_t ngroups;
	uint64_t groups_total;
	struct span *unseen;
	size_t nunseen;
	/* What the logs said: senders that are accused. NULL: they were not asked, `unjudged` says why. */
	const struct inquiry *past;
	int64_t past_from; /* the logs' first event */
	struct span unjudged;
};

/* Q as a sample, its texts (cut) in A. */
struct queue_sample queue_sample_of(struct arena *a, const struct queued *q);

/* Column of the age grid. */
unsigned queue_age(int64_t arrival, int64_t now);
/* "0-5" and so on, minutes. */
const char *queue_age_name(unsigned age);

void queue_group_pack(const struct queue_group *g, struct buf *out);
struct unpacker;
bool queue_group_unpack(struct unpacker *u, struct queue_group *ret);
/* Adds the numbers and samples of MORE. */
void queue_group_add(struct queue_group *g, const struct queue_group *more);
/* Negative where A comes before B: more messages, then key. */
int queue_group_order(const struct queue_group *a, const struct queue_group *b);

#endif
