/*
 * machine - the loop, branches, loops and variables; see machine.h.
 *
 * An undecided branch runs both arms, one behind the other, and what is stored in it keeps the marks of what it covers.
 * A loop that nobody knows the end of runs twice. Returns, breaks and gotos in undecided places do not leave.
 *
 * TRUST: the code was made from an attacker's text. Every index is checked where it is used, every turn costs a step.
 */
#include "scan/machine.h"
#include "scan/sinks.h"

#include "scan/ops.h"

#include "base/arena.h"

void push_value(struct machine *m, struct value v)
{
	if (m->top >= ENGINE_STACK) {
		m->stopped = true;
		m->e->limits |= LIMIT_DEPTH;
		return;
	}
	m->stack[m->top++] = v;
}

/* So many values are its own: a frame cannot take what lies below it. */
static uint32_t own_values(struct machine *m)
{
	uint32_t base = m->frames ? here(m)->base : 0;

	return m->top > base ? m->top - base : 0;
}

struct value pop_value(struct machine *m)
{
	if (!own_values(m))
		return value_unknown(0, 0);
	return m->stack[--m->top];
}

void drop_values(struct machine *m, uint32_t n)
{
	uint32_t own = own_values(m);

	m->top -= n < own ? n : own;
}

uint32_t machine_step(struct machine *m, uint32_t before, const char *what)
{
	const struct text *t = here(m)->unit->text;
	struct step s = { .before = before, .text = t->number, .what = what };

	if (m->now && m->now->token < t->n) {
		s.at = t->token[m->now->token].at;
		s.n = t->token[m->now->token].n;
	}
	return event_step(m->e->events, &s);
}

/* --- frames ---------------------------------------------------------------------------------- */

/*
 * Eval'd text gives its variables back to the one that ran it. By name, as the two were translated apart.
 * What it never set is left alone, or it would undo the caller's.
 */
static void give_back(struct machine *m, struct frame *f)
{
	struct frame *outer = f - 1;

	for (uint32_t i = 0; i < f->unit->slots; i++) {
		struct value *at;

		struct value v = f->slot[i].kind == V_ALIAS ? *f->slot[i].cell : f->slot[i];

		if ((v.kind == V_NULL && v.marks & M_LOOSE) || f->unit->slot_name[i] < SUPERS)
			continue;
		at = machine_variable(m, outer, f->unit->slot_name[i], true);
		if (at)
			*at = v;
	}
	outer->wild |= f->wild;
}

/* References and shared variables go back, the result goes to the caller. */
static void end_frame(struct machine *m)
{
	struct frame *f = here(m);
	struct value result = f->has_returned ? f->returned : (struct value){ .kind = V_NULL };
	struct mapping *mapping = f->mapping;

	if (f->given && !(result.marks & M_INPUT) &&
	    (result.kind == V_UNKNOWN || (result.kind == V_TEXT && !result.n)))
		result.tail = TAIL_MADE;
	for (uint32_t i = 0; i < f->references; i++)
		if (f->reference_slot[i] < f->unit->slots) {
			struct value *back = &f->slot[f->reference_slot[i]];

			*f->reference[i] = back->kind == V_ALIAS ? *back->cell : *back;
		}
	if (f->shares && m->frames > 1)
		give_back(m, f);
	f->unit->running = false;
	if (f->known) {
		f->unit->known[f->known - 1].done = true;
		f->unit->known[f->known - 1].result = result;
		f->unit->known[f->known - 1].result.slot = 0;
	}
	f->unit->returned = value_join(f->unit->returned, result);
	/* stacks are cut to where they were, whatever broken code has left on them */
	m->arms = f->arms;
	m->loops = f->loops;
	m->top = f->base;
	m->slots_used = (uint32_t)(f->slot - m->slots);
	if (f->discards)
		result = f->instead;
	result.slot = 0;
	m->frames--;
	if (!m->frames)
		return;
	if (mapping)
		call_map_next(m, &m->frame[m->frames], result);
	else
		push_value(m, result);
}

/* Only a certain return leaves; the script's own never does, as the code behind it may be reached otherwise. */
static void op_return(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	struct value v = pop_value(m);

	f->returned = f->has_returned ? value_join(f->returned, v) : v;
	f->has_returned = true;
	if (f->unsure == 0 && m->loops == f->loops && f->unit->number && !f->shares) {
		v.marks = f->returned.marks;
		v.from = f->returned.from;
		f->returned = v;
		machine_jump(m, f->unit->codes);
	} else if (f->unsure == 0 && m->loops > f->loops && f->unit->number) {
		f->returned = v;
		machine_jump(m, f->unit->codes);
	} else {
		branch_may_leave(m);
	}
}

