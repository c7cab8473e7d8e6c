/*
 * machine - runs code on values: what its files share (machine.c the loop and branches, operate.c values, call.c calls,
 * builtin.c pure functions, sinks.c the places where harm is done).
 *
 * TRUST: code and values were made from an attacker's text; every index is checked where it is used.
 */
#ifndef SPAMTRAIL_SCAN_MACHINE_H
#define SPAMTRAIL_SCAN_MACHINE_H

#include "scan/array.h"
#include "scan/engine.h"

enum { ARMS_MOST = 2048, LOOPS_MOST = 512, SLOTS_MOST = 8192, REFERENCES_MOST = 6, PENDING_MOST = 256, LATER_MOST = 64, SPREAD = 3 };

/* A variable that no code names: made by extract(), $$name, parse_str(). */
struct extra {
	struct extra *next;
	uint32_t name;
	struct value value;
};

/* array_map and its kin at work: one call for each element. */
struct mapping {
	struct array *in, *out;
	uint32_t at;
	struct value callee;
	bool keys; /* array_walk gives the key, too */
};

struct frame {
	struct unit *unit;
	uint32_t pc;
	struct value *slot;
	uint32_t base, arms, loops; /* where its part of the stacks begins */
	uint32_t unsure; /* so many undecided branches around */
	struct value self; /* $this */
	struct value returned;
	bool has_returned, shares; /* SHARES: eval'd text, its variables are its caller's */
	bool discards; /* what it returns is dropped: a constructor */
	struct value instead; /* then this is the result */
	uint32_t known; /* where its unit keeps the result, plus one */
	bool given; /* a request's text */
	struct extra *extra;
	uint32_t wild; /* marks of whatever variable: extract($_POST) */
	struct mapping *mapping;
	struct value *reference[REFERENCES_MOST]; /* by-reference arguments: where they came from */
	uint32_t reference_slot[REFERENCES_MOST], references;
	uint32_t pending[PENDING_MOST], pendings; /* labels that an undecided goto leads to */
};

struct loop {
	uint32_t begin, end, again;
	uint32_t unsure, arms, stack;
	uint32_t turns;
	uint64_t floor; /* steps that must be left, or it has run for too long */
	bool undecided; /* nobody knows when it ends: two turns are enough */
	bool doubted; /* a return that may be taken at any turn, or not */
	bool endless; /* neither its condition nor anything in it ends it */
	bool last; /* this turn: nothing in it is left out */
	struct value each;
	uint32_t at; /* foreach: the next element */
};

#define NESTED_MOST 32 /* limit scan: calls within calls */
struct machine {
	struct engine *e;
	struct value *stack; /* ENGINE_STACK */
	uint32_t top;
	struct value *slots;
	uint32_t slots_used;
	struct frame *frame; /* ENGINE_FRAMES */
	uint32_t frames;
	uint8_t arm[ARMS_MOST];
	uint32_t arms;
	struct loop *loop;
	uint32_t loops;
	struct value later[LATER_MOST]; /* shutdown functions and the like */
	struct value on_error; /* set_error_handler(): gets what trigger_error() is given */
	bool later_flushes[LATER_MOST]; /* it is given what was put out */
	uint32_t laters;
	const struct code *now;
	uint32_t nested; /* functions that call what they are given, within each other */
	uint32_t inner; /* calls in the middle of an operator, the same */
	bool stopped;
	bool calls_all; /* the script has run: what nothing has called is called */
};

static inline struct frame *here(struct machine *m)
{
	return &m->frame[m->frames - 1];
}

static inline void charge(struct machine *m, uint64_t steps)
{
	m->e->steps_left -= m->e->steps_left > steps ? steps : m->e->steps_left;
}

/*
 * Over ENGINE_STACK nothing is pushed, the run stops and LIMIT_DEPTH is told. Popping an empty stack
 * gives unknown: code from broken text may well ask for more than there is.
 */
void push_value(struct machine *m, struct value v);
struct value pop_value(struct machine *m);
void drop_values(struct machine *m, uint32_t n);
/* The new step of a value's way, at the instruction that runs. */
uint32_t machine_step(struct machine *m, uint32_t before, const char *what);

/* The variable NAME of frame F; made when MAKE, else it may be NULL. */
struct value *machine_variable(struct machine *m, struct frame *f, uint32_t name, bool make);
struct value machine_load(struct machine *m, struct frame *f, uint32_t slot);
void machine_store(struct machine *m, struct value *at, struct value v);
/* The variable SLOT of the frame at hand, or NULL where it has none: so for the slot of a value, less one. */
struct value *machine_slot(struct machine *m, uint32_t slot);
void machine_jump(struct machine *m, uint32_t to);

/*
 * U with the N values on top, run to its end at once: for what PHP calls in the middle of an operator. Nested too deep, it
 * gives what U has returned before.
 */
struct value machine_call(struct machine *m, struct unit *u, uint32_t n, struct value self);
/* V, or what its class makes of it where a text is wanted. */
struct value machine_plain(struct machine *m, struct value v);

/* operate.c */
struct value operate_binary(struct machine *m, uint8_t op, struct value a, struct value b);
struct value operate_unary(struct machine *m, uint8_t op, struct value v);
struct value operate_cast(struct machine *m, uint8_t type, struct value v);
struct value operate_index(struct machine *m, struct value base, struct value key);
struct value operate_property(struct machine *m, struct value object, uint32_t name);
/* NAME is what people are asked for only where they log in or pay. */
bool operate_secret(struct span name);
struct value operate_element(struct machine *m, struct value base);

/* call.c: each takes its values off the stack; the result, or a new frame, is on it. */
void call_name(struct machine *m, uint32_t name, uint32_t n);
void call_value(struct machine *m, uint32_t n);
void call_method(struct machine *m, struct value name, uint32_t n);
void call_new(struct machine *m, uint32_t n);
void call_eval(struct machine *m, struct value code);
/* Calls CALLEE with the N values on top. What nobody can know is told as SINK_CALLBACK, if its name matters. */
void call_callable(struct machine *m, struct value callee, uint32_t n);
/* A frame for U; false over a limit: then the result is already there. */
bool call_unit(struct machine *m, struct unit *u, uint32_t n, struct value self);
void call_run_text(struct machine *m, struct span text, bool code, struct value v);
void call_map(struct machine *m, struct value callee, struct array *in, bool keys);
/* The element that comes next, or the result. */
void call_map_next(struct machine *m, struct frame *f, struct value result);

#endif
