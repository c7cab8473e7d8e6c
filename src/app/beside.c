/*
 * beside - see beside.h.
 *
 * The operator's YARA rules see every file that is read. clamd, which may serve the mail server, is asked about what is
 * suspect to us, and with --full about every file. clamscan takes its signatures anew each time it is started: it is given
 * copies of all that is suspect, once, and only with --full where no clamd answers.
 * TRUST: as in beside.h.
 */
#include "app/beside.h"

#include "app/scanning.h"
#include "app/yara_helper.h"
#include "base/civil.h"
#include "base/hash.h"
#include "scan/clamd.h"
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAMD_CONF "/etc/clamav/clamd.conf"
#define CLAMD_CONF_RED_HAT "/etc/clamd.d/scan.conf"
#define OLD_DAYS 7
/* Times that clamd may not answer before it is left alone. */
#define CLAMD_FAILS_MOST 3
/* What clamscan gets: of the files that are suspect to us. */
#define COPIES_MOST 500
#define COPY_BYTES ((size_t)8 << 20)
#define CLAMSCAN_SECONDS 600 /* limit scan, s: for clamscan */
#define MALDET_SECONDS 3600 /* limit scan, s: for maldet */

static const char clamscan[] = "/usr/bin/clamscan";
static const char maldet[] = "/usr/local/sbin/maldet";

struct beside {
	const struct scanning *s;
	struct arena *arena;
	char *clamd; /* its socket; NULL: nobody to ask */
	unsigned clamd_fails;
	struct yara_helper *yara;
	char copies[PATH_MAX]; /* a folder of ours with what clamscan is to look at; empty: none */
	struct span *copied; /* whose copies these are, as paths that are shown */
	size_t ncopied;
};

