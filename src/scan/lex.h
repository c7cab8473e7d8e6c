/*
 * lex - PHP text to tokens, one at a time, in one pass and bounded memory.
 *
 * Takes every text: what no PHP would compile still comes out as some tokens, and every call moves on or ends.
 * Open tags count anywhere, in any file: behind an image's head, in a log.
 *
 * TRUST: the text is an attacker's.
 */
#ifndef SPAMTRAIL_SCAN_LEX_H
#define SPAMTRAIL_SCAN_LEX_H

#include "scan/token.h"

enum { LEX_DEPTH = 48, LEX_LABEL = 64 };

struct lexicon;

/* Where the lexer stands inside of quotes: which kind, and how many braces are open. */
struct lex_mode {
	uint8_t kind;
	uint32_t braces;
	uint32_t label_at, label_n;
};

struct lexer {
	const struct lexicon *words;
	const char *p; /* the text */
	uint32_t n, at;
	uint32_t depth;
	struct lex_mode mode[LEX_DEPTH];
	struct token wait[8]; /* pieces of a $name[key] inside quotes, given one by one */
	uint8_t waiting, given;
	bool code; /* no tags before it */
	uint32_t comments; /* bytes of them */
	bool too_deep;
};

/*
 * A lexer at the start of TEXT (under 4 GiB). CODE: the text is PHP without tags, as eval takes it. TEXT
 * is not copied and has to outlive the lexer; WORDS likewise. Nothing is allocated, nothing has to be
 * given back.
 */
void lex_start(struct lexer *l, const struct lexicon *words, struct span text, bool code);
/*
 * The next token; TK_END again and again at the end. Its place is in bytes of the text; pieces that are
 * made up have length 0. Nested deeper than LEX_DEPTH, TOO_DEEP is set: from there on pieces may be cut
 * wrongly, but still to the end.
 */
struct token lex_next(struct lexer *l);
/*
 * Line, counted from 1, and column of a byte. Columns count bytes, from 1. AT behind the end is taken for
 * the end. Costs a pass over all that stands in front of AT.
 */
void lex_place(struct span text, uint32_t at, uint32_t *ret_line, uint32_t *ret_column);

#endif
