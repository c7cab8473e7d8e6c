/* callbacks - the part of builtin that calls what it is given, or makes a function; see builtin.h. */
#ifndef SPAMTRAIL_SCAN_CALLBACKS_H
#define SPAMTRAIL_SCAN_CALLBACKS_H

#include <stdbool.h>
#include <stdint.h>

struct machine;
struct function;
struct value;

/* True where ACT (enum act) is one of those that callbacks_run does. */
bool callbacks_act(uint8_t act);
/* As builtin_run. */
bool callbacks_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n);

#endif
