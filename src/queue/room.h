/*
 * room - where one message is put together: its noun, its recipients, and the text they point into. Used again for
 * the next message, so that a spool of any size is read in the same memory.
 *
 * TRUST: sizes are a stranger's; what does not fit is dropped and the recipients still counted.
 */
#ifndef SPAMTRAIL_QUEUE_ROOM_H
#define SPAMTRAIL_QUEUE_ROOM_H

#include "model/queued.h"

#define ROOM_TEXT (128u << 10)
#define ROOM_FIELD 1000 /* bytes kept of one text */

struct room {
	struct queued q;
	struct queued_recipient list[QUEUED_LISTED];
	size_t used;
	char text[ROOM_TEXT];
};

/* Forgets the message before: spans into it end here. */
void room_start(struct room *r, enum mail_server server);
/* A copy of the start of S that lives as long as this message; empty where there is no room left. */
struct span room_keep(struct room *r, struct span s);
/* Counts one more recipient, and lists it while there is room. */
void room_recipient(struct room *r, struct span address, bool done);
/* The message is not what it claims: nothing in it names anybody any more. The first reason stays. */
void room_damaged(struct room *r, const char *why);
/* A text that may name somebody: no control character, not empty, not longer than a field. */
bool room_is_name(struct span s);

/* One header of the message ("Name: value", its line end included or not). */
void room_header(struct room *r, struct span header);
/* The door and the client's loopback address, once all facts are there. */
void room_finish(struct room *r);

#endif
