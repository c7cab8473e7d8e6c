/*
 * scan_rules - the operator's folder of rules, and the sums that dpkg keeps of its packages: read whole, looked into by the
 * confined scanner.
 *
 * Whatever lies in them goes into the sum that decides whether what was clean once still is.
 * TRUST: the folder is the operator's; a FIFO or an endless file in it is refused (config_read_file). Packages' sums are
 * the inspected server's, and opened beneath it.
 */
#include "app/scanning.h"

#include "base/hash.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULE_FILE_MOST (64u << 20) /* limit scan, bytes: of one file of rules */
#define RULES_MOST 4096 /* limit scan: files of rules */
/* Of a package's files, beneath these; a home has none of them. */
#define PACKAGES "/var/lib/dpkg/info"

static void add_rule(struct scanning *s, enum rule_kind kind, struct span name, struct span bytes)
{
	struct rule_file *all;

	if (s->rules == RULES_MOST) {
		s->incomplete = true;
		scanning_note(s, SPAN("there are more files of rules than are read"));
		return;
	}
	all = xrealloc(s->rule, (s->rules + 1) * sizeof(*all));
	all[s->rules++] = (struct rule_file){ kind, arena_span(s->rule_arena, name), bytes };
	s->rule = all;
	/* what others have found before changes nothing of what is clean to us */
	if (kind < RULE_MALDET_HITS)
		s->rules_sum = hash_span(bytes, hash_span(name, s->rules_sum + kind));
}

static bool is_signatures(struct span name)
{
	return span_ends(name, SPAN(".ndb")) || span_ends(name, SPAN(".hdb")) ||
	       span_ends(name, SPAN(".hsb"));
}

static int wanted(const struct dirent *d)
{
	struct span name = span_str(d->d_name);

	return d->d_name[0] != '.' && (is_signatures(name) || span_ends(name, SPAN(".manifest")));
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_rule(struct scanning *s, const char *folder, const char *name)
{
	struct buf bytes = BUF_MAX(RULE_FILE_MOST), path = BUF_MAX(8192);
	struct span kept;
	struct err err = { 0 };
	bool others;

	buf_addf(&path, "%s/%s", folder, name);
	buf_byte(&path, '\0');
	if (config_read_file(path.p, &bytes, &others, &err) < 0) {
		scanning_note(s, span_str(err.text));
		s->incomplete = true;
	} else {
		kept = arena_span(s->rule_arena, buf_view(&bytes));
		add_rule(s, is_signatures(span_str(name)) ? RULE_SIGNATURES : RULE_MANIFEST, span_str(name),
			 kept);
	}
	buf_free(&bytes);
	buf_free(&path);
}

void scan_rules_read(struct scanning *s)
{
	const char *folder = s->config.scan_rules.value;
	struct dirent **names;
	int n = scandir(folder, &names, wanted, by_name);

	for (int i = 0; i < n; i++) {
		read_rule(s, folder, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static bool has_packages(const char *folder)
{
	static const char *const places[] = { "/usr", "/opt", "/var/lib", "/etc", "/bin", "/sbin", "/lib" };
	struct span path = span_str(folder);

	if (span_eq(path, SPAN("/")) || span_eq(path, SPAN("/var")))
		return true;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (span_starts(path, span_str(places[i])))
			return true;
	return false;
}

/* PATH beneath the root, as KIND; one that is not there is none. Of one that is too large the beginning counts, and it is told. */
static void read_beneath(struct scanning *s, enum rule_kind kind, const char *path, struct span name)
{
	struct buf bytes = BUF_MAX(RULE_FILE_MOST);
	struct err err = { 0 };
	char piece[65536];
	ssize_t n = 0;
	int fd = beneath_open_file(&s->root, path, 0, &err);

	while (fd >= 0 && !bytes.over && (n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(&bytes, piece, (size_t)n);
	if (fd >= 0) {
		close(fd);
		add_rule(s, kind, name, arena_span(s->rule_arena, buf_view(&bytes)));
	}
	if (bytes.over || n < 0) {
		s->incomplete = true;
		scanning_skip(s, span_str(path),
			      bytes.over ? SPAN("larger than the limit: what stands behind it is not known")
					 : SPAN("it could not be read to its end"));
	}
	buf_free(&bytes);
}

static void read_package(struct scanning *s, struct span name)
{
	struct buf path = BUF_MAX(4096);

	buf_addf(&path, PACKAGES "/%.*s", (int)span_head(name, 300).n, name.p);
	buf_byte(&path, '\0');
	read_beneath(s, RULE_PACKAGE, path.p, name);
	buf_free(&path);
}

void scan_rules_packages(struct scanning *s, const char *folder)
{
	struct err err = { 0 };
	struct span *names;
	size_t n;
	bool more;

	for (size_t i = 0; i < s->rules; i++)
		if (s->rule[i].kind == RULE_PACKAGE)
			return;
	if (!has_packages(folder) ||
	    beneath_list(&s->root, PACKAGES, 65536, s->rule_arena, &names, &n, &more, &err) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (span_ends(names[i], SPAN(".md5sums")))
			read_package(s, names[i]);
}

/* --- what others have found ------------------------------------------------------------------- */

/* Newest last by their names: the newest SESSIONS_MOST are read. */
static void read_sessions(struct scanning *s, const char *folder)
{
	enum { SESSIONS_MOST = 64 };
	struct err err = { 0 };
	struct span *names;
	size_t n, read = 0;
	bool more;

	if (beneath_list(&s->root, folder, 65536, s->rule_arena, &names, &n, &more, &err) < 0)
		return;
	for (size_t i = n; i-- > 0 && read < SESSIONS_MOST;) {
		struct buf path = BUF_MAX(8192);

		if (!span_starts(names[i], SPAN("session.hits.")) &&
		    !span_starts(names[i], SPAN("session.tsv.")) && !span_ends(names[i], SPAN(".tsv")))
			continue;
		buf_addf(&path, "%s/%.*s", folder, (int)span_head(names[i], 300).n, names[i].p);
		buf_byte(&path, '\0');
		read_beneath(s, RULE_MALDET_HITS, path.p, SPAN("maldet"));
		buf_free(&path);
		read++;
	}
}

void scan_rules_named(struct scanning *s)
{
	struct buf path = BUF_MAX(8192);
	size_t n;

	buf_addf(&path, "%s/sess", s->config.scan_maldet.value);
	n = path.n;
	buf_byte(&path, '\0');
	read_sessions(s, path.p);
	path.n = n;
	/* version 2: what its hooks of upload and FTP servers found, in the form of its sessions */
	buf_str(&path, "/hook.hits.log");
	buf_byte(&path, '\0');
	read_beneath(s, RULE_MALDET_HITS, path.p, SPAN("maldet"));
	path.n = n;
	buf_str(&path, "/hits.hist");
	buf_byte(&path, '\0');
	read_beneath(s, RULE_MALDET_HISTORY, path.p, SPAN("hits.hist"));
	path.n = n;
	buf_str(&path, "/quarantine.hist");
	buf_byte(&path, '\0');
	read_beneath(s, RULE_MALDET_QUARANTINE, path.p, SPAN("quarantine.hist"));
	buf_free(&path);
	for (size_t i = 0; i < s->config.scan_wordfence.n; i++)
		read_beneath(s, RULE_WORDFENCE, s->config.scan_wordfence.item[i].value,
			     SPAN("Wordfence CLI"));
}
