/*
 * known - what trace/ remembers so as not to look it up again: rows, accounts of domains, results seen ahead.
 *
 * Nothing here changes a result, only its price: whatever is taken from here is checked against what was asked.
 */
#ifndef SPAMTRAIL_TRACE_KNOWN_H
#define SPAMTRAIL_TRACE_KNOWN_H

#include "model/event.h"

/*
 * The row that a login, or a user and folder, was found to be last time: most mail comes from few senders. A set is
 * a cache line, the newest first.
 */
#define KNOWN_WAYS 8
#define KNOWN_SETS 4096

struct known_senders {
	_Alignas(64) uint32_t tag[KNOWN_WAYS]; /* upper half of the texts' hash; the row's own text is compared all the same */
	uint32_t sender[KNOWN_WAYS];           /* 0 = empty */
};

/* Of an account: its name, and the row of what its user hands over without a folder. */
struct known_account {
	uint32_t name, sender; /* 0 = not known yet */
	uint32_t folders;      /* of its own that have a row each */
	uint32_t script;       /* name of the script in PHP's header of its last message: the next one's, mostly; 0 = none yet */
};

/* What was found out about an event when it was still some way ahead (soon.c); 0 or NONE: nothing. */
struct seen_ahead {
	const struct event *ev;
	struct qid id;
	uint32_t slot;         /* result: of its message then, or NO_MESSAGE */
	uint32_t sender;       /* the row that was fetched for it */
	uint32_t uid, account; /* arrival: of a local user */
	uint64_t rcpt, domain; /* result: hashes of its recipient; 0 = not worked out */
	uint64_t key;          /* what its row may be remembered under (who_soon, who_forward_key) */
};

#define SEEN_AHEAD 128
#define SOON_STEPS 3

struct sender;
struct trace;
struct step;

/* soon.c: fetches of a row what is touched when it sends, and when it is told. */
void row_prefetch(const struct sender *row);
void soon_init(struct trace *t);
/* Found out ahead or now: the hash that LOGIN's row is remembered under ... */
uint64_t soon_key(struct trace *t, const struct step *s, struct span login);
/* ... the slot of a result's message, or NO_MESSAGE, and its recipient's hashes. */
uint32_t soon_slot(struct trace *t, const struct step *s);
uint64_t soon_rcpt(struct trace *t, const struct step *s, uint64_t *ret_domain);

/* The folder of a cwd= line that was seen ahead: the local arrival behind it is probably its. */
struct soon_place {
	struct span text;
	const char *base;      /* of the batch the text lies in; NULL = none */
};

/* The account of a domain or user that was asked for lately; two texts of one hash would need the run's seed. */
struct known_text {
	uint64_t hash;         /* 0 = empty */
	uint32_t account;
};

#define KNOWN_DOMAINS 2048
#define KNOWN_USERS 1024

/* A header that Exim logged before the arrival it belongs to. */
struct header_ahead {
	struct qid id;
	uint32_t uid, name; /* name 0: taken */
};

#define HEADERS_AHEAD 16

#endif
