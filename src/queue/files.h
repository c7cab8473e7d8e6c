/*
 * files - the two spool file formats: bytes in, one struct queued out. Private to queue/ and its tests.
 *
 * Each parser goes from the front to the back and takes a field only where its format puts it; a field that may stand
 * once and stands twice, a count that does not agree, a record or line that cannot be there make the whole file
 * damaged, and then it names nobody (Exim CVE-2020-28021: a newline in AUTH= wrote lines of the attacker's).
 *
 * TRUST: every byte may be a stranger's.
 */
#ifndef SPAMTRAIL_QUEUE_FILES_H
#define SPAMTRAIL_QUEUE_FILES_H

#include "base/span.h"

struct room;
struct window;

/*
 * Each fills ROOM, which room_start has begun, whatever the bytes are; q.id_text must be set before. Damage is told
 * in q.damage.
 */
void postfix_file(struct window *w, struct room *room);
void exim_header_file(struct window *w, struct room *room);
/* Exim's journal ID-J: recipients that are done since -H was written. */
void exim_journal(struct room *room, struct span bytes);
/* One line of `postqueue -j`, and the message in it; false: it is none. */
bool postqueue_line(struct span line, struct room *room);

#endif
