/*
 * reading - what the walks of both spools share: one room for the message at hand, one window, the tally. Private.
 */
#ifndef SPAMTRAIL_QUEUE_READING_H
#define SPAMTRAIL_QUEUE_READING_H

#include "queue/files.h"
#include "queue/room.h"
#include "queue/spool.h"
#include "queue/window.h"
#include "sys/beneath.h"

#define READING_PATH 512
#define NAMES_MOST 5000000

struct reading {
	const struct spool *spool;
	queue_visit *visit;
	void *ctx;
	struct queue_tally tally;
	bool stopped, found_any; /* any queue folder at all */
	int refused; /* errno of a folder that could not be opened */
	struct room *room;
	char *bytes; /* WINDOW_MOST */
};

/* The names in the folder PATH; false where it is not there or cannot be read (said in the tally). */
bool reading_list(struct reading *r, const char *path, struct arena *a, struct below_name **ret_names, size_t *ret_n);
/* A regular file, its status; -1: gone, or counted as unreadable. */
int reading_open(struct reading *r, const char *path, struct file_status *ret_status);
/* The message in the room is whole: counted, shown to the visitor. */
void reading_give(struct reading *r, const char *path);
void reading_status(struct room *room, const struct file_status *st);

#define FOLDERS_DEEP 2 /* folders within a queue's own */
#define FOLDERS_MOST 5000

/* A queue's folder and those within it that are named by one character, in order. */
struct folders {
	char (*list)[64]; /* owned */
	size_t n, next;
	const char *path; /* the one at hand */
	size_t base; /* slashes of the first */
};

void folders_start(struct folders *f, const char *path);
bool folders_next(struct folders *f);
/* Is NAME such a folder? Then its turn comes. */
bool folders_take(struct folders *f, struct span name);
void folders_end(struct folders *f);

void postfix_walk(struct reading *r);
void exim_walk(struct reading *r);
/* 1: in the room; 0: not there; -1: there and not readable. */
int postfix_find(struct reading *r, struct span id);
int exim_find(struct reading *r, struct span id);

#endif
