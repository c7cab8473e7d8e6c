/*
 * serve - see serve.h. A table of requests; a message of another type, in the wrong order or with wrong bytes ends the
 * actor. A request that may not be done is answered by ACT_REFUSED and changes nothing.
 *
 * TRUST: the command line is root's own, but it holds what a confined process has made of foreign bytes: everything that
 * comes is checked as if that process had sent it.
 */
#include "act/serve.h"
#include "act/act.h"
#include "base/codec.h"
#include "sys/channel.h"
#include "sys/fd.h"
#include "sys/spawn.h"

#include "act/talk.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STUCK_MOST 256
#define FOLDER_SEED UINT64_C(0x666f6c646572)
#define MTA_MOST 16
#define PASSWD_LINE_MOST 4096
/* 30 s of LOCK_NANOS: long enough for a plan, short enough for a human */
#define LOCK_TRIES 300
#define LOCK_NANOS 100000000
#define KEPT_STATES (1u << ACT_STATE_DONE | 1u << ACT_STATE_UNDONE)

/* --- answers ------------------------------------------------------------------------------------ */

static int answer(struct actor *a, uint32_t type, const struct buf *body, struct err *err)
{
	if (body && body->over)
		return err_set(err, EXIT_IO, "an answer of the actor's is too long");
	return channel_send(a->channel, type, body ? buf_view(body) : SPAN_NONE, NULL, 0, err);
}

