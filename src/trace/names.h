/*
 * names - texts that are kept once and known by number: logins, directories, addresses.
 *
 * Number 0 is the empty text. There is a ceiling in bytes: past it every new text is NAME_LOST, which
 * shows as "(too many names)", and the caller says that a limit was hit. What only illustrates (addresses,
 * requests, uploads) may take half of that, so that no flood of it leaves a sender without a name.
 */
#ifndef SPAMTRAIL_TRACE_NAMES_H
#define SPAMTRAIL_TRACE_NAMES_H

#include "base/arena.h"
#include "base/table.h"

#define NAME_LOST 1u

struct names {
	struct arena *arena;
	struct span *text;
	uint32_t n, room;
	struct table table;
	uint64_t seed;         /* of this run, so that nobody can aim at the table */
	size_t bytes, most;
	uint64_t lost;
};

void names_init(struct names *s, size_t most_bytes);
void names_free(struct names *s);
uint32_t names_put(struct names *s, struct span text);
/* The same for what only illustrates: NAME_LOST from half the ceiling on. */
uint32_t names_put_aside(struct names *s, struct span text);
/* ASCII letters folded to lower case first. */
uint32_t names_put_lower(struct names *s, struct span text);

static inline struct span names_get(const struct names *s, uint32_t name)
{
	return s->text[name];
}

#endif
