/*
 * reader - the command line's side: forks the confined child and serves its requests.
 *
 * TRUST: once the child has read a foreign byte it may be an attacker. It gets read-only descriptors of regular
 * files beneath ROOT and nothing else, by names of its own choice only until it has named the logs, which it
 * does before it opens the first of them; its answer is unpacked with every length checked.
 */
#include "app/reader.h"

#include "app/confined.h"
#include "app/inputs.h"
#include "app/reader_child.h"
#include "app/serve.h"
#include "app/talk.h"
#include "base/pack.h"
#include "model/rows.h"

#include <stdlib.h>
#include <unistd.h>

/* Paths that the configuration may name; more is refused as nonsense. */
#define LOGS_MOST 4096 /* limit input: logs that the configuration names */
#define FILES_OPEN 512 /* limit input: files open at once in the reader */
/* Bytes of address space: an end to what a bug or an attacker can ask for. */
#define ADDRESS_SPACE ((uint64_t)3 << 30) /* limit input, bytes: memory of the reader, all told */

struct server {
	const struct reader_want *want;
	struct arena *arena;
	struct confined child;
	struct serving serving;
	struct inputs inputs;
	struct packed_rows *rows; /* of the result, as far as they have come */
	size_t rows_bytes;
	struct inquiry *result;
	struct inquiry spools; /* only where the queues lie: named before the first log was read */
	bool queue_told, waiting_told, journal_told;
	bool logs_told; /* the configuration has been read: from now on foreign logs speak */
};

static int serve_logs(struct server *s, struct span body_in, struct err *err)
{
	struct unpacker u = { .left = body_in };
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);
	struct packer p = { .out = &body };
	uint32_t n = unpack_count(&u, LOGS_MOST);

	for (uint32_t i = 0; i < n && !u.failed; i++) {
		char *path = serve_path(&s->serving, unpack_span(&u));
		uint32_t only = unpack_u32(&u);
		uint32_t home = unpack_u32(&u);

		if (path && s->want->npaths == 0)
			inputs_add_log(&s->inputs, span_str(path), only, home);
	}
	s->spools.postfix_spool = arena_span(s->arena, unpack_span(&u));
	s->spools.postfix_commands = arena_span(s->arena, unpack_span(&u));
	s->spools.exim_spool = arena_span(s->arena, unpack_span(&u));
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the reader asked for logs in a way that makes no sense");
	for (size_t i = 0; s->want->npaths == 0 && i < s->want->nlogs; i++)
		inputs_add_log(&s->inputs, s->want->logs[i], s->want->logs_only[i], 0);
	if (s->want->npaths == 0 && !inputs_have_mail(&s->inputs))
		inputs_add_journal(&s->inputs);
	/* a journal that is there and cannot be read makes an incomplete answer, not none */
	if (s->inputs.n == 0 && s->want->npaths && !s->inputs.no_helper)
		return err_set(err, s->inputs.forbidden ? EXIT_NOPERM : EXIT_NOINPUT, "%s",
			       s->inputs.nunseen ? arena_str(s->arena, s->inputs.unseen[0])
						 : "no log file there");
	if (s->inputs.n == 0 && !s->inputs.no_helper)
		return err_set(err, EXIT_NOINPUT, "no mail log found: name the log files or folders to read");
	pack_u32(&p, (uint32_t)s->inputs.n);
	for (size_t i = 0; i < s->inputs.n; i++) {
		const struct log_file *f = &s->inputs.file[i];

		pack_span(&p, f->name);
		pack_i64(&p, f->mtime);
		pack_u64(&p, f->size);
		pack_u64(&p, f->dev);
		pack_u64(&p, f->ino);
		pack_u32(&p, f->uid);
		pack_u32(&p, f->gid);
		pack_u32(&p, f->mode);
		pack_u32(&p, f->only);
		pack_u8(&p, f->journal);
	}
	return serve_answer(&s->serving, TALK_LOGS, &body, -1, err);
}

static int serve_open(struct server *s, struct span body_in, struct err *err)
{
	struct unpacker u = { .left = body_in };
	struct buf body = BUF_MAX(1024);
	uint32_t index = unpack_u32(&u);
	struct err why = { 0 };
	int fd = -1;

	if (!unpack_done(&u) || index >= s->inputs.n)
		return err_set(err, EXIT_SOFTWARE, "the reader asked for a file that is not there");
	fd = inputs_open(&s->inputs, index, &why);
	if (fd < 0)
		buf_str(&body, why.text);
	return serve_answer(&s->serving, TALK_OPEN, &body, fd, err);
}

