/*
 * value - what an expression of the scanned text may be: the one content that was worked out, where there is one, and
 * everything it may be made of (its marks), which a content does not rule out.
 *
 * Texts and arrays lie in the arena of the one file. Their bytes are charged to a budget; over it, a value is unknown.
 *
 * TRUST: contents, sizes and keys are the scanned text's; a text has no NUL behind it and may hold some.
 */
#ifndef SPAMTRAIL_SCAN_VALUE_H
#define SPAMTRAIL_SCAN_VALUE_H

#include "base/span.h"

struct arena;

enum value_kind {
	V_UNKNOWN, /* n: enum super where it is one of those */
	V_NULL,
	V_BOOL,
	V_INT,
	V_FLOAT,
	V_TEXT,
	V_ARRAY,
	V_OBJECT, /* n: its class, or NO_CLASS */
	V_CLOSURE, /* n: its unit */
	V_ALIAS, /* of a variable: cell is the variable */
};

enum value_tail {
	TAIL_NONE,
	TAIL_ENDED, /* a pattern's end, and modifiers behind it */
	TAIL_EVALUATES, /* with an "e" among them */
	TAIL_DIGEST, /* not a text but a digest of what a request brought */
	TAIL_AGE, /* a time that is not now: a file's, or made up */
	TAIL_WORD, /* one word of a request's, made harmless as an argument: not as the program itself */
	TAIL_KEPT, /* the path of a file that somebody comes back for, or such a file */
	TAIL_MADE, /* what a function of the script's made of a request's text, in a way that was not followed */
};

enum mark {
	M_FIELD = 1, /* a request's field: $_GET, $_POST, $_REQUEST, $_COOKIE */
	M_HEADER = 2, /* what else a client spells: headers, query, path */
	M_UPLOAD = 4, /* an uploaded file, or its name */
	M_BODY = 8, /* php://input */
	M_REMOTE = 16, /* another server's answer */
	M_FILE = 32, /* what stands in a file */
	M_SECRET = 64, /* a field called like a password or a card number */
	M_CLIENT = 128, /* the client's address */
	M_VISITOR = 256, /* user agent, referer, language, host: what a cloak asks for */
	M_DECODED = 512, /* came out of a decoder */
	M_BUILT = 1024, /* was put together from pieces: a name that nobody can search for */
	M_SELF = 2048, /* this very script */
	M_BEHIND = 4096, /* fixed text stands in front of it */
	M_LINES = 8192, /* one of many that were split */
	M_UPLOAD_NAME = 1 << 14,
	M_URL = 1 << 15, /* a fixed address of another server */
	M_WRITER = 1 << 16, /* a file opened for writing */
	M_TEMP = 1 << 17, /* a temporary file */
	M_WHOLE = 1 << 18, /* all fields of a request at once */
	M_SCRIPT = 1 << 19, /* the path ends like a script's */
	M_INNER = 1 << 20, /* fixed text behind it as well */
	M_TEMPNAME = 1 << 21, /* the upload's own temporary file */
	M_CHANGED = 1 << 22, /* a decoder went over it */
	M_SOCKET = 1 << 23,
	M_FRAGILE = 1 << 24, /* decoded more than once */
	M_LOOSE = 1 << 25, /* a variable that nothing has set: a request's field under old settings */
	M_ESCAPED = 1 << 26, /* written in escapes that hide plain letters */
	M_BARE = 1 << 28, /* the name of a constant that nothing here defines: text of its own, or anything */
	M_DIGIT = 1 << 29, /* a number that a request's letter was made into: chr() makes it a letter again */
	M_CHOSEN = 1 << 27, /* picked from a list by what a client sent */
	M_PARAMETER = 1 << 30, /* whatever somebody calls a function with that nothing here calls */
};
/* The path ends like a picture's, or another file's that holds no script. */
#define M_PICTURE (UINT32_C(1) << 31)

#define M_INPUT (M_FIELD | M_HEADER | M_BODY)
/* What a property of one piece says about the whole no longer holds. */
#define M_SHAPE (M_BEHIND | M_INNER | M_SCRIPT | M_PICTURE)

#define NO_CLASS UINT32_MAX

struct array;

struct value {
	uint8_t kind;
	bool grows; /* a text that value_append made: there may be room behind it */
	uint8_t tail; /* enum value_tail: of a text that is not known */
	uint32_t marks;
	uint32_t from; /* the step it came out of (steps.h), 0: none */
	uint32_t n; /* bytes of a text; class; unit; for a loaded variable see slot */
	uint32_t slot; /* the variable it was just loaded from, plus one */
	union {
		int64_t i;
		double d;
		const char *p;
		struct array *array;
		struct value *cell;
	};
};

/* Memory of one file's values. */
struct pool {
	struct arena *arena;
	uint64_t bytes_left;
	bool over;
};

/* N bytes for P's values, zeroed, or NULL over the budget: for good, P->over is set. Nothing is given back one by one. */
void *pool_take(struct pool *p, size_t n);
/* A text with room: value_append may go on behind it. */
struct value value_text(struct pool *p, struct span s);
/* S itself as a value: not copied, and never to be written into. */
struct value value_span(struct span s);
struct value value_int(int64_t i);
struct value value_bool(bool b);
struct value value_unknown(uint32_t marks, uint32_t from);
/* PATH ends like a picture's, or another file's that holds no script. */
bool value_picture(struct span path);
/* PATH ends like a list that somebody comes back for: no program reads settings from such files. */
bool value_kept(struct span path);
/* PATH ends like a script's, or is a file that tells the server what scripts are. */
bool value_script(struct span path);
/* A with B behind it; marks of both. Grows in place where A ends its block. */
struct value value_append(struct pool *p, struct value a, struct value b);
/* The text of a number, a truth or a text; false: not known. Small numbers are written to SCRATCH. */
enum { VALUE_SCRATCH = 32 };
bool value_to_text(const struct value *v, char scratch[VALUE_SCRATCH], struct span *ret);
bool value_to_int(const struct value *v, int64_t *ret);
/* The same where it does not matter that it is not known: empty, 0. */
struct span value_plain(const struct value *v, char scratch[VALUE_SCRATCH]);
int64_t value_number(const struct value *v);
int value_truth(const struct value *v); /* -1: not known */
int value_same(const struct value *a, const struct value *b, bool strict); /* 1 equal, 0 not, -1 not known */
/* An empty list: what a variable holds where there is nothing to say. */
bool value_is_blank(const struct value *v);
/* What may be either: marks of both; B's content, or A's where B is unknown, null or an empty list. Takes no memory. */
struct value value_join(struct value a, struct value b);

/* Marks of everything in it, two floors deep. */
uint32_t value_all_marks(const struct value *v);
uint32_t value_marks_of(const struct value *v, uint32_t n);

#endif
