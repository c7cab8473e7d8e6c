/*
 * actor - see actor.h.
 *
 * TRUST: the actor is our own and root; its answers are unpacked with the same care as everybody's.
 */
#include "app/actor.h"
#include "base/codec.h"

#include "app/helper.h"
#include "sys/channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_SECONDS 900 /* limit contain, s: for one answer of spamtrail-act (100,000 messages) */
#define WHO_MOST 300

struct actor_client {
	struct channel channel;
	pid_t pid;
};

/* Who asks, for the history: sudo hides the person behind root. */
void actor_who(struct buf *out)
{
	/*
	 * The caller writes his own environment: this is for the reader of the history and decides nothing.
	 */
	const char *person = getenv("SUDO_USER");
	char tty[64];
	ssize_t n = readlink("/proc/self/fd/0", tty, sizeof(tty));

	buf_addf(out, "uid %u", (unsigned)getuid());
	if (person && *person)
		buf_addf(out, " (%s)", person);
	if (n > 0 && span_starts(span_of(tty, (size_t)n), SPAN("/dev/")) &&
	    !span_starts(span_of(tty, (size_t)n), SPAN("/dev/null")))
		buf_addf(out, " on %.*s", (int)n, tty);
}

/* --- messages ----------------------------------------------------------------------------------- */

struct body {
	struct buf bytes;
	struct packer packer;
	struct codec codec;
};

static void body_begin(struct body *b)
{
	b->bytes = BUF_MAX(ACT_BODY_MOST);
	b->packer.out = &b->bytes;
	b->codec = (struct codec){ .to = &b->packer };
}

static int body_send(struct actor_client *c, struct body *b, uint32_t type, struct err *err)
{
	int rc = b->bytes.over ? err_set(err, EXIT_IO, "more than the actor takes in one message")
			       : channel_send(&c->channel, type, buf_view(&b->bytes), NULL, 0, err);

	buf_free(&b->bytes);
	return rc;
}

static int listen_to(struct actor_client *c, struct message *m, struct unpacker *u, struct err *err)
{
	int rc = channel_receive(&c->channel, m, err);
	struct span text;
	uint32_t code;

	if (rc == 0)
		return err_set(err, EXIT_SOFTWARE,
			       "spamtrail-act ended: what it was at is settled at the next start");
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < m->nfds; i++)
		close(m->fds[i]);
	*u = (struct unpacker){ .left = m->body };
	if (m->type != ACT_REFUSED)
		return 0;
	code = unpack_u32(u);
	text = unpack_span(u);
	return err_set(err, unpack_done(u) && code > 0 && code < 128 ? (enum exit_code)code : EXIT_SOFTWARE,
		       "%.*s", (int)text.n, text.p);
}

static int out_of_step(struct err *err)
{
	return err_set(err, EXIT_SOFTWARE, "spamtrail-act answered out of step");
}

static int see_row(struct unpacker *u, actor_see *see, void *owner, enum act_state *ret_state,
		   struct err *err)
{
	/* An arena a row: a history may be long, and each row is forgotten before the next. */
	struct arena *a = arena_new();
	struct codec c = { .from = u, .arena = a };
	struct journal_row row = { 0 };
	int rc = 0;

	journal_code_row(&c, &row);
	if (!unpack_done(u))
		rc = out_of_step(err);
	if (rc == 0 && ret_state)
		*ret_state = row.state;
	if (rc == 0 && see)
		rc = see(owner, &row);
	arena_free(a);
	return rc;
}

/* Rows until ACT_END. */
static int see_all(struct actor_client *c, uint32_t type, actor_see *see, void *owner, struct err *err)
{
	struct message m = { 0 };
	struct unpacker u = { 0 };
	int rc;

	while ((rc = listen_to(c, &m, &u, err)) == 0 && m.type == type)
		if ((rc = see_row(&u, see, owner, NULL, err)) < 0)
			return rc;
	return rc < 0 ? rc : m.type == ACT_END ? 0 : out_of_step(err);
}

/* --- start and end ------------------------------------------------------------------------------ */

static int begin(struct actor_client *c, const struct actor_want *want, struct buf *note, struct err *err)
{
	struct buf who = BUF_MAX(WHO_MOST);
	struct act_begin b = { .state_dir = span_str(want->state_dir),
			       .root = span_str(want->root ? want->root : "/") };
	struct arena *a = arena_new();
	struct message m = { 0 };
	struct unpacker u = { 0 };
	struct body body;
	int rc;

	actor_who(&who);
	b.who = buf_view(&who);
	b.allow = arena_alloc(a, want->nallow * sizeof(*b.allow));
	b.nallow = want->nallow;
	for (size_t i = 0; i < want->nallow; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u", want->allow[i]);
		b.allow[i] = arena_span(a, span_str(text));
	}
	body_begin(&body);
	act_code_begin(&body.codec, &b);
	rc = body_send(c, &body, ACT_BEGIN, err);
	if (rc == 0)
		rc = listen_to(c, &m, &u, err);
	if (rc == 0 && m.type != ACT_READY)
		rc = out_of_step(err);
	if (rc == 0)
		buf_span(note, unpack_span(&u));
	buf_free(&who);
	arena_free(a);
	return rc;
}