static void note(struct scanning *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void note(struct scanning *s, const char *fmt, ...)
{
	char text[1000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	scanning_note(s, span_str(text));
}

/* --- clamd ------------------------------------------------------------------------------------- */

/* Where its configuration says it listens; NULL: not here. */
static char *find_socket(struct beside *b)
{
	static const char *const files[] = { CLAMD_CONF, CLAMD_CONF_RED_HAT };
	char *found = NULL;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && !found; i++) {
		struct buf conf = BUF_MAX(1u << 20);
		struct err err;
		struct span path;
		bool others;

		if (config_read_file(files[i], &conf, &others, &err) == 0) {
			path = clamd_socket_of(buf_view(&conf));
			if (path.n)
				found = arena_str(b->arena, path);
		}
		buf_free(&conf);
	}
	return found;
}

static void tell_age(struct scanning *s, struct span version, int64_t at)
{
	struct buf date = BUF_MAX(64);
	int64_t days = (s->now - at) / 86400;

	if (!at) {
		note(s, "%.*s: its signatures tell no date", (int)span_head(version, 100).n, version.p);
		return;
	}
	civil_format(&date, at, CIVIL_NO_ZONE);
	note(s, "%.*s: signatures of %.*s%s", (int)span_head(version, 100).n, version.p, 10, date.p,
	     days > OLD_DAYS ? ", older than a week: freshclam brings newer ones" : "");
	buf_free(&date);
}

static void begin_clamd(struct beside *b, struct scanning *s)
{
	const char *wish = s->config.scan_clamd.value;
	bool automatic = strcmp(wish, "auto") == 0;
	struct buf version = BUF_MAX(1000);
	struct err err = { 0 };
	int64_t at = 0;

	if (strcmp(wish, "off") == 0)
		return;
	b->clamd = automatic ? find_socket(b) : arena_str(b->arena, span_str(wish));
	if (!b->clamd)
		return;
	if (clamd_version(b->clamd, &version, &at, &err) < 0) {
		note(s, "%s: nobody was asked", err.text);
		/* whom the operator named he counts on */
		s->incomplete |= !automatic;
		b->clamd = NULL;
	} else {
		tell_age(s, buf_view(&version), at);
	}
	buf_free(&version);
}

static void add_name(struct beside *b, struct beside_answer *a, const char *who, struct span name,
		     double weight)
{
	struct buf text = BUF_MAX(600), said = BUF_MAX(600);

	if (a->n == BESIDE_NAMES)
		return;
	buf_addf(&text, "%s:%.*s", who, (int)span_head(name, 200).n, name.p);
	buf_addf(&said, "%s calls it %.*s", who, (int)span_head(name, 200).n, name.p);
	a->name[a->n] = arena_span(b->arena, buf_view(&text));
	a->text[a->n] = arena_span(b->arena, buf_view(&said));
	a->weight[a->n++] = weight;
	buf_free(&text);
	buf_free(&said);
}

static void ask_clamd(struct beside *b, int fd, struct beside_answer *ret)
{
	struct buf name = BUF_MAX(1024), why = BUF_MAX(1200);

	if (b->clamd_fails >= CLAMD_FAILS_MOST) {
		ret->failed = SPAN("clamd has stopped answering");
		return;
	}
	switch (clamd_ask(b->clamd, fd, &name)) {
	case CLAMD_CLEAN:
		break;
	case CLAMD_FOUND:
		add_name(b, ret, "clamd", buf_view(&name), 10);
		break;
	case CLAMD_NO_ANSWER:
		b->clamd_fails++;
		buf_addf(&why, "clamd: %.*s", (int)span_head(buf_view(&name), 200).n, name.p);
		ret->failed = arena_span(b->arena, buf_view(&why));
	}
	buf_free(&name);
	buf_free(&why);
}

/* --- clamscan ---------------------------------------------------------------------------------- */

/* A folder that nobody else can look into, beside the state: clamscan then meets no name and no link of an account's. */
static void begin_clamscan(struct beside *b, struct scanning *s)
{
	if (b->clamd || !s->o->full || !s->scans || access(clamscan, X_OK) < 0 ||
	    strcmp(s->config.scan_clamd.value, "off") == 0)
		return;
	if ((size_t)snprintf(b->copies, sizeof(b->copies), "%s/clamscan.XXXXXX", scan_keep_dir(s)) >=
		    sizeof(b->copies) ||
	    !mkdtemp(b->copies))
		b->copies[0] = '\0';
	else
		b->copied = xcalloc(COPIES_MOST, sizeof(*b->copied));
}

static bool copy_name(const struct beside *b, size_t number, char *path, size_t size)
{
	return (size_t)snprintf(path, size, "%s/%zu", b->copies, number) < size;
}

static void copy_for_clamscan(struct beside *b, int fd, struct span path)
{
	char to[PATH_MAX + 32], piece[65536];
	size_t at = 0;
	ssize_t n;
	int out;

	if (!b->copies[0] || b->ncopied == COPIES_MOST || !copy_name(b, b->ncopied, to, sizeof(to)))
		return;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (out < 0)
		return;
	while (at < COPY_BYTES && (n = pread(fd, piece, sizeof(piece), (off_t)at)) > 0) {
		if (write(out, piece, (size_t)n) != n)
			break;
		at += (size_t)n;
	}
	close(out);
	b->copied[b->ncopied++] = arena_span(b->arena, path);
}

static void put_name(struct beside *b, struct scanning *s, struct span path, struct span name)
{
	struct beside_answer answer = { 0 };

	add_name(b, &answer, "clamscan", name, 10);
	for (size_t i = 0; i < s->r.findings; i++)
		if (span_eq(s->r.finding[i].path, path) && !s->r.finding[i].member.n) {
			scanning_name(s, &s->r.finding[i], &answer);
			return;
		}
}

/* "FOLDER/12: NAME FOUND" */
static void take_clamscan(struct beside *b, struct scanning *s, struct span said)
{
	size_t dir = strlen(b->copies) + 1;

	while (said.n) {
		ptrdiff_t end = span_find(said, 0, '\n');
		struct span line = end < 0 ? said : span_head(said, (size_t)end);
		ptrdiff_t colon = span_search(line, 0, SPAN(": "));
		uint64_t number;

		said = end < 0 ? SPAN_NONE : span_from(said, (size_t)end + 1);
		if (colon < 0 || (size_t)colon <= dir || !span_ends(line, SPAN(" FOUND")) ||
		    !span_u64(span_of(line.p + dir, (size_t)colon - dir), &number) || number >= b->ncopied)
			continue;
		line = span_from(line, (size_t)colon + 2);
		put_name(b, s, b->copied[number], span_head(line, line.n - 6));
	}
}

static void run_clamscan(struct beside *b, struct scanning *s)
{
	const char *const argv[] = { clamscan, "--no-summary", "--infected", "--recursive",
				     "--",     b->copies,      NULL };
	struct buf out = BUF_MAX(SPAWN_OUTPUT_MOST);
	const struct spawn run = { .argv = argv, .seconds = CLAMSCAN_SECONDS, .output = &out };
	struct err err = { 0 };
	int rc = b->ncopied ? spawn_run(&run, &err) : 0;

	/* 0 clean, 1 found; whatever else is no answer */
	if (rc < 0 || rc > 1) {
		note(s, "clamscan did not answer: %s", rc < 0 ? err.text : "it ended with an error");
		s->incomplete = true;
	} else {
		take_clamscan(b, s, buf_view(&out));
	}
	buf_free(&out);
}

static void end_clamscan(struct beside *b)
{
	char path[PATH_MAX + 32];

	if (!b->copies[0])
		return;
	for (size_t i = 0; i < b->ncopied; i++)
		if (copy_name(b, i, path, sizeof(path)))
			unlink(path);
	rmdir(b->copies);
	free(b->copied);
}

/* --- maldet ------------------------------------------------------------------------------------ */

/* maldet gives its arguments to a shell once more, and takes ? for a wildcard: plain names alone are handed to it. */
static bool is_plain(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";

	return path[0] == '/' && path[strspn(path, plain)] == '\0';
}

void beside_run_maldet(struct scanning *s, const char *folder)
{
	const char *const argv[] = { maldet, "-a", folder, NULL };
	const struct spawn run = { .argv = argv, .seconds = MALDET_SECONDS };
	struct err err = { 0 };
	int rc;

	if (!s->o->full || s->root.kind != ROOT_HOST || access(maldet, X_OK) < 0)
		return;
	if (!is_plain(folder)) {
		note(s, "maldet was not asked: the folder's name is none that it can be given");
		return;
	}
	rc = spawn_run(&run, &err);
	/* 2: it found something; the sessions tell what */
	if (rc < 0 || rc == 1)
		note(s, "maldet -a %s: %s", folder, rc < 0 ? err.text : "it ended with an error");
}

/* --- */

struct beside *beside_new(struct scanning *s)
{
	struct beside *b = xcalloc(1, sizeof(*b));
	struct buf notes = BUF_MAX(16384);
	struct span left;
	ptrdiff_t end;

	b->s = s;
	b->arena = s->arena;
	begin_clamd(b, s);
	begin_clamscan(b, s);
	b->yara = yara_helper_new(s->config.scan_rules.value, s->o->unconfined, &notes);
	s->rules_sum = hash_mix(s->rules_sum ^ yara_helper_sum(b->yara));
	for (left = buf_view(&notes); (end = span_find(left, 0, '\n')) >= 0;
	     left = span_from(left, (size_t)end + 1))
		scanning_note(s, span_head(left, (size_t)end));
	buf_free(&notes);
	return b;
}

void beside_free(struct beside *b)
{
	if (!b)
		return;
	yara_helper_free(b->yara);
	end_clamscan(b);
	free(b);
}

enum scan_beside beside_wants(const struct beside *b)
{
	if (yara_helper_rules(b->yara) || (b->clamd && b->s->o->full))
		return BESIDE_ALL;
	return b->clamd || b->copies[0] ? BESIDE_SUSPECTS : BESIDE_NOBODY;
}

void beside_ask(struct beside *b, int fd, bool suspect, struct span path, struct beside_answer *ret)
{
	struct span name[YARA_NAMES_MOST], why;
	size_t n;

	if (yara_helper_rules(b->yara)) {
		n = yara_helper_ask(b->yara, fd, path, b->arena, name, &why);
		for (size_t i = 0; i < n; i++)
			add_name(b, ret, "yara", name[i], 6);
		ret->failed = why;
	}
	if (b->clamd && (suspect || b->s->o->full))
		ask_clamd(b, fd, ret);
	if (suspect)
		copy_for_clamscan(b, fd, path);
}

void beside_join(struct beside *b, struct scanning *s)
{
	if (b->copies[0])
		run_clamscan(b, s);
}
