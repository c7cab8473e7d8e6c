/*
 * operand - the operands of expressions, and what stands in front of them; see expr.h.
 * TRUST: the tokens are an attacker's; what makes no sense becomes some code, and every call moves on or makes a value.
 */
#include "scan/expr.h"

#include "scan/compile.h"

/* --- operands -------------------------------------------------------------------------------- */

struct waiting *expr_open_call(struct compiler *c, uint8_t kind, uint32_t a)
{
	struct waiting *w = expr_push(c, W_CALL, 0);

	w->op = kind;
	w->a = a;
	return w;
}

uint32_t expr_name(struct compiler *c, const struct token *tk, bool lower)
{
	return engine_name(c->e, span_of(c->t->bytes.p + tk->at, tk->n), lower);
}

/* The name of a class. */
static void expr_class(struct compiler *c, const struct token *tk)
{
	struct value name = value_span(span_of(c->t->bytes.p + tk->at, tk->n));

	emit(c, C_CONST, engine_constant(c->e, name))->b = 1;
}

/* new: the class and, where there are some, its arguments. */
static bool operand_new(struct compiler *c)
{
	const struct token *next = compile_token(c, c->i + 1);
	uint32_t class;
	bool named;

	c->i++;
	if (next->kind == TK_NAME && next->sub == KW_CLASS) {
		uint32_t open = c->i + 1;

		/* an anonymous class: its arguments are of no interest */
		if (compile_is(c, open, '(') && compile_token(c, open)->mate < c->end)
			c->i = compile_token(c, open)->mate;
		compile_class(c, &class);
		expr_constant(c, (struct value){ .kind = V_OBJECT, .n = class });
		return true;
	}
	named = next->kind == TK_NAME && next->sub != KW_STATIC;
	if (!named && next->kind != TK_VAR) {
		expr_push(c, W_UNARY, L_NEW)->op = UNARY_NEW;
		if (next->kind == TK_NAME) {
			c->i++;
			expr_constant(c, value_unknown(0, 0));
			return true;
		}
		return false;
	}
	if (named)
		expr_class(c, next);
	else
		emit(c, C_LOAD, compile_slot(c, expr_name(c, next, false)));
	c->i++;
	/* new $this->name(...), new $a['b'] */
	while (!named && (compile_is(c, c->i, OP_ARROW) || compile_is(c, c->i, OP_COLONS)) &&
	       compile_token(c, c->i + 1)->kind == TK_NAME) {
		emit(c, C_PROPERTY, expr_name(c, compile_token(c, c->i + 1), false));
		c->i += 2;
	}
	if (compile_is(c, c->i, '(')) {
		expr_open_call(c, CALL_NEW, 0);
		c->i++;
		return false;
	}
	emit(c, C_NEW, 0);
	return true;
}

/* A pattern of list() or [] that is assigned to, at the bracket OPEN: the token behind it, else 0. */
static uint32_t pattern_end(const struct compiler *c, uint32_t open)
{
	uint32_t close = compile_token(c, open)->mate;

	return close < c->end && compile_is(c, close + 1, '=') ? close + 2 : 0;
}

/* list(...) = and [...] = are known by what follows their bracket. */
static bool operand_pattern(struct compiler *c, uint32_t open)
{
	uint32_t behind = pattern_end(c, open);
	struct waiting *w;

	if (!behind)
		return false;
	w = expr_push(c, W_ASSIGN, L_ASSIGN);
	w->target = TO_PATTERN;
	w->a = open + 1;
	w->token = compile_token(c, open)->mate;
	c->i = behind;
	return true;
}

/* Its body is translated later; here it takes along what its use list names. */
static void operand_closure(struct compiler *c, bool arrow)
{
	struct unit *u = compile_function(c, arrow);
	uint16_t n = 0;
	struct code *k;

	if (!u) {
		expr_constant(c, value_unknown(0, 0));
		return;
	}
	for (uint32_t i = arrow ? u->uses : u->use_first; i < u->uses; i++)
		if (compile_token(c, i)->kind == TK_VAR) {
			emit(c, C_LOAD, compile_slot(c, expr_name(c, compile_token(c, i), false)));
			n++;
		}
	k = emit(c, C_CLOSURE, u->number);
	k->n = n;
}

