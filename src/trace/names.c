/* names - see names.h. TRUST: any bytes; an attacker can send as many different ones as he likes. */
#include "trace/names.h"

#include "base/err.h"
#include "base/hash_seed.h"
#include "base/lower.h"

#include <stdlib.h>

#define LOWER_MOST 1024

static bool name_same(const void *owner, uint32_t index, const void *key)
{
	const struct names *s = owner;

	return span_eq(s->text[index], *(const struct span *)key);
}

static uint32_t name_add(struct names *s, struct span text)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		s->text = xrealloc(s->text, s->room * sizeof(*s->text));
	}
	s->text[s->n] = arena_span(s->arena, text);
	s->bytes += text.n + sizeof(*s->text) + 8;
	table_put(&s->table, hash_span(text, s->seed), s->n);
	return s->n++;
}

void names_init(struct names *s, size_t most_bytes)
{
	*s = (struct names){ .arena = arena_new(), .most = most_bytes };
	/* it shows nowhere; numbers do not depend on it */
	s->seed = hash_seed(s->arena);
	table_init(&s->table, 10);
	name_add(s, SPAN(""));
	name_add(s, SPAN("(too many names)"));
}

void names_free(struct names *s)
{
	arena_free(s->arena);
	free(s->text);
	table_free(&s->table);
}

static uint32_t put(struct names *s, struct span text, size_t most)
{
	uint32_t found = table_find(&s->table, hash_span(text, s->seed), name_same, s, &text);

	if (found != TABLE_NONE)
		return found;
	if (s->bytes + text.n > most) {
		s->lost++;
		return NAME_LOST;
	}
	return name_add(s, text);
}

uint32_t names_put(struct names *s, struct span text)
{
	return put(s, text, s->most);
}

uint32_t names_put_aside(struct names *s, struct span text)
{
	return put(s, text, s->most / 2);
}

uint32_t names_put_lower(struct names *s, struct span text)
{
	char lower[LOWER_MOST];

	return names_put(s, text.n > sizeof(lower) ? text : span_lower(text, lower));
}
