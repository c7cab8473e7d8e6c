/*
 * texts - see texts.h.
 *
 * TRUST: any bytes, and as many different ones as somebody likes: their number and their sum are bounded.
 */
#include "base/texts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

#include <stdlib.h>

/* An address differs from run to run; numbers do not depend on it. */
static uint64_t seed_of(const struct texts *t)
{
	return (uint64_t)(uintptr_t)t->arena;
}

static bool text_same(const void *owner, uint32_t index, const void *key)
{
	return span_eq(((const struct texts *)owner)->text[index], *(const struct span *)key);
}

void texts_free(struct texts *t)
{
	free(t->text);
	arena_free(t->arena);
	table_free(&t->table);
	*t = (struct texts){ 0 };
}

bool texts_add(struct texts *t, struct span text)
{
	if (t->n == TEXTS_MOST || text.n > TEXTS_BYTES_MOST - t->bytes)
		return false;
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 256;
		t->text = xrealloc(t->text, t->room * sizeof(*t->text));
	}
	t->bytes += text.n;
	t->text[t->n++] = text;
	return true;
}

uint32_t texts_number(struct texts *t, struct span text)
{
	uint32_t index;

	if (!t->arena) {
		t->arena = arena_new();
		table_init(&t->table, 10);
	}
	index = table_find(&t->table, hash_span(text, seed_of(t)), text_same, t, &text);
	if (index != TABLE_NONE)
		return index + 1;
	if (!texts_add(t, text))
		return 0;
	t->text[t->n - 1] = arena_span(t->arena, text);
	table_put(&t->table, hash_span(text, seed_of(t)), t->n - 1);
	return t->n;
}