static int serve_progress(struct server *s, struct span body_in, struct err *err)
{
	struct unpacker u = { .left = body_in };
	struct buf body = BUF_MAX(8);
	struct packer p = { .out = &body };
	uint64_t done = unpack_u64(&u);
	uint64_t all = unpack_u64(&u);

	pack_u8(&p, !s->want->progress || s->want->progress(s->want->ctx, done, all));
	return serve_answer(&s->serving, TALK_PROGRESS, &body, -1, err);
}

static int serve_past(struct server *s, struct span body_in, struct err *err)
{
	struct unpacker u = { .left = body_in };
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);
	int64_t first = unpack_i64(&u);

	if (unpack_done(&u) && s->want->past)
		s->want->past(s->want->ctx, first, &body);
	return serve_answer(&s->serving, TALK_PAST, &body, -1, err);
}

static int serve_queue(struct server *s, struct err *err)
{
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);

	/* once: each time costs a pass over the spool */
	if (s->want->queue && !s->queue_told)
		s->want->queue(s->want->ctx, &s->spools, &body);
	else
		buf_byte(&body, 0);
	s->queue_told = true;
	return serve_answer(&s->serving, TALK_QUEUE, &body, -1, err);
}

static int serve_waiting(struct server *s, struct err *err)
{
	struct buf body = BUF_MAX(TALK_ANSWER_MOST);

	if (s->want->waiting && !s->waiting_told)
		s->want->waiting(s->want->ctx, &s->spools, &body);
	s->waiting_told = true;
	return serve_answer(&s->serving, TALK_WAITING, &body, -1, err);
}

/* Only what this host has, and only beside its own logs: a path says nothing of where its lines came from. */
static int serve_journal(struct server *s, struct span body_in, struct err *err)
{
	struct unpacker u = { .left = body_in };
	struct buf body = BUF_MAX(8);
	int64_t from = unpack_i64(&u);
	struct err why = { 0 };
	int fd = -1;

	if (!unpack_done(&u) || !s->logs_told)
		return err_set(err, EXIT_SOFTWARE,
			       "the reader asked for the journal in a way that makes no sense");
	if (s->want->npaths == 0 && !s->journal_told)
		fd = inputs_ask_journal(&s->inputs, from > 0 && from < UINT32_MAX ? (uint32_t)from : 0, &why);
	s->journal_told = true;
	return serve_answer(&s->serving, TALK_JOURNAL, &body, fd < 0 ? -1 : fd, err);
}

/* The helper has closed the pipe, or the reader has: it is over, or will be when its time is. */
static int serve_journal_end(struct server *s, struct err *err)
{
	struct buf body = BUF_MAX(8);
	struct packer p = { .out = &body };

	pack_u8(&p, inputs_journal_ended(&s->inputs));
	return serve_answer(&s->serving, TALK_JOURNAL_END, &body, -1, err);
}

static int take_learnt(struct server *s, struct span body, struct err *err)
{
	struct unpacker u = { .left = body };
	int64_t first = unpack_i64(&u);
	int64_t as_of = unpack_i64(&u);

	if (u.failed)
		return err_set(err, EXIT_SOFTWARE, "the reader spoke nonsense about what it learnt");
	if (s->want->learnt)
		/* The rest of the message is the baseline itself, which is opaque here. */
		s->want->learnt(s->want->ctx, first, as_of, u.left);
	return 0;
}

/* Who reads logs has no business with other files: a reader taken over by a log line gets none. */
static int too_late(struct err *err)
{
	return err_set(err, EXIT_SOFTWARE, "the reader asked for configuration after the logs");
}

/* What was unpacked points into the message: it stays as long as the inquiry does, and without the room behind it. */
static struct span keep_body(struct server *s)
{
	struct buf *body = &s->child.channel.body;
	struct span kept = span_of(body->n ? xrealloc(body->p, body->n) : body->p, body->n);

	arena_keep(s->arena, (void *)(uintptr_t)kept.p);
	*body = BUF_MAX(s->child.channel.max_body);
	return kept;
}

static void keep_rows(struct server *s)
{
	arena_keep(s->arena, s->rows->block);
	arena_keep(s->arena, s->rows->told);
	arena_keep(s->arena, s->rows->texts.text);
}

