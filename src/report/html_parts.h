/*
 * html_parts - the page's plot and its statistics tables.
 *
 * Only for html.c, which writes the head with the content policy: neither may use a style attribute or a
 * script, as the policy forbids both. The sink or buffer keeps what goes wrong.
 */
#ifndef SPAMTRAIL_REPORT_HTML_PARTS_H
#define SPAMTRAIL_REPORT_HTML_PARTS_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;

/* Messages a minute by sender: the largest accused and unaccused senders, the rest as one line. */
void html_plot(struct buf *out, const struct inquiry *q, const struct zone *zone);
/* ST is the inquiry's; empty tables are left out, long ones end early, the hours are always 24. */
void html_stats(struct sink *s, const struct stats *stats);

#endif
