/*
 * loop - see block.h: loops and switch to code, and what leaves them.
 *
 * TRUST: the tokens are an attacker's; a part of for() or foreach() that is missing is empty.
 */
#include "scan/block.h"

#include "scan/compile.h"

static uint32_t open_loop(struct compiler *c)
{
	uint32_t at = c->codes;

	emit(c, C_LOOP, 0);
	emit(c, C_NOP, c->codes + 1);
	return at;
}

static void statement_while(struct compiler *c)
{
	uint32_t patch = open_loop(c), at = c->codes;
	struct block *b;

	c->i++;
	block_condition(c);
	emit(c, C_TEST, 0);
	b = block_open(c, B_LOOP);
	b->patch = patch;
	b->at = at;
}

static void statement_do(struct compiler *c)
{
	uint32_t patch = open_loop(c);
	struct block *b;

	c->i++;
	b = block_open(c, B_DO);
	b->patch = patch;
	b->at = patch + 2;
}

/* The ";" or end of a part of for(). */
static uint32_t part_end(const struct compiler *c, uint32_t i, uint32_t end)
{
	for (; i < end && !compile_is(c, i, ';'); i++) {
		uint32_t m = compile_token(c, i)->mate;

		if (compile_token(c, i)->kind == TK_OP && m < end && m > i &&
		    strchr("([{", compile_token(c, i)->sub))
			i = m;
	}
	return i;
}

static void part(struct compiler *c, uint32_t end, bool last_counts)
{
	while (c->i < end) {
		uint32_t at = c->i;

		compile_expression(c, end);
		c->i += c->i == at || compile_is(c, c->i, ',');
		if (c->i < end || !last_counts)
			emit(c, C_POP, 0);
	}
}

static void statement_for(struct compiler *c)
{
	uint32_t open = c->i + 1, end = compile_mate(c, open), first, second, patch, at;
	struct block *b;

	if (!compile_is(c, open, '(')) {
		c->i++;
		return;
	}
	first = part_end(c, open + 1, end);
	second = part_end(c, first + 1, end);
	compile_passed(c, second - open);
	c->i = open + 1;
	part(c, first, false);
	patch = open_loop(c);
	at = c->codes;
	c->i = first + 1;
	if (c->i < second)
		part(c, second, true);
	else
		emit(c, C_CONST, engine_constant(c->e, value_int(1)));
	emit(c, C_TEST, 0);
	c->i = end + 1;
	b = block_open(c, B_FOR);
	b->patch = patch;
	b->at = at;
	b->from = second + 1;
	b->to = end;
}

/* The value or key of foreach lies on top: into the target at c->i. */
static void each_target(struct compiler *c, uint32_t end)
{
	if (compile_is(c, c->i, '&'))
		c->i++;
	if (compile_token(c, c->i)->kind == TK_VAR &&
	    (c->i + 1 >= end || compile_is(c, c->i + 1, OP_FAT_ARROW))) {
		emit(c, C_STORE, compile_slot(c, compile_name_at(c, c->i, false)));
	} else if (compile_is(c, c->i, '[') || compile_keyword(c, c->i) == KW_LIST) {
		uint32_t open = c->i + (compile_keyword(c, c->i) == KW_LIST);

		compile_pattern(c, open + 1, compile_mate(c, open));
	}
	emit(c, C_POP, 0);
}

static void statement_foreach(struct compiler *c)
{
	uint32_t open = c->i + 1, end = compile_mate(c, open), i, arrow, patch;
	struct code *k;
	struct block *b;

	if (!compile_is(c, open, '(')) {
		c->i++;
		return;
	}
	c->i = open + 1;
	compile_expression(c, end);
	for (i = c->i; i < end && compile_keyword(c, i) != KW_AS; i++)
		;
	i++;
	for (arrow = i; arrow < end && !compile_is(c, arrow, OP_FAT_ARROW); arrow++)
		;
	compile_passed(c, arrow - c->i);
	patch = c->codes;
	emit(c, C_EACH, 0);
	emit(c, C_NOP, c->codes + 1);
	k = emit(c, C_NEXT, 0);
	k->b = arrow < end;
	c->i = i;
	if (arrow < end) {
		each_target(c, end);
		c->i = arrow + 1;
	}
	if (compile_is(c, c->i, '&') && compile_token(c, c->i + 1)->kind == TK_VAR)
		c->code[patch + 2].n = (uint16_t)(compile_slot(c, compile_name_at(c, c->i + 1, false)) + 1);
	each_target(c, end);
	c->i = end + 1;
	b = block_open(c, B_LOOP);
	b->patch = patch;
	b->at = patch + 2;
}

/* Every case may be the one. */
static void statement_switch(struct compiler *c)
{
	c->i++;
	block_condition(c);
	emit(c, C_POP, 0);
	emit(c, C_MAYBE, 0);
	block_open(c, B_SWITCH);
}

static void statement_case(struct compiler *c)
{
	bool is_default = compile_keyword(c, c->i) == KW_DEFAULT;

	c->i++;
	if (!is_default) {
		compile_expression(c, c->end);
		emit(c, C_POP, 0);
	}
	if (compile_is(c, c->i, ':') || compile_is(c, c->i, ';'))
		c->i++;
}

/* PHP counts switches as loops; the machine has only loops. */
static void statement_break(struct compiler *c, uint8_t op)
{
	const struct token *n = compile_token(c, c->i + 1);
	int64_t levels = 1, loops = 0;
	struct value v;

	c->i++;
	if (n->kind == TK_NUMBER) {
		v = compile_literal(c->e, c->t, n);
		value_to_int(&v, &levels);
		c->i++;
	}
	for (uint32_t i = c->blocks; i > 0 && levels > 0; i--) {
		uint8_t kind = c->block[i - 1].kind;

		if (kind == B_LOOP || kind == B_FOR || kind == B_DO) {
			levels--;
			loops++;
		} else if (kind == B_SWITCH) {
			levels--;
		}
	}
	/* out of a switch only: what follows may still be reached */
	for (uint32_t i = c->blocks; i > 0 && loops == 1; i--) {
		if (c->block[i - 1].kind == B_SWITCH)
			return;
		if (c->block[i - 1].kind == B_LOOP || c->block[i - 1].kind == B_FOR ||
		    c->block[i - 1].kind == B_DO)
			break;
	}
	if (loops)
		emit(c, op, 0)->n = (uint16_t)(loops < 100 ? loops : 100);
}

bool loop_keyword(struct compiler *c, uint8_t kw)
{
	switch (kw) {
	case KW_WHILE:
		statement_while(c);
		return true;
	case KW_DO:
		statement_do(c);
		return true;
	case KW_FOR:
		statement_for(c);
		return true;
	case KW_FOREACH:
		statement_foreach(c);
		return true;
	case KW_SWITCH:
		statement_switch(c);
		return true;
	case KW_CASE:
	case KW_DEFAULT:
		statement_case(c);
		return true;
	case KW_BREAK:
	case KW_CONTINUE:
		statement_break(c, kw == KW_BREAK ? C_BREAK : C_CONTINUE);
		block_end_statement(c);
		return true;
	default:
		return false;
	}
}
