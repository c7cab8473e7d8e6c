/*
 * walk - see walk.h. Work lies on a stack of folders and of blocks of names; a worker that finds others idle gives a block
 * away instead of reading it itself.
 *
 * TRUST: as in walk.h. O_NONBLOCK and the look at the descriptor keep a FIFO, a lease or a device from stalling us.
 */
#include "scan/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * BLOCK: bytes of names that the kernel gives at a time, a few hundred files. FIRST_ROOM: most scripts
 * fit, so a worker seldom asks for more. BATCH_LEAST: fewer files than this are read sooner than handed
 * over.
 */
enum { BLOCK = 32768, FIRST_ROOM = 1 << 16, BATCH_LEAST = 16 };

/* A folder to be read, or, with NAMES, files of it. */
struct item {
	struct item *next;
	size_t path_n;
	char *names; /* NUL behind each */
	size_t names_n;
	char path[];
};

struct walk {
	const struct walk_want *want;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item *stack;
	size_t items;
	unsigned idle;
	bool done;
};

struct worker {
	struct walk *w;
	unsigned number;
	char *room; /* the file that is read */
	size_t cap;
	char path[PATH_MAX + 1];
	_Alignas(struct dirent64) char block[BLOCK];
};

static void skip(struct worker *k, struct span path, const char *why, bool harmless)
{
	k->w->want->skip(k->w->want->ctx, path, why, harmless);
}

/* --- the stack ------------------------------------------------------------------------------- */

static struct item *item_new(struct span path)
{
	struct item *it = xcalloc(1, sizeof(*it) + path.n + 1);

	it->path_n = path.n;
	if (path.n)
		memcpy(it->path, path.p, path.n);
	return it;
}

