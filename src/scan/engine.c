/*
 * engine - names, texts, units and classes of one file; see engine.h.
 * TRUST: all of it is the scanned file's; counts are limited, and a limit is told.
 */
#include "scan/engine.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/lower.h"
#include "scan/array.h"
#include "scan/lex.h"
#include "scan/outside.h"

static const char *const supers[SUPERS] = {
	"",
	"_GET",
	"_POST",
	"_REQUEST",
	"_COOKIE",
	"_SERVER",
	"_FILES",
	"GLOBALS",
	"_ENV",
	"_SESSION",
	"HTTP_GET_VARS",
	"HTTP_POST_VARS",
	"HTTP_COOKIE_VARS",
	"HTTP_SERVER_VARS",
	"HTTP_POST_FILES",
	"HTTP_RAW_POST_DATA",
	"argv",
};

static bool same_name(const void *owner, uint32_t index, const void *key)
{
	return span_eq(((const struct engine *)owner)->name[index], *(const struct span *)key);
}

/*
 * Room for one more name in all lists that names count in. All or none: a name's number is an index
 * into each.
 */
static bool name_room(struct engine *e)
{
	uint32_t cap = e->names_cap ? e->names_cap * 2 : 256;
	struct span *name;
	uint32_t *slot, *unit, *function, *class, *method;

	if (e->names < e->names_cap)
		return true;
	name = pool_take(&e->pool, cap * sizeof(*name));
	slot = pool_take(&e->pool, cap * sizeof(*slot));
	unit = pool_take(&e->pool, cap * sizeof(*unit));
	function = pool_take(&e->pool, cap * sizeof(*function));
	class = pool_take(&e->pool, cap * sizeof(*class));
	method = pool_take(&e->pool, cap * sizeof(*method));
	if (!name || !slot || !unit || !function || !class || !method)
		return false;
	if (e->names) {
		memcpy(name, e->name, e->names * sizeof(*name));
		memcpy(slot, e->name_slot, e->names * sizeof(*slot));
		memcpy(unit, e->name_unit, e->names * sizeof(*unit));
		memcpy(function, e->function_of, e->names * sizeof(*function));
		memcpy(class, e->class_of, e->names * sizeof(*class));
		memcpy(method, e->method_of, e->names * sizeof(*method));
	}
	e->name = name;
	e->name_slot = slot;
	e->name_unit = unit;
	e->function_of = function;
	e->class_of = class;
	e->method_of = method;
	e->names_cap = cap;
	return true;
}

/* Functions and classes are told apart without regard to case, variables with it. */
uint32_t engine_name(struct engine *e, struct span name, bool lower)
{
	char text[256];
	uint32_t found;

	if (name.n && name.p[0] == '\\')
		name = span_from(name, 1);
	if (name.n > sizeof(text))
		name.n = sizeof(text);
	if (lower)
		name = span_lower(name, text);
	found = table_find(&e->name_table, hash_span(name, 0), same_name, e, &name);
	if (found != TABLE_NONE)
		return found;
	if (!name_room(e)) {
		e->limits |= LIMIT_BYTES;
		return 0;
	}
	e->name[e->names] = lower ? arena_span(e->pool.arena, name) : name;
	table_put(&e->name_table, hash_span(name, 0), e->names);
	return e->names++;
}

struct span engine_name_text(const struct engine *e, uint32_t name)
{
	return name < e->names ? e->name[name] : SPAN_NONE;
}

static void *grown(struct engine *e, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	uint32_t room = *cap ? *cap * 2 : 16;
	void *more;

	if (n < *cap)
		return old;
	more = pool_take(&e->pool, room * size);
	if (!more) {
		e->limits |= LIMIT_BYTES;
		return NULL;
	}
	if (old && n)
		memcpy(more, old, n * size);
	*cap = room;
	return more;
}

uint32_t engine_constant(struct engine *e, struct value v)
{
	struct value *room = grown(e, e->constant, e->constants, &e->constants_cap, sizeof(*room));

	if (!room)
		return 0;
	e->constant = room;
	e->constant[e->constants] = v;
	return e->constants++;
}

uint32_t engine_class_at(const struct engine *e, uint32_t name)
{
	return name && name < e->names && e->class_of[name] ? e->class_of[name] - 1 : NO_CLASS;
}

