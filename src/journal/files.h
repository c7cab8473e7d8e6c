/*
 * files - the journal files of a directory, open for reading.
 *
 * Runs before the helper is confined and reads none of their bytes.
 */
#ifndef SPAMTRAIL_JOURNAL_FILES_H
#define SPAMTRAIL_JOURNAL_FILES_H

#include "base/err.h"

#include <stdbool.h>

#define JOURNAL_FILES_MOST 4000 /* limit journal: files of the journal */

struct journal_files {
	int fd[JOURNAL_FILES_MOST]; /* owned until the process ends */
	unsigned n;
	bool missed; /* one could not be opened, or there were more */
};

/*
 * PATH is a journal file, or a directory: its files *.journal and *.journal~ and those one level down (journald
 * keeps a folder per machine). Links are not followed below PATH. Negative: EXIT_NOINPUT, EXIT_NOPERM.
 */
int files_open(struct journal_files *f, const char *path, struct err *err);

#endif
