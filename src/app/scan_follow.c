/*
 * scan_follow - see scan_follow.h. Bounded: so many includes of one file and so many places; of more nothing is followed, and
 * what they name is looked at with the whole home.
 * TRUST: as there.
 */
#include "app/scan_follow.h"

#include "base/arena.h"
#include "base/err.h"
#include "scan/includes.h"

#include <stdlib.h>

#define INCLUDES_MOST 64 /* limit scan: includes of one file that are followed */
#define PLACES_MOST 512 /* where those may lie */

struct place {
	const char *path;
	uint32_t include;
};

struct follow {
	struct span home;
	const struct lexicon *words;
	struct arena *arena;
	struct place place[PLACES_MOST];
	size_t places, at;
	uint32_t includes, found; /* FOUND: of the include whose file was there last */
};

struct follow *follow_new(struct span home, const struct lexicon *words)
{
	struct follow *f = xcalloc(1, sizeof(*f));

	f->home = home;
	f->words = words;
	f->arena = arena_new();
	return f;
}

void follow_free(struct follow *f)
{
	arena_free(f->arena);
	free(f);
}

/* False: NAME cannot lie there, beneath what is scanned. */
static bool note_place(struct follow *f, struct span folder, struct span name)
{
	struct span at = includes_place(f->arena, f->home, folder, name);

	if (!at.n || f->places == PLACES_MOST)
		return false;
	for (size_t i = 0; i < f->places; i++)
		if (span_eq(span_str(f->place[i].path), at))
			return true;
	f->place[f->places++] = (struct place){ arena_str(f->arena, at), f->includes };
	return true;
}

void follow_note(struct follow *f, struct span path, struct span text)
{
	struct include include[INCLUDES_MOST];
	size_t n = includes_of(f->words, text, f->arena, include, INCLUDES_MOST);

	for (size_t i = 0; i < n; i++) {
		struct span folder = path;
		ptrdiff_t slash;

		f->includes++;
		do {
			slash = span_rfind(folder, '/');
			folder = slash < 0 ? SPAN_NONE : span_head(folder, (size_t)slash);
		} while (note_place(f, folder, include[i].name) && slash >= 0);
	}
}

const char *follow_next(struct follow *f)
{
	while (f->at < f->places && f->place[f->at].include == f->found)
		f->at++;
	if (f->at < f->places)
		return f->place[f->at++].path;
	f->places = f->at = 0;
	f->includes = f->found = 0;
	return NULL;
}

void follow_found(struct follow *f)
{
	f->found = f->place[f->at - 1].include;
}
