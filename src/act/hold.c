/*
 * hold - see hold.h.
 *
 * A store is opened by its path, but believed only for what the descriptor says: a folder of root's, mode 0700, the
 * inode that the record names. A list of all stores lies in the state folder, so that a lost journal loses no file.
 */
#include "act/hold.h"
#include "act/act.h"
#include "act/file.h"
#include "act/record.h"
#include "base/codec.h"

#include "base/hash.h"
#include "sys/fd.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#define STORE_NAME ".spamtrail-hold"
#define STATE_STORE "hold"
#define LIST_NAME "stores"
#define LIST_MOST (1u << 20)
/* 64 random bits: no two actions meet, and none of a store's names is known before */
#define TOKEN_BYTES 8
#define RECORD_MOST (64u << 20)
/* no secret: the sum is against a damaged disk, as only root writes here */
#define RECORD_SEED UINT64_C(0x7265636f7264)

static bool store_sound(int fd, struct stat *st)
{
	return fstat(fd, st) == 0 && S_ISDIR(st->st_mode) && st->st_uid == 0 && (st->st_mode & 07777) == 0700;
}

/* Opens NAME in DIR as a store, with its absolute path. */
static int store_open_at(int dir, const char *name, struct hold *ret, struct err *err)
{
	struct hold h = { .fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };
	char self[40];
	struct stat st;
	ssize_t n;

	if (h.fd < 0)
		return err_sys(err, EXIT_IO, "the hold store %s cannot be opened", name);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", h.fd);
	n = readlink(self, h.path, sizeof(h.path) - 1);
	if (!store_sound(h.fd, &st) || n <= 0) {
		hold_close(&h);
		return err_set(err, EXIT_NOPERM, "the hold store %s is not root's alone (0700)", name);
	}
	h.path[n] = '\0';
	h.inode = st.st_ino;
	*ret = h;
	return 0;
}

static int store_make(int dir, const char *name, struct hold *ret, struct err *err)
{
	/* what is there already is believed only after store_open_at has looked at it */
	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return err_sys(err, EXIT_IO, "the hold store %s cannot be made", name);
	return store_open_at(dir, name, ret, err);
}

