/*
 * history - rows of the action journal: what was done, by whom, why, and what came of it.
 *
 *   plain: action  id state kind grade planned changed expires incident sender who what text
 */
#ifndef SPAMTRAIL_REPORT_HISTORY_H
#define SPAMTRAIL_REPORT_HISTORY_H

#include "report/screen.h"
#include "report/sink.h"
#include "store/journal.h"

void history_json_begin(struct sink *s, const char *schema);
void history_json(struct sink *s, const struct journal_row *r);
void history_json_end(struct sink *s, bool complete);
void history_plain(struct sink *s, const struct journal_row *r);
/* One line, and a second one for what has to be said. */
void history_text(struct sink *s, const struct journal_row *r, const struct screen *screen);

#endif
