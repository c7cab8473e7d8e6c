/*
 * branch - branches, loops and gotos; see ops.h.
 *
 * An undecided branch runs both arms, one behind the other. A loop that nobody knows the end of runs twice; one whose end is
 * known runs until then, or until it has had its share of the steps. Breaks and gotos in undecided places do not leave.
 * TRUST: the code was made from an attacker's text.
 */
#include "scan/machine.h"

#include "scan/ops.h"

enum arm { ARM_FIRST, ARM_SECOND, ARM_BOTH };

/*
 * LABEL_VISITS: flattened code goes through its labels once a block, loops in it some hundred times.
 * UNDECIDED_TURNS: the second turn sees what the first has stored; a third adds nothing but steps.
 * DECIDED_TURNS: decoders take a turn a byte, for texts of that size. ASKED_TURNS, ENDLESS_TURNS: after the first it is asked
 * whether the loop can end at all, as servers are made of while (true); one that cannot has as many as the second.
 * QUESTION: instructions of what it asks. LIST: addresses that a program's own settings would not name.
 */
enum {
	LABEL_VISITS = 400,
	UNDECIDED_TURNS = 2,
	DECIDED_TURNS = 300000,
	ASKED_TURNS = 16,
	ENDLESS_TURNS = 5000,
	QUESTION = 8,
	LIST = 8
};

/* --- branches -------------------------------------------------------------------------------- */

/* To instruction TO, or behind the last. */
void machine_jump(struct machine *m, uint32_t to)
{
	struct frame *f = here(m);

	f->pc = to < f->unit->codes ? to : f->unit->codes;
}

/* In a loop that may be a decoder's, and needs to be exact: its turns are counted, or it stands in the script itself. */
static bool counted(const struct machine *m, const struct frame *f)
{
	if (m->loops > f->loops && !f->unit->number && !m->loop[m->loops - 1].last)
		return true;
	for (uint32_t i = f->loops; i < m->loops; i++)
		if (!m->loop[i].undecided)
			return true;
	return false;
}

/* if and ?: decide which arm is walked, or both. */
void op_branch(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);
	int truth = v.kind == V_UNKNOWN || v.marks & M_LOOSE ? -1 : value_truth(&v);
	enum arm arm = truth < 0 ? ARM_BOTH : truth ? ARM_FIRST : ARM_SECOND;

	/* what stands in a branch that this run does not take still stands in the file; only loops need to be exact */
	if (k->op == C_IF && arm == ARM_SECOND && !counted(m, here(m)))
		arm = ARM_BOTH;
	if (m->arms >= ARMS_MOST) {
		m->stopped = true;
		return;
	}
	m->arm[m->arms++] = (uint8_t)arm;
	if (arm == ARM_BOTH)
		here(m)->unsure++;
	if (arm == ARM_SECOND)
		machine_jump(m, k->a);
}

static uint8_t arm_now(struct machine *m)
{
	return m->arms > here(m)->arms ? m->arm[m->arms - 1] : ARM_FIRST;
}

/* The first arm ends; the second is left out where the first was the one. */
void op_else(struct machine *m, const struct code *k)
{
	if (arm_now(m) == ARM_FIRST)
		machine_jump(m, k->a);
}

static void arm_ends(struct machine *m)
{
	if (m->arms > here(m)->arms && m->arm[--m->arms] == ARM_BOTH && here(m)->unsure)
		here(m)->unsure--;
}

/* The value of ?: may be either where both arms were walked. */
void op_joined(struct machine *m, const struct code *k)
{
	if (arm_now(m) == ARM_BOTH) {
		struct value b = pop_value(m), a = pop_value(m);

		push_value(m, value_join(a, b));
	}
	arm_ends(m);
}

void op_endif(struct machine *m, const struct code *k)
{
	arm_ends(m);
}

/* What follows may be left out: a catch, the cases of a switch. */
void op_maybe(struct machine *m, const struct code *k)
{
	here(m)->unsure++;
}

void op_sure(struct machine *m, const struct code *k)
{
	if (here(m)->unsure)
		here(m)->unsure--;
}

/* --- loops ----------------------------------------------------------------------------------- */

static struct loop *loop_now(struct machine *m)
{
	return m->loops > here(m)->loops ? &m->loop[m->loops - 1] : NULL;
}

