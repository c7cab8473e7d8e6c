/*
 * The two spool formats: what real servers wrote (test/queue/spool), and what a forger would make of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "queue/files.h"
#include "queue/postqueue.h"
#include "queue/room.h"
#include "queue/window.h"

static struct room *room;

static struct buf bytes_of(const char *name)
{
	struct buf b = BUF_MAX(1 << 20);
	char path[300], block[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "test/queue/spool/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is not there: run from the top of the tree", path);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, block, n);
	fclose(f);
	return b;
}

static const struct queued *parse(enum mail_server server, const char *id, struct span bytes)
{
	/* a copy of just that size: a look behind its end is found by the sanitizer */
	char *copy = malloc(bytes.n + !bytes.n);
	struct window w;

	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	room_start(room, server);
	room->q.id_text = room_keep(room, span_str(id));
	window_memory(&w, span_of(copy, bytes.n));
	if (server == SERVER_POSTFIX)
		postfix_file(&w, room);
	else
		exim_header_file(&w, room);
	free(copy);
	return &room->q;
}

static void same(struct span got, const char *want)
{
	if (!span_eq(got, span_str(want)))
		fail_msg("\"%.*s\", not \"%s\"", (int)got.n, got.p, want);
}

static void postfix_real(void **state)
{
	struct buf b = bytes_of("postfix/auth");
	const struct queued *q = parse(SERVER_POSTFIX, "9FCFD127", buf_view(&b));

	assert_null(q->damage);
	same(q->login, "alice@alice.test");
	assert_int_equal(q->login_grade, 'A');
	assert_int_equal(q->uid, QUEUED_NO_UID);
	assert_int_equal(q->door, DOOR_AUTH);
	assert_int_equal(q->nrecipients, 2);
	assert_int_equal(q->size, 395);
	same(q->sender, "alice@alice.test");
	same(q->recipients[1].address, "x2@out.example");
	same(q->subject, "via auth");
	same(q->client, "127.0.0.1");
	same(q->helo, "pc.example");
	buf_free(&b);
	b = bytes_of("postfix/local");
	q = parse(SERVER_POSTFIX, "8F610118", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->uid, 2002);
	assert_int_equal(q->uid_grade, 'A');
	assert_int_equal(q->door, DOOR_LOCAL);
	same(q->script, "2001:cache.php");
	buf_free(&b);
	b = bytes_of("postfix/loopback");
	q = parse(SERVER_POSTFIX, "A991112A", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->door, DOOR_LOOPBACK);
	assert_int_equal(q->uid, QUEUED_NO_UID);
	buf_free(&b);
	b = bytes_of("postfix/bounce");
	q = parse(SERVER_POSTFIX, "96EB817F", buf_view(&b));
	assert_null(q->damage);
	assert_true(q->null_sender);
	assert_int_equal(q->door, DOOR_BOUNCE);
	buf_free(&b);
	b = bytes_of("postfix/partly");
	q = parse(SERVER_POSTFIX, "8605716E", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 3);
	assert_int_equal(q->ndone, 2);
	assert_true(q->recipients[0].done && !q->recipients[1].done && q->recipients[2].done);
	buf_free(&b);
}

/* The recipients of sendmail(1) lie behind the text, and the text is not read: bytes there may be anything. */
static void postfix_skips_text(void **state)
{
	struct buf b = bytes_of("postfix/long");
	const struct queued *q = parse(SERVER_POSTFIX, "94157122", buf_view(&b));

	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 3);
	same(q->recipients[2].address, "d@z.example");
	memset(b.p + 8000, 0xff, 10000);
	q = parse(SERVER_POSTFIX, "94157122", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 3);
	buf_free(&b);
}