/* The class called NAME, made where it is not there yet; 0: a new one without a name. */
uint32_t engine_class(struct engine *e, uint32_t name)
{
	struct class *room;
	struct value properties;

	if (engine_class_at(e, name) != NO_CLASS)
		return engine_class_at(e, name);
	room = grown(e, e->class, e->classes, &e->classes_cap, sizeof(*room));
	properties = array_new(&e->pool);
	if (!room || properties.kind != V_ARRAY)
		return NO_CLASS;
	e->class = room;
	e->class[e->classes] = (struct class){ .name = name, .properties = properties.array };
	if (name && name < e->names)
		e->class_of[name] = e->classes + 1;
	return e->classes++;
}

struct unit *engine_unit(struct engine *e, struct text *t)
{
	struct unit **room;
	struct unit *u;

	if (e->units >= ENGINE_UNITS) {
		e->limits |= LIMIT_TOKENS;
		return NULL;
	}
	room = grown(e, (void *)e->unit, e->units, &e->units_cap, sizeof(*room));
	u = room ? pool_take(&e->pool, sizeof(*u)) : NULL;
	if (!u)
		return NULL;
	e->unit = room;
	u->text = t;
	u->class = NO_CLASS;
	u->number = e->units;
	e->unit[e->units++] = u;
	return u;
}

struct unit *engine_function(const struct engine *e, uint32_t name)
{
	return name && name < e->names && e->function_of[name] ? e->unit[e->function_of[name] - 1] : NULL;
}

/* Of those called so, from FIRST on, the one that CLASS itself has. */
static struct unit *own_method(const struct engine *e, uint32_t class, uint32_t first)
{
	for (uint32_t i = first, n = 0; i && n < METHODS_MOST; i = e->unit[i - 1]->same_name, n++)
		if (e->unit[i - 1]->class == class)
			return e->unit[i - 1];
	return NULL;
}

/*
 * Up the parents, a class's own first, then its traits'; with no class known, the only method of that name. Eight
 * parents are more than honest files have; a class that is its own grandparent ends there, too. One that has no
 * body is taken only where there is nothing else: who has it is not followed.
 */
struct unit *engine_method(const struct engine *e, uint32_t class, uint32_t name)
{
	uint32_t first = name && name < e->names ? e->method_of[name] : 0;
	struct unit *u = NULL;

	for (int up = 0; up < 8 && first && class != NO_CLASS && class < e->classes; up++) {
		u = own_method(e, class, first);
		for (uint32_t i = 0; i < TRAITS_MOST && !u && e->class[class].trait[i]; i++)
			u = own_method(e, engine_class_at(e, e->class[class].trait[i]), first);
		if (u && !u->refused)
			return u;
		class = engine_class_at(e, e->class[class].parent);
	}
	/* an abstract one is somebody's who is not known to be this one */
	for (uint32_t i = first, n = 0; u && i && n < METHODS_MOST; i = e->unit[i - 1]->same_name, n++)
		if (!e->unit[i - 1]->refused)
			return e->unit[i - 1];
	/* whose object it is nobody knows: the one method that is called so */
	return u ? u : first && !e->unit[first - 1]->same_name ? e->unit[first - 1] : NULL;
}

void engine_add_method(struct engine *e, struct unit *u, uint32_t name)
{
	u->name = name;
	if (!name || name >= e->names)
		return;
	u->same_name = e->method_of[name];
	e->method_of[name] = u->number + 1;
}

/* --- texts ----------------------------------------------------------------------------------- */

/*
 * Every opening bracket is told where its other half is, and the other way round. No stack of its own, so
 * no depth is too deep: while a bracket is open, its MATE is the one around it. A closing one that fits
 * nothing is left alone, so broken text costs its own statement and no more.
 */
static void match_brackets(struct token *token, uint32_t n)
{
	uint32_t open = TOKEN_NONE; /* the innermost; each open one's mate is the one around it */

	for (uint32_t i = 0; i < n; i++) {
		uint8_t sub = token[i].sub;
		bool opens = sub == '(' || sub == '[' || sub == '{' || sub == OP_ATTRIBUTE;

		if (token[i].kind != TK_OP)
			continue;
		if (opens) {
			token[i].mate = open;
			open = i;
			continue;
		}
		if (sub != ')' && sub != ']' && sub != '}')
			continue;
		/* what was left open inside of braces ends with them */
		while (sub == '}' && open != TOKEN_NONE && token[open].sub != '{') {
			uint32_t outer = token[open].mate;

			token[open].mate = TOKEN_NONE;
			open = outer;
		}
		if (open == TOKEN_NONE)
			continue;
		if (sub == ')'	 ? token[open].sub != '('
		    : sub == ']' ? token[open].sub != '[' && token[open].sub != OP_ATTRIBUTE
				 : false)
			continue;

		uint32_t outer = token[open].mate;

		token[open].mate = i;
		token[i].mate = open;
		open = outer;
	}
	while (open != TOKEN_NONE) {
		uint32_t outer = token[open].mate;

		token[open].mate = TOKEN_NONE;
		open = outer;
	}
}