/* The loop's end and continuation stand in its two instructions. */
static struct loop *open_loop(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	struct loop *l;

	if (m->loops >= LOOPS_MOST) {
		m->stopped = true;
		return NULL;
	}
	l = &m->loop[m->loops++];
	*l = (struct loop){
		.begin = f->pc, .end = k->a, .unsure = f->unsure, .arms = m->arms, .stack = m->top
	};
	/* a loop of the script's own may be its decoder; one in a function that nothing calls is not */
	l->floor = m->calls_all ? m->e->steps_left - m->e->steps_left / 16 : m->e->steps_left / 5;
	l->again = f->pc < f->unit->codes ? f->unit->code[f->pc].a : f->pc;
	return l;
}

void op_loop(struct machine *m, const struct code *k)
{
	open_loop(m, k);
}

/* Branches and values that were open in the loop's body go with it. */
static void leave_loop(struct machine *m, struct loop *l, uint32_t to)
{
	struct frame *f = here(m);

	f->unsure = l->unsure;
	m->arms = l->arms;
	m->top = l->stack;
	machine_jump(m, to);
}

/* The instruction that runs, to be written to: N says that its loop's body has been walked. */
static struct code *own_test(struct machine *m)
{
	return &here(m)->unit->code[here(m)->pc - 1];
}

/* The loop around L, in the same function, runs as often as it says, and nothing around that is undecided. */
static bool counts(const struct machine *m, const struct loop *l)
{
	const struct frame *f = &m->frame[m->frames - 1];

	return m->loops - 1 > f->loops && !l[-1].undecided && !f->unsure;
}

/* The body that is not walked now comes last, unless it is walked by then. False: there is no room to remember it. */
static bool postpone(struct machine *m)
{
	struct frame *f = here(m);
	uint32_t at = f->pc - 1;

	if (own_test(m)->n)
		return true;
	for (uint32_t i = 0; i < f->pendings; i++)
		if (f->pending[i] == at)
			return true;
	if (f->pendings == PENDING_MOST)
		return false;
	f->pending[f->pendings++] = at;
	return true;
}

void branch_may_leave(struct machine *m)
{
	for (uint32_t i = here(m)->loops; i < m->loops; i++)
		m->loop[i].doubted = true;
}

/* The first instruction of what the test at AT asks, if that is made of constants and variables alone; else AT. */
static uint32_t question(const struct unit *u, uint32_t begin, uint32_t at)
{
	uint32_t i = at;

	for (uint32_t wanted = 1; wanted && i > begin && at - i < QUESTION; i--) {
		uint8_t op = u->code[i - 1].op;

		if (op == C_BINARY)
			wanted++;
		else if (op == C_CONST || op == C_LOAD)
			wanted--;
		else if (op != C_UNARY)
			return at;
		if (!wanted)
			return i - 1;
	}
	return at;
}

/* Asked there for variables that nothing else in the loop so much as names: they stay what they are. */
static bool asks_the_same(struct machine *m, const struct loop *l, uint32_t from, uint32_t test)
{
	const struct frame *f = here(m);
	const struct code *code = f->unit->code;

	for (uint32_t i = from; i < test; i++) {
		if (code[i].op != C_LOAD)
			continue;
		if (code[i].a >= f->unit->slots || f->slot[code[i].a].kind == V_ALIAS)
			return false;
		for (uint32_t j = l->begin; j < l->end; j++) {
			uint8_t op = code[j].op;
			bool names = op == C_LOAD || op == C_STORE || op == C_STEP || op == C_UNSET ||
				     op == C_GLOBAL || op == C_ALIAS;

			if (op == C_STORE_NAMED || op == C_LOAD_NAMED ||
			    (names && (j < from || j >= test) && code[j].a == code[i].a))
				return false;
		}
	}
	return true;
}

/*
 * It asks the same at each turn, and nothing in it leaves: then nothing behind it waits for its last turn, as what follows a
 * decoder does. A way out that may be taken at any turn, for reasons nobody knows, is no reason to wait for it either.
 */
