/*
 * alarm - the message that tells of a change of the signs: as mail, and as JSON for a web hook.
 *
 * The mail is whole: headers, a blank line, text in ASCII. It says of itself that a machine sent it, so that nobody
 * answers it. Nothing foreign stands in a header.
 */
#ifndef SPAMTRAIL_REPORT_ALARM_H
#define SPAMTRAIL_REPORT_ALARM_H

#include "base/span.h"
#include "judge/alarm.h"

struct buf;
struct signs;
struct zone;

struct alarm_text {
	const struct signs *signs;
	enum alarm_news news;
	int64_t began; /* UTC seconds */
	const struct zone *zone; /* NULL = UTC */
};

/* The host's name with the letters alone that stand in an address; never empty. */
void alarm_host(struct buf *out, struct span host);
/* FROM empty: spamtrail at the host. TO: N addresses, at least one. They come from the configuration. */
void alarm_mail(struct buf *out, const struct alarm_text *t, struct span from, const struct span *to, size_t n);
/* {"schema":"spamtrail.alarm/1","text":"...","news":"begins|grows|ends","signs":{...}}: chats show "text". */
void alarm_json(struct buf *out, const struct alarm_text *t);

#endif
