/*
 * expr - expressions to code by operator precedence, with a stack of waiting operators instead of recursion.
 *
 * Precedence as in php-src Zend/zend_language_parser.y (%left, %right), PHP 7's for ".".
 * TRUST: the tokens are an attacker's; what makes no sense becomes some code, and every turn of the loop moves on.
 */
#include "scan/expr.h"

#include "scan/compile.h"
#include "scan/machine.h"

const struct token *expr_now(const struct compiler *c)
{
	return compile_token(c, c->i);
}

/* Over the limit the topmost is written over: deep nesting makes nonsense, not trouble. */
struct waiting *expr_push(struct compiler *c, uint8_t kind, uint8_t level)
{
	struct waiting *w = &c->wait[c->waits < OPERATORS_MOST - 1 ? c->waits++ : c->waits];

	if (c->waits >= OPERATORS_MOST - 1)
		c->e->limits |= LIMIT_DEPTH;
	*w = (struct waiting){ .kind = kind, .level = level, .token = c->i };
	return w;
}

static struct waiting *top(struct compiler *c)
{
	return c->waits ? &c->wait[c->waits - 1] : NULL;
}

void expr_constant(struct compiler *c, struct value v)
{
	emit(c, C_CONST, engine_constant(c->e, v));
}

/* --- stores ---------------------------------------------------------------------------------- */

/* What leads to the place that is written to will have to make arrays on its way. */
static void mark_written(struct compiler *c, uint32_t at)
{
	for (int depth = 0; depth < 64 && at < c->codes; depth++) {
		struct code *k = &c->code[at];

		if (k->op == C_LOAD) {
			k->b = 1;
			return;
		}
		if (k->op != C_INDEX)
			return;
		k->b = 1;
		if (k->n == 0)
			return;
		at -= k->n;
	}
}

/* Where the chain in front of the INDEX or PROPERTY at AT ends: its base's last instruction. */
static void mark_base(struct compiler *c, const struct code *k, uint32_t at)
{
	if (k->n)
		mark_written(c, at - k->n);
}

/* The last instruction becomes the target of the assignment W. */
static void take_target(struct compiler *c, struct waiting *w)
{
	struct code last = c->codes ? c->code[c->codes - 1] : (struct code){ .op = C_NOP };

	w->target = TO_NOWHERE;
	w->a = last.a;
	switch (last.op) {
	case C_LOAD:
		w->target = TO_VARIABLE;
		break;
	case C_LOAD_NAMED:
		w->target = TO_NAMED;
		break;
	case C_INDEX:
		w->target = TO_INDEX;
		mark_base(c, &last, c->codes - 1);
		break;
	case C_PUSH_TO:
		w->target = TO_PUSH;
		mark_base(c, &last, c->codes - 1);
		break;
	case C_PROPERTY:
		w->target = TO_PROPERTY;
		break;
	case C_PROPERTY_NAMED:
		w->target = TO_PROPERTY_NAMED;
		break;
	default:
		return;
	}
	c->codes--;
}

/* What was kept about the target becomes the store. */
static void store(struct compiler *c, const struct waiting *w)
{
	static const uint8_t ops[] = { C_STORE,	  C_STORE_NAMED,    C_STORE_INDEX,
				       C_PUSH_TO, C_STORE_PROPERTY, C_STORE_PROPERTY_NAMED };
	struct code *k;

	if (w->target == TO_PATTERN) {
		compile_pattern(c, w->a, w->token);
		return;
	}
	if (w->target == TO_NOWHERE) {
		emit(c, C_BINARY, '.'); /* both flow on */
		return;
	}
	k = emit(c, ops[w->target], w->a);
	k->b = w->op;
	if (k->op == C_PUSH_TO)
		k->b = 2;
	k->token = w->token;
}

static void step(struct compiler *c, uint8_t direction)
{
	struct code *last = c->codes ? &c->code[c->codes - 1] : NULL;

	if (last && last->op == C_INDEX) {
		/* it is made where it is not there; what it counts is not followed */
		mark_base(c, last, c->codes - 1);
		return;
	}
	if (!last || last->op != C_LOAD)
		return;
	last->op = C_STEP;
	last->b = direction;
}

