/*
 * unseen - what the answer could not be worked out from, said aloud: UNSEEN and NOTE lines of a screen.
 */
#ifndef SPAMTRAIL_REPORT_UNSEEN_H
#define SPAMTRAIL_REPORT_UNSEEN_H

struct inquiry;
struct pen;

/* Whole lines; none where nothing was missed. */
void unseen_show(struct pen *p, const struct inquiry *q);

#endif
