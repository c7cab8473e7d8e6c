/*
 * reputation - `spamtrail reputation`: which list hurts, what is listed, how many are clean, what is not known and what
 * to do about that.
 *
 * --plain, a record a line:
 *   check      address list state answer since cleared text
 *   identity   what subject state value address text
 *   refusal    provider list messages last text
 *   unseen     text
 */
#ifndef SPAMTRAIL_REPORT_REPUTATION_H
#define SPAMTRAIL_REPORT_REPUTATION_H

struct reputation;
struct screen;
struct sink;

/* R is only read, and its texts may be any bytes. The sink keeps what goes wrong; sink_end tells it. */
void reputation_text(struct sink *s, const struct reputation *r, const struct screen *screen);
void reputation_json(struct sink *s, const struct reputation *r);
void reputation_plain(struct sink *s, const struct reputation *r);

#endif
