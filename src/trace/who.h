/*
 * who - rows and accounts from what an arrival or result names: a login, a user and folder, a local address
 * that sends on, an address that may relay.
 *
 * TRUST: logins and folders are chosen by their owners, envelope domains by anybody; what each of them
 * proves is said by its grade (trust.md B4).
 */
#ifndef SPAMTRAIL_TRACE_WHO_H
#define SPAMTRAIL_TRACE_WHO_H

#include "base/span.h"
#include "model/row.h"

struct event;
struct trace;
struct step;

struct arrival {               /* who sent it, as far as its arrival line tells */
	enum sender_kind kind;
	uint32_t id, account;  /* names */
	uint32_t account_index;
	char grade;
	const char *claim;
	struct span client;    /* address, or empty */
	struct span place;     /* directory or file, or empty */
	char place_grade;
	uint32_t sender;       /* its row where that is known already, else 0 */
};

/* What stands behind the last '@'; empty where there is none. */
struct span who_domain(struct span address);
/* Account index of the domain or its nearest parent, or ACCOUNT_NONE; of the address's domain. */
uint32_t who_account_of_domain(struct trace *t, struct span domain);
uint32_t who_account_of_user(struct trace *t, struct span user);
uint32_t who_account_of_address(struct trace *t, struct span address);
/* Does the configuration name this sender as trusted? */
bool who_is_trusted(struct trace *t, const struct arrival *who);
/* The arrival's row, made when new. */
uint32_t who_row(struct trace *t, const struct arrival *who);

struct arrival who_auth(struct trace *t, const struct step *s, struct span login);
/* A local hand-over by this account, or a USER without one (FILE: the script, where known): the folder's row where a
 * folder is proven, else the user's. */
struct arrival who_local(struct trace *t, struct span user, uint32_t user_index, struct span place,
			 struct span file, char grade);
/* Mail from outside that ADDRESS sends on. */
struct arrival who_forward(struct trace *t, struct span address);
/* An address that was trusted without a password; ACCOUNT by the panel (IDENTIFIED) or only by the envelope
 * sender's domain, or ACCOUNT_NONE. */
struct arrival who_relay(struct trace *t, const uint8_t ip[16], uint32_t account, bool identified);
/* The kinds there is one row of: inbound, bounce, unknown. */
struct arrival who_single(struct trace *t, enum sender_kind kind);

/* What the row of the sender that EV, still some way ahead, will probably name is remembered under; 0: nothing. */
uint64_t who_soon(struct trace *t, const struct event *ev, const char *base);
uint64_t who_forward_key(struct span address);
uint64_t who_relay_key(const uint8_t ip[16], uint32_t account);
/* The row remembered under KEY, 0 = none; and some time before that: fetches where it is looked for. */
uint32_t who_remembered(const struct trace *t, uint64_t key);
void who_prefetch(const struct trace *t, uint64_t key);
/* The row that the account's user was given last for what he handed over without a folder; 0 = none yet. */
uint32_t who_user_soon(const struct trace *t, uint32_t account);

#endif
