/*
 * program - another program, run without a shell: an absolute path, a list of arguments, a bare environment, no
 * descriptor of ours, and an end that comes by itself.
 */
#ifndef SPAMTRAIL_SYS_PROGRAM_H
#define SPAMTRAIL_SYS_PROGRAM_H

#include "base/err.h"

#include <sys/types.h>

struct program {
	pid_t pid;
	int out; /* its standard output; the caller's to close or to hand on */
};

/* ARGV[0] is the absolute path, NULL ends the list. After SECONDS the kernel ends the program. Its input is empty, its
 * complaints are thrown away. */
int program_start(char *const argv[], unsigned seconds, struct program *ret, struct err *err);
/* Waits for the end; 0, or EXIT_IO with how it ended. KILL: it is not wanted any more. */
int program_end(struct program *s, const char *name, int kill_it, struct err *err);

#endif
