/*
 * Which folder a local message came from: only a line that fits in owner, time and pid or recipient may name one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "host/accounts.h"
#include "judge/judge.h"
#include "logs/maker.h"
#include "trace/internal.h"
#include "trace/script.h"

#define T0 INT64_C(1795435200)

static struct script_memory memory;
static struct accounts *accounts;
static uint32_t shop, blog;

static int begin(void **state)
{
	memset(&memory, 0, sizeof(memory));
	accounts = accounts_new();
	accounts_add_passwd(accounts, SPAN("shop:x:1001:1001::/home/shop:/bin/bash\n"
					   "blog:x:1002:1002::/home/blog:/bin/bash\n"));
	accounts_ready(accounts);
	shop = accounts_by_name(accounts, SPAN("shop"));
	blog = accounts_by_name(accounts, SPAN("blog"));
	return 0;
}

static int end(void **state)
{
	accounts_free(accounts);
	return 0;
}

/* An event over TEXT with up to two fields, which lie in it. */
static void write_event(char *text, int64_t at, uint32_t pid, enum field_key key, struct span value,
			enum field_key second, struct span other, bool php)
{
	struct evbuf out = { .base = text, .used = strlen(text), .cap = strlen(text) };
	struct line line = { .raw = span_str(text), .at = at, .pid = pid, .stamp = STAMP_TIME, .repeat = 1 };
	struct maker m = { .out = &out, .line = &line };

	maker_begin(&m, DIALECT_EXIM, php ? EV_PHPMAIL : EV_COMMAND);
	maker_field(&m, key, value);
	if (other.p)
		maker_field(&m, second, other);
	maker_end(&m);
	if (php)
		script_php(&memory, accounts, m.ev, text);
	else
		script_cwd(&memory, m.ev, event_get(m.ev, text, F_CWD), event_get(m.ev, text, F_TEXT));
	free(out.mem);
}

static void cwd(int64_t at, uint32_t pid, const char *dir, const char *args)
{
	char text[2048];

	snprintf(text, sizeof(text), "cwd=%s 3 args: %s", dir, args);
	write_event(text, at, pid, F_CWD, span_of(text + 4, strlen(dir)), F_TEXT,
		    span_from(span_str(text), 4 + strlen(dir) + strlen(" 3 args: ")), false);
}

static void php(int64_t at, const char *file, const char *to)
{
	char text[2048];

	snprintf(text, sizeof(text), "mail() on [%s:3]: To: %s", file, to);
	write_event(text, at, 0, F_SCRIPT, span_of(text + 11, strlen(file)), F_TO,
		    span_of(strstr(text, "To: ") + 4, strlen(to)), true);
}

#define take(at, pid, owner, shared, sender) \
	script_take_cwd(&memory, accounts, at, pid, owner, shared, sender)
#define is(span, text) assert_true(span_eq((span), SPAN(text)))

static void folder_of_the_owner_in_time(void **state)
{
	cwd(T0, 0, "/home/shop/a", "/usr/sbin/sendmail -t -i");
	is(take(T0, 0, blog, false, 0), "");
	is(take(T0 + CWD_SECONDS + 1, 0, shop, false, 0), "");
	is(take(T0 - 1, 0, shop, false, 0), "");
	is(take(T0 + CWD_SECONDS, 0, shop, false, 0), "/home/shop/a");
	is(take(T0, 0, shop, false, 0), ""); /* each line once */
	cwd(T0, 0, "/srv/nobodys", "/usr/sbin/sendmail -t -i");
	is(take(T0, 0, ACCOUNT_NONE, false, 0), "");
	is(take(T0, 0, shop, true, 0), "/srv/nobodys"); /* www-data mails from many folders */
}

static void pid_then_sender_then_turn(void **state)
{
	const uint64_t a = rcpt_hash(SPAN("a@b.example"), NULL);

	cwd(T0, 11, "/home/shop/1", "/usr/sbin/sendmail -t -i");
	cwd(T0, 12, "/home/shop/2", "/usr/sbin/sendmail -t -i -fA@B.example");
	cwd(T0, 13, "/home/shop/3", "/usr/sbin/sendmail -t -i -f <c@d.example>");
	is(take(T0, 13, shop, false, a), "/home/shop/3");
	is(take(T0, 14, shop, false, a), ""); /* another process */
	is(take(T0, 0, shop, false, a), "/home/shop/2");
	cwd(T0, 15, "/home/shop/4", "/usr/sbin/sendmail -t -i");
	is(take(T0, 0, shop, false, 0), "/home/shop/1");
	is(take(T0, 0, shop, false, 0), "/home/shop/4");
}

