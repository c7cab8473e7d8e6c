/*
 * doctor - what is switched off that would help, what it would have named, and the line that turns it on.
 *
 * Nothing is changed by it. Both take Q as reader.h gives it for facts_only; the sink keeps what goes wrong.
 */
#ifndef SPAMTRAIL_REPORT_DOCTOR_H
#define SPAMTRAIL_REPORT_DOCTOR_H

#include "model/inquiry.h"
#include "report/screen.h"
#include "report/sink.h"

void doctor_text(struct sink *s, const struct inquiry *q, const struct screen *screen);
void doctor_json(struct sink *s, const struct inquiry *q);

#endif
