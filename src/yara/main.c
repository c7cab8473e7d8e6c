/*
 * spamtrail-yara - the operator's YARA rules over files: spamtrail-yara [--unconfined]
 *
 * A program of its own: libyara takes minutes and gigabytes over a file that was made for it, and this process may be ended
 * for that without anything else going with it. It confines itself (nobody, no file, no network), then takes descriptors of
 * rule files and of files to be looked at on standard input, a socket (scan/yara.h).
 *
 * Rule files that include others get those that came with them, by their last name: php-malware-finder loads unchanged.
 * The variables that signature-base wants (filename, filepath, extension, filetype, owner) are there.
 * Ends with 0; 74 when the socket fails; 77 when the kernel cannot confine.
 *
 * TRUST: rules are the operator's, maybe downloaded; files are an account's. Bytes are read, never mapped: a file cut short
 * must not kill us.
 */
#include "base/arena.h"
#include "base/pack.h"
#include "scan/yara.h"
#include "sys/channel.h"
#include "sys/confine.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <yara.h>

#define FILES_MOST 128
#define ADDRESS_SPACE ((uint64_t)1 << 30)
#define RULE_BYTES ((size_t)32 << 20)
#define FILE_BYTES ((size_t)8 << 20)
#define SOURCES_MOST 4096
#define COMPLAINTS_MOST 50
#define SECONDS 2 /* limit scan, s: for YARA in one file */

struct source {
	struct span name, text;
	bool load;
};

struct work {
	struct channel channel;
	struct arena *arena;
	struct source source[SOURCES_MOST];
	size_t sources;
	YR_RULES *rules;
	size_t count; /* rule files that loaded */
	struct span complaint[COMPLAINTS_MOST];
	size_t complaints;
	struct err err;
};

static const struct confine_want confined = {
	.channel = STDIN_FILENO,
	.complaints = -1,
	.files = FILES_MOST,
	.memory = ADDRESS_SPACE,
	.library = true,
	.charsets = true,
};

