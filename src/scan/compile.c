/*
 * compile - statements to code, with a stack of open blocks; see compile.h.
 *
 * What is not understood is skipped up to the next ";": a file that PHP refuses still shows what is in it.
 * TRUST: the tokens are an attacker's.
 */
#include "scan/compile.h"

enum block_kind { B_PLAIN, B_IF, B_ELSE, B_LOOP, B_FOR, B_DO, B_SWITCH, B_CATCH };
enum block_form { F_BRACES, F_ONE, F_COLON };

static const struct token nothing = { .kind = TK_END, .mate = TOKEN_NONE };

const struct token *compile_token(const struct compiler *c, uint32_t i)
{
	return i < c->t->n ? &c->t->token[i] : &nothing;
}

bool compile_is(const struct compiler *c, uint32_t i, uint8_t op)
{
	const struct token *tk = compile_token(c, i);

	return tk->kind == TK_OP && tk->sub == op;
}

uint8_t compile_keyword(const struct compiler *c, uint32_t i)
{
	const struct token *tk = compile_token(c, i);

	return tk->kind == TK_NAME ? tk->sub : KW_NONE;
}

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

/* Over the budget the last instruction is written over: the unit stays whole, the limit is told. */
struct code *emit(struct compiler *c, uint8_t op, uint32_t a)
{
	if (c->codes == c->codes_cap) {
		struct code *room = more(&c->e->pool, c->code, c->codes, &c->codes_cap, sizeof(*room));

		if (!room) {
			/* no memory left: the last instruction is written over, and the limit is told */
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

/* From an opening bracket to its partner, or to the end. */
uint32_t compile_mate(const struct compiler *c, uint32_t i)
{
	uint32_t m = compile_token(c, i)->mate;

	return m < c->end ? m : c->end;
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* Braces, a colon, or one statement. */
static struct block *open_block(struct compiler *c, uint8_t kind)
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

static void statement_if(struct compiler *c);

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
		statement_if(c);
		return;
	}
	c->i++;
	open_block(c, B_ELSE)->patch = c->codes - 1;
}

/* The innermost block ends here. False: an else goes on with it. */
static bool close_block(struct compiler *c)
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
		if (b.kind == B_FOR) {
			uint32_t i = c->i;

			c->code[b.patch + 1].a = c->codes;
			c->i = b.from;
			while (c->i < b.to) {
				uint32_t at = c->i;

				compile_expression(c, b.to);
				emit(c, C_POP, 0);
				c->i += compile_is(c, c->i, ',') || c->i == at;
			}
			c->i = i;
		}
		emit(c, C_AGAIN, b.at);
		c->code[b.patch].a = c->codes;
		emit(c, C_LOOP_END, 0);
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
		emit(c, C_AGAIN, b.at);
		c->code[b.patch].a = c->codes;
		emit(c, C_LOOP_END, 0);
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

/* A statement is whole: blocks of one statement end with it. */
static void statement_ended(struct compiler *c)
{
	while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
		if (!close_block(c))
			return;
}

/* endif and its sisters. */
static void close_colon(struct compiler *c)
{
	c->i++;
	if (compile_is(c, c->i, ';'))
		c->i++;
	while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
		close_block(c);
	if (c->blocks && c->block[c->blocks - 1].form == F_COLON)
		close_block(c);
	statement_ended(c);
}

/* --- statements ------------------------------------------------------------------------------ */

/* An expression in brackets at c->i; c->i stands behind them. */
static void condition(struct compiler *c)
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

static void statement_if(struct compiler *c)
{
	uint32_t at;

	c->i++;
	condition(c);
	at = c->codes;
	emit(c, C_IF, 0);
	open_block(c, B_IF)->patch = at;
}

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
	condition(c);
	emit(c, C_TEST, 0);
	b = open_block(c, B_LOOP);
	b->patch = patch;
	b->at = at;
}

static void statement_do(struct compiler *c)
{
	uint32_t patch = open_loop(c);
	struct block *b;

	c->i++;
	b = open_block(c, B_DO);
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
	b = open_block(c, B_FOR);
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
	b = open_block(c, B_LOOP);
	b->patch = patch;
	b->at = patch + 2;
}

/* Every case may be the one. */
static void statement_switch(struct compiler *c)
{
	c->i++;
	condition(c);
	emit(c, C_POP, 0);
	emit(c, C_MAYBE, 0);
	open_block(c, B_SWITCH);
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

static void end_of_statement(struct compiler *c)
{
	if (compile_is(c, c->i, ';'))
		c->i++;
	statement_ended(c);
}

/* Known from the start of the file on, wherever it stands. */
static void statement_function(struct compiler *c)
{
	uint32_t at = c->i + 1 + compile_is(c, c->i + 1, '&');
	uint32_t name = compile_name_at(c, at, true);
	struct unit *u = compile_function(c, false);

	if (u && name) {
		u->name = name;
		u->class = NO_CLASS;
		c->e->function_of[name] = u->number + 1;
	}
	statement_ended(c);
}

static void statement_list(struct compiler *c, uint8_t kw)
{
	c->i++;
	while (c->i < c->end && !compile_is(c, c->i, ';')) {
		uint32_t at = c->i;

		if (kw == KW_GLOBAL && compile_token(c, c->i)->kind == TK_VAR) {
			emit(c, C_GLOBAL, compile_slot(c, compile_name_at(c, c->i, false)));
			c->i++;
		} else {
			compile_expression(c, c->end);
			emit(c, kw == KW_ECHO ? C_ECHO : C_POP, 0)->token = at;
		}
		if (c->i == at || !compile_is(c, c->i, ','))
			break;
		c->i++;
	}
	end_of_statement(c);
}

static void statement_const(struct compiler *c)
{
	c->i++;
	while (compile_token(c, c->i)->kind == TK_NAME && compile_is(c, c->i + 1, '=')) {
		const struct token *tk = compile_token(c, c->i);

		emit(c, C_CONST, engine_constant(c->e, value_span(span_of(c->t->bytes.p + tk->at, tk->n))));
		c->i += 2;
		compile_expression(c, c->end);
		emit(c, C_CALL, engine_name(c->e, SPAN("define"), true))->n = 2;
		emit(c, C_POP, 0);
		if (!compile_is(c, c->i, ','))
			break;
		c->i++;
	}
	end_of_statement(c);
}

static void statement_expression(struct compiler *c)
{
	uint32_t at = c->i;

	compile_expression(c, c->end);
	emit(c, C_POP, 0);
	if (c->i == at)
		c->i++;
	if (compile_is(c, c->i, ';'))
		c->i++;
	statement_ended(c);
}

static void statement_unset(struct compiler *c)
{
	uint32_t end = compile_mate(c, c->i + 1);

	for (uint32_t i = c->i + 2; i < end; i++)
		if (compile_token(c, i)->kind == TK_VAR && (i + 1 == end || compile_is(c, i + 1, ',')))
			emit(c, C_UNSET, compile_slot(c, compile_name_at(c, i, false)));
	c->i = end + 1;
	end_of_statement(c);
}

static void skip_statement(struct compiler *c)
{
	while (c->i < c->end && !compile_is(c, c->i, ';') && !compile_is(c, c->i, '{'))
		c->i++;
	if (!compile_is(c, c->i, '{'))
		end_of_statement(c);
}

/* "use function system as tidy, ...": PHP's own by another name. */
static void statement_use(struct compiler *c)
{
	bool functions = compile_keyword(c, c->i + 1) == KW_FUNCTION;

	for (uint32_t i = c->i + 2; functions && i + 2 < c->end && !compile_is(c, i, ';'); i++) {
		const struct token *is = compile_token(c, i), *as = compile_token(c, i + 1);
		const char *p = c->t->bytes.p;
		struct engine *e = c->e;

		if (is->kind != TK_NAME || compile_token(c, i + 2)->kind != TK_NAME ||
		    !span_eq_nocase(span_of(p + as->at, as->n), SPAN("as")) ||
		    !lexicon_function(e->words, span_of(p + is->at, is->n)))
			continue;
		if (e->aliases == ALIASES_MOST) {
			e->limits |= LIMIT_STEPS;
			break;
		}
		e->alias_means[e->aliases] = compile_name_at(c, i, true);
		e->alias[e->aliases++] = compile_name_at(c, i + 2, true);
	}
	skip_statement(c);
}

/* catch may be left out, finally may not. */
static void statement_catch(struct compiler *c)
{
	bool caught = compile_keyword(c, c->i) == KW_CATCH;

	c->i++;
	if (caught && compile_is(c, c->i, '('))
		c->i = compile_mate(c, c->i) + 1;
	if (caught)
		emit(c, C_MAYBE, 0);
	open_block(c, caught ? B_CATCH : B_PLAIN);
}

/* Also at the end of a file that is included. */
static void statement_return(struct compiler *c)
{
	c->i++;
	if (compile_is(c, c->i, ';') || c->i >= c->end)
		emit(c, C_CONST, engine_constant(c->e, (struct value){ .kind = V_NULL }));
	else
		compile_expression(c, c->end);
	emit(c, C_RETURN, 0);
	end_of_statement(c);
}

/* True: the keyword began a statement and it was taken. */
static bool statement_keyword(struct compiler *c, uint8_t kw)
{
	uint32_t class;

	switch (kw) {
	case KW_IF:
		statement_if(c);
		return true;
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
		end_of_statement(c);
		return true;
	case KW_RETURN:
		statement_return(c);
		return true;
	case KW_ECHO:
	case KW_GLOBAL:
		statement_list(c, kw);
		return true;
	case KW_STATIC:
		if (compile_token(c, c->i + 1)->kind != TK_VAR)
			return false;
		statement_list(c, kw);
		return true;
	case KW_FUNCTION:
		if (compile_token(c, c->i + 1 + compile_is(c, c->i + 1, '&'))->kind != TK_NAME)
			return false;
		statement_function(c);
		return true;
	case KW_ABSTRACT:
	case KW_FINAL:
	case KW_READONLY:
		c->i++;
		return true;
	case KW_CLASS:
	case KW_INTERFACE:
	case KW_TRAIT:
	case KW_ENUM:
		if (compile_token(c, c->i + 1)->kind != TK_NAME)
			return false;
		compile_class(c, &class);
		c->e->events->classes++;
		statement_ended(c);
		return true;
	case KW_TRY:
		c->i++;
		open_block(c, B_PLAIN);
		return true;
	case KW_CATCH:
	case KW_FINALLY:
		statement_catch(c);
		return true;
	case KW_ELSE:
	case KW_ELSEIF:
		/* of an if with a colon */
		while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
			close_block(c);
		if (c->blocks && c->block[c->blocks - 1].form == F_COLON &&
		    c->block[c->blocks - 1].kind == B_IF)
			close_block(c);
		else
			c->i++;
		return true;
	case KW_ENDIF:
	case KW_ENDFOR:
	case KW_ENDFOREACH:
	case KW_ENDWHILE:
	case KW_ENDSWITCH:
		close_colon(c);
		return true;
	case KW_UNSET:
		if (!compile_is(c, c->i + 1, '('))
			return false;
		statement_unset(c);
		return true;
	case KW_CONST:
		statement_const(c);
		return true;
	case KW_USE:
		statement_use(c);
		return true;
	case KW_NAMESPACE:
	case KW_DECLARE:
		skip_statement(c);
		return true;
	case KW_GOTO:
		emit(c, C_GOTO, compile_name_at(c, c->i + 1, false));
		c->e->events->gotos++;
		c->i += 2;
		end_of_statement(c);
		return true;
	default:
		return false;
	}
}

static void statement(struct compiler *c)
{
	const struct token *tk = compile_token(c, c->i);

	switch (tk->kind) {
	case TK_HTML:
		c->i++;
		return;
	case TK_OP:
		if (tk->sub == ';') {
			end_of_statement(c);
			return;
		}
		if (tk->sub == '{') {
			open_block(c, B_PLAIN);
			return;
		}
		if (tk->sub == '}') {
			c->i++;
			while (c->blocks && c->block[c->blocks - 1].form == F_ONE)
				close_block(c);
			if (c->blocks && close_block(c))
				statement_ended(c);
			return;
		}
		if (tk->sub == OP_ECHO_TAG) {
			statement_list(c, KW_ECHO);
			return;
		}
		if (tk->sub == OP_ATTRIBUTE && tk->mate < c->end) {
			c->i = tk->mate + 1;
			return;
		}
		break;
	case TK_NAME:
		if (compile_is(c, c->i + 1, ':') &&
		    (!tk->sub || (tk->sub != KW_DEFAULT && tk->sub != KW_ELSE))) {
			emit(c, C_LABEL, compile_name_at(c, c->i, false));
			c->e->events->labels++;
			c->i += 2;
			return;
		}
		if (tk->sub && statement_keyword(c, tk->sub))
			return;
		break;
	default:
		break;
	}
	statement_expression(c);
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

		statement(c);
		if (c->i == at && compile_token(c, at)->kind == TK_OP)
			c->i++;
	}
	while (c->blocks)
		close_block(c);
	u->code = c->code;
	u->codes = c->codes;
	u->slot_name = c->slot_name;
	u->slots = c->slots;
}
