/*
 * judge - when does a sender stop being himself? (design: a cumulative sum of log-likelihood ratios)
 *
 * One struct judge a run (population, thresholds, novelty filters), one small state a sender. Input in
 * time order, never the future; the live guard feeds the same calls. The sum never falls below
 * zero; where it last left zero is `since`. Each signal's part is kept, so parts add up to the score.
 *
 * Costs: a call is on the path of every message (tens of nanoseconds): no log() per event, no allocation.
 */
#ifndef SPAMTRAIL_JUDGE_JUDGE_H
#define SPAMTRAIL_JUDGE_JUDGE_H

#include "base/arena.h"
#include "model/row.h"

struct judge;

/* A sender's state: fixed size, zeroed = never seen; the caller keeps it beside the sender's row. */
#define JUDGE_STATE_BYTES 496
struct judge_state {
	_Alignas(8) unsigned char opaque[JUDGE_STATE_BYTES];
};

enum place_trait {
	PLACE_NEVER_MAILS = 1, /* uploads, cache, tmp, images, hidden folder, plugin asset */
	PLACE_KNOWN_LIST = 2, /* Mailman, a newsletter program, a monitoring host's own folder */
};

/* One arrival (message accepted from this sender). Zero where unknown. */
struct judge_message {
	int64_t at; /* UTC seconds, not decreasing per sender (small steps back are clamped) */
	int32_t zone; /* seconds east of UTC, for hours of the week */
	uint32_t nrcpt;
	uint32_t size;
	uint32_t subject; /* hash, 0 = unknown */
	uint32_t net; /* hash of the client's /24 or /48, 0 = unknown or local */
	uint32_t place; /* hash of directory or file, 0 = unknown */
	uint8_t place_traits; /* enum place_trait */
	bool foreign_sender; /* envelope sender's domain is not the account's */
	bool guessed; /* whose mail it is was guessed (grade C): enough to count, never to accuse */
};

enum judge_result { RESULT_OK, RESULT_UNKNOWN_RCPT, RESULT_SPAM, RESULT_OTHER };

struct judge_verdict {
	enum verdict verdict;
	double score; /* the sum at its highest after `since` */
	double confidence; /* 0 to 1 */
	int64_t since; /* 0 = never left zero for good */
	uint64_t since_message; /* ordinal of the message at which the sum left zero */
	bool alarmed; /* crossed the `compromised` threshold */
	int64_t alarm_at;
	uint64_t alarm_message; /* ordinal of the message at which it did */
	struct span aside; /* why a big sender was set aside (bulk), or empty */
	struct reason *reasons;
	size_t nreasons; /* in the arena; weights add up to score */
};

struct judge_options {
	double false_per_account_days; /* 0 = 1 per 100,000 for compromised */
	int64_t start; /* when the input begins; 0 = with the first event: who comes a day later is new */
	uint32_t silenced; /* bench: bit per signal left out */
};

struct judge *judge_new(const struct judge_options *options);
void judge_free(struct judge *j);
size_t judge_bytes(const struct judge *j);

void judge_message(struct judge *j, struct judge_state *s, enum sender_kind kind,
		   const struct judge_message *m);
/* One recipient of a message, when first seen (Exim: at arrival; Postfix: at its first result). SENDER is
 * the sender's own hash; RCPT and DOMAIN are hashes of the lower-cased address and its domain. */
void judge_recipient(struct judge *j, struct judge_state *s, int64_t at, uint64_t sender, uint64_t rcpt,
		     uint64_t domain, bool freemail);
/* Fetches what the same call of judge_recipient will look at, a few hundred nanoseconds ahead. */
void judge_prefetch(const struct judge *j, uint64_t sender, uint64_t rcpt, uint64_t domain);
/* Has the sum left zero (is this the time to keep evidence)? */
bool judge_is_rising(const struct judge_state *s);
/* One fresh result. SERVER_SPAM_SHARE: share of other senders' results refused as spam in the last closed hour. */
void judge_result(struct judge *j, struct judge_state *s, int64_t at, enum judge_result result,
		  double server_spam_share);
/* While the sum is up: is RCPT one to whom this script writes again and again (a form's note to its owner)? An
 * abused form does so as an honest one does, so his results are no news and not to be judged. Ask
 * judge_has_echo first: it needs no hash. */
bool judge_is_echo(const struct judge_state *s, uint64_t rcpt);
bool judge_has_echo(const struct judge_state *s);
/* A login or upload for this sender's account from a network (hash of /24 or /48). */
void judge_login(struct judge *j, struct judge_state *s, int64_t at, uint32_t net);
/* A web POST to the sender's script from NET (0 = unknown: says nothing); PAIRED: within two seconds of one
 * of its messages. */
void judge_request(struct judge *j, struct judge_state *s, int64_t at, uint32_t net, bool paired);
/* A hard fact of grade A (a script confirmed malicious): convicts alone. TEXT must outlive the judge. */
void judge_hard_fact(struct judge *j, struct judge_state *s, int64_t at, const char *text);

/* The verdict on what is known now; TRUSTED comes from the caller. Without an arena: no reasons and no `aside`. */
void judge_close(struct judge *j, const struct judge_state *s, enum sender_kind kind, bool trusted,
		 struct arena *a, struct judge_verdict *ret_verdict);

/* An operator's word: the incident is over. The run is dropped unlearnt; an alarm lasts until then. */
void judge_absolve(struct judge_state *s);
/* Convicted since the last absolution. */
bool judge_alarmed(const struct judge_state *s);

/* The state as a fixed-size, versioned record (store/ keeps it); the novelty filter is kept apart. A past
 * means something only while hashes stay the same: the caller's seed for them is one of the state's. */
#define JUDGE_PAST_BYTES (JUDGE_STATE_BYTES + 16)
void judge_save(const struct judge_state *s, unsigned char ret_past[JUDGE_PAST_BYTES]);
/* false: not a record of ours (another version); the state is left as a new sender's. */
bool judge_load(struct judge_state *s, const unsigned char past[JUDGE_PAST_BYTES]);
/* The filter's bytes (owned by the judge), and back; false: not of this size. */
struct span judge_novelty(const struct judge *j);
bool judge_novelty_load(struct judge *j, struct span bytes);

#endif
