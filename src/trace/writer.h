/*
 * writer - who wrote a line of the systemd journal, and what follows from it.
 *
 * TRUST: the uid is the kernel's word (SCM_CREDENTIALS), the same whatever namespaces a user makes; the program's path can
 * be spelled by whoever has a mount namespace. So a line is the mail server's own where the uid is root's or the
 * mail server's and the program fits; a path under any other uid proves nothing: `sendmail -bs` runs Postfix's own
 * smtpd, and `postlog` logs, as whoever calls them. Only the journal that our helper reads is believed: JSON that stands in
 * any other file is text.
 */
#ifndef SPAMTRAIL_TRACE_WRITER_H
#define SPAMTRAIL_TRACE_WRITER_H

#include "base/span.h"
#include "model/row.h"

struct step;
struct trace;

#define FORGERS_MOST 16
#define ASKED_MOST 64
#define LOGINS_MOST 16384      /* a power of two */

struct forger {
	uint32_t uid;
	uint32_t named;        /* names: the first whom his lines name, or 0 */
	uint64_t lines;
};

/* Somebody whose arrivals are counted by who wrote them, from a time on. */
struct writer_asked {
	uint64_t hash;
	int64_t from;
	uint64_t said;         /* by the mail server */
	uint64_t forged;       /* by others, where syslog has the line as well: what only the journal has accuses nobody */
	uint32_t by;           /* the first of them */
};

struct writer_memory {
	struct forger forger[FORGERS_MOST];
	uint32_t nforgers;
	uint64_t others;       /* lines of further forgers */
	uint64_t unsure;       /* mail facts from uids that the server's passwd does not know */
	struct writer_asked asked[ASKED_MOST];
	uint32_t nasked;
	uint64_t *login;       /* hashes of login and address that the auth service itself told; owned, NULL until the first */
	uint32_t nlogins;
};

void writers_free(struct writer_memory *w);

/* A journal line is on its way to the other steps: false where somebody wrote it who is not its program. It is counted. */
bool writer_admits(struct trace *t, const struct step *s);
/* The mail server, or the service that checks passwords, wrote this line itself: nobody else could. */
bool writer_vouches(const struct trace *t, const struct step *s);

/* Did the auth service itself tell of a login by ID from ADDRESS? */
bool writer_told_login(const struct trace *t, struct span id, struct span address);
/* Before the first line: his arrivals are to be counted. The first ASKED_MOST are. */
void writer_ask(struct trace *t, enum sender_kind kind, struct span id, int64_t from);
/* NULL: not asked about. */
const struct writer_asked *writer_answer(const struct trace *t, enum sender_kind kind, struct span id);

#endif
