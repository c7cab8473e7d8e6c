/*
 * gen - a week of a hosting server's logs, made up from a seed, with the truth beside it.
 *
 * A world holds accounts, rows (what the product must report, counted here as each line is written, never by
 * parsing) and actors: everybody who causes mail. run() lets them act in time order; exim.c or postfix.c
 * turn each message's steps into lines; side.c writes web, login and upload logs and the homes.
 * All times are microseconds since the start of the week unless a name says otherwise.
 */
#ifndef SPAMTRAIL_TEST_GEN_H
#define SPAMTRAIL_TEST_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define MAX_RCPTS 40
#define NOBODY UINT32_MAX

enum mta { MTA_EXIM, MTA_POSTFIX };

enum variant {
	/* Exim; V_DEBIAN: file names and users of Debian, not of cPanel */
	V_IDS16 = 1 << 0, V_PID = 1 << 1, V_MILLIS = 1 << 2, V_ZONE = 1 << 3, V_SYSLOG = 1 << 4,
	V_NOFOR = 1 << 5, V_DEBIAN = 1 << 6,
	/* Postfix; V_BSD: stamps without a year */
	V_SHORT = 1 << 7, V_BSD = 1 << 8, V_NOMAILLOG = 1 << 9, V_NOHEADER = 1 << 10, V_AMAVIS = 1 << 11,
	V_XFORWARD = 1 << 12,
	V_WWWDATA = 1 << 13,   /* all PHP runs as www-data */
};

enum kind { K_AUTH, K_SCRIPT, K_LOCAL, K_RELAY, K_FORWARD, K_BOUNCE, K_INBOUND, K_UNKNOWN };

enum role {
	R_MAILBOX, R_INBOUND, R_FORWARD, R_FORM, R_SHOP, R_CRON, R_NEWSLETTER, R_BULK, R_LIST, R_MONITOR,
	R_WEBMAIL, R_VACATION, R_BACKSCATTER, R_NOISE, R_OLD, R_QUEUECOUNT,
	R_STOLEN, R_PLUGIN, R_SLOW, R_CRONSPAM,
	R_BOUNCE,              /* no actor: made by a message that failed */
	ROLES
};

enum profile { P_FLAT, P_OFFICE, P_WEB, P_MIXED, PROFILES };

struct rng {
	uint64_t a, b;
};

struct addr {
	uint32_t domain; /* below w->nexternal: outside; from there on account + w->nexternal */
	uint32_t local; /* outside: seed of the local part; inside: number of the mailbox */
};

struct row {
	enum kind kind;
	char id[200];
	uint32_t account; /* or NOBODY */
	const char *culprit; /* or NULL */
	uint64_t since_message; /* ordinal, from 1, of the first message that was abuse */
	int64_t since;
	uint64_t messages, recipients, delivered, deferred, bounced;
	int64_t *times;        /* of its messages, kept for culprits' rows only */
	bool timed;
};

struct account {
	char name[20];
	char domain[40];
	uint32_t uid;
	uint32_t mailboxes;
	bool weblog;
	int64_t busy; /* a submission of this user is under way until then */
};

struct actor {
	enum role role;
	enum profile profile;
	uint32_t account, mailbox, row;
	double n; /* messages expected between from and to */
	int64_t from, to;
	int64_t period; /* cron: exact times; 0 = at random by the profile */
	uint32_t batch; /* messages per period */
	uint32_t sent, audience;
	const char *dir; /* script: below the home; file: name in it */
	const char *file;
};

enum fate { F_LOCAL, F_OK, F_UNKNOWN, F_SPAM, F_GREY, F_DEAD, F_FULL };

struct rcpt {
	struct addr a;
	struct addr orig; /* forwards: the address that was written to */
	uint8_t fate;
	uint8_t done;
	bool seen;
};

struct msg {
	char id[24], id2[24], parent[24];
	enum role role;
	uint32_t actor, row, account;
	uint32_t step, tries, size, inode, inode2;
	int64_t born, due;
	uint64_t seed; /* of texts: subject, message-id */
	uint32_t pid, ip;
	struct addr from;
	uint8_t null_sender, nrcpt;
	struct rcpt r[MAX_RCPTS];
};

struct text {
	size_t n;
	char b[32768];
};

struct out {
	int fd;
	char path[512];
	char *buf;
	size_t n, cap;
	int64_t last; /* time of the newest line, for the file's mtime */
};

struct item {
	int64_t at;
	uint32_t what; /* actor, or message + 2^31 */
};

#endif
