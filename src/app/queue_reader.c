/*
 * queue_reader - see queue_reader.h.
 *
 * TRUST: the paths come from the configuration, which the confined reader has read; they are opened beneath ROOT, as
 * folders, for reading. What the child sends may be an attacker's: every number and length is checked.
 */
#include "app/queue_reader.h"

#include "app/confined.h"
#include "app/queue_child.h"
#include "app/serve.h"
#include "app/talk.h"
#include "base/pack.h"
#include "sys/confine.h"
#include "sys/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WORKERS_MOST 8
#define ADDRESS_SPACE ((uint64_t)1 << 30) /* limit queue, bytes: memory of the queue reader */
#define ANSWER_MOST ((size_t)48 << 20)
/* For the whole of `postqueue -j`, however long the queue. */
#define TOOL_SECONDS 300 /* limit queue, s: for postqueue */

struct asking {
	const struct queue_ask *want;
	struct arena *arena;
	struct queue_report *report;
	struct queue_want child_want;
	struct confined child;
	struct serving serving;
	struct queue_spool spool;
	bool begun; /* no more configuration */
	struct queued_recipient *list;
};

static void unseen(struct asking *k, const char *what, struct span detail)
{
	struct queue_report *r = k->report;
	struct buf text = BUF_MAX(1024);

	r->complete = false;
	/* A forged queue must not drown the answer in complaints; that it is incomplete stands already. */
	if (r->nunseen == 16)
		return;
	buf_str(&text, what);
	buf_span(&text, detail);
	r->unseen[r->nunseen++] = arena_span(k->arena, buf_view(&text));
	buf_free(&text);
}

static void unseen_count(struct asking *k, uint64_t n, const char *what, struct span first)
{
	char text[160];

	if (n == 0)
		return;
	snprintf(text, sizeof(text),
		 "%s queue: %llu messages %s; the first: ", mail_server_name(k->spool.server),
		 (unsigned long long)n, what);
	unseen(k, text, first);
}

static int take_batch(struct asking *k, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	struct queued q;

	/* As it came: who gets it unpacks it, in another confined child, with the same checks. */
	if (k->want->packed)
		k->want->packed(k->want->ctx, body);
	while (k->want->message && u.left.n) {
		if (!queued_unpack(&u, k->list, &q))
			return err_set(err, EXIT_SOFTWARE, "the queue reader spoke nonsense about a message");
		k->want->message(k->want->ctx, &q);
	}
	return 0;
}

static void merge(struct asking *k, const struct queue_group *g)
{
	struct queue_report *r = k->report;

	for (size_t i = 0; i < r->ngroups; i++) {
		struct queue_group *old = &r->groups[i];

		if (old->rest == g->rest && old->kind == g->kind && span_eq(old->key, g->key) &&
		    span_eq(old->account, g->account)) {
			queue_group_add(old, g);
			return;
		}
	}
	r->groups[r->ngroups++] = *g;
}

static int take_groups(struct asking *k, struct unpacker *u, uint64_t total)
{
	struct queue_report *r = k->report;
	struct queue_group all, g;
	struct queue_group *more;
	uint32_t n;

	if (!queue_group_unpack(u, &all))
		return -1;
	queue_group_add(&r->all, &all);
	n = unpack_count(u, QUEUE_GROUPS_MOST + 1);
	more = arena_alloc(k->arena, (r->ngroups + n + 1) * sizeof(*more));
	if (r->ngroups)
		memcpy(more, r->groups, r->ngroups * sizeof(*more));
	r->groups = more;
	r->groups_total += total;
	for (uint32_t i = 0; i < n; i++) {
		if (!queue_group_unpack(u, &g))
			return -1;
		merge(k, &g);
	}
	return 0;
}

