/* plan: who is acted on and who never; which doors; what a panel is told, and that the actor's table takes it. */
#include "plan_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sys/stat.h>

static void closes_a_login(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		POSTFIX,
		{ "/etc/dovecot/dovecot.conf",
		  "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n" },
		/* nobody's: Dovecot makes a login's letters small before it looks */
		{ "/etc/dovecot/users",
		  "Alice@alice.example:{X}d:3\nbob@bob.example:{X}b:2\nalice@alice.example:{X}a:1\n" },
		{ 0 }
	};
	struct row row = { .kind = KIND_AUTH, .id = SPAN("Alice@alice.example"), .grade = 'A' };
	struct made m = make(tree, &row, NULL, NULL);

	(void)state;
	assert_int_equal(m.rc, 0);
	assert_int_equal(m.plan.nactions, 2);
	assert_true(has(m.plan.actions[0].new_bytes, "{alice@alice.example = HOLD}\n"));
	assert_true(has(m.plan.actions[0].new_bytes,
			"smtpd_data_restrictions =\n    check_sasl_access $spamtrail_closed\n"));
	assert_true(has(m.plan.actions[0].new_bytes, "myhostname = mx.example.com\n"));
	assert_int_equal(m.plan.actions[0].nback, 2);
	assert_int_equal(m.plan.actions[0].lifetime, 60);
	assert_true(
		has(m.plan.actions[1].new_bytes, "bob@bob.example:{X}b:2\nalice@alice.example:!{X}a:1\n"));
	assert_true(has(m.plan.actions[1].new_bytes, "Alice@alice.example:{X}d:3\n"));
	end(&m);
}

static void takes_the_line_that_dovecot_takes(void **state)
{
	static const char *const settings[] = { "", "auth_username_format = %Lu\n",
						"auth_username_format = %u\n",
						"auth_username_format = %Ln\n" };
	static const char *const locked[] = { "\nbob@x:!s", "\nbob@x:!s", "Bob@x:!c", "\nbob:!n" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct file tree[] = { PASSWD,
				       POSTFIX,
				       { "/etc/dovecot/dovecot.conf",
					 "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n" },
				       { "/etc/dovecot/conf.d/10-auth.conf", settings[i] },
				       { "/etc/dovecot/users", "Bob@x:c\nbob@x:s\nbob:n\n" },
				       { 0 } };
		struct row row = { .kind = KIND_AUTH, .id = SPAN("Bob@x"), .grade = 'A' };
		struct made m = make(tree, &row, NULL, NULL);

		assert_int_equal(m.plan.nactions, 2);
		assert_true(has(m.plan.actions[1].new_bytes, locked[i]));
		end(&m);
	}
}

/* A panel's own file, where names have no domain; and Dovecot's username_format, which says the same. */
static void locks_where_panels_keep_passwords(void **state)
{
	static const struct {
		const char *version, *path;
		uint32_t owner;
		const char *base;
	} cases[] = {
		{ "/usr/local/cpanel/version", "/home/alice/etc/alice.example/shadow", 2001, "/home/alice" },
		{ "/usr/local/directadmin/conf/directadmin.conf", "/etc/virtual/alice.example/passwd", 8,
		  "/" },
		{ "/none", "/etc/exim4/domains/alice.example/passwd", 8, "/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file tree[] = { PASSWD,
				       POSTFIX,
				       { "/etc/userdomains", "alice.example: alice\n" },
				       { cases[i].version, "11\n" },
				       { "/etc/dovecot/dovecot.conf",
					 "passdb {\n driver = passwd-file\n args = scheme=MD5-CRYPT "
					 "username_format=%n /etc/exim4/domains/%d/passwd\n}\n" },
				       { cases[i].path, "info:$6$x:20000\ninfo@alice.example:n\nx:y\n",
					 cases[i].owner },
				       { 0 } };
		struct row row = { .kind = KIND_AUTH,
				   .id = SPAN("info@alice.example"),
				   .account = SPAN("alice"),
				   .grade = 'A' };
		struct made m = make(tree, &row, NULL, NULL);
		const struct action *v = NULL;

		assert_int_equal(m.rc, 0);
		for (size_t k = 0; k < m.plan.nactions; k++)
			if (span_eq(m.plan.actions[k].path, span_str(cases[i].path)))
				v = &m.plan.actions[k];
		assert_non_null(v);
		assert_true(span_eq(v->new_bytes, SPAN("info:!$6$x:20000\ninfo@alice.example:n\nx:y\n")));
		assert_true(span_starts(v->what, SPAN("the password of info@alice.example is locked")));
		assert_true(span_eq(v->base, span_str(cases[i].base)));
		assert_int_equal(v->uid, cases[i].owner >= 1000 ? cases[i].owner : PLAN_NO_UID);
		end(&m);
	}
}