/*
 * Nothing ends here: what stands behind is looked at, too. "if (!isset($_POST['key'])) exit;" is the
 * first line of many a shell: what it guards has to be seen.
 */
static void op_exit(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);

	sink_reached(m, &(struct sink_call){ .sink = SINK_OUTPUT, .name = SPAN("exit"), .arg = &v, .n = 1 });
	push_value(m, (struct value){ .kind = V_NULL });
}

/* --- the rest -------------------------------------------------------------------------------- */

static void op_nop(struct machine *m, const struct code *k)
{
}

static void op_const(struct machine *m, const struct code *k)
{
	push_value(m, k->a < m->e->constants ? m->e->constant[k->a] : value_unknown(0, 0));
}

static void op_binary(struct machine *m, const struct code *k)
{
	struct value b = pop_value(m), a = pop_value(m), v = operate_binary(m, (uint8_t)k->a, a, b);

	v.slot = 0;
	push_value(m, v);
}

static void op_unary(struct machine *m, const struct code *k)
{
	push_value(m, operate_unary(m, (uint8_t)k->a, pop_value(m)));
}

static void op_cast(struct machine *m, const struct code *k)
{
	push_value(m, operate_cast(m, (uint8_t)k->a, pop_value(m)));
}

static void op_array(struct machine *m, const struct code *k)
{
	push_value(m, array_new(&m->e->pool));
}

/* Into the list that lies on top. */
static void add_element(struct machine *m, const struct value *key, struct value v)
{
	struct value *a = m->top > here(m)->base ? &m->stack[m->top - 1] : NULL;

	v.slot = 0;
	if (v.kind == V_ARRAY)
		v.array->shared = true;
	if (!a)
		return;
	if (a->kind == V_ARRAY && key)
		array_set(&m->e->pool, a->array, key, v, &m->e->steps_left);
	else if (a->kind == V_ARRAY)
		array_push(&m->e->pool, a->array, v);
	else
		a->marks |= v.marks;
}

static void op_add(struct machine *m, const struct code *k)
{
	add_element(m, NULL, pop_value(m));
}

static void op_add_key(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), key = pop_value(m);

	add_element(m, &key, v);
}

static void op_copy(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);

	push_value(m, v);
	push_value(m, v);
}

static void op_pop(struct machine *m, const struct code *k)
{
	pop_value(m);
}

static void op_echo(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);

	sink_reached(m, &(struct sink_call){ .sink = SINK_OUTPUT, .name = SPAN("echo"), .arg = &v, .n = 1 });
	m->e->echoed |= v.marks & M_INPUT;
	if (k->op == C_PRINT)
		push_value(m, value_int(1));
}

static void op_eval(struct machine *m, const struct code *k)
{
	call_eval(m, machine_plain(m, pop_value(m)));
}

/* What was written there before is what is run. */
static uint32_t written(const struct machine *m, const struct value *path)
{
	for (uint32_t i = 0; path->kind == V_TEXT && i < m->e->written; i++)
		if (span_eq(m->e->written_path[i], span_of(path->p, path->n)))
			return m->e->written_marks[i];
	return path->marks & M_TEMP ? m->e->temp_marks : 0;
}

/*
 * data: addresses bring their own script. RFC 2397, PHP manual "data://". Shown as an include all the
 * same: allow_url_include is the server's to set.
 */
static void op_include(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m), told[2];

	/* the path, and what it was given before */
	told[1] = value_unknown(written(m, &v), 0);
	v.marks |= told[1].marks & (M_FIELD | M_BODY);
	if (v.kind == V_TEXT && span_eq_nocase(span_of(v.p, v.n), SPAN("php://input")))
		v.marks |= M_BODY;
	told[0] = v;
	sink_reached(
		m, &(struct sink_call){ .sink = SINK_INCLUDE, .name = SPAN("include"), .arg = told, .n = 2 });
	if (v.kind == V_TEXT && span_starts(span_of(v.p, v.n), SPAN("data:"))) {
		struct span rest = span_of(v.p, v.n);
		ptrdiff_t comma = span_find(rest, 0, ',');

		if (comma > 0) {
			v.p += comma + 1;
			v.n -= (uint32_t)comma + 1;
			if (span_ends(span_head(rest, (size_t)comma), SPAN("base64"))) {
				push_value(m, v);
				call_name(m, engine_name(m->e, SPAN("base64_decode"), true), 1);
				v = pop_value(m);
			}
			if (v.kind == V_TEXT) {
				call_run_text(m, span_of(v.p, v.n), false, v);
				return;
			}
		}
	}
	push_value(m, value_unknown(0, 0));
}