/* What cutting and translating a token costs, in steps: a file must not spend both budgets to the full. */
enum { TOKEN_STEPS = 2 };

/* Tokens lie in the arena until the file is done. */
static bool lex_text(struct engine *e, struct text *t, bool code)
{
	struct lexer l;
	struct token *token = NULL;
	uint32_t n = 0, cap = 0;
	uint64_t cost;

	lex_start(&l, e->words, t->bytes, code);
	for (;;) {
		struct token tk = lex_next(&l);

		if (tk.kind == TK_END)
			break;
		if (e->tokens >= ENGINE_TOKENS) {
			e->limits |= LIMIT_TOKENS;
			break;
		}
		if (n == cap) {
			cap = cap ? cap * 2 : 256;
			token = xrealloc(token, cap * sizeof(*token));
		}
		token[n++] = tk;
		e->tokens++;
	}
	if (l.too_deep)
		e->limits |= LIMIT_DEPTH;
	if (token)
		arena_keep(e->pool.arena, token);
	cost = (uint64_t)n * TOKEN_STEPS;
	e->steps_left -= e->steps_left > cost ? cost : e->steps_left;
	match_brackets(token, n);
	t->token = token;
	t->n = n;
	return n > 0;
}

/*
 * All units of the text are translated before the first runs: functions are known before they stand. The
 * list grows while it is walked: a function inside of a function is noted by the one around it, and its
 * turn comes.
 */
struct unit *engine_text(struct engine *e, struct span bytes, bool code, uint32_t layer, uint32_t from)
{
	struct text *t;
	struct unit *u;
	uint32_t first = e->units;

	if (layer >= ENGINE_LAYERS || e->texts >= ENGINE_TEXTS) {
		e->limits |= LIMIT_LAYERS;
		return NULL;
	}
	t = pool_take(&e->pool, sizeof(*t));
	if (!t)
		return NULL;
	e->texts++;
	*t = (struct text){ .bytes = bytes, .layer = layer, .from = from };
	t->number = event_text(e->events, bytes);
	if (layer > e->events->layers)
		e->events->layers = layer;
	if (!lex_text(e, t, code))
		return NULL;
	u = engine_unit(e, t);
	if (!u)
		return NULL;
	u->end = t->n;
	for (uint32_t i = first; i < e->units && !e->spent; i++) {
		e->compiled++;
		compile_unit(e, e->unit[i]);
	}
	return u;
}

/* Everything of the file lies in ARENA; nothing outlives it. */
void engine_run(const struct lexicon *words, struct span file, struct arena *arena, struct events *events)
{
	struct engine e = { .words = words,
			    .pool = { .arena = arena, .bytes_left = ENGINE_BYTES - ENGINE_KEPT },
			    .events = events,
			    .steps_left = ENGINE_STEPS };
	struct value defined;
	struct unit *main;

	events->arena = arena;
	table_init(&e.name_table, 8);
	/* the first names of all, so that their numbers are those of enum super */
	for (int i = 0; i < SUPERS; i++)
		engine_name(&e, span_str(supers[i]), false);
	defined = array_new(&e.pool);
	e.defined = defined.array;
	/* number 0 is what is given when there is no room: it has to be harmless */
	engine_constant(&e, (struct value){ .kind = V_NULL });
	main = engine_text(&e, file, false, 0, 0);
	/* what was translated before the room was gone is run all the same: a flood hides nothing in front of it */
	if (e.pool.over)
		e.limits |= LIMIT_BYTES;
	e.pool.over = false;
	e.pool.bytes_left += ENGINE_KEPT;
	if (main)
		machine_run(&e, main);
	if (e.pool.over)
		e.limits |= LIMIT_BYTES;
	events->outside = outside_count(&e);
	events->limits |= e.limits;
	events->worked = ENGINE_STEPS - e.steps_left;
	events->functions = e.units;
	table_free(&e.name_table);
}
