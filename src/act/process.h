/*
 * process - one process, by a descriptor, so that a signal reaches the one that was looked at and no other.
 *
 * Errors: EXIT_NOINPUT it has ended, EXIT_NOPERM it is not that account's, EXIT_IO the kernel refuses.
 *
 * TRUST: the kernel's text, but a process's name in it is its own spelling. One that hid itself from others
 * (undumpable) shows as root's, and is left alone.
 */
#ifndef SPAMTRAIL_ACT_PROCESS_H
#define SPAMTRAIL_ACT_PROCESS_H

#include "base/span.h"

struct arena;
struct err;

/* A pidfd of process PID if it was born at BORN and is UID's (PLAN_NO_UID: whoever's); EXIT_NOINPUT when it is gone. */
int process_open(uint32_t pid, uint64_t born, uint32_t uid, struct err *err);
/* Through the descriptor: the process that it was opened for, or nobody. */
int process_signal(int pidfd, int signal, struct err *err);
/* Tells Exim's daemon, if it runs, to read its configuration again: SIGHUP. */
void process_reload_exim(void);
/*
 * proc(5): field 3 and 22 of its stat, the state's letter and the birth in clock ticks since boot. False: it
 * is gone.
 */
bool process_stat(uint32_t pid, char *ret_state, uint64_t *ret_born);
/* The running kernel's boot id. */
struct span process_boot(struct arena *a);

#endif
