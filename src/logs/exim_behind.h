/*
 * exim_behind - lines of Exim's own file behind a head that is remembered: what their readers share. RAW is the line, H
 * its head, L the last id; where the line has one, the text behind it begins at a place that is known before the id is.
 *
 * TRUST: nothing outside of RAW is read; a line is longer than its head by EXIM_ID_ROOM bytes at least.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_BEHIND_H
#define SPAMTRAIL_LOGS_EXIM_BEHIND_H

#include "logs/exim_id.h"
#include "logs/exim_parts.h"
#include "logs/head.h"

struct frame;

/* Where the text behind the id begins, if it has one as long as the last. */
static inline const char *exim_behind_id(const struct head *h, const struct exim_last_id *l, struct span raw)
{
	return raw.p + h->len + l->behind;
}

/* Its id is the last one, or a new one of its length and the last one from now on. */
static inline bool exim_take_id(const struct head *h, struct exim_last_id *l, struct span raw)
{
	const char *p = raw.p + h->len;

	return exim_id_again(l, p) || exim_id_new(l, p);
}

/* What follows the three bytes of FLAG at P and no further blank, or NULL. */
static inline __attribute__((always_inline)) const char *exim_behind_flag(const char *p, struct span raw, const char *flag)
{
	return raw.p + raw.n - p > 3 && bytes_are(p, flag, 3) && p[3] != ' ' ? p + 3 : NULL;
}

/* For the grammar's own readers: the line's id is the last. */
static inline struct exim_head exim_head_behind(const struct head *h, const struct exim_last_id *l, struct span raw)
{
	return (struct exim_head){ .id = span_of(raw.p + h->len, l->behind - 1) };
}

/* The usual lines of a kind; LINE_UNREAD: nothing was written. */
enum line_result exim_usual_arrival(struct frame *f, struct maker *m, struct span raw);
enum line_result exim_usual_command(struct frame *f, struct maker *m, struct span raw);

#endif
