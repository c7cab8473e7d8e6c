/*
 * journal_helper - runs spamtrail-journal, which lies beside this program, without a shell and without our environment.
 *
 * The helper confines itself; it is given one descriptor to read beneath and one pipe to write to.
 */
#ifndef SPAMTRAIL_APP_JOURNAL_HELPER_H
#define SPAMTRAIL_APP_JOURNAL_HELPER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

bool journal_helper_installed(void);
#define JOURNAL_SECONDS 60 /* limit journal, s: for a question to the journal */

/*
 * JOURNAL is a directory or a journal file, and stays the caller's. SINCE in UTC seconds: a question of what it knows since,
 * with long messages cut and for JOURNAL_SECONDS; 0 = all of it, as long as it takes. Returns the pipe's end to read from.
 */
int journal_helper_start(int journal, uint32_t since, bool unconfined, pid_t *ret_pid, struct err *err);
/* Waits for it, when nobody reads from the pipe any more. Negative: not all was read, and why. */
int journal_helper_end(pid_t pid, struct err *err);

#endif
