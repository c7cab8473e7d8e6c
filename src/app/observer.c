/*
 * observer - see observer.h.
 *
 * TRUST: names in /proc are the suspect's, so the child may have been taken over; its answer is only handed on, and its
 * numbers are only shown.
 */
#include "app/observer.h"

#include "app/confined.h"
#include "base/pack.h"
#include "host/lookout.h"
#include "host/sockets.h"
#include "host/watch.h"
#include "sys/clock.h"
#include "sys/procroot.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define FILES 64
#define ADDRESS_SPACE ((uint64_t)1 << 30)
#define ANSWER_MOST (64u << 20)
#define SECOND INT64_C(1000000)
#define EVENTS 65536

enum say {
	SAY_PROGRESS =
		1, /* u32 seconds left, u64 submitted, u64 unnamed, u8 a new folder is to be watched; answered */
	SAY_RESULT, /* packed struct observed */
};

struct child {
	const struct observer_want *want;
	struct watch *watch; /* NULL: one look */
	int proc, netlink;
	uint32_t command_line;
	bool plain_user;
	unsigned processors;
	struct channel *channel;
	struct lookout lookout;
	struct watch_state state;
};

/* --- in the child -------------------------------------------------------------------------------- */

static void read_events(struct child *c, const struct clock *clock)
{
	static _Alignas(8) char events[EVENTS];
	ssize_t n;

	while ((n = read(c->watch->fd, events, sizeof(events))) > 0)
		watch_take(&c->state, &c->lookout, clock_micros(clock), span_of(events, (size_t)n));
}

/* False: enough. */
static bool tell_progress(struct child *c, int64_t left)
{
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };
	struct unpacker u = { 0 };
	struct message m = { 0 };
	struct err err;
	bool go_on;

	pack_u32(&p, (uint32_t)(left / SECOND));
	pack_u64(&p, c->lookout.o.submitted);
	pack_u64(&p, c->lookout.o.unnamed);
	pack_u8(&p, c->state.new_folder);
	c->state.new_folder = false;
	if (channel_send(c->channel, SAY_PROGRESS, buf_view(&body), NULL, 0, &err) < 0 ||
	    channel_receive(c->channel, &m, &err) <= 0)
		_exit(EXIT_SOFTWARE);
	buf_free(&body);
	u.left = m.body;
	go_on = unpack_u8(&u) == 1;
	return go_on;
}

/* The first hand-over is a race like any other: pages and symbols that are met first then would lose it. */
static void warm_up(struct child *c, const struct clock *clock)
{
	uint32_t process;

	memset(c->state.recent, 0, sizeof(c->state.recent));
	lookout_connections(&c->lookout, clock_micros(clock));
	lookout_caller(&c->lookout, c->lookout.self, &process);
}

static void watch_for(struct child *c, const struct clock *clock)
{
	const int64_t end = clock_steady_micros(clock) + c->want->seconds * SECOND;
	struct pollfd ready = { .fd = c->watch->fd, .events = POLLIN };
	int64_t next = clock_steady_micros(clock);

	for (;;) {
		int64_t now = clock_steady_micros(clock);

		if (now >= next) {
			lookout_connections(&c->lookout, clock_micros(clock));
			if (now >= end || !tell_progress(c, end - now))
				return;
			next = now + SECOND < end ? now + SECOND : end;
		}
		if (c->state.new_folder && !tell_progress(c, end - now))
			return;
		if (poll(&ready, 1, (int)((next - now) / 1000) + 1) > 0)
			read_events(c, clock);
	}
}

static void child_main(void *ctx, struct channel *channel, bool unconfined)
{
	struct child *c = ctx;
	struct arena *a = arena_new();
	struct buf out = BUF_MAX(ANSWER_MOST);
	struct clock clock = { 0 };
	struct observed *o = &c->lookout.o;
	struct err err;

	c->channel = channel;
	lookout_begin(&c->lookout, a, c->proc, c->netlink, (uint32_t)getpid(), c->command_line);
	o->from = clock_micros(&clock);
	o->plain_user = c->plain_user;
	if (c->watch) {
		o->watched = true;
		c->state.watch = c->watch;
		warm_up(c, &clock);
		watch_for(c, &clock);
	} else {
		lookout_connections(&c->lookout, o->from);
	}
	o->to = c->watch ? clock_micros(&clock) : o->from;
	lookout_count(&c->lookout);
	if (c->want->load)
		lookout_load(&c->lookout, c->processors);
	observed_pack(o, &out);
	if (out.over || channel_send(channel, SAY_RESULT, buf_view(&out), NULL, 0, &err) < 0)
		_exit(EXIT_SOFTWARE);
	buf_free(&out);
	lookout_end(&c->lookout);
	arena_free(a);
}

/* --- on the command line --------------------------------------------------------------------------- */

static int serve_progress(const struct child *c, struct channel *channel, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	uint32_t left = unpack_u32(&u);
	uint64_t submitted = unpack_u64(&u);
	uint64_t unnamed = unpack_u64(&u);
	bool new_folder = unpack_u8(&u) == 1;
	const char go_on =
		!c->want->progress || c->want->progress(c->want->ctx, left, submitted, unnamed) ? 1 : 0;

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the process reader spoke nonsense");
	if (new_folder && c->watch)
		watch_again(c->want->root, c->watch);
	return channel_send(channel, SAY_PROGRESS, span_of(&go_on, 1), NULL, 0, err);
}

static int serve(const struct child *c, struct channel *channel, struct buf *out, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the process reader ended without a result");
		if (rc > 0 && m.type == SAY_RESULT) {
			buf_span(out, m.body);
			return out->over ? err_set(err, EXIT_SOFTWARE, "the process reader said too much")
					 : 0;
		}
		if (rc > 0)
			rc = m.type == SAY_PROGRESS
				     ? serve_progress(c, channel, m.body, err)
				     : err_set(err, EXIT_SOFTWARE, "the process reader spoke out of turn");
		if (rc < 0)
			return rc;
	}
}

int observer_look(const struct observer_want *want, struct buf *out, struct err *err)
{
	const struct watch_places places = { want->postfix, want->commands, want->exim };
	struct watch watch = { .fd = -1 };
	struct child c = {
		.want = want,
		.netlink = -1,
		.command_line = (uint32_t)getpid(),
		.plain_user = geteuid() != 0,
		/* before the fork: it reads /sys */
		.processors = want->load ? (unsigned)sysconf(_SC_NPROCESSORS_ONLN) : 0,
		.watch = want->seconds ? &watch : NULL,
	};
	struct confined_want cw = {
		.name = "process reader",
		.unconfined = want->unconfined,
		.files = FILES,
		.memory = ADDRESS_SPACE,
		/* Go on, or enough: nothing longer is ever answered. */
		.answer_most = 64,
		.ret_proc = &c.proc,
		.prompt = want->seconds > 0,
		.ctx = &c,
		.main = child_main,
	};
	struct confined child;
	int keep[2];
	int rc = want->seconds ? watch_open(want->root, &places, &watch, err) : 0;

	if (rc < 0)
		return rc;
	c.netlink = sockdiag_open();
	keep[0] = c.netlink;
	keep[1] = watch.fd;
	cw.keep = keep;
	cw.nkeep = 2;
	rc = confined_start(&cw, &child, err);
	if (rc == 0) {
		rc = serve(&c, &child.channel, out, err);
		rc = confined_end(&child, cw.name, rc, err);
	}
	if (c.netlink >= 0)
		close(c.netlink);
	if (watch.fd >= 0)
		close(watch.fd);
	return rc;
}