static int open_state(const struct actor *a, struct err *err)
{
	int fd = open(a->state_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_sys(err, EXIT_IO, "%s cannot be opened", a->state_dir) : fd;
}

static int read_list(int dir, struct buf *out)
{
	int rc, fd = openat(dir, LIST_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	rc = file_read(fd, LIST_MOST, out, NULL);
	close(fd);
	return out->over ? -1 : rc;
}

/* PATH, its NUL included, stands at the list's start or behind another's NUL: "/b" is no part of "/a/b". */
static bool listed(struct span list, struct span path)
{
	for (ptrdiff_t at = -1; (at = span_search(list, (size_t)(at + 1), path)) >= 0;)
		if (at == 0 || list.p[at - 1] == '\0')
			return true;
	return false;
}

/* Stores end with a NUL each, since a path may hold a newline. */
static int list_store(int dir, const struct hold *h, struct err *err)
{
	struct span path = span_of(h->path, strlen(h->path) + 1);
	struct buf known = BUF_MAX(LIST_MOST);
	int fd = -1, rc = 0;

	if (read_list(dir, &known) < 0) {
		rc = err_sys(err, EXIT_IO, "the list of hold stores cannot be read");
	} else if (!listed(buf_view(&known), path)) {
		fd = openat(dir, LIST_NAME, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 || file_write(fd, path) < 0 || fsync(fd) < 0 || fsync(dir) < 0)
			rc = err_sys(err, EXIT_IO, "the list of hold stores cannot be written");
	}
	fd_close(fd);
	buf_free(&known);
	return rc;
}

/*
 * The state folder's own store where a rename reaches it; else one for its mount where only root can write. A home that is a mount
 * of its own and belongs to its account has no such place: its files are refused.
 */
int hold_choose(const struct actor *a, int folder, struct hold *ret, struct err *err)
{
	struct hold own = { .fd = -1 };
	int above, same, dir = open_state(a, err);
	int rc = dir < 0 ? dir : store_make(dir, STATE_STORE, &own, err);

	same = rc == 0 ? place_same_mount(own.fd, folder, err) : rc;
	if (same == 1) {
		*ret = own;
		own.fd = -1;
	} else if (same < 0) {
		rc = same;
	} else {
		above = place_above(a, folder, err);
		rc = above < 0 ? above : store_make(above, STORE_NAME, ret, err);
		fd_close(above);
	}
	if (rc == 0)
		rc = list_store(dir, ret, err);
	fd_close(dir);
	hold_close(&own);
	return rc;
}

int hold_open(const struct work *w, struct hold *ret, struct err *err)
{
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%.*s", (int)w->record->store.n, w->record->store.p);
	if (path[0] != '/')
		return err_set(err, EXIT_IO, "the record names no hold store");
	rc = store_open_at(AT_FDCWD, path, ret, err);
	if (rc == 0 && ret->inode != w->record->store_inode) {
		hold_close(ret);
		return err_set(err, EXIT_IO, "%s is another folder than the hold store was", path);
	}
	return rc;
}

void hold_close(struct hold *h)
{
	fd_close(h->fd);
	h->fd = -1;
}

int hold_name(struct work *w, const struct hold *h, struct err *err)
{
	unsigned char bytes[TOKEN_BYTES];
	struct buf text = BUF_MAX(HOLD_NAME_BYTES);

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_sys(err, EXIT_IO, "no random name for the hold store");
	for (unsigned i = 0; i < sizeof(bytes); i++)
		buf_addf(&text, "%02x", bytes[i]);
	w->record->token = arena_span(w->arena, buf_view(&text));
	w->record->store = arena_span(w->arena, span_str(h->path));
	w->record->store_inode = h->inode;
	buf_free(&text);
	return 0;
}

/* --- what lies in a store ------------------------------------------------------------------------ */

/* The record's name with TAIL; what a damaged record may hold instead is no name of ours. */
const char *hold_name_in(const struct work *w, const char *tail, char name[HOLD_NAME_BYTES])
{
	struct span token = w->record->token;

	for (size_t i = 0; i < token.n; i++)
		if (!memchr("0123456789abcdef", token.p[i], 16))
			token.n = 0;
	snprintf(name, HOLD_NAME_BYTES, "%.*s%s", token.n == 2 * TOKEN_BYTES ? (int)token.n : 0, token.p,
		 tail);
	return name;
}

int hold_status(const struct work *w, const struct hold *h, struct stat *ret, struct err *err)
{
	char name[HOLD_NAME_BYTES];

	if (fstatat(h->fd, hold_name_in(w, "", name), ret, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_sys(err, EXIT_IO, "%s/%s cannot be looked at", h->path, name);
}

/* Written aside and renamed, so that a record is there whole or not at all. */
int hold_write_record(const struct work *w, const struct hold *h, struct err *err)
{
	char half[HOLD_NAME_BYTES], whole[HOLD_NAME_BYTES];
	struct buf bytes = BUF_MAX(RECORD_MOST);
	struct packer p = { .out = &bytes };
	struct codec c = { .to = &p };
	int fd, rc = 0;

	journal_code_row(&c, w->row);
	pack_u64(&p, hash_span(buf_view(&bytes), RECORD_SEED));
	fd = openat(h->fd, hold_name_in(w, ".tmp", half),
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || file_write(fd, buf_view(&bytes)) < 0 || fsync(fd) < 0 ||
	    renameat(h->fd, half, h->fd, hold_name_in(w, ".rec", whole)) < 0)
		rc = err_sys(err, EXIT_IO, "the record %s/%s cannot be written", h->path, half);
	fd_close(fd);
	if (rc < 0)
		unlinkat(h->fd, half, 0);
	buf_free(&bytes);
	return rc < 0 ? rc : place_sync(h->fd, err);
}

/* By inode: under the name may lie somebody's file that has just been exchanged for ours. The record goes last. */
int hold_drop(struct work *w, const struct hold *h, uint64_t inode, struct err *err)
{
	static const char *const tails[] = { ".tmp", ".new", ".rec" };
	char name[HOLD_NAME_BYTES];
	struct stat st;
	bool gone = fstatat(h->fd, hold_name_in(w, "", name), &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_ino != inode || unlinkat(h->fd, name, 0) == 0;

	for (size_t i = 0; gone && i < sizeof(tails) / sizeof(*tails); i++)
		gone = unlinkat(h->fd, hold_name_in(w, tails[i], name), 0) == 0 || errno == ENOENT;
	if (!gone)
		w->unsure = true;
	return gone ? 0 : err_sys(err, EXIT_IO, "%s/%s cannot be ended", h->path, name);
}

int hold_make_file(const struct work *w, const struct hold *h, const char *tail, struct span bytes,
		   const struct seen *like, struct span xattrs, struct err *err)
{
	char name[HOLD_NAME_BYTES];
	int fd = openat(h->fd, hold_name_in(w, tail, name),
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	/* owner first: changing him takes set-id bits away; the mode comes without any */
	if (fd >= 0 && file_write(fd, bytes) == 0 && fchown(fd, like->uid, like->gid) == 0 &&
	    xattrs_write(fd, xattrs, err) == 0 && fchmod(fd, like->mode & 0777) == 0 && fsync(fd) == 0)
		return fd;
	err_sys(err, EXIT_IO, "%s/%s cannot be written", h->path, name);
	if (fd >= 0) {
		close(fd);
		unlinkat(h->fd, name, 0);
	}
	return -EXIT_IO;
}

/* --- records without a journal ------------------------------------------------------------------- */

static void see_record(int store, const char *name, hold_see *see, void *owner)
{
	int fd = openat(store, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct buf bytes = BUF_MAX(RECORD_MOST);
	struct unpacker sum;

	if (fd >= 0 && file_read(fd, RECORD_MOST, &bytes, NULL) == 0 && !bytes.over &&
	    bytes.n > sizeof(uint64_t)) {
		bytes.n -= sizeof(uint64_t);
		sum.left = span_of(bytes.p + bytes.n, sizeof(uint64_t));
		sum.failed = false;
		if (unpack_u64(&sum) == hash_span(buf_view(&bytes), RECORD_SEED))
			see(owner, buf_view(&bytes));
	}
	fd_close(fd);
	buf_free(&bytes);
}

static void see_store(const char *path, hold_see *see, void *owner)
{
	struct err unreadable;
	struct dirent *entry;
	struct hold h = { .fd = -1 };
	DIR *dir;
	int fd;

	if (store_open_at(AT_FDCWD, path, &h, &unreadable) < 0)
		return;
	fd = openat(h.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (span_ends(span_str(entry->d_name), SPAN(".rec")))
			see_record(h.fd, entry->d_name, see, owner);
	if (dir)
		closedir(dir);
	hold_close(&h);
}

int hold_each_record(const struct actor *a, hold_see *see, void *owner, struct err *err)
{
	struct buf list = BUF_MAX(LIST_MOST);
	int dir = open_state(a, err);

	if (dir < 0)
		return dir;
	if (read_list(dir, &list) < 0)
		list.n = 0;
	close(dir);
	for (size_t at = 0; at < list.n; at += strlen(list.p + at) + 1)
		if (memchr(list.p + at, '\0', list.n - at))
			see_store(list.p + at, see, owner);
		else
			break;
	buf_free(&list);
	return 0;
}

int hold_drop_samples(const struct work *w, struct err *err)
{
	char path[PATH_MAX], prefix[32];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/samples", w->actor->state_dir);
	snprintf(prefix, sizeof(prefix), "%llu-", (unsigned long long)w->row->id);
	dir = opendir(path);
	if (!dir && errno != ENOENT)
		err_sys(err, EXIT_IO, "%s cannot be read", path);
	while (dir && (d = readdir(dir)) != NULL)
		if (strncmp(d->d_name, prefix, strlen(prefix)) == 0 && unlinkat(dirfd(dir), d->d_name, 0) < 0)
			err_sys(err, EXIT_IO, "%s/%s cannot be ended", path, d->d_name);
	if (dir)
		closedir(dir);
	return err->code ? -err->code : 0;
}