/* --- taking operators off --------------------------------------------------------------------- */

static void finish_unary(struct compiler *c, const struct waiting *w)
{
	struct code *k;

	switch (w->op) {
	case UNARY_SAME:
	case UNARY_PLUS:
	case UNARY_CLONE:
	case UNARY_THROW:
		return;
	case UNARY_YIELD:
		/* one of what it returns: it does not leave */
		emit(c, C_MAYBE, 0);
		emit(c, C_COPY, 0);
		emit(c, C_RETURN, 0);
		emit(c, C_SURE, 0);
		return;
	case UNARY_UP:
	case UNARY_DOWN:
		step(c, w->op == UNARY_UP ? 1 : 2);
		return;
	case UNARY_PRINT:
		k = emit(c, C_PRINT, 0);
		break;
	case UNARY_INCLUDE:
		k = emit(c, C_INCLUDE, 0);
		break;
	case UNARY_NEW:
		k = emit(c, C_NEW, 0);
		break;
	default:
		k = emit(c, C_UNARY, w->op);
	}
	k->token = w->token;
}

/* The topmost operator gets its operand. */
static void finish(struct compiler *c)
{
	struct waiting w = c->wait[--c->waits];
	struct code *k;

	switch (w.kind) {
	case W_BINARY:
		k = emit(c, C_BINARY, w.op);
		k->token = w.token;
		break;
	case W_UNARY:
		finish_unary(c, &w);
		break;
	case W_CAST:
		emit(c, C_CAST, w.op);
		break;
	case W_ASSIGN:
		store(c, &w);
		break;
	case W_WHEN:
		/* a ? without its : */
		c->code[w.a].a = c->codes + 1;
		emit(c, C_OTHERWISE, c->codes + 2);
		expr_constant(c, (struct value){ .kind = V_NULL });
		emit(c, C_JOINED, 0);
		break;
	case W_OTHERWISE:
		c->code[w.a].a = c->codes;
		emit(c, C_JOINED, 0);
		break;
	default:
		break;
	}
}

static void finish_to(struct compiler *c, uint8_t level, bool right)
{
	while (c->waits && top(c)->kind < W_BARRIER && top(c)->kind != W_WHEN &&
	       (right ? top(c)->level > level : top(c)->level >= level))
		finish(c);
}

/* Everything down to the innermost open bracket. */
static void finish_all(struct compiler *c)
{
	while (c->waits && top(c)->kind < W_BARRIER)
		finish(c);
}

/* --- operators ------------------------------------------------------------------------------- */

static const struct {
	uint8_t op, level;
	bool right;
} binaries[] = {
	{ OP_POW, 21, true },	{ '*', 17, false },	    { '/', 17, false },
	{ '%', 17, false },	{ '+', 16, false },	    { '-', 16, false },
	{ '.', 16, false },	{ OP_SHL, 15, false },	    { OP_SHR, 15, false },
	{ '<', 14, false },	{ '>', 14, false },	    { OP_LE, 14, false },
	{ OP_GE, 14, false },	{ OP_EQ, 13, false },	    { OP_NE, 13, false },
	{ OP_SAME, 13, false }, { OP_NOT_SAME, 13, false }, { OP_SPACESHIP, 13, false },
	{ '&', 12, false },	{ '^', 11, false },	    { '|', 10, false },
	{ OP_AND, 9, false },	{ OP_OR, 8, false },	    { OP_COALESCE, L_COALESCE, true },
};

static uint8_t level_of(uint8_t op, bool *ret_right)
{
	for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++)
		if (binaries[i].op == op) {
			*ret_right = binaries[i].right;
			return binaries[i].level;
		}
	return 0;
}

static void binary(struct compiler *c, uint8_t op, uint8_t level, bool right)
{
	finish_to(c, level, right);
	expr_push(c, W_BINARY, level)->op = op;
	c->i++;
}

