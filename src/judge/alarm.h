/*
 * alarm - when somebody is to be told: on change only, never once for each event.
 *
 * An alarm begins at once where a sign is critical, and at the second look in a row where one only warns. While it lasts
 * it is told again only when it grows: from warning to critical, or by a critical sign that was not told yet.
 * It ends after three quiet looks in a row. Between two messages lies a pause, but for the step to critical.
 */
#ifndef SPAMTRAIL_JUDGE_ALARM_H
#define SPAMTRAIL_JUDGE_ALARM_H

#include "model/signs.h"

enum alarm_news { ALARM_NOTHING, ALARM_BEGINS, ALARM_GROWS, ALARM_ENDS };

/* What has to be remembered from one look to the next; all zero at first. */
struct alarm {
	enum sign_state told; /* the worst that was told; SIGN_NORMAL: no alarm */
	uint32_t signs; /* bits (1 << enum sign_id) of critical signs that were told */
	int64_t began, told_at; /* 0: never */
	uint32_t raised, quiet; /* looks in a row */
};

struct codec;

/* Takes this look into account. What is returned is still to be sent; until alarm_sent it will be asked for again. */
enum alarm_news alarm_look(struct alarm *a, const struct signs *s, unsigned pause);
void alarm_sent(struct alarm *a, enum alarm_news news, const struct signs *s);
/* Refuses what cannot be. */
void alarm_code(struct codec *c, struct alarm *a);

#endif
