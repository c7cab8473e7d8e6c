/*
 * interrupt - Ctrl-C: the first asks for what is known so far, the second ends the program.
 */
#ifndef SPAMTRAIL_APP_INTERRUPT_H
#define SPAMTRAIL_APP_INTERRUPT_H

#include <stdbool.h>

/* From now on; no call is cut short by it but poll and nanosleep. */
void interrupt_catch(void);
bool interrupt_came(void);
/* What it asked for has been done, the program goes on. */
void interrupt_forget(void);

#endif
