/*
 * refuse: what the actor does not do, whoever asks: actions that may not be, messages that are none, rows and records of a damaged
 * or forged journal. Each is said in a sentence, and nothing has changed.
 */
#include "act/act.h"
#include "act/record.h"
#include "act/talk.h"
#include "app/helper.h"
#include "base/codec.h"
#include "faulty.h"
#include "scene.h"
#include "store/journal.h"
#include "sys/channel.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* --- actions ------------------------------------------------------------------------------------ */

#define WORDS(...)                              \
	.args = (struct span[]){ __VA_ARGS__ }, \
	.nargs = sizeof((struct span[]){ __VA_ARGS__ }) / sizeof(struct span)
#define BACK(...)                               \
	.back = (struct span[]){ __VA_ARGS__ }, \
	.nback = sizeof((struct span[]){ __VA_ARGS__ }) / sizeof(struct span)
#define S(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
#define HERS .uid = 2001, .base = S("/home/alice"), .path = S("/home/alice/x")
#define NOBODYS .uid = PLAN_NO_UID
#define CONF NOBODYS, .base = S("/"), .path = S("/etc/postfix/main.cf")

static char many[5000];
static struct span ids[1000001];

struct refusal {
	struct action action;
	const char *why; /* part of the sentence; NULL: it may be done */
	bool elsewhere;
};

#define NOT(text, ...)                                 \
	{                                              \
		.action = { __VA_ARGS__ }, .why = text \
	}
#define MAY(...)                          \
	{                                 \
		.action = { __VA_ARGS__ } \
	}
#define NOT_ELSEWHERE(text, ...)                                          \
	{                                                                 \
		.action = { __VA_ARGS__ }, .why = text, .elsewhere = true \
	}
#define MAY_ELSEWHERE(...)                                   \
	{                                                    \
		.action = { __VA_ARGS__ }, .elsewhere = true \
	}

