/*
 * slices - the messages of one folder, read by several threads and given in order; see reading.h.
 *
 * The list of names is cut into slices; each worker takes the next one, reads it with a room of its own into memory
 * of the slice's own, and parks it until all before it are given. Most of the time is the kernel's, opening one file
 * after the other, and that is what becomes parallel. A folder is done before the next one is listed: the walks rely
 * on their order.
 *
 * TRUST: nothing here looks into a message. A slice that grows big (many recipients) waits for its turn with what it
 * holds, so that memory stays bounded whatever the spool holds.
 */
#include "queue/reading.h"
#include "queue/reason.h"

#include <pthread.h>
#include <stdlib.h>

#define SLICE 64 /* names */
#define PARKED 32 /* slices that may be ahead of the one whose turn it is */
#define SLICE_BYTES ((size_t)256 << 10) /* a slice that holds more waits */
#define WORKERS_MOST 8

struct parked {
	struct arena *arena;
	struct reading part; /* its tally */
	struct {
		struct queued q;
		struct span name;
	} message[SLICE];
	size_t n;
	bool ready;
};

struct slices {
	const struct spool *spool;
	pthread_t thread[WORKERS_MOST];
	unsigned threads;
	pthread_mutex_t lock;
	pthread_cond_t work, turned;
	bool over;
	/* the folder at hand */
	struct reading *all;
	const struct place *place;
	reading_load *load;
	size_t count, next, turn; /* slices: there are, to be taken, to be given */
	bool giving;
	struct parked parked[PARKED];
};

static void give(struct slices *s, struct parked *k)
{
	reading_add(s->all, &k->part);
	k->part.tally = (struct queue_tally){ 0 };
	for (size_t i = 0; i < k->n && !s->all->stopped; i++)
		reading_give(s->all, s->place, k->message[i].name, &k->message[i].q);
	k->n = 0;
	arena_free(k->arena);
	k->arena = NULL;
}

/* Slice AT is too big to be read on before it has its turn; nobody else gives meanwhile. */
static void give_early(struct slices *s, size_t at, struct parked *k)
{
	pthread_mutex_lock(&s->lock);
	while (s->turn != at)
		pthread_cond_wait(&s->turned, &s->lock);
	pthread_mutex_unlock(&s->lock);
	give(s, k);
}

static void read_slice(struct slices *s, struct reading *own, size_t at)
{
	struct parked *k = &s->parked[at % PARKED];
	size_t end = (at + 1) * SLICE < s->place->n ? (at + 1) * SLICE : s->place->n;
	char reason[REASON_MOST];

	for (size_t i = at * SLICE; i < end; i++) {
		if (s->load(own, s->place, i) <= 0)
			continue;
		if (!k->arena)
			k->arena = arena_new();
		if (s->spool->reasons)
			own->room->q.reason = queue_reason(s->spool, own->room->q.id_text, reason);
		reading_keep(k->arena, &own->room->q, &k->message[k->n].q);
		k->message[k->n++].name = s->place->names[i].name;
		if (arena_bytes(k->arena) > SLICE_BYTES) {
			k->part.tally = own->tally;
			own->tally = (struct queue_tally){ 0 };
			give_early(s, at, k);
		}
	}
	k->part.tally = own->tally;
	own->tally = (struct queue_tally){ 0 };
}

/* With the lock: whoever finds the next one ready gives all that are, one at a time. */
static void give_ready(struct slices *s)
{
	if (s->giving)
		return;
	s->giving = true;
	while (s->turn < s->count && s->parked[s->turn % PARKED].ready) {
		struct parked *k = &s->parked[s->turn % PARKED];

		pthread_mutex_unlock(&s->lock);
		give(s, k);
		pthread_mutex_lock(&s->lock);
		k->ready = false;
		s->turn++;
		if (s->all->stopped)
			/*
			 * what others read already has to come in before the folder can be left; no more is
			 * taken
			 */
			s->count = s->next;
		pthread_cond_broadcast(&s->turned);
	}
	s->giving = false;
}

/* With the lock: slices as long as there are any to take. */
static void work(struct slices *s, struct reading *own)
{
	while (s->next < s->count) {
		size_t at = s->next;

		/* its place holds a slice that was not given yet */
		if (at >= s->turn + PARKED) {
			pthread_cond_wait(&s->turned, &s->lock);
			continue;
		}
		s->next++;
		pthread_mutex_unlock(&s->lock);
		read_slice(s, own, at);
		pthread_mutex_lock(&s->lock);
		s->parked[at % PARKED].ready = true;
		give_ready(s);
	}
}

static void *worker(void *arg)
{
	struct slices *s = arg;
	struct reading own = {
		.spool = s->spool,
		.room = xmalloc(sizeof(*own.room)),
		.bytes = xmalloc(WINDOW_MOST),
	};

	pthread_mutex_lock(&s->lock);
	while (!s->over) {
		work(s, &own);
		if (!s->over)
			pthread_cond_wait(&s->work, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	free(own.room);
	free(own.bytes);
	return NULL;
}

struct slices *slices_new(const struct spool *spool)
{
	struct slices *s = xcalloc(1, sizeof(*s));

	s->spool = spool;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work, NULL);
	pthread_cond_init(&s->turned, NULL);
	/* fewer threads are slower and no error */
	while (s->threads + 1 < spool->workers && s->threads < WORKERS_MOST &&
	       pthread_create(&s->thread[s->threads], NULL, worker, s) == 0)
		s->threads++;
	return s;
}

void slices_free(struct slices *s)
{
	pthread_mutex_lock(&s->lock);
	s->over = true;
	pthread_cond_broadcast(&s->work);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->threads; i++)
		pthread_join(s->thread[i], NULL);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->turned);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* The caller is a worker, too, with R's own room. */
void slices_read(struct reading *r, const struct place *p, reading_load *load)
{
	struct slices *s = r->slices;
	struct reading own = { .spool = s->spool, .room = r->room, .bytes = r->bytes };

	pthread_mutex_lock(&s->lock);
	s->all = r;
	s->place = p;
	s->load = load;
	s->next = s->turn = 0;
	s->count = (p->n + SLICE - 1) / SLICE;
	if (s->count > 1)
		pthread_cond_broadcast(&s->work);
	work(s, &own);
	while (s->turn < s->count)
		pthread_cond_wait(&s->turned, &s->lock);
	pthread_mutex_unlock(&s->lock);
}
