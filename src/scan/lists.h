/* lists - the part of builtin that works on arrays and variables; see builtin.c. */
#ifndef SPAMTRAIL_SCAN_LISTS_H
#define SPAMTRAIL_SCAN_LISTS_H

#include <stdbool.h>
#include <stdint.h>

struct machine;
struct function;
struct value;

/* True where ACT (enum act) is one of those that lists_run does. */
bool lists_act(uint8_t act);
/*
 * As builtin_run. ARG are the N values on top of the stack, and is not good after the call. False:
 * nothing was taken off, the call has yet to be given a result.
 */
bool lists_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n);

#endif
