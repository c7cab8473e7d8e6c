/*
 * spawn - one program run to its end, without a shell and without a search path.
 *
 * The program gets its arguments as they are, at most 12 environment variables, and three descriptors: our bytes
 * on 0, a pipe of ours on 1 and 2, and nothing else; but SPAWN_KEPT where the caller says so: a lock that must outlive a
 * caller who is killed, for as long as the program works. It is killed at the deadline, or once it has said more than 1 MiB.
 * What it says is foreign text: it is kept for the operator's eye and never understood.
 */
#ifndef SPAMTRAIL_SYS_SPAWN_H
#define SPAMTRAIL_SYS_SPAWN_H

#include "base/buf.h"
#include "base/err.h"

#include <sys/types.h>

enum { SPAWN_ENV_MOST = 12, SPAWN_OUTPUT_MOST = 1 << 20, SPAWN_KEPT = 15 };

struct spawn {
	const char *const *argv; /* argv[0] is an absolute path; ends with NULL */
	const char *const *env; /* ends with NULL; NULL: PATH and LC_ALL=C only */
	struct span input;
	unsigned seconds; /* the deadline; at least 1 */
	bool locked; /* it gets SPAWN_KEPT, too */
	struct buf *output; /* both streams in the order they came, to its own `max`; NULL: dropped */
};

/*
 * The exit status, 0 to 255; or a negative code: EXIT_IO where it could not be started, EXIT_TEMPFAIL where it was killed,
 * ran out of time or could not be heard, so that nobody knows what it has done.
 */
int spawn_run(const struct spawn *s, struct err *err);

/*
 * Begins a program that nobody waits for: no input, its output dropped, no deadline. 0 once it runs; it is not our
 * child. For what must not be killed half way.
 */
int spawn_apart(const char *const *argv, struct err *err);

#endif
