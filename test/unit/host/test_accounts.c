/*
 * Whose uid, domain or path it is. The worst answer is somebody else's account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/accounts.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
			     "Debian-exim:x:101:105::/var/spool/exim4:/usr/sbin/nologin\n"
			     "mysql:x:110:114:MySQL Server:/home/mysql:/bin/false\n"
			     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
			     "# a remark\n"
			     "+::::::\n"
			     "\n"
			     "vic:x:1001:1001::/home/vic:/bin/bash\n"
			     "victim:x:1002:1002::/home/victim/:/bin/bash\r\n"
			     "sub:x:1003:1003::/home/vic/sites/sub:/bin/bash\n"
			     "web1:x:1004:1004::/var/www/clients/client1/web1:/bin/false\n"
			     "vicftp:x:1001:1001::/home/vic:/bin/false\n"
			     "twin1:x:1005:1005::/home/twin:/bin/false\n"
			     "twin2:x:1006:1006::/home/twin:/bin/false\n"
			     "lazy:x:1007:1007::/var/www:/bin/false\n"
			     "slash:x:1008:1008::/:/bin/false\n"
			     "away:x:1009:1009::/data/away:/bin/false";

static const char domains[] = "shop.example: vic\n"
			      "Blog.Example.: victim\n"
			      "sub.blog.example: sub\n"
			      "panel.example:onlypanel\n"
			      "away.example: away\n"
			      "*: nobody\n";

static struct accounts *sample(void)
{
	struct accounts *a = accounts_new();

	assert_int_equal(accounts_add_passwd(a, span_str(passwd)), 0);
	assert_int_equal(accounts_add_domains(a, span_str(domains)), 0);
	accounts_ready(a);
	return a;
}

static const char *name_of(const struct accounts *a, uint32_t i)
{
	static char name[160];

	if (i == ACCOUNT_NONE)
		return "-";
	snprintf(name, sizeof(name), "%.*s", (int)accounts_get(a, i)->name.n, accounts_get(a, i)->name.p);
	return name;
}

static void names_and_uids(void **state)
{
	struct accounts *a = sample();
	const struct account *vic = accounts_get(a, accounts_by_name(a, SPAN("vic")));

	assert_int_equal(vic->uid, 1001);
	assert_true(span_eq(vic->home, SPAN("/home/vic")));
	assert_false(vic->shared || vic->mta);
	/* Two names of one uid: the first is the account, as with getpwuid(). */
	assert_string_equal(name_of(a, accounts_by_uid(a, 1001)), "vic");
	assert_string_equal(name_of(a, accounts_by_uid(a, 0)), "root");
	assert_string_equal(name_of(a, accounts_by_uid(a, 4711)), "-");
	assert_string_equal(name_of(a, accounts_by_uid(a, UINT32_MAX)), "-");
	assert_string_equal(name_of(a, accounts_by_name(a, SPAN("Vic"))), "-");
	assert_string_equal(name_of(a, accounts_by_name(a, SPAN(""))), "-");
	assert_true(accounts_get(a, accounts_by_uid(a, 33))->shared);
	assert_true(accounts_get(a, accounts_by_uid(a, 65534))->shared);
	assert_true(accounts_get(a, accounts_by_uid(a, 101))->mta);
	/* A panel's user that passwd does not know. */
	assert_int_equal(accounts_get(a, accounts_by_name(a, SPAN("onlypanel")))->uid, UINT32_MAX);
	assert_int_equal(accounts_count(a), 16);
	accounts_free(a);
}