/* The member behind -> or ::. True: whole. */
static bool member(struct compiler *c, bool is_static)
{
	uint32_t base = c->codes - 1;
	const struct token *tk = compile_token(c, ++c->i);
	struct code *k;

	if (compile_is(c, c->i, '{')) {
		expr_push(c, W_NAMED, 0)->op = C_PROPERTY_NAMED;
		c->i++;
		return false;
	}
	if (tk->kind == TK_NAME) {
		bool call = compile_is(c, c->i + 1, '(');
		uint32_t name = expr_name(c, tk, call);

		c->i += 1 + call;
		if (call) {
			expr_open_call(c, CALL_METHOD, name)->token = c->i - 2;
			return false;
		}
		k = emit(c, is_static ? C_CLASS_CONSTANT : C_PROPERTY, name);
		k->n = 0;
		return true;
	}
	if (tk->kind == TK_VAR && is_static) {
		/* Class::$name, or Class::$name() */
		c->i++;
		if (compile_is(c, c->i, '(')) {
			emit(c, C_LOAD, compile_slot(c, expr_name(c, tk, false)));
			expr_open_call(c, CALL_METHOD_NAMED, 0);
			c->i++;
			return false;
		}
		k = emit(c, C_PROPERTY, expr_name(c, tk, false));
		k->n = (uint16_t)(c->codes - 1 - base < UINT16_MAX ? c->codes - 1 - base : 0);
		return true;
	}
	if (tk->kind == TK_VAR) {
		emit(c, C_LOAD, compile_slot(c, expr_name(c, tk, false)));
		c->i++;
		if (compile_is(c, c->i, '(')) {
			expr_open_call(c, CALL_METHOD_NAMED, 0);
			c->i++;
			return false;
		}
		emit(c, C_PROPERTY_NAMED, 0);
		return true;
	}
	return true;
}

static void open_index(struct compiler *c)
{
	struct waiting *w;
	uint32_t base = c->codes ? c->codes - 1 : 0;

	if (compile_is(c, c->i + 1, ']')) {
		struct code *k = emit(c, C_PUSH_TO, 0);

		k->n = 1;
		k->b = 1;
		c->i += 2;
		return;
	}
	w = expr_push(c, W_INDEX, 0);
	w->a = base;
	c->i++;
}

/* Two variables that are one from here on. False: it is no such assignment. */
static bool alias(struct compiler *c, const struct waiting *w)
{
	const struct token *from = compile_token(c, c->i + 2), *behind = compile_token(c, c->i + 3);
	uint32_t slot;

	if (w->target != TO_VARIABLE || !compile_is(c, c->i + 1, '&') || from->kind != TK_VAR ||
	    behind->kind != TK_OP || (behind->sub != ';' && behind->sub != ')' && behind->sub != ','))
		return false;
	slot = compile_slot(c, expr_name(c, from, false));
	if (slot > UINT16_MAX)
		return false;
	emit(c, C_ALIAS, w->a)->n = (uint16_t)slot;
	emit(c, C_LOAD, w->a);
	c->i += 3;
	return true;
}

/* True: the value that is assigned comes next. */
static bool assign(struct compiler *c, uint8_t op)
{
	struct waiting w = { .kind = W_ASSIGN, .level = L_ASSIGN, .op = op, .token = c->i };

	take_target(c, &w);
	if (!op && alias(c, &w))
		return false;
	*expr_push(c, W_ASSIGN, L_ASSIGN) = w;
	c->i++;
	if (compile_is(c, c->i, '&'))
		c->i++;
	return true;
}

/* ?: without its middle is an operator of its own. */
static void question(struct compiler *c)
{
	struct waiting *w;

	finish_to(c, L_TERNARY, false);
	if (compile_is(c, c->i + 1, ':')) {
		c->i++;
		binary(c, '?', L_TERNARY, false);
		return;
	}
	emit(c, C_WHEN, 0);
	w = expr_push(c, W_WHEN, L_TERNARY);
	w->a = c->codes - 1;
	c->i++;
}

