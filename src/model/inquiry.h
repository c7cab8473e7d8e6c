/*
 * inquiry - the finished investigation: what the reader hands to the command line and report prints.
 *
 * Plain data in one arena; every text is a span of foreign bytes. Field names are those of the
 * contract's `investigate --json`. Times are UTC seconds; 0 = unknown.
 */
#ifndef SPAMTRAIL_MODEL_INQUIRY_H
#define SPAMTRAIL_MODEL_INQUIRY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/mta_load.h"
#include "model/refusal.h"
#include "model/row.h"

struct moment {
	int64_t at;
	struct span kind;             /* "login", "upload", "file", "request", "mail" */
	struct span text;
	char grade;
	uint32_t row;                 /* index of the row whose evidence is meant */
	uint32_t *evidence;           size_t nevidence;
};

struct plan;
struct packed_rows;

/* More than these the reader does not tell, and the command line does not take: nobody reads more. */
#define INCIDENTS_MOST 1000 /* limit investigate: incidents */
#define INCIDENT_ROWS_MOST 1000 /* limit investigate: senders of one incident */
#define INCIDENT_MOMENTS_MOST 4000    /* of each list */

struct incident {
	char id[16];                  /* "1123a" */
	bool sending;
	int64_t since;
	uint32_t *rows;               size_t nrows;      /* indexes into inquiry.rows */
	struct moment *entry;         size_t nentry;
	struct moment *timeline;      size_t ntimeline;
	uint64_t complaints;          /* tied to its senders: the command line's, not packed */
	const struct plan *plan;      /* what would stop it: the command line's, not packed; NULL: not worked out */
};

struct input_file {
	struct span path;
	uint32_t dialects;            /* bit (1 << enum dialect) */
	uint64_t bytes, lines, unknown_lines;
};

/* `--stats`: what eximstats and pflogsumm print. */
struct stat_row {
	struct span key;
	struct counts counts;
};

struct stats {
	struct counts by_hour[24];
	struct stat_row *senders;     size_t nsenders;   /* by envelope sender */
	struct stat_row *hosts;       size_t nhosts;     /* by client host or address */
	struct stat_row *domains;     size_t ndomains;   /* by recipient domain */
	struct stat_row *errors;      size_t nerrors;    /* by refusal text, numbers and addresses folded */
	struct stat_row *rejects;     size_t nrejects;
	uint64_t rejected, connections, auth_failures, held, removed;
};

enum sought_about { ABOUT_SUBJECT = 1, ABOUT_RECIPIENT = 2, ABOUT_MESSAGE_ID = 4, ABOUT_TIME = 8, ABOUT_ALL = 15 };

/* A message that somebody asked for by its queue id or Message-ID, and that the logs know. */
struct sought {
	uint32_t wanted;              /* index into what was asked */
	uint32_t row;                 /* whose it is */
	uint32_t agrees, differs;     /* sought_about: what the asker says of it, held against the logs */
	uint32_t doubts;              /* likewise: differs, but for lines that somebody may have added */
	struct evidence line;         /* where it first appears */
	int64_t at;                   /* and when */
};

#define SOUGHT_MOST 20000

struct advice {                       /* doctor */
	struct span id;               /* "exim.log_selector" */
	bool ok;
	struct span text;             /* what is off and what it would have named */
	struct span line;             /* the exact line that turns it on */
	struct span file;             /* where it goes */
};

/* ROOT's time zone over the time that the inquiry speaks of (zone_of_steps makes it usable again). */
struct zone_step {
	int64_t at;                   /* from this instant on ... */
	int64_t offset;               /* ... seconds east of UTC; the first step holds before it, too */
};

/* What became of mail in the window, elsewhere: final answers, and how many of them said "no such user". */
struct results {
	uint64_t remote, unknown;
	uint64_t named;               /* messages refused with the name or the code of a list */
};

#define NETWORKS_MOST 1000

struct inquiry {
	struct span host, mta, panel;
	struct span postfix_spool, postfix_commands, exim_spool; /* where the queues lie; empty: none */
	uint32_t php_memory;          /* seconds that PHP runs a script on that is gone; UINT32_MAX: until a reload */
	int64_t from, to;             /* the window */
	int64_t now;                  /* the injected clock */
	bool complete, stopped;       /* stopped: Ctrl-C */
	bool unconfined, live;        /* live: the logs go on: who is `sending` is so now, else when they end */
	bool past_unread;             /* first screen of a live host: the past is still being read */
	bool queue_read;              /* what waits in the queue is in rows and totals */
	uint64_t queued, queued_unknown; /* messages; of these nobody's row */
	uint64_t input_bytes, microseconds;
	struct span *unseen;          size_t nunseen;
	uint64_t unseen_for_good;     /* of these: what no other run would read either */
	struct span *notes;           size_t nnotes;     /* not incomplete, but worth a line */
	struct input_file *inputs;    size_t ninputs;
	struct counts totals;
	/* Ranked; incidents name these only. From the reader: the accused, the others are packed: rows.h reads all. */
	struct row *rows;             size_t nrows;
	const struct packed_rows *more; /* NULL: no more than these */
	struct incident *incidents;   size_t nincidents;
	struct advice *advice;        size_t nadvice;
	struct stats stats;
	struct span helo;             /* the name it greets with, empty = unknown */
	struct refusal *refusals;     size_t nrefusals;  /* most messages first; only where they are asked for */
	struct refused *refused;      size_t nrefused;   /* with refusals: most messages first */
	struct outgoing *outgoing;    size_t noutgoing;
	struct dkim_key *dkim;        size_t ndkim;      /* what the settings say, then with refusals what the logs do */
	struct results results;       /* with refusals */
	struct mta_load load;         /* where it was measured */
	struct span *networks;        size_t nnetworks;  /* that may relay without a login, as the settings spell them */
	struct sought *sought;        size_t nsought;    /* rising by `wanted`; only what was asked for */
	struct zone_step *zone;       size_t nzone;
};

struct span incident_id(const struct incident *in);

/* The time for which `sending` holds. */
static inline int64_t inquiry_clock(const struct inquiry *q) { return q->live ? q->now : q->to; }

/* Flat, versioned bytes and back. Unpacking checks every length: the bytes come from the confined reader. */
void inquiry_pack(const struct inquiry *q, struct buf *out);
/* Where ROWS came ahead the bytes themselves hold none, and ROWS must outlive the inquiry; NULL: they hold them all. */
int inquiry_unpack(struct arena *a, struct span bytes, const struct packed_rows *rows,
		   struct inquiry **ret_inquiry, struct err *err);

#endif