static void exim_real(void **state)
{
	struct buf b = bytes_of("exim/1xXDax-00005S-2L-H");
	const struct queued *q = parse(SERVER_EXIM, "1xXDax-00005S-2L", buf_view(&b));

	assert_null(q->damage);
	assert_int_equal(q->uid, 2001);
	assert_int_equal(q->uid_grade, 'A');
	same(q->user, "alice");
	/* Exim writes -auth_id for local mail, too: that is no login */
	assert_int_equal(q->login.n, 0);
	assert_int_equal(q->door, DOOR_LOCAL);
	same(q->subject, "exim local");
	same(q->script, "alice.test/x.php for 192.0.2.1");
	buf_free(&b);
	b = bytes_of("exim/1xXDax-00005c-2W-H");
	q = parse(SERVER_EXIM, "1xXDax-00005c-2W", buf_view(&b));
	assert_null(q->damage);
	same(q->login, "alice@alice.test");
	assert_int_equal(q->login_grade, 'A');
	same(q->client, "127.0.0.1");
	assert_int_equal(q->uid, QUEUED_NO_UID);
	buf_free(&b);
	b = bytes_of("exim/1xXDet-00007R-1q-H");
	q = parse(SERVER_EXIM, "1xXDet-00007R-1q", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 3);
	assert_int_equal(q->ndone, 2);
	assert_true(q->recipients[0].done && !q->recipients[1].done && q->recipients[2].done);
	exim_journal(room, SPAN("later@defer.example\nok1@good.example\nother@x\n"));
	assert_int_equal(q->ndone, 3);
	buf_free(&b);
	b = bytes_of("exim/1xXDax-00005X-2O-H");
	q = parse(SERVER_EXIM, "1xXDax-00005X-2O", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->frozen, 1795853746);
	buf_free(&b);
}

static const char *const postfix_names[] = { "auth", "local", "loopback", "bounce", "partly" };
static const char *const exim_names[] = { "1xXDax-00005S-2L", "1xXDax-00005c-2W", "1xXDet-00007R-1q",
					  "1xXDax-00005X-2O" };

static bool names_somebody(const struct queued *q)
{
	return q->login.n || q->user.n || q->uid != QUEUED_NO_UID || q->login_grade || q->uid_grade;
}

static void cut_at_every_byte(void **state)
{
	for (size_t i = 0; i < sizeof(postfix_names) / sizeof(*postfix_names); i++) {
		char name[64];
		struct buf b;

		snprintf(name, sizeof(name), "postfix/%s", postfix_names[i]);
		b = bytes_of(name);
		for (size_t n = 0; n < b.n; n++) {
			const struct queued *q = parse(SERVER_POSTFIX, "ABCDEF", span_of(b.p, n));

			assert_non_null(q->damage);
			assert_false(names_somebody(q));
		}
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof(exim_names) / sizeof(*exim_names); i++) {
		uint32_t recipients;
		char name[64];
		struct buf b;

		snprintf(name, sizeof(name), "exim/%s-H", exim_names[i]);
		b = bytes_of(name);
		recipients = parse(SERVER_EXIM, exim_names[i], buf_view(&b))->nrecipients;
		for (size_t n = 0; n < b.n; n++) {
			const struct queued *q = parse(SERVER_EXIM, exim_names[i], span_of(b.p, n));

			/* between two headers nothing is missing that the format could tell */
			assert_true(q->damage ? !names_somebody(q) : q->nrecipients == recipients);
		}
		buf_free(&b);
	}
}

/* The file with WITH put in behind AFTER must be refused, and name nobody. */
static void forge_exim(const char *id, const char *after, struct span with)
{
	char name[64];
	struct buf b, forged = BUF_MAX(1 << 20);
	const struct queued *q;
	ptrdiff_t at;

	snprintf(name, sizeof(name), "exim/%s-H", id);
	b = bytes_of(name);
	at = span_search(buf_view(&b), 0, span_str(after));
	assert_true(at >= 0);
	at += (ptrdiff_t)strlen(after);
	buf_add(&forged, b.p, (size_t)at);
	buf_span(&forged, with);
	buf_span(&forged, span_from(buf_view(&b), (size_t)at));
	q = parse(SERVER_EXIM, id, buf_view(&forged));
	if (!q->damage || names_somebody(q))
		fail_msg("\"%.*s\" went through", (int)with.n, with.p);
	buf_free(&b);
	buf_free(&forged);
}

