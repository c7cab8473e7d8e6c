/*
 * Whose a queued message is: the kind, id, account and grade for each set of facts, and that what a suspect writes
 * himself accuses nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "host/accounts.h"
#include "trace/net.h"
#include "trace/queued.h"

static const char passwd[] = "alice:x:2001:2001::/home/alice:/bin/sh\n"
			     "bob:x:2002:2002::/home/bob:/bin/sh\n"
			     "www-data:x:33:33::/var/www:/bin/sh\n"
			     "Debian-exim:x:101:101::/var/spool/exim4:/bin/false\n";
static const char domains[] = "alice.test: alice\nbob.test: bob\n";

static struct accounts *accounts;
static struct networks networks;

static int start(void **state)
{
	const struct span relay = SPAN("198.51.100.0/24");

	(void)state;
	accounts = accounts_new();
	accounts_add_passwd(accounts, span_str(passwd));
	accounts_add_domains(accounts, span_str(domains));
	accounts_ready(accounts);
	networks_init(&networks, &relay, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	networks_free(&networks);
	accounts_free(accounts);
	return 0;
}

/* What the spool file tells; "" and 0: nothing. UID 0 stands for none. */
struct facts {
	const char *login, *client, *sender, *user;
	uint32_t uid;
	char login_grade, uid_grade;
};

static void whose(const struct facts *f, enum sender_kind kind, const char *id, const char *account,
		  char grade)
{
	struct queued q = {
		.login = span_str(f->login ? f->login : ""),
		.client = span_str(f->client ? f->client : ""),
		.sender = span_str(f->sender ? f->sender : ""),
		.user = span_str(f->user ? f->user : ""),
		.uid = f->uid ? f->uid : QUEUED_NO_UID,
		.login_grade = f->login_grade,
		.uid_grade = f->uid_grade,
		.door = DOOR_UNKNOWN,
	};
	struct whose w;
	char got[600], want[600];

	queued_whose(&q, accounts, &networks, &w);
	snprintf(got, sizeof(got), "%d %.*s %.*s %d", (int)w.kind, (int)w.id.n, w.id.n ? w.id.p : "",
		 (int)w.account.n, w.account.n ? w.account.p : "", w.grade);
	snprintf(want, sizeof(want), "%d %s %s %d", (int)kind, id, account, grade);
	assert_string_equal(got, want);
}

static void by_login(void **state)
{
	(void)state;
	/* by the login's domain, in any case; a name of passwd; the server's facts come before what was said over SMTP */
	whose(&(struct facts){ .login = "Info@Alice.TEST", .login_grade = 'A' }, KIND_AUTH, "info@alice.test",
	      "alice", 'A');
	whose(
		&(struct facts){
			.login = "bob", .login_grade = 'B', .client = "192.0.2.1", .sender = "x@alice.test" },
		KIND_AUTH, "bob", "bob", 'B');
	whose(&(struct facts){ .login = "info@elsewhere.test", .login_grade = 'A', .sender = "x@alice.test" },
	      KIND_AUTH, "info@elsewhere.test", "", 'A');
	/* several @: no address, so no domain of anybody's */
	whose(&(struct facts){ .login = "a@bob.test@alice.test", .login_grade = 'A' }, KIND_AUTH,
	      "a@bob.test@alice.test", "", 'A');
}

static void by_uid(void **state)
{
	(void)state;
	whose(&(struct facts){ .uid = 2001, .uid_grade = 'A', .user = "alice" }, KIND_LOCAL, "alice", "alice",
	      'A');
	whose(&(struct facts){ .uid = 2002, .uid_grade = 'A' }, KIND_LOCAL, "bob", "bob", 'A');
	whose(&(struct facts){ .uid = 4711, .uid_grade = 'A' }, KIND_LOCAL, "uid 4711", "", 'A');
	/* what the sender says he is chooses no account, least of all where many share the user */
	whose(&(struct facts){ .uid = 33, .uid_grade = 'A', .sender = "x@alice.test" }, KIND_LOCAL,
	      "www-data", "", 'A');
	whose(&(struct facts){ .uid = 101, .uid_grade = 'A', .sender = "x@alice.test" }, KIND_BOUNCE,
	      "bounce", "", 'B');
}

static void by_client(void **state)
{
	(void)state;
	whose(&(struct facts){ .client = "127.0.0.1", .sender = "x@alice.test" }, KIND_RELAY, "127.0.0.1",
	      "alice", 'C');
	whose(&(struct facts){ .client = "198.51.100.7", .sender = "x@sub.bob.test" }, KIND_RELAY,
	      "198.51.100.7", "bob", 'C');
	whose(&(struct facts){ .client = "::1", .sender = "x@elsewhere.test" }, KIND_RELAY, "::1", "", 'B');
	/* from outside nobody here is meant, whatever address he uses */
	whose(&(struct facts){ .client = "192.0.2.1", .sender = "x@alice.test" }, KIND_INBOUND, "inbound", "",
	      'B');
	whose(&(struct facts){ .client = "what's this", .sender = "x@alice.test" }, KIND_UNKNOWN, "unknown",
	      "", 0);
}

static void by_nothing(void **state)
{
	struct queued q = { .uid = 2001, .login = SPAN("alice"), .damage = "cut", .uid_grade = 'A' };
	struct whose w;

	(void)state;
	whose(&(struct facts){ .sender = "x@alice.test" }, KIND_UNKNOWN, "unknown", "", 0);
	/* damage comes before everything, the server's own mail before its uid */
	queued_whose(&q, accounts, &networks, &w);
	assert_int_equal(w.kind, KIND_UNKNOWN);
	assert_true(span_eq(w.id, SPAN("damaged")) && !w.account.n && !w.grade);
	q.damage = NULL;
	q.door = DOOR_BOUNCE;
	queued_whose(&q, accounts, &networks, &w);
	assert_int_equal(w.kind, KIND_BOUNCE);
	assert_int_equal(w.account.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_login),
		cmocka_unit_test(by_uid),
		cmocka_unit_test(by_client),
		cmocka_unit_test(by_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, end);
}
