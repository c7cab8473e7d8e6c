/*
 * plain - `--plain`: one record a line, fields behind tabs, the first field says which record it is.
 * Columns are part of the contract: new ones come only at the end of a record.
 *
 *   window     from to complete(yes|no) host
 *   total      messages recipients delivered deferred bounced bytes
 *   sender     rank kind verdict score confidence grade messages recipients delivered deferred bounced
 *              bytes since first last account id
 *   incident   id state since ranks(comma)
 *   claim      incident.n rank grade text
 *   unseen     text
 *   stat       table(hour|sender|host|domain|error|reject) messages recipients delivered deferred bounced
 *              bytes key
 *   advice     ok|off id file line text
 *
 * Unknown values are "-"; times RFC 3339; foreign text through show_text, so no tab or newline is in it.
 */
#ifndef SPAMTRAIL_REPORT_PLAIN_H
#define SPAMTRAIL_REPORT_PLAIN_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;

/*
 * ZONE: ROOT's, NULL = UTC. WITH_STATS adds the stat records. Nothing fails; the sink keeps a failed write.
 */
void plain_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats);
void plain_unseen(struct sink *s, const struct inquiry *q);
void plain_advice(struct sink *s, const struct inquiry *q);

#endif
