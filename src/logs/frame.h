/*
 * frame - the outer layer of a log line: stamp, host, program, pid, and the text behind them.
 *
 * Table-driven: the stamp's form says which layers may follow, the tag says which dialect reads the
 * text, and where there is no tag the shape of the line does. A line without a stamp is a
 * continuation of the line before (EVF_CONTINUES), never an error.
 */
#ifndef SPAMTRAIL_LOGS_FRAME_H
#define SPAMTRAIL_LOGS_FRAME_H

#include "logs/exim_dull.h"
#include "logs/exim_way.h"
#include "logs/head.h"
#include "logs/usual.h"

struct voice;

/* A tag that has been read before, and who speaks under it. */
struct frame_tag {
	const struct voice *voice; /* NULL: nothing is remembered here */
	usual_fn *usual; /* NULL: its lines have no short way */
	uint32_t len; /* as far as the "[" behind it */
	uint32_t beyond; /* a bit for each byte of TEXT that is behind that "[" */
	bytes_pair text[TAG_WINDOW / sizeof(bytes_pair)];
};

#define FRAME_TAG_BITS 4
#define FRAME_LATELY_BITS 6

/* One reader's memory of the file it is in: nothing here changes a result, only its price. */
struct frame {
	struct stamp_memory stamp; /* of the outer stamp */
	struct stamp_memory inner; /* of the stamp Exim writes behind syslog's */
	uint32_t host_len; /* the last line's host and the blank behind it; 0: none */
	uint64_t host_mask; /* of its first eight bytes, those that are the host's */
	char host[64];
	struct head
		head; /* of the line before: with it, the members of LINE that all lines of this file share */
	struct line line;
	struct exim_own own;
	struct exim_last_id last;
	struct exim_way ways[EXIM_WAYS];
	uint32_t host_from; /* where the host stands in a line that begins so */
	struct frame_tag tags[1 << FRAME_TAG_BITS]; /* by their ends, which nearly always differ */
	struct frame_tag lately[1 << FRAME_LATELY_BITS]; /* by what stands behind "postfix/": no end is looked for */
};

#define FRAME_START ((struct frame){ .head.most = 0 })

/*
 * Reads one line (without its newline) and writes at most one event through M. Chooses the dialect by
 * program and shape, per line; "message repeated N times: [ text ]" gives the inner event with
 * repeat = N. sysklogd's "last message repeated N times" gives an EV_OTHER event in any mode, with
 * EVF_CONTINUES and repeat = N: it multiplies the line before. m->line is set by the call.
 * Returns LINE_OTHER for a line that no dialect knows, LINE_DULL for an empty one. With m->all there is
 * exactly one event a line: an EV_OTHER one where nothing else was written.
 */
enum line_result frame_line(struct frame *f, struct maker *m, struct span raw);
/* What framing knows of a line that begins with the head, told to F's own line. */
static inline struct line *frame_line_own(struct frame *f, struct span raw)
{
	struct line *l = &f->line;

	l->raw = raw;
	l->at = head_time(&f->head, raw.p);
	return l;
}

/* ... and to M, where that is not sure to look there already, as it does since the head was learned. */
static inline struct line *frame_line_behind(struct frame *f, struct maker *m, struct span raw)
{
	m->line = &f->line;
	return frame_line_own(f, raw);
}

/* For a line that begins with f->head: see frame_behind. LINE_UNREAD: nothing was written. */
enum line_result frame_usual_host(struct frame *f, struct maker *m, struct span raw);
/* Those that frame_usual_host does not read. */
enum line_result frame_behind_host(struct frame *f, struct maker *m, struct span raw);
/* Behind a head without a host: lines of Exim's own file. LINE_UNREAD: nothing was written. */
enum line_result exim_usual(struct frame *f, struct maker *m, struct span raw);
/* Those that exim_usual does not read. */
enum line_result frame_behind_spaced(struct frame *f, struct maker *m, struct span raw);

/*
 * The same for a line that begins with f->head, as head_is() says; never with m->all. The short way: nearly all lines of
 * a file begin as the one before does, and only the rest of them is read. Inline, since half the lines of an Exim log
 * are dull: nothing is set up before it is known that a line says something.
 */
static inline enum line_result frame_behind(struct frame *f, struct maker *m, struct span raw)
{
	const struct head *h = &f->head;
	enum line_result result;

	if (!h->spaced) {
		result = frame_usual_host(f, m, raw);
		return result == LINE_UNREAD ? frame_behind_host(f, m, raw) : result;
	}
	if (exim_is_dull(&f->own, span_of(raw.p + h->len, raw.n - h->len), m->brief))
		return LINE_DULL;
	result = exim_usual(f, m, raw);
	return result == LINE_UNREAD ? frame_behind_spaced(f, m, raw) : result;
}

#endif