static void what_hands_nothing_over(void **state)
{
	static const char *const args[] = {
		"/usr/sbin/exim4 -Mc 1tAAAA-000000-01",
		"/usr/sbin/exim4 -q",
		"/usr/sbin/exim4 -bd -q30m",
		"/usr/sbin/exim4 -bpc",
		"/usr/sbin/exim4 -bt a@b.example",
		"/usr/sbin/exim4 -bV",
		"/usr/sbin/exim4 -bh 192.0.2.1",
		"/usr/sbin/exim4 -bP x",
		"/usr/sbin/exim4",
		"/usr/sbin/exim4 -x",
	};

	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++)
		cwd(T0, 0, "/home/shop/a", args[i]);
	cwd(T0, 0, "/var/spool/exim4", "/usr/sbin/sendmail -t");
	is(take(T0, 0, shop, true, 0), "");
	cwd(T0, 0, "/home/shop/b", "/usr/sbin/sendmail a@b.example");
	is(take(T0, 0, shop, false, 0), "/home/shop/b");
}

static void old_lines_are_pushed_out(void **state)
{
	char long_dir[SCRIPT_PATH + 8];

	cwd(T0, 0, "/home/shop/first", "/usr/sbin/sendmail -t");
	for (unsigned i = 0; i < CWD_RING; i++)
		cwd(T0, 0, "/home/blog/x", "/usr/sbin/sendmail -t");
	is(take(T0, 0, shop, false, 0), "");
	memset(long_dir, 'a', sizeof(long_dir));
	memcpy(long_dir, "/home/shop/", 11);
	long_dir[SCRIPT_PATH + 1] = '\0';
	cwd(T0, 0, long_dir, "/usr/sbin/sendmail -t");
	is(take(T0, 0, shop, false, 0), "");
	long_dir[SCRIPT_PATH] = '\0';
	cwd(T0, 0, long_dir, "/usr/sbin/sendmail -t");
	assert_int_equal(take(T0, 0, shop, false, 0).n, SCRIPT_PATH);
}

static void mail_calls_by_recipient(void **state)
{
	const uint64_t a = rcpt_hash(SPAN("a@b.example"), NULL);
	const uint64_t c = rcpt_hash(SPAN("c@d.example"), NULL);

	assert_false(script_php_waits(&memory, T0, shop, false));
	php(T0, "/home/shop/w/one.php", "\"A, B\" <A@b.example>, x@y.example");
	php(T0, "/home/shop/w/two.php", "c@d.example,a@b.example");
	php(T0, "/home/shop/w/three.php", "nobody");
	php(T0, "/home/blog/w/four.php", "c@d.example");
	assert_true(script_php_waits(&memory, T0 + PHP_SECONDS, shop, false));
	assert_false(script_php_waits(&memory, T0 + PHP_SECONDS + 1, shop, false));
	assert_true(script_php_waits(&memory, T0 - 1, shop, false));
	assert_false(script_php_waits(&memory, T0 - 2, shop, false));
	is(php_file(script_take_php(&memory, T0, shop, false, c)), "/home/shop/w/two.php");
	is(php_file(script_take_php(&memory, T0, shop, false, c)), "");
	is(php_file(script_take_php(&memory, T0, shop, false, a)), "/home/shop/w/one.php");
	is(php_file(script_take_php(&memory, T0, shop, false, 0)), "/home/shop/w/three.php");
	assert_false(script_php_waits(&memory, T0, shop, false));
	is(php_file(script_take_php(&memory, T0, blog, false, 0)), ""); /* its To named somebody */
	is(php_file(script_take_php(&memory, T0, shop, true, c)), "/home/blog/w/four.php");
	assert_int_equal(memory.open_php, 0);
	for (unsigned i = 0; i < 2 * PHP_RING; i++)
		php(T0, "/home/shop/w/one.php", "a@b.example");
	assert_int_equal(memory.open_php, PHP_RING);
}

static void places_and_their_traits(void **state)
{
	static const char *const none[] = { "",	       "/",    "/home/shop", "/home/shop//",	"/root",
					    "/root/x", "/etc", "/usr/lib/x", "/var/spool/cron", "/proc/1" };
	static const char *const some[] = { "/home/shop/public_html", "/home", "/rooted", "/var/www",
					    "/tmp" };
	static const char *const never[] = {
		"/home/shop/wp-content/uploads/2026", "/x/Cache", "/dev/shm", "/x/.hid/y", "/tmp", "/x/assets"
	};
	static const char *const plain[] = { "/x/uploader", "/x/tmpl", "/home/shop/public_html", "/x/./y" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (script_is_place(span_str(none[i]), SPAN("/home/shop")))
			fail_msg("%s", none[i]);
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
		if (!script_is_place(span_str(some[i]), SPAN("/home/shop")))
			fail_msg("%s", some[i]);
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (script_traits(span_str(never[i])) != PLACE_NEVER_MAILS)
			fail_msg("%s", never[i]);
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (script_traits(span_str(plain[i])))
			fail_msg("%s", plain[i]);
	assert_int_equal(script_traits(SPAN("/usr/lib/mailman/bin")), PLACE_KNOWN_LIST);
	is(script_folder(SPAN("/home/shop/a.php")), "/home/shop");
	is(script_folder(SPAN("/a.php")), "/a.php");
	is(script_folder(SPAN("a.php")), "a.php");
}

#define test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(folder_of_the_owner_in_time), test(pid_then_sender_then_turn),
		test(what_hands_nothing_over),	   test(old_lines_are_pushed_out),
		test(mail_calls_by_recipient),	   test(places_and_their_traits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