static int answer_row(struct actor *a, uint32_t type, const struct journal_row *r, struct err *err)
{
	struct buf body = BUF_MAX(ACT_BODY_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct journal_row told = *r;
	int rc;

	/* bytes of files stay here */
	told.action = told.record = SPAN_NONE;
	journal_code_row(&c, &told);
	rc = answer(a, type, &body, err);
	buf_free(&body);
	return rc;
}

static int refuse(struct actor *a, const struct err *why, struct err *err)
{
	struct buf body = BUF_MAX(1024);
	struct packer p = { .out = &body };
	int rc;

	pack_u32(&p, (uint32_t)why->code);
	pack_span(&p, span_str(why->text));
	rc = answer(a, ACT_REFUSED, &body, err);
	buf_free(&body);
	return rc;
}

static int bad(struct err *err)
{
	return err_set(err, EXIT_SOFTWARE, "the actor got a message that is none");
}

/* --- begin -------------------------------------------------------------------------------------- */

/* Mail server users by name, from the passwd of what is "/". */
static void learn_mta(struct actor *a)
{
	static const char *const names[] = { "postfix",	 "Debian-exim", "exim",	   "mail",
					     "mailnull", "dovecot",	"dovenull" };
	uint32_t *uids = arena_alloc(a->arena, MTA_MOST * sizeof(*uids));
	int fd = openat(a->root, "etc/passwd", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[PASSWD_LINE_MOST];
	struct passwd one, *got;

	while (f && fgetpwent_r(f, &one, line, sizeof(line), &got) == 0)
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (strcmp(got->pw_name, names[i]) == 0 && a->nmta < MTA_MOST)
				uids[a->nmta++] = got->pw_uid;
	if (f)
		fclose(f);
	a->mta = uids;
}

static int learn_allowed(struct actor *a, const struct act_begin *b, struct err *err)
{
	uint32_t *uids = arena_alloc(a->arena, b->nallow * sizeof(*uids));
	uint64_t uid;

	for (size_t i = 0; i < b->nallow; i++) {
		if (!span_u64(b->allow[i], &uid) || uid > UINT32_MAX)
			return err_set(err, EXIT_CONFIG, "the allow list holds something that is no uid");
		uids[i] = (uint32_t)uid;
	}
	a->allow = uids;
	a->nallow = b->nallow;
	return 0;
}

/*
 * One actor at a time: another's unfinished steps are not to be recovered. Held until act_end, and by the programs of one
 * who was killed, until they have ended.
 */
static int lock(struct actor *a, struct err *err)
{
	const struct timespec nap = { .tv_nsec = LOCK_NANOS };
	int dir, fd;

	if (mkdir(a->state_dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, EXIT_NOPERM, "%s cannot be made", a->state_dir);
	dir = open(a->state_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	fd = dir < 0 ? -1 : openat(dir, "act.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	fd_close(dir);
	if (fd < 0)
		return err_sys(err, EXIT_IO, "%s/act.lock cannot be opened", a->state_dir);
	a->lock = fd;
	/* what we have started goes on when we are killed: the next actor must not take back what is still being done */
	if (dup2(fd, SPAWN_KEPT) < 0)
		return err_sys(err, EXIT_IO, "%s/act.lock cannot be kept", a->state_dir);
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, EXIT_IO, "%s/act.lock cannot be locked", a->state_dir);
		if (i == LOCK_TRIES)
			return err_set(err, EXIT_IO, "another spamtrail is changing things: try again");
		nanosleep(&nap, NULL);
	}
	return 0;
}

static bool path_of(struct actor *a, struct span s, const char **ret)
{
	if (s.n == 0 || s.n >= PATH_MAX || s.p[0] != '/' || memchr(s.p, '\0', s.n))
		return false;
	*ret = arena_str(a->arena, s);
	return true;
}

static int begin_in(struct actor *a, const struct act_begin *b, struct buf *note, struct err *err)
{
	const char *root;
	struct stat top, st;
	bool is_new;
	int rc;

	if (!path_of(a, b->state_dir, &a->state_dir) || !path_of(a, b->root, &root))
		return err_set(err, EXIT_USAGE, "the state folder and the root must be absolute paths");
	a->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (a->root < 0 || fstat(a->root, &st) < 0 || stat("/", &top) < 0)
		return err_sys(err, EXIT_NOINPUT, "%s cannot be opened", root);
	a->elsewhere = st.st_dev != top.st_dev || st.st_ino != top.st_ino;
	a->who = b->who;
	learn_mta(a);
	rc = learn_allowed(a, b, err);
	if (rc == 0)
		rc = lock(a, err);
	if (rc == 0)
		rc = journal_open(a->state_dir, &a->journal, &is_new, note, err);
	if (rc == 0 && is_new)
		rc = act_rebuild(a, note, err);
	return rc < 0 ? rc : act_recover(a, note, err);
}

static int serve_begin(struct actor *a, struct codec *c, struct err *err)
{
	struct buf note = BUF_MAX(64u << 10), body = BUF_MAX(1u << 17);
	struct packer p = { .out = &body };
	struct act_begin b = { 0 };
	struct err why = { 0 };
	int rc;

	act_code_begin(c, &b);
	if (!unpack_done(c->from))
		return bad(err);
	rc = begin_in(a, &b, &note, &why);
	pack_span(&p, buf_view(&note));
	if (rc == 0)
		rc = answer(a, ACT_READY, &body, err);
	else if (refuse(a, &why, err) == 0)
		rc = err_set(err, (enum exit_code)why.code, "%s", why.text);
	buf_free(&note);
	buf_free(&body);
	return rc;
}

/* --- plans -------------------------------------------------------------------------------------- */

/* What an edit is put before, up to the field's end: of a lock the password. Bytes, never understood. */
static struct span changed_field(const struct action *v)
{
	size_t at = 0, n = 0;
	struct span rest;

	while (at < v->old_bytes.n && at < v->new_bytes.n && v->old_bytes.p[at] == v->new_bytes.p[at])
		at++;
	rest = span_from(v->old_bytes, at);
	while (n < rest.n && rest.p[n] != ':' && rest.p[n] != '\n')
		n++;
	return span_head(rest, n);
}

static bool was_changed_before(struct actor *a, const struct action *v)
{
	struct arena *arena = arena_new();
	struct journal_row *rows;
	struct err why = { 0 };
	struct action *old;
	bool same = false;
	size_t n = 0;

	if (v->kind == ACTION_EDIT && journal_list(a->journal, arena, KEPT_STATES, &rows, &n, &why) < 0)
		n = 0;
	for (size_t i = 0; i < n && !same; i++)
		same = rows[i].kind == ACTION_EDIT && rows[i].identity == act_identity(v) &&
		       action_unpack(arena, rows[i].action, &old, &why) == 0 &&
		       span_eq(changed_field(old), changed_field(v));
	arena_free(arena);
	return same;
}

/* ADD: it is the plan of this actor, of which there is one; else it is only looked up what was taken back of it. */
static int take_plan(struct actor *a, struct codec *c, bool add, struct err *err)
{
	struct buf body = BUF_MAX(ACT_BODY_MOST);
	struct packer p = { .out = &body };
	struct codec out = { .to = &p };
	struct err why = { 0 };
	struct plan *plan;
	int rc;

	if (a->plan || plan_unpack(a->arena, c->from->left, &plan, err) < 0)
		return bad(err);
	rc = add ? act_plan(a, plan, &why) : 0;
	if (rc < 0)
		return refuse(a, &why, err);
	pack_u32(&p, (uint32_t)plan->nactions);
	for (size_t i = 0; i < plan->nactions; i++) {
		struct act_planned one = { .id = add ? a->rows[i].id : 0 };

		one.undone = journal_undone_at(a->journal, act_identity(&plan->actions[i]), plan->incident,
					       plan->sender);
		one.same = !add && was_changed_before(a, &plan->actions[i]);
		act_code_planned(&out, &one);
	}
	rc = answer(a, ACT_PLANNED, &body, err);
	buf_free(&body);
	return rc;
}

/* Before anything is done: what is applied later can only be one of its actions. */
static int serve_plan(struct actor *a, struct codec *c, struct err *err)
{
	return take_plan(a, c, true, err);
}

/* Who reads the answer may leave something out and ask the operator first. */
static int serve_known(struct actor *a, struct codec *c, struct err *err)
{
	return take_plan(a, c, false, err);
}

static int serve_apply(struct actor *a, struct codec *c, struct err *err)
{
	const struct journal_row *row;
	struct err why = { 0 };
	uint32_t index = 0;
	int rc;

	code_u32(c, &index);
	if (!unpack_done(c->from) || !a->plan || index >= a->plan->nactions)
		return bad(err);
	rc = act_apply(a, index, &row, &why);
	return rc < 0 ? refuse(a, &why, err) : answer_row(a, ACT_RESULT, row, err);
}

/* --- the journal -------------------------------------------------------------------------------- */

struct wish {
	struct span what;
	uint64_t id; /* 0: by incident or sender */
	int64_t now;
};

/* SENDER is "auth info@shop.example": so, as "auth:info@shop.example", or by the id alone; what the queue's deeds say of
 * themselves by all of it only. */
static bool is_sender(struct span sender, struct span what)
{
	ptrdiff_t blank = span_find(sender, 0, ' ');
	struct span kind, id;

	if (span_eq(sender, what))
		return true;
	if (blank <= 0 || span_starts(sender, SPAN("queue ")))
		return false;
	kind = span_head(sender, (size_t)blank);
	id = span_from(sender, (size_t)blank + 1);
	return span_eq(id, what) || (what.n == sender.n && what.p[blank] == ':' && span_starts(what, kind) &&
				     span_eq(span_from(what, (size_t)blank + 1), id));
}

static bool is_wished(const struct wish *w, const struct journal_row *r)
{
	if (w->now)
		return r->expires && r->expires <= w->now;
	if (w->id)
		return r->id == w->id;
	return w->what.n && (span_eq(r->incident, w->what) || is_sender(r->sender, w->what));
}

/* The folder that R's file lies in, as a number; 0: R is about no file. */
static uint64_t folder_of(struct actor *a, const struct journal_row *r)
{
	struct err damaged;
	struct action *v;
	ptrdiff_t slash;

	if (action_unpack(a->arena, r->action, &v, &damaged) < 0)
		return 0;
	slash = span_rfind(v->path, '/');
	return slash < 0 ? 0 : hash_span(span_head(v->path, (size_t)slash), FOLDER_SEED) | 1;
}

struct stuck {
	uint64_t folder[STUCK_MOST], id[STUCK_MOST];
	size_t n;
};

/* The number of a later action in R's folder that is not undone: R's turn comes after it. 0: none. */
static uint64_t waits_for(struct actor *a, const struct stuck *s, const struct journal_row *r)
{
	uint64_t folder = s->n ? folder_of(a, r) : 0;

	for (size_t i = 0; folder && i < s->n; i++)
		if (s->folder[i] == folder)
			return s->id[i];
	return 0;
}

static void note_stuck(struct actor *a, struct stuck *s, const struct journal_row *r)
{
	if (r->state == ACT_STATE_UNDONE || s->n == STUCK_MOST)
		return;
	s->folder[s->n] = folder_of(a, r);
	s->id[s->n++] = r->id;
}

static int undo_one(struct actor *a, struct journal_row *r, enum undone_by by, bool moved, struct stuck *s,
		    struct err *err)
{
	uint64_t first = waits_for(a, s, r);
	struct buf text = BUF_MAX(200);
	int rc = 0;

	if (first) {
		buf_addf(&text, "waits for action %llu in the same folder, which is not undone",
			 (unsigned long long)first);
		r->text = arena_span(a->arena, buf_view(&text));
		buf_free(&text);
	} else {
		rc = act_undo_row(a, r, by, moved, err);
		note_stuck(a, s, r);
	}
	return rc;
}

/* Takes back, newest first, what is done and wished for. */
static int undo_all(struct actor *a, const struct wish *wish, bool moved, struct err *err)
{
	enum undone_by by = wish->now ? UNDONE_BY_TIME : UNDONE_BY_OPERATOR;
	struct stuck stuck = { .n = 0 };
	struct journal_row *rows;
	struct err why = { 0 };
	size_t n, did = 0;
	int rc = journal_list(a->journal, a->arena, 1u << ACT_STATE_DONE | 1u << ACT_STATE_UNDOING, &rows, &n,
			      &why);

	/* of two edits of one file only the later one stands as it was left: it goes first */
	for (size_t i = n; rc == 0 && i-- > 0;) {
		if (!is_wished(wish, &rows[i]))
			continue;
		did++;
		rc = undo_one(a, &rows[i], by, moved, &stuck, &why);
		if (rc == 0 && answer_row(a, ACT_RESULT, &rows[i], err) < 0)
			return -EXIT_IO;
	}
	if (rc == 0 && did == 0 && !wish->now)
		rc = err_set(&why, EXIT_NOINPUT,
			     "nothing that is done belongs to %.*s: see spamtrail history", (int)wish->what.n,
			     wish->what.p);
	return rc < 0 ? refuse(a, &why, err) : answer(a, ACT_END, NULL, err);
}

/* An empty wish would fit every action without an incident, so it is none. */
static int serve_undo(struct actor *a, struct codec *c, struct err *err)
{
	struct act_undo u = { 0 };
	struct wish wish = { 0 };

	act_code_undo(c, &u);
	if (!unpack_done(c->from) || u.what.n == 0)
		return bad(err);
	wish.what = u.what;
	if (!span_u64(u.what, &wish.id))
		wish.id = 0;
	return undo_all(a, &wish, u.moved, err);
}

static int serve_expired(struct actor *a, struct codec *c, struct err *err)
{
	struct wish wish = { .now = clock_seconds(&a->clock) };

	if (!unpack_done(c->from))
		return bad(err);
	return undo_all(a, &wish, false, err);
}

static int serve_history(struct actor *a, struct codec *c, struct err *err)
{
	struct journal_row *rows;
	struct err why = { 0 };
	size_t n = 0;
	int rc;

	if (!unpack_done(c->from))
		return bad(err);
	if (journal_list(a->journal, a->arena, UINT32_MAX, &rows, &n, &why) < 0)
		return refuse(a, &why, err);
	rc = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = answer_row(a, ACT_ROW, &rows[i], err);
	return rc < 0 ? rc : answer(a, ACT_END, NULL, err);
}

/* A held file, samples of removed messages, or a clean file that was taken away again. */
static bool is_kept(const struct journal_row *r)
{
	return r->state == ACT_STATE_DONE ? r->kind == ACTION_HOLD_FILE || r->kind == ACTION_REMOVE_QUEUE
					  : r->kind == ACTION_PUT_FILE;
}

static int serve_purge(struct actor *a, struct codec *c, struct err *err)
{
	struct journal_row *rows;
	struct err why = { 0 };
	uint32_t seconds = 0;
	size_t n = 0;
	int rc;

	code_u32(c, &seconds);
	if (!unpack_done(c->from))
		return bad(err);
	rc = journal_list(a->journal, a->arena, KEPT_STATES, &rows, &n, &why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!is_kept(&rows[i]) || rows[i].changed > clock_seconds(&a->clock) - (int64_t)seconds)
			continue;
		rc = act_purge_row(a, &rows[i], &why);
		if (rc == 0 && answer_row(a, ACT_RESULT, &rows[i], err) < 0)
			return -EXIT_IO;
	}
	return rc < 0 ? refuse(a, &why, err) : answer(a, ACT_END, NULL, err);
}

/* --- the table ---------------------------------------------------------------------------------- */

int act_serve(struct actor *a, const struct message *m, struct err *err)
{
	typedef int serve_one(struct actor * a, struct codec * c, struct err * err);
	static serve_one *const table[] = {
		[ACT_BEGIN] = serve_begin, [ACT_PLAN] = serve_plan,	  [ACT_APPLY] = serve_apply,
		[ACT_UNDO] = serve_undo,   [ACT_EXPIRED] = serve_expired, [ACT_HISTORY] = serve_history,
		[ACT_PURGE] = serve_purge, [ACT_KNOWN] = serve_known,
	};
	/* the channel's buffer is used again by what comes next */
	struct unpacker u = { .left = arena_span(a->arena, m->body) };
	struct codec c = { .from = &u, .arena = a->arena };
	bool known = m->type < sizeof(table) / sizeof(*table) && table[m->type] && m->nfds == 0;

	for (size_t i = 0; i < m->nfds; i++)
		close(m->fds[i]);
	if (!known || (m->type == ACT_BEGIN) != (a->journal == NULL))
		return bad(err);
	return table[m->type](a, &c, err);
}

void act_end(struct actor *a)
{
	journal_close(a->journal);
	if (a->lock >= 0) {
		close(SPAWN_KEPT);
		close(a->lock);
	}
	fd_close(a->root);
	arena_free(a->arena);
}
