/*
 * planner - see planner.h.
 *
 * TRUST: the child has read an administrator's configuration, and a culprit's crontab: once it has, it may be an
 * attacker. It gets read-only descriptors of regular files beneath ROOT, and its plan is unpacked with every length checked.
 */
#include "app/planner.h"

#include "app/confined.h"
#include "app/host_ask.h"
#include "app/serve.h"
#include "app/talk.h"
#include "base/pack.h"

#include <unistd.h>

#define FILES_OPEN 64
#define ADDRESS_SPACE ((uint64_t)1 << 30) /* limit contain, bytes: memory of the planner */
#define PLAN_MOST ((size_t)48 << 20)

/* --- in the child -------------------------------------------------------------------------------- */

static void planner_child(void *ctx, struct channel *channel, bool unconfined)
{
	const struct planner_want *want = ctx;
	struct plan_io io = {
		.host = { .ctx = channel,
			  .read = host_io_read,
			  .list = host_io_list,
			  .exists = host_io_exists },
		.status = host_io_status,
		.entries = host_io_entries,
		.head = host_io_head,
	};
	struct arena *a = arena_new();
	struct buf packed = BUF_MAX(PLAN_MOST), body = BUF_MAX(PLAN_MOST);
	struct packer p = { .out = &body };
	struct plan plan = { 0 };
	struct host_facts facts;
	struct err err = { 0 };
	bool helpless = false;
	int rc;

	host_learn(&io.host, a, &facts);
	rc = plan_make(&io, &facts, want->plan, a, &plan, &helpless, &err);
	if (rc == 0)
		plan_pack(&plan, &packed);
	if (packed.over)
		rc = err_set(&err, EXIT_IO, "the plan is longer than one message");
	pack_u32(&p, (uint32_t)-rc);
	pack_span(&p, span_str(err.text));
	pack_span(&p, rc == 0 ? buf_view(&packed) : SPAN_NONE);
	pack_u8(&p, helpless);
	if (channel_send(channel, TALK_PLAN, buf_view(&body), NULL, 0, &err) < 0)
		host_ask_lost();
	host_forget(&facts);
	buf_free(&packed);
	buf_free(&body);
	arena_free(a);
}

/* --- the command line's side ---------------------------------------------------------------------- */

static int take_plan(const struct planner_want *want, struct span body, struct arena *a,
		     struct plan **ret_plan, struct err *err)
{
	/* the plan's texts lie in the message */
	struct unpacker u = { .left = arena_span(a, body) };
	uint32_t code = unpack_u32(&u);
	struct span text = unpack_span(&u);
	struct span packed = unpack_span(&u);
	bool helpless = unpack_bool(&u);

	/* Beyond 127 is no exit code of ours, and the caller will exit with it. */
	if (!unpack_done(&u) || code > 127)
		return err_set(err, EXIT_SOFTWARE, "the planner ended in a way that makes no sense");
	if (code)
		return err_set(err, (enum exit_code)code, "%.*s", (int)span_head(text, 400).n, text.p);
	if (want->ret_helpless)
		*want->ret_helpless = helpless;
	return plan_unpack(a, packed, ret_plan, err);
}

static int serve(struct confined *child, const struct planner_want *want, struct arena *a,
		 struct plan **ret_plan, struct err *err)
{
	struct serving serving = { .root = want->root, .arena = a, .channel = &child->channel };

	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&child->channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the planner ended without a plan");
		if (m.type == TALK_PLAN)
			/* Whatever else it would say: the first plan is the only one. */
			return take_plan(want, m.body, a, ret_plan, err);
		if (m.type == TALK_READ)
			rc = serve_read(&serving, m.body, err);
		else if (m.type == TALK_LIST)
			rc = serve_list(&serving, m.body, err);
		else if (m.type == TALK_STATUS)
			rc = serve_status(&serving, m.body, err);
		else if (m.type == TALK_ENTRIES)
			rc = serve_entries(&serving, m.body, err);
		else
			rc = err_set(err, EXIT_SOFTWARE, "the planner spoke out of turn (%u)", m.type);
		if (rc < 0)
			return rc;
	}
}

int planner_ask(const struct planner_want *want, struct arena *a, struct plan **ret_plan, struct err *err)
{
	struct confined_want cw = {
		.name = "planner",
		.unconfined = want->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.answer_most = TALK_ANSWER_MOST,
		.ctx = (void *)want,
		.main = planner_child,
	};
	struct confined child;
	int rc = confined_start(&cw, &child, err);

	if (rc < 0)
		return rc;
	rc = serve(&child, want, a, ret_plan, err);
	return confined_end(&child, cw.name, rc, err);
}
