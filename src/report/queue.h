/*
 * queue - `spamtrail queue`: groups on the screen, as JSON (schema spamtrail.queue/1) or tab-separated, and the list of
 * messages in the columns that mailq has. "new", "known": recipients, to the sender of their message.
 *
 * --plain, one record a line, columns only ever added at the end; "-" where nothing is known:
 *   spool    server path files|postqueue maildrop
 *   judged   yes|no first-of-the-logs why-not
 *   total    messages recipients done bytes bounces damaged oldest spam bounces-of-spam bounces other unknown new known
 *   group    messages recipients done bytes bounces damaged oldest newest kind grade account key incident, then as total
 *   message  server id state size arrival sender recipients done door grade login uid client subject reason
 *            class incident new known
 *   to       id done(yes|no) recipient (new|known)
 *   unseen   text
 */
#ifndef SPAMTRAIL_REPORT_QUEUE_H
#define SPAMTRAIL_REPORT_QUEUE_H

#include "model/queue.h"
#include "report/screen.h"

/* Of a queue_report with groups. ZONE: ROOT's, NULL = UTC. The sink keeps what goes wrong. */
void queue_text(struct sink *s, const struct queue_report *q, const struct screen *screen);
void queue_json(struct sink *s, const struct queue_report *q, const struct zone *zone);
void queue_plain(struct sink *s, const struct queue_report *q, const struct zone *zone);

/* The list, message by message while the queue is read. */
struct queue_list {
	struct sink *sink;
	const struct screen *screen; /* zone, and for the screen its width */
	enum { QUEUE_LIST_TEXT, QUEUE_LIST_JSON, QUEUE_LIST_PLAIN } form;
	const struct inquiry *past; /* what the logs said; NULL: they were not asked */
	bool comma;
	uint64_t messages, bytes;
};

/*
 * begin, a put for each message as it is read, end with what the reader reported: nothing is kept of a
 * message.
 */
void queue_list_begin(struct queue_list *l);
void queue_list_put(struct queue_list *l, const struct queued *q);
void queue_list_end(struct queue_list *l, const struct queue_report *q);

#endif
