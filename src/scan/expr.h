/*
 * expr - what the two halves of the expression parser share: operands (operand.c) and operators (expr.c).
 */
#ifndef SPAMTRAIL_SCAN_EXPR_H
#define SPAMTRAIL_SCAN_EXPR_H

#include "scan/token.h"

struct compiler;
struct value;
struct waiting;

enum wait_kind {
	W_BINARY,
	W_UNARY,
	W_CAST,
	W_ASSIGN,
	W_ARROW, /* "fn" has no operator; kept for ?: */
	W_WHEN, /* ? seen */
	W_OTHERWISE, /* : seen */
	W_BARRIER, /* kinds from here on wait for their bracket */
	W_GROUP,
	W_CALL, /* a name's or value's arguments */
	W_INDEX,
	W_ARRAY,
	W_TEXT, /* quotes that have code in them */
	W_PIECE, /* the code */
	W_NAMED, /* {name} behind -> or $ */
	W_ISSET,
	W_UNPACK, /* list pattern waiting for its value */
};

enum target {
	TO_VARIABLE,
	TO_NAMED,
	TO_INDEX,
	TO_PUSH,
	TO_PROPERTY,
	TO_PROPERTY_NAMED,
	TO_NOWHERE,
	TO_PATTERN
};

enum call_kind { CALL_NAME, CALL_VALUE, CALL_METHOD, CALL_METHOD_NAMED, CALL_NEW, CALL_EVAL, CALL_EXIT };

enum {
	UNARY_NOT = '!',
	UNARY_MINUS = '-',
	UNARY_PLUS = '+',
	UNARY_TILDE = '~',
	UNARY_SAME = '@',
	UNARY_PRINT = 'p',
	UNARY_INCLUDE = 'i',
	UNARY_UP = 'u',
	UNARY_DOWN = 'd',
	UNARY_CLONE = 'c',
	UNARY_NEW = 'n',
	UNARY_YIELD = 'y',
	UNARY_THROW = 't'
};

enum { L_LOW = 1, L_ASSIGN = 4, L_TERNARY = 5, L_COALESCE = 6, L_UNARY = 20, L_POW = 21, L_NEW = 22 };

const struct token *expr_now(const struct compiler *c);
struct waiting *expr_push(struct compiler *c, uint8_t kind, uint8_t level);
struct waiting *expr_open_call(struct compiler *c, uint8_t kind, uint32_t a);
void expr_constant(struct compiler *c, struct value v);
/* The number of the name in TK. */
uint32_t expr_name(struct compiler *c, const struct token *tk, bool lower);
/* One operand, or what comes before it. True: it is whole, and an operator comes next. */
bool expr_operand(struct compiler *c);

#endif
