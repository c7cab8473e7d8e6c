/*
 * exim_spool - Exim's spool: input, flat or split by the id's sixth character (split_spool_directory), and the same
 * below the folder of each named queue (queue_name, -MG). A message is ID-H (envelope, headers), ID-D (text) and,
 * while it is being delivered, ID-J.
 *
 * Exim specification, "Format of spool files", split_spool_directory, queue_name.
 *
 * TRUST: names and bytes are the mail server's, in an image anybody's. All is opened beneath the spool's
 * descriptor; a name that is no id is passed over, a message that moves or ends meanwhile is counted as gone.
 */
#include "queue/reading.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUEUES_MOST 200 /* limit queue: named queues of Exim */
/* a longer one is read in part: recipients behind it count as not done yet */
#define JOURNAL_MOST WINDOW_MOST

/* The file beside the -H file NAME that ends in WHICH. */
static const char *beside(char *name, char which)
{
	name[strlen(name) - 1] = which;
	return name;
}

static void read_journal(struct reading *r, const struct place *p, char *name)
{
	int fd = below_open(p->fd, beside(name, 'J'), false);
	struct file_status st;
	struct err err;

	beside(name, 'H');
	if (fd < 0)
		return;
	if (descriptor_status(fd, &st, &err) == 0 && S_ISREG(st.mode)) {
		ssize_t n = pread(fd, r->bytes, JOURNAL_MOST, 0);

		exim_journal(r->room, span_of(r->bytes, n > 0 ? (size_t)n : 0));
	}
	close(fd);
}

/* 1: in the room; 0: gone; -1: unreadable, and said. JOURNAL: there is one, as far as the folder's list tells. */
static int load(struct reading *r, const struct place *p, char *name, struct span id, bool journal)
{
	uint64_t vanished = r->tally.vanished;
	struct queued *q = &r->room->q;
	struct file_status st;
	uint64_t size;
	struct window w;
	int fd = reading_open(r, p, name, &st);

	if (fd < 0)
		return r->tally.vanished > vanished ? 0 : -1;
	room_start(r->room, SERVER_EXIM);
	q->id_text = room_keep(r->room, id);
	q->queue = room_keep(r->room, p->queue);
	reading_status(r->room, &st);
	window_open(&w, fd, r->bytes, st.size);
	exim_header_file(&w, r->room);
	close(fd);
	q->state = q->frozen ? QUEUE_FROZEN : QUEUE_WAITING;
	/* "ID-D" and its line end stand before the text; the empty line behind the headers is in neither file */
	if (below_size(p->fd, beside(name, 'D'), &size) && size > id.n + 2)
		q->size += size - (id.n + 2);
	beside(name, 'H');
	if (journal)
		read_journal(r, p, name);
	return 1;
}

static int load_name(struct reading *r, const struct place *p, size_t i)
{
	struct span file = p->names[i].name;
	struct span id = span_head(file, file.n > 2 ? file.n - 2 : 0);
	char name[READING_NAME];
	struct span next;
	bool journal;

	if (!span_ends(file, SPAN("-H")) || !queue_is_id(id))
		return 0;
	/* -D, -H, -J of one id lie beside each other in a sorted list */
	next = i + 1 < p->n ? p->names[i + 1].name : SPAN_NONE;
	journal = next.n == file.n && span_starts(next, id) && span_ends(next, SPAN("-J"));
	memcpy(name, file.p, file.n);
	name[file.n] = 0;
	return load(r, p, name, id, journal);
}

static uint64_t count_names(const struct place *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct span file = p->names[i].name;

		n += span_ends(file, SPAN("-H")) && queue_is_id(span_head(file, file.n - 2));
	}
	return n;
}

static void walk_folder(struct reading *r, struct folders *f, struct span queue)
{
	struct arena *a = arena_new();
	struct place p;

	if (reading_list(r, f->path, a, &p)) {
		p.queue = queue;
		for (size_t i = 0; i < p.n; i++)
			folders_take(f, p.names[i].name);
		p.path = f->path;
		if (r->spool->count)
			reading_count(r, QUEUE_WAITING, count_names(&p));
		else
			slices_read(r, &p, load_name);
		close(p.fd);
	}
	arena_free(a);
}

static void walk(struct reading *r, const char *path, struct span queue)
{
	struct folders f;

	folders_start(&f, path);
	while (folders_next(&f) && !r->stopped)
		walk_folder(r, &f, queue);
	folders_end(&f);
}

/* The folders of the spool that have an input folder of their own: named queues. */
static size_t named_queues(struct reading *r, struct arena *a, struct span ret[QUEUES_MOST])
{
	int fd = below_open(r->spool->fd, ".", true);
	struct below_name *names;
	size_t n = 0;
	size_t found = 0;
	bool more = false;

	if (fd < 0)
		return 0;
	if (!below_list(fd, QUEUES_MOST * 10, a, &names, &n, &more))
		n = 0;
	close(fd);
	for (size_t i = 0; i < n; i++) {
		char path[READING_PATH];

		/* "NAME/input" has to fit 64 bytes below */
		if (names[i].name.n > 40 || span_eq(names[i].name, SPAN("input")))
			continue;
		snprintf(path, sizeof(path), "%.*s/input", (int)names[i].name.n, names[i].name.p);
		fd = below_open(r->spool->fd, path, true);
		if (fd < 0)
			continue;
		close(fd);
		if (found == QUEUES_MOST) {
			r->tally.too_many = true;
			break;
		}
		ret[found++] = names[i].name;
	}
	return found;
}

void exim_walk(struct reading *r)
{
	struct arena *a = arena_new();
	struct span queues[QUEUES_MOST];
	size_t n = named_queues(r, a, queues);
	char path[64];

	walk(r, "input", SPAN_NONE);
	for (size_t i = 0; i < n && !r->stopped; i++) {
		snprintf(path, sizeof(path), "%.*s/input", (int)queues[i].n, queues[i].p);
		walk(r, path, queues[i]);
	}
	arena_free(a);
}
