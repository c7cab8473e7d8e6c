/*
 * event - see event.h: lists in the file's arena that only grow, each with a limit.
 *
 * It promises: a number once given stays good until the file is done, while pointers into the lists are
 * good only until the next call that adds to them (the list may move).
 * Nothing fails aloud: over a limit a step is left out of its chain, and an event is not told. The first
 * of each are kept, as a file that repeats itself proves nothing new.
 * TRUST: places and contents are the scanned text's; they are stored, never looked into.
 */
#include "scan/event.h"

#include "base/arena.h"
/* The old list stays in the arena: doubling, all old ones together take no more than the new one. */
static void *grown(struct arena *a, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return old;
	*cap = *cap ? *cap * 2 : 32;
	more = arena_alloc(a, *cap * size);
	if (old && n)
		memcpy(more, old, n * size);
	return more;
}

/* The chain grows only backwards, so it has no circles. */
uint32_t event_step(struct events *ev, const struct step *s)
{
	if (ev->steps >= STEPS_MOST)
		return s->before;
	/* number 0 says "none" in every chain, so it is never given */
	if (ev->steps == 0)
		ev->steps = 1;
	ev->step = grown(ev->arena, ev->step, ev->steps, &ev->steps_cap, sizeof(*ev->step));
	ev->step[ev->steps] = *s;
	return ev->steps++;
}

struct event *events_add(struct events *ev)
{
	if (ev->n >= EVENTS_MOST)
		return NULL;
	ev->event = grown(ev->arena, ev->event, ev->n, &ev->cap, sizeof(*ev->event));
	memset(&ev->event[ev->n], 0, sizeof(*ev->event));
	return &ev->event[ev->n++];
}

/*
 * The same sink at the same place with nothing new in it is told once. A loop of thousands of turns would
 * fill the list otherwise. Places that share a cell of AT_PLACE push each other out: then an event may be
 * told twice, but never lost.
 */
struct event *event_keep(struct events *ev, const struct event *e)
{
	uint32_t *place = &ev->at_place[(e->at * 31 + e->text * 7 + e->sink) % 512];
	const struct event *last = *place ? &ev->event[*place - 1] : NULL;
	struct event *new;

	if (last && last->at == e->at && last->text == e->text && last->sink == e->sink &&
	    !((e->marks & ~last->marks) | (e->second & ~last->second) | (e->third & ~last->third) |
	      (e->name_marks & ~last->name_marks)))
		return NULL;
	new = events_add(ev);
	if (new) {
		*new = *e;
		*place = ev->n;
	}
	return new;
}

/* No limit of its own: the engine counts its texts before it asks (ENGINE_TEXTS). */
uint32_t event_text(struct events *ev, struct span text)
{
	ev->text = grown(ev->arena, ev->text, ev->texts, &ev->texts_cap, sizeof(*ev->text));
	ev->text[ev->texts] = text;
	return ev->texts++;
}
