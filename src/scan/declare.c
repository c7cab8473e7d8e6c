/*
 * declare - what a PHP text declares: functions with their parameters, classes with their members, and the patterns that
 * take a list apart; see compile.h.
 *
 * A function's body is only noted here; it is translated later, from the engine's queue.
 * TRUST: the tokens are an attacker's.
 */
#include "scan/compile.h"

/* --- functions and classes ------------------------------------------------------------------- */

/* The end of an arrow function's expression that begins at I. */
static uint32_t arrow_end(const struct compiler *c, uint32_t i)
{
	for (; i < c->end; i++) {
		const struct token *tk = compile_token(c, i);

		if (tk->kind != TK_OP)
			continue;
		if (strchr("([{", tk->sub) && tk->sub && tk->mate < c->end)
			i = tk->mate;
		else if (tk->sub && strchr(")]};,", tk->sub))
			break;
	}
	return i;
}

struct unit *compile_function(struct compiler *c, bool arrow)
{
	struct unit *u = engine_unit(c->e, c->t);
	uint32_t i = c->i + 1, type;

	if (compile_is(c, i, '&'))
		i++;
	if (compile_token(c, i)->kind == TK_NAME && !compile_is(c, i, '('))
		i++;
	if (!u || !compile_is(c, i, '(')) {
		c->i = i > c->i ? i : c->i + 1;
		return NULL;
	}
	u->class = c->class;
	u->arrow = arrow;
	u->head = i + 1;
	u->head_end = compile_mate(c, i);
	i = u->head_end + 1;
	if (compile_keyword(c, i) == KW_USE && compile_is(c, i + 1, '(')) {
		u->use_first = i + 2;
		u->uses = compile_mate(c, i + 1);
		i = u->uses + 1;
	}
	/* the type it returns */
	type = i;
	while (i < c->end && !compile_is(c, i, '{') && !compile_is(c, i, ';') &&
	       !compile_is(c, i, OP_FAT_ARROW))
		i++;
	compile_passed(c, i - type);
	if (arrow) {
		u->first = i + 1;
		u->end = arrow_end(c, i + 1);
		compile_passed(c, u->end - i);
		c->i = u->end;
		return u;
	}
	if (!compile_is(c, i, '{')) {
		u->refused = true;
		c->i = i;
		return u;
	}
	u->first = i + 1;
	u->end = compile_mate(c, i);
	c->i = u->end + 1;
	return u;
}

/* The value that a property or constant begins with, stored when the class is declared. */
static void property(struct compiler *c, uint32_t class, uint32_t name, bool is_constant)
{
	if (!compile_is(c, c->i, '='))
		return;
	emit(c, C_CONST, engine_constant(c->e, (struct value){ .kind = V_OBJECT, .n = class }));
	c->i++;
	compile_expression(c, c->end);
	emit(c, C_STORE_PROPERTY, name);
	emit(c, C_POP, 0);
	(void)is_constant;
}

/* use A, B; or use A { ... }: their methods are the class's own. */
static void traits(struct compiler *c, uint32_t class)
{
	struct class *k = &c->e->class[class];

	for (c->i++; c->i < c->end && !compile_is(c, c->i, ';') && !compile_is(c, c->i, '{'); c->i++) {
		uint32_t n = 0;

		while (n < TRAITS_MOST && k->trait[n])
			n++;
		if (n < TRAITS_MOST && compile_token(c, c->i)->kind == TK_NAME)
			k->trait[n] = compile_name_at(c, c->i, true);
	}
}

/* One member of the class; c->i moves on. */
static void class_member(struct compiler *c, uint32_t class)
{
	uint8_t kw = compile_keyword(c, c->i);

	if (kw == KW_FUNCTION) {
		uint32_t at = c->i + 1 + compile_is(c, c->i + 1, '&');
		uint32_t name = compile_name_at(c, at, true);
		struct unit *u = compile_function(c, false);

		if (u)
			engine_add_method(c->e, u, name);
	} else if (kw == KW_USE) {
		traits(c, class);
	} else if (kw == KW_CONST && compile_token(c, c->i + 1)->kind == TK_NAME) {
		uint32_t at = c->i + 1;

		if (compile_token(c, at + 1)->kind == TK_NAME)
			at++;
		c->i = at + 1;
		property(c, class, compile_name_at(c, at, false), true);
	} else if (compile_token(c, c->i)->kind == TK_VAR) {
		c->i++;
		property(c, class, compile_name_at(c, c->i - 1, false), false);
	} else if (compile_is(c, c->i, '{')) {
		c->i = compile_mate(c, c->i) + 1;
	} else {
		c->i++;
	}
}

