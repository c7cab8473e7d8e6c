/*
 * place - where an action's file is: the folder, pinned by a descriptor, and the last name in it.
 *
 * The base is the machine's "/" or an account's own folder that only root could have put where it is. Everything below
 * it is reached without a link and, in an account's folder, without crossing a mount.
 *
 * Descriptors are the caller's to close. EXIT_NOINPUT: not there, or a link on the way; EXIT_NOPERM: the way
 * could have been made by somebody else than root or the account; EXIT_IO: the rest.
 *
 * TRUST: see place.c; names are a plan's, folders below a home the suspect's.
 */
#ifndef SPAMTRAIL_ACT_PLACE_H
#define SPAMTRAIL_ACT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct action;
struct actor;
struct err;

struct place {
	int folder; /* O_PATH */
	char name[NAME_MAX + 1];
	struct stat folder_status;
	bool home; /* the base is an account's */
};

/* V was checked (check.c): PATH is plain and beneath BASE. */
int place_open(const struct actor *a, const struct action *v, struct place *ret, struct err *err);
void place_close(struct place *p);
/* The file itself, O_PATH and not through a link, or negative: EXIT_NOINPUT when there is none. */
int place_file(const struct place *p, struct stat *ret, struct err *err);
/* The same thing opened for reading; its atime stays. */
int place_reopen(int fd, int flags);
/* Mode of the very thing FD stands on; -1 with errno. */
int place_chmod(int fd, mode_t mode);
/* The folder opened so that it can be synced. */
int place_sync(int folder, struct err *err);
/*
 * The highest folder above FOLDER on its mount that is root's alone and lies under such folders all the way up: one place
 * for a mount, and not among files that somebody reads one by one; O_PATH, or negative.
 */
int place_above(const struct actor *a, int folder, struct err *err);
/*
 * 1: same mount and same device number, so a rename can go from one folder to the other; 0: not; negative: it cannot be told.
 */
int place_same_mount(int a, int b, struct err *err);

#endif
