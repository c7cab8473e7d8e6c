/*
 * watch - fanotify on the folders that a submitted message passes: Postfix's maildrop and incoming, Exim's input.
 *
 * watch_open runs where the privilege is and returns one descriptor; the process reader reads it and knows no path.
 * Plain notifications: nothing here can hold up or refuse a message.
 *
 * Postfix: postdrop writes a file into maildrop (its process is the door); pickup opens it, cleanup makes the queue file
 * in incoming whose name is the id that the log tells, then pickup deletes the first. One pickup works at a time, so
 * what cleanup makes meanwhile is that message's or comes from SMTP, and the log tells these apart.
 * Exim: the message's own process creates ID-D. The first in a new folder (split_spool_directory) makes that folder, and
 * is mostly done when the folder is watched: it counts as unnamed until it is seen.
 * Both programs read their configuration first, milliseconds on a busy server: so callers are already looked at when
 * postdrop or exim is started (FAN_OPEN_EXEC), and again only where that was missed.
 *
 * TRUST: records are the kernel's; names of files are the MTA's, but maildrop is written with a submitter's uid.
 */
#ifndef SPAMTRAIL_HOST_WATCH_H
#define SPAMTRAIL_HOST_WATCH_H

#include "base/err.h"
#include "base/span.h"
#include "sys/beneath.h"

struct lookout;

#define WATCH_DIRS 256
#define WATCH_HANDLE 128
#define WATCH_NAME 64
#define WATCH_RECENT 1024

enum watch_role { WATCH_MAILDROP = 1, WATCH_INCOMING, WATCH_EXIM, WATCH_PROGRAM };

struct watch_dir {
	uint8_t role; /* enum watch_role */
	uint8_t n;
	char handle[WATCH_HANDLE]; /* the kernel's name for the folder, as events have it */
};

/* Where the configuration says that the queues and postdrop lie; NULL: the usual places. */
struct watch_places {
	const char *postfix, *commands, *exim;
};

struct watch {
	int fd; /* owned */
	struct watch_places places;
	struct watch_dir dir[WATCH_DIRS];
	size_t ndirs;
	bool postfix, exim; /* what is watched */
	bool more;          /* more folders than are watched */
};

/* Of the spools that are there, beneath ROOT; PLACES' texts outlive the watch. EXIT_NOINPUT: none;
 * EXIT_NOPERM: not allowed, or no such kernel. */
int watch_open(const struct root *root, const struct watch_places *places, struct watch *ret_watch,
	       struct err *err);
/* Exim has made a folder: watches those that are new. */
void watch_again(const struct root *root, struct watch *w);

/* A message on its way through maildrop, by the file's name there. */
struct watch_message {
	char name[WATCH_NAME];
	uint32_t pid;     /* of postdrop or exim, until the message has a name */
	int64_t at;       /* microseconds */
	uint32_t process; /* index in observed */
	bool foretold; /* counted as unnamed: its folder is new and may not be watched in time */
};

/* The reader's side. */
struct watch_state {
	const struct watch *watch;
	struct watch_message recent[WATCH_RECENT];
	uint32_t next;
	uint32_t pickup; /* its pid, once known */
	uint32_t at_pickup; /* index into recent + 1: what pickup has open */
	bool lost; /* the kernel's queue overflowed */
	bool new_folder;
};

/* One event, cut out of the record. */
struct watch_event {
	uint64_t mask;
	uint32_t pid;
	struct span handle, name;
};

/* Takes the next event from *BYTES, as read() gave them; false: none left, or it makes no sense. */
bool watch_next(struct span *bytes, struct watch_event *ret_event);
/* What one read() gave. */
void watch_take(struct watch_state *s, struct lookout *l, int64_t now, struct span bytes);

#endif