/* match (x) { a, b => c, ... }: every arm may be it. */
static void operand_match(struct compiler *c)
{
	uint32_t open = c->i + 1;
	uint32_t close = compile_token(c, open)->mate;

	if (!compile_is(c, open, '(') || close >= c->end || !compile_is(c, close + 1, '{') ||
	    compile_token(c, close + 1)->mate >= c->end) {
		expr_constant(c, value_unknown(0, 0));
		c->i++;
		return;
	}
	/* read as an array of its arms whose element nobody knows: the values flow, the choice does not */
	emit(c, C_ARRAY, 0);
	expr_push(c, W_ARRAY, 0)->op = '}';
	c->i = close + 2;
}

/* Keywords that begin an operand. True: the operand is whole; *RET_DONE: nothing more was looked at. */
static bool operand_keyword(struct compiler *c, const struct token *tk, bool *ret_known)
{
	*ret_known = true;
	switch (tk->sub) {
	case KW_NEW:
		return operand_new(c);
	case KW_CLONE:
		expr_push(c, W_UNARY, L_UNARY)->op = UNARY_CLONE;
		break;
	case KW_PRINT:
		expr_push(c, W_UNARY, L_ASSIGN)->op = UNARY_PRINT;
		break;
	case KW_THROW:
	case KW_YIELD:
		expr_push(c, W_UNARY, L_LOW)->op = tk->sub == KW_YIELD ? UNARY_YIELD : UNARY_THROW;
		if (tk->sub == KW_YIELD && (compile_is(c, c->i + 1, ';') || compile_is(c, c->i + 1, ')'))) {
			expr_constant(c, value_unknown(0, 0));
			c->i++;
			return true;
		}
		break;
	case KW_INCLUDE:
	case KW_INCLUDE_ONCE:
	case KW_REQUIRE:
	case KW_REQUIRE_ONCE:
		expr_push(c, W_UNARY, L_ASSIGN)->op = UNARY_INCLUDE;
		break;
	case KW_FUNCTION:
		operand_closure(c, false);
		return true;
	case KW_FN:
		operand_closure(c, true);
		return true;
	case KW_STATIC:
		if (compile_token(c, c->i + 1)->sub == KW_FUNCTION ||
		    compile_token(c, c->i + 1)->sub == KW_FN)
			break;
		*ret_known = false;
		return false;
	case KW_MATCH:
		if (!compile_is(c, c->i + 1, '(')) {
			*ret_known = false;
			return false;
		}
		operand_match(c);
		return false;
	case KW_EXIT:
		if (compile_is(c, c->i + 1, '(')) {
			expr_open_call(c, CALL_EXIT, 0);
			c->i += 2;
			return false;
		}
		expr_constant(c, (struct value){ .kind = V_NULL });
		c->i++;
		return true;
	case KW_EVAL:
		if (compile_is(c, c->i + 1, '(')) {
			expr_open_call(c, CALL_EVAL, 0);
			c->i += 2;
			return false;
		}
		*ret_known = false;
		return false;
	case KW_ISSET:
	case KW_EMPTY:
		if (compile_is(c, c->i + 1, '(')) {
			expr_push(c, W_ISSET, 0)->op = tk->sub;
			c->i += 2;
			return false;
		}
		*ret_known = false;
		return false;
	case KW_ARRAY:
	case KW_LIST:
		if (!compile_is(c, c->i + 1, '(')) {
			*ret_known = false;
			return false;
		}
		if (operand_pattern(c, c->i + 1))
			return false;
		emit(c, C_ARRAY, 0);
		expr_push(c, W_ARRAY, 0)->op = ')';
		c->i += 2;
		return false;
	default:
		*ret_known = false;
		return false;
	}
	c->i++;
	return false;
}

static const struct {
	const char *name;
	uint32_t marks;
} magic[] = {
	{ "__file__", M_SELF }, { "__dir__", 0 }, { "__line__", 0 }, { "__function__", 0 }, { "__class__", 0 }
};

