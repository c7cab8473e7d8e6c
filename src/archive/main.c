/*
 * spamtrail-archive - what is packed in archives, held against the scan's rules: spamtrail-archive [--unconfined]
 *
 * A program of its own, so that libarchive and the libraries behind it are not linked into spamtrail, and so that what breaks
 * out of them is not in the scanner, which can read a whole home. It confines itself (nobody, no file, no network), then
 * takes descriptors of signatures and of archives on standard input, a socket (scan/archive.h).
 * Ends with 0; 3 when one archive took too much time; 74 when the socket fails; 77 when the kernel cannot confine.
 *
 * TRUST: archives are an account's, signatures the operator's, maybe downloaded.
 */
#include "archive/look.h"
#include "base/arena.h"
#include "base/codec.h"
#include "base/err.h"
#include "scan/lexicon.h"
#include "scan/scan.h"
#include "scan/sigs.h"
#include "sys/channel.h"
#include "sys/confine.h"

#include <errno.h>
#include <unistd.h>

#define FILES_MOST 64
#define ADDRESS_SPACE ((uint64_t)512 << 20) /* limit scan, bytes: memory of spamtrail-archive */
#define RULE_BYTES ((size_t)64 << 20)
#define ASK_MOST (64u << 10)

struct work {
	struct channel channel;
	struct scan_rules rules;
	struct sigs *sigs;
	bool ready, failed;
};

static const struct confine_want confined = {
	.channel = STDIN_FILENO,
	.complaints = -1,
	.files = FILES_MOST,
	.memory = ADDRESS_SPACE,
	.library = true,
	.charsets = true,
};

static void give(struct work *w, uint32_t type, const struct buf *body)
{
	struct err err;

	if (!w->failed && channel_send(&w->channel, type, buf_view(body), NULL, 0, &err) < 0)
		w->failed = true;
}

static void take_rules(struct work *w, const struct message *m)
{
	struct buf text = BUF_MAX(RULE_BYTES);
	char piece[65536];
	ssize_t n;

	while (m->nfds == 1 && (n = pread(m->fds[0], piece, sizeof(piece), (off_t)text.n)) > 0 && !text.over)
		buf_add(&text, piece, (size_t)n);
	/* what is not used of them the scanner has said */
	sigs_add(w->sigs, m->body, buf_view(&text));
	buf_free(&text);
}

static void on_found(void *ctx, struct span member, struct scan_told *t)
{
	struct buf body = BUF_MAX(1u << 20);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct span name = span_head(member, ARCHIVE_NAME_MOST), why = SPAN_NONE;

	t->finding.path = SPAN_NONE;
	pack_span(&p, name);
	code_span(&c, &why);
	code_scan_finding(&c, &t->finding);
	if (body.over) {
		/* nothing hides behind the length of its own proof */
		body.n = 0;
		body.over = false;
		t->finding.reasons = 0;
		pack_span(&p, name);
		code_span(&c, &why);
		code_scan_finding(&c, &t->finding);
	}
	give(ctx, ARCHIVE_FOUND, &body);
	buf_free(&body);
}

static void on_skip(void *ctx, struct span member, struct span why, bool harmless)
{
	struct buf body = BUF_MAX(ASK_MOST);
	struct packer p = { .out = &body };

	pack_span(&p, span_head(member, ARCHIVE_NAME_MOST));
	pack_span(&p, why);
	pack_u8(&p, harmless);
	give(ctx, ARCHIVE_SKIP, &body);
	buf_free(&body);
}

static void on_progress(void *ctx)
{
	struct buf body = BUF_MAX(1);

	give(ctx, ARCHIVE_PROGRESS, &body);
}

static void take_archive(struct work *w, const struct message *m)
{
	struct unpacker u = { .left = m->body };
	struct codec c = { .from = &u };
	struct archive_ask ask = { 0 };
	struct look_want want = { .ask = &ask,
				  .rules = &w->rules,
				  .ctx = w,
				  .found = on_found,
				  .skip = on_skip,
				  .progress = on_progress };
	struct look_done done = { 0 };
	struct buf body = BUF_MAX(64);
	struct packer p = { .out = &body };

	archive_code_ask(&c, &ask);
	if (!w->ready)
		sigs_ready(w->sigs);
	w->ready = true;
	if (unpack_done(&u) && m->nfds == 1) {
		want.fd = m->fds[0];
		look_into(&want, &done);
	}
	pack_u8(&p, done.opened);
	pack_u64(&p, done.members);
	pack_u64(&p, done.bytes);
	pack_u64(&p, done.micros);
	give(w, ARCHIVE_DONE, &body);
	buf_free(&body);
}

static int serve(struct work *w)
{
	struct err err;

	while (!w->failed) {
		struct message m = { 0 };
		int rc = channel_receive(&w->channel, &m, &err);

		if (rc <= 0)
			return rc < 0 ? EXIT_IO : 0;
		if (m.type == ARCHIVE_RULES)
			take_rules(w, &m);
		else if (m.type == ARCHIVE_LOOK)
			take_archive(w, &m);
		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
	}
	return EXIT_IO;
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	struct work *w = xcalloc(1, sizeof(*w));
	struct err err = { 0 };

	look_begin();
	if (confine_helper(&confined, unconfined, &err) < 0) {
		fprintf(stderr, "spamtrail-archive: %s\n", err.text);
		return EXIT_NOPERM;
	}
	w->sigs = sigs_new();
	w->rules = (struct scan_rules){ .words = lexicon_new(), .sigs = w->sigs };
	channel_open(&w->channel, STDIN_FILENO, ASK_MOST, 0);
	return serve(w);
}