static void exim_forged(void **state)
{
	static const char auth[] = "1xXDax-00005c-2W", local[] = "1xXDax-00005S-2L";

	forge_exim(auth, "alice@alice.test\n-tls", SPAN("\n-auth_id victim@victim.test"));
	forge_exim(auth, "-body_linecount 3\n", SPAN("--auth_id victim@victim.test\n"));
	forge_exim(auth, "-body_linecount 3\n", SPAN("-host_address [203.0.113.1]:25\n"));
	forge_exim(auth, "-body_linecount 3\n", SPAN("-received_protocol esmtpsa\n"));
	forge_exim(auth, "--auth_id alice@alice.test", SPAN("\r"));
	forge_exim(auth, "--auth_id alice@alice.test", span_of("\0", 1));
	forge_exim(local, "-ident alice\n", SPAN("-ident victim\n"));
	forge_exim(local, "-local\n", SPAN("-local\n"));
	/* the count and what follows it */
	forge_exim(local, "XX\n", SPAN("2\nvictim@x.example\nb@x.example\n\n"));
	forge_exim(local, "XX\n1\na@x.example\n", SPAN("b@x.example\n"));
	forge_exim(local, "XX\n", SPAN("9"));
	forge_exim(local, "XX\n", SPAN("XX\n"));
	forge_exim(local, "020  ", SPAN("x"));
	forge_exim(local, "exim local\n", SPAN("X-Evil: 1\n"));
	forge_exim(local, "-local\n", SPAN("-aclm _x 999999\nzz\n"));
	forge_exim(local, "-local\n", SPAN("-aclm _x 3\nzz\n-x\n"));
	forge_exim(local, "alice 2001 2001", SPAN(" 7 x"));
}

/* An ACL variable may hold line ends: what looks like an option in it is none. */
static void exim_variable(void **state)
{
	static const char id[] = "1xXDax-00005S-2L";
	static const char with[] = "-aclm _x 26\n-auth_id victim\n-ident abc\n";
	struct buf b = bytes_of("exim/1xXDax-00005S-2L-H"), more = BUF_MAX(1 << 16);
	ptrdiff_t at = span_search(buf_view(&b), 0, SPAN("-auth_id"));
	const struct queued *q;

	buf_add(&more, b.p, (size_t)at);
	buf_add(&more, with, sizeof(with) - 1);
	buf_span(&more, span_from(buf_view(&b), (size_t)at));
	q = parse(SERVER_EXIM, id, buf_view(&more));
	assert_null(q->damage);
	assert_int_equal(q->uid, 2001);
	same(q->user, "alice");
	assert_int_equal(q->login.n, 0);
	buf_free(&b);
	buf_free(&more);
}

#define EXIM_ID "1xXDax-00005S-2L"
#define EXIM_HEAD EXIM_ID "-H\nalice 2001 2001\n<a@x.example>\n1795853743 0\n"
#define EXIM_LOCAL "-local\n-ident alice\n"
#define EXIM_TAIL "XX\n1\nb@y.example\n\n012F From: a@x\n"

