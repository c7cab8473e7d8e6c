/*
 * block - see block.h: the stack of open blocks, and if, whose else goes on with a block that ends.
 *
 * TRUST: the tokens are an attacker's; over BLOCKS_MOST a block is not kept, and the limit is told.
 */
#include "scan/block.h"

#include "scan/compile.h"

struct block *block_open(struct compiler *c, uint8_t kind)
{
	struct block *b = &c->block[c->blocks < BLOCKS_MOST - 1 ? c->blocks++ : c->blocks];

	if (c->blocks >= BLOCKS_MOST - 1)
		c->e->limits |= LIMIT_DEPTH;
	*b = (struct block){ .kind = kind };
	if (compile_is(c, c->i, '{')) {
		c->i++;
	} else if (compile_is(c, c->i, ':')) {
		b->form = F_COLON;
		c->i++;
	} else {
		b->form = F_ONE;
	}
	return b;
}

void block_close_single(struct compiler *c)
{
	while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
		block_close(c);
}

void block_condition(struct compiler *c)
{
	uint32_t end;

	if (!compile_is(c, c->i, '(')) {
		emit(c, C_CONST, engine_constant(c->e, value_unknown(0, 0)));
		return;
	}
	end = compile_mate(c, c->i);
	c->i++;
	compile_expression(c, end);
	c->i = end + 1;
}

void block_if(struct compiler *c)
{
	uint32_t at;

	c->i++;
	block_condition(c);
	at = c->codes;
	emit(c, C_IF, 0);
	block_open(c, B_IF)->patch = at;
}

/* elseif is an else that holds an if. */
static void else_branch(struct compiler *c, const struct block *was)
{
	bool again = compile_keyword(c, c->i) == KW_ELSEIF ||
		     (was->form == F_COLON && compile_keyword(c, c->i + 1) == KW_IF);
	struct block *b;

	emit(c, C_ELSE, 0);
	c->code[was->patch].a = c->codes;
	if (again) {
		uint32_t patch = c->codes - 1;

		if (compile_keyword(c, c->i) == KW_ELSE)
			c->i++;
		if (c->blocks >= BLOCKS_MOST - 2) {
			c->code[patch].a = c->codes;
			emit(c, C_ENDIF, 0);
		} else {
			b = &c->block[c->blocks++];
			*b = (struct block){ .kind = B_ELSE, .form = F_ONE, .patch = patch };
		}
		block_if(c);
		return;
	}
	c->i++;
	block_open(c, B_ELSE)->patch = c->codes - 1;
}

/* for(): its steps, which stand in front of the body, come behind it. */
static void steps_of_for(struct compiler *c, const struct block *b)
{
	uint32_t i = c->i;

	c->code[b->patch + 1].a = c->codes;
	c->i = b->from;
	while (c->i < b->to) {
		uint32_t at = c->i;

		compile_expression(c, b->to);
		emit(c, C_POP, 0);
		c->i += compile_is(c, c->i, ',') || c->i == at;
	}
	c->i = i;
}

static void end_loop(struct compiler *c, const struct block *b)
{
	emit(c, C_AGAIN, b->at);
	c->code[b->patch].a = c->codes;
	emit(c, C_LOOP_END, 0);
}

bool block_close(struct compiler *c)
{
	struct block b = c->block[--c->blocks];

	switch (b.kind) {
	case B_IF:
		if (compile_keyword(c, c->i) == KW_ELSE || compile_keyword(c, c->i) == KW_ELSEIF) {
			else_branch(c, &b);
			return false;
		}
		c->code[b.patch].a = c->codes;
		emit(c, C_ENDIF, 0);
		break;
	case B_ELSE:
		c->code[b.patch].a = c->codes;
		emit(c, C_ENDIF, 0);
		break;
	case B_FOR:
	case B_LOOP:
		if (b.kind == B_FOR)
			steps_of_for(c, &b);
		end_loop(c, &b);
		break;
	case B_DO:
		c->code[b.patch + 1].a = c->codes;
		if (compile_keyword(c, c->i) == KW_WHILE && compile_is(c, c->i + 1, '(')) {
			uint32_t end = compile_mate(c, c->i + 1);

			c->i += 2;
			compile_expression(c, end);
			emit(c, C_TEST, 0);
			c->i = end + 1;
		}
		end_loop(c, &b);
		break;
	case B_SWITCH:
	case B_CATCH:
		emit(c, C_SURE, 0);
		break;
	default:
		break;
	}
	return true;
}

void block_ended(struct compiler *c)
{
	while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
		if (!block_close(c))
			return;
}

void block_close_colon(struct compiler *c)
{
	c->i++;
	if (compile_is(c, c->i, ';'))
		c->i++;
	block_close_single(c);
	if (c->blocks && c->block[c->blocks - 1].form == F_COLON)
		block_close(c);
	block_ended(c);
}

void block_else(struct compiler *c)
{
	block_close_single(c);
	if (c->blocks && c->block[c->blocks - 1].form == F_COLON && c->block[c->blocks - 1].kind == B_IF)
		block_close(c);
	else
		c->i++;
}

void block_end_statement(struct compiler *c)
{
	if (compile_is(c, c->i, ';'))
		c->i++;
	block_ended(c);
}
