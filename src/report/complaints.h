/*
 * complaints - `spamtrail complaints`: who of this server is complained about, and every complaint with what ties it.
 *
 * --plain, a record a line:
 *   complaint  file number kind bounce|spam tie grade account sender-kind sender reporter recipient message-id queue-id
 *              script about
 *   account    account complaints bounces
 *   unseen     text
 */
#ifndef SPAMTRAIL_REPORT_COMPLAINTS_H
#define SPAMTRAIL_REPORT_COMPLAINTS_H

#include "repute/tie.h"

struct evidence;
struct row;
struct screen;
struct sink;

enum tie_state {
	TIE_LOGGED,            /* the logs know it: ours */
	TIE_CONTRADICTED,      /* the logs know its id, and say something else of the message: accuses nobody */
	TIE_CLAIMED,           /* a line of our host is in it, the logs at hand do not know it */
	TIE_ADDRESS,           /* it speaks of no message, but of an address that this server sends from */
	TIE_BACKSCATTER,       /* a bounce of something that this host never sent */
	TIE_ELSEWHERE,         /* nothing of this host is in it */
	TIE_NOTHING,           /* it speaks of no message */
	TIE_STATES
};

struct tied {
	struct span file;
	struct complaint c;
	struct tie tie;
	enum tie_state state;
	const struct row *row;         /* TIE_LOGGED, TIE_CONTRADICTED */
	const struct evidence *line;   /* likewise: the log's */
	uint32_t agrees, differs, doubts; /* enum sought_about */
};

struct blamed {                        /* an account, or a sender without one */
	struct span who;
	uint64_t complaints, bounces;
};

struct complaints {
	struct tied *list;             size_t n;
	struct blamed *blamed;         size_t nblamed;   /* most first */
	struct span *unseen;           size_t nunseen;
	bool complete;
	uint64_t files;
};

/* C is only read, and its texts may be any bytes. The sink keeps what goes wrong; sink_end tells it. */
void complaints_text(struct sink *s, const struct complaints *c, const struct screen *screen);
void complaints_json(struct sink *s, const struct complaints *c);
void complaints_plain(struct sink *s, const struct complaints *c);

#endif