/* Its methods become units; what its properties begin with is code of where it stands. */
void compile_class(struct compiler *c, uint32_t *ret_class)
{
	uint32_t outer = c->class, outer_end = c->end, class;
	uint32_t i = c->i + 1, token = c->i;

	class = engine_class(c->e, compile_token(c, i)->kind == TK_NAME && !compile_keyword(c, i)
					   ? compile_name_at(c, i, true)
					   : 0);
	for (; i < c->end && !compile_is(c, i, '{') && !compile_is(c, i, ';'); i++)
		if (compile_keyword(c, i) == KW_EXTENDS && class != NO_CLASS &&
		    compile_token(c, i + 1)->kind == TK_NAME)
			c->e->class[class].parent = compile_name_at(c, i + 1, true);
	*ret_class = class;
	if (class != NO_CLASS) {
		c->e->class[class].text = c->t;
		c->e->class[class].token = token;
	}
	if (!compile_is(c, i, '{') || class == NO_CLASS) {
		c->i = i;
		return;
	}
	c->class = class;
	c->end = compile_mate(c, i);
	c->i = i + 1;
	while (c->i < c->end)
		class_member(c, class);
	c->i = c->end + 1;
	c->end = outer_end;
	c->class = outer;
}

void compile_parameters(struct compiler *c, struct unit *u)
{
	uint32_t n = 0, i, from = u->use_first, to = u->uses;

	compile_passed(c, u->head_end - u->head);
	for (i = u->head; i < u->head_end; i++)
		n += compile_token(c, i)->kind == TK_VAR;
	u->parameter = n ? pool_take(&c->e->pool, n * sizeof(*u->parameter)) : NULL;
	for (i = u->head; u->parameter && i < u->head_end; i++) {
		const struct token *tk = compile_token(c, i);
		struct parameter *p = &u->parameter[u->parameters];

		if (tk->kind == TK_OP && strchr("([{", tk->sub) && tk->mate < u->head_end)
			i = tk->mate;
		if (tk->kind != TK_VAR)
			continue;
		*p = (struct parameter){ .slot = compile_slot(c, compile_name_at(c, i, false)),
					 .constant = UINT32_MAX };
		p->by_reference = i > 0 && compile_is(c, i - 1, '&');
		p->rest = i > 0 && compile_is(c, i - 1, OP_ELLIPSIS);
		if (compile_is(c, i + 1, '=') && compile_token(c, i + 2)->kind >= TK_NUMBER &&
		    compile_token(c, i + 2)->kind <= TK_PLAIN)
			p->constant =
				engine_constant(c->e, compile_literal(c->e, c->t, compile_token(c, i + 2)));
		u->parameters++;
	}
	u->use_first = c->slots;
	u->uses = 0;
	for (i = from; i < to; i++)
		if (compile_token(c, i)->kind == TK_VAR) {
			uint32_t slot = compile_slot(c, compile_name_at(c, i, false));

			u->uses += slot == u->use_first + u->uses;
		}
}

/* --- patterns -------------------------------------------------------------------------------- */

/* Elements that are variables; what lies deeper flows nowhere. */
void compile_pattern(struct compiler *c, uint32_t from, uint32_t to)
{
	int64_t n = 0;

	compile_passed(c, to > from ? to - from : 0);
	for (uint32_t i = from; i < to; i++) {
		const struct token *tk = compile_token(c, i);
		struct value key = value_int(n);

		if (tk->kind == TK_OP && tk->sub == ',') {
			n++;
			continue;
		}
		if (tk->kind == TK_OP && tk->mate < to && tk->mate > i) {
			i = tk->mate;
			continue;
		}
		if (tk->kind != TK_VAR)
			continue;
		if (i >= from + 2 && compile_is(c, i - 1, OP_FAT_ARROW))
			key = compile_literal(c->e, c->t, compile_token(c, i - 2));
		emit(c, C_COPY, 0);
		emit(c, C_CONST, engine_constant(c->e, key));
		emit(c, C_INDEX, 0);
		emit(c, C_STORE, compile_slot(c, compile_name_at(c, i, false)));
		emit(c, C_POP, 0);
	}
}