static const struct refusal refusals[] = {
	/* words */
	NOT("too long or has a NUL", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1, WORDS(S("a\0b"))),
	NOT("too long or has a NUL", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1, BACK(S("a\0b"))),
	NOT("too long or has a NUL", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1,
	    .mta = S("exim\0")),
	MAY(.kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1, WORDS({ many, 4096 })),
	NOT("too long or has a NUL", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1,
	    WORDS({ many, 4097 })),
	NOT("marked transient", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1, .transient = true),
	NOT("marked transient", .kind = ACTION_END_LOGIN, NOBODYS, WORDS(S("imap"), S("a"))),
	/* whose */
	NOT("root is not acted on", .kind = ACTION_STOP, .uid = 0, .pid = 5, .born = 1),
	NOT("on the allow list", .kind = ACTION_STOP, .uid = 1999, .pid = 5, .born = 1),
	NOT("is the mail server's", .kind = ACTION_STOP, .uid = 2090, .pid = 5, .born = 1),
	NOT("is a service's", .kind = ACTION_STOP, .uid = 33, .pid = 5, .born = 1),
	NOT("only by pid, birth and uid", .kind = ACTION_STOP, NOBODYS, .pid = 5, .born = 1),
	NOT("only by pid, birth and uid", .kind = ACTION_STOP, .uid = 2001, .pid = 1, .born = 1),
	NOT("only by pid, birth and uid", .kind = ACTION_STOP, .uid = 2001, .pid = UINT32_MAX, .born = 1),
	NOT("only by pid, birth and uid", .kind = ACTION_STOP, .uid = 2001, .pid = 5),
	NOT_ELSEWHERE("with --root only files", .kind = ACTION_STOP, .uid = 2001, .pid = 5, .born = 1),
	/* files */
	MAY(.kind = ACTION_HOLD_FILE, HERS),
	MAY_ELSEWHERE(.kind = ACTION_HOLD_FILE, HERS),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"), .path = S("")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S(""), .path = S("/home/alice/x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice/x\0y")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice//x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice/./x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice/../x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice/"),
	    .path = S("/home/alice/x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("home/alice"),
	    .path = S("home/alice/x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/bobby/x")),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = { many, PATH_MAX }),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/home/alice"),
	    .path = { many, 300 }),
	NOT("is not plain", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/"), .path = S("/")),
	NOT("account's own folder", .kind = ACTION_HOLD_FILE, .uid = 2001, .base = S("/"), .path = S("/x")),
	NOT("account's own folder", .kind = ACTION_HOLD_FILE, NOBODYS, .base = S("/home/alice"),
	    .path = S("/home/alice/x")),
	MAY(.kind = ACTION_PUT_FILE, HERS),
	NOT("account's own folder", .kind = ACTION_PUT_FILE, .uid = 33, .base = S("/home/alice"),
	    .path = S("/home/alice/x")),
	NOT("account's own folder", .kind = ACTION_PUT_FILE, NOBODYS, .base = S("/home/alice"),
	    .path = S("/home/alice/x")),
	NOT("account's own folder", .kind = ACTION_PUT_FILE, .uid = 2001, .base = S("/"), .path = S("/x")),
	MAY(.kind = ACTION_EDIT, CONF),
	MAY(.kind = ACTION_EDIT, CONF, .absent = true),
	NOT("has no old bytes", .kind = ACTION_EDIT, CONF, .absent = true, .old_bytes = S("a")),
	MAY(.kind = ACTION_EDIT, CONF, WORDS(S("/usr/sbin/postfix"), S("check"))),
	NOT_ELSEWHERE("with --root only files", .kind = ACTION_EDIT, CONF,
		      WORDS(S("/usr/sbin/postfix"), S("check"))),
	NOT_ELSEWHERE("with --root only files", .kind = ACTION_EDIT, CONF,
		      BACK(S("/usr/sbin/postfix"), S("reload"))),
	NOT("no command of ours", .kind = ACTION_EDIT, CONF, WORDS(S("/bin/sh"))),
	NOT("no command of ours", .kind = ACTION_EDIT, CONF, BACK(S("/bin/sh"))),
	MAY(.kind = ACTION_EDIT, CONF, BACK(S("reload-exim"))),
	NOT("no file that is edited", .kind = ACTION_EDIT, NOBODYS, .base = S("/"), .path = S("/etc/passwd")),
	NOT("no file that is edited", .kind = ACTION_EDIT, NOBODYS, .base = S("/"),
	    .path = S("/etc/shadow-")),
	MAY(.kind = ACTION_EDIT, NOBODYS, .base = S("/"), .path = S("/etc/nginx/spamtrail-403.conf")),
	MAY(.kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"), .path = S("/home/alice"),
	    WORDS(S("755 ."))),
	NOT("is not plain, or not beneath", .kind = ACTION_MODE, HERS, WORDS(S("755 ."))),
	NOT("own folder only", .kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice")),
	NOT("own folder only", .kind = ACTION_MODE, NOBODYS, .base = S("/home/alice"),
	    .path = S("/home/alice"), WORDS(S("755 ."))),
	NOT("own folder only", .kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice"), .args = ids, .nargs = 100001),
	NOT("is not plain", .kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice"), WORDS(S("777 x"))),
	NOT("is not plain", .kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice"), WORDS(S("75"))),
	NOT("is not plain", .kind = ACTION_MODE, .uid = 2001, .base = S("/home/alice"),
	    .path = S("/home/alice"), WORDS(S("644 a/../b"))),
	NOT("is a service's", .kind = ACTION_MODE, .uid = 33, .base = S("/home/alice"),
	    .path = S("/home/alice"), WORDS(S("644 x"))),
	MAY(.kind = ACTION_MODE, .uid = 33, .base = S("/home/alice"), .path = S("/home/alice"),
	    WORDS(S("000 x"))),
	/* the firewall */
	MAY(.kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("uid"), S("2001"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("uid"), S("2002"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("uid"), S("x"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("gid"), S("2001"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("uid"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, .uid = 2001, WORDS(S("brake"))),
	MAY(.kind = ACTION_FIREWALL, NOBODYS, WORDS(S("brake"))),
	NOT("neither a uid nor the brake", .kind = ACTION_FIREWALL, NOBODYS,
	    WORDS(S("uid"), S("4294967295"))),
	NOT("is a service's", .kind = ACTION_FIREWALL, .uid = 33, WORDS(S("uid"), S("33"))),
	/* the queue */
	MAY(.kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("postfix"), WORDS(S("A1b"))),
	MAY(.kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S("1xYaaa-00005S-2L"))),
	NOT("in Postfix or Exim only", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("sendmail"),
	    WORDS(S("A"))),
	NOT("needs queue ids", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim")),
	NOT("is none", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S("-Mrm"))),
	NOT("is none", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S(""))),
	NOT("is none", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S("a/b"))),
	NOT("is none", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S("a{b"))),
	NOT("is none", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), WORDS({ many + 1, 41 })),
	MAY(.kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), .args = ids, .nargs = 1000000),
	NOT("too many queue ids", .kind = ACTION_HOLD_QUEUE, NOBODYS, .mta = S("exim"), .args = ids,
	    .nargs = 1000001),
	NOT("a removal needs queue ids", .kind = ACTION_REMOVE_QUEUE, NOBODYS, .mta = S("exim")),
	NOT("is none", .kind = ACTION_REMOVE_QUEUE, NOBODYS, .mta = S("exim"), WORDS(S("-x"))),
	NOT("is none", .kind = ACTION_REMOVE_QUEUE, NOBODYS, .mta = S("exim"), BACK(S("-x"))),
	MAY(.kind = ACTION_FLUSH_QUEUE, NOBODYS, .transient = true, .mta = S("exim")),
	NOT("too many messages to flush", .kind = ACTION_FLUSH_QUEUE, NOBODYS, .transient = true,
	    .mta = S("exim"), .args = ids, .nargs = 2001),
	/* programs */
	NOT("? with these arguments is no command of ours", .kind = ACTION_COMMAND, NOBODYS),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS, WORDS(S("/usr/sbin/csf"), S("-r"))),
	MAY(.kind = ACTION_COMMAND, NOBODYS, WORDS(S("/usr/sbin/csf"), S("-r")),
	    BACK(S("/usr/sbin/csf"), S("-r"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS, WORDS(S("/usr/sbin/csf")),
	    BACK(S("/usr/sbin/csf"), S("-r"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/sbin/csf"), S("-r"), S("-x")), BACK(S("/usr/sbin/csf"), S("-r"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS, .args = ids, .nargs = 2001),
	MAY(.kind = ACTION_COMMAND, NOBODYS, WORDS(S("/usr/bin/doveadm"), S("kick"), S("a@b.example")),
	    BACK(S("/usr/bin/doveadm"), S("kick"), S("a"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/bin/doveadm"), S("kick"), S("-A")), BACK(S("/usr/bin/doveadm"), S("kick"), S("a"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/bin/doveadm"), S("kick"), S("")), BACK(S("/usr/bin/doveadm"), S("kick"), S("a"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/bin/doveadm"), S("kick"), S("a b")),
	    BACK(S("/usr/bin/doveadm"), S("kick"), S("a"))),
	MAY(.kind = ACTION_COMMAND, NOBODYS, WORDS(S("/usr/sbin/postmap"), S("/etc/postfix/a")),
	    BACK(S("/usr/sbin/postmap"), S("/etc/postfix/a"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/sbin/postmap"), S("/etc/passwd")),
	    BACK(S("/usr/sbin/postmap"), S("/etc/postfix/a"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/sbin/postmap"), S("/etc/postfix/../passwd")),
	    BACK(S("/usr/sbin/postmap"), S("/etc/postfix/a"))),
	MAY(.kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/bin/systemctl"), S("enable"), S("--now"), S("spamtrail-guard")),
	    BACK(S("/usr/bin/systemctl"), S("disable"), S("--now"), S("spamtrail-guard"))),
	NOT("no command of ours", .kind = ACTION_COMMAND, NOBODYS,
	    WORDS(S("/usr/bin/systemctl"), S("enable"), S("--now"), S("sshd")),
	    BACK(S("/usr/bin/systemctl"), S("disable"), S("--now"), S("spamtrail-guard"))),
	/* connections and logins */
	MAY(.kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1:5"), S("192.0.2.2:25"))),
	MAY(.kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("[2001:db8::1]:5"), S("[2001:db8::2]:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("[2001:db8::1]:5"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1:5"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S(":5"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1:x"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1:0"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("192.0.2.1:5"), S("192.0.2.2:65536"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("[192.0.2.1:5"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("host.example:5"), S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2001,
	    WORDS(S("1111111111111111111111111111111111111111111111111111111111111111111:5"),
		  S("192.0.2.2:25"))),
	NOT("by both its ends", .kind = ACTION_CLOSE_SOCKET, .transient = true, NOBODYS,
	    WORDS(S("192.0.2.1:5"), S("192.0.2.2:25"))),
	MAY(.kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2090,
	    WORDS(S("192.0.2.1:25"), S("192.0.2.2:5"))),
	MAY(.kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2090,
	    WORDS(S("192.0.2.1:587"), S("192.0.2.2:5"))),
	MAY(.kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2090,
	    WORDS(S("192.0.2.1:465"), S("192.0.2.2:5"))),
	NOT("only those to its mail ports", .kind = ACTION_CLOSE_SOCKET, .transient = true, .uid = 2090,
	    WORDS(S("192.0.2.1:5"), S("192.0.2.2:25"))),
	MAY(.kind = ACTION_END_LOGIN, .transient = true, .uid = 2090,
	    WORDS(S("smtp"), S("192.0.2.1"), S("2001:db8::1"))),
	NOT("by their clients' addresses", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS,
	    WORDS(S("smtp"))),
	NOT("by their clients' addresses", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS,
	    WORDS(S("pop"), S("a"))),
	NOT("by their clients' addresses", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS, .args = ids,
	    .nargs = 65537),
	NOT("is no address", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS, WORDS(S("smtp"), S("x"))),
	MAY(.kind = ACTION_END_LOGIN, .transient = true, NOBODYS, WORDS(S("imap"), S("a@b.example"))),
	NOT("no command of ours", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS,
	    WORDS(S("imap"), S("-A"))),
	NOT("by their clients' addresses", .kind = ACTION_END_LOGIN, .transient = true, NOBODYS,
	    WORDS(S("imap"), S("a"), S("b"))),
};

static void test_actions(void **state)
{
	const uint32_t allow[] = { 1999 }, mta[] = { 2090 };
	struct actor a = { .allow = allow, .nallow = 1, .mta = mta, .nmta = 1 };
	int wrong = 0;

	memset(many, 'a', sizeof(many));
	memcpy(many, "/home/alice/", 12);
	ids[0] = SPAN("smtp");
	for (size_t i = 1; i < sizeof(ids) / sizeof(*ids); i++)
		ids[i] = SPAN("A");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct err err = { 0 };
		int rc;

		a.elsewhere = r->elsewhere;
		rc = act_check(&a, &r->action, &err);
		if (r->why ? rc >= 0 || !strstr(err.text, r->why) : rc != 0) {
			print_error("row %zu: %d \"%s\", wanted \"%s\"\n", i, rc, err.text,
				    r->why ? r->why : "");
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* --- messages ----------------------------------------------------------------------------------- */

enum body {
	NOTHING,
	ONE_BYTE,
	BEGIN,
	BEGIN_MORE,
	BEGIN_CUT,
	BEGIN_RELATIVE,
	BEGIN_NUL,
	BEGIN_LONG,
	BEGIN_NO_STATE,
	BEGIN_NO_ROOT,
	BEGIN_ROOT_RELATIVE,
	BEGIN_NOBODY,
	BEGIN_BEYOND,
	PLAN,
	PLAN_CUT,
	PLAN_FORBIDDEN,
	PLAN_QUEUE,
	NUMBER_0,
	NUMBER_7,
	UNDO_NOTHING,
	UNDO_MORE,
	/* answers to ACT_HELD */
	LOOKED,
	LOOKED_CUT,
	LOOKED_INNOCENT,
	LOOKED_FREE,
	LOOKED_ALL, /* all are another's: nothing stays held */
};

struct said {
	uint32_t type;
	enum body body;
	size_t descriptors;
};

static void put_begin(struct codec *c, enum body body)
{
	static char state[96], root[96], far[PATH_MAX + 10];
	struct act_begin b = { .who = SPAN("a test") };
	struct span nobody = SPAN("nobody"), beyond = SPAN("4294967296");

	snprintf(state, sizeof(state), "%s/state", dir);
	snprintf(root, sizeof(root), "%s/root", dir);
	memset(far, '/', sizeof(far));
	b.state_dir = body == BEGIN_RELATIVE   ? SPAN("state")
		      : body == BEGIN_NUL      ? SPAN("/state\0x")
		      : body == BEGIN_LONG     ? span_of(far, sizeof(far))
		      : body == BEGIN_NO_STATE ? SPAN_NONE
					       : span_str(state);
	b.root = body == BEGIN_ROOT_RELATIVE ? SPAN("root")
		 : body == BEGIN_NO_ROOT     ? SPAN("/nowhere/at/all")
					     : span_str(root);
	if (body == BEGIN_NOBODY || body == BEGIN_BEYOND) {
		b.allow = body == BEGIN_NOBODY ? &nobody : &beyond;
		b.nallow = 1;
	}
	act_code_begin(c, &b);
}

static void put_body(enum body body, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };
	struct span id = SPAN("AAAA"), other = SPAN("CCCC"), word[] = { SPAN("AAAA"), SPAN("BBBB") };
	struct action a = { .kind = ACTION_HOLD_FILE,
			    .grade = 'A',
			    .uid = 2001,
			    .base = SPAN("/home/alice"),
			    .path = SPAN("/home/alice/www/x.php") };
	struct action q = { .kind = ACTION_HOLD_QUEUE,
			    .grade = 'A',
			    .uid = PLAN_NO_UID,
			    .mta = SPAN("postfix"),
			    .args = word,
			    .nargs = 2 };
	struct plan plan = { .actions = body == PLAN_QUEUE ? &q : &a, .nactions = 1 };
	struct act_looked l = { .innocent = body == LOOKED_INNOCENT ? &other : &id,
				.ninnocent = body == LOOKED_ALL ? 2 : body != LOOKED_FREE,
				.free = &other,
				.nfree = body == LOOKED_FREE };
	struct act_undo u = { .what = body == UNDO_MORE ? SPAN("k") : SPAN_NONE };

	if (body == PLAN_FORBIDDEN)
		a.uid = 0;
	if (body == LOOKED_ALL)
		l.innocent = word;
	if (body >= BEGIN && body <= BEGIN_BEYOND)
		put_begin(&c, body);
	else if (body >= PLAN && body <= PLAN_QUEUE)
		plan_pack(&plan, out);
	else if (body >= LOOKED)
		act_code_looked(&c, &l);
	else if (body == NUMBER_0 || body == NUMBER_7)
		pack_u32(&p, body == NUMBER_0 ? 0 : 7);
	else if (body == UNDO_NOTHING || body == UNDO_MORE)
		act_code_undo(&c, &u);
	if (body == BEGIN_MORE || body == UNDO_MORE || body == ONE_BYTE)
		pack_u8(&p, 1);
	if (body == BEGIN_CUT || body == PLAN_CUT || body == LOOKED_CUT)
		out->n--;
}

/* What is said in turn; each is one that the actor ends for ("ends"), or refuses with a sentence. */
static const struct talk {
	const char *name;
	struct said said[5];
	const char *why;
} talks[] = {
	{ "a request before the beginning", { { ACT_HISTORY, NOTHING, 0 } }, "ends" },
	{ "two beginnings", { { ACT_BEGIN, BEGIN, 0 }, { ACT_BEGIN, BEGIN, 0 } }, "ends" },
	{ "a beginning with a byte too many", { { ACT_BEGIN, BEGIN_MORE, 0 } }, "ends" },
	{ "a beginning cut short", { { ACT_BEGIN, BEGIN_CUT, 0 } }, "ends" },
	{ "a beginning with a descriptor", { { ACT_BEGIN, BEGIN, 1 } }, "ends" },
	{ "no request", { { ACT_BEGIN, BEGIN, 0 }, { 99, NOTHING, 0 } }, "ends" },
	{ "an answer that nobody waits for",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_RELEASE, LOOKED, 0 } },
	  "ends" },
	{ "a relative state folder", { { ACT_BEGIN, BEGIN_RELATIVE, 0 } }, "must be absolute paths" },
	{ "a state folder with a NUL", { { ACT_BEGIN, BEGIN_NUL, 0 } }, "must be absolute paths" },
	{ "a state folder too long", { { ACT_BEGIN, BEGIN_LONG, 0 } }, "must be absolute paths" },
	{ "no state folder", { { ACT_BEGIN, BEGIN_NO_STATE, 0 } }, "must be absolute paths" },
	{ "a relative root", { { ACT_BEGIN, BEGIN_ROOT_RELATIVE, 0 } }, "must be absolute paths" },
	{ "a root that is not there",
	  { { ACT_BEGIN, BEGIN_NO_ROOT, 0 } },
	  "/nowhere/at/all cannot be opened" },
	{ "a name on the allow list", { { ACT_BEGIN, BEGIN_NOBODY, 0 } }, "something that is no uid" },
	{ "a number beyond uids on the allow list",
	  { { ACT_BEGIN, BEGIN_BEYOND, 0 } },
	  "something that is no uid" },
	{ "a plan cut short", { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN_CUT, 0 } }, "ends" },
	{ "a plan that may not be",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN_FORBIDDEN, 0 } },
	  "root is not acted on" },
	{ "two plans", { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN, 0 }, { ACT_PLAN, PLAN, 0 } }, "ends" },
	{ "a question behind the plan",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN, 0 }, { ACT_KNOWN, PLAN, 0 } },
	  "ends" },
	{ "an action without a plan", { { ACT_BEGIN, BEGIN, 0 }, { ACT_APPLY, NUMBER_0, 0 } }, "ends" },
	{ "an action of no plan's",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_KNOWN, PLAN, 0 }, { ACT_APPLY, NUMBER_0, 0 } },
	  "ends" },
	{ "an action beyond the plan",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN, 0 }, { ACT_APPLY, NUMBER_7, 0 } },
	  "ends" },
	{ "an action asked for twice",
	  { { ACT_BEGIN, BEGIN, 0 },
	    { ACT_PLAN, PLAN_QUEUE, 0 },
	    { ACT_APPLY, NUMBER_0, 0 },
	    { ACT_RELEASE, LOOKED_ALL, 0 },
	    { ACT_APPLY, NUMBER_0, 0 } },
	  "asked for twice" },
	{ "no number",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN, 0 }, { ACT_APPLY, ONE_BYTE, 0 } },
	  "ends" },
	{ "undo of nothing", { { ACT_BEGIN, BEGIN, 0 }, { ACT_UNDO, UNDO_NOTHING, 0 } }, "ends" },
	{ "undo with a byte too many", { { ACT_BEGIN, BEGIN, 0 }, { ACT_UNDO, UNDO_MORE, 0 } }, "ends" },
	{ "a history with a byte too many",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_HISTORY, ONE_BYTE, 0 } },
	  "ends" },
	{ "an expiry with a byte too many",
	  { { ACT_BEGIN, BEGIN, 0 }, { ACT_EXPIRED, ONE_BYTE, 0 } },
	  "ends" },
	{ "a purge without its time", { { ACT_BEGIN, BEGIN, 0 }, { ACT_PURGE, ONE_BYTE, 0 } }, "ends" },
#define HELD                                                  \
	{ ACT_BEGIN, BEGIN, 0 }, { ACT_PLAN, PLAN_QUEUE, 0 }, \
	{                                                     \
		ACT_APPLY, NUMBER_0, 0                        \
	}
	{ "messages held, and another answer",
	  { HELD, { ACT_HISTORY, NOTHING, 0 } },
	  "did not say which messages" },
	{ "messages held, and an answer cut short",
	  { HELD, { ACT_RELEASE, LOOKED_CUT, 0 } },
	  "did not say which messages" },
	{ "messages held, and an answer with a descriptor",
	  { HELD, { ACT_RELEASE, LOOKED, 1 } },
	  "did not say which messages" },
	{ "messages held, and another's named",
	  { HELD, { ACT_RELEASE, LOOKED_INNOCENT, 0 } },
	  "that was not to be held" },
	{ "messages held, and another's named as free",
	  { HELD, { ACT_RELEASE, LOOKED_FREE, 0 } },
	  "that was not to be held" },
	{ "messages held, and no answer", { HELD }, "ends" },
};

/* True: T's last message was met as it must be. */
static bool talk(const struct talk *t)
{
	struct channel c;
	struct helper_want want = { .name = "spamtrail-act" };
	struct message m = { 0 };
	struct err err = { 0 };
	int ends[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC), rc = 1;
	pid_t pid;
	bool met = false;

	assert_int_equal(channel_pair(ends, &err), 0);
	want.fds[3] = ends[1];
	assert_int_equal(helper_start(&want, &pid, &err), 0);
	close(ends[1]);
	channel_open(&c, ends[0], ACT_BODY_MOST, 20);
	for (size_t i = 0; i < 5 && t->said[i].type && rc > 0; i++) {
		struct buf body = BUF_MAX(1 << 20);

		put_body(t->said[i].body, &body);
		assert_int_equal(channel_send(&c, t->said[i].type, buf_view(&body), &null,
					      t->said[i].descriptors, &err),
				 0);
		buf_free(&body);
		rc = channel_receive(&c, &m, &err);
	}
	if (rc <= 0)
		met = strcmp(t->why, "ends") == 0;
	else if (m.type == ACT_HELD)
		met = true;
	else
		met = memmem(m.body.p, m.body.n, t->why, strlen(t->why)) != NULL;
	if (!met)
		print_error("%d, message %u: %.*s\n", rc, m.type, (int)m.body.n, m.body.p);
	channel_close(&c);
	waitpid(pid, NULL, 0);
	close(null);
	return met;
}

static void test_messages(void **state)
{
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(talks) / sizeof(*talks); i++) {
		char *before, *after;

		scene_fresh(&scenes[0]);
		before = scene_see(false);
		memset(seen_fault, 0, sizeof(*seen_fault));
		if (!talk(&talks[i]) || seen_fault->descriptors_left) {
			print_error("%s: not met by \"%s\"\n", talks[i].name, talks[i].why);
			wrong++;
		}
		scene_drive("history\n", NULL);
		after = scene_see(false);
		if (strcmp(before, after) != 0) {
			print_error("%s has changed something:\n%s", talks[i].name, after);
			wrong++;
		}
		free(before);
		free(after);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests(tests, scene_make, scene_drop);
}
