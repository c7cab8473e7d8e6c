/*
 * process - one process, by a descriptor, so that a signal reaches the one that was looked at and no other.
 */
#ifndef SPAMTRAIL_ACT_PROCESS_H
#define SPAMTRAIL_ACT_PROCESS_H

#include "base/span.h"

struct arena;
struct err;

/* A pidfd of process PID if it was born at BORN and is UID's (PLAN_NO_UID: whoever's); EXIT_NOINPUT when it is gone. */
int process_open(uint32_t pid, uint64_t born, uint32_t uid, struct err *err);
int process_signal(int pidfd, int signal, struct err *err);
/* Tells Exim's daemon, if it runs, to read its configuration again: SIGHUP. */
void process_reload_exim(void);
/* Field 3 and 22 of its stat. */
bool process_stat(uint32_t pid, char *ret_state, uint64_t *ret_born);
/* The running kernel's boot id. */
struct span process_boot(struct arena *a);

#endif