/* 0, or the child's own error. */
static int take_end(struct asking *k, struct span body, struct err *err)
{
	/* the groups' texts lie in the message */
	struct unpacker u = { .left = arena_span(k->arena, body) };
	uint32_t code = unpack_u32(&u);
	struct span text = unpack_span(&u);
	uint64_t messages = unpack_u64(&u);
	uint64_t unreadable = unpack_u64(&u);
	uint64_t damaged = unpack_u64(&u);
	struct span first_unreadable, first_damaged;
	bool too_many, full;
	uint64_t total;

	k->spool.maildrop = unpack_u64(&u);
	too_many = unpack_bool(&u);
	first_unreadable = unpack_span(&u);
	first_damaged = unpack_span(&u);
	total = unpack_u64(&u);
	full = unpack_bool(&u);
	if (u.failed || (k->want->groups && take_groups(k, &u, total) < 0) || !unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the queue reader ended in a way that makes no sense");
	/* Its code is an attacker's number: only the two that decide something here are taken over. */
	if (code)
		return err_set(err,
			       code == EXIT_NOPERM    ? EXIT_NOPERM
			       : code == EXIT_NOINPUT ? EXIT_NOINPUT
						      : EXIT_IO,
			       "%.*s", (int)span_head(text, 300).n, text.p);
	if (k->want->count)
		k->report->all.messages += messages;
	unseen_count(k, unreadable, "could not be read", first_unreadable);
	unseen_count(k, damaged, "are damaged or forged and name nobody", first_damaged);
	if (too_many)
		unseen(k, "more files in the queue than are read", SPAN_NONE);
	if (full)
		unseen(k, "more groups than are counted apart", SPAN_NONE);
	return 0;
}

/* 1: go on; 0: the end; negative: over. */
static int serve(struct asking *k, const struct message *m, struct err *err)
{
	int rc;

	if (k->begun && m->type == TALK_QUEUE_END)
		return take_end(k, m->body, err);
	if (k->begun && m->type == TALK_MESSAGES) {
		rc = take_batch(k, m->body, err);
	} else if (k->begun && m->type == TALK_WAITING && k->want->waiting) {
		k->want->waiting(k->want->ctx, m->body);
		rc = 0;
	} else if (!k->begun && m->type == TALK_QUEUE) {
		k->begun = true;
		rc = 0;
	} else if (!k->begun && m->type == TALK_READ) {
		rc = serve_read(&k->serving, m->body, err);
	} else if (!k->begun && m->type == TALK_LIST) {
		rc = serve_list(&k->serving, m->body, err);
	} else if (!k->begun && m->type == TALK_STATUS) {
		rc = serve_status(&k->serving, m->body, err);
	} else {
		return err_set(err, EXIT_SOFTWARE, "the queue reader spoke out of turn (%u)", m->type);
	}
	return rc < 0 ? rc : 1;
}

static int serve_all(struct asking *k, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&k->child.channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc == 0)
			rc = err_set(err, EXIT_SOFTWARE, "the queue reader ended without a result");
		else if (rc > 0)
			rc = serve(k, &m, err);
		if (rc <= 0)
			return rc;
	}
}

static int read_from(struct asking *k, int fd, bool by_tool, struct err *err)
{
	struct confined_want cw = {
		.name = "queue reader",
		.unconfined = k->want->unconfined,
		.files = BELOW_FILES,
		.memory = ADDRESS_SPACE,
		.answer_most = ANSWER_MOST,
		.keep = &fd,
		.nkeep = 1,
		.below = !by_tool,
		.ctx = &k->child_want,
		.main = queue_child,
	};
	int rc;

	k->begun = false;
	k->spool.by_tool = by_tool;
	k->child_want.fd = fd;
	k->child_want.by_tool = by_tool;
	rc = confined_start(&cw, &k->child, err);
	if (rc < 0)
		return rc;
	k->serving =
		(struct serving){ .root = k->want->root, .arena = k->arena, .channel = &k->child.channel };
	rc = serve_all(k, err);
	return confined_end(&k->child, cw.name, rc, err);
}

static int read_folder(struct asking *k, const char *path, struct err *err)
{
	int fd = beneath_open_dir(k->want->root, path, err);
	int rc;

	if (fd < 0)
		return fd;
	rc = read_from(k, fd, false, err);
	close(fd);
	return rc;
}

