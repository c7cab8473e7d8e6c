/*
 * The login, upload, PHP and web dialects beyond what `explain --json` shows: fields for trace alone,
 * the hot path against the whole one, and the corpus.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/err.h"
#include "logs/frame.h"

#define ROOM ((size_t)4 << 20)

struct parsed {
	struct evbuf out;
	enum line_result result;
	const struct event *ev; /* NULL: no event was written */
};

static struct parsed parse(struct span line, bool all)
{
	struct parsed p = { .out = { .base = xmalloc(ROOM), .cap = ROOM, .used = line.n } };
	struct maker m = { .out = &p.out, .all = all };
	struct frame frame = FRAME_START;

	memcpy(p.out.base, line.p, line.n);
	p.result = frame_line(&frame, &m, span_of(p.out.base, line.n));
	p.ev = p.out.events ? (const struct event *)(void *)p.out.mem : NULL;
	assert_true(p.out.events <= 1);
	return p;
}

static void parsed_free(struct parsed *p)
{
	free(p->out.base);
	free(p->out.mem);
}

static void expect(const char *line, enum field_key key, const char *value)
{
	struct parsed p = parse(span_str(line), true);
	struct span got = p.ev ? event_get(p.ev, p.out.base, key) : SPAN_NONE;

	if (!span_eq(got, span_str(value)) || (got.p == NULL) != (value == NULL))
		fail_msg("%s\nfield %d: want %s, got %.*s", line, (int)key, value ? value : "none",
			 (int)got.n, got.p ? got.p : "");
	parsed_free(&p);
}

#define ACCESS " - - [23/Nov/2026:08:01:02 +0100] \"POST /x.php HTTP/1.1\" 200 42 "

static void web_fields_for_trace(void **state)
{
	expect("www.shop.example:443 203.0.113.9" ACCESS "\"-\" \"-\"", F_VHOST, "www.shop.example");
	expect("www.shop.example 203.0.113.9" ACCESS "\"-\" \"-\"", F_VHOST, "www.shop.example");
	expect("- 203.0.113.9" ACCESS "\"-\" \"-\"", F_VHOST, NULL);
	expect("203.0.113.9" ACCESS "\"-\" \"-\"", F_VHOST, NULL);
	expect("203.0.113.9" ACCESS "\"-\" \"curl/8 \\\" x\" 7", F_AGENT, "curl/8 \\\" x");
	expect("203.0.113.9" ACCESS "\"-\" \"cut", F_AGENT, "cut");
	expect("203.0.113.9" ACCESS "\"-\" \"x\"rt=0.1", F_AGENT, "x");
	expect("203.0.113.9" ACCESS, F_AGENT, NULL);
	expect("203.0.113.9" ACCESS "\"-\" \"-\"", F_BYTES, "42");
	expect("203.0.113.9 - - [23/Nov/2026:08:01:02 +0100] \"GET / HTTP/1.1\" 304 -", F_BYTES, NULL);
	expect("[23/Nov/2026:08:01:02 +0000] 200 - POST https shop.example \"/a\" [Client 203.0.113.45] "
	       "[Length 9] [Gzip -] \"agent\" \"-\"",
	       F_VHOST, "shop.example");
	expect("[23/Nov/2026:08:01:02 +0000] 200 - POST https shop.example \"/a\" [Client 203.0.113.45] "
	       "[Length 9] [Gzip -] \"agent\" \"-\"",
	       F_AGENT, "agent");
}

static void php_keeps_the_argument(void **state)
{
	expect("mail() on [/home/shop/m.php:3]: To: \"D, J\" <a@dest.example>, b@dest.example -- Headers: x",
	       F_TO, "\"D, J\" <a@dest.example>, b@dest.example");
	expect("mail() on [/home/shop/m.php:3]: To: -- Headers: x", F_TO, NULL);
	expect("mail() on [/home/shop/m.php:3]: To: a@dest.example", F_TO, "a@dest.example");
	/* An address list is bounded; the argument is whole. */
	char *many = xmalloc(1 << 16);
	size_t n = (size_t)snprintf(many, 1 << 16, "mail() on [/m.php:3]: To: a@dest.example");

	for (int i = 0; i < 2000; i++)
		n += (size_t)snprintf(many + n, (1 << 16) - n, ",a%d@dest.example", i);

	struct parsed p = parse(span_of(many, n), true);

	assert_non_null(p.ev);
	assert_true(p.ev->nfields < 63);
	assert_int_equal(event_get(p.ev, p.out.base, F_TO).n, n - 26);
	parsed_free(&p);
	free(many);
}

