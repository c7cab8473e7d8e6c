/* plan: who is acted on and who never; which doors; what a panel is told, and that the actor's table takes it. */
#include "plan/plan.h"

#include "act/act.h"
#include "sys/beneath.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sys/stat.h>

/* who owns a file is told where it matters */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct file {
	const char *path, *text;
	uint32_t uid;
};

#define PASSWD                                                                      \
	{                                                                           \
		"/etc/passwd", "root:x:0:0::/root:/bin/sh\n"                        \
			       "www-data:x:33:33::/var/www:/usr/sbin/nologin\n"     \
			       "postfix:x:104:104::/var/spool/postfix:/bin/false\n" \
			       "Debian-exim:x:105:105::/var/spool/exim4:/bin/sh\n"  \
			       "alice:x:2001:2001::/home/alice:/bin/sh\n"           \
			       "bob:x:2002:2002::/home/bob:/bin/sh\n"               \
	}
#define POSTFIX                                                         \
	{                                                               \
		"/etc/postfix/main.cf", "myhostname = mx.example.com\n" \
	}
#define DOMAINS                                              \
	{                                                    \
		"/etc/userdomains", "alice.example: alice\n" \
	}

static const struct file *files;

static const struct file *find(struct span path)
{
	for (const struct file *f = files; f->path; f++)
		if (span_eq(span_str(f->path), path))
			return f;
	return NULL;
}

static bool io_read(void *ctx, struct arena *a, struct span path, struct span *ret)
{
	const struct file *f = find(path);

	(void)ctx;
	if (f)
		*ret = arena_span(a, span_str(f->text));
	return f != NULL;
}

static size_t io_list(void *ctx, struct arena *a, struct span dir, struct span **ret)
{
	size_t n = 0;

	(void)ctx;
	*ret = arena_alloc(a, 64 * sizeof(**ret));
	for (const struct file *f = files; f->path; f++) {
		struct span path = span_str(f->path), rest = span_from(path, dir.n + 1);

		if (span_starts(path, dir) && path.n > dir.n + 1 && path.p[dir.n] == '/' &&
		    span_find(rest, 0, '/') < 0)
			(*ret)[n++] = rest;
	}
	return n;
}

static bool io_exists(void *ctx, struct span path)
{
	const struct file *f = find(path);

	(void)ctx;
	return f && *f->text;
}

static bool io_status(void *ctx, struct span path, struct file_status *ret)
{
	const struct file *f = find(path);

	(void)ctx;
	*ret = (struct file_status){ .mode = S_IFDIR };
	if (f)
		*ret = (struct file_status){ .mode = S_IFREG, .uid = f->uid, .mtime = 1000, .size = 1 };
	for (const struct file *g = files; !f && g->path; g++)
		if (span_starts(span_str(g->path), path))
			return true;
	return f != NULL;
}

struct made {
	struct arena *arena;
	struct host_facts facts;
	struct plan plan;
	struct err err;
	int rc;
};

static struct made make(const struct file *tree, const struct row *row, const char *incident,
			const char *allow)
{
	struct made m = { .arena = arena_new() };
	struct plan_io io = { .host = { NULL, io_read, io_list, io_exists }, .status = io_status };
	struct span trusted = span_str(allow);
	struct plan_want want = { .task = PLAN_CONTAIN,
				  .incident = span_str(incident),
				  .rows = row,
				  .nrows = 1,
				  .lifetime = 60,
				  .allow = &trusted,
				  .nallow = allow != NULL };

	files = tree;
	host_learn(&io.host, m.arena, &m.facts);
	m.rc = plan_make(&io, &m.facts, &want, m.arena, &m.plan, &m.err);
	return m;
}

static void end(struct made *m)
{
	host_forget(&m->facts);
	arena_free(m->arena);
}

static const struct action *action_of(const struct made *m, enum action_kind kind)
{
	for (size_t i = 0; i < m->plan.nactions; i++)
		if (m->plan.actions[i].kind == kind)
			return &m->plan.actions[i];
	return NULL;
}

static bool has(struct span s, const char *words)
{
	return span_search(s, 0, span_str(words)) >= 0;
}

static bool noted(const struct made *m, const char *words)
{
	for (size_t i = 0; i < m->plan.nnotes; i++)
		if (has(m->plan.notes[i], words))
			return true;
	return false;
}

static void closes_a_login(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		POSTFIX,
		{ "/etc/dovecot/dovecot.conf",
		  "passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n" },
		{ "/etc/dovecot/users", "bob@bob.example:{X}b:2\nalice@alice.example:{X}a:1\n" },
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
	end(&m);
}

static void closes_a_user_and_his_script(void **state)
{
	static const struct file tree[] = {
		PASSWD,
		POSTFIX,
		{ "/home/alice/w/x.php", "<?php", 2001 },
		{ "/home/alice/w/a.css", "", 2001 },
		{ "/var/spool/cron/crontabs/alice", "# mine\nA=b\n* * * * * x\n", 2001 },
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
	assert_true(has(m.plan.actions[3].new_bytes, "# mine\nA=b\n#spamtrail# * * * * * x\n"));
	for (size_t i = 0; i < m.plan.nactions; i++)
		assert_true(m.plan.actions[i].uid != 0);
	end(&m);
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
	end(&m);
	m = make(tree, &row, NULL, NULL);
	assert_true(m.plan.nactions > 0);
	assert_int_equal(m.plan.actions[0].grade, 'B');
	end(&m);
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

static void assert_words(const struct span *words, size_t n, const char *want)
{
	char text[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i ? " " : "", (int)words[i].n,
				       words[i].p);
	assert_string_equal(text, want);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_a_login),
		cmocka_unit_test(closes_a_user_and_his_script),
		cmocka_unit_test(a_shared_user_is_never_closed),
		cmocka_unit_test(many_scripts_are_not_guessed_at),
		cmocka_unit_test(some_are_refused),
		cmocka_unit_test(grades_bind_incidents),
		cmocka_unit_test(odd_names_are_not_written),
		cmocka_unit_test(panels_hold_by_themselves),
		cmocka_unit_test(a_long_list_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
