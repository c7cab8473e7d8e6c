/*
 * html_parts - the page's plot and its statistics tables.
 */
#ifndef SPAMTRAIL_REPORT_HTML_PARTS_H
#define SPAMTRAIL_REPORT_HTML_PARTS_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;

/* Messages a minute by sender: the largest accused and unaccused senders, the rest as one line. */
void html_plot(struct buf *out, const struct inquiry *q, const struct zone *zone);
void html_stats(struct sink *s, const struct stats *stats);

#endif
