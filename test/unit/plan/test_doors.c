/* doors: what stands in a server's settings, and what the plan therefore does, leaves or says. */
#include "plan_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* One more file beside PASSWD; what must be noted, and what the first new text must hold ("" where nothing may be done). */
struct door {
	const char *path, *text;
	const char *note, *bytes;
};

static const struct row alice_login = { .kind = KIND_AUTH, .id = SPAN("alice@alice.example"), .grade = 'A' };
static const struct row alice_user = {
	.kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A'
};

static void check(const struct door *d, size_t n, const struct row *row, const struct file *more)
{
	for (size_t i = 0; i < n; i++) {
		struct file tree[12] = { PASSWD, { d[i].path, d[i].text } };
		const struct action *edit;
		struct made m;

		for (size_t k = 0; more && more[k].path; k++)
			tree[2 + k] = more[k];
		m = make(tree, row, NULL, NULL);
		edit = action_of(&m, ACTION_EDIT);
		if (d[i].note && !noted(&m, d[i].note)) {
			for (size_t k = 0; k < m.plan.nnotes; k++)
				print_error("%.*s\n", (int)m.plan.notes[k].n, m.plan.notes[k].p);
			fail_msg("case %zu does not say: %s", i, d[i].note);
		}
		if (d[i].bytes && (d[i].bytes[0] ? !edit || !has(edit->new_bytes, d[i].bytes) : edit != NULL))
			fail_msg("case %zu: \"%.*s\" without \"%s\"", i, edit ? (int)edit->new_bytes.n : 0,
				 edit ? edit->new_bytes.p : "", d[i].bytes);
		end(&m);
	}
}
#define CHECK(list, row, more) check(list, sizeof(list) / sizeof((list)[0]), row, more)

#define MAIN "/etc/postfix/main.cf"

static void postfix_logins(void **state)
{
	static const struct door cases[] = {
		{ MAIN, "a = b\n", NULL, "spamtrail_closed = inline:{\n    {alice@alice.example = HOLD}" },
		{ MAIN,
		  "spamtrail_closed = inline:{ {bob@x = HOLD} }\nsmtpd_data_restrictions = x, "
		  "check_sasl_access "
		  "$spamtrail_closed\n",
		  NULL, "{bob@x = HOLD}" },
		{ MAIN, "spamtrail_closed = inline:{ {bob@x = HOLD} {alice@alice.example = HOLD} }\n",
		  "Postfix: alice@alice.example may not send already", "" },
		/* what an operator broke is begun anew */
		{ MAIN, "spamtrail_closed = inline:{ {bob@x = HOLD\n", NULL, "{alice@alice.example = HOLD}" },
		{ MAIN, "smtpd_data_restrictions = reject_unauth_pipelining\n", NULL,
		  "reject_unauth_pipelining" },
	};
	static const struct door masters[] = {
		{ "/etc/postfix/master.cf", "submission inet n\n  -o smtpd_data_restrictions=\n", NULL,
		  "smtpd_end_of_data_restrictions =" },
		{ "/etc/postfix/master.cf", "#  -o smtpd_data_restrictions=\n", NULL,
		  "smtpd_data_restrictions =" },
		{ "/etc/postfix/master.cf",
		  "  -o smtpd_data_restrictions=\n  -o smtpd_end_of_data_restrictions=x",
		  "add check_sasl_access $spamtrail_closed to one of them", "" },
	};
	static const struct file with[] = { POSTFIX, { 0 } };
	static const struct row odd = { .kind = KIND_AUTH, .id = SPAN("a{b}@x"), .grade = 'A' };
	static const struct door refused[] = {
		{ MAIN, "a = b\n", "the login a{b}@x has characters that no list takes: lock its password",
		  "" },
	};

	CHECK(cases, &alice_login, NULL);
	CHECK(masters, &alice_login, with);
	CHECK(refused, &odd, NULL);
	(void)state;
}

static void postfix_users(void **state)
{
	static const struct door cases[] = {
		{ MAIN, "a = b\n", NULL, "!alice\n    static:all" },
		{ MAIN, "authorized_submit_users = !bob, static:all\n", NULL,
		  "!alice\n    !bob, static:all" },
		{ MAIN, "authorized_submit_users =\n",
		  "nobody may use sendmail here (authorized_submit_users is empty)", "" },
		{ MAIN, "authorized_submit_users = !bob, !alice static:all\n",
		  "Postfix: alice may not use sendmail already", "" },
		/* a name inside another's is no answer */
		{ MAIN, "authorized_submit_users = !alice2, static:all\n", NULL, "!alice\n" },
	};

	CHECK(cases, &alice_user, NULL);
	(void)state;
}

