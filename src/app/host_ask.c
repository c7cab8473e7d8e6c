/*
 * host_ask - see host_ask.h. One request, one answer, in turns; with several threads the caller holds a lock.
 *
 * TRUST: the command line is ours. What it hands over is foreign all the same: names in folders, files'
 * contents. A peer out of step means a bug or its end, and the child can do nothing about either: it ends.
 */
#include "app/host_ask.h"

#include "base/pack.h"
#include "plan/plan.h"
#include "sys/beneath.h"

#include <sys/stat.h>
#include <unistd.h>

/* Bytes of one file; of a longer one the beginning counts. */
#define CONFIG_MOST (16u << 20) /* limit input, bytes: of one configuration file */

void host_ask_lost(void)
{
	_exit(EXIT_SOFTWARE);
}

/* Sends a request and takes the answer; the descriptor that came with it, or -1. The body lives until the next. */
int host_ask(struct channel *c, enum talk type, struct span request, struct span *ret_body)
{
	struct err err = { 0 };
	struct message m = { 0 };

	if (channel_send(c, type, request, NULL, 0, &err) < 0 || channel_receive(c, &m, &err) <= 0 ||
	    m.type != type)
		host_ask_lost();
	*ret_body = m.body;
	for (size_t i = 1; i < m.nfds; i++)
		close(m.fds[i]);
	return m.nfds ? m.fds[0] : -1;
}

bool host_io_read(void *ctx, struct arena *a, struct span path, struct span *ret_bytes)
{
	struct channel *c = ctx;
	struct span body;
	int fd = host_ask(c, TALK_READ, path, &body);
	struct buf text = BUF_MAX(CONFIG_MOST);
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && !text.over)
		buf_add(&text, chunk, (size_t)n);
	close(fd);
	if (n >= 0)
		*ret_bytes = arena_span(a, buf_view(&text));
	buf_free(&text);
	return n >= 0;
}

size_t host_io_list(void *ctx, struct arena *a, struct span dir, struct span **ret_names)
{
	struct channel *c = ctx;
	struct unpacker u = { 0 };
	uint32_t n;

	host_ask(c, TALK_LIST, dir, &u.left);
	n = unpack_count(&u, 1u << 20);
	*ret_names = arena_alloc(a, (n + 1) * sizeof(**ret_names));
	for (uint32_t i = 0; i < n; i++)
		(*ret_names)[i] = arena_span(a, unpack_span(&u));
	return u.failed ? 0 : n;
}

static void unpack_status(struct unpacker *u, struct file_status *ret)
{
	*ret = (struct file_status){ 0 };
	ret->mtime = unpack_i64(u);
	ret->ctime = unpack_i64(u);
	ret->size = unpack_u64(u);
	ret->device = unpack_u64(u);
	ret->inode = unpack_u64(u);
	ret->links = unpack_u64(u);
	ret->uid = unpack_u32(u);
	ret->mode = unpack_u32(u);
}

/* Packed bytes of the smallest entry. */
#define ENTRY_LEAST 28

size_t host_io_entries(void *ctx, struct arena *a, struct span home, struct span below,
		       struct plan_entry **ret_entries)
{
	struct channel *c = ctx;
	struct buf request = BUF_MAX(2 * 4096 + 64);
	struct packer p = { .out = &request };
	struct unpacker u = { 0 };
	size_t n;

	pack_span(&p, home);
	pack_span(&p, below);
	host_ask(c, TALK_ENTRIES, buf_view(&request), &u.left);
	buf_free(&request);
	n = unpack_count(&u, (uint32_t)(u.left.n / ENTRY_LEAST + 1));
	*ret_entries = arena_alloc(a, (n + 1) * sizeof(**ret_entries));
	for (size_t i = 0; i < n; i++) {
		(*ret_entries)[i].name = arena_span(a, unpack_span(&u));
		(*ret_entries)[i].uid = unpack_u32(&u);
		(*ret_entries)[i].mode = unpack_u32(&u);
		(*ret_entries)[i].links = unpack_u64(&u);
		(*ret_entries)[i].device = unpack_u64(&u);
	}
	return u.failed ? 0 : n;
}

size_t host_io_head(void *ctx, struct span path, char *out, size_t size)
{
	struct channel *c = ctx;
	struct span body;
	int fd = host_ask(c, TALK_READ, path, &body);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size);

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

bool host_io_status(void *ctx, struct span path, struct file_status *ret_status)
{
	struct channel *c = ctx;
	struct unpacker u = { 0 };
	bool there;

	*ret_status = (struct file_status){ 0 };
	host_ask(c, TALK_STATUS, path, &u.left);
	there = unpack_u8(&u) == 1;
	unpack_status(&u, ret_status);
	return there && !u.failed;
}

bool host_io_exists(void *ctx, struct span path)
{
	struct file_status st;

	return host_io_status(ctx, path, &st) && S_ISREG(st.mode) && st.size > 0;
}