static void domains_and_parents(void **state)
{
	static const struct {
		const char *domain;
		bool parents;
		const char *owner;
	} cases[] = {
		{ "shop.example", false, "vic" },
		{ "SHOP.Example.", false, "vic" },
		{ "blog.example", false, "victim" },
		{ "www.shop.example", false, "-" },
		{ "www.shop.example", true, "vic" },
		{ "a.b.c.shop.example", true, "vic" },
		{ "mail.sub.blog.example", true, "sub" },
		{ "x.blog.example", true, "victim" },
		{ "notshop.example", true, "-" },
		{ "shop.example.evil.example", true, "-" },
		{ "example", true, "-" },
		{ "", true, "-" },
		{ ".", true, "-" },
		{ "shop.example..", true, "-" },
		{ "*", false, "-" },
		{ "shop.example\n", false, "-" },
	};
	struct accounts *a = sample();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got =
			name_of(a, accounts_by_domain(a, span_str(cases[i].domain), cases[i].parents));

		if (strcmp(got, cases[i].owner) != 0)
			fail_msg("%s: %s instead of %s", cases[i].domain, got, cases[i].owner);
		if (strcmp(got, "-") != 0 && !accounts_domain_maybe(a, span_str(cases[i].domain)))
			fail_msg("%s is somebody's, and is said to be a stranger's", cases[i].domain);
	}
	accounts_free(a);
}

/* Not all: one of ten thousand strangers shares a bit with one of a few domains. */
static void strangers_are_told_for_little(void **state)
{
	struct accounts *a = sample();
	unsigned maybe = 0;

	for (unsigned i = 0; i < 1000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "mail.stranger-%u.example", i);
		maybe += accounts_domain_maybe(a, span_str(text));
	}
	assert_true(maybe < 20);
	accounts_free(a);
}

static void paths(void **state)
{
	static const struct {
		const char *path, *owner;
	} cases[] = {
		{ "/home/vic", "vic" },
		{ "/home/vic/public_html/x.php", "vic" },
		{ "/home/victim/public_html/x.php", "victim" },
		{ "/home/vict/x.php", "-" },
		{ "/home/vic//public_html/./x.php", "vic" },
		{ "//home//vic//x.php", "vic" },
		{ "/home/vic/sites/sub/x.php", "sub" },
		{ "/home/vic/sites/subs/x.php", "vic" },
		{ "/home/vic/home/victim/x.php", "vic" },
		/* climbs, or starts nowhere */
		{ "/home/vic/../victim/x.php", "-" },
		{ "/home/vic/..", "-" },
		{ "home/vic/x.php", "-" },
		{ "", "-" },
		{ "/", "-" },
		{ "/home/vic/...", "vic" },
		/* homes of nobody's, and of two */
		{ "/var/www/html/x.php", "-" },
		{ "/nonexistent/x", "-" },
		{ "/root/x", "-" },
		{ "/home/mysql/x", "-" },
		{ "/var/spool/exim4/x", "-" },
		{ "/home/twin/x.php", "-" },
		{ "/tmp/x.php", "-" },
		/* by the layout */
		{ "/var/www/clients/client1/web1/web/x.php", "web1" },
		{ "/var/www/vhosts/shop.example/httpdocs/x.php", "vic" },
		{ "/var/www/vhosts/system/shop.example/logs/error_log", "vic" },
		{ "/var/www/vhosts/www.shop.example/x.php", "vic" },
		{ "/var/www/shop.example/x.php", "vic" },
		{ "/var/www/shop.example.evil/x.php", "-" },
		{ "/home2/vic/public_html/x.php", "vic" },
		{ "/home/onlypanel/public_html/x.php", "onlypanel" },
		{ "/home/shop.example/httpdocs/x.php", "vic" },
		{ "/homes/vic/x.php", "-" },
		{ "/home/away/x.php", "away" },
		{ "/data/away/x.php", "away" },
		{ "/data/away2/x.php", "-" },
		{ "/srv/users/vic/apps/a/public/x.php", "vic" },
		{ "/www/wwwroot/shop.example/x.php", "vic" },
		{ "/home/www-data/x.php", "-" },
		{ "/home/", "-" },
		{ "/home//", "-" },
	};
	struct accounts *a = sample();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = name_of(a, accounts_by_path(a, span_str(cases[i].path)));

		if (strcmp(got, cases[i].owner) != 0)
			fail_msg("%s: %s instead of %s", cases[i].path, got, cases[i].owner);
	}
	assert_int_equal(accounts_get(a, accounts_by_uid(a, 1007))->home.n, 0);
	assert_int_equal(accounts_get(a, accounts_by_uid(a, 1008))->home.n, 0);
	accounts_free(a);
}