static void closes_a_user_and_his_script(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		POSTFIX,
		{ "/home/alice/w/x.php", "<?php", 2001 },
		{ "/home/alice/w/a.css", "", 2001 },
		{ "/var/spool/cron/crontabs/alice",
		  "# mine\nA=b\n B = c d\n* * * * * x\n~ * * * * a=b y\n-*/5 * * * * z\n", 2001 },
		{ "/proc/77/stat", "77 (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 9" },
		{ "/proc/77", "", 2001 },
		{ 0 }
	};
	struct row row = {
		.kind = KIND_SCRIPT, .id = SPAN("/home/alice/w"), .account = SPAN("alice"), .grade = 'A'
	};
	struct made m = make(tree, &row, "1123a", NULL);

	(void)state;
	assert_int_equal(m.rc, 0);
	assert_true(
		has(m.plan.actions[0].new_bytes, "authorized_submit_users =\n    !alice\n    static:all\n"));
	assert_int_equal(action_of(&m, ACTION_FIREWALL)->uid, 2001);
	assert_true(span_eq(action_of(&m, ACTION_HOLD_FILE)->path, SPAN("/home/alice/w/x.php")));
	assert_true(span_eq(action_of(&m, ACTION_HOLD_FILE)->base, SPAN("/home/alice")));
	assert_true(action_of(&m, ACTION_STOP) && action_of(&m, ACTION_STOP)->born == 4711);
	assert_true(has(m.plan.actions[3].new_bytes,
			"# mine\nA=b\n B = c d\n#spamtrail# * * * * * x\n#spamtrail# ~ * * * * a=b y\n"
			"#spamtrail# -*/5 * * * * z\n"));
	for (size_t i = 0; i < m.plan.nactions; i++)
		assert_true(m.plan.actions[i].uid != 0);
	end(&m);
}

/* Only root puts somebody there; a sandbox, or a folder of his own that is called so, hides nobody. */
static void a_containers_user_is_another(void **state)
{
	static const char *const status[] = { "Name:\tphp\nNSpid:\t77\t5\nVm:\t1\n",
					      "Name:\tphp\nNSpid:\t77\nVm:\t1\n" };
	static const struct {
		const char *cgroup;
		unsigned status;
		bool stops;
	} cases[] = {
		{ "0::/system.slice/docker-0f1e.scope\n", 0, false },
		{ "0::/docker/0f1e\n", 0, false },
		{ "12:pids:/docker/0f1e\n1:name=systemd:/docker/0f1e\n0::/system.slice/containerd.service\n",
		  0, false },
		{ "0::/lxc.payload.web/user.slice\n", 0, false },
		{ "0::/machine.slice/libpod-0f1e.scope/container\n", 0, false },
		/* this server's own: spamtrail itself is in the container, too */
		{ "0::/docker/0f1e\n", 1, true },
		/* bubblewrap, firejail, unshare */
		{ "0::/user.slice/user-2001.slice/session-3.scope\n", 0, true },
		{ "0::/user.slice/user-2001.slice/user@2001.service/:/docker/0f1e\n", 0, true },
		{ "0::/user.slice/user-2001.slice/user@2001.service/docker-0f1e.scope\n", 0, true },
		{ "0::/\n1:x:/docker/0f1e\n", 0, true },
		{ "0:\n/docker/\n", 0, true },
		{ "", 0, true },
	};
	struct row row = {
		.kind = KIND_SCRIPT, .id = SPAN("/home/alice/w"), .account = SPAN("alice"), .grade = 'A'
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file tree[] = { PASSWD,
				       POSTFIX,
				       { "/proc/77/stat",
					 "77 (php) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 9" },
				       { "/proc/77/status", status[cases[i].status] },
				       { "/proc/77/cgroup", cases[i].cgroup },
				       { "/proc/77", "", 2001 },
				       { 0 } };
		struct made m = make(tree, &row, "1123a", NULL);

		if (!action_of(&m, ACTION_STOP) == cases[i].stops ||
		    noted(&m, "in a container") == cases[i].stops)
			fail_msg("%s", cases[i].cgroup);
		end(&m);
	}
}

/* A folder is what a suspect can choose: an incident says what waits and who has to be named, and holds nothing. */
static void a_script_of_an_incident_is_told_what_waits(void **state)
{
	static const struct file tree[] = {
		PASSWD, POSTFIX, { "/home/alice/w/x.php", "<?php", 2001 }, { 0 }
	};
	struct row row = {
		.kind = KIND_SCRIPT, .id = SPAN("/home/alice/w"), .account = SPAN("alice"), .grade = 'B'
	};
	struct made m;

	(void)state;
	wish.waiting = 12;
	m = make(tree, &row, "1128a", NULL);
	assert_int_equal(m.rc, 0);
	assert_int_equal(m.plan.nactions, 0);
	assert_true(noted(&m, "grade B"));
	assert_true(noted(&m, "12 queued messages that the logs tie to it will be held then, too"));
	end(&m);
	wish.waiting = 0;
	m = make(tree, &row, "1128a", NULL);
	assert_true(noted(&m, "grade B"));
	assert_false(noted(&m, "queued"));
	end(&m);
}