static bool read_all(int fd, size_t most, struct buf *out)
{
	char piece[65536];
	size_t at = 0;
	ssize_t n;

	while (at < most && (n = pread(fd, piece, sizeof(piece), (off_t)at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_add(out, piece, (size_t)n);
		at += (size_t)n;
	}
	return true;
}

/* --- rules ------------------------------------------------------------------------------------- */

static struct span last_part(struct span path)
{
	return span_from(path, (size_t)(span_rfind(path, '/') + 1));
}

static const char *include_text(const char *name, const char *from, const char *space, void *ctx)
{
	const struct work *w = ctx;

	(void)from;
	(void)space;
	for (size_t i = 0; i < w->sources; i++)
		if (span_eq(last_part(w->source[i].name), last_part(span_str(name))))
			return w->source[i].text.p;
	return NULL;
}

static void include_done(const char *text, void *ctx)
{
	/* it lies in our arena */
	(void)text;
	(void)ctx;
}

static void complain(struct work *w, struct span file, const char *what)
{
	struct buf text = BUF_MAX(500);

	if (w->complaints == COMPLAINTS_MOST)
		return;
	buf_addf(&text, "%.*s: %s", (int)span_head(file, 200).n, file.p, what);
	w->complaint[w->complaints++] = arena_span(w->arena, buf_view(&text));
	buf_free(&text);
}

struct complaint {
	struct work *work;
	struct span file;
	bool told;
};

static void on_compile(int level, const char *file, int line, const YR_RULE *rule, const char *what,
		       void *ctx)
{
	struct complaint *c = ctx;
	struct buf text = BUF_MAX(400);

	(void)file;
	(void)rule;
	if (level != YARA_ERROR_LEVEL_ERROR || c->told)
		return;
	c->told = true;
	buf_addf(&text, "line %d: %.300s: not used", line, what);
	buf_byte(&text, '\0');
	complain(c->work, c->file, text.p);
	buf_free(&text);
}

static YR_COMPILER *new_compiler(struct work *w, struct complaint *c)
{
	static const char *const variables[] = { "filename", "filepath", "extension", "filetype", "owner" };
	YR_COMPILER *compiler = NULL;

	if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
		return NULL;
	yr_compiler_set_callback(compiler, on_compile, c);
	yr_compiler_set_include_callback(compiler, include_text, include_done, w);
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		yr_compiler_define_string_variable(compiler, variables[i], "");
	return compiler;
}

/* A compiler that has met an error is of no use any more: each file is tried by itself first. */
static bool compiles(struct work *w, const struct source *s)
{
	struct complaint c = { .work = w, .file = s->name };
	YR_COMPILER *compiler = new_compiler(w, &c);
	bool good = compiler && yr_compiler_add_string(compiler, s->text.p, NULL) == 0;

	if (compiler)
		yr_compiler_destroy(compiler);
	return good;
}

static void compile(struct work *w)
{
	struct complaint c = { .work = w, .file = SPAN("rules") };
	YR_COMPILER *compiler = new_compiler(w, &c);

	for (size_t i = 0; compiler && i < w->sources; i++) {
		/* a space of its own: rules of different files may have the same name */
		if (!w->source[i].load || !compiles(w, &w->source[i]))
			continue;
		if (yr_compiler_add_string(compiler, w->source[i].text.p, w->source[i].name.p) == 0)
			w->count++;
	}
	if (compiler && w->count && yr_compiler_get_rules(compiler, &w->rules) != ERROR_SUCCESS)
		w->rules = NULL;
	if (compiler)
		yr_compiler_destroy(compiler);
}

static void take_rules(struct work *w, const struct message *m)
{
	struct unpacker u = { .left = m->body };
	bool load = unpack_u8(&u) == 1;
	struct span name = unpack_span(&u);
	struct buf text = BUF_MAX(RULE_BYTES);

	if (unpack_done(&u) && m->nfds == 1 && w->sources < SOURCES_MOST &&
	    read_all(m->fds[0], RULE_BYTES, &text)) {
		/* texts with a NUL behind them, as libyara takes them */
		w->source[w->sources++] =
			(struct source){ .name = span_str(arena_str(w->arena, name)),
					 .text = span_str(arena_str(w->arena, buf_view(&text))),
					 .load = load };
	}
	buf_free(&text);
}

static int give_ready(struct work *w)
{
	struct buf body = BUF_MAX(64u << 10);
	struct packer p = { .out = &body };
	int rc;

	compile(w);
	pack_u32(&p, (uint32_t)w->count);
	pack_u32(&p, (uint32_t)w->complaints);
	for (size_t i = 0; i < w->complaints; i++)
		pack_span(&p, w->complaint[i]);
	rc = channel_send(&w->channel, YARA_READY, buf_view(&body), NULL, 0, &w->err);
	buf_free(&body);
	return rc;
}

/* --- files ------------------------------------------------------------------------------------- */

struct names {
	const char *name[YARA_NAMES_MOST];
	uint32_t n;
};

static int on_match(YR_SCAN_CONTEXT *context, int message, void *data, void *ctx)
{
	struct names *names = ctx;

	(void)context;
	if (message == CALLBACK_MSG_RULE_MATCHING && names->n < YARA_NAMES_MOST)
		names->name[names->n++] = ((const YR_RULE *)data)->identifier;
	return names->n == YARA_NAMES_MOST ? CALLBACK_ABORT : CALLBACK_CONTINUE;
}

static void define(YR_SCANNER *scanner, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	yr_scanner_define_string_variable(scanner, "filename", name);
	yr_scanner_define_string_variable(scanner, "filepath", path);
	yr_scanner_define_string_variable(scanner, "extension", dot ? dot : "");
}

static const char *look(struct work *w, const char *path, int fd, struct names *names)
{
	struct buf bytes = BUF_MAX(FILE_BYTES);
	YR_SCANNER *scanner = NULL;
	const char *why = NULL;
	int rc = ERROR_SUCCESS;

	if (!read_all(fd, FILE_BYTES, &bytes)) {
		why = "YARA could not read it";
	} else if (yr_scanner_create(w->rules, &scanner) == ERROR_SUCCESS) {
		define(scanner, path);
		yr_scanner_set_timeout(scanner, SECONDS);
		yr_scanner_set_flags(scanner, SCAN_FLAGS_REPORT_RULES_MATCHING);
		yr_scanner_set_callback(scanner, on_match, names);
		rc = yr_scanner_scan_mem(scanner, (const uint8_t *)bytes.p, bytes.n);
		yr_scanner_destroy(scanner);
		if (rc == ERROR_SCAN_TIMEOUT)
			why = "YARA takes longer over it than the limit allows";
		else if (rc != ERROR_SUCCESS && rc != ERROR_CALLBACK_ERROR)
			why = "YARA could not look at it to its end";
	} else {
		why = "YARA has no memory for it";
	}
	buf_free(&bytes);
	return why;
}

static int take_file(struct work *w, const struct message *m)
{
	struct names names = { .n = 0 };
	struct buf body = BUF_MAX(64u << 10);
	struct packer p = { .out = &body };
	const char *why = NULL;
	struct unpacker u = { .left = m->body };
	struct span name = unpack_span(&u);
	struct arena *a = arena_new();
	int rc;

	if (unpack_done(&u) && m->nfds == 1 && w->rules)
		why = look(w, arena_str(a, name), m->fds[0], &names);
	pack_span(&p, span_str(why ? why : ""));
	pack_u32(&p, names.n);
	for (uint32_t i = 0; i < names.n; i++)
		pack_span(&p, span_head(span_str(names.name[i]), 200));
	rc = channel_send(&w->channel, YARA_FILE, buf_view(&body), NULL, 0, &w->err);
	arena_free(a);
	buf_free(&body);
	return rc;
}

static int serve(struct work *w)
{
	for (;;) {
		struct message m = { 0 };
		int rc = channel_receive(&w->channel, &m, &w->err);

		if (rc <= 0)
			return rc < 0 ? EXIT_IO : 0;
		if (m.type == YARA_RULES)
			take_rules(w, &m);
		rc = m.type == YARA_READY ? give_ready(w) : m.type == YARA_FILE ? take_file(w, &m) : 0;
		for (size_t i = 0; i < m.nfds; i++)
			close(m.fds[i]);
		if (rc < 0)
			return EXIT_IO;
	}
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	struct work *w = xcalloc(1, sizeof(*w));
	struct err err = { 0 };
	int rc;

	w->arena = arena_new();
	/* before the confinement: it may ask how many processors there are */
	if (yr_initialize() != ERROR_SUCCESS)
		return EXIT_SOFTWARE;
	if (confine_helper(&confined, unconfined, &err) < 0) {
		fprintf(stderr, "spamtrail-yara: %s\n", err.text);
		return EXIT_NOPERM;
	}
	channel_open(&w->channel, STDIN_FILENO, 1u << 20, 0);
	rc = serve(w);
	/* the process ends: what libyara holds goes with it */
	return rc;
}