/* Only on the host itself: an image's programs are not run. */
static int read_by_tool(struct asking *k, struct err *err)
{
	struct span folder = k->want->facts->postfix_commands;
	struct buf path = BUF_MAX(4096);
	char word[] = "-j";
	char *argv[] = { NULL, word, NULL };
	struct program tool;
	struct err end = { 0 };
	int rc;

	buf_span(&path, folder);
	buf_str(&path, "/postqueue");
	argv[0] = arena_str(k->arena, buf_view(&path));
	buf_free(&path);
	rc = program_start(argv, TOOL_SECONDS, &tool, err);
	if (rc < 0)
		return rc;
	rc = read_from(k, tool.out, true, err);
	close(tool.out);
	if (program_end(&tool, argv[0], rc < 0, &end) < 0 && rc == 0) {
		*err = end;
		return -end.code;
	}
	return rc;
}

/* What postqueue does not tell is missing only where it was asked for: sender, domain and age it knows. */
static bool tool_tells(const struct queue_ask *want)
{
	bool known = want->by == BY_SENDER || want->by == BY_DOMAIN || want->by == BY_AGE;

	return want->waiting || (want->groups && known && !want->message && !want->packed);
}

/* One for each core; a test may ask for a number. */
static unsigned workers(void)
{
	const char *asked = getenv("SPAMTRAIL_TEST_WORKERS");
	long cores = asked ? strtol(asked, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > WORKERS_MOST ? WORKERS_MOST : (unsigned)cores;
}

static void ask_one(struct asking *k, enum mail_server server, struct span path)
{
	const struct queue_ask *want = k->want;
	struct queue_report *r = k->report;
	struct err err = { 0 };
	int rc;

	if (!path.n)
		return;
	k->spool = (struct queue_spool){ .server = server, .path = path };
	k->child_want = (struct queue_want){
		.server = server,
		.workers = workers(),
		.now = want->now,
		.groups = want->groups,
		.by = want->by,
		.messages = want->message || want->packed,
		.count = want->count,
		.reasons = want->reasons,
		.ask = want->waiting != NULL,
		.past = want->past,
		.brief = want->packed != NULL,
		.only = want->only,
		.nonly = want->nonly,
		.untold = want->untold,
		.pick = want->pick,
	};
	rc = read_folder(k, arena_str(k->arena, path), &err);
	if (rc == -EXIT_NOPERM && server == SERVER_POSTFIX && want->root->kind == ROOT_HOST &&
	    want->facts->postfix_commands.n && geteuid() != 0)
		rc = read_by_tool(k, &err);
	if (rc == 0 && k->spool.by_tool && !want->count && !tool_tells(want))
		unseen(k,
		       "Postfix's queue only as postqueue tells it: no user, login or subject; root sees "
		       "those",
		       SPAN_NONE);
	if (rc == 0)
		r->spool[r->nspools++] = k->spool;
	else if (rc != -EXIT_NOINPUT)
		unseen(k, "", span_str(err.text));
}

static int by_size(const void *a, const void *b)
{
	return queue_group_order(a, b);
}

int queue_ask(const struct queue_ask *want, struct arena *a, struct queue_report *ret, struct err *err)
{
	struct queue_report r = {
		.host = want->facts->host,
		.by = want->by,
		.now = want->now,
		.complete = true,
		.unconfined = want->unconfined,
		.unseen = arena_alloc(a, 16 * sizeof(*r.unseen)),
	};
	struct asking k = { .want = want, .arena = a, .report = &r };

	k.list = xmalloc(QUEUED_LISTED * sizeof(*k.list));
	ask_one(&k, SERVER_POSTFIX, want->facts->postfix_spool);
	ask_one(&k, SERVER_EXIM, want->facts->exim_spool);
	free(k.list);
	if (r.nspools == 0 && r.nunseen == 0)
		return err_set(err, EXIT_NOINPUT, "no queue of Postfix or Exim found");
	if (r.ngroups)
		qsort(r.groups, r.ngroups, sizeof(*r.groups), by_size);
	*ret = r;
	return 0;
}