static void say_all(const struct made *m)
{
	for (size_t i = 0; i < m->plan.nactions; i++)
		print_error("action %d %.*s\n%.*s\n", m->plan.actions[i].kind, (int)m->plan.actions[i].path.n,
			    m->plan.actions[i].path.p, (int)m->plan.actions[i].new_bytes.n,
			    m->plan.actions[i].new_bytes.n ? m->plan.actions[i].new_bytes.p : "");
	for (size_t i = 0; i < m->plan.nnotes; i++)
		print_error("note %.*s\n", (int)m->plan.notes[i].n, m->plan.notes[i].p);
}

static const struct row sales = { .kind = KIND_FORWARD, .id = SPAN("sales@alice.example"), .grade = 'B' };
#define HELD "    check_recipient_access inline:{ {sales@alice.example = HOLD} }\n"

/* Behind the permits for the server's own people, in front of all else; the rest is as it was. */
static void postfix_forwards(void **state)
{
	static const struct door cases[] = {
		{ MAIN, "a = b\n", "an SMTP session that is open now goes on",
		  "a = b\nsmtpd_recipient_restrictions =\n    permit_mynetworks\n    "
		  "permit_sasl_authenticated\n" HELD },
		{ MAIN,
		  "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks,reject_x, "
		  "permit\n",
		  "all that comes from outside for sales@alice.example waits",
		  "smtpd_recipient_restrictions =\n    permit_sasl_authenticated\n    "
		  "permit_mynetworks\n" HELD "    reject_x, permit\n" },
		{ MAIN, "smtpd_recipient_restrictions =\n  permit_mynetworks\n", NULL,
		  "=\n    permit_mynetworks\n" HELD },
		{ MAIN, "smtpd_recipient_restrictions = reject_x permit_mynetworks\n",
		  "this server's own people's SMTP to sales@alice.example is held, too",
		  "=\n" HELD "    reject_x permit_mynetworks\n" },
		{ MAIN, "smtpd_recipient_restrictions =\n", "own people's", "=\n" HELD },
		/* a second address stands in front of the first, so that neither line hangs on the other */
		{ MAIN,
		  "smtpd_recipient_restrictions = permit_mynetworks check_recipient_access inline:{ {a@x = "
		  "HOLD} }\n",
		  NULL, "permit_mynetworks\n" HELD "    check_recipient_access inline:{ {a@x = HOLD} }\n" },
		{ MAIN,
		  "smtpd_recipient_restrictions = check_recipient_access inline:{ {sales@alice.example = "
		  "HOLD} }\n",
		  "for sales@alice.example is held already", "" },
		{ MAIN, "smtpd_proxy_filter = [127.0.0.1]:10024\n", "goes on", "" },
	};
	static const struct door masters[] = {
		{ "/etc/postfix/master.cf", "submission inet n\n  -o smtpd_recipient_restrictions=\n", NULL,
		  HELD },
		{ "/etc/postfix/master.cf",
		  "127.0.0.1:25 inet n - n - - smtpd\n -o smtpd_recipient_restrictions=permit\n"
		  "smtp unix - - n - - smtp\n  -o smtpd_proxy_filter=\n",
		  NULL, HELD },
		{ "/etc/postfix/master.cf",
		  "smtp inet n - y - - smtpd\n#  -o smtpd_recipient_restrictions=\n", NULL, HELD },
		{ "/etc/postfix/master.cf",
		  "smtp inet n - y - - smtpd\n# x\n  -o smtpd_recipient_restrictions=permit\n",
		  "master.cf gives port 25 an smtpd_recipient_restrictions of its own", "" },
		{ "/etc/postfix/master.cf",
		  "192.0.2.1:25 inet n - y - - smtpd\n  -o smtpd_proxy_filter=127.0.0.1:10024\n",
		  "behind smtpd_proxy_filter nothing can be held", "" },
		{ "/etc/postfix/master.cf",
		  "smtpd pass - - n - - smtpd\n  -o smtpd_recipient_restrictions=permit\n",
		  "master.cf gives port 25", "" },
	};
	static const struct file with[] = { POSTFIX, { 0 } };
	static const struct row odd = { .kind = KIND_FORWARD, .id = SPAN("a}@x"), .grade = 'A' };
	static const struct row sign = { .kind = KIND_FORWARD, .id = SPAN("a=b@x"), .grade = 'A' };
	static const struct row bare = { .kind = KIND_FORWARD, .id = SPAN("sales"), .grade = 'A' };
	/* Postfix takes it for that local part at every domain */
	static const struct row every = { .kind = KIND_FORWARD, .id = SPAN("sales@"), .grade = 'A' };
	static const struct door refused[] = { { MAIN, "a = b\n", "is no address that a list takes", "" } };

	CHECK(cases, &sales, NULL);
	CHECK(masters, &sales, with);
	CHECK(refused, &odd, NULL);
	CHECK(refused, &sign, NULL);
	CHECK(refused, &bare, NULL);
	CHECK(refused, &every, NULL);
	(void)state;
}

