/*
 * html - `--html FILE`: the investigation as one page that needs nothing else: no script, no request, a plot
 * of messages a minute by sender, the tables, the raw lines. Prints on A4.
 *
 * TRUST: whoever reads it opens attackers' texts in a browser, perhaps from a mail. All of them are escaped,
 * and a content policy within the page lets nothing run or load should one be missed.
 */
#ifndef SPAMTRAIL_REPORT_HTML_H
#define SPAMTRAIL_REPORT_HTML_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;

/*
 * One whole document. ZONE: ROOT's, NULL = UTC. Q's texts may be any bytes; the sink keeps what goes wrong.
 */
void html_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats);

/* Up to <body>: the policy, the style, TITLE behind the program's name. */
void html_head(struct buf *out, struct span title);

/* For the test that keeps the policy and the style sheet together. */
extern const char html_style[];
extern const char html_style_hash[];

#endif