static void what_cannot_be_told_apart_is_said(void **state)
{
	static const struct file tree[] = {
		PASSWD, POSTFIX, { "/home/alice/w/x.php", "<?php", 2001 }, { 0 }
	};
	struct row row = { .kind = KIND_SCRIPT, .id = SPAN("/home/alice/w/x.php"), .account = SPAN("alice") };
	struct made m;

	(void)state;
	wish.untold[PLAN_BY_SENDMAIL] = 1;
	wish.untold[PLAN_BY_SMTP] = 20;
	m = make(tree, &row, NULL, NULL);
	assert_true(noted(&m, "1 queued message handed over by a user that several sites share"));
	assert_true(noted(&m, "20 queued messages that came by SMTP from this host itself"));
	end(&m);
	wish.untold[PLAN_BY_SENDMAIL] = wish.untold[PLAN_BY_SMTP] = 0;
	m = make(tree, &row, NULL, NULL);
	assert_false(noted(&m, "no log says"));
	end(&m);
}

static void what_php_has_in_memory_is_said(void **state)
{
	static const struct {
		const char *ini, *said;
	} cases[] = {
		{ "opcache.revalidate_freq = 60\n", "after up to 61 s" },
		{ "opcache.validate_timestamps = Off\n", "validate_timestamps is off" },
		{ "opcache.revalidate_freq = 4\n", NULL },
	};
	struct row row = { .kind = KIND_SCRIPT, .id = SPAN("/home/alice/w/x.php"), .account = SPAN("alice") };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct file tree[] = { PASSWD,
					     POSTFIX,
					     { "/etc/php.ini", cases[i].ini },
					     { "/home/alice/w/x.php", "<?php", 2001 },
					     { 0 } };
		struct made m = make(tree, &row, NULL, NULL);

		assert_true(cases[i].said ? noted(&m, cases[i].said) : !noted(&m, "opcache"));
		end(&m);
	}
}

static void a_shared_user_is_never_closed(void **state)
{
	static const struct file tree[] = {
		PASSWD, POSTFIX, { "/home/alice/w/x.php", "<?php", 2001 }, { 0 }
	};
	struct row row = { .kind = KIND_SCRIPT,
			   .id = SPAN("/home/alice/w/x.php"),
			   .account = SPAN("www-data"),
			   .grade = 'A' };
	struct made m = make(tree, &row, NULL, NULL);

	(void)state;
	assert_int_equal(m.rc, 0);
	assert_int_equal(m.plan.nactions, 1);
	assert_int_equal(m.plan.actions[0].kind, ACTION_HOLD_FILE);
	assert_true(noted(&m, "shared by several sites"));
	end(&m);
}

/* An empty plan is an answer only where he is stopped already. */
static void who_is_not_reached_is_left_to_the_administrator(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	static const struct file closed[] = { PASSWD,
					      { "/etc/postfix/main.cf",
						"spamtrail_closed = inline:{ {info@x.example = HOLD} }\n" },
					      { 0 } };
	static const struct client from = { .ip = SPAN("192.0.2.7") };
	static const struct client odd = { .ip = SPAN("1; rm") };
	const struct counts some = { .messages = 5 };
	struct row relay = { .kind = KIND_RELAY, .id = SPAN("2001:db8::7"), .counts = some };
	struct row shared = { .kind = KIND_LOCAL, .id = SPAN("www-data"), .counts = some };
	struct row login = { .kind = KIND_AUTH, .id = SPAN("a b@x.example"), .counts = some };
	struct row held = { .kind = KIND_AUTH, .id = SPAN("info@x.example"), .counts = some };
	struct row outside = { .kind = KIND_INBOUND, .id = SPAN("x"), .counts = some };
	struct made m = make(tree, &relay, NULL, NULL);

	(void)state;
	assert_true(m.helpless && m.plan.nactions == 0);
	assert_true(apart(&m, "ip6tables -I INPUT -s 2001:db8::7 -p tcp"));
	assert_true(apart(&m, "nobody's mail: spamtrail contain --all"));
	end(&m);
	shared.account = shared.id;
	m = make(tree, &shared, NULL, NULL);
	assert_true(m.helpless && apart(&m, "ps -fu www-data"));
	assert_true(apart(&m, "!www-data first in authorized_submit_users"));
	end(&m);
	login.clients = (struct client *)(uintptr_t)&from;
	login.nclients = 1;
	m = make(tree, &login, NULL, NULL);
	assert_true(m.helpless && apart(&m, "iptables -I INPUT -s 192.0.2.7 -p tcp") &&
		    apart(&m, "doveadm kick 'a b@x.example'"));
	end(&m);
	login.clients = (struct client *)(uintptr_t)&odd;
	m = make(tree, &login, NULL, NULL);
	assert_true(m.helpless && !apart(&m, "iptables"));
	end(&m);
	m = make(tree, &outside, NULL, NULL);
	assert_true(m.helpless && apart(&m, "refuse it at the door"));
	end(&m);
	m = make(closed, &held, NULL, NULL);
	assert_true(!m.helpless && m.plan.nactions == 0 && !apart(&m, "contain --all"));
	end(&m);
	relay.counts.messages = 0;
	m = make(tree, &relay, NULL, NULL);
	assert_true(m.helpless && !apart(&m, "contain --all"));
	end(&m);
}

