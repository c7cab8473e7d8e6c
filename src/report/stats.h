/*
 * stats - `investigate --stats`: what eximstats and pflogsumm print, for both mail servers from one pass.
 *
 * Nothing is judged here: numbers, no accusation. TRUST: keys are foreign (addresses, servers' words) and are
 * escaped. The sink keeps what goes wrong.
 */
#ifndef SPAMTRAIL_REPORT_STATS_H
#define SPAMTRAIL_REPORT_STATS_H

#include "model/inquiry.h"
#include "report/screen.h"
#include "report/sink.h"

struct jsonw;

/* TOP rows per table (0 = 20). */
void stats_text(struct sink *s, const struct inquiry *q, const struct screen *screen, unsigned top);
/* The key "stats" of the investigation's object; every row. */
void stats_json(struct jsonw *w, struct sink *s, const struct stats *stats);

#endif