/* Every sentence that a header file can earn, and beside it what is nearly the same and right. */
static void exim_says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *damage;
	} cases[] = {
		{ EXIM_HEAD EXIM_LOCAL "XX\n1\nb@y.example\n\n012F From: a@x.y\n", NULL },
		{ "", "it does not begin with its own id" },
		{ "1xXDax-00005S-2M-H\n", "it does not begin with its own id" },
		{ EXIM_ID "-D\n", "it does not begin with its own id" },
		{ EXIM_ID "-HH\n", "it does not begin with its own id" },
		{ EXIM_ID "-H\n", "it ends after one line" },
		{ EXIM_ID "-H\nalice\n", "its second line names no submitter" },
		{ EXIM_ID "-H\nalice 1\n", "its second line names no submitter" },
		{ EXIM_ID "-H\nalice x 1\n", "its second line names no submitter" },
		{ EXIM_ID "-H\nalice 1 x\n", "its second line names no submitter" },
		{ EXIM_ID "-H\nalice 4294967295 1\n", "its second line names no submitter" },
		{ EXIM_ID "-H\n 1 1\n", "its second line names no submitter" },
		{ EXIM_ID "-H\na\tb 1 1\n", "its second line names no submitter" },
		{ EXIM_ID "-H\nalice 1 1\n", "it ends after two lines" },
		{ EXIM_ID "-H\nalice 1 1\na@x\n", "its third line is no sender" },
		{ EXIM_ID "-H\nalice 1 1\n<a@x\n", "its third line is no sender" },
		{ EXIM_ID "-H\nalice 1 1\n<\n", "its third line is no sender" },
		{ EXIM_ID "-H\nalice 1 1\n<>\n", "it ends after three lines" },
		{ EXIM_ID "-H\nalice 1 1\n<>\nnow 0\n", "its fourth line is no time" },
		{ EXIM_ID "-H\nalice 1 1\n<>\n9223372036854775807 0\n", "its fourth line is no time" },
		{ EXIM_HEAD, "it ends within its options" },
		{ EXIM_HEAD "-frozen soon\n" EXIM_TAIL, "a frozen mark without its time" },
		{ EXIM_HEAD "-frozen 9223372036854775807\n" EXIM_TAIL, "a frozen mark without its time" },
		{ EXIM_HEAD "-local\n-local\n" EXIM_TAIL, "an option that may stand once stands twice" },
		{ EXIM_HEAD "-auth_id a\tb\n" EXIM_TAIL, "a login with control characters" },
		{ EXIM_HEAD "-acl 3\n" EXIM_TAIL, "an ACL variable without a length" },
		{ EXIM_HEAD "-aclc _x 1048577\n" EXIM_TAIL, "an ACL variable without a length" },
		{ EXIM_HEAD "-aclc _x 2\nabc\n" EXIM_TAIL, "an ACL variable of another length" },
		{ EXIM_HEAD "-acl _x 9\nabc\n", "an ACL variable of another length" },
		{ EXIM_HEAD "XX\n", "it ends before its recipients" },
		{ EXIM_HEAD "ZZ b@y\n1\n", "a tree of done recipients that makes no sense" },
		{ EXIM_HEAD "NZ b@y\n1\n", "a tree of done recipients that makes no sense" },
		{ EXIM_HEAD "NNb@y\n1\n", "a tree of done recipients that makes no sense" },
		{ EXIM_HEAD "\n1\n", "a tree of done recipients that makes no sense" },
		{ EXIM_HEAD "YN b@y\nNN c@y\n", "it ends within the tree of done recipients" },
		{ EXIM_HEAD "XX\nmany\n", "the number of its recipients is missing" },
		{ EXIM_HEAD "XX\n0\n", "the number of its recipients is missing" },
		{ EXIM_HEAD "XX\n200001\n", "the number of its recipients is missing" },
		{ EXIM_HEAD "XX\n2\nb@y\n\n", "it has fewer recipients than it says" },
		{ EXIM_HEAD "XX\n2\nb@y\n", "it has fewer recipients than it says" },
		{ EXIM_HEAD "XX\n1\nb@y\nc@y\n", "it has more recipients than it says" },
		{ EXIM_HEAD "XX\n1\nb@y\n", "it has more recipients than it says" },
		{ EXIM_HEAD "XX\n1\nb@y\n\n01F From\n", "a header without its length" },
		{ EXIM_HEAD "XX\n1\nb@y\n\n00000012F From\n", "a header without its length" },
		{ EXIM_HEAD "XX\n1\nb@y\n\n012FFrom: a@x\n", "a header without its length" },
		{ EXIM_HEAD "XX\n1\nb@y\n\n000F \n", "a header without its length" },
		{ EXIM_HEAD "XX\n1\nb@y\n\n013F From: a@x\n", "a header of another length" },
		{ EXIM_HEAD "-local\n-host_address [203.0.113.9]:25\nXX\n1\nb@y\n\n",
		  "both local and from another host" },
		{ EXIM_HEAD "-local\n-host_address [127.0.0.1]:25\nXX\n1\nb@y\n\n", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct queued *q = parse(SERVER_EXIM, EXIM_ID, span_str(cases[i].text));

		if (!q->damage != !cases[i].damage || (q->damage && strcmp(q->damage, cases[i].damage) != 0))
			fail_msg("%s\nis \"%s\", not \"%s\"", cases[i].text, q->damage ? q->damage : "right",
				 cases[i].damage ? cases[i].damage : "right");
	}
}

