/*
 * write - one journal entry as one line of JSON, as journalctl -o json spells it, with the few fields that
 * spamtrail reads.
 */
#ifndef SPAMTRAIL_JOURNAL_WRITE_H
#define SPAMTRAIL_JOURNAL_WRITE_H

#include "base/buf.h"

#include <stdint.h>
#include <systemd/sd-journal.h>

/* Appends the entry J stands on, no value longer than MOST; nothing when it comes from a program that is not read. */
void write_entry(struct buf *out, sd_journal *j, uint64_t usec, size_t most);

#endif
