/*
 * walk - see walk.h. Work lies on a stack: folders, blocks of names of folders, blocks of names of files; a worker that finds
 * others idle gives a block of files away instead of reading it itself.
 *
 * The stack is what an account could make us keep: a block is one path and at most BLOCK bytes of names, and where many
 * folders wait already a folder is read on later, from where it was left (its cookie), so that depth first bounds them all.
 *
 * TRUST: as in walk.h. O_NONBLOCK and the look at the descriptor keep a FIFO, a lease or a device from stalling us. Where
 * a folder is exchanged between two blocks its cookie means nothing in the new one: names may be missed, as they may
 * wherever things are moved while we look.
 */
#include "scan/walk.h"

#include "scan/link.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * BLOCK: bytes of names that the kernel gives at a time, a few hundred files; DEEP_BLOCK: of a folder whose path alone is
 * longer than DEEP. FIRST_ROOM: most scripts fit, so a worker seldom asks for more. BATCH_LEAST: fewer files than this are
 * read sooner than handed over. WAIT_MOST: bytes on the stack beyond which no folder is read on.
 */
enum {
	BLOCK = 32768,
	DEEP_BLOCK = 4096,
	DEEP = 512,
	FIRST_ROOM = 1 << 16,
	BATCH_LEAST = 16,
	WAIT_MOST = 2 << 20
};

/* An open folder that blocks of its files share. */
struct folder {
	int fd;
	atomic_uint users;
};

enum item_kind { ITEM_FOLDER, ITEM_FOLDERS, ITEM_FILES };

/* A folder to be read, from COOKIE on; or, with NAMES, folders or files in it. */
struct item {
	struct item *next;
	enum item_kind kind;
	struct folder *folder; /* ITEM_FILES */
	off_t cookie;
	char *names; /* NUL behind each */
	size_t names_n;
	size_t path_n;
	char path[];
};

struct walk {
	const struct walk_want *want;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item *stack;
	size_t items, bytes; /* on it */
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

static void folder_done(struct folder *f)
{
	if (!f || atomic_fetch_sub(&f->users, 1) > 1)
		return;
	close(f->fd);
	free(f);
}

/* --- the stack ------------------------------------------------------------------------------- */

static struct item *item_new(enum item_kind kind, struct span path)
{
	struct item *it = xcalloc(1, sizeof(*it) + path.n + 1);

