/*
 * postfix_spool - Postfix's queue folders: incoming, active, deferred, hold and corrupt, each flat or hashed by
 * single characters (hash_queue_names, hash_queue_depth); what waits in maildrop is only counted.
 *
 * Read in the order in which messages move, so that one that moves meanwhile is rather seen twice than never.
 * A file that cleanup(8) has not finished has no execute bit yet.
 *
 * postconf(5): hash_queue_names, hash_queue_depth; Postfix src/global/mail_queue.h, MAIL_QUEUE_STAT_READY.
 *
 * TRUST: the folders are the mail server's, in an image anybody's; names are ids or are passed over.
 */
#include "queue/reading.h"

#include <stdio.h>
#include <unistd.h>

static const struct {
	const char *name;
	enum queue_state state;
} queues[] = {
	{ "incoming", QUEUE_INCOMING }, { "active", QUEUE_ACTIVE },   { "deferred", QUEUE_DEFERRED },
	{ "hold", QUEUE_HOLD },		{ "corrupt", QUEUE_CORRUPT },
};

#define QUEUES (sizeof(queues) / sizeof(queues[0]))

/* 1: in the room; 0: gone or not finished; -1: unreadable, and said. */
static int load(struct reading *r, const struct place *p, const char *name, struct span id)
{
	uint64_t vanished = r->tally.vanished;
	struct file_status st;
	struct window w;
	int fd = reading_open(r, p, name, &st);

	if (fd < 0)
		return r->tally.vanished > vanished ? 0 : -1;
	if (!(st.mode & 0100)) {
		r->tally.unfinished++;
		close(fd);
		return 0;
	}
	room_start(r->room, SERVER_POSTFIX);
	r->room->q.id_text = room_keep(r->room, id);
	r->room->q.state = (uint8_t)p->state;
	reading_status(r->room, &st);
	window_open(&w, fd, r->bytes, st.size);
	postfix_file(&w, r->room);
	close(fd);
	return 1;
}

static int load_name(struct reading *r, const struct place *p, size_t i)
{
	struct span id = p->names[i].name;
	char name[READING_NAME];

	if (!queue_is_id(id))
		return 0;
	memcpy(name, id.p, id.n);
	name[id.n] = 0;
	return load(r, p, name, id);
}

/* As in load_name. What cleanup(8) has not finished is counted, too: to know would take a look at each file. */
static uint64_t count_names(const struct place *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += queue_is_id(p->names[i].name);
	return n;
}

/* Every file of one queue; hashed folders wait in a list until it is their turn. */
static void walk(struct reading *r, const char *queue, enum queue_state state)
{
	struct folders f;

	folders_start(&f, queue);
	while (folders_next(&f) && !r->stopped) {
		struct arena *a = arena_new();
		struct place p;

		if (reading_list(r, f.path, a, &p)) {
			p.state = state;
			for (size_t i = 0; i < p.n; i++)
				folders_take(&f, p.names[i].name);
			p.path = f.path;
			if (r->spool->count)
				reading_count(r, state, count_names(&p));
			else
				slices_read(r, &p, load_name);
			close(p.fd);
		}
		arena_free(a);
	}
	folders_end(&f);
}

/* Messages that nobody has taken in yet belong to whoever handed them over: only their number is told. */
static void count_maildrop(struct reading *r)
{
	struct arena *a = arena_new();
	struct place p;

	if (reading_list(r, "maildrop", a, &p)) {
		r->tally.maildrop = p.n;
		close(p.fd);
	}
	arena_free(a);
}

void postfix_walk(struct reading *r)
{
	for (size_t i = 0; i < QUEUES && !r->stopped; i++)
		walk(r, queues[i].name, queues[i].state);
	if (!r->stopped && r->found_any)
		count_maildrop(r);
}
