/*
 * limits - `config limits`: every limit and every time that is built into the code, by command.
 *
 * The list is made of the sources' own lines (limits.awk), so it says the values that this very program was built with.
 */
#ifndef SPAMTRAIL_APP_LIMITS_H
#define SPAMTRAIL_APP_LIMITS_H

#include "base/buf.h"

struct jsonw;

void limits_text(struct buf *out);
/* command, value, unit, what; a line each. */
void limits_plain(struct buf *out);
/* The key "limits" of an object that the caller has opened. */
void limits_json(struct jsonw *w);

#endif