/* A constant: what is known of it. */
static void operand_constant(struct compiler *c, const struct token *tk)
{
	struct span name = span_of(c->t->bytes.p + tk->at, tk->n);
	struct code *k;

	if (span_eq_nocase(name, SPAN("true")) || span_eq_nocase(name, SPAN("false"))) {
		expr_constant(c, value_bool(name.n == 4));
		return;
	}
	if (span_eq_nocase(name, SPAN("null"))) {
		expr_constant(c, (struct value){ .kind = V_NULL });
		return;
	}
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (span_eq_nocase(name, span_str(magic[i].name))) {
			expr_constant(c, value_unknown(magic[i].marks, 0));
			return;
		}
	/* constant("NAME") works out what it is */
	expr_constant(c, value_span(name));
	k = emit(c, C_CALL, engine_name(c->e, SPAN("constant"), true));
	k->n = 1;
	k->b = 1;
	k->token = c->i;
}

/* A keyword, a function that is called, or a constant. */
static bool operand_name(struct compiler *c, const struct token *tk)
{
	bool known;
	bool whole = tk->sub ? operand_keyword(c, tk, &known) : (known = false);

	if (known)
		return whole;
	if (compile_is(c, c->i + 1, '(')) {
		expr_open_call(c, CALL_NAME, expr_name(c, tk, true));
		c->i += 2;
		return false;
	}
	if (compile_is(c, c->i + 1, OP_COLONS))
		expr_class(c, tk);
	else
		operand_constant(c, tk);
	c->i++;
	return true;
}

/* $ before a name that is worked out: $$a, ${expression}. */
static bool operand_dollar(struct compiler *c)
{
	uint32_t dollars = 0;

	while (compile_is(c, c->i, OP_DOLLAR)) {
		c->i++;
		dollars++;
	}
	if (expr_now(c)->kind == TK_VAR) {
		emit(c, C_LOAD, compile_slot(c, expr_name(c, expr_now(c), false)));
		c->i++;
		while (dollars-- > 0)
			emit(c, C_LOAD_NAMED, 0);
		return true;
	}
	if (compile_is(c, c->i, '{')) {
		struct waiting *w = expr_push(c, W_NAMED, 0);

		w->op = C_LOAD_NAMED;
		w->n = (uint16_t)dollars;
		c->i++;
		return false;
	}
	expr_constant(c, value_unknown(0, 0));
	return true;
}

static bool operand_operator(struct compiler *c, const struct token *tk)
{
	struct waiting *w;

	switch (tk->sub) {
	case '(':
		expr_push(c, W_GROUP, 0);
		break;
	case '[':
		if (operand_pattern(c, c->i))
			return false;
		emit(c, C_ARRAY, 0);
		expr_push(c, W_ARRAY, 0)->op = ']';
		break;
	case '!':
	case '~':
	case '-':
	case '+':
	case '@':
		w = expr_push(c, W_UNARY, L_UNARY);
		w->op = tk->sub;
		break;
	case '&':
		break;
	case OP_ELLIPSIS:
		if (c->waits && c->wait[c->waits - 1].kind == W_CALL)
			c->wait[c->waits - 1].key = true;
		break;
	case OP_PLUS_PLUS:
	case OP_MINUS_MINUS:
		expr_push(c, W_UNARY, L_UNARY)->op = tk->sub == OP_PLUS_PLUS ? UNARY_UP : UNARY_DOWN;
		break;
	case OP_CAST:
		expr_push(c, W_CAST, L_UNARY)->op = (uint8_t)tk->mate;
		break;
	case OP_DOLLAR:
		return operand_dollar(c);
	case OP_ATTRIBUTE:
		if (tk->mate < c->end)
			c->i = tk->mate;
		break;
	default:
		/* an operand is missing: nothing stands for it */
		expr_constant(c, (struct value){ .kind = V_NULL });
		return true;
	}
	c->i++;
	return false;
}

bool expr_operand(struct compiler *c)
{
	const struct token *tk = expr_now(c);
	struct waiting *w;

	switch (tk->kind) {
	case TK_VAR:
		emit(c, C_LOAD, compile_slot(c, expr_name(c, tk, false)))->token = c->i;
		break;
	case TK_RAW:
	case TK_TEXT:
	case TK_PLAIN:
	case TK_NUMBER:
		expr_constant(c, compile_literal(c->e, c->t, tk));
		break;
	case TK_OPEN:
		w = expr_push(c, W_TEXT, 0);
		w->op = tk->sub;
		expr_constant(c, value_span(SPAN("")));
		break;
	case TK_NAME:
		return operand_name(c, tk);
	case TK_OP:
		return operand_operator(c, tk);
	default:
		expr_constant(c, (struct value){ .kind = V_NULL });
		return true;
	}
	c->i++;
	return true;
}
