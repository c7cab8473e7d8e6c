/*
 * batch - one block of a stream, cut at line ends, with the events found in it.
 *
 * A stream is one log_set being read: it fills batches in order (one worker at a time), any worker
 * parses a filled batch, and batches are taken up again in the order they were filled.
 */
#ifndef SPAMTRAIL_LOGS_BATCH_H
#define SPAMTRAIL_LOGS_BATCH_H

#include "logs/logs.h"
#include "logs/tail.h"
#include "logs/wallclock.h"

struct source;
struct source_ask;
struct decode;
struct mend;

enum batch_state { BATCH_FREE, BATCH_FILLED, BATCH_PARSING, BATCH_PARSED, BATCH_HANDED };

struct batch {
	enum batch_state state;
	struct evbuf ev;       /* base holds text[0..text), decoded strings behind it */
	size_t text;
	size_t room;           /* bytes allocated at ev.base */
	uint32_t file;
	uint64_t offset;       /* of base[0] in the decompressed file */
	uint32_t lines, unknown, dialects;
	uint32_t cut_lines;    /* lines longer than LOGS_LINE_MAX */
	bool torn;             /* the one line in here ends at LOGS_LINE_MAX, and goes on in the file */
	struct batch *next;    /* in the stream's queue, or another list */
	void *job;             /* with BATCH_HANDED: what its events left to do; NULL = nothing more */
};

/* Some way ahead of the event in hand, in the same batch. */
struct look_out {
	const struct event *ev;
	uint32_t left;
};

struct stream {
	const struct log_set *set;
	const struct log_file *files;
	uint32_t at;           /* next member of the set to open */
	uint32_t file;         /* being read */
	struct source *source; /* NULL = between files */
	const struct source_ask *ask;
	struct decode *decode; /* between source and blocks */
	char *carry;           /* the unfinished line at the end of the last block */
	size_t carried, carry_room;
	uint64_t offset;       /* decompressed bytes of the file handed out in batches */
	bool skipping;         /* in the rest of a line that was cut */
	struct tail_years years; /* of the first file; wraps 0 = nothing to say */
	bool filling, drained; /* drained: no further batch will come */
	struct batch *first, *last;
	uint32_t queued;
	/* the consumer's side */
	struct wallclock clock;
	uint32_t clock_file;   /* file the clock was told about, UINT32_MAX = none yet */
	uint64_t line_base;    /* lines of the file in earlier batches */
	struct event *ev;      /* the event in hand, its time resolved; NULL = none */
	uint32_t ev_left;
	struct look_out far, near;
	int64_t key;           /* where the stream stands in the merge */
	struct mend *mend;     /* NULL until a line needs it */
	const struct event *before; /* the event handed over last, in the same batch; or NULL */
	bool late;             /* of equal times, comes after the events that explain it */
	bool over;             /* nothing more will come from it */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);

/*
 * Reads the next block of S into B: whole lines, at least one unless the stream ends. Opens and closes the
 * members of the set on the way; damage goes to READS. false: nothing left.
 */
bool stream_fill(struct stream *s, struct batch *b, const struct logs_options *options, struct log_read *reads);

/* Closes the file that S is reading. */
void stream_close(struct stream *s);

/* Turns the lines of a filled batch into events; BRIEF as in struct logs_options. */
void batch_parse(struct batch *b, bool brief);

#endif
