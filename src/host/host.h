/*
 * host - facts of this server, read from its own configuration: which MTA and panel, where they log, who may
 * relay, whose accounts and domains these are, and which switched-off log settings would have helped.
 *
 * Runs in the confined reader: files come through host_io, which opens beneath ROOT and nothing else. What
 * is missing is simply not known; what is damaged is told in `unseen`.
 *
 * TRUST: configuration is root's on a live server and anybody's in a mounted image. Nothing in it is
 * executed or expanded beyond include lines and plain $variables, both bounded.
 */
#ifndef SPAMTRAIL_HOST_HOST_H
#define SPAMTRAIL_HOST_HOST_H

#include "base/span.h"

struct accounts;
struct advice;
struct arena;
struct dkim_key;
struct outgoing;
struct zone;

#define HOST_NAMES_MOST 100000 /* that a folder is listed with; there may be more where it is so many */

struct host_io {
	void *ctx;
	/* Whole file beneath ROOT (at most 16 MiB) into the arena; false: not there or not readable. */
	bool (*read)(void *ctx, struct arena *a, struct span path, struct span *ret_bytes);
	/* Names in a folder, sorted by bytes, at most HOST_NAMES_MOST; 0 where it is not there. */
	size_t (*list)(void *ctx, struct arena *a, struct span dir, struct span **ret_names);
	/* Is there a non-empty regular file? */
	bool (*exists)(void *ctx, struct span path);
	bool homes; /* look for logs in homes, too: it takes a few questions a home */
};

enum log_role { LOG_MAIL, LOG_PHP, LOG_WEB, LOG_LOGIN };

struct host_log {
	struct span path; /* of the current file; the caller finds its rotated mates */
	enum log_role role;
	size_t home; /* so many bytes of the path are the home that it lies in: no link below that is followed; 0: none */
};

/* A web site: which folder it serves and where it logs; parts that are not told are empty. */
struct host_site {
	struct span name, docroot, log;
};

struct host_facts {
	struct span hostname, mta, panel; /* "Exim 4.98", "cPanel"; empty = unknown */
	struct accounts *accounts; /* never NULL */
	struct zone *zone; /* NULL = UTC */
	struct host_log *logs;
	size_t nlogs;
	/* Where the queues lie: queue_directory, command_directory, spool_directory; empty: no such server here. */
	struct span postfix_spool, postfix_commands, exim_spool;
	struct host_site *sites;
	size_t nsites; /* one per name, aliases too */
	struct span helo; /* the name it greets with; empty = unknown */
	struct outgoing *outgoing; /* addresses that its mail is told to leave from */
	size_t noutgoing;
	struct dkim_key *dkim; /* keys that it signs with */
	size_t ndkim;
	struct span *networks;
	size_t nnetworks; /* mynetworks, relay_from_hosts */
	/* seconds for which PHP may go on running a script that is gone, from its opcache; UINT32_MAX: until a reload */
	uint32_t php_memory;
	bool logins_told; /* somebody beside the mail server may say who has logged in: XCLIENT, Exim's trusted users */
	struct advice *advice;
	size_t nadvice;
	struct span *unseen;
	size_t nunseen;
};

/* Bits (1 << enum dialect) of what a log of this role may say, 0 = anything. A site's owner can write its web and
 * PHP logs: a mail line in them is a forgery. */
uint32_t host_log_dialects(enum log_role role);

/* What ROOT's configuration tells; never fails, since every part may be missing. Texts live in A. */
void host_learn(const struct host_io *io, struct arena *a, struct host_facts *ret_facts);
/* Frees what does not live in the arena. */
void host_forget(struct host_facts *f);

#endif
