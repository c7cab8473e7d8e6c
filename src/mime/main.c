/*
 * spamtrail-mime - mail into what it complains about: spamtrail-mime [--unconfined]
 *
 * A program of its own so that GMime, GLib and json-c are not linked into spamtrail. Libraries and the usual character
 * sets are loaded, the process confines itself (nobody, no file, no network), and then takes descriptors of mailboxes
 * on standard input, a socket: MIME_FILE in, MIME_COMPLAINT per message, MIME_DONE (repute/complaint.h).
 *
 * What its libc needs: iconv opens a table per character set when a message names one. The usual ones are opened
 * before; for others the filter answers that there is no such file, and the text stays as it was written.
 *
 * Ends with 0; 74 when the socket fails; 77 when the kernel cannot confine.
 *
 * TRUST: every byte of a mailbox is anybody's.
 */
#include "mime/parts.h"
#include "sys/channel.h"
#include "sys/confine.h"
#include "base/pack.h"
#include "base/arena.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <unistd.h>

#define FILES_MOST 64
#define ADDRESS_SPACE ((uint64_t)4 << 30) /* limit complaints, bytes: memory of spamtrail-mime */
#define MAILBOX_BYTES ((size_t)512 << 20) /* limit complaints, bytes: of one mailbox */
#define TEXT_BYTES ((size_t)1 << 20) /* of what is no message */
#define MESSAGES_MOST 100000 /* limit complaints: messages of one mailbox */
#define BODY_BYTES (1u << 20) /* limit complaints, bytes: of one message's text */

static const struct confine_want confined = {
	.channel = STDIN_FILENO,
	.complaints = -1,
	.files = FILES_MOST,
	.memory = ADDRESS_SPACE,
	.library = true,
	.charsets = true,
};

/* Never closed: their tables stay. */
static void load_charsets(void)
{
	static const char *const names[] = { "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-15", "WINDOWS-1250",
					     "WINDOWS-1251", "WINDOWS-1252", "KOI8-R",	    "UTF-16",
					     "UTF-7",	     "GB2312",	     "GBK",	    "GB18030",
					     "BIG5",	     "EUC-KR",	     "SHIFT_JIS",   "EUC-JP",
					     "ISO-2022-JP",  "US-ASCII" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		/* one that this libc does not have is one that needs no file either */
		if (iconv_open("UTF-8", names[i]) == (iconv_t)-1 ||
		    iconv_open(names[i], "UTF-8") == (iconv_t)-1)
			continue;
}

/* Of one file: the first message of which something is wrong, and how many there are. */
struct wrong {
	const char *what;
	uint32_t first, n;
};

struct work {
	struct channel channel;
	struct err err;
	bool failed;
	struct wrong wrong;
};

static void find_wrong(struct work *w, uint32_t number, const char *what)
{
	if (w->wrong.n++ == 0) {
		w->wrong.what = what;
		w->wrong.first = number;
	}
}

/* An mbox has many messages: which of them. */
static void say_wrong(const struct wrong *wrong, uint32_t messages, struct buf *out)
{
	if (messages > 1)
		buf_addf(out, "message %u: ", wrong->first);
	buf_str(out, wrong->what);
	if (wrong->n > 1)
		buf_addf(out, " (and %u more of which something is missing)", wrong->n - 1);
}

static void tell(struct work *w, const struct complaint *c)
{
	struct buf body = BUF_MAX(BODY_BYTES);
	struct complaint poor = { .number = c->number,
				  .kind = COMPLAINT_OTHER,
				  .why = SPAN("what it says does not fit into a report") };

	complaint_pack(c, &body);
	if (body.over) {
		body.n = 0;
		body.over = false;
		complaint_pack(&poor, &body);
	}
	if (!w->failed && channel_send(&w->channel, MIME_COMPLAINT, buf_view(&body), NULL, 0, &w->err) < 0)
		w->failed = true;
	buf_free(&body);
}

static bool read_mailbox(int fd, struct buf *out)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0 && !out->over) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_add(out, piece, (size_t)n);
	}
	return true;
}

static void read_message(struct work *w, struct span bytes, uint32_t number)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	struct complaint c = { .number = number };
	struct arena *a = arena_new();

	if (message && !parts_no_mail(message)) {
		const char *missing = parts_missing(message, bytes);

		parts_read(a, message, &c);
		if (*missing)
			find_wrong(w, number, missing);
	} else {
		parts_read_text(a, span_head(bytes, TEXT_BYTES), &c);
		if (c.kind == COMPLAINT_OTHER)
			find_wrong(w, number, "no mail: no head of fields, no bounce and no report");
	}
	if (message)
		g_object_unref(message);
	tell(w, &c);
	arena_free(a);
	g_object_unref(parser);
	g_object_unref(stream);
}