/* True where this ":" belongs to a ? in front of it. */
static bool colon(struct compiler *c)
{
	uint32_t i = c->waits;

	while (i > 0 && c->wait[i - 1].kind < W_BARRIER && c->wait[i - 1].kind != W_WHEN)
		i--;
	if (i == 0 || c->wait[i - 1].kind != W_WHEN)
		return false;
	while (top(c)->kind != W_WHEN)
		finish(c);
	emit(c, C_OTHERWISE, 0);
	c->code[top(c)->a].a = c->codes;
	top(c)->a = c->codes - 1;
	top(c)->kind = W_OTHERWISE;
	c->i++;
	return true;
}

/* --- closing brackets ------------------------------------------------------------------------ */

static void finish_call(struct compiler *c, const struct waiting *w)
{
	static const uint8_t ops[] = {
		C_CALL, C_CALL_VALUE, C_METHOD, C_METHOD_NAMED, C_NEW, C_EVAL, C_EXIT
	};
	struct code *k;

	if (w->op >= CALL_EVAL && w->n == 0)
		expr_constant(c, (struct value){ .kind = V_NULL });
	/* eval and exit take one value */
	for (uint16_t n = w->n; w->op >= CALL_EVAL && n > 1; n--)
		emit(c, C_BINARY, '.');
	if (w->key && w->n && w->op < CALL_EVAL)
		emit(c, C_SPREAD, 0)->token = w->token;
	k = emit(c, ops[w->op], w->a);
	k->n = w->op >= CALL_EVAL ? 1 : w->key && w->n ? (uint16_t)(w->n + SPREAD - 1) : w->n;
	k->token = w->token;
}

static void finish_element(struct compiler *c, struct waiting *w, bool empty)
{
	if (!empty)
		emit(c, w->key ? C_ADD_KEY : C_ADD, 0);
	w->key = false;
}

/* The bracket that W waits for is here. EMPTY: nothing between it and the last comma. False: an operand must come. */
static bool closed(struct compiler *c, struct waiting w, bool empty)
{
	switch (w.kind) {
	case W_GROUP:
		if (empty)
			expr_constant(c, (struct value){ .kind = V_NULL });
		break;
	case W_CALL:
		w.n = (uint16_t)(w.n + !empty);
		finish_call(c, &w);
		break;
	case W_INDEX: {
		struct code *k;

		if (empty)
			expr_constant(c, (struct value){ .kind = V_NULL });
		k = emit(c, C_INDEX, 0);
		k->n = (uint16_t)(c->codes - 1 - w.a < UINT16_MAX ? c->codes - 1 - w.a : 0);
		k->token = w.token;
		break;
	}
	case W_ARRAY:
		finish_element(c, &w, empty);
		if (w.op == '}') {
			expr_constant(c, value_unknown(0, 0));
			emit(c, C_INDEX, 0);
		}
		break;
	case W_PIECE:
		if (empty)
			expr_constant(c, (struct value){ .kind = V_NULL });
		emit(c, C_BINARY, '.');
		break;
	case W_NAMED:
		if (empty)
			expr_constant(c, value_unknown(0, 0));
		if (w.op == C_PROPERTY_NAMED && compile_is(c, c->i, '(')) {
			expr_open_call(c, CALL_METHOD_NAMED, 0);
			c->i++;
			return false;
		}
		emit(c, w.op, 0);
		while (w.op == C_LOAD_NAMED && w.n-- > 1)
			emit(c, C_LOAD_NAMED, 0);
		break;
	case W_ISSET:
		if (empty)
			expr_constant(c, (struct value){ .kind = V_NULL });
		emit(c, C_ISSET, w.op == KW_EMPTY);
		break;
	default:
		break;
	}
	return true;
}

/* The bracket it waits for. */
static uint8_t closer_of(const struct waiting *w)
{
	switch (w->kind) {
	case W_INDEX:
		return w->op == '{' ? '}' : ']';
	case W_ARRAY:
		return w->op;
	case W_NAMED:
		return '}';
	default:
		return ')';
	}
}

