/*
 * file - what the kinds that move files share: looking before, and looking after.
 *
 * Errors are EXIT_NOPERM where the thing is not what may be touched, EXIT_NOINPUT where it is gone, else
 * EXIT_IO; nothing is changed then, unless a function says so. Descriptors that are returned are the caller's
 * to close.
 *
 * TRUST: files and folders are the suspect's, who may exchange them at any moment; only what lies in the
 * store is still.
 */
#ifndef SPAMTRAIL_ACT_FILE_H
#define SPAMTRAIL_ACT_FILE_H

#include "act/hold.h"
#include "act/place.h"

/* Where W's file is and where it is held. */
struct move {
	struct place place;
	struct hold hold;
	char token[HOLD_NAME_BYTES]; /* the name in the store */
};

/* Place and store of a record; for undo and settle. */
int move_open(struct work *w, struct move *ret, struct err *err);
void move_close(struct move *m);

/* Refuses what is not the account's own plain file with one link, and fills the record from it; an O_PATH descriptor. */
int file_look(struct work *w, const struct place *p, struct err *err);
/* The whole of a file that is no longer than MOST. */
int file_read(int fd, size_t most, struct buf *out, struct err *err);
/* All of S; negative with errno. */
int file_write(int fd, struct span s);
/* Fills the record's `xattrs` and, unless a lease keeps us from reading it, `hash`. */
int file_describe(struct work *w, int fd, struct err *err);

enum { MOVE_NOREPLACE = 1, MOVE_EXCHANGE = 2 };
/* renameat2; both folders on disk when it returns. Negative with errno kept. */
int move_name(int from, const char *name, int to, const char *other, unsigned flags);
/* The same in an undo: W is unsure where it was moved and is not on disk. */
int move_surely(struct work *w, int from, const char *name, int to, const char *other, unsigned flags);
/* From the store to its own name, or beside it where that is taken: then the record's `beside` is set. */
int move_back(struct work *w, struct move *m, struct err *err);
/* The file's own name (NUMBER 0), or the one it gets where that and those before are taken; false: no more tries. */
bool move_name_beside(const struct move *m, unsigned number, char name[NAME_MAX + 1]);
/* hunk.c: takes an edit's change out of a file that was changed by others too; negative: it cannot be told apart. */
int hunk_undo(struct work *w, struct move *m, struct err *err);
/* FOLDER's mtime, once the action is done, into W's record. */
void folder_note(struct work *w, int folder);
/* The folder's mtime as it was, where nobody else has changed it since; MOVED has just been moved in or out. */
void folder_time_back(const struct work *w, int folder, const struct stat *moved);
/* The folder is the one the record knows, or the operator has said that it may be another. */
int folder_same(const struct work *w, const struct place *p, struct err *err);

#endif