static void op_shell(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);

	sink_reached(m, &(struct sink_call){ .sink = SINK_COMMAND, .name = SPAN("`"), .arg = &v, .n = 1 });
	push_value(m, value_unknown(0, 0));
}

/* f(...$list): the list's first elements, as many as matter. */
static void op_spread(struct machine *m, const struct code *k)
{
	struct value list = pop_value(m);

	for (uint32_t i = 0; i < SPREAD; i++)
		push_value(m, list.kind != V_ARRAY || list.array->marks ? operate_element(m, list)
			      : i < list.array->n			? list.array->pair[i].value
									: (struct value){ .kind = V_NULL });
}

static void op_call(struct machine *m, const struct code *k)
{
	call_name(m, k->a, k->n);
}

static void op_call_value(struct machine *m, const struct code *k)
{
	call_value(m, k->n);
}

static void op_method(struct machine *m, const struct code *k)
{
	call_method(m, value_span(engine_name_text(m->e, k->a)), k->n);
}

static void op_method_named(struct machine *m, const struct code *k)
{
	struct value name;
	uint32_t at = m->top > k->n ? m->top - k->n - 1 : 0;

	if (at < here(m)->base) {
		m->stopped = true;
		return;
	}
	name = m->stack[at];
	memmove(&m->stack[at], &m->stack[at + 1], k->n * sizeof(name));
	m->top--;
	call_method(m, name, k->n);
}

static void op_new(struct machine *m, const struct code *k)
{
	call_new(m, k->n);
}

static void op_unset(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);

	/* the name goes, not what others call by another */
	if (k->a < f->unit->slots && !f->unsure)
		f->slot[k->a] = (struct value){ .kind = V_NULL };
}

/* From now on the variable is the script's own. */
static void op_global(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	struct value *at;

	if (k->a >= f->unit->slots || m->frames < 2 || f->unit->slot_name[k->a] < SUPERS)
		return;
	at = machine_variable(m, &m->frame[0], f->unit->slot_name[k->a], true);
	if (at && at != &f->slot[k->a])
		f->slot[k->a] = (struct value){ .kind = V_ALIAS, .cell = at };
}

/* $a = &$b: both are one, in a place of its own. Where that is not certain, it is a copy. */
static void op_alias(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	struct value *cell, *from = k->n < f->unit->slots ? &f->slot[k->n] : NULL;

	if (!from || k->a >= f->unit->slots || k->a == k->n)
		return;
	if (f->unsure || f->unit->slot_name[k->a] < SUPERS || f->unit->slot_name[k->n] < SUPERS) {
		machine_store(m, &f->slot[k->a], machine_load(m, f, k->n));
		return;
	}
	cell = from->kind == V_ALIAS ? from->cell : pool_take(&m->e->pool, sizeof(*cell));
	if (!cell)
		return;
	if (from->kind != V_ALIAS)
		*cell = *from;
	*from = f->slot[k->a] = (struct value){ .kind = V_ALIAS, .cell = cell };
}

/* Variables it takes along are kept with its unit, the first time. */
static void op_closure(struct machine *m, const struct code *k)
{
	struct unit *u = k->a < m->e->units ? m->e->unit[k->a] : NULL;
	struct value v = { .kind = V_CLOSURE, .n = k->a };

	if (u && !u->captured && k->n)
		u->captured = pool_take(&m->e->pool, k->n * sizeof(*u->captured));
	for (uint32_t i = k->n; i > 0; i--) {
		struct value one = pop_value(m);

		if (u && u->captured)
			u->captured[i - 1] = one;
	}
	if (u && u->captured)
		u->uses = u->uses < k->n ? u->uses : k->n;
	/* an arrow function sees everything around it */
	if (u && u->arrow && !u->captured && u->slots) {
		u->captured = pool_take(&m->e->pool, u->slots * sizeof(*u->captured));
		for (uint32_t i = 0; u->captured && i < u->slots; i++) {
			struct value *at = machine_variable(m, here(m), u->slot_name[i], false);

			u->captured[i] = at ? *at : (struct value){ .kind = V_NULL };
		}
		u->use_first = 0;
		u->uses = u->captured ? u->slots : 0;
	}
	push_value(m, v);
}