/* What the parts of a sound file add up to. */
static void exim_facts(void **state)
{
	static const struct {
		const char *options, *login, *user, *client;
		char login_grade, uid_grade;
	} cases[] = {
		{ "-local\n-ident alice\n", "", "alice", "", 0, 'A' },
		{ "-local\n-ident alice\n-auth_id alice\n", "", "alice", "", 0, 'A' },
		/* another's name */
		{ "-local\n-ident alice\n-auth_id bob\n", "bob", "alice", "", 'B', 'A' },
		{ "-local\n-ident bob\n", "", "alice", "", 0, 'B' },
		{ "-local\n-ident bob\n-auth_id carol\n", "carol", "alice", "", 'B', 'A' },
		{ "-local\n", "", "alice", "", 0, 'B' },
		{ "-ident alice\n", "", "alice", "", 0, 'B' },
		{ "-host_address [198.51.100.7]:41642\n-received_protocol esmtpa\n--auth_id carol\n", "carol",
		  "", "198.51.100.7", 'A', 0 },
		{ "-host_address 198.51.100.7.41642\n-received_protocol esmtpsa\n-(x)auth_id carol\n",
		  "carol", "", "198.51.100.7", 'A', 0 },
		{ "-host_address [2001:db8::7]:25\n-received_protocol esmtps\n-auth_id carol\n", "carol", "",
		  "2001:db8::7", 'B', 0 },
		{ "-aclm 3 4\nab\nc\n-aclc _y 0\n\n-local\n-ident alice\n", "", "alice", "", 0, 'A' },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf b = BUF_MAX(4096);
		const struct queued *q;

		buf_addf(&b, "%s%s%s", EXIM_HEAD, cases[i].options, "XX\n1\nb@y.example\n\n");
		q = parse(SERVER_EXIM, EXIM_ID, buf_view(&b));
		if (q->damage)
			fail_msg("%s: %s", cases[i].options, q->damage);
		same(q->login, cases[i].login);
		same(q->user, cases[i].user);
		same(q->client, cases[i].client);
		if (q->login_grade != cases[i].login_grade || q->uid_grade != cases[i].uid_grade)
			fail_msg("%s: grades %c %c", cases[i].options, q->login_grade + '0' * !q->login_grade,
				 q->uid_grade + '0' * !q->uid_grade);
		buf_free(&b);
	}
}

/* An address with what aliases and DSN requests put behind it; a copy without the tree. */
static void exim_recipients(void **state)
{
	const struct queued *q = parse(SERVER_EXIM, EXIM_ID,
				       SPAN(EXIM_HEAD "YN done@y\nNN \"a b\"@y\n5\ndone@y\n\"a b\"@y 7,0#1\n"
						      "c@y e@z 3,1#9\nd#e@y\n#3\n\n"));

	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 5);
	assert_int_equal(q->ndone, 2);
	assert_true(q->recipients[0].done && q->recipients[1].done && !q->recipients[2].done);
	same(q->recipients[1].address, "\"a b\"@y");
	same(q->recipients[2].address, "c@y");
	same(q->recipients[3].address, "d#e@y");
	same(q->recipients[4].address, "#3");
	q = parse(SERVER_EXIM, EXIM_ID, SPAN(EXIM_HEAD "-localerror\n1\nb@y\n\n"));
	assert_null(q->damage);
	assert_true(q->automatic);
	exim_journal(room, SPAN("\nother@y\nb@y\nb@y"));
	assert_int_equal(q->ndone, 1);
}

