/*
 * faulty - the actor as a process of the test itself, whose calls fail where a test wants it. Its client is the command line's
 * own (app/actor.c), which starts it through helper_start: here that is a fork.
 *
 * Only calls of our own code count and fail, never the database's or the C library's. Programs are not run: standin.c
 * does what they would do, in folders under DIR.
 */
#ifndef SPAMTRAIL_TEST_FAULTY_H
#define SPAMTRAIL_TEST_FAULTY_H

#include <stdbool.h>

struct spawn;
struct err;

struct fault {
	int after; /* calls until one fails; below 0: none does */
	int error; /* what it fails with; -1: it does less than it was asked for, where it can */
	bool for_good; /* every call behind it fails, too */
	const char *call; /* only calls of this name count; NULL: all */
	const char *meanwhile; /* it does not fail: the shell runs this just before it */
};

/* What the actor's process has left for the test to see; shared memory. */
struct seen_fault {
	char hit[32]; /* the first call that failed */
	int hits, descriptors_left;
};

extern struct fault fault; /* of the actor that is started next */
extern struct seen_fault *seen_fault;
extern char dir[64]; /* of the test; root/, state/ and mail/ lie in it */

/* Counts a call of NAME; true: it has to fail, and errno says with what. */
bool fault_hits(const char *name);
/* In place of a program: its exit status, and what it says is in S->output. */
int standin_run(const struct spawn *s);

/* Before the first actor. */
void faulty_begin(void);

#endif