static bool endless(struct machine *m, const struct loop *l)
{
	const struct unit *u = here(m)->unit;
	uint32_t test = here(m)->pc - 1, from = question(u, l->begin, test), inner = 0, cost;

	if (from == test || l->end <= l->begin || l->end > u->codes)
		return false;
	cost = (l->end - l->begin) * (test - from + 1);
	if (cost > m->e->steps_left / 16)
		return false;
	m->e->steps_left -= cost;
	if (!asks_the_same(m, l, from, test))
		return false;
	for (uint32_t i = l->begin; i < l->end && !l->doubted; i++) {
		uint8_t op = u->code[i].op;

		inner += op == C_LOOP || op == C_EACH;
		inner -= op == C_LOOP_END && inner;
		if (op == C_RETURN || op == C_GOTO ||
		    ((op == C_BREAK || op == C_CONTINUE) && u->code[i].n > inner + (op == C_CONTINUE)))
			return false;
	}
	return true;
}

/* Has this loop, whose condition holds, had all that it gets? Told, unless there is nothing that it could have come to. */
static bool has_had_enough(struct machine *m, struct loop *l)
{
	if (l->turns == ASKED_TURNS && endless(m, l)) {
		l->endless = true;
		l->floor = m->e->steps_left - m->e->steps_left / 16;
		m->e->events->endless |= !m->calls_all;
	}
	if (l->turns >= (l->endless ? ENDLESS_TURNS : DECIDED_TURNS) ||
	    (l->endless && m->e->texts >= ENGINE_TEXTS / 8))
		return true;
	if (m->e->steps_left >= l->floor)
		return false;
	m->e->limits |= m->calls_all || l->endless ? 0 : LIMIT_STEPS;
	return true;
}

/* Goes on only while the condition holds; one that nobody knows holds twice, then never. */
void op_test(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);
	struct loop *l = loop_now(m);
	int truth = v.kind == V_UNKNOWN ? -1 : value_truth(&v);

	if (!l)
		return;
	if (truth < 0 && !l->undecided) {
		l->undecided = true;
		l->turns = 0;
	}
	if (truth == 0 && l->turns == 0 && !l->undecided) {
		/* not once: still looked at, but behind the loop around it where that one counts, which may be a decoder's */
		if (counts(m, l) && postpone(m)) {
			leave_loop(m, l, l->end);
			return;
		}
		l->undecided = true;
		l->turns = UNDECIDED_TURNS - 1;
		truth = -1;
	}
	if (truth > 0 && !l->undecided && has_had_enough(m, l)) {
		/* as if the next turn were its last: whatever is in it is looked at, as what no turn has come to may wait there */
		l->undecided = l->last = true;
		l->turns = UNDECIDED_TURNS - 1;
	}
	if (truth == 0 || (l->undecided && l->turns >= UNDECIDED_TURNS)) {
		leave_loop(m, l, l->end);
		return;
	}
	if (l->undecided)
		here(m)->unsure = l->unsure + 1;
	l->turns++;
	own_test(m)->n = 1;
}

/* Back to the loop's start, with the stacks as they were there. */
void op_again(struct machine *m, const struct code *k)
{
	struct loop *l = loop_now(m);

	if (!l)
		return;
	/* foreach has no test */
	if (l->undecided && ++l->turns > 2 * UNDECIDED_TURNS) {
		leave_loop(m, l, l->end);
		return;
	}
	if (l->turns++ > DECIDED_TURNS) {
		m->e->limits |= LIMIT_STEPS;
		leave_loop(m, l, l->end);
		return;
	}
	l->turns -= !l->undecided;
	here(m)->unsure = l->unsure;
	m->arms = l->arms;
	m->top = l->stack;
	machine_jump(m, k->a);
}

void op_loop_end(struct machine *m, const struct code *k)
{
	struct loop *l = loop_now(m);

	if (!l)
		return;
	here(m)->unsure = l->unsure;
	m->loops--;
}

/* foreach takes its list once, as PHP does. */
void op_each(struct machine *m, const struct code *k)
{
	struct value v = pop_value(m);
	struct loop *l = open_loop(m, k);

	if (l)
		l->each = v;
}