/* The journal is root's, so even looking at it needs root. */
int actor_start(const struct actor_want *want, struct actor_client **ret, struct buf *note, struct err *err)
{
	struct actor_client *c;
	struct helper_want program = { .name = "spamtrail-act", .fds = { -1, -1, 2, -1 }, .extra = true };
	int ends[2];
	int rc;

	if (geteuid() != 0)
		return err_set(err, EXIT_NOPERM, "this needs root: run it with sudo");
	if (!helper_installed(program.name))
		return err_set(err, EXIT_NOINPUT, "spamtrail-act is not beside this program");
	rc = channel_pair(ends, err);
	if (rc < 0)
		return rc;
	c = xcalloc(1, sizeof(*c));
	program.fds[3] = ends[1];
	rc = helper_start(&program, &c->pid, err);
	close(ends[1]);
	channel_open(&c->channel, ends[0], ACT_BODY_MOST, WAIT_SECONDS);
	if (rc == 0)
		rc = begin(c, want, note, err);
	if (rc < 0)
		actor_end(c);
	else
		*ret = c;
	return rc;
}

void actor_end(struct actor_client *c)
{
	if (!c)
		return;
	/* The closed channel tells it to end; waiting means that nothing is under way when we return. */
	channel_close(&c->channel);
	while (c->pid > 0 && waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(c);
}

/* --- requests ----------------------------------------------------------------------------------- */

static int send_plan(struct actor_client *c, uint32_t type, const struct plan *p, struct arena *a,
		     struct act_planned **ret, struct err *err)
{
	struct act_planned *planned = NULL;
	size_t n = 0;
	struct message m = { 0 };
	struct unpacker u = { 0 };
	struct codec in = { .from = &u, .arena = a };
	struct body body;
	int rc;

	body_begin(&body);
	plan_pack(p, &body.bytes);
	rc = body_send(c, &body, type, err);
	if (rc == 0)
		rc = listen_to(c, &m, &u, err);
	if (rc < 0)
		return rc;
	CODE_LIST(&in, planned, n, 17, act_code_planned);
	if (m.type != ACT_PLANNED || !unpack_done(&u) || n != p->nactions)
		return out_of_step(err);
	*ret = planned;
	return 0;
}

int actor_plan(struct actor_client *c, const struct plan *p, struct arena *a, struct act_planned **ret,
	       struct err *err)
{
	return send_plan(c, ACT_PLAN, p, a, ret, err);
}

int actor_known(struct actor_client *c, const struct plan *p, struct arena *a, struct act_planned **ret,
		struct err *err)
{
	return send_plan(c, ACT_KNOWN, p, a, ret, err);
}

static int answer_held(struct actor_client *c, struct unpacker *u, actor_held *held, void *owner,
		       struct err *err)
{
	struct arena *a = arena_new();
	struct codec in = { .from = u, .arena = a };
	struct act_looked looked = { 0 };
	struct span *ids = NULL;
	struct body body;
	size_t n = 0;
	int rc = 0;

	CODE_LIST(&in, ids, n, 4, code_span);
	if (!unpack_done(u))
		rc = out_of_step(err);
	/* whose they are cannot be said: then nobody's mail stays held */
	if (rc == 0 && held && held(owner, ids, n, a, &looked, err) < 0)
		looked = (struct act_looked){ .innocent = ids, .ninnocent = n };
	if (rc == 0) {
		body_begin(&body);
		act_code_looked(&body.codec, &looked);
		rc = body_send(c, &body, ACT_RELEASE, err);
	}
	arena_free(a);
	return rc;
}

int actor_apply(struct actor_client *c, size_t index, actor_held *held, actor_see *see, void *owner,
		enum act_state *ret_state, struct err *err)
{
	uint32_t number = (uint32_t)index;
	struct message m = { 0 };
	struct unpacker u = { 0 };
	struct body body;
	int rc;

	body_begin(&body);
	code_u32(&body.codec, &number);
	rc = body_send(c, &body, ACT_APPLY, err);
	while (rc == 0 && (rc = listen_to(c, &m, &u, err)) == 0 && m.type == ACT_HELD)
		rc = answer_held(c, &u, held, owner, err);
	if (rc < 0)
		return rc;
	return m.type == ACT_RESULT ? see_row(&u, see, owner, ret_state, err) : out_of_step(err);
}

static int request(struct actor_client *c, struct body *body, uint32_t type, uint32_t answer, actor_see *see,
		   void *owner, struct err *err)
{
	int rc = body_send(c, body, type, err);

	return rc < 0 ? rc : see_all(c, answer, see, owner, err);
}

int actor_undo(struct actor_client *c, const struct act_undo *what, actor_see *see, void *owner,
	       struct err *err)
{
	struct act_undo u = *what;
	struct body body;

	body_begin(&body);
	act_code_undo(&body.codec, &u);
	return request(c, &body, ACT_UNDO, ACT_RESULT, see, owner, err);
}

int actor_undo_expired(struct actor_client *c, actor_see *see, void *owner, struct err *err)
{
	struct body body;

	body_begin(&body);
	return request(c, &body, ACT_EXPIRED, ACT_RESULT, see, owner, err);
}

int actor_history(struct actor_client *c, actor_see *see, void *owner, struct err *err)
{
	struct body body;

	body_begin(&body);
	return request(c, &body, ACT_HISTORY, ACT_ROW, see, owner, err);
}

int actor_purge(struct actor_client *c, uint32_t seconds, actor_see *see, void *owner, struct err *err)
{
	struct body body;

	body_begin(&body);
	code_u32(&body.codec, &seconds);
	return request(c, &body, ACT_PURGE, ACT_RESULT, see, owner, err);
}
