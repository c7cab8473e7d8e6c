/*
 * event - what the engine saw in one file: facts, not yet a judgement. Rules weigh them (weigh.h).
 *
 * TRUST: places are the engine's own and lie in their texts; FUNCTION and CONTENT are the scanned text's
 * bytes, of any length and value, NUL and control characters as well: who shows them cuts and quotes
 * them.
 */
#ifndef SPAMTRAIL_SCAN_EVENT_H
#define SPAMTRAIL_SCAN_EVENT_H

#include "base/span.h"

struct arena;

enum event_limit { LIMIT_STEPS = 1, LIMIT_BYTES = 2, LIMIT_LAYERS = 4, LIMIT_TOKENS = 8, LIMIT_DEPTH = 16 };

/* One thing that happened to a value on its way: the proof is the chain of them. */
struct step {
	uint32_t before; /* the step before it, 0: the first */
	uint32_t text; /* number of the text it stands in, 0: the file */
	uint32_t at, n; /* bytes of that text */
	const char *what; /* "read from the request", "decoded" ... */
};

/* What else is known of the texts at a place. */
enum event_kind {
	EVENT_PLAIN,
	EVENT_LEAVES, /* the visitor is sent to another host */
	EVENT_DIRECTS, /* lines for the server are written */
	EVENT_ARCHIVE, /* an archive is written that stood in the script */
	EVENT_FIXED, /* a user whose name and password stand in the script */
	EVENT_HIDES, /* what a list shows is changed */
	EVENT_SYSTEM, /* a file of the system's is read */
	EVENT_STARTS, /* an option makes what follows start a program, or write a file of any name */
	EVENT_PROGRAM, /* a program of another language is written that stood in the script */
	EVENT_PAGE, /* a page that was packed in the script */
	EVENT_TAG, /* another server's script that was packed in this one */
	EVENT_SOURCE, /* another script's text is read */
	EVENT_UNSET, /* the pattern is a variable that nothing sets */
	EVENT_NAMED, /* the function is named inside of XML */
	EVENT_MADE, /* a function of the script's made it of a request's text */
	EVENT_MUTES, /* the line of a mail that tells which script sent it is turned off */
	EVENT_KEEPS, /* a password goes into a file that somebody comes back for */
	EVENT_AGES, /* a file is given a time that is not now */
};

/* A dangerous place that was reached. */
struct event {
	uint8_t sink; /* enum sink */
	uint8_t kind; /* enum event_kind */
	bool hidden; /* the name of the function was put together, or chosen by the client */
	bool built; /* the text that is run was put together so that no search finds its words */
	bool maybe, in_function, in_class;
	uint32_t marks; /* of the argument that matters */
	uint32_t second; /* of the next one: a mail's text, the text that is written */
	uint32_t third; /* all others */
	uint32_t name_marks; /* of the function's name, where that is a value */
	uint32_t layer;
	uint32_t text, at, n;
	uint32_t step; /* proof of the argument */
	struct span function; /* as called */
	struct span content; /* of the argument, where it is known */
};

struct events {
	struct arena *arena;
	struct event *event;
	uint32_t n, cap;
	struct step *step; /* step[0] is none */
	uint32_t steps, steps_cap;
	struct span *text; /* texts by number; [0] the file */
	uint32_t texts, texts_cap;
	uint32_t at_place[512]; /* the newest event of a place, plus one */
	uint32_t limits;
	bool endless; /* a loop of the script's has no end */
	uint32_t decoded_bytes;
	uint32_t layers; /* the deepest decoded text that ran */
	uint32_t gotos, labels;
	uint32_t classes, functions;
	uint32_t nameless; /* calls with a request's text of what is no function, by a value */
	uint32_t strangers; /* calls of functions that neither PHP nor the file has, with a request's text */
	uint32_t hidden_names; /* of functions that run things, made and kept */
	uint32_t hidden_calls; /* of PHP's functions by a name put together from pieces */
	uint32_t outside; /* names it uses that neither PHP has nor it makes */
	uint32_t borrowed; /* methods of objects that nothing in it has made */
	uint32_t visitors; /* things that who asks was compared with */
	uint32_t passwords; /* digests that stand in the script, compared with what a request brings */
	uint32_t hidden_supers; /* superglobals by a name put together from pieces */
	uint32_t spelled_supers; /* superglobals by a text in their place */
	uint32_t escaped; /* plain letters that were written as escapes */
	uint64_t worked; /* of ENGINE_STEPS */
};

enum { EVENTS_MOST = 4096, STEPS_MOST = 1 << 16 };

/*
 * The new step's number, or BEFORE where there is no room. S is copied; WHAT has to be a constant, or
 * live as long as the arena.
 */
uint32_t event_step(struct events *ev, const struct step *s);
/*
 * A new event, zeroed, to be filled by the caller before the next call; NULL where EVENTS_MOST are there.
 */
struct event *events_add(struct events *ev);
/* E once more, or NULL where the same happened at that place before. */
struct event *event_keep(struct events *ev, const struct event *e);
/*
 * The number of TEXT, whose bytes are not copied and must live as long as EV. The first call has to be
 * for the file itself: number 0 is taken for it everywhere.
 */
uint32_t event_text(struct events *ev, struct span text);

#endif