/* The next element, or any of them where the list is not known. */
void op_next(struct machine *m, const struct code *k)
{
	struct loop *l = loop_now(m);
	struct value v, key = value_unknown(0, 0), *by_reference;
	const struct array *a;

	if (!l)
		return;
	a = l->each.kind == V_ARRAY ? l->each.array : NULL;
	by_reference = k->n && a && l->at && l->at <= a->n ? machine_slot(m, k->n - 1u) : NULL;
	if (by_reference)
		a->pair[l->at - 1].value = *by_reference;
	if (a && !a->marks && l->at < a->n) {
		v = a->pair[l->at].value;
		key = a->pair[l->at].key;
		v.marks |= l->each.marks & (M_DECODED | M_CHANGED);
		if (a->n >= LIST && v.kind == V_TEXT && memchr(v.p, '@', v.n))
			v.marks |= M_LINES;
	} else if (l->at == 0 || (l->at < 2 && (!a || a->marks))) {
		v = operate_element(m, l->each);
		if (l->each.kind == V_UNKNOWN && l->each.n)
			key.marks = l->each.marks | (l->each.marks & M_FIELD ? M_WHOLE : 0);
		l->undecided = true;
		here(m)->unsure = l->unsure + 1;
	} else {
		leave_loop(m, l, l->end);
		return;
	}
	l->at++;
	push_value(m, v);
	if (k->b)
		push_value(m, key);
}

/* break and continue: only certain ones leave, else what stands behind would never be seen. */
static void leave(struct machine *m, const struct code *k, bool for_good)
{
	struct frame *f = here(m);
	uint32_t n = k->n;
	struct loop *l;

	if (m->loops < f->loops + n || n == 0)
		return;
	l = &m->loop[m->loops - n];
	/* an undecided loop has made its own body unsure by one: that does not count against the break */
	if (f->unsure > m->loop[m->loops - n].unsure + l->undecided) {
		/* who knows whether it gets here: the loop is no longer one that counts */
		l->undecided = true;
		return;
	}
	m->loops -= n - 1;
	leave_loop(m, l, for_good ? l->end : l->again);
}

void op_break(struct machine *m, const struct code *k)
{
	leave(m, k, true);
}

void op_continue(struct machine *m, const struct code *k)
{
	leave(m, k, false);
}

/* --- goto ------------------------------------------------------------------------------------ */

/* Labels by name, found once per unit. */
static bool find_labels(struct machine *m, struct unit *u)
{
	if (u->label_at)
		return true;
	u->label_at = pool_take(&m->e->pool, m->e->names_cap * sizeof(*u->label_at));
	for (uint32_t i = 0; u->label_at && i < u->codes; i++)
		if (u->code[i].op == C_LABEL && u->code[i].a < m->e->names_cap)
			u->label_at[u->code[i].a] = i + 1;
	return u->label_at;
}

static void go(struct machine *m, uint32_t to, uint32_t unsure)
{
	struct frame *f = here(m);

	m->arms = f->arms;
	m->loops = f->loops;
	m->top = f->base;
	f->unsure = unsure;
	machine_jump(m, to);
}

/* A certain goto jumps; an undecided one is kept for later. */
void op_goto(struct machine *m, const struct code *k)
{
	struct frame *f = here(m);
	uint32_t to;

	if (!find_labels(m, f->unit) || k->a >= m->e->names_cap || !(to = f->unit->label_at[k->a]))
		return;
	if (f->unsure) {
		/* a label that was passed has been looked at: there is no need to come again */
		if (f->pendings < PENDING_MOST && f->unit->code[to - 1].n == 0)
			f->pending[f->pendings++] = to - 1;
		branch_may_leave(m);
		return;
	}
	if (f->unit->code[to - 1].n++ < LABEL_VISITS)
		go(m, to - 1, 0);
}

/* Counts how often it was passed, so that gotos in a circle end. */
void op_label(struct machine *m, const struct code *k)
{
	struct code *own = &here(m)->unit->code[here(m)->pc - 1];

	own->n += own->n < UINT16_MAX;
}

/* Labels that only undecided gotos lead to come last, and loops that were not walked in a loop that counts. */
bool branch_pending(struct machine *m)
{
	struct frame *f = here(m);

	while (f->pendings) {
		uint32_t at = f->pending[--f->pendings];
		struct code *k = &f->unit->code[at];

		if (k->n == 0) {
			/* a loop's body is entered behind its test, and what it stores is only possible */
			bool loop = k->op == C_TEST;

			k->n += loop;
			go(m, at + loop, loop);
			return true;
		}
	}
	return false;
}

void branch_restart(struct machine *m)
{
	go(m, 0, 0);
}