/* Exim holds it by a file of the address's name, where the hook lines ask for recipients. */
static void exim_forwards(void **state)
{
	static const struct {
		const char *conf, *id, *path, *note;
	} cases[] = {
		{ "begin acl\n", "sales@alice.example", "/etc/exim4/spamtrail:to:sales@alice.example",
		  "waits" },
		{ "x /spamtrail:to: x\n", "Sales@Alice.example",
		  "/etc/exim4/spamtrail:to:sales@alice.example", NULL },
		{ "x /spamtrail: x\n", "sales@alice.example", NULL, "the hook lines are an older setup's" },
		{ "begin acl\n", "../x@y", NULL, "has characters that make no file name" },
		{ "begin acl\n", "a/b@y", NULL, "has characters that make no file name" },
		{ "begin acl\n", "sales", NULL, "has characters that make no file name" },
		{ "begin acl\n", "a@", NULL, "has characters that make no file name" },
		{ "acl_smtp_predata = ${if x}\n", "a@y", NULL, "used here in a way that setup leaves alone" },
		/* who sends by BDAT is asked nothing before his data */
		{ "x /spamtrail:to: x\n", "a@y", "/etc/exim4/spamtrail:to:a@y",
		  "who sends by BDAT is not asked" },
		{ "x /spamtrail:to: x\nchunking_advertise_hosts = *\n", "a@y", "/etc/exim4/spamtrail:to:a@y",
		  "who sends by BDAT is not asked" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file tree[] = { PASSWD, { "/etc/exim4/exim4.conf", cases[i].conf }, { 0 } };
		struct row row = { .kind = KIND_FORWARD, .id = span_str(cases[i].id), .grade = 'B' };
		struct made m = make(tree, &row, NULL, NULL);
		bool held = false;

		for (size_t k = 0; k < m.plan.nactions; k++)
			held |= cases[i].path && span_eq(m.plan.actions[k].path, span_str(cases[i].path));
		if (held != (cases[i].path != NULL) || (!held && m.plan.nactions) ||
		    (cases[i].note && !noted(&m, cases[i].note))) {
			say_all(&m);
			fail_msg("case %zu", i);
		}
		end(&m);
	}
	(void)state;
}

/* With Exim's hook lines nobody is offered BDAT, which passes them by; where Debian's own parts say who is, a note tells. */
static void exim_offers_no_chunks(void **state)
{
#define SPLIT                                                                       \
	{                                                                           \
		"/etc/exim4/update-exim4.conf.conf", "dc_use_split_config='true'\n" \
	}
#define BUILT(text)                                                       \
	{                                                                 \
		"/var/lib/exim4/config.autogenerated", text "begin acl\n" \
	}
	static const struct {
		struct file tree[5];
		bool none, noted;
	} cases[] = {
		{ { PASSWD, { "/etc/exim4/exim4.conf", "begin acl\n" } }, true, false },
		{ { PASSWD, { "/etc/exim4/exim4.conf", "chunking_advertise_hosts = *\nbegin acl\n" } },
		  true,
		  false },
		{ { PASSWD, SPLIT, BUILT("") }, true, false },
		{ { PASSWD, SPLIT, BUILT("chunking_advertise_hosts =\n") }, false, false },
		{ { PASSWD, SPLIT, BUILT("chunking_advertise_hosts = *\n") }, false, true },
	};
	static const struct row row = { .kind = KIND_FORWARD, .id = SPAN("a@y"), .grade = 'B' };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct made m = make(cases[i].tree, &row, NULL, NULL);
		struct span bytes = m.plan.nactions ? m.plan.actions[0].new_bytes : SPAN_NONE;

		if ((span_search(bytes, 0, SPAN("\nchunking_advertise_hosts =\n")) >= 0) != cases[i].none ||
		    span_search(bytes, 0, SPAN("hosts = *")) >= 0 || noted(&m, "BDAT") != cases[i].noted) {
			say_all(&m);
			fail_msg("case %zu: %.*s", i, (int)bytes.n, bytes.p);
		}
		end(&m);
	}
	(void)state;
}