static int take_rows(struct server *s, struct span body, struct err *err)
{
	/* Many messages are bounded as one would be: by their sum. */
	s->rows_bytes += body.n;
	if (s->rows_bytes > CHANNEL_MAX_BODY)
		return err_set(err, EXIT_SOFTWARE, "the reader's answer is too long: nothing of it is used");
	return packed_rows_take(s->rows, s->arena, keep_body(s), err);
}

/* 1: go on; 0: the result is there; negative: over. */
static int serve(struct server *s, const struct message *m, struct err *err)
{
	int rc;

	switch (m->type) {
	case TALK_READ:
		rc = s->logs_told ? too_late(err) : serve_read(&s->serving, m->body, err);
		break;
	case TALK_LIST:
		rc = s->logs_told ? too_late(err) : serve_list(&s->serving, m->body, err);
		break;
	/* Also after the logs: a script that a log names is asked for its times, and nothing is opened. */
	case TALK_STATUS:
		rc = serve_status(&s->serving, m->body, err);
		break;
	case TALK_LOGS:
		rc = s->logs_told ? too_late(err) : serve_logs(s, m->body, err);
		s->logs_told = true;
		break;
	case TALK_OPEN:
		rc = serve_open(s, m->body, err);
		break;
	case TALK_PROGRESS:
		rc = serve_progress(s, m->body, err);
		break;
	case TALK_PAST:
		rc = serve_past(s, m->body, err);
		break;
	case TALK_QUEUE:
		rc = serve_queue(s, err);
		break;
	case TALK_WAITING:
		rc = serve_waiting(s, err);
		break;
	case TALK_WROTE:
		if (s->want->wrote)
			s->want->wrote(s->want->ctx, m->body);
		rc = 0;
		break;
	case TALK_JOURNAL:
		rc = serve_journal(s, m->body, err);
		break;
	case TALK_JOURNAL_END:
		rc = serve_journal_end(s, err);
		break;
	case TALK_LEARNT:
		rc = take_learnt(s, m->body, err);
		break;
	case TALK_ROWS:
		rc = take_rows(s, m->body, err);
		break;
	case TALK_RESULT:
		return inquiry_unpack(s->arena, keep_body(s), s->rows, &s->result, err);
	default:
		return err_set(err, EXIT_SOFTWARE, "the reader spoke out of turn (%u)", m->type);
	}
	return rc < 0 ? rc : 1;
}

static int serve_all(struct server *s, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&s->child.channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the reader ended without a result");
		rc = serve(s, &m, err);
		if (rc <= 0)
			return rc;
	}
}

static int tell_unseen(struct server *s)
{
	struct inquiry *q = s->result;
	size_t n = q->nunseen + s->inputs.nunseen + s->inputs.more;
	struct span *all = arena_alloc(s->arena, (n + 1) * sizeof(*all));

	if (q->nunseen)
		memcpy(all, q->unseen, q->nunseen * sizeof(*all));
	if (s->inputs.nunseen)
		memcpy(all + q->nunseen, s->inputs.unseen, s->inputs.nunseen * sizeof(*all));
	if (s->inputs.more)
		all[n - 1] = SPAN("more log files than are read in one run");
	if (n > q->nunseen)
		q->complete = false;
	q->unseen = all;
	q->nunseen = n;
	return 0;
}

int reader_inquire(const struct reader_want *want, struct arena *a, struct inquiry **ret_inquiry,
		   struct err *err)
{
	struct server s = {
		.want = want,
		.arena = a,
		.rows = arena_alloc(a, sizeof(*s.rows)),
		.inputs = { .arena = a, .root = want->root, .unconfined = want->unconfined },
	};
	struct confined_want cw = {
		.name = "reader",
		.unconfined = want->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.answer_most = TALK_ANSWER_MOST,
		.ctx = (void *)want,
		.main = reader_child,
	};
	int rc;

	/* Before the fork: what the operator has named does not depend on what a child says. */
	if (want->npaths)
		inputs_named(&s.inputs, want->paths, want->npaths);
	rc = confined_start(&cw, &s.child, err);
	if (rc < 0)
		return rc;
	s.serving = (struct serving){ .root = want->root, .arena = a, .channel = &s.child.channel };
	rc = serve_all(&s, err);
	rc = confined_end(&s.child, cw.name, rc, err);
	keep_rows(&s);
	inputs_end(&s.inputs, rc < 0 || s.result->stopped);
	if (rc < 0)
		return rc;
	tell_unseen(&s);
	*ret_inquiry = s.result;
	return 0;
}
