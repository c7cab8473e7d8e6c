/*
 * token - the pieces a PHP text is cut into. Texts stay where they are; a token says where.
 *
 * Text inside double quotes, heredocs and backticks comes as TK_OPEN, then TK_TEXT and bracketed expressions (the
 * brackets are made up, of length 0), then TK_CLOSE. A closing tag is a ";".
 *
 * TRUST: made from an attacker's text. AT and N lie within it; a bracket may have no mate, and order
 * means nothing: any token may follow any.
 */
#ifndef SPAMTRAIL_SCAN_TOKEN_H
#define SPAMTRAIL_SCAN_TOKEN_H

#include "base/span.h"

enum token_kind {
	TK_END,
	TK_HTML, /* outside of PHP */
	TK_VAR, /* the name without its $ */
	TK_NAME, /* keyword, function, class, constant; sub: enum keyword */
	TK_NUMBER,
	TK_RAW, /* 'text': sub 1 where it has a backslash */
	TK_TEXT, /* text with double-quote escapes; sub 1 where it has a backslash */
	TK_PLAIN, /* text without escapes (nowdoc, $a[key]) */
	TK_OPEN, /* sub: " ` or h */
	TK_CLOSE,
	TK_OP, /* sub: enum op */
};

enum keyword {
	KW_NONE, KW_ABSTRACT, KW_AND, KW_ARRAY, KW_AS, KW_BREAK, KW_CASE, KW_CATCH, KW_CLASS, KW_CLONE, KW_CONST,
	KW_CONTINUE, KW_DECLARE, KW_DEFAULT, KW_DO, KW_ECHO, KW_ELSE, KW_ELSEIF, KW_EMPTY, KW_ENDIF, KW_ENDFOR,
	KW_ENDFOREACH, KW_ENDSWITCH, KW_ENDWHILE, KW_ENUM, KW_EVAL, KW_EXIT, KW_EXTENDS, KW_FINAL, KW_FINALLY, KW_FN,
	KW_FOR, KW_FOREACH, KW_FUNCTION, KW_GLOBAL, KW_GOTO, KW_IF, KW_IMPLEMENTS, KW_INCLUDE, KW_INCLUDE_ONCE,
	KW_INSTANCEOF, KW_INTERFACE, KW_ISSET, KW_LIST, KW_MATCH, KW_NAMESPACE, KW_NEW, KW_OR, KW_PRINT, KW_PRIVATE,
	KW_PROTECTED, KW_PUBLIC, KW_READONLY, KW_REQUIRE, KW_REQUIRE_ONCE, KW_RETURN, KW_STATIC, KW_SWITCH, KW_THROW,
	KW_TRAIT, KW_TRY, KW_UNSET, KW_USE, KW_VAR, KW_WHILE, KW_XOR, KW_YIELD,
	KEYWORDS
};

/* One byte is the operator itself where there is such a character; the longer ones are numbered from 128 on. */
enum op {
	OP_PLUS_PLUS = 128, OP_MINUS_MINUS, OP_ARROW, OP_NULL_ARROW, OP_COLONS, OP_FAT_ARROW, OP_EQ, OP_NE, OP_SAME,
	OP_NOT_SAME, OP_LE, OP_GE, OP_SPACESHIP, OP_AND, OP_OR, OP_COALESCE, OP_SHL, OP_SHR, OP_POW, OP_ELLIPSIS,
	OP_ASSIGN, /* += and its sisters; mate is the operator */
	OP_CAST, /* (int) and its sisters; mate is the first letter of the type */
	OP_ECHO_TAG, /* <?= */
	OP_DOLLAR, /* $ before $ or { */
	OP_ATTRIBUTE, /* #[ */
};

#define TOKEN_NONE UINT32_MAX

struct token {
	uint32_t at, n; /* bytes of the text */
	uint32_t mate; /* of a bracket: the place of its other half, or TOKEN_NONE */
	uint8_t kind, sub;
};

#endif