/* Wakes one that is idle. */
static void item_put(struct walk *w, struct item *it)
{
	pthread_mutex_lock(&w->lock);
	it->next = w->stack;
	w->stack = it;
	w->items++;
	if (w->idle)
		pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

/*
 * The next piece of work; NULL when there is none left and nobody is working. An empty stack alone is not
 * the end: a worker that is still in a folder may put more onto it. The last one to become idle knows
 * that nobody can, and wakes the others to tell.
 */
static struct item *item_take(struct walk *w)
{
	struct item *it;

	pthread_mutex_lock(&w->lock);
	w->idle++;
	while (!w->stack && !w->done) {
		if (w->idle == w->want->workers) {
			w->done = true;
			pthread_cond_broadcast(&w->changed);
			break;
		}
		pthread_cond_wait(&w->changed, &w->lock);
	}
	/* done beats work that is left: that is how a stop takes effect */
	it = w->done ? NULL : w->stack;
	if (it) {
		w->stack = it->next;
		w->items--;
		w->idle--;
	}
	pthread_mutex_unlock(&w->lock);
	return it;
}

/* Work is given away only where somebody waits for it. */
static bool others_idle(struct walk *w)
{
	bool idle;

	pthread_mutex_lock(&w->lock);
	idle = w->idle > 0 && w->items < w->want->workers;
	pthread_mutex_unlock(&w->lock);
	return idle;
}

static void stop(struct walk *w)
{
	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

/* --- files ----------------------------------------------------------------------------------- */

/*
 * errno as a sentence. ELOOP and EXDEV are a link and another mount on the way, in the words of
 * openat2(2); EAGAIN is O_NONBLOCK against a lease.
 */
static const char *why_not(int e)
{
	switch (e) {
	case EACCES:
	case EPERM:
		return "may not be read by its account";
	case ELOOP:
		return "became a link, not followed";
	case EXDEV:
		return "lies on another file system, not entered";
	case ENAMETOOLONG:
		return "its path is too long to be opened";
	case EAGAIN:
		return "held back by a lease, not waited for";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	default:
		return "cannot be opened";
	}
}

/* pread, never mmap: a file cut short while we read must not kill us. */
static bool read_bytes(struct worker *k, int fd, uint64_t most, size_t *ret_n)
{
	size_t n = 0;

	while (n < most) {
		size_t piece;
		ssize_t got;

		if (n == k->cap) {
			k->cap *= 2;
			k->room = xrealloc(k->room, k->cap);
		}
		piece = k->cap - n < most - n ? k->cap - n : (size_t)(most - n);
		got = pread(fd, k->room + n, piece, (off_t)n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			*ret_n = n;
			return got == 0;
		}
		n += (size_t)got;
	}
	*ret_n = n;
	return true;
}

/* The size is what the file says, the bytes what it gave. */
static void read_file(struct worker *k, struct span path, int fd, const struct file_status *st)
{
	const struct walk_want *want = k->w->want;
	struct walk_file f = { .path = path, .status = st };
	uint64_t most = st->size < want->file_most ? st->size : want->file_most;
	size_t n = 0;

	/* a sparse file says any size: room is taken as bytes come */
	if (k->cap < most && most <= 1 << 20) {
		k->cap = (size_t)most + 1;
		k->room = xrealloc(k->room, k->cap);
	}
	if (!read_bytes(k, fd, most, &n)) {
		skip(k, path, "cannot be read", false);
		return;
	}
	f.bytes = span_of(k->room, n);
	f.whole = n == st->size;
	if (st->size > want->file_most)
		skip(k, path, "larger than the limit, its end was not read", false);
	else if (!f.whole)
		skip(k, path, "grew shorter while it was read", false);
	want->file(want->ctx, k->number, &f);
	/*
	 * one big file does not keep its room for good: each worker has its own, up to WALK_WORKERS_MOST
	 * of them
	 */
	if (k->cap > 4u << 20) {
		free(k->room);
		k->cap = FIRST_ROOM;
		k->room = xmalloc(k->cap);
	}
}

/* What its descriptor says is what it is; the name may mean another by now. */
static void one_file(struct worker *k, struct span path)
{
	const struct walk_want *want = k->w->want;
	struct file_status st;
	struct err err;
	int fd = below_open(want->dir, path.p, false);

	if (fd < 0) {
		/* gone since its name was read */
		if (errno != ENOENT)
			skip(k, path, why_not(errno), errno == ELOOP);
		return;
	}
	if (descriptor_status(fd, &st, &err) < 0)
		skip(k, path, "cannot be looked at", false);
	else if (!S_ISREG(st.mode))
		skip(k, path, "not a regular file", true);
	/* the owner may set mtime back, the kernel's ctime tells of it: both have to be old */
	else if (want->since && st.ctime < want->since && st.mtime < want->since)
		;
	else if (!want->settled || !want->settled(want->ctx, k->number, path, &st))
		read_file(k, path, fd, &st);
	close(fd);
}

/*
 * DIR/NAME in the worker's own room; empty where it does not fit. Good until the next join: who keeps it
 * copies it.
 */
static struct span join(struct worker *k, const struct item *dir, const char *name)
{
	size_t n = strlen(name), at = dir->path_n ? dir->path_n + 1 : 0;

	if (at + n >= PATH_MAX)
		return SPAN_NONE;
	if (dir->path_n)
		memcpy(k->path, dir->path, dir->path_n);
	if (at)
		k->path[at - 1] = '/';
	memcpy(k->path + at, name, n + 1);
	return span_of(k->path, at + n);
}

/* --- folders --------------------------------------------------------------------------------- */

static void special(struct worker *k, struct span path, unsigned char type)
{
	static const struct {
		unsigned char type;
		const char *why;
	} kinds[] = { { DT_LNK, "a link, not followed" },
		      { DT_FIFO, "a FIFO" },
		      { DT_SOCK, "a socket" },
		      { DT_CHR, "a device" },
		      { DT_BLK, "a device" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			skip(k, path, kinds[i].why, true);
}

/* What a file system that does not tell types has: a folder, or something to be opened. */
static unsigned char type_of(struct worker *k, struct span path, unsigned char type)
{
	int fd;

	if (type != DT_UNKNOWN)
		return type;
	fd = below_open(k->w->want->dir, path.p, true);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? DT_DIR : DT_REG;
}

static void too_long(struct worker *k, const struct item *dir)
{
	skip(k, span_of(dir->path, dir->path_n), "paths in it are too long to be opened", false);
}

/*
 * Files of the block are handed to an idle worker, or read here. A batch that was taken from the stack
 * comes with COUNT 0 and is therefore read, never passed on again.
 */
static void names_read(struct worker *k, struct item *batch, size_t count)
{
	if (count >= BATCH_LEAST && others_idle(k->w)) {
		item_put(k->w, batch);
		return;
	}
	for (size_t at = 0; at < batch->names_n; at += strlen(batch->names + at) + 1) {
		struct span path = join(k, batch, batch->names + at);

		if (path.n)
			one_file(k, path);
	}
	free(batch->names);
	free(batch);
}

/* A block of names: folders onto the stack, files together. */
static void one_block(struct worker *k, const struct item *dir, ssize_t got, bool *told)
{
	struct item *batch = item_new(span_of(dir->path, dir->path_n));
	size_t count = 0;

	/* the kernel's records hold more than the names: as many bytes are always enough */
	batch->names = xmalloc((size_t)got);
	for (ssize_t at = 0; at < got;) {
		const struct dirent64 *d = (const void *)(k->block + at);
		struct span path;
		size_t n = strlen(d->d_name);

		at += d->d_reclen;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		path = join(k, dir, d->d_name);
		if (!path.n) {
			if (!*told)
				too_long(k, dir);
			*told = true;
			continue;
		}
		switch (type_of(k, path, d->d_type)) {
		case DT_DIR:
			item_put(k->w, item_new(path));
			break;
		case DT_REG:
			memcpy(batch->names + batch->names_n, d->d_name, n + 1);
			batch->names_n += n + 1;
			count++;
			break;
		default:
			special(k, path, d->d_type);
		}
	}
	names_read(k, batch, count);
}

/* Its names are never all in memory. */
static void one_folder(struct worker *k, const struct item *dir)
{
	const struct walk_want *want = k->w->want;
	int fd = below_open(want->dir, dir->path_n ? dir->path : ".", true);
	bool told = false;
	ssize_t got;

	if (fd < 0) {
		if (errno != ENOENT)
			skip(k, span_of(dir->path, dir->path_n), why_not(errno),
			     errno == ELOOP || errno == ENOTDIR);
		return;
	}
	while ((got = getdents64(fd, k->block, BLOCK)) > 0 && want->go_on(want->ctx))
		one_block(k, dir, got, &told);
	if (got < 0)
		skip(k, span_of(dir->path, dir->path_n), "its names cannot be read to the end", false);
	close(fd);
}

static void *work(void *p)
{
	struct worker *k = p;
	struct item *it;

	while ((it = item_take(k->w)) != NULL) {
		if (!k->w->want->go_on(k->w->want->ctx)) {
			stop(k->w);
		} else if (it->names) {
			names_read(k, it, 0);
			continue;
		} else {
			one_folder(k, it);
		}
		free(it->names);
		free(it);
	}
	return NULL;
}

static struct worker *worker_new(struct walk *w, unsigned number)
{
	struct worker *k = xcalloc(1, sizeof(*k));

	k->w = w;
	k->number = number;
	k->cap = FIRST_ROOM;
	k->room = xmalloc(k->cap);
	return k;
}

/* Returns when nothing is left, or when go_on says so. */
void walk_tree(const struct walk_want *want)
{
	struct walk w = { .want = want,
			  .lock = PTHREAD_MUTEX_INITIALIZER,
			  .changed = PTHREAD_COND_INITIALIZER };
	struct worker *worker[WALK_WORKERS_MOST] = { worker_new(&w, 0) };
	pthread_t thread[WALK_WORKERS_MOST];
	bool started[WALK_WORKERS_MOST] = { false };

	for (unsigned i = 1; i < want->workers; i++)
		worker[i] = worker_new(&w, i);
	if (want->only)
		one_file(worker[0], span_str(want->only));
	else
		w.stack = item_new(SPAN(""));
	w.items = w.stack != NULL;
	for (unsigned i = 1; i < want->workers; i++)
		started[i] = pthread_create(&thread[i], NULL, work, worker[i]) == 0;
	/* who could not be started is idle for good */
	pthread_mutex_lock(&w.lock);
	for (unsigned i = 1; i < want->workers; i++)
		w.idle += !started[i];
	pthread_mutex_unlock(&w.lock);
	work(worker[0]);
	for (unsigned i = 1; i < want->workers; i++)
		if (started[i])
			pthread_join(thread[i], NULL);
	while (w.stack) {
		struct item *next = w.stack->next;

		free(w.stack->names);
		free(w.stack);
		w.stack = next;
	}
	for (unsigned i = 0; i < want->workers; i++) {
		free(worker[i]->room);
		free(worker[i]);
	}
}