/* Sessions are ended by his addresses, never by the server's own. */
static void sessions_end_by_address(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	struct row row = alice_login;
	struct made m;

	row.clients = calloc(3, sizeof(*row.clients));
	row.clients[0].ip = SPAN("127.0.0.1");
	row.clients[1].ip = SPAN("::1");
	row.clients[2].ip = SPAN("198.51.100.7");
	row.nclients = 2;
	m = make(tree, &row, NULL, NULL);
	assert_null(action_of(&m, ACTION_END_LOGIN));
	end(&m);
	row.nclients = row.clients_total = 3;
	m = make(tree, &row, NULL, NULL);
	assert_words(action_of(&m, ACTION_END_LOGIN)->args, action_of(&m, ACTION_END_LOGIN)->nargs,
		     "smtp 198.51.100.7");
	assert_false(noted(&m, "are cut off"));
	end(&m);
	row.clients_total = 50;
	m = make(tree, &row, NULL, NULL);
	assert_true(noted(&m, "was used from 50 addresses, and 3 are cut off"));
	end(&m);
	free(row.clients);
	(void)state;
}

#define CPANEL "/usr/local/cpanel/etc/exim/acls/"
#define SMTP_POINT CPANEL "ACL_SMTP_PREDATA_BLOCK/custom_begin_smtp_predata"
#define LOCAL_POINT CPANEL "ACL_NOT_SMTP_BLOCK/custom_begin_not_smtp"
#define EXIM                                                            \
	{                                                               \
		"/etc/exim.conf", "spool_directory = /var/spool/exim\n" \
	}
#define ON_CPANEL                                   \
	{                                           \
		"/usr/local/cpanel/version", "11\n" \
	}

/* Setup's lines go into the panel's own points, once, in front of what the administrator has there. */
static void panel_points(void **state)
{
	static const struct {
		struct file file[4];
		const char *first; /* in the first new text; "": nothing is written */
		const char *note;
		size_t texts;
	} cases[] = {
		{ { { SMTP_POINT, "# mine\n" }, { LOCAL_POINT, "" } }, "control = queue\n# mine\n", NULL, 2 },
		{ { { SMTP_POINT, "a /etc/spamtrail: b\n" }, { LOCAL_POINT, "# mine\n" } },
		  "control = freeze/no_tell\n# mine\n",
		  NULL,
		  1 },
		{ { { SMTP_POINT, "x /spamtrail:\n" }, { LOCAL_POINT, "x /spamtrail:\n" } }, "", NULL, 0 },
		{ { { SMTP_POINT, "" } },
		  "",
		  "cPanel has no include point " LOCAL_POINT " here: nothing is written",
		  0 },
		{ { { SMTP_POINT, "" },
		    { LOCAL_POINT, "" },
		    { "/etc/exim.conf.localopts", "acl_custom_begin_smtp_predata=0\n" } },
		  "",
		  "cPanel has switched " SMTP_POINT " off in /etc/exim.conf.localopts: nothing is written",
		  0 },
		{ { { SMTP_POINT, "" },
		    { LOCAL_POINT, "" },
		    { "/etc/exim.conf.localopts", "acl_custom_begin_smtp_predata=1\n" } },
		  "control = queue\n",
		  NULL,
		  2 },
	};

	wish.setup = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file tree[10] = { PASSWD, EXIM, ON_CPANEL };
		const struct span *first = NULL;
		size_t texts = 0;
		struct made m;

		for (size_t k = 0; k < 4 && cases[i].file[k].path; k++)
			tree[3 + k] = cases[i].file[k];
		m = make(tree, &alice_user, NULL, NULL);
		for (size_t k = 0; k < m.plan.nactions; k++)
			if (has(m.plan.actions[k].path, CPANEL)) {
				first = first ? first : &m.plan.actions[k].new_bytes;
				texts++;
				assert_words(m.plan.actions[k].back, m.plan.actions[k].nback, "reload-exim");
			}
		if (texts != cases[i].texts || (first && !has(*first, cases[i].first)) ||
		    (cases[i].note && !noted(&m, cases[i].note))) {
			say_all(&m);
			fail_msg("case %zu", i);
		}
		end(&m);
	}
	wish.setup = false;
	(void)state;
}