/* In loops of decoders it has to be exact; elsewhere both ways are looked at. */
static void op_isset(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);
	int truth = v.marks & (M_LOOSE | M_BARE) || here(m)->wild ? -1 : value_truth(&v);

	if (!k->a)
		truth = v.kind == V_UNKNOWN || truth < 0 ? -1 : v.kind != V_NULL;
	else
		truth = truth < 0 ? -1 : !truth;
	/* outside of loops both ways are looked at all the same */
	push_value(m, truth < 0 || m->loops == here(m)->loops ? value_unknown(0, 0) : value_bool(truth));
}

static void op_class_constant(struct machine *m, const struct code *k)
{
	struct value class = pop_value(m);

	if (span_eq(engine_name_text(m->e, k->a), SPAN("class")))
		push_value(m, class);
	else
		push_value(m, operate_property(m, class, k->a));
}

static run_op *const ops[] = {
	[C_NOP] = op_nop,
	[C_CONST] = op_const,
	[C_LOAD] = op_load,
	[C_STORE] = op_store,
	[C_STEP] = op_step,
	[C_LOAD_NAMED] = op_load_named,
	[C_STORE_NAMED] = op_store_named,
	[C_INDEX] = op_index,
	[C_STORE_INDEX] = op_store_index,
	[C_PUSH_TO] = op_push_to,
	[C_PROPERTY] = op_property,
	[C_STORE_PROPERTY] = op_store_property,
	[C_PROPERTY_NAMED] = op_property_named,
	[C_STORE_PROPERTY_NAMED] = op_store_property_named,
	[C_CLASS_CONSTANT] = op_class_constant,
	[C_CALL] = op_call,
	[C_CALL_VALUE] = op_call_value,
	[C_METHOD] = op_method,
	[C_METHOD_NAMED] = op_method_named,
	[C_NEW] = op_new,
	[C_BINARY] = op_binary,
	[C_UNARY] = op_unary,
	[C_CAST] = op_cast,
	[C_ARRAY] = op_array,
	[C_ADD] = op_add,
	[C_ADD_KEY] = op_add_key,
	[C_SPREAD] = op_spread,
	[C_COPY] = op_copy,
	[C_POP] = op_pop,
	[C_WHEN] = op_branch,
	[C_OTHERWISE] = op_else,
	[C_JOINED] = op_joined,
	[C_IF] = op_branch,
	[C_ELSE] = op_else,
	[C_ENDIF] = op_endif,
	[C_LOOP] = op_loop,
	[C_TEST] = op_test,
	[C_AGAIN] = op_again,
	[C_LOOP_END] = op_loop_end,
	[C_EACH] = op_each,
	[C_NEXT] = op_next,
	[C_BREAK] = op_break,
	[C_CONTINUE] = op_continue,
	[C_RETURN] = op_return,
	[C_EXIT] = op_exit,
	[C_ECHO] = op_echo,
	[C_PRINT] = op_echo,
	[C_EVAL] = op_eval,
	[C_INCLUDE] = op_include,
	[C_SHELL] = op_shell,
	[C_UNSET] = op_unset,
	[C_GLOBAL] = op_global,
	[C_GOTO] = op_goto,
	[C_LABEL] = op_label,
	[C_CLOSURE] = op_closure,
	[C_MAYBE] = op_maybe,
	[C_SURE] = op_sure,
	[C_ISSET] = op_isset,
	[C_ALIAS] = op_alias,
};

/* Until no more than FLOOR frames are left. STEPS: no further than down to so many. */
static void run(struct machine *m, uint32_t floor, uint64_t steps)
{
	struct engine *e = m->e;

	while (m->frames > floor && !m->stopped) {
		struct frame *f = here(m);

		if (f->pc >= f->unit->codes) {
			if (!branch_pending(m))
				end_frame(m);
			continue;
		}
		/* more than there ever was: a charge went below zero and wrapped */
		if (e->steps_left <= steps + 64 || e->steps_left > ENGINE_STEPS || e->pool.over) {
			e->limits |= e->pool.over ? LIMIT_BYTES : LIMIT_STEPS;
			m->stopped = true;
			break;
		}
		e->steps_left--;
		m->now = &f->unit->code[f->pc++];
		ops[m->now->op](m, m->now);
	}
	/* what is left of a run that was stopped */
	while (m->frames > floor)
		end_frame(m);
	m->stopped = e->pool.over;
}

/* Each of them holds a part of our own stack. */
enum { CALLS_NESTED = 4 };

