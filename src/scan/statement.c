/*
 * statement - see compile.h: one statement after the other to code; those of loops are in loop.c, of blocks in block.c.
 *
 * What is not understood is skipped up to the next ";": a file that PHP refuses still shows what is in it.
 * TRUST: the tokens are an attacker's.
 */
#include "scan/compile.h"

#include "scan/block.h"

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
	block_ended(c);
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
	block_end_statement(c);
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
	block_end_statement(c);
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
	block_ended(c);
}

static void statement_unset(struct compiler *c)
{
	uint32_t end = compile_mate(c, c->i + 1);

	for (uint32_t i = c->i + 2; i < end; i++)
		if (compile_token(c, i)->kind == TK_VAR && (i + 1 == end || compile_is(c, i + 1, ',')))
			emit(c, C_UNSET, compile_slot(c, compile_name_at(c, i, false)));
	c->i = end + 1;
	block_end_statement(c);
}

static void skip_statement(struct compiler *c)
{
	while (c->i < c->end && !compile_is(c, c->i, ';') && !compile_is(c, c->i, '{'))
		c->i++;
	if (!compile_is(c, c->i, '{'))
		block_end_statement(c);
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
	block_open(c, caught ? B_CATCH : B_PLAIN);
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
	block_end_statement(c);
}

/* True: the keyword began a statement and it was taken. */
static bool statement_keyword(struct compiler *c, uint8_t kw)
{
	uint32_t class;

	switch (kw) {
	case KW_IF:
		block_if(c);
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
		block_ended(c);
		return true;
	case KW_TRY:
		c->i++;
		block_open(c, B_PLAIN);
		return true;
	case KW_CATCH:
	case KW_FINALLY:
		statement_catch(c);
		return true;
	case KW_ELSE:
	case KW_ELSEIF:
		block_else(c);
		return true;
	case KW_ENDIF:
	case KW_ENDFOR:
	case KW_ENDFOREACH:
	case KW_ENDWHILE:
	case KW_ENDSWITCH:
		block_close_colon(c);
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
		block_end_statement(c);
		return true;
	default:
		return loop_keyword(c, kw);
	}
}

void compile_statement(struct compiler *c)
{
	const struct token *tk = compile_token(c, c->i);

	switch (tk->kind) {
	case TK_HTML:
		c->i++;
		return;
	case TK_OP:
		if (tk->sub == ';') {
			block_end_statement(c);
			return;
		}
		if (tk->sub == '{') {
			block_open(c, B_PLAIN);
			return;
		}
		if (tk->sub == '}') {
			c->i++;
			block_close_single(c);
			if (c->blocks && block_close(c))
				block_ended(c);
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