static void many_scripts_are_not_guessed_at(void **state)
{
	static const struct file tree[] = { PASSWD,
					    POSTFIX,
					    { "/home/alice/w/x.php", "1", 2001 },
					    { "/home/alice/w/y.php", "1", 2001 },
					    { 0 } };
	struct row row = {
		.kind = KIND_SCRIPT, .id = SPAN("/home/alice/w"), .account = SPAN("alice"), .grade = 'A'
	};
	struct made m = make(tree, &row, NULL, NULL);

	(void)state;
	assert_null(action_of(&m, ACTION_HOLD_FILE));
	assert_true(noted(&m, "the logs do not say which"));
	end(&m);
}

static void some_are_refused(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	static const struct {
		struct row row;
		const char *allow;
	} cases[] = {
		{ { .kind = KIND_LOCAL, .id = SPAN("root"), .account = SPAN("root") }, NULL },
		{ { .kind = KIND_LOCAL, .id = SPAN("postfix"), .account = SPAN("postfix") }, NULL },
		{ { .kind = KIND_LOCAL, .id = SPAN("Debian-exim"), .account = SPAN("Debian-exim") }, NULL },
		{ { .kind = KIND_AUTH, .id = SPAN("news@club.example") }, "news@club.example" },
		{ { .kind = KIND_AUTH, .id = SPAN("news@club.example") }, "@club.example" },
		{ { .kind = KIND_SCRIPT, .id = SPAN("/home/bob/list/send"), .account = SPAN("bob") },
		  "/home/bob/list" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct made m = make(tree, &cases[i].row, NULL, cases[i].allow);

		assert_int_equal(m.rc, -EXIT_NOPERM);
		end(&m);
	}
}

/* An incident's plan needs a fact that he could not spell; the operator's own word does not. */
static void grades_bind_incidents(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("bob"), .account = SPAN("bob"), .grade = 'B' };
	struct made m = make(tree, &row, "1123a", NULL);

	(void)state;
	assert_int_equal(m.plan.nactions, 0);
	assert_true(noted(&m, "grade B only"));
	/* the screen says it next */
	assert_false(noted(&m, "spamtrail contain"));
	end(&m);
	m = make(tree, &row, NULL, NULL);
	assert_true(m.plan.nactions > 0);
	assert_int_equal(m.plan.actions[0].grade, 'B');
	end(&m);
}

/* However many addresses: the actor takes them all, behind the closed door once more, and nothing else of the plan. */
static void every_session_of_a_login_ends(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	enum { MANY = 5000 };
	struct client *clients = calloc(MANY, sizeof(*clients));
	struct row row = { .kind = KIND_AUTH, .id = SPAN("info@alice.example"), .grade = 'A' };
	struct actor actor = { .journal = NULL };
	char(*text)[16] = calloc(MANY, sizeof(*text));
	const struct action *v;
	struct made m;
	struct err err;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "198.18.%d.%d", i / 250, i % 250);
		clients[i].ip = span_str(text[i]);
	}
	row.clients = clients;
	row.nclients = row.clients_total = MANY;
	for (int late = 0; late < 2; late++) {
		wish.sessions = late;
		m = make(tree, &row, NULL, NULL);
		v = action_of(&m, ACTION_END_LOGIN);
		assert_non_null(v);
		assert_int_equal(v->nargs, MANY + 1);
		assert_int_equal(act_check(&actor,
					   &(struct action){ .kind = v->kind,
							     .args = v->args,
							     .nargs = v->nargs,
							     .uid = PLAN_NO_UID,
							     .transient = true },
					   &err),
				 0);
		assert_false(noted(&m, "goes on until it ends"));
		assert_true(late ? m.plan.nactions == 1 : m.plan.nactions > 1);
		end(&m);
	}
	memset(&wish, 0, sizeof(wish));
	row.clients_total = MANY + 1;
	m = make(tree, &row, NULL, NULL);
	assert_true(noted(&m, "was used from 5001 addresses, and 5000 are cut off"));
	end(&m);
	free(clients);
	free(text);
}

/* Pasted, a command that is named beside others means the same server as they do, and the same sender. */
static void a_named_command_is_whole(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { 0 } };
	static const struct row rows[] = {
		{ .kind = KIND_AUTH, .id = SPAN("info@alice.example"), .grade = 'B' },
		{ .kind = KIND_DIRECT,
		  .id = SPAN("2001:/home/alice/mailer"),
		  .account = SPAN("alice"),
		  .grade = 'B' },
	};
	struct made m;

	(void)state;
	wish.nrows = 2;
	wish.again = " --root /mnt";
	m = make(tree, rows, "1123a", NULL);
	assert_true(noted(
		&m, "name him yourself: spamtrail contain 'direct:2001:/home/alice/mailer' --root /mnt"));
	end(&m);
	wish.nrows = 0;
	wish.again = NULL;
}

