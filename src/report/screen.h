/*
 * screen - the first screen of `spamtrail investigate`: the answer in six lines, numbers before words,
 * every claim with the number that `why` takes, blind spots aloud, one recommended command.
 */
#ifndef SPAMTRAIL_REPORT_SCREEN_H
#define SPAMTRAIL_REPORT_SCREEN_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;

/* How the terminal is: worked out by the caller (tty, TERM, NO_COLOR, --color, locale). */
struct screen {
	unsigned columns; /* 0 = 80; text is laid out for 40 to 200 */
	bool color;
	bool ascii; /* not a UTF-8 terminal */
	const struct zone *zone;
	const char *root; /* every path that is shown is beneath it; NULL: it is this host's own */
	/* What a next `why` or `investigate`, `doctor`, `contain` and `undo` must repeat, quoted for a shell. */
	struct span again, doctor_again, contain_again, undo_again;
	bool elsewhere; /* paths were named; here_again: without them */
	struct span here_again;
	struct span by_name; /* the whole command that stops whom no fact of grade A names; or holds a refused forward; or empty */
	/* The same of any verb, where a screen names several: out of the verbs' table. NULL: nothing is repeated. */
	void (*repeat)(const void *ctx, const char *verb, struct buf *out);
	const void *repeat_ctx;
	unsigned top; /* senders shown, 0 = 5 */
};

/* Writes S in whole lines. Q's texts may be any bytes. The sink keeps what goes wrong. */
void screen_inquiry(struct sink *s, const struct inquiry *q, const struct screen *screen);

#endif
