/*
 * signs - `spamtrail signs`: is it happening now? What is not normal first, each figure with its usual one, and the
 * command to run next.
 *
 * --plain, a record a line, "-" for what is not known or never:
 *   sign       name state value unit usual samples warning critical next text
 *   unseen     text
 *
 * --nagios, after the plugin guidelines (monitoring-plugins.org): one line "SIGNS STATE - ...|perfdata", lines behind it
 * for what could not be seen; 'label'=value[UOM];warn;crit;min;max, U where it is not known.
 */
#ifndef SPAMTRAIL_REPORT_SIGNS_H
#define SPAMTRAIL_REPORT_SIGNS_H

#include <stdbool.h>

struct buf;
struct screen;
struct signs;
struct sink;

/* S is only read, and its texts may be any bytes. The sink keeps what goes wrong; sink_end tells it. */
void signs_text(struct sink *s, const struct signs *signs, const struct screen *screen);
void signs_json(struct sink *s, const struct signs *signs);
void signs_plain(struct sink *s, const struct signs *signs);
void signs_nagios(struct sink *s, const struct signs *signs);
/* 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: nothing found, and something could not be seen. */
int signs_nagios_code(const struct signs *signs);

/* "queue 8,204 messages (usual 120), 2 more": what is not normal, worst first. Our words and figures alone unless WITH_TEXT. */
void signs_bad(struct buf *out, const struct signs *signs, bool with_text);

#endif