static void record(struct buf *b, char type, struct span data)
{
	buf_byte(b, type);
	if (data.n > 127)
		buf_byte(b, (char)(0x80 | (data.n & 0x7f)));
	buf_byte(b, (char)(data.n > 127 ? data.n >> 7 : data.n));
	buf_span(b, data);
}

struct piece {
	char type;
	struct span data;
};

#define SIZES                                                                                                \
	SPAN("            100             200               1               0               0              " \
	     " 0")

/* A file from PIECES, in which TYPE 0 ends the list. */
static const struct queued *built(const struct piece *pieces)
{
	struct buf b = BUF_MAX(1 << 22);
	const struct queued *q;

	for (; pieces->type; pieces++)
		record(&b, pieces->type, pieces->data);
	q = parse(SERVER_POSTFIX, "ABCDEF12", buf_view(&b));
	buf_free(&b);
	return q;
}

#define HEAD                              \
	{ 'C', SIZES },                   \
	{                                 \
		'T', SPAN("1795853743 1") \
	}
#define LOGIN                                        \
	{ 'A', SPAN("sasl_method=PLAIN") },          \
	{                                            \
		'A', SPAN("sasl_username=mallory@x") \
	}
#define TAIL                                                                                           \
	{ 'R', SPAN("r@x") }, { 'M', SPAN("") }, { 'N', SPAN("Received: from x") }, { 'N', SPAN("") }, \
		{ 'X', SPAN("") }, { 'E', SPAN("") },                                                  \
	{                                                                                              \
		0, SPAN("")                                                                            \
	}

/* What aliases made of a recipient is told beside what he was, where it is another. */
static void postfix_aliases(void **state)
{
	const struct piece pieces[] = { HEAD,
					{ 'S', SPAN("m@x") },
					{ 'O', SPAN("Info@here") },
					{ 'R', SPAN("far@there") },
					{ 'R', SPAN("next@there") },
					{ 'O', SPAN("same@here") },
					{ 'D', SPAN("Same@here") },
					{ 'O', SPAN("lost@here") },
					{ 'O', SPAN("") },
					TAIL };
	const struct queued *q = built(pieces);

	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 4);
	same(q->recipients[0].address, "far@there");
	same(q->recipients[0].original, "Info@here");
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(q->recipients[i].original.n, 0);
	assert_true(q->recipients[2].done);
}

