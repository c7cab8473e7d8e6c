/*
 * file - see file.h.
 *
 * A look and the move after it are two calls, and in between the name may be given to something else. So after each
 * move the thing that was moved is looked at again in the store, where nobody but root can reach it.
 *
 * TRUST: files and folders are the suspect's own; he may hold them open, lease them and exchange them.
 */
#include "act/file.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BESIDE_MOST 1000
/* ".restored-999" fits */
#define SUFFIX_MOST 32
/* both come from one clock that ticks each 1 to 10 ms */
#define SAME_MOMENT_NANOS INT64_C(100000000)
#define XATTRS_MOST (4u << 20)

int move_open(struct work *w, struct move *ret, struct err *err)
{
	struct move m = { .place.folder = -1, .hold.fd = -1 };
	int rc = hold_open(w, &m.hold, err);

	if (rc == 0)
		rc = place_open(w->actor, w->action, &m.place, err);
	if (rc == 0 && !*hold_name_in(w, "", m.token))
		rc = err_set(err, EXIT_IO, "the record names nothing that is held");
	if (rc < 0) {
		move_close(&m);
		return rc;
	}
	*ret = m;
	return 0;
}

void move_close(struct move *m)
{
	place_close(&m->place);
	hold_close(&m->hold);
}

static const char *objection(const struct work *w, const struct stat *st)
{
	const struct action *v = w->action;

	if (!S_ISREG(st->st_mode))
		return "is no plain file";
	if (v->uid == PLAN_NO_UID ? st->st_uid >= UID_ACCOUNT_LEAST : st->st_uid != v->uid)
		return "belongs to somebody else";
	/* under its second name it would stay in reach, or a stranger's file would go with it */
	if (st->st_nlink != 1)
		return "has a second name somewhere";
	return NULL;
}

int file_look(struct work *w, const struct place *p, struct err *err)
{
	struct stat st;
	int fd = place_file(p, &st, err);
	const char *why = fd < 0 ? NULL : objection(w, &st);

	if (why) {
		close(fd);
		return err_set(err, EXIT_NOPERM, "%.*s %s: left alone", (int)w->action->path.n,
			       w->action->path.p, why);
	}
	if (fd < 0)
		return fd;
	w->record->file = seen_of(&st);
	w->record->parent = seen_of(&p->folder_status);
	return fd;
}

int file_read(int fd, size_t most, struct buf *out, struct err *err)
{
	char piece[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, piece, sizeof(piece), at)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_add(out, piece, (size_t)n);
		at += n > 0 ? n : 0;
		if (out->n > most)
			break;
	}
	if (n < 0)
		return err_sys(err, EXIT_IO, "a file cannot be read");
	return 0;
}

int file_write(int fd, struct span s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno != EINTR)
			return -1;
		s = span_from(s, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

/*
 * For the record, and for whoever has to believe it later: purge deletes only what still has this sum. Its owner may lease the
 * file, let it grow without end or have attributes without number: then it is moved all the same, and never purged.
 */
int file_describe(struct work *w, int fd, struct err *err)
{
	struct buf xattrs = BUF_MAX(XATTRS_MOST);
	unsigned char sum[DIGEST_BYTES];
	struct err unread;
	int plain = place_reopen(fd, O_RDONLY | O_NOATIME);
	int rc = xattrs_read(fd, &xattrs, err);

	if (rc == 0 && xattrs.over)
		rc = err_set(err, EXIT_IO, "%.*s has too many extended attributes", (int)w->action->path.n,
			     w->action->path.p);
	w->record->xattrs = rc < 0 ? SPAN_NONE : arena_span(w->arena, buf_view(&xattrs));
	buf_free(&xattrs);
	w->record->hash = SPAN_NONE;
	if (plain >= 0 && digest_file(plain, sum, &unread) == 0)
		w->record->hash = arena_span(w->arena, span_of((const char *)sum, sizeof(sum)));
	fd_close(plain);
	/* what is moved has its attributes, known or not */
	return w->action->kind == ACTION_HOLD_FILE ? 0 : rc;
}

/* Both folders, since a name that is on disk in neither or in both after a power cut is a lost or a doubled file. */
int move_name(int from, const char *name, int to, const char *other, unsigned flags)
{
	struct err unsynced = { 0 };

	if (syscall(SYS_renameat2, from, name, to, other, flags) < 0)
		return -1;
	if (place_sync(from, &unsynced) < 0 || place_sync(to, &unsynced) < 0)
		return -2;
	return 0;
}

int move_surely(struct work *w, int from, const char *name, int to, const char *other, unsigned flags)
{
	int rc = move_name(from, name, to, other, flags);

	w->unsure = rc == -2;
	return rc;
}

bool move_name_beside(const struct move *m, unsigned number, char name[NAME_MAX + 1])
{
	if (number == 0)
		snprintf(name, NAME_MAX + 1, "%s", m->place.name);
	else
		snprintf(name, NAME_MAX + 1, "%.*s.restored-%u", NAME_MAX - SUFFIX_MOST, m->place.name,
			 number);
	return number < BESIDE_MOST;
}

int move_back(struct work *w, struct move *m, struct err *err)
{
	char name[NAME_MAX + 1];
	unsigned number = 0;
	int rc = -1;

	while (rc == -1 && move_name_beside(m, number, name)) {
		rc = move_surely(w, m->hold.fd, m->token, m->place.folder, name, MOVE_NOREPLACE);
		if (rc != -1 || errno != EEXIST)
			break;
		number++;
	}
	if (rc < 0)
		return err_sys(err, EXIT_IO, "%s/%s cannot be moved back to %.*s", m->hold.path, m->token,
			       (int)w->action->path.n, w->action->path.p);
	if (number) {
		w->record->beside = arena_span(w->arena, span_str(name));
		buf_addf(&w->text, "its name is taken: it is beside it now as %s", name);
	}
	return 0;
}

static int64_t nanos_between(const struct timespec *a, const struct timespec *b)
{
	return ((int64_t)a->tv_sec - b->tv_sec) * INT64_C(1000000000) + (a->tv_nsec - b->tv_nsec);
}

void folder_note(struct work *w, int folder)
{
	struct stat st;

	if (fstat(folder, &st) == 0)
		w->record->parent_after = instant_of(&st.st_mtim);
}

/*
 * A move sets the folder's mtime and the file's ctime in one moment. So even after a kill in between it can be told
 * whether ours was the folder's last change.
 */
void folder_time_back(const struct work *w, int folder, const struct stat *moved)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   instant_timespec(w->record->parent.mtime) };
	struct stat now;
	int64_t apart;
	char link[40];

	if (fstat(folder, &now) < 0 || w->record->parent_after.seconds == 0)
		return;
	apart = nanos_between(&now.st_mtim, &moved->st_ctim);
	if (apart > SAME_MOMENT_NANOS || apart < -SAME_MOMENT_NANOS)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	utimensat(AT_FDCWD, link, times, 0);
}

/* A folder of the same name is not the same folder: its new owner may be somebody who must not get this file. */
int folder_same(const struct work *w, const struct place *p, struct err *err)
{
	if (w->moved || (seen_same(&w->record->parent, &p->folder_status) &&
			 w->record->parent.uid == p->folder_status.st_uid))
		return 0;
	return err_set(err, EXIT_NOPERM,
		       "the folder of %.*s is another one now: look at it, then say spamtrail undo --moved",
		       (int)w->action->path.n, w->action->path.p);
}
