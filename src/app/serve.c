/*
 * serve - see serve.h. Each call answers one request, also where the answer is "no": a child that is left
 * without one would wait for ever. Why not is kept back: to who learns a host, absent and forbidden are the
 * same.
 *
 * TRUST: the request is the child's, so any bytes; what may be opened is decided by sys/beneath.h alone,
 * never by the path's spelling. A negative code means that the channel is gone, not that a file is.
 */
#include "app/serve.h"

#include "app/talk.h"
#include "base/pack.h"
#include "plan/plan.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many names still fit: with the status that goes with each entry, too. */
_Static_assert((NAME_MAX + 4) * HOST_NAMES_MOST < TALK_ANSWER_MOST, "names fit");
_Static_assert((NAME_MAX + 4 + 24) * PLAN_ENTRIES_MOST < TALK_ANSWER_MOST, "entries fit");

/* A path from the child: no NUL, not too long. NULL otherwise. */
char *serve_path(const struct serving *s, struct span text)
{
	/* Behind a NUL the path that is opened would be another than the one that was asked for. */
	if (text.n == 0 || text.n >= PATH_MAX || memchr(text.p, '\0', text.n))
		return NULL;
	return arena_str(s->arena, text);
}

int serve_answer(const struct serving *s, uint32_t type, struct buf *body, int fd, struct err *err)
{
	int rc = channel_send(s->channel, type, buf_view(body), &fd, fd >= 0 ? 1 : 0, err);

	buf_free(body);
	if (fd >= 0)
		close(fd);
	return rc;
}

int serve_read(const struct serving *s, struct span text, struct err *err)
{
	struct buf body = BUF_MAX(64);
	struct err why = { 0 };
	char *path = serve_path(s, text);

	return serve_answer(s, TALK_READ, &body, path ? beneath_open_file(s->root, path, 0, &why) : -1, err);
}

int serve_list(const struct serving *s, struct span text, struct err *err)
{
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);
	struct packer p = { .out = &body };
	struct err why = { 0 };
	char *path = serve_path(s, text);
	struct span *names = NULL;
	size_t n = 0;
	bool more;

	if (path && beneath_list(s->root, path, HOST_NAMES_MOST, s->arena, &names, &n, &more, &why) < 0)
		n = 0;
	pack_u32(&p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		pack_span(&p, names[i]);
	return serve_answer(s, TALK_LIST, &body, -1, err);
}

static void pack_status(struct packer *p, const struct file_status *st)
{
	pack_i64(p, st->mtime);
	pack_i64(p, st->ctime);
	pack_u64(p, st->size);
	pack_u64(p, st->device);
	pack_u64(p, st->inode);
	pack_u64(p, st->links);
	pack_u32(p, st->uid);
	pack_u32(p, st->mode);
}

static void pack_entries(struct packer *p, int fd, const struct below_name *names, size_t n)
{
	pack_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		char name[NAME_MAX + 1];

		snprintf(name, sizeof(name), "%.*s", (int)names[i].name.n, names[i].name.p);
		/* one that has gone meanwhile is neither a file nor a folder */
		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			st = (struct stat){ 0 };
		pack_span(p, names[i].name);
		pack_u32(p, st.st_uid);
		pack_u32(p, st.st_mode);
		pack_u64(p, st.st_nlink);
		pack_u64(p, st.st_dev);
	}
}

int serve_entries(const struct serving *s, struct span text, struct err *err)
{
	struct unpacker u = { .left = text };
	char *home = serve_path(s, unpack_span(&u));
	struct span below = unpack_span(&u);
	char *path = below.n ? serve_path(s, below) : NULL;
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);
	struct packer p = { .out = &body };
	struct root inside = { .fd = -1 };
	struct below_name *names = NULL;
	struct err why = { 0 };
	int fd = -1;
	size_t n = 0;
	bool more;

	if (unpack_done(&u) && home && (path || !below.n) &&
	    root_open_home(s->root, home, &inside, &why) == 0)
		fd = beneath_open_dir(&inside, path ? path : ".", &why);
	if (fd < 0 || !below_list(fd, PLAN_ENTRIES_MOST, s->arena, &names, &n, &more))
		n = 0;
	pack_entries(&p, fd, names, n);
	if (fd >= 0)
		close(fd);
	root_close(&inside);
	return serve_answer(s, TALK_ENTRIES, &body, -1, err);
}

int serve_status(const struct serving *s, struct span text, struct err *err)
{
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };
	struct err why = { 0 };
	char *path = serve_path(s, text);
	struct file_status st = { 0 };
	bool there = path && beneath_status(s->root, path, &st, &why) == 0;

	pack_u8(&p, there);
	pack_status(&p, &st);
	return serve_answer(s, TALK_STATUS, &body, -1, err);
}