/* The order of the files has no say, and the tables may come twice (userdomains and trueuserdomains). */
static void domains_before_passwd(void **state)
{
	struct accounts *a = accounts_new();

	assert_int_equal(accounts_add_domains(a, span_str(domains)), 0);
	assert_int_equal(accounts_add_passwd(a, span_str(passwd)), 0);
	assert_int_equal(accounts_add_domains(a, span_str(domains)), 0);
	accounts_ready(a);
	assert_int_equal(accounts_get(a, accounts_by_domain(a, SPAN("shop.example"), false))->uid, 1001);
	assert_string_equal(name_of(a, accounts_by_path(a, SPAN("/home/vic/x"))), "vic");
	accounts_free(a);
}

static void bad_lines_are_counted(void **state)
{
	struct accounts *a = accounts_new();
	char *longer = xmalloc((1 << 20) + 64);
	size_t n = 0;

	assert_int_equal(accounts_add_passwd(a, SPAN("a:x:1000:1:::\na:x:1001:1:::\n")), 1);
	assert_int_equal(accounts_get(a, accounts_by_name(a, SPAN("a")))->uid, 1000);
	assert_int_equal(accounts_add_passwd(a, SPAN("b:x:-1:1:::\nc:x:4294967295:1:::\nd\n:x:5:5:::\n")), 4);
	assert_int_equal(accounts_add_passwd(a, SPAN("e\0e:x:1002:1:::\nf:x:1003:1::/home/f\0g:\n")), 2);
	assert_int_equal(accounts_add_domains(a, SPAN("x.example: a\nx.example: z\n")), 1);
	assert_string_equal(name_of(a, accounts_by_domain(a, SPAN("x.example"), false)), "a");
	assert_int_equal(accounts_add_domains(a, SPAN("no owner.example: a\ny.example:\n: a\nz.example\n"
						      "w.example: a b\nv\0.example: a\n")),
			 6);
	memset(longer, 'l', 1 << 20);
	n = (1 << 20) + (size_t)snprintf(longer + (1 << 20), 64, ".example: a\nlast.example: a");
	assert_int_equal(accounts_add_domains(a, span_of(longer, n)), 1);
	assert_string_equal(name_of(a, accounts_by_domain(a, SPAN("last.example"), false)), "a");
	assert_int_equal(accounts_add_domains(a, SPAN_NONE), 0);
	free(longer);
	accounts_ready(a);
	accounts_free(a);
	accounts_free(NULL);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void a_million_domains(void **state)
{
	struct accounts *a = accounts_new();
	struct buf text = BUF_MAX((size_t)64 << 20);
	double began;

	for (unsigned i = 0; i < 1000000; i++)
		buf_addf(&text, "site-%u.shop.example: user%u\n", i, i % 5000);
	began = seconds();
	assert_int_equal(accounts_add_domains(a, buf_view(&text)), 0);
	accounts_ready(a);
	print_message("# loaded in %.3f s\n", seconds() - began);
	/* Well under a second; a sanitized build on a loaded machine gets ten times that. */
	assert_true(seconds() - began < 10);
	assert_int_equal(accounts_count(a), 5000);
	assert_string_equal(name_of(a, accounts_by_domain(a, SPAN("www.site-999999.shop.example"), true)),
			    "user4999");
	assert_string_equal(name_of(a, accounts_by_domain(a, SPAN("site-1000000.shop.example"), true)), "-");
	accounts_free(a);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_uids),
		cmocka_unit_test(domains_and_parents),
		cmocka_unit_test(strangers_are_told_for_little),
		cmocka_unit_test(paths),
		cmocka_unit_test(domains_before_passwd),
		cmocka_unit_test(bad_lines_are_counted),
		cmocka_unit_test(a_million_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