/* Names that a list, a file name or a shell would understand as something else are not written. */
static void odd_names_are_not_written(void **state)
{
	static const char *const names[] = { "a b@x.example",	"a}={b@x.example", "../x@y.example",
					     "$(id)@x.example", "-h@x.example",	   "a\n@x.example",
					     "a:b@x.example" };
	static const struct file tree[] = {
		PASSWD, POSTFIX, { "/etc/exim4/exim4.conf", "begin acl\n" }, { 0 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct row row = { .kind = KIND_AUTH, .id = span_str(names[i]), .grade = 'A' };
		struct made m = make(tree, &row, NULL, NULL);

		assert_int_equal(m.rc, 0);
		assert_null(action_of(&m, ACTION_EDIT));
		end(&m);
	}
}

static void panels_hold_by_themselves(void **state)
{
	static const struct {
		const char *mark;
		enum sender_kind kind;
		const char *args, *back;
	} cases[] = {
		{ "/usr/local/cpanel/version", KIND_LOCAL,
		  "/usr/local/cpanel/bin/whmapi1 --output=json hold_outgoing_email user=alice",
		  "/usr/local/cpanel/bin/whmapi1 --output=json release_outgoing_email user=alice" },
		{ "/usr/local/cpanel/version", KIND_AUTH,
		  "/usr/local/cpanel/bin/uapi --output=json --user=alice Email hold_outgoing "
		  "email=info@alice.example",
		  "/usr/local/cpanel/bin/uapi --output=json --user=alice Email release_outgoing "
		  "email=info@alice.example" },
		{ "/usr/local/psa/version", KIND_AUTH,
		  "/usr/sbin/plesk bin mail --update info@alice.example -outgoing-messages-mbox-limit 0",
		  "/usr/sbin/plesk bin mail --update info@alice.example -outgoing-messages-mbox-limit "
		  "default" },
		{ "/usr/local/hestia/conf/hestia.conf", KIND_AUTH,
		  "/usr/local/hestia/bin/v-suspend-mail-account alice alice.example info",
		  "/usr/local/hestia/bin/v-unsuspend-mail-account alice alice.example info" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct file tree[] = { PASSWD, POSTFIX, DOMAINS, { cases[i].mark, "1" }, { 0 } };
		struct row row = { .kind = cases[i].kind,
				   .id = cases[i].kind == KIND_AUTH ? SPAN("info@alice.example")
								    : SPAN("alice"),
				   .account = SPAN("alice"),
				   .grade = 'A' };
		struct made m = make(tree, &row, NULL, NULL);
		const struct action *v = action_of(&m, ACTION_COMMAND);
		struct err err;

		assert_non_null(v);
		assert_words(v->args, v->nargs, cases[i].args);
		assert_words(v->back, v->nback, cases[i].back);
		assert_int_equal(check_program(v->args, v->nargs, &err), 0);
		assert_int_equal(check_program(v->back, v->nback, &err), 0);
		end(&m);
	}
}

/* A list longer than any sentence of ours: nobody on it may be lost. */
static void a_long_list_stays_whole(void **state)
{
	static char names[12001];
	const struct file tree[] = { PASSWD,
				     POSTFIX,
				     DOMAINS,
				     { "/usr/local/directadmin/conf/directadmin.conf", "1" },
				     { "/etc/virtual/blacklist_usernames", names },
				     { 0 } };
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A' };
	struct made m;
	const struct action *v;

	(void)state;
	for (size_t i = 0; i + 6 < sizeof(names); i += 6)
		memcpy(names + i, "mally\n", 6);
	m = make(tree, &row, NULL, NULL);
	v = action_of(&m, ACTION_EDIT);
	assert_non_null(v);
	assert_int_equal(v->new_bytes.n, strlen(names) + 6);
	assert_true(span_starts(v->new_bytes, v->old_bytes));
	assert_true(span_ends(v->new_bytes, SPAN("mally\nalice\n")));
	end(&m);
}

#define SCRIPT "/home/alice/w/x.php"
#define NGINX_RUNS                    \
	{                             \
		"/run/nginx.pid", "1" \
	}
#define NGINX_HOOK                                                                            \
	{                                                                                     \
		"/etc/nginx/sites-enabled/a",                                                 \
			"server {\n    include /etc/nginx/spamtrail-*.conf; # spamtrail\n}\n" \
	}

static struct made lock(const struct file *tree, enum plan_lock way, const char *path)
{
	static struct row row;

	row = (struct row){
		.kind = KIND_SCRIPT, .id = span_str(path), .account = SPAN("alice"), .grade = 'A'
	};
	memset(&wish, 0, sizeof(wish));
	wish.lock = way;
	return make(tree, &row, NULL, NULL);
}

static void a_script_is_locked_where_it_can_be(void **state)
{
	static const struct file held[] = {
		PASSWD, { SCRIPT, "<?php", 2001 }, NGINX_RUNS, NGINX_HOOK, { 0 }
	};
	static const struct file mount[] = { PASSWD,
					     { SCRIPT, "<?php", 2001, 0, 7 },
					     { "/home/alice/w", "", 2001, S_IFDIR | 0755, 7 },
					     { "/home/alice", "", 2001, S_IFDIR | 0755, 7 },
					     { 0 } };
	static const struct file twice[] = {
		PASSWD, { SCRIPT, "<?php", 2001, 0, 0, 2 }, NGINX_RUNS, NGINX_HOOK, { 0 }
	};
	static const struct file outside[] = {
		PASSWD, { "/srv/x.php", "<?php", 2001 }, NGINX_RUNS, NGINX_HOOK, { 0 }
	};
	static const struct file bare[] = { PASSWD, { "/srv/x.php", "<?php", 2001 }, { 0 } };
	struct made m = lock(held, PLAN_LOCK_AUTO, SCRIPT);
	const struct action *v;

	(void)state;
	assert_non_null(action_of(&m, ACTION_HOLD_FILE));
	assert_null(action_of(&m, ACTION_MODE));
	end(&m);
	m = lock(mount, PLAN_LOCK_AUTO, SCRIPT);
	v = action_of(&m, ACTION_MODE);
	assert_non_null(v);
	assert_words(v->args, v->nargs, "000 w/x.php");
	assert_true(has(v->what, "no folder of root's alone"));
	assert_null(action_of(&m, ACTION_HOLD_FILE));
	end(&m);
	m = lock(twice, PLAN_LOCK_AUTO, SCRIPT);
	v = action_of(&m, ACTION_EDIT);
	assert_non_null(v);
	assert_true(has(v->what, "second name") && span_starts(v->path, SPAN("/etc/nginx/spamtrail-")));
	assert_true(has(v->new_bytes, "\"^/home/alice/w/x\\.php(/|$)\") {\n    return 403;"));
	assert_int_equal(check_edit_path(v, &m.err), 0);
	assert_int_equal(check_program(v->back, v->nback, &m.err), 0);
	end(&m);
	m = lock(outside, PLAN_LOCK_AUTO, "/srv/x.php");
	v = action_of(&m, ACTION_EDIT);
	assert_true(v && has(v->what, "no account's home"));
	end(&m);
	/* no hold in such a place: the actor would refuse the whole plan */
	m = lock(bare, PLAN_LOCK_HOLD, "/srv/x.php");
	assert_null(action_of(&m, ACTION_HOLD_FILE));
	assert_true(noted(&m, "no web server here"));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

/* Two scripts may be given names that make one number: the second is locked all the same, and each only once. */
static void a_403_is_known_by_what_it_says(void **state)
{
	char path[100], rule[1000];
	struct file tree[] = {
		PASSWD, { SCRIPT, "<?php", 2001, 0, 0, 2 }, NGINX_RUNS, NGINX_HOOK, { path, "if (a) {}\n" },
		{ 0 }
	};
	struct made m;
	const struct action *v;

	(void)state;
	snprintf(path, sizeof(path), "/nowhere");
	m = lock(tree, PLAN_LOCK_AUTO, SCRIPT);
	v = action_of(&m, ACTION_EDIT);
	assert_non_null(v);
	snprintf(path, sizeof(path), "%.*s", (int)v->path.n, v->path.p);
	snprintf(rule, sizeof(rule), "%.*s", (int)v->new_bytes.n, v->new_bytes.p);
	end(&m);
	m = lock(tree, PLAN_LOCK_AUTO, SCRIPT);
	v = action_of(&m, ACTION_EDIT);
	assert_non_null(v);
	assert_true(span_eq(v->new_bytes, span_str(rule)) && !span_eq(v->path, span_str(path)));
	end(&m);
	tree[4].text = rule;
	m = lock(tree, PLAN_LOCK_AUTO, SCRIPT);
	assert_null(action_of(&m, ACTION_EDIT));
	assert_true(noted(&m, "refuses /home/alice/w/x.php already"));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void setup_comes_first_where_403_needs_it(void **state)
{
	static const struct file tree[] = { PASSWD,
					    { SCRIPT, "<?php", 2001 },
					    NGINX_RUNS,
					    { "/run/apache2/apache2.pid", "1" },
					    { "/etc/nginx/sites-enabled/a", "", 0, S_IFLNK | 0777 },
					    { "/etc/nginx/sites-available/a",
					      "server\t{ # one\n  listen 80;\n}\nserver {\n}\n#server {\n" },
					    { 0 } };
	struct made m = lock(tree, PLAN_LOCK_WEB, SCRIPT);
	const struct action *v = action_of(&m, ACTION_EDIT);

	(void)state;
	assert_non_null(v);
	/* a link is not edited: what it leads to is */
	assert_true(span_eq(v->path, SPAN("/etc/nginx/sites-available/a")));
	assert_true(span_starts(
		v->new_bytes, SPAN("server\t{ # one\n    include /etc/nginx/spamtrail-*.conf; # spamtrail")));
	assert_true(has(v->new_bytes, "\nserver {\n    include /etc/nginx/spamtrail-*.conf; # spamtrail"));
	assert_true(span_ends(v->new_bytes, SPAN("\n}\n#server {\n")));
	for (size_t i = 0; i < m.plan.nactions; i++)
		if (m.plan.actions[i].kind == ACTION_EDIT)
			assert_int_equal(check_edit_path(&m.plan.actions[i], &m.err), 0);
	assert_true(has(m.plan.actions[m.plan.nactions - 1].new_bytes,
			"<If \"%{REQUEST_FILENAME} == '/home/alice/w/x.php'\">"));
	end(&m);
	/* a quote would end what it stands in */
	m = lock(tree, PLAN_LOCK_WEB, "/home/alice/w/x'.php");
	assert_null(action_of(&m, ACTION_EDIT));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void rights_are_only_taken(void **state)
{
	static const struct file tree[] = { PASSWD,
					    { "/home/alice", "", 2001, S_IFDIR | 0711 },
					    { "/home/alice/w", "", 2001, S_IFDIR | 02777 },
					    { "/home/alice/w/a", "x", 2001, S_IFREG | 0666 },
					    { "/home/alice/w/b", "#!/bin/sh", 2001, S_IFREG | 0777 },
					    { "/home/alice/w/c", "x", 2001, S_IFREG | 0640 },
					    { "/home/alice/w/d", "x", 33, S_IFREG | 0666 },
					    { "/home/alice/w/e", "x", 2001, S_IFREG | 0666, 0, 2 },
					    { "/home/alice/w/f", "#!/bin/sh", 2001, S_IFREG | 0755 },
					    { "/home/alice/w/g", "", 2001, S_IFLNK | 0777 },
					    { "/home/alice/w/h", "", 2001, S_IFDIR | 0777, 9 },
					    { "/home/alice/w/cgi-bin", "", 2001, S_IFDIR | 0755 },
					    { "/home/alice/w/cgi-bin/i", "x", 2001, S_IFREG | 0777 },
					    { "/home/alice/w/xcgi-bin", "", 2001, S_IFDIR | 0755 },
					    { "/home/alice/w/xcgi-bin/j", "x", 2001, S_IFREG | 0755 },
					    { 0 } };
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A' };
	struct made m;
	const struct action *v;

	(void)state;
	wish.permissions = true;
	m = make(tree, &row, NULL, NULL);
	v = action_of(&m, ACTION_MODE);
	assert_non_null(v);
	assert_words(v->args, v->nargs, "755 w 644 w/a 755 w/b 644 w/xcgi-bin/j 755 w/cgi-bin/i");
	assert_true(noted(&m, "2 in /home/alice have such rights"));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void credentials_are_locked_and_listed(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		DOMAINS,
		{ "/etc/shadow",
		  "root:$y$r:1::::::\nALICE:$y$A:1::::::\nalice:$y$a:20000::::::\nbob:$y$b:1::::::\n" },
		{ "/home/alice/.ssh/authorized_keys", "ssh-rsa A a\n# none\nssh-rsa B b\n", 2001 },
		{ "/etc/proftpd/ftpd.passwd",
		  "a1:$1$x:2001:2001::/home/alice/w:/bin/false\nb1:$1$y:2002:2002::/home/bob:/bin/false\n"
		  "b2:$1$z:2002:2002::/home/alicette:/bin/false\n" },
		{ "/home/alice/public_html/wp-config.php", "define('DB_USER', 'wp_alice');\n", 2001 },
		/* as a link to a neighbour's looks */
		{ "/home/alice/public_html/.env", "DB_USERNAME=wp_bob\n", 2002 },
		{ 0 }
	};
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A' };
	struct made m = make(tree, &row, NULL, NULL);
	bool shadow = false, ftp = false;

	(void)state;
	assert_null(action_of(&m, ACTION_EDIT));
	assert_true(apart(&m, "shell password of alice, last changed 2024-10-04: passwd alice"));
	assert_true(apart(&m, "2 ssh keys in /home/alice/.ssh/authorized_keys"));
	assert_true(apart(&m, "FTP user a1") && !apart(&m, "FTP user b"));
	assert_true(apart(&m, "WordPress: its admins, and the database password of wp_alice"));
	assert_false(apart(&m, "wp_bob"));
	end(&m);
	wish.credentials = true;
	m = make(tree, &row, NULL, NULL);
	for (size_t i = 0; i < m.plan.nactions; i++) {
		struct span made = m.plan.actions[i].new_bytes;

		shadow |= span_eq(made, SPAN("root:$y$r:1::::::\nALICE:$y$A:1::::::\nalice:!$y$a:20000::::::"
					     "\nbob:$y$b:1::::::\n"));
		ftp |= has(made, "a1:!$1$x:") && has(made, "b1:$1$y:") && has(made, "b2:$1$z:");
	}
	assert_true(shadow && ftp);
	assert_true(span_eq(action_of(&m, ACTION_HOLD_FILE)->path, SPAN("/home/alice/.ssh/authorized_keys")));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void an_image_gets_only_files(void **state)
{
	static const struct file tree[] = { PASSWD, POSTFIX, { SCRIPT, "<?php", 2001 }, { 0 } };
	struct made m;

	(void)state;
	m = lock(tree, PLAN_LOCK_AUTO, SCRIPT);
	assert_non_null(action_of(&m, ACTION_FIREWALL));
	end(&m);
	wish.elsewhere = true;
	m = make(tree, &(struct row){ .kind = KIND_SCRIPT, .id = SPAN(SCRIPT), .account = SPAN("alice") },
		 NULL, NULL);
	assert_null(action_of(&m, ACTION_FIREWALL));
	assert_non_null(action_of(&m, ACTION_HOLD_FILE));
	assert_true(noted(&m, "1 more action is of a running machine") ||
		    noted(&m, " more actions are of a running machine"));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void setup_switches_the_timer_on(void **state)
{
	static const struct file off[] = { PASSWD,
					   { "/run/systemd/system", "", 0, S_IFDIR | 0755 },
					   { "/usr/lib/systemd/system/spamtrail-expired.timer", "x" },
					   { 0 } };
	static const struct file on[] = { PASSWD,
					  { "/run/systemd/system", "", 0, S_IFDIR | 0755 },
					  { "/usr/lib/systemd/system/spamtrail-expired.timer", "x" },
					  { "/etc/systemd/system/timers.target.wants/spamtrail-expired.timer",
					    "x" },
					  { 0 } };
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice") };
	struct made m;
	const struct action *v;

	(void)state;
	m = make(off, &row, NULL, NULL);
	assert_true(noted(&m, "nothing here takes it back by itself"));
	end(&m);
	wish.setup = true;
	m = make(off, &row, NULL, NULL);
	v = action_of(&m, ACTION_COMMAND);
	assert_non_null(v);
	assert_words(v->args, v->nargs, "/usr/bin/systemctl enable --now spamtrail-expired.timer");
	assert_words(v->back, v->nback, "/usr/bin/systemctl disable --now spamtrail-expired.timer");
	assert_int_equal(check_program(v->args, v->nargs, &m.err) | check_program(v->back, v->nback, &m.err),
			 0);
	end(&m);
	m = make(on, &row, NULL, NULL);
	assert_null(action_of(&m, ACTION_COMMAND));
	end(&m);
	memset(&wish, 0, sizeof(wish));
}

static void open_connections_are_closed(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		{ "/proc/net/tcp",
		  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
		  "   0: 0A0200C0:9C40 057100CB:0019 01 00000000:00000000 00:00000000 00000000  2001        "
		  "0 1 1\n"
		  "   1: 0A0200C0:9C41 057100CB:0019 01 00000000:00000000 00:00000000 00000000  2002        "
		  "0 1 1\n"
		  "   2: 0A0200C0:9C42 057100CB:0050 01 00000000:00000000 00:00000000 00000000  2001        "
		  "0 1 1\n"
		  "   3: 0A0200C0:9C43 057100CB:0019 06 00000000:00000000 00:00000000 00000000  2001        "
		  "0 1 1\n" },
		{ "/proc/net/tcp6",
		  "   0: 00000000000000000000000001000000:9C44 00000000000000000000000001000000:024B 02 "
		  "00000000:00000000 "
		  "00:00000000 00000000  2001        0 1 1\n   1: zz:1 1:1 01 a b c 2001\n" },
		{ 0 }
	};
	struct row row = { .kind = KIND_DIRECT, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A' };
	struct made m = make(tree, &row, NULL, NULL);
	size_t closed = 0;

	(void)state;
	for (size_t i = 0; i < m.plan.nactions; i++) {
		const struct action *v = &m.plan.actions[i];

		if (v->kind != ACTION_CLOSE_SOCKET)
			continue;
		assert_words(v->args, v->nargs,
			     closed ? "[::1]:40004 [::1]:587" : "192.0.2.10:40000 203.0.113.5:25");
		assert_true(v->transient && v->uid == 2001);
		closed++;
	}
	assert_int_equal(closed, 2);
	end(&m);
}

static void what_thaws_by_itself_is_named(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		{ "/etc/exim4/exim4.conf",
		  "LATE = 7d\nauto_thaw = 2h\ntimeout_frozen_after = LATE\nbegin acl\n" },
		{ 0 }
	};
	struct row row = { .kind = KIND_LOCAL, .id = SPAN("alice"), .account = SPAN("alice"), .grade = 'A' };
	struct made m = make(tree, &row, NULL, NULL);

	(void)state;
	assert_true(noted(&m, "auto_thaw = 2h"));
	assert_true(noted(&m, "timeout_frozen_after = 7d"));
	end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_a_login),
		cmocka_unit_test(takes_the_line_that_dovecot_takes),
		cmocka_unit_test(locks_where_panels_keep_passwords),
		cmocka_unit_test(closes_a_user_and_his_script),
		cmocka_unit_test(a_containers_user_is_another),
		cmocka_unit_test(a_script_of_an_incident_is_told_what_waits),
		cmocka_unit_test(what_cannot_be_told_apart_is_said),
		cmocka_unit_test(what_php_has_in_memory_is_said),
		cmocka_unit_test(a_shared_user_is_never_closed),
		cmocka_unit_test(who_is_not_reached_is_left_to_the_administrator),
		cmocka_unit_test(many_scripts_are_not_guessed_at),
		cmocka_unit_test(some_are_refused),
		cmocka_unit_test(grades_bind_incidents),
		cmocka_unit_test(every_session_of_a_login_ends),
		cmocka_unit_test(odd_names_are_not_written),
		cmocka_unit_test(panels_hold_by_themselves),
		cmocka_unit_test(a_long_list_stays_whole),
		cmocka_unit_test(a_script_is_locked_where_it_can_be),
		cmocka_unit_test(a_403_is_known_by_what_it_says),
		cmocka_unit_test(setup_comes_first_where_403_needs_it),
		cmocka_unit_test(rights_are_only_taken),
		cmocka_unit_test(credentials_are_locked_and_listed),
		cmocka_unit_test(an_image_gets_only_files),
		cmocka_unit_test(setup_switches_the_timer_on),
		cmocka_unit_test(a_named_command_is_whole),
		cmocka_unit_test(open_connections_are_closed),
		cmocka_unit_test(what_thaws_by_itself_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
