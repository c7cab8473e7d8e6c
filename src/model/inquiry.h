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

enum sender_kind {
	KIND_AUTH, KIND_SCRIPT, KIND_LOCAL, KIND_RELAY, KIND_FORWARD, KIND_BOUNCE, KIND_DIRECT,
	KIND_INBOUND, KIND_UNKNOWN, KIND_OTHER,
	SENDER_KINDS
};

enum verdict { VERDICT_NORMAL, VERDICT_BULK, VERDICT_SUSPECT, VERDICT_COMPROMISED };

struct counts {
	uint64_t messages, recipients, delivered, deferred, bounced, bytes;
};

/* One term of the judge's sum (judge.md): weights of a row add up to its score. */
struct reason {
	struct span signal;    /* "unknown_recipients" */
	double value, usual;   /* seen and usual, in the signal's own unit */
	double weight;         /* nats */
	struct span text;      /* one sentence */
};

struct evidence {
	char grade;            /* 'A', 'B', 'C' (trust.md B4) */
	struct span file;
	uint64_t line, offset; /* line counts from 1; offset in bytes of the (decompressed) file */
	struct span text;      /* the raw line */
	struct span claim;     /* what it shows, one sentence of ours */
};

struct place {
	struct span path;
	uint64_t messages;
	char grade;
};

struct client {
	struct span ip;
	uint64_t messages;
};

#define INQUIRY_SPARK 60       /* columns of a row's history over the window */

struct row {
	enum sender_kind kind;
	struct span id, account;      /* account.n == 0: unknown */
	enum verdict verdict;
	double score, confidence;
	int64_t since, first, last;
	char grade;                   /* best grade of the facts that name this sender; 0 = none */
	bool trusted;                 /* by the configuration: counted, not accused */
	bool sending;                 /* still sending at the window's end */
	struct span aside;            /* why it was set aside as bulk or normal, or empty */
	struct span uid_text;         /* "uid 1043" or empty */
	struct counts counts;
	uint64_t spark[INQUIRY_SPARK];
	struct place *places;         size_t nplaces;
	struct client *clients;       size_t nclients;   uint64_t clients_total;
	struct reason *reasons;       size_t nreasons;
	struct evidence *evidence;    size_t nevidence;
	struct span *subjects;        size_t nsubjects;  /* most frequent, at most 3 */
};

struct moment {
	int64_t at;
	struct span kind;             /* "login", "upload", "file", "request", "mail" */
	struct span text;
	char grade;
	uint32_t row;                 /* index of the row whose evidence is meant */
	uint32_t *evidence;           size_t nevidence;
};

struct incident {
	char id[16];                  /* "1123a" */
	bool sending;
	int64_t since;
	uint32_t *rows;               size_t nrows;      /* indexes into inquiry.rows */
	struct moment *entry;         size_t nentry;
	struct moment *timeline;      size_t ntimeline;
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

struct inquiry {
	struct span host, mta, panel;
	int64_t from, to;             /* the window */
	int64_t now;                  /* the injected clock */
	bool complete, stopped;       /* stopped: Ctrl-C */
	bool unconfined;
	bool past_unread;             /* first screen of a live host: the past is still being read */
	uint64_t input_bytes, microseconds;
	struct span *unseen;          size_t nunseen;
	struct span *notes;           size_t nnotes;     /* not incomplete, but worth a line */
	struct input_file *inputs;    size_t ninputs;
	struct counts totals;
	struct row *rows;             size_t nrows;      /* ranked */
	struct incident *incidents;   size_t nincidents;
	struct advice *advice;        size_t nadvice;
	struct stats stats;
	struct zone_step *zone;       size_t nzone;
};

struct span incident_id(const struct incident *in);
void counts_add(struct counts *sum, const struct counts *c);
const char *sender_kind_name(enum sender_kind kind);
const char *verdict_name(enum verdict verdict);

/* Flat, versioned bytes and back. Unpacking checks every length: the bytes come from the confined reader. */
void inquiry_pack(const struct inquiry *q, struct buf *out);
int inquiry_unpack(struct arena *a, struct span bytes, struct inquiry **ret_inquiry, struct err *err);

#endif