static void postfix_forged(void **state)
{
	const struct piece good[] = { HEAD, LOGIN, { 'S', SPAN("m@x") }, TAIL };
	const struct piece bad[][16] = {
		{ HEAD, LOGIN, { 'A', SPAN("sasl_username=victim@v") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, LOGIN, { 'A', SPAN("sasl_method=LOGIN") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, LOGIN, { 'S', SPAN("m@x") }, { 'S', SPAN("victim@v") }, TAIL },
		{ HEAD, LOGIN, { 'C', SIZES }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, LOGIN, { 'T', SPAN("1 1") }, { 'S', SPAN("m@x") }, TAIL },
		{ LOGIN, HEAD, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, { 'A', SPAN("sasl_username=a\nb") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, { 'A', SPAN("sasl_username=a\0b") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, { 'A', SPAN("sasl_username=a\rb") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, { 'A', SPAN("sasl_username=") }, { 'S', SPAN("m@x") }, TAIL },
		{ HEAD, LOGIN, TAIL },
		{ HEAD, LOGIN, { 'S', SPAN("m@x") }, { '\1', SPAN("?") }, TAIL },
		{ HEAD,
		  LOGIN,
		  { 'S', SPAN("m@x") },
		  { 'M', SPAN("") },
		  { 'N', SPAN("a") },
		  { 'X', SPAN("") },
		  TAIL },
		{ HEAD,
		  LOGIN,
		  { 'S', SPAN("m@x") },
		  { 'M', SPAN("") },
		  { 'X', SPAN("") },
		  { 'E', SPAN("") } },
		{ HEAD,
		  LOGIN,
		  { 'S', SPAN("m@x") },
		  { 'R', SPAN("r") },
		  { 'M', SPAN("") },
		  { 'S', SPAN("v@v") } },
		{ HEAD, LOGIN, { 'S', SPAN("m@x") }, { 'p', SPAN("2") }, TAIL },
	};

	assert_null(built(good)->damage);
	same(room->q.login, "mallory@x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct queued *q = built(bad[i]);

		if (!q->damage || names_somebody(q))
			fail_msg("forgery %zu went through", i);
	}
}

/* Only cleanup's own first record names a uid, and only for mail that no client brought. */
static void postfix_uid_is_the_first_record(void **state)
{
	const struct piece later[] = { HEAD,
				       { 'S', SPAN("m@x") },
				       { 'R', SPAN("r@x") },
				       { 'M', SPAN("") },
				       { 'N', SPAN("Received: by mx (Postfix, from userid 2001)") },
				       { 'N', SPAN("Received: by mx (Postfix, from userid 0)") },
				       { 'N', SPAN("") },
				       { 'X', SPAN("") },
				       { 'E', SPAN("") },
				       { 0, SPAN("") } };
	const struct piece client[] = { HEAD,
					{ 'A', SPAN("log_client_address=203.0.113.9") },
					{ 'S', SPAN("m@x") },
					{ 'R', SPAN("r@x") },
					{ 'M', SPAN("") },
					{ 'N', SPAN("Received: by mx (Postfix, from userid 0)") },
					{ 'X', SPAN("") },
					{ 'E', SPAN("") },
					{ 0, SPAN("") } };
	const struct piece helo[] = { HEAD,
				      { 'S', SPAN("m@x") },
				      { 'R', SPAN("r@x") },
				      { 'M', SPAN("") },
				      { 'N', SPAN("Received: from , from userid 0) (x)") },
				      { 'X', SPAN("") },
				      { 'E', SPAN("") },
				      { 0, SPAN("") } };

	assert_int_equal(built(later)->uid, 2001);
	assert_int_equal(built(client)->uid, QUEUED_NO_UID);
	assert_int_equal(room->q.door, DOOR_SMTP);
	assert_int_equal(built(helo)->uid, QUEUED_NO_UID);
}

static void ten_thousand_headers(void **state)
{
	struct buf b = BUF_MAX(1 << 22);
	const struct queued *q;

	record(&b, 'C', SIZES);
	record(&b, 'T', SPAN("1795853743 1"));
	record(&b, 'S', SPAN("m@x"));
	record(&b, 'R', SPAN("r@x"));
	record(&b, 'M', SPAN(""));
	for (int i = 0; i < 10000; i++)
		record(&b, 'N', SPAN("Received: from a by b; Sat, 28 Nov 2026 08:15:43 +0000"));
	record(&b, 'X', SPAN(""));
	record(&b, 'E', SPAN(""));
	q = parse(SERVER_POSTFIX, "ABCDEF12", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 1);
	buf_free(&b);
}

static void many_recipients(void **state)
{
	struct buf b = BUF_MAX(1 << 22);
	const struct queued *q;

	record(&b, 'C', SIZES);
	record(&b, 'T', SPAN("1795853743 1"));
	record(&b, 'S', SPAN("m@x"));
	for (int i = 0; i < 20000; i++)
		record(&b, 'R',
		       SPAN("somebody.with.a.rather.long.name.indeed@a-domain-that-is-long.example"));
	record(&b, 'M', SPAN(""));
	record(&b, 'X', SPAN(""));
	record(&b, 'E', SPAN(""));
	q = parse(SERVER_POSTFIX, "ABCDEF12", buf_view(&b));
	assert_null(q->damage);
	assert_int_equal(q->nrecipients, 20000);
	assert_int_equal(q->nlisted, QUEUED_LISTED);
	buf_free(&b);
}

static void tool_lines(void **state)
{
	const struct span line = SPAN(
		"{\"queue_name\": \"deferred\", \"queue_id\": \"9FCFD127\", \"arrival_time\": 1795853743, "
		"\"message_size\": 395, \"forced_expire\": false, \"sender\": \"a@b\", \"recipients\": "
		"[{\"address\": \"x1@out.example\", \"delay_reason\": \"deferred\"}, {\"address\": "
		"\"x2@o\"}]}");

	assert_true(postqueue_line(line, room));
	assert_int_equal(room->q.nrecipients, 2);
	assert_int_equal(room->q.state, QUEUE_DEFERRED);
	same(room->q.recipients[1].address, "x2@o");
	same(room->q.reason, "deferred");
	for (size_t n = 0; n < line.n; n++)
		assert_false(postqueue_line(span_head(line, n), room));
	assert_false(postqueue_line(SPAN("{\"queue_name\":\"nowhere\",\"queue_id\":\"9FCFD127\"}"), room));
	assert_false(postqueue_line(SPAN("[]"), room));
}

static bool visit(void *ctx, const struct queued *q)
{
	unsigned *left = ctx;

	same(q->sender, q->null_sender ? "" : "a@b");
	assert_int_equal(q->door, q->null_sender ? DOOR_BOUNCE : DOOR_UNKNOWN);
	return --*left > 0;
}

static void read_tool(const char *text, unsigned most, struct queue_tally *ret)
{
	struct err err = { 0 };
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	close(ends[1]);
	assert_int_equal(postqueue_read(ends[0], visit, &most, ret, &err), 0);
	close(ends[0]);
}

#define TOOL(queue, id, sender)                                                                             \
	"{\"queue_name\":\"" queue "\",\"queue_id\":\"" id "\",\"arrival_time\":\"x\",\"message_size\":-5," \
	"\"sender\":\"" sender "\",\"recipients\":[1,{\"address\":\"r@x\"},{}]}"

static void tool_output(void **state)
{
	struct queue_tally t;
	struct err err = { 0 };
	unsigned most = 1;

	/* the last line has no end */
	read_tool(TOOL("active", "9FCFD127", "a@b") "\n\nnonsense\n" TOOL(
			  "hold", "9FCFD128", "MAILER-DAEMON") "\n{}\n" TOOL("incoming", "9FCFD129", ""),
		  9, &t);
	assert_int_equal(t.messages, 3);
	assert_int_equal(t.damaged, 2);
	assert_int_equal(t.by_state[QUEUE_ACTIVE], 1);
	assert_int_equal(t.by_state[QUEUE_HOLD], 1);
	assert_string_equal(t.first_damaged, "postqueue: a line that is no message");
	/* who has seen enough is told no more */
	read_tool(TOOL("active", "9FCFD127", "a@b") "\n" TOOL("active", "9FCFD128", "a@b") "\n", 1, &t);
	assert_int_equal(t.messages, 1);
	read_tool("", 1, &t);
	assert_int_equal(t.messages + t.damaged, 0);
	assert_true(postqueue_read(-1, visit, &most, &t, &err) < 0);
	assert_non_null(strstr(err.text, "postqueue cannot be read"));
	assert_false(postqueue_line(
		SPAN("{\"queue_name\":\"hold\",\"queue_id\":\"9FCFD128\",\"recipients\":7}"), room));
	assert_false(postqueue_line(
		SPAN("{\"queue_name\":\"hold\",\"queue_id\":\"no id\",\"recipients\":[]}"), room));
	assert_false(
		postqueue_line(SPAN("{\"queue_name\":7,\"queue_id\":\"9FCFD128\",\"recipients\":[]}"), room));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_real),
		cmocka_unit_test(postfix_skips_text),
		cmocka_unit_test(exim_real),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(exim_forged),
		cmocka_unit_test(exim_variable),
		cmocka_unit_test(postfix_aliases),
		cmocka_unit_test(postfix_forged),
		cmocka_unit_test(postfix_uid_is_the_first_record),
		cmocka_unit_test(ten_thousand_headers),
		cmocka_unit_test(many_recipients),
		cmocka_unit_test(tool_lines),
		cmocka_unit_test(tool_output),
		cmocka_unit_test(exim_says_what_is_wrong),
		cmocka_unit_test(exim_facts),
		cmocka_unit_test(exim_recipients),
	};
	int rc;

	room = malloc(sizeof(*room));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	free(room);
	return rc;
}
