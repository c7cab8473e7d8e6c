/*
 * conf - logical lines, words and statements of configuration files, includes followed.
 *
 * One reader for every dialect of "key value" files: it knows comments, continuation lines and a stack of
 * included files. All limits are counted: depth, include lines, files, lines, length of a joined line. A
 * reader that hits one stops giving and says so in `over`.
 *
 * TRUST: whoever can write the configuration; a damaged file gives odd lines, never more than its size.
 */
#ifndef SPAMTRAIL_HOST_CONF_H
#define SPAMTRAIL_HOST_CONF_H

#include "host/gather.h"

enum conf_style {
	CONF_PLAIN, /* a line is a line; # and ; begin comments */
	CONF_INDENT, /* a line that begins with a blank continues the one before (Postfix) */
	CONF_BACKSLASH, /* a \ at the end joins the next line (Exim, Apache, rsyslog) */
};

struct conf_file {
	struct conf_file *below;
	struct span path, left;
	unsigned depth;
	bool open;
};

struct conf {
	struct gather *g;
	enum conf_style style;
	struct conf_file *top;
	unsigned includes_left, files_left, lines_left;
	bool over; /* a limit was hit */
};

/* MANY: sites have a file each, so more files are allowed than for a mail server. */
void conf_start(struct conf *c, struct gather *g, enum conf_style style, bool many);
/* PATTERN's files come next, in byte order; where it names a folder, the files in it. */
void conf_include(struct conf *c, struct span pattern);
/* The same for bytes that are already there. */
void conf_bytes(struct conf *c, struct span bytes);

/* The next logical line, trimmed, no comments, no empty ones. Lives in the scratch arena. */
bool conf_line(struct conf *c, struct span *ret_line);

/* Takes the next word off LINE, without its quotes (" or '); empty at the end. */
struct span conf_word(struct span *line);

#define STATEMENT_WORDS 24

/* nginx and syslog-ng: words up to ; { or }. */
struct statement {
	struct span word[STATEMENT_WORDS]; /* further ones are dropped */
	size_t n;
	char end; /* ';', '{', '}' or '@' for a line that begins with @ */
};

/* Parentheses and commas count as blanks. */
bool conf_statement(struct conf *c, struct statement *ret_statement);

/* on, yes, true, 1 in any case. */
bool conf_is_on(struct span value);

#endif
