/*
 * engine - one PHP file, translated and worked out under limits; what flows where it does harm comes out as events.
 *
 * Nothing is ever called: the pure functions that are worked out are a fixed list (builtin.c), everything else has only
 * marks. Both arms of an undecided branch are walked. Limits in steps, bytes, depth and layers make every file end.
 *
 * TRUST: the file is an attacker's, and so is every text decoded from it.
 */
#ifndef SPAMTRAIL_SCAN_ENGINE_H
#define SPAMTRAIL_SCAN_ENGINE_H

#include "base/table.h"
#include "scan/code.h"
#include "scan/event.h"
#include "scan/lexicon.h"

enum {
	ENGINE_LAYERS = 40, /* texts decoded from one another */
	ENGINE_TEXTS = 400, /* decoded texts of one file */
	ENGINE_FRAMES = 40,
	ENGINE_STACK = 1024,
	ENGINE_UNITS = 20000,
	ENGINE_TOKENS = 800000,
	WRITTEN_MOST = 8,
	UNIT_SLOTS_MOST = 6000, /* variables of one unit */
	METHODS_MOST = 64, /* of one name that are told apart */
};

/*
 * Work and memory of one file: instructions, with what long texts and tokens cost on top; bytes of values,
 * names and code. Tokens are not charged to the latter, ENGINE_TOKENS counts those. Whatever is in a file, it
 * ends within 200 ms of a core of 2024.
 */
#define ENGINE_STEPS UINT64_C(6000000)
#define ENGINE_BYTES (UINT64_C(40) << 20)
/* Of these, what is kept for the run while the file is translated; and tokens that translating may look past. */
#define ENGINE_KEPT (UINT64_C(6) << 20)
#define ENGINE_PASSED UINT64_C(10000000)

struct compiler;

/* Everything about one file, until the next. */
#define ALIASES_MOST 32

struct engine {
	const struct lexicon *words;
	struct pool pool;
	struct events *events;
	uint64_t steps_left;
	uint32_t limits; /* enum event_limit */

	struct span *name; /* names by number, 1 is the first */
	uint32_t names, names_cap;
	struct table name_table;
	uint32_t *name_slot, *name_unit; /* of each name: its variable in the unit that is being translated */
	struct unit **unit;
	uint32_t units, units_cap, compiled;
	struct class *class;
	uint32_t classes, classes_cap;
	struct value *constant;
	uint32_t constants, constants_cap;
	struct array *defined; /* define() and const */
	uint32_t *function_of; /* by name: unit plus one */
	uint32_t *class_of; /* by name: class plus one */
	uint32_t alias[ALIASES_MOST], alias_means[ALIASES_MOST], aliases; /* names by "use function ... as" */
	uint32_t *method_of; /* by name: the newest unit that is a method called so, plus one */
	uint64_t passed; /* tokens that were only looked past */
	bool spent; /* too many: nothing more is translated */
	uint32_t session; /* marks of what was put into $_SESSION */
	bool session_read, session_late; /* read; put in after it was read */
	uint32_t wild; /* marks of whatever property: unserialize($_POST) */
	struct value thrown; /* what exceptions were made with */
	struct span written_path[WRITTEN_MOST]; /* of files that were given what somebody else brought */
	uint32_t written_marks[WRITTEN_MOST];
	uint32_t temp_marks; /* what temporary files were given */
	uint32_t written;
	uint32_t echoed; /* marks of what was put out: output buffers' callbacks get it */
	uint32_t texts, tokens;
	struct compiler *compiler;
};

/*
 * Works FILE (with its tags) out; events gather in EVENTS. FILE's bytes are not copied and have to
 * outlive EVENTS, which lives in ARENA. Cannot fail: limits that were hit stand in EVENTS->limits (enum
 * event_limit).
 */
void engine_run(const struct lexicon *words, struct span file, struct arena *arena, struct events *events);

/* --- between the engine's own files ------------------------------------------------------------ */

/*
 * The number of NAME; LOWER: without regard to case. 0 where there is no more room. NAME is cut at 256
 * bytes, a leading "\" goes. Its bytes are copied only with LOWER: otherwise they must live as long as
 * the file's arena.
 */
uint32_t engine_name(struct engine *e, struct span name, bool lower);
struct span engine_name_text(const struct engine *e, uint32_t name);
/* Names below SUPERS are these, in this order. */
enum super {
	SUPER_NONE,
	SUPER_GET,
	SUPER_POST,
	SUPER_REQUEST,
	SUPER_COOKIE,
	SUPER_SERVER,
	SUPER_FILES,
	SUPER_GLOBALS,
	SUPER_ENV,
	SUPER_SESSION,
	SUPER_OLD_GET,
	SUPER_OLD_POST,
	SUPER_OLD_COOKIE,
	SUPER_OLD_SERVER,
	SUPER_OLD_FILES,
	SUPER_RAW,
	SUPER_ARGV,
	SUPERS,
	SUPER_ONE_FILE = SUPERS, /* $_FILES['x'] */
};

/*
 * BYTES as a new unit, with its functions and classes; NULL over a limit (in E->limits, or the budget),
 * or where there is no token in it. CODE: without tags. LAYER: 0 for the file. FROM: the step that gave
 * it. BYTES are not copied.
 */
struct unit *engine_text(struct engine *e, struct span bytes, bool code, uint32_t layer, uint32_t from);
/* The number of a new constant; 0, which is null, where there is no more room. */
uint32_t engine_constant(struct engine *e, struct value v);
uint32_t engine_class(struct engine *e, uint32_t name);
/* NO_CLASS where the file has none called NAME, in lower case. */
uint32_t engine_class_at(const struct engine *e, uint32_t name);
/* U, of a class, is called NAME from now on. */
void engine_add_method(struct engine *e, struct unit *u, uint32_t name);
/* A new unit of T without code, good until the file is done; NULL over ENGINE_UNITS or the budget. */
struct unit *engine_unit(struct engine *e, struct text *t);
/* NULL where the file has no such function, or method. NAME is the number of the name in lower case. */
struct unit *engine_function(const struct engine *e, uint32_t name);
struct unit *engine_method(const struct engine *e, uint32_t class, uint32_t name);
/* Translates U; its inner functions become units of their own. */
void compile_unit(struct engine *e, struct unit *u);
/* The plain text of a token with its escapes undone. */
struct value compile_literal(struct engine *e, const struct text *t, const struct token *tk);
/* Runs unit 0 and then what nothing has called. */
void machine_run(struct engine *e, struct unit *main);

#endif
