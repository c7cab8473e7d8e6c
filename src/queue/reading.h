/*
 * reading - what the walks of both spools share: one room for the message at hand, one window, the tally. Private.
 *
 * A folder's messages are read by several threads (slices.c), each with a reading of its own, and given to the visitor
 * one after the other in the order of the folder's sorted names, whatever the number of threads.
 */
#ifndef SPAMTRAIL_QUEUE_READING_H
#define SPAMTRAIL_QUEUE_READING_H

#include "queue/files.h"
#include "queue/room.h"
#include "queue/spool.h"
#include "queue/window.h"
#include "sys/beneath.h"

#define READING_PATH 512
#define READING_NAME 48 /* an id and "-H" */
/* of one folder; beyond it the tally says that there are more */
#define NAMES_MOST 5000000 /* limit queue: messages */

struct reading {
	const struct spool *spool;
	queue_visit *visit;
	void *ctx;
	struct queue_tally tally;
	bool stopped, found_any; /* any queue folder at all */
	int refused; /* errno of a folder that could not be opened */
	struct slices *slices; /* NULL: one message is looked for */
	struct room *room;
	char *bytes; /* WINDOW_MOST */
	bool loud; /* times of access cannot be left alone */
};

/* An open folder of a queue and what is true of all that lies in it. */
struct place {
	int fd;
	const char *path; /* from the spool's folder; of the spool itself: "" */
	struct span queue; /* Exim: a named queue */
	enum queue_state state; /* Postfix */
	struct below_name *names;
	size_t n;
};

/* The folder PATH and its names, in A; false where it is not there or cannot be read (said in the tally). */
bool reading_list(struct reading *r, const char *path, struct arena *a, struct place *ret);
/* A regular file in P, its status; -1: gone, or counted as unreadable. */
int reading_open(struct reading *r, const struct place *p, const char *name, struct file_status *ret_status);
/* The message Q, NAME in P, is whole: counted, shown to the visitor. */
void reading_give(struct reading *r, const struct place *p, struct span name, const struct queued *q);
void reading_status(struct room *room, const struct file_status *st);
/* A message of its own, apart from the room it was read in. */
void reading_keep(struct arena *a, const struct queued *q, struct queued *ret);
/* What PART counted is R's. */
void reading_add(struct reading *r, const struct reading *part);

/* The message that the Ith name in P stands for, if it stands for one: 1: it is in the room. */
typedef int reading_load(struct reading *r, const struct place *p, size_t i);

/* N messages of STATE, of which nothing but the name is known. */
void reading_count(struct reading *r, enum queue_state state, uint64_t n);
/* Every message of P is read by LOAD and given. */
void slices_read(struct reading *r, const struct place *p, reading_load *load);
struct slices *slices_new(const struct spool *spool);
void slices_free(struct slices *s);

#define FOLDERS_DEEP 2 /* folders within a queue's own */
/* two characters of letters and digits are 1 + 62 + 62 * 62 = 3,907 */
#define FOLDERS_MOST 5000 /* limit queue: folders */

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

#endif