/* "From SENDER Mon Nov 30 09:00:00 2026": a time is in it, or a sentence that begins with From would be one. */
static bool is_from_line(struct span line)
{
	ptrdiff_t colon = span_find(line, 0, ':');

	return line.p && span_starts(line, SPAN("From ")) && colon > 0 && (size_t)colon + 1 < line.n &&
	       line.p[colon - 1] >= '0' && line.p[colon - 1] <= '9' && line.p[colon + 1] >= '0' &&
	       line.p[colon + 1] <= '9';
}

static struct span line_at(struct span s, size_t at)
{
	ptrdiff_t end = span_find(s, at, '\n');

	return end < 0 ? span_from(s, at) : span_of(s.p + at, (size_t)end - at);
}

/*
 * From the From line at the start to the next one behind an empty line. Cut here and not by GMime, whose reader of
 * mboxes stands still at some broken ones and gives the same message for ever.
 */
static struct span next_of_mbox(struct span *left)
{
	struct span all = *left;
	size_t from = line_at(all, 0).n + 1, at = from;
	ptrdiff_t gap;

	while ((gap = span_search(all, at, SPAN("\nFrom "))) >= 0) {
		bool empty_before =
			gap > 0 && (all.p[gap - 1] == '\n' ||
				    (gap > 1 && all.p[gap - 1] == '\r' && all.p[gap - 2] == '\n'));

		at = (size_t)gap + 1;
		if (empty_before && is_from_line(line_at(all, at)))
			break;
	}
	*left = gap < 0 ? SPAN_NONE : span_from(all, at);
	return span_from(gap < 0 ? all : span_head(all, at), from);
}

/* False: there are more than are read. */
static bool read_messages(struct work *w, struct span bytes, uint32_t *ret_n)
{
	uint32_t n = 0;

	if (!is_from_line(line_at(bytes, 0))) {
		read_message(w, bytes, 1);
		*ret_n = 1;
		return true;
	}
	while (bytes.n && n < MESSAGES_MOST && !w->failed) {
		struct span one = next_of_mbox(&bytes);

		read_message(w, one, ++n);
	}
	*ret_n = n;
	return bytes.n == 0;
}

static void read_json(struct work *w, struct span bytes)
{
	struct arena *a = arena_new();
	struct complaint c = { .number = 1, .kind = COMPLAINT_OTHER };

	if (xarf_read(a, bytes, &c) && !c.original.sender.n && !c.original.nreceived)
		c.why = SPAN("it speaks of an address or a page, not of a message");
	else if (c.kind != COMPLAINT_XARF) {
		c.why = SPAN("JSON, but no XARF report");
		find_wrong(w, 1, "no mail: JSON, but no XARF report, or cut off");
	}
	tell(w, &c);
	arena_free(a);
}

static void read_file(struct work *w, int fd)
{
	struct buf bytes = BUF_MAX(MAILBOX_BYTES), body = BUF_MAX(1024);
	struct packer p = { .out = &body };
	bool whole = read_mailbox(fd, &bytes), more = false;
	struct span left = buf_view(&bytes);
	enum mime_end end = MIME_UNREAD;
	struct buf why = BUF_MAX(1024);
	uint32_t messages = 1;

	w->wrong = (struct wrong){ .n = 0 };
	if (span_starts(span_trim(span_head(left, 64)), SPAN("{")))
		read_json(w, left);
	else if (span_trim(left).n)
		more = !read_messages(w, left, &messages);
	if (bytes.over)
		buf_str(&why, "larger than 512 MiB: the rest was not read");
	else if (more)
		buf_str(&why, "more messages than are read at once");
	else if (!whole)
		buf_str(&why, "it could not be read to its end");
	else
		end = w->wrong.n ? MIME_DAMAGED : MIME_WHOLE;
	if (end == MIME_DAMAGED)
		say_wrong(&w->wrong, messages, &why);
	pack_u8(&p, end);
	pack_span(&p, buf_view(&why));
	if (!w->failed && channel_send(&w->channel, MIME_DONE, buf_view(&body), NULL, 0, &w->err) < 0)
		w->failed = true;
	buf_free(&why);
	buf_free(&body);
	buf_free(&bytes);
	close(fd);
}

static int serve(void)
{
	struct work w = { .failed = false };
	struct message m = { 0 };
	int rc = 0;

	channel_open(&w.channel, STDIN_FILENO, 1024, 0);
	while (!w.failed && (rc = channel_receive(&w.channel, &m, &w.err)) > 0) {
		if (m.type != MIME_FILE || m.nfds != 1)
			return -EXIT_IO;
		read_file(&w, m.fds[0]);
		m = (struct message){ 0 };
	}
	return rc < 0 || w.failed ? -EXIT_IO : 0;
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	struct err err = { 0 };
	int rc;

	if (argc != 1 + unconfined) {
		fputs("usage: spamtrail-mime [--unconfined]\n", stderr);
		return EXIT_USAGE;
	}
	g_mime_init();
	load_charsets();
	rc = confine_helper(&confined, unconfined, &err);
	if (rc == 0)
		rc = serve();
	/* once confined, only the socket may be written to: the code says it all */
	_exit(rc < 0 ? -rc : 0);
}
