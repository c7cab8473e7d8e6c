/*
 * compile - see compile.h: one unit to code, and what all who emit it share.
 *
 * TRUST: the tokens are an attacker's; code and variables are limited by the file's budget.
 */
#include "scan/compile.h"

#include "scan/block.h"

static void *more(struct pool *p, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	void *room = pool_take(p, (size_t)*cap * 2 * size);

	if (!room)
		return NULL;
	if (n)
		memcpy(room, old, n * size);
	*cap *= 2;
	return room;
}

struct code *emit(struct compiler *c, uint8_t op, uint32_t a)
{
	if (c->codes == c->codes_cap) {
		struct code *room = more(&c->e->pool, c->code, c->codes, &c->codes_cap, sizeof(*room));

		if (!room) {
			/* the last instruction is written over: the unit stays whole, and the limit is told */
			c->e->limits |= LIMIT_BYTES;
			c->codes--;
		} else {
			c->code = room;
		}
	}
	c->code[c->codes] = (struct code){ .op = op, .a = a, .token = c->i };
	return &c->code[c->codes++];
}

/*
 * Variables are numbered per unit; the name remembers its number while that unit is translated. The check
 * against SLOT_NAME is what makes the memory safe: a number left by another unit is found out, not
 * trusted.
 */
uint32_t compile_slot(struct compiler *c, uint32_t name)
{
	struct engine *e = c->e;

	if (e->name_unit[name] == e->compiled && e->name_slot[name] < c->slots &&
	    c->slot_name[e->name_slot[name]] == name)
		return e->name_slot[name];
	/* the machine has no room for a unit with more: the rest share the last one */
	if (c->slots == UNIT_SLOTS_MOST) {
		e->limits |= LIMIT_BYTES;
		return c->slots - 1;
	}
	if (c->slots == c->slots_cap) {
		uint32_t *room = more(&e->pool, c->slot_name, c->slots, &c->slots_cap, sizeof(*room));

		if (!room) {
			e->limits |= LIMIT_BYTES;
			return 0;
		}
		c->slot_name = room;
	}
	c->slot_name[c->slots] = name;
	e->name_slot[name] = c->slots;
	e->name_unit[name] = e->compiled;
	return c->slots++;
}

uint32_t compile_name_at(struct compiler *c, uint32_t i, bool lower)
{
	const struct token *tk = compile_token(c, i);

	return engine_name(c->e, span_of(c->t->bytes.p + tk->at, tk->n), lower);
}

void compile_passed(struct compiler *c, uint32_t n)
{
	c->e->passed += n;
	if (c->e->passed > ENGINE_PASSED && !c->e->spent) {
		c->e->spent = true;
		c->e->limits |= LIMIT_STEPS;
	}
}

uint32_t compile_mate(const struct compiler *c, uint32_t i)
{
	uint32_t m = compile_token(c, i)->mate;

	return m < c->end ? m : c->end;
}

/* One unit; functions in it were made units when they were met, and come later. */
void compile_unit(struct engine *e, struct unit *u)
{
	struct compiler *c = e->compiler;

	if (!c) {
		c = pool_take(&e->pool, sizeof(*c));
		if (!c)
			return;
		e->compiler = c;
	}
	c->e = e;
	c->t = u->text;
	c->u = u;
	c->class = u->class;
	c->blocks = c->waits = 0;
	c->codes = c->slots = 0;
	c->codes_cap = 32;
	c->slots_cap = 8;
	c->code = pool_take(&e->pool, c->codes_cap * sizeof(*c->code));
	c->slot_name = pool_take(&e->pool, c->slots_cap * sizeof(*c->slot_name));
	if (!c->code || !c->slot_name) {
		u->refused = true;
		return;
	}
	compile_parameters(c, u);
	c->i = u->first;
	c->end = u->end;
	if (u->arrow) {
		compile_expression(c, c->end);
		emit(c, C_RETURN, 0);
	}
	while (c->i < c->end && !e->pool.over && !e->spent) {
		uint32_t at = c->i;

		compile_statement(c);
		if (c->i == at && compile_token(c, at)->kind == TK_OP)
			c->i++;
	}
	while (c->blocks)
		block_close(c);
	u->code = c->code;
	u->codes = c->codes;
	u->slot_name = c->slot_name;
	u->slots = c->slots;
}
