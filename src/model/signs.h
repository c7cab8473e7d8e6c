/*
 * signs - is it happening now? One figure per sign with what is usual for it, as `spamtrail signs` shows them.
 *
 * A figure that could not be read is unknown, never 0. Times are UTC seconds; texts are spans of foreign bytes.
 */
#ifndef SPAMTRAIL_MODEL_SIGNS_H
#define SPAMTRAIL_MODEL_SIGNS_H

#include "base/span.h"

enum sign_id {
	SIGN_SENDERS,          /* senders that look taken over, in the newest hour */
	SIGN_QUEUE,            /* messages that wait */
	SIGN_GROWTH,           /* more of them a minute, since the run before */
	SIGN_MESSAGES,         /* that left or tried to, in the newest hour */
	SIGN_RECIPIENTS,       /* of those */
	SIGN_UNKNOWN,          /* share of results elsewhere that say: no such user; percent */
	SIGN_REFUSED,          /* messages refused in the newest hour that name a list or its code */
	SIGN_COMPLAINTS,       /* in the last day */
	SIGN_LISTED,           /* places on DNS lists, as reputation saw them last */
	SIGN_DIRECT,           /* programs beside the mail server that speak to others' */
	SIGN_RELAY,            /* messages of the newest hour from outside to outside without a login */
	SIGN_NETWORKS,         /* networks wider than this server that may do that */
	SIGN_CPU,              /* of the mail server's programs, percent of the machine */
	SIGN_MEMORY,           /* of the same, MiB */
	SIGN_PROCESSES,        /* of the same */
	SIGNS
};

enum sign_state { SIGN_NORMAL, SIGN_NOT_KNOWN, SIGN_WARNING, SIGN_CRITICAL };

struct sign {
	enum sign_state state;
	double value;
	bool learns;           /* it has a usual value at all */
	unsigned samples;      /* hours that USUAL was made of; 0: no usual yet */
	double usual;
	double warning, critical; /* from here on; negative: never */
	bool sure;             /* the figure itself is not what decides: STATE was told by who made it */
	struct span text;      /* what is meant: the network, the program, the list, the reason why it is not known */
};

struct signs {
	struct span host, mta;
	int64_t now;
	unsigned seconds;      /* of log that the newest hour really covers */
	bool complete, unconfined;
	enum sign_state state; /* the worst */
	struct sign sign[SIGNS];
	struct span *unseen;      unsigned nunseen;
	struct span *notes;       unsigned nnotes;
	struct span told;      /* --notify: what was sent, and where to; empty: nothing */
};

/* What can be said of a sign without its figure. All texts are ours. */
struct sign_about {
	const char *name;      /* "queue_growth", in JSON and as perfdata label */
	const char *title;     /* "queue growth" */
	const char *unit;      /* "messages/min" */
	const char *perf_unit; /* a unit that monitoring plugins know: "", "%", "MB" */
	const char *next;      /* the verb of spamtrail to run where it is not normal */
};

const struct sign_about *sign_about(enum sign_id id);
const char *sign_state_name(enum sign_state state);

#endif
