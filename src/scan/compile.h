/*
 * compile - tokens to code: what statements (statement.c; block.h), declarations (declare.c) and expressions (expr.c) share.
 *
 * Neither calls itself: nesting is on two stacks of their own, with a limit. Functions inside of something are only
 * noted here and translated later, from a queue.
 *
 * TRUST: the tokens are an attacker's: each look at one goes through compile_token, which gives an end
 * behind the last.
 */
#ifndef SPAMTRAIL_SCAN_COMPILE_H
#define SPAMTRAIL_SCAN_COMPILE_H

#include "scan/engine.h"

enum { OPERATORS_MOST = 1000, BLOCKS_MOST = 1000 };

/* What waits on the operator stack until its operand is there. */
struct waiting {
	uint8_t kind; /* enum wait_kind, expr.c */
	uint8_t level; /* binds so tightly */
	uint8_t op;
	uint8_t target; /* of an assignment: which store */
	uint16_t n; /* arguments so far */
	bool key; /* an array's element has had its =>; of a call: its last argument is a list of them */
	uint32_t a; /* name, variable, place in the code */
	uint32_t token;
};

/* An open block. */
struct block {
	uint8_t kind; /* enum block_kind, block.h */
	uint8_t form; /* enum block_form */
	bool key; /* foreach */
	uint32_t at; /* where the code says it begins */
	uint32_t patch; /* the instruction to be told where it ends */
	uint32_t from, to; /* tokens of a loop's step or test that comes at its end */
};

struct compiler {
	struct engine *e;
	struct text *t;
	struct unit *u;
	uint32_t i, end; /* tokens */
	uint32_t class;
	struct code *code;
	uint32_t codes, codes_cap;
	uint32_t *slot_name;
	uint32_t slots, slots_cap;
	struct waiting wait[OPERATORS_MOST];
	uint32_t waits;
	struct block block[BLOCKS_MOST];
	uint32_t blocks;
};

/* The new instruction, good until the next; over the budget it is written over the last one. */
struct code *emit(struct compiler *c, uint8_t op, uint32_t a);
uint32_t compile_slot(struct compiler *c, uint32_t name);

static inline const struct token *compile_token(const struct compiler *c, uint32_t i)
{
	static const struct token nothing = { .kind = TK_END, .mate = TOKEN_NONE };

	return i < c->t->n ? &c->t->token[i] : &nothing;
}

static inline bool compile_is(const struct compiler *c, uint32_t i, uint8_t op)
{
	const struct token *tk = compile_token(c, i);

	return tk->kind == TK_OP && tk->sub == op;
}

/* KW_NONE for what is no keyword. */
static inline uint8_t compile_keyword(const struct compiler *c, uint32_t i)
{
	const struct token *tk = compile_token(c, i);

	return tk->kind == TK_NAME ? tk->sub : KW_NONE;
}

uint32_t compile_name_at(struct compiler *c, uint32_t i, bool lower);
/* N tokens were only looked past: in the end there are too many, and translating stops. */
void compile_passed(struct compiler *c, uint32_t n);
/* From the opening bracket at I to its partner, or to the end. */
uint32_t compile_mate(const struct compiler *c, uint32_t i);
/* The statement at c->i, of the unit or of the innermost open block; c->i stands behind it, or behind what it begins with. */
void compile_statement(struct compiler *c);
/* The expression at c->i, up to END at most: leaves one value. c->i stands behind it. */
void compile_expression(struct compiler *c, uint32_t end);
/* A function's head at token I ("function", "fn" behind it): its unit, c->i behind its body. */
struct unit *compile_function(struct compiler *c, bool arrow);
void compile_class(struct compiler *c, uint32_t *ret_class);
/* Parameters and the closure's use list get the first variables. */
void compile_parameters(struct compiler *c, struct unit *u);
/* Takes the value on top apart into the list pattern of tokens FROM to TO. */
void compile_pattern(struct compiler *c, uint32_t from, uint32_t to);

#endif
