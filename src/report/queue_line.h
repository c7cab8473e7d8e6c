/*
 * queue_line - what the screens, JSON and tab-separated output of a queue have in common: queue.c, queue_list.c and
 * queue_deed.c. Private to them.
 */
#ifndef SPAMTRAIL_REPORT_QUEUE_LINE_H
#define SPAMTRAIL_REPORT_QUEUE_LINE_H

#include "model/queue.h"

struct buf;
struct incident;
struct inquiry;
struct row;
struct jsonw;
struct pen;
struct zone;

/* One message in a line, from COLUMN on. */
void queue_sample_put(struct pen *p, unsigned column, const struct queue_sample *s);
void queue_unseen_put(struct pen *p, const struct queue_report *q);

/* The incident that ACCUSED (1 + a row of PAST; 0, NULL: none) stands in, or NULL. */
const struct incident *queue_incident(const struct inquiry *past, uint32_t accused);
/* His row, or NULL. */
const struct row *queue_accused(const struct inquiry *past, uint32_t accused);

/* The object is opened; queue_json_report adds what was read and what was not. */
void queue_json_head(struct jsonw *w);
void queue_json_report(struct jsonw *w, const struct queue_report *q);

/* A tab and the value, "-" where there is none. */
void queue_cell(struct buf *out, struct span s);
void queue_cell_number(struct buf *out, uint64_t v);
void queue_cell_time(struct buf *out, int64_t at, const struct zone *zone);
void queue_cell_grade(struct buf *out, char grade);
void queue_plain_report(struct buf *out, const struct queue_report *q);

#endif