	it->kind = kind;
	it->path_n = path.n;
	if (path.n)
		memcpy(it->path, path.p, path.n);
	return it;
}

static void item_free(struct item *it)
{
	folder_done(it->folder);
	free(it->names);
	free(it);
}

static size_t item_bytes(const struct item *it)
{
	return sizeof(*it) + it->path_n + it->names_n;
}

/* Wakes one that is idle. */
static void item_put(struct walk *w, struct item *it)
{
	pthread_mutex_lock(&w->lock);
	it->next = w->stack;
	w->stack = it;
	w->items++;
	w->bytes += item_bytes(it);
	if (w->idle)
		pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static bool many_wait(struct walk *w)
{
	bool many;

	pthread_mutex_lock(&w->lock);
	many = w->bytes > WAIT_MOST;
	pthread_mutex_unlock(&w->lock);
	return many;
}

static struct item *item_pop(struct walk *w)
{
	struct item *it = w->stack;

	w->stack = it->next;
	w->items--;
	w->bytes -= item_bytes(it);
	return it;
}

/* The last of the folders that the item on top holds, as an item of its own; the others stay for whoever comes. */
static struct item *item_split(struct walk *w)
{
	struct item *from = w->stack, *it;
	size_t at = from->names_n - 1, n, dir = from->path_n ? from->path_n + 1 : 0;

	while (at > 0 && from->names[at - 1])
		at--;
	n = from->names_n - 1 - at;
	it = xcalloc(1, sizeof(*it) + dir + n + 1);
	it->kind = ITEM_FOLDER;
	it->path_n = dir + n;
	if (dir)
		memcpy(it->path, from->path, from->path_n);
	if (dir)
		it->path[dir - 1] = '/';
	memcpy(it->path + dir, from->names + at, n);
	w->bytes -= from->names_n - at;
	from->names_n = at;
	if (at == 0)
		item_free(item_pop(w));
	return it;
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
	it = w->done ? NULL : w->stack->kind == ITEM_FOLDERS ? item_split(w) : item_pop(w);
	if (it)
		w->idle--;
	/* a block of folders is work for more than the one who was woken for it */
	if (it && w->stack && w->idle)
		pthread_cond_signal(&w->changed);
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
static const char *why_not(const struct walk_want *want, int e)
{
	switch (e) {
	case EACCES:
	case EPERM:
		return want->denied ? want->denied : "may not be read";
	case ELOOP:
		return "is a link by now, not followed";
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

/*
 * To the file's end, or MOST bytes of it. pread, never mmap: a file cut short while we read must not kill us. SIZE is what it
 * had before: one that grows since is read on, and a piece that is not filled behind SIZE is its last.
 */
static bool read_bytes(struct worker *k, int fd, uint64_t size, uint64_t most, size_t *ret_n, bool *ret_end)
{
	bool end = false;
	size_t n = 0;

	while (n < most && !end) {
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
		if (got < 0)
			return false;
		n += (size_t)got;
		end = got == 0 || ((size_t)got < piece && n >= size);
	}
	*ret_n = n;
	*ret_end = end;
	return true;
}

/* The size is what the file says, the bytes what it gave. */
static void read_file(struct worker *k, struct span path, int fd, const struct file_status *st)
{
	const struct walk_want *want = k->w->want;
	struct walk_file f = { .path = path, .status = st, .fd = fd };
	bool end, larger;
	size_t n = 0;

	/* a sparse file says any size: room is taken as bytes come */
	if (k->cap <= st->size && st->size <= 1 << 20) {
		k->cap = (size_t)st->size + 1;
		k->room = xrealloc(k->room, k->cap);
	}
	if (!read_bytes(k, fd, st->size, want->file_most, &n, &end)) {
		skip(k, path, "cannot be read", false);
		return;
	}
	larger = st->size > want->file_most || (!end && pread(fd, &(char){ 0 }, 1, (off_t)n) != 0);
	f.bytes = span_of(k->room, n);
	f.whole = n >= st->size && !larger;
	f.larger = larger;
	if (!larger && !f.whole)
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

static bool within(int64_t t, const struct walk_want *want)
{
	return t >= want->since && (!want->until || t <= want->until);
}

/* The owner may set mtime, the kernel's ctime tells of it: both have to lie elsewhere for a file to be left out. */
static bool wanted(struct worker *k, struct span path, const struct file_status *st)
{
	const struct walk_want *want = k->w->want;

	if (want->owned && st->uid != want->owner)
		return false;
	if ((want->since || want->until) && !within(st->ctime, want) && !within(st->mtime, want))
		return false;
	return !want->settled || !want->settled(want->ctx, k->number, path, st);
}

/*
 * NAME in the folder DIRFD, which is PATH. What its descriptor says is what it is; the name may mean another by now. Where
 * the look by name comes first it decides only that nothing has to be read.
 */
static void one_file(struct worker *k, int dirfd, const char *name, struct span path)
{
	const struct walk_want *want = k->w->want;
	struct file_status st;
	struct err err;
	int fd;

	if (want->ask_first && below_status(dirfd, name, &st) == 0 && S_ISREG(st.mode) &&
	    !wanted(k, path, &st))
		return;
	fd = below_open(dirfd, name, false);
	if (fd < 0) {
		/* gone since its name was read */
		if (errno != ENOENT)
			skip(k, path, why_not(want, errno), want->only && errno == ELOOP);
		return;
	}
	if (descriptor_status(fd, &st, &err) < 0)
		skip(k, path, "cannot be looked at", false);
	else if (!S_ISREG(st.mode))
		skip(k, path, "not a regular file", true);
	else if (wanted(k, path, &st))
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

static void special(struct worker *k, int dirfd, const char *name, struct span path, unsigned char type)
{
	static const struct {
		unsigned char type;
		const char *why;
	} kinds[] = {
		{ DT_FIFO, "a FIFO" }, { DT_SOCK, "a socket" }, { DT_CHR, "a device" }, { DT_BLK, "a device" }
	};

	const struct walk_want *want = k->w->want;
	bool harmless;
	const char *why;

	if (type == DT_LNK) {
		why = link_leads(want->dir, want->place, dirfd, name, path, &harmless);
		skip(k, path, why, harmless);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			skip(k, path, kinds[i].why, true);
}

/* What a file system that does not tell types has: a folder, or something to be opened. */
static unsigned char type_of(int dirfd, const struct dirent64 *d)
{
	int fd;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type;
	fd = below_open(dirfd, d->d_name, true);
	if (fd < 0)
		return errno == ELOOP ? DT_LNK : DT_REG;
	close(fd);
	return DT_DIR;
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
			one_file(k, batch->folder->fd, batch->names + at, path);
	}
	item_free(batch);
}

static void add_name(struct item *batch, const char *name, size_t room)
{
	size_t n = strlen(name) + 1;

	/* the kernel's records hold more than the names: as many bytes are always enough */
	if (!batch->names)
		batch->names = xmalloc(room);
	memcpy(batch->names + batch->names_n, name, n);
	batch->names_n += n;
}

/* A block of names: folders together onto the stack, files together. Returns the cookie of what comes behind. */
static off_t one_block(struct worker *k, const struct item *dir, struct folder *folder, ssize_t got,
		       bool *told, struct item **ret_folders)
{
	struct span where = span_of(dir->path, dir->path_n);
	struct item *files = item_new(ITEM_FILES, where), *folders = item_new(ITEM_FOLDERS, where);
	size_t count = 0;
	off_t cookie = 0;

	atomic_fetch_add(&folder->users, 1);
	files->folder = folder;
	for (ssize_t at = 0; at < got;) {
		const struct dirent64 *d = (const void *)(k->block + at);
		struct span path;
		unsigned char type;

		at += d->d_reclen;
		cookie = d->d_off;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		path = join(k, dir, d->d_name);
		if (!path.n) {
			if (!*told)
				skip(k, where, "paths in it are too long to be opened", false);
			*told = true;
			continue;
		}
		type = type_of(folder->fd, d);
		if (type == DT_DIR && !k->w->want->flat) {
			add_name(folders, d->d_name, (size_t)got);
		} else if (type == DT_REG) {
			add_name(files, d->d_name, (size_t)got);
			count++;
		} else if (type != DT_DIR) {
			special(k, folder->fd, d->d_name, path, type);
		}
	}
	if (folders->names_n == 0) {
		item_free(folders);
		folders = NULL;
	}
	*ret_folders = folders;
	names_read(k, files, count);
	return cookie;
}

/*
 * Its names are never all in memory. Where folders enough wait, it goes back onto the stack beneath those just found, and
 * is read on when they are done.
 */
static void one_folder(struct worker *k, const struct item *dir)
{
	const struct walk_want *want = k->w->want;
	size_t most = dir->path_n > DEEP ? DEEP_BLOCK : BLOCK;
	struct folder *folder;
	bool told = dir->cookie != 0;
	ssize_t got = 0;
	int fd = below_open(want->dir, dir->path_n ? dir->path : ".", true);

	if (fd < 0) {
		if (errno != ENOENT)
			skip(k, span_of(dir->path, dir->path_n), why_not(want, errno),
			     want->start && (errno == ELOOP || errno == ENOTDIR));
		return;
	}
	folder = xcalloc(1, sizeof(*folder));
	folder->fd = fd;
	folder->users = 1;
	if (dir->cookie && lseek(fd, dir->cookie, SEEK_SET) < 0)
		got = -1;
	while (got >= 0 && (got = getdents64(fd, k->block, most)) > 0 && want->go_on(want->ctx)) {
		struct item *folders, *rest;
		off_t cookie = one_block(k, dir, folder, got, &told, &folders);

		if (!folders)
			continue;
		if (many_wait(k->w)) {
			rest = item_new(ITEM_FOLDER, span_of(dir->path, dir->path_n));
			rest->cookie = cookie;
			item_put(k->w, rest);
			item_put(k->w, folders);
			break;
		}
		item_put(k->w, folders);
	}
	if (got < 0)
		skip(k, span_of(dir->path, dir->path_n), "its names cannot be read to the end", false);
	folder_done(folder);
}

static void *work(void *p)
{
	struct worker *k = p;
	struct item *it;

	while ((it = item_take(k->w)) != NULL) {
		if (!k->w->want->go_on(k->w->want->ctx)) {
			stop(k->w);
		} else if (it->kind == ITEM_FILES) {
			names_read(k, it, 0);
			continue;
		} else {
			one_folder(k, it);
		}
		item_free(it);
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

/* One file by itself: ONLY may lie in a folder of its own. */
static void only_file(struct worker *k, const char *only)
{
	if (strlen(only) >= PATH_MAX)
		skip(k, span_str(only), "its path is too long to be opened", false);
	else
		one_file(k, k->w->want->dir, only, span_str(only));
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
		only_file(worker[0], want->only);
	else
		item_put(&w, item_new(ITEM_FOLDER, want->start ? span_str(want->start) : SPAN_NONE));
	/* one file, or one folder, is not worth a thread */
	for (unsigned i = 1; i < want->workers && !want->only; i++)
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
	while (w.stack)
		item_free(item_pop(&w));
	for (unsigned i = 0; i < want->workers; i++) {
		free(worker[i]->room);
		free(worker[i]);
	}
}