/* A comma inside the innermost bracket. False: it ends the expression. */
static bool comma(struct compiler *c, bool empty)
{
	struct waiting *w;

	finish_all(c);
	w = top(c);
	if (!w || w->kind == W_TEXT)
		return false;
	if (w->kind == W_CALL)
		w->n = (uint16_t)(w->n + !empty);
	else if (w->kind == W_ARRAY)
		finish_element(c, w, empty);
	else if (!empty)
		emit(c, C_POP, 0);
	c->i++;
	return true;
}

/* The next piece of a text in quotes that has code in it. True: an operand of its code comes next. */
static bool text_piece(struct compiler *c)
{
	const struct token *tk = expr_now(c);
	struct waiting *w = top(c);

	if (tk->kind == TK_CLOSE || c->i >= c->end) {
		uint8_t quote = w->op;
		uint32_t token = w->token;

		c->waits--;
		c->i += tk->kind == TK_CLOSE;
		if (quote == '`')
			emit(c, C_SHELL, 0)->token = token;
		return false;
	}
	if (tk->kind == TK_TEXT || tk->kind == TK_PLAIN) {
		expr_constant(c, compile_literal(c->e, c->t, tk));
		emit(c, C_BINARY, '.');
	} else if (tk->kind == TK_OP && tk->sub == '(') {
		expr_push(c, W_PIECE, 0);
		c->i++;
		return true;
	}
	c->i++;
	return false;
}

/* --- the loop -------------------------------------------------------------------------------- */

enum turn { T_OPERATOR, T_OPERAND, T_STOP };

static enum turn name_operator(struct compiler *c, const struct token *tk)
{
	switch (tk->sub) {
	case KW_AND:
		binary(c, OP_AND, 3, false);
		return T_OPERAND;
	case KW_OR:
		binary(c, OP_OR, 1, false);
		return T_OPERAND;
	case KW_XOR:
		binary(c, OP_OR, 2, false);
		return T_OPERAND;
	case KW_INSTANCEOF:
		c->i += 2;
		emit(c, C_UNARY, '!');
		return T_OPERATOR;
	case KW_AS:
	default:
		return T_STOP;
	}
}

static enum turn bracket_operator(struct compiler *c, const struct token *tk)
{
	if (tk->sub == '(') {
		expr_open_call(c, CALL_VALUE, 0);
		c->i++;
		return T_OPERAND;
	}
	if (tk->sub == '[') {
		bool push_to = compile_is(c, c->i + 1, ']');

		open_index(c);
		return push_to ? T_OPERATOR : T_OPERAND;
	}
	/* $text{0}, as it was before PHP 8 */
	if (tk->mate >= c->end || c->i == 0 ||
	    (compile_token(c, c->i - 1)->kind != TK_VAR && !compile_is(c, c->i - 1, ']') &&
	     !compile_is(c, c->i - 1, '}')))
		return T_STOP;
	open_index(c);
	top(c)->op = '{';
	return T_OPERAND;
}

/* FRESH: the innermost bracket or comma was just opened, so an operand may be missing. */
static enum turn close_bracket(struct compiler *c, const struct token *tk, bool fresh)
{
	struct waiting w;

	finish_all(c);
	if (!top(c) || top(c)->kind == W_TEXT || closer_of(top(c)) != tk->sub)
		return T_STOP;
	w = *top(c);
	c->waits--;
	c->i++;
	return closed(c, w, fresh) ? T_OPERATOR : T_OPERAND;
}

static enum turn operator_turn(struct compiler *c)
{
	const struct token *tk = expr_now(c);
	bool right = false;
	uint8_t level;

