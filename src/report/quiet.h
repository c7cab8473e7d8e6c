/*
 * quiet - "no outbreak", or that no mail was read, said as clearly as an outbreak: how much, what is
 * usual, who sends most, what was checked and what was not.
 *
 * A false all-clear is the worst this program can say: each sentence is about what was read, and nothing
 * else. Everything points into Q and needs no freeing.
 */
#ifndef SPAMTRAIL_REPORT_QUIET_H
#define SPAMTRAIL_REPORT_QUIET_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct inquiry;
struct pen;

/* Was there any mail at all? A log of another program is no clean bill of health. */
bool quiet_has_mail(const struct inquiry *q);
/* Who sends most of this server's own mail: his row's index, SIZE_MAX when nobody does. */
size_t quiet_highest(const struct inquiry *q);
/* The head, in the place of the incidents; then, further down, what was checked. */
void quiet_show(struct pen *p, const struct inquiry *q);
void quiet_checked(struct pen *p, const struct inquiry *q);
/* OUT = "not in the input: web log, PHP mail.log ..." or empty when every kind of log was there. */
void quiet_missing_logs(const struct inquiry *q, struct buf *out);

#endif