/* Where the hook lines are in the panel's points, a sender is held by a file in the panel's folder. */
static void panel_points_hold(void **state)
{
	struct file tree[] = { PASSWD,
			       EXIM,
			       ON_CPANEL,
			       { SMTP_POINT, "x /spamtrail:\n" },
			       { LOCAL_POINT, "x /spamtrail:\n" },
			       { 0 } };
	struct made m = make(tree, &alice_user, NULL, NULL);
	bool held = false;

	for (size_t i = 0; i < m.plan.nactions; i++)
		held |= span_eq(m.plan.actions[i].path, SPAN("/etc/spamtrail:uid:2001"));
	if (!held)
		say_all(&m);
	assert_true(held);
	end(&m);
	/* without them it is left to the panel */
	tree[4].text = "";
	m = make(tree, &alice_user, NULL, NULL);
	for (size_t i = 0; i < m.plan.nactions; i++)
		assert_false(has(m.plan.actions[i].path, "/etc/spamtrail:"));
	end(&m);
	(void)state;
}

/* Nobody is closed who cannot be named for certain, and that is said. */
static void who_cannot_be_stopped(void **state)
{
	static const struct {
		enum sender_kind kind;
		const char *id, *account, *note;
	} cases[] = {
		{ KIND_RELAY, "203.0.113.9", "", "203.0.113.9" },
		{ KIND_INBOUND, "inbound", "", "mail of kind inbound has nobody to be stopped here" },
		{ KIND_BOUNCE, "bounce", "", "mail of kind bounce has nobody to be stopped here" },
		{ KIND_UNKNOWN, "unknown", "", "mail of kind unknown has nobody to be stopped here" },
		{ KIND_LOCAL, "gone", "gone",
		  "gone: no uid of an account's own is known, so nothing is closed by uid" },
	};
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct row row = { .kind = cases[i].kind,
				   .id = span_str(cases[i].id),
				   .account = span_str(cases[i].account),
				   .grade = 'A' };
		struct made m = make(tree, &row, NULL, NULL);

		if (m.rc != 0 || m.plan.nactions || !noted(&m, cases[i].note)) {
			print_error("rc %d %s\n", m.rc, m.rc ? m.err.text : "");
			say_all(&m);
			fail_msg("%s", cases[i].id);
		}
		end(&m);
	}
	(void)state;
}

/* The allow list: names in any case, whole domains, folders and what lies in them; nothing that only looks alike. */
static void the_allow_list(void **state)
{
	static const struct {
		const char *allow, *id;
		enum sender_kind kind;
		bool spared;
	} cases[] = {
		{ "Alice@Alice.Example", "alice@alice.example", KIND_AUTH, true },
		{ "@alice.example", "alice@alice.example", KIND_AUTH, true },
		{ "@ice.example", "alice@alice.example", KIND_AUTH, false },
		{ "ali", "alice@alice.example", KIND_AUTH, false },
		{ "alice", "alice@alice.example", KIND_AUTH, true },
		{ "/home/alice/w", "/home/alice/w", KIND_SCRIPT, true },
		{ "/home/alice/w", "/home/alice/w/x.php", KIND_SCRIPT, true },
		{ "/home/alice/w/", "/home/alice/w/x.php", KIND_SCRIPT, true },
		{ "/home/alice/w", "/home/alice/www/x.php", KIND_SCRIPT, false },
		{ "home/alice", "/home/alice/w", KIND_SCRIPT, false },
		{ "/home/alice/w/x.php/y", "/home/alice/w/x.php", KIND_SCRIPT, false },
		{ "", "/home/alice/w/x.php", KIND_SCRIPT, false },
	};
	static const struct file tree[] = {
		PASSWD, POSTFIX, { "/home/alice/w/x.php", "<?php", 2001 }, { 0 }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct row row = { .kind = cases[i].kind,
				   .id = span_str(cases[i].id),
				   .account = SPAN("alice"),
				   .grade = 'A' };
		struct made m = make(tree, &row, NULL, cases[i].allow);

		if ((m.rc != 0) != cases[i].spared)
			fail_msg("%s and %s: %d %s", cases[i].allow, cases[i].id, m.rc,
				 m.rc ? m.err.text : "");
		if (m.rc)
			assert_int_equal(m.rc, -EXIT_NOPERM);
		end(&m);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_logins),	 cmocka_unit_test(postfix_users),
		cmocka_unit_test(postfix_forwards),	 cmocka_unit_test(exim_forwards),
		cmocka_unit_test(exim_offers_no_chunks), cmocka_unit_test(sessions_end_by_address),
		cmocka_unit_test(panel_points),		 cmocka_unit_test(panel_points_hold),
		cmocka_unit_test(who_cannot_be_stopped), cmocka_unit_test(the_allow_list),
	};

	return cmocka_run_group_tests_name("plan-doors", tests, NULL, NULL);
}
