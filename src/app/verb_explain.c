/*
 * verb_explain - `explain [FILE|-|LINE]`: what each log line says.
 *
 * TRUST: the child that reads may have been taken over by what it read: every line of its text goes through
 * show before it is written.
 */
#include "app/confined.h"
#include "app/explain_child.h"
#include "app/inputs.h"
#include "app/term.h"
#include "app/verbs.h"
#include "base/pack.h"
#include "base/show.h"
#include "report/sink.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_SPACE ((uint64_t)1 << 30)
/* Few: it reads one input. */
#define FILES_OPEN 16
#define REQUEST_MOST 4096

static void write_lines(struct sink *s, struct span text, bool ascii)
{
	while (text.n) {
		ptrdiff_t end = span_find(text, 0, '\n');
		struct span line = span_head(text, end < 0 ? text.n : (size_t)end);

		/* Here, not only in the child, which may have been taken over by the line it explains. */
		show_text(&s->text, line, ascii);
		buf_byte(&s->text, '\n');
		text = span_from(text, line.n + 1);
	}
	sink_turn(s);
}

/* What could not be read is said where it does not mix with the objects. */
static int finish(struct span body, const char *name, struct err *err)
{
	struct unpacker u = { .left = body };
	uint64_t cut = unpack_u64(&u);
	struct span damage = unpack_span(&u);
	struct buf text = BUF_MAX(1024);
	struct buf shown = BUF_MAX(1 << 16);

	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "the reader ended in a way that makes no sense");
	show_text(&shown, span_str(name), false);
	show_text(&text, damage, true);
	if (damage.n)
		fprintf(stderr, "spamtrail: %.*s: %.*s\n", (int)shown.n, shown.p, (int)text.n, text.p);
	if (cut)
		fprintf(stderr, "spamtrail: %.*s: %llu lines over 1 MiB, only their start was read\n",
			(int)shown.n, shown.p, (unsigned long long)cut);
	buf_free(&shown);
	buf_free(&text);
	return damage.n || cut ? EXIT_INCOMPLETE : 0;
}

static int serve(struct channel *channel, struct sink *s, const char *name, bool ascii, struct err *err)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(channel, &m, err);

		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(err, EXIT_SOFTWARE, "the reader ended without a result");
		if (m.type == EXPLAIN_END)
			return finish(m.body, name, err);
		if (m.type != EXPLAIN_TEXT)
			return err_set(err, EXIT_SOFTWARE, "the reader spoke out of turn (%u)", m.type);
		write_lines(s, m.body, ascii);
		/* nobody reads on: `explain | head` */
		if (s->error)
			return 0;
	}
}

/* FD is the input, or -1 where it is WANT's line. */
static int explain(const struct options *o, const struct explain_want *want, int fd, const char *name,
		   struct err *err)
{
	struct confined_want cw = {
		.name = "reader",
		.unconfined = o->unconfined,
		.files = FILES_OPEN,
		.memory = ADDRESS_SPACE,
		.answer_most = REQUEST_MOST,
		.ctx = (void *)want,
		.main = explain_child,
	};
	struct sink s = sink_new(STDOUT_FILENO);
	struct confined child;
	struct err lost;
	int code;
	int rc = confined_start(&cw, &child, err);

	if (rc < 0)
		return rc;
	if (fd >= 0)
		rc = channel_send(&child.channel, EXPLAIN_FILE, SPAN_NONE, &fd, 1, err);
	if (rc == 0)
		rc = serve(&child.channel, &s, name, !want->json && term_screen(o, STDOUT_FILENO).ascii, err);
	code = sink_end(&s, "standard output", &lost);
	rc = confined_end(&child, cw.name, rc, err);
	if (rc >= 0 && code < 0) {
		*err = lost;
		rc = code;
	}
	return rc;
}

/* 1: NAME is a file to read, its descriptor in RET_FD; 0: it is a line. */
static int open_named(const struct options *o, const char *name, struct explain_want *want, int *ret_fd,
		      struct err *err)
{
	struct inputs in = { .root = NULL, .named = true };
	struct log_file file = { .name = span_str(name) };
	struct file_status st = { 0 };
	struct err none;
	struct root root;
	int rc = root_open(o->root ? o->root : "/", &root, err);

	if (rc < 0)
		return rc;
	in.root = &root;
	in.file = &file;
	in.n = 1;
	rc = strcmp(name, "-") == 0 ? 0 : beneath_status(&root, name, &st, &none);
	if (rc < 0) {
		root_close(&root);
		/* no log line is one word that begins so: a path that is mistyped */
		if (name[0] != '/' || strchr(name, ' '))
			return 0;
		*err = none;
		return rc;
	}
	if (S_ISDIR(st.mode))
		rc = err_set(err, EXIT_NOINPUT, "%s is a directory: name a log file or give a line", name);
	else
		rc = inputs_open(&in, 0, err);
	root_close(&root);
	if (rc < 0)
		return rc;
	*ret_fd = rc;
	if (S_ISREG(st.mode) && st.mtime > 0)
		want->latest = st.mtime;
	return 1;
}

/* Test switch (CONTRIBUTING), as in inquire.c. */
static int64_t now(void)
{
	const char *fixed = getenv("SPAMTRAIL_TEST_NOW");
	struct clock clock = { 0 };
	uint64_t seconds;

	return fixed && span_u64(span_str(fixed), &seconds) ? (int64_t)seconds : clock_seconds(&clock);
}

int verb_explain(const struct options *o, struct err *err)
{
	const char *name = o->nargs ? o->args[0] : "-";
	struct explain_want want = { .latest = now(), .json = o->output == OUTPUT_JSON };
	int fd = -1;
	int rc;

	if (!o->nargs && isatty(STDIN_FILENO))
		return err_set(err, EXIT_USAGE, "explain needs a file, a line, or lines on standard input");
	rc = open_named(o, name, &want, &fd, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		want.line = span_str(name);
	rc = explain(o, &want, fd,
		     strcmp(name, "-") == 0 ? "standard input"
		     : rc == 0		    ? "the line"
					    : name,
		     err);
	if (fd >= 0)
		close(fd);
	return rc;
}
