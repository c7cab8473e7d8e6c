/* received - one Received field (RFC 5321 4.4; Exim's, Postfix's and qmail's ways of writing it), read from the left. */
#ifndef SPAMTRAIL_REPUTE_RECEIVED_H
#define SPAMTRAIL_REPUTE_RECEIVED_H

#include "base/span.h"

struct received {
	struct span by;        /* the host that wrote it, if it is true */
	struct span id;        /* its queue id */
	struct span login;     /* Postfix: (Authenticated sender: ...) */
	struct span sender;    /* Exim: (envelope-from <...>) */
	struct span recipient; /* for <...> */
	struct span uid;       /* Postfix: (Postfix, from userid N); Exim: from USER ... with local */
	int64_t at;            /* when, as it says behind the last semicolon; 0: not readable */
	bool local;
};

/* Words count only outside parentheses, so that a HELO name or a comment cannot put a "by" there. */
void received_read(struct span value, struct received *ret);

#endif
