/*
 * history - rows of the action journal: what was done, by whom, why, and what came of it.
 *
 * Row by row, as the actor tells them: no list of them is ever in memory. Times are UTC whatever the zone,
 * since the journal may be read on another host. "-" stands where nothing is known.
 *
 *   plain: action  id state kind grade planned changed expires incident sender who what text
 *          word    password|logins at incident kind-of-sender sender who
 */
#ifndef SPAMTRAIL_REPORT_HISTORY_H
#define SPAMTRAIL_REPORT_HISTORY_H

#include "report/screen.h"
#include "report/sink.h"
#include "store/journal.h"

struct word;

/* One object around all rows: begin, a call for each row, end. SCHEMA is the whole name with its version. */
void history_json_begin(struct sink *s, const char *schema);
void history_json(struct sink *s, const struct journal_row *r);
/* COMPLETE: the actor told all rows, and what was to be undone is. */
void history_json_end(struct sink *s, bool complete);
/* The same after the words that an operator gave. */
void history_json_words(struct sink *s, const struct word *list, size_t n, bool complete);
void history_plain_word(struct sink *s, const struct word *word);
void history_text_word(struct sink *s, const struct word *word, const struct screen *screen);
void history_plain(struct sink *s, const struct journal_row *r);
/* One line, and a second one for what has to be said. */
void history_text(struct sink *s, const struct journal_row *r, const struct screen *screen);
/* Where there is no row. */
void history_text_none(struct sink *s, bool purge);

#endif
