/*
 * show - the only door through which foreign bytes reach a terminal, JSON or HTML.
 *
 * TRUST: every byte may have been chosen by an attacker (subjects, file names, HELO names).
 * Terminal: no C0 or C1 controls, no bidirectional or zero-width marks, no invalid UTF-8; each
 * is shown as \xHH (or U+FFFD for JSON). Source: Unicode 15 UAX #9 for the bidirectional set.
 */
#ifndef SPAMTRAIL_BASE_SHOW_H
#define SPAMTRAIL_BASE_SHOW_H

#include "base/buf.h"

/* For a terminal or --plain. ASCII: bytes over 127 are shown as \xHH too. Tab and newline are escaped. */
void show_text(struct buf *out, struct span s, bool ascii);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void show_json(struct buf *out, struct span s);
/* Text for an HTML element or a quoted attribute. */
void show_html(struct buf *out, struct span s);
/* True when every byte of S is part of valid UTF-8. */
bool show_is_utf8(struct span s);
/* Columns S takes on a terminal once shown (ambiguous width counts 1). */
size_t show_width(struct span s, bool ascii);
/* S cut to COLUMNS columns, with "…" (or "..") at its end where it was cut. */
void show_text_cut(struct buf *out, struct span s, size_t columns, bool ascii);
/* Base64 of S with quotes, for path_b64. */
void show_json_b64(struct buf *out, struct span s);

#endif