/* What the hot path gives is part of what explain gives; only what is of no use to trace is missing. */
static void check_hot(struct span line)
{
	struct parsed all = parse(line, true), hot = parse(line, false);

	assert_non_null(all.ev);
	if (all.ev->dialect < DIALECT_DOVECOT)
		goto out;
	if (!hot.ev) {
		struct span method = event_get(all.ev, all.out.base, F_METHOD);

		if (all.ev->kind != EV_OTHER && all.ev->kind != EV_NOTICE &&
		    (all.ev->kind != EV_REQUEST || span_eq(method, SPAN("POST"))))
			fail_msg("lost on the hot path: %.*s", (int)line.n, line.p);
		assert_int_equal(hot.result == LINE_OTHER, all.result == LINE_OTHER);
		goto out;
	}
	assert_int_equal(hot.ev->kind, all.ev->kind);
	assert_int_equal(hot.ev->at, all.ev->at);
	assert_int_equal(hot.ev->pid, all.ev->pid);
	for (unsigned i = 0; i < hot.ev->nfields; i++) {
		enum field_key key = hot.ev->f[i].key;

		assert_true(
			span_eq(event_get(hot.ev, hot.out.base, key), event_get(all.ev, all.out.base, key)));
	}
out:
	parsed_free(&all);
	parsed_free(&hot);
}

static unsigned each_line(const char *pattern, void (*visit)(struct span line))
{
	glob_t found;
	unsigned lines = 0;

	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *f = fopen(found.gl_pathv[i], "re");
		char *line = NULL;
		size_t room = 0;
		ssize_t n;

		assert_non_null(f);
		while ((n = getline(&line, &room, f)) > 0) {
			visit(span_of(line, (size_t)n - (line[n - 1] == '\n')));
			lines++;
		}
		free(line);
		fclose(f);
	}
	globfree(&found);
	return lines;
}

static void the_hot_path_says_the_same(void **state)
{
	static const char *const folders[] = { "dovecot", "php", "web", "ssh", "ftp" };
	char pattern[256];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(pattern, sizeof(pattern), "test/corpus/%s/*.golden", folders[i]);
		assert_true(each_line(pattern, check_hot) > 10);
	}
}

/* Every cut of a line is a line: nothing may read past its end (ASan watches), none may be two events. */
static void check_cuts(struct span line)
{
	for (size_t n = 0; n <= line.n; n += 1 + n / 40) {
		char *copy = xmalloc(n + 1);
		struct evbuf out = { .base = copy, .used = n, .cap = n };
		struct maker m = { .out = &out, .all = true };
		struct frame frame = FRAME_START;

		memcpy(copy, line.p, n);
		frame_line(&frame, &m, span_of(copy, n));
		assert_int_equal(out.events, 1);
		free(copy);
		free(out.mem);
	}
}

static void lines_cut_anywhere(void **state)
{
	static const char *const folders[] = { "dovecot", "php", "web", "ssh", "ftp" };
	char pattern[256];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(pattern, sizeof(pattern), "test/corpus/%s/*.golden", folders[i]);
		assert_true(each_line(pattern, check_cuts) > 10);
	}
}

/* ---- the corpus ---- */

static unsigned others;

static void count_other(struct span line)
{
	struct parsed p = parse(line, true);

	others += p.ev->kind == EV_OTHER && line.n && line.p[0] != '#';
	parsed_free(&p);
	check_hot(line);
}

/* Files whose lines carry logins, uploads, mail() calls or requests, and how many of them are something else. */
static void corpus_lines_are_understood(void **state)
{
	static const struct {
		const char *file;
		unsigned others;
	} files[] = {
		{ "auth/crowdsec-dovecot.log", 0 },	 { "auth/dovecot-misc.log", 0 },
		{ "auth/crowdsec-sshd.log", 0 },	 { "auth/ossec-wazuh-sshd.log", 0 },
		{ "auth/crowdsec-proftpd.log", 0 },	 { "auth/ossec-wazuh-proftpd.log", 0 },
		{ "auth/crowdsec-pureftpd.log", 0 },	 { "auth/pureftpd-hacked-site.log", 0 },
		{ "auth/crowdsec-vsftpd.log", 0 },	 { "auth/ossec-wazuh-vsftpd.log", 0 },
		{ "auth/xferlog-samples.log", 0 },	 { "php/php-mail-log.log", 0 },
		{ "web/lnav-shop-access.log", 0 },	 { "web/hacked-wordpress.log", 0 },
		{ "web/ossec-wazuh-web_appsec.log", 0 }, { "web/ossec-wazuh-web_rules.log", 4 }, /* IIS */
	};
	const char *root = getenv("SPAMTRAIL_CORPUS");
	char path[4096];
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/logs/%s", root ? root : "../shared/corpus", files[i].file);
		others = 0;
		seen += each_line(path, count_other);
		if (others > files[i].others)
			fail_msg("%s: %u lines are not understood", files[i].file, others);
	}
	if (!seen)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(web_fields_for_trace),	       cmocka_unit_test(php_keeps_the_argument),
		cmocka_unit_test(the_hot_path_says_the_same),  cmocka_unit_test(lines_cut_anywhere),
		cmocka_unit_test(corpus_lines_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