	if (top(c) && top(c)->kind == W_TEXT)
		return text_piece(c) ? T_OPERAND : T_OPERATOR;
	if (tk->kind == TK_NAME)
		return name_operator(c, tk);
	if (tk->kind != TK_OP)
		return T_STOP;
	level = level_of(tk->sub, &right);
	if (level) {
		binary(c, tk->sub, level, right);
		return T_OPERAND;
	}
	switch (tk->sub) {
	case '=':
		return assign(c, 0) ? T_OPERAND : T_OPERATOR;
	case OP_ASSIGN:
		assign(c, (uint8_t)tk->mate);
		return T_OPERAND;
	case OP_ARROW:
	case OP_NULL_ARROW:
	case OP_COLONS:
		return member(c, tk->sub == OP_COLONS) ? T_OPERATOR : T_OPERAND;
	case '(':
	case '[':
	case '{':
		return bracket_operator(c, tk);
	case ')':
	case ']':
	case '}':
		return close_bracket(c, tk, false);
	case ',':
		return comma(c, false) ? T_OPERAND : T_STOP;
	case OP_FAT_ARROW:
		finish_all(c);
		/* yield $key => $value */
		if ((!top(c) || top(c)->kind != W_ARRAY) && c->codes && c->code[c->codes - 1].op == C_SURE) {
			emit(c, C_POP, 0);
			expr_push(c, W_UNARY, L_LOW)->op = UNARY_YIELD;
			c->i++;
			return T_OPERAND;
		}
		if (!top(c) || top(c)->kind != W_ARRAY)
			return T_STOP;
		top(c)->key = true;
		c->i++;
		return T_OPERAND;
	case '?':
		question(c);
		return T_OPERAND;
	case ':':
		if (colon(c))
			return T_OPERAND;
		/* a named argument: its name is not needed */
		if (top(c) && top(c)->kind == W_CALL) {
			emit(c, C_POP, 0);
			c->i++;
			return T_OPERAND;
		}
		return T_STOP;
	case OP_PLUS_PLUS:
	case OP_MINUS_MINUS:
		step(c, tk->sub == OP_PLUS_PLUS ? 3 : 4);
		c->i++;
		return T_OPERATOR;
	default:
		return T_STOP;
	}
}

/* Where an operand is wanted but the bracket closes, or a comma stands. */
static enum turn operand_turn(struct compiler *c, bool fresh)
{
	const struct token *tk = expr_now(c);

	if (tk->kind == TK_OP && fresh && top(c) && top(c)->kind >= W_BARRIER) {
		if (tk->sub == closer_of(top(c)))
			return close_bracket(c, tk, true);
		if (tk->sub == ',' && comma(c, true))
			return T_OPERAND;
	}
	if (tk->kind == TK_NAME && tk->sub == KW_STATIC &&
	    (compile_token(c, c->i + 1)->sub == KW_FUNCTION || compile_token(c, c->i + 1)->sub == KW_FN))
		c->i++;
	return expr_operand(c) ? T_OPERATOR : T_OPERAND;
}

/* Ends at END, at a ";" or at whatever no expression can hold. */
void compile_expression(struct compiler *c, uint32_t end)
{
	uint32_t whole_end = c->end;
	enum turn turn = T_OPERAND;
	bool fresh = false;

	c->end = end;
	c->waits = 0;
	while (turn != T_STOP && c->waits < OPERATORS_MOST - 1 &&
	       (c->i < c->end || (top(c) && top(c)->kind == W_TEXT))) {
		uint32_t at = c->i, codes = c->codes;

		turn = turn == T_OPERAND ? operand_turn(c, fresh) : operator_turn(c);
		/* brackets and commas allow for nothing behind them */
		fresh = turn == T_OPERAND && c->i > 0 && top(c) && top(c)->kind >= W_BARRIER;
		if (turn != T_STOP && c->i == at && c->codes == codes)
			break;
	}
	if (turn == T_OPERAND && !fresh)
		expr_constant(c, (struct value){ .kind = V_NULL });
	/* the text ends in the middle of something */
	while (c->waits) {
		struct waiting w = *top(c);

		if (w.kind < W_BARRIER) {
			finish(c);
			continue;
		}
		c->waits--;
		closed(c, w, turn == T_OPERAND && fresh);
		turn = T_OPERATOR;
	}
	c->end = whole_end;
}
