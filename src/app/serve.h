/*
 * serve - the command line's answers to a confined child that learns the host: files, names and status beneath ROOT,
 * read-only, each request decided afresh.
 *
 * TRUST: the child may have been taken over; a path is any bytes.
 */
#ifndef SPAMTRAIL_APP_SERVE_H
#define SPAMTRAIL_APP_SERVE_H

#include "sys/beneath.h"
#include "sys/channel.h"

struct serving {
	const struct root *root;
	struct arena *arena;
	struct channel *channel;
};

/* A path from the child, copied into the arena: no NUL, not too long. NULL otherwise. */
char *serve_path(const struct serving *s, struct span text);
/* Sends BODY and frees it; FD (or -1) goes along and is closed. */
int serve_answer(const struct serving *s, uint32_t type, struct buf *body, int fd, struct err *err);

/*
 * TEXT is the path. Answered with a descriptor (TALK_READ), names (TALK_LIST) or a status (TALK_STATUS), or
 * with nothing where there is none. Negative: the child cannot be reached.
 */
int serve_read(const struct serving *s, struct span text, struct err *err);
int serve_list(const struct serving *s, struct span text, struct err *err);
int serve_status(const struct serving *s, struct span text, struct err *err);
/* TEXT is a home and a path below it, both packed (TALK_ENTRIES). */
int serve_entries(const struct serving *s, struct span text, struct err *err);

#endif
