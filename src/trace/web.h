/*
 * web - the join no other tool makes: bursts of mail against web requests, logins and uploads.
 *
 * A POST and a message of the same account within two seconds are a pair, each POST once. How many
 * pairs chance alone would give follows from the share of time that lies within two seconds of a
 * message. Logins and uploads are kept for the question how he got in.
 *
 * TRUST: URLs, user names and client names are foreign text; the client address is the web server's word.
 */
#ifndef SPAMTRAIL_TRACE_WEB_H
#define SPAMTRAIL_TRACE_WEB_H

#include "base/span.h"
#include "base/table.h"

#define WEB_RING 4096
#define WEB_NEAR 2
#define TARGETS_MOST 20000
#define ACCESSES_MOST 50000 /* limit investigate: requests that are remembered */

/* One script that is posted to, by one account's site. */
struct web_target {
	uint64_t key;
	uint32_t account;      /* account index or ACCOUNT_NONE */
	uint32_t site, path;   /* names */
	uint64_t posts, paired;
	int64_t first, last;
	uint32_t client, client_posts; /* the address that posts most (majority vote) */
	uint64_t client_seen;  /* its posts since it leads: so many it has at least */
	int64_t shown_at;      /* the request that is the evidence: one of `client`'s, see show_request */
	uint64_t shown_line, shown_offset;
	uint32_t shown_file, shown_text; /* text: names */
	uint32_t shown_changes;
	uint32_t sender;       /* row its pairs belong to (majority vote) */
	uint32_t sender_pairs;
};

/* A login or upload. */
struct web_access {
	int64_t at;
	uint32_t account;
	uint32_t user, ip, path; /* names */
	uint32_t net;          /* of the address; 0: none */
	uint32_t file;
	uint64_t line, offset;
	uint8_t kind;          /* EV_LOGIN_OK or EV_UPLOAD */
	uint8_t dialect;
	struct span text;      /* in the names arena */
};

struct web_post {
	int64_t at;
	uint32_t account, target, net;
	bool paired;
};

struct web_mail {
	int64_t at;
	uint32_t account, sender;
};

/* The newest 64 units (web.c) in which somebody asked an account's site for something. */
struct web_asked {
	uint32_t newest;       /* 0 = never */
	uint64_t units;        /* bit n: newest - n */
};

struct web_memory {
	struct web_post post[WEB_RING];
	struct web_mail mail[WEB_RING];
	uint32_t next_post, next_mail;
	struct web_target *target;
	uint32_t ntarget, target_room;
	struct table target_table;
	struct web_access *access;
	uint32_t naccess, access_room, access_next;
	uint64_t lost;
	struct web_asked *asked; /* by account; NULL where no log's words need it */
	size_t nasked;
};

struct trace;
struct trace_options;
struct step;

void web_init(struct web_memory *w, const struct trace_options *o);
void web_free(struct web_memory *w);
void web_request(struct trace *t, const struct step *s);
/* Had somebody asked the account's site for something when a script of it ran at AT? */
bool web_asked(const struct web_memory *w, uint32_t account, int64_t at);
/* Whether `client` has posted more than half: a vote without a majority may end on any visitor. */
bool web_most_posts(const struct web_target *x);
void web_login(struct trace *t, const struct step *s);
/* A script or local sender of this account has handed over a message. */
void web_mailed(struct trace *t, uint32_t account, uint32_t sender, int64_t at);

#endif
