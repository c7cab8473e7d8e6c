/*
 * frame - the outer layer of a log line: stamp, host, program, pid, and the text behind them.
 *
 * Table-driven: each row knows one stamp form (log-formats.md section 1). The form of the last line is
 * tried first, so a file in one format pays for one comparison. A line without a stamp is a
 * continuation of the line before (EVF_CONTINUES), never an error.
 */
#ifndef SPAMTRAIL_LOGS_FRAME_H
#define SPAMTRAIL_LOGS_FRAME_H

#include "logs/maker.h"

/* One reader's memory of the file it is in: nothing here changes a result, only its price. */
struct frame {
	int form;              /* row of the stamp table that fitted last, -1 at first */
	int dialect;           /* dialect function that fitted last, -1 at first */
	char prefix[32];       /* stamp text up to the minute, and what it means */
	uint32_t prefix_len;
	int64_t prefix_at;
};

#define FRAME_START ((struct frame){ .form = -1, .dialect = -1 })

/*
 * Reads one line (without its newline) and writes at most one event through M. Chooses the dialect by
 * program and shape, per line. "message repeated N times: [ text ]" gives the inner event with
 * repeat = N. m->line is set by the call.
 * Returns LINE_OTHER for a line that no dialect knows (with m->all an EV_OTHER event is written then,
 * and for continuation and empty lines too).
 */
enum line_result frame_line(struct frame *f, struct maker *m, struct span raw);

#endif
