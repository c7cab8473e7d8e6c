/*
 * spool - see spool.h.
 *
 * Promises: a queue that cannot be read is an error only where nothing of it could be; else what is missing
 * is counted, and the first of its kind is named. Messages are given in the order of the walk, whatever the
 * number of threads.
 *
 * TRUST: names and files are the mail server's, in an image anybody's: they are opened beneath its folder
 * without a link, and what is no regular file is not read, since a FIFO or a device would hold us up.
 */
#include "queue/spool.h"

#include "queue/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool queue_is_id(struct span id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'))
			return false;
	}
	return id.n > 4 && id.n <= 40;
}

static void name_it(char ret[160], const char *folder, struct span name, const char *why)
{
	snprintf(ret, 160, "%.*s%s%.*s: %s", *folder ? 80 : 0, folder, *folder && name.n ? "/" : "",
		 (int)span_head(name, 60).n, name.n ? name.p : "", why);
}

static void unreadable(struct reading *r, const char *folder, struct span name, const char *why)
{
	if (r->tally.unreadable++ == 0)
		name_it(r->tally.first_unreadable, folder, name, why);
}

bool reading_list(struct reading *r, const char *path, struct arena *a, struct place *ret)
{
	int fd = below_open(r->spool->fd, path, true);
	bool more = false;
	bool good;

	if (fd < 0) {
		/* no server has every folder; one that may not be read is another matter */
		if (errno != ENOENT && errno != ENOTDIR) {
			r->refused = errno;
			unreadable(r, path, SPAN_NONE, strerror(errno));
		}
		return false;
	}
	*ret = (struct place){ .fd = fd, .path = path };
	good = below_list(fd, NAMES_MOST, a, &ret->names, &ret->n, &more);
	if (!good) {
		unreadable(r, path, SPAN_NONE, "the folder cannot be read");
		close(fd);
	}
	r->tally.too_many |= more;
	r->found_any |= good;
	return good;
}

int reading_open(struct reading *r, const struct place *p, const char *name, struct file_status *ret_status)
{
	bool quiet = !r->loud;
	int fd = below_open_quietly(p->fd, name, &quiet);
	struct err err;

	/* asked once: who may not read without a new time of access may not for the next file either */
	r->loud = !quiet;
	if (fd < 0) {
		if (errno == ENOENT)
			r->tally.vanished++;
		else
			unreadable(r, p->path, span_str(name), strerror(errno));
		return -1;
	}
	if (descriptor_status(fd, ret_status, &err) < 0 || !S_ISREG(ret_status->mode)) {
		unreadable(r, p->path, span_str(name), "not a regular file");
		close(fd);
		return -1;
	}
	return fd;
}

void reading_status(struct room *room, const struct file_status *st)
{
	room->q.inode = st->inode;
	room->q.file_size = st->size;
	room->q.mtime = st->mtime;
	room->q.mtime_nsec = st->mtime_nsec;
}

void reading_give(struct reading *r, const struct place *p, struct span name, const struct queued *q)
{
	struct queue_tally *t = &r->tally;

	t->messages++;
	t->by_state[q->state]++;
	if (q->damage && t->damaged++ == 0)
		name_it(t->first_damaged, p->path, name, q->damage);
	if (!r->visit(r->ctx, q))
		r->stopped = true;
}

void reading_count(struct reading *r, enum queue_state state, uint64_t n)
{
	r->tally.messages += n;
	r->tally.by_state[state] += n;
}

static void start(struct reading *r, const struct spool *spool)
{
	*r = (struct reading){
		.spool = spool,
		.room = xmalloc(sizeof(*r->room)),
		.bytes = xmalloc(WINDOW_MOST),
	};
}

static void end(struct reading *r)
{
	free(r->room);
	free(r->bytes);
}

void reading_add(struct reading *r, const struct reading *part)
{
	const struct queue_tally *from = &part->tally;
	struct queue_tally *t = &r->tally;

	if (from->unreadable && !t->unreadable)
		memcpy(t->first_unreadable, from->first_unreadable, sizeof(t->first_unreadable));
	t->unreadable += from->unreadable;
	t->vanished += from->vanished;
	t->unfinished += from->unfinished;
}

int queue_read(const struct spool *spool, queue_visit *visit, void *ctx, struct queue_tally *ret_tally,
	       struct err *err)
{
	const char *name = mail_server_name(spool->server);
	struct reading r;

	start(&r, spool);
	r.visit = visit;
	r.ctx = ctx;
	r.slices = slices_new(spool);
	if (spool->server == SERVER_POSTFIX)
		postfix_walk(&r);
	else
		exim_walk(&r);
	slices_free(r.slices);
	end(&r);
	/* for err_sys */
	errno = r.refused;
	if (!r.found_any && r.refused == ENOSYS)
		return err_set(err, EXIT_NOPERM, "reading the %s queue needs Linux 5.6 or newer", name);
	if (!r.found_any && r.refused)
		return err_sys(err, EXIT_NOPERM, "the %s queue cannot be read", name);
	if (!r.found_any)
		return err_set(err, EXIT_NOINPUT, "there is no %s queue in its spool folder", name);
	*ret_tally = r.tally;
	return 0;
}

void reading_keep(struct arena *a, const struct queued *q, struct queued *ret)
{
	struct span *texts[] = { &ret->id_text, &ret->queue,	  &ret->sender, &ret->login,
				 &ret->user,	&ret->client,	  &ret->helo,	&ret->protocol,
				 &ret->subject, &ret->message_id, &ret->script, &ret->reason };

	*ret = *q;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_span(a, *texts[i]);
	ret->recipients = arena_alloc(a, (q->nlisted + 1) * sizeof(*q->recipients));
	for (uint32_t i = 0; i < q->nlisted; i++)
		ret->recipients[i] = (struct queued_recipient){
			.address = arena_span(a, q->recipients[i].address),
			.done = q->recipients[i].done,
			.original = arena_span(a, q->recipients[i].original),
		};
}