struct value machine_call(struct machine *m, struct unit *u, uint32_t n, struct value self)
{
	const struct code *now = m->now;
	uint32_t frames = m->frames;

	if (m->inner >= CALLS_NESTED || m->stopped) {
		drop_values(m, n);
		return value_unknown(u->returned.marks, u->returned.from);
	}
	m->inner++;
	if (call_unit(m, u, n, self))
		run(m, frames, m->calls_all ? 0 : ENGINE_STEPS / 8);
	m->inner--;
	m->now = now;
	return pop_value(m);
}

struct value machine_plain(struct machine *m, struct value v)
{
	struct unit *u = v.kind == V_OBJECT && v.n < m->e->classes
				 ? engine_method(m->e, v.n, engine_name(m->e, SPAN("__tostring"), true))
				 : NULL;

	return u ? machine_call(m, u, 0, v) : v;
}

/* Of one function that nothing calls: whatever it is given is unknown, so what it does shows early. */
enum { LATE_STEPS = 2000000 };

/* Units that nothing has called yet, with parameters that nobody knows. */
static void run_uncalled(struct machine *m)
{
	for (uint32_t i = 1; i < m->e->units && !m->e->pool.over; i++) {
		struct unit *u = m->e->unit[i];
		struct value self = { .kind = V_OBJECT, .n = u->class };
		/* one function that spins does not keep the others from their turn */
		uint64_t left = m->e->steps_left,
			 share = left > 2 * LATE_STEPS ? left - LATE_STEPS : left / 3;

		if (u->runs || u->refused || !u->codes)
			continue;
		m->now = NULL;
		if (call_unit(m, u, 0, u->class == NO_CLASS ? value_unknown(0, 0) : self))
			run(m, 1, share);
		m->top = here(m)->base;
	}
}

/* Room for one file; it goes with the file's arena. */
static bool machine_make(struct machine *m, struct engine *e)
{
	*m = (struct machine){ .e = e };
	m->stack = pool_take(&e->pool, ENGINE_STACK * sizeof(*m->stack));
	m->slots = pool_take(&e->pool, SLOTS_MOST * sizeof(*m->slots));
	m->frame = pool_take(&e->pool, ENGINE_FRAMES * sizeof(*m->frame));
	m->loop = pool_take(&e->pool, LOOPS_MOST * sizeof(*m->loop));
	return m->stack && m->slots && m->frame && m->loop;
}

/* The script, what it registered for its end, and then what nothing has called. */
void machine_run(struct engine *e, struct unit *main)
{
	struct machine *m = pool_take(&e->pool, sizeof(*m));

	if (!m || !machine_make(m, e))
		return;
	if (!call_unit(m, main, 0, value_unknown(0, 0)))
		return;
	m->frame[0].unit->runs = 1;
again:
	/* the script's own frame stays: it holds the globals */
	while (m->frames && !m->stopped &&
	       (m->frames > 1 || m->frame[0].pc < main->codes || branch_pending(m))) {
		struct frame *f = here(m);

		if (m->frames > 1 && f->pc >= f->unit->codes) {
			if (!branch_pending(m))
				end_frame(m);
			continue;
		}
		/*
		 * an eighth is kept for what runs at the end and for what nothing has called: code may be
		 * put there for a reason
		 */
		if (e->steps_left <= ENGINE_STEPS / 8 || e->steps_left > ENGINE_STEPS || e->pool.over) {
			e->limits |= e->pool.over ? LIMIT_BYTES : LIMIT_STEPS;
			break;
		}
		e->steps_left--;
		m->now = &f->unit->code[f->pc++];
		ops[m->now->op](m, m->now);
	}
	while (m->frames > 1)
		end_frame(m);
	/* what one request leaves in the session, the next one finds there */
	if (e->session_late && !e->pool.over) {
		e->session_late = false;
		/* what a function gave before may have been made of it */
		for (uint32_t i = 0; i < e->units; i++)
			memset(e->unit[i]->known, 0, sizeof(e->unit[i]->known));
		branch_restart(m);
		goto again;
	}
	m->stopped = e->pool.over;
	m->top = 0;
	m->arms = m->loops = 0;
	m->frame[0].base = 0;
	for (uint32_t i = 0; i < m->laters && !m->stopped; i++) {
		m->now = NULL;
		if (m->later_flushes[i])
			push_value(m, value_unknown(e->echoed, 0));
		call_callable(m, m->later[i], m->later_flushes[i]);
		run(m, 1, 0);
		m->top = 0;
	}
	m->calls_all = true;
	run_uncalled(m);
}
