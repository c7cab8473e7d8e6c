/*
 * inputs - which log files an investigation reads: those the operator named, or those the server's configuration
 * names, each with its rotated mates.
 *
 * Runs in the command line, which opens but never parses. Names come from the operator, from directory
 * listings, or from the confined reader; every path is resolved beneath ROOT.
 */
#ifndef SPAMTRAIL_APP_INPUTS_H
#define SPAMTRAIL_APP_INPUTS_H

#include "logs/logset.h"
#include "sys/beneath.h"

#define INPUTS_MOST 20000

struct inputs {
	struct arena *arena;   /* the caller's */
	const struct root *root;
	struct log_file *file;
	size_t n, room;
	struct span *unseen;   /* sentences about what could not be read */
	size_t nunseen, unseen_room;
	bool more;             /* INPUTS_MOST was reached */
	bool named;            /* the operator named the paths: their own spelling, BENEATH_NAMED */
};

/* PATHs as given: files, directories (three levels deep), "-". */
void inputs_named(struct inputs *in, char *const *paths, size_t npaths);
/* The file at PATH and its rotated mates, where it is there. ONLY: see struct log_file. */
void inputs_add_log(struct inputs *in, struct span path, uint32_t only);
/* A descriptor for file INDEX, or a negative code. */
int inputs_open(const struct inputs *in, size_t index, struct err *err);

#endif
