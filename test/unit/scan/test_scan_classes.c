/*
 * classes: what one fact weighs, and what takes the weight away again.
 *
 * Each row is one event as the engine hands it over, and what of the first look matters. WEIGHT 0: the rule must not be
 * told. Unless a row says otherwise the file is a script of its own of a hundred tokens, without includes.
 */
#include "scan/php.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum surroundings {
	SMALL, /* a small script of its own */
	PART = 1, /* part of a program: namespaces, a class, in a function of it */
	LARGE = 2, /* of its own, and not small */
	LEAVES = 4, /* the visitor is sent to another host */
	INCLUDES = 8, /* one other file */
	CLASSES = 16,
};

struct row {
	const char *rule;
	int weight;
	unsigned around;
	struct event e;
	struct quick q;
};

static const struct reason *reason(const struct judgement *j, const char *rule)
{
	for (uint32_t i = 0; i < j->reasons; i++)
		if (strcmp(j->reason[i].rule, rule) == 0)
			return &j->reason[i];
	return NULL;
}

static void judge(const struct row *r, struct judgement *j)
{
	struct event event[2] = { r->e, { .sink = SINK_REDIRECT, .kind = EVENT_LEAVES } };
	struct events ev = { .event = event, .n = r->around & LEAVES ? 2 : 1 };
	struct quick q = r->q;

	*j = (struct judgement){ 0 };
	q.evals += !q.evals;
	if (!q.tokens)
		q.tokens = r->around & LARGE ? 3000 : 100;
	q.includes += (r->around & INCLUDES) != 0;
	/* and uses what they make: others are as good as none */
	ev.borrowed = q.includes;
	q.classes += (r->around & CLASSES) != 0;
	if (r->around & PART) {
		q.namespaces = q.classes = 1;
		event[0].in_function = true;
	}
	classes_judge(&q, &ev, j);
}

static void check(const struct row *rows, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		struct judgement j;
		const struct reason *found;

		judge(r, &j);
		found = reason(&j, r->rule);
		if ((found ? found->weight : 0) == r->weight)
			continue;
		print_error("row %zu, %s: %d instead of %d\n", i, r->rule, found ? found->weight : 0,
			    r->weight);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

#define CODE .e.sink = SINK_CODE, .e.marks
#define FN(name) .e.function = { name, sizeof(name) - 1 }
#define TEXT(text) .e.content = { text, sizeof(text) - 1 }

static void code_by_where_it_comes_from(void **state)
{
	static const struct row rows[] = {
		{ "php.code.request", 120, 0, CODE = M_FIELD },
		{ "php.code.request", 120, 0, CODE = M_BODY },
		{ "php.code.request", 70, 0, CODE = M_FIELD | M_BEHIND },
		{ "php.code.request", 90, PART, CODE = M_FIELD },
		{ "php.code.request", 0, 0, CODE = M_FILE },
		{ "php.code.subject", 80, 0, .e = { .sink = SINK_REPLACE, .second = M_FIELD } },
		{ "php.code.subject", 80, 0, .e = { .sink = SINK_REPLACE, .second = M_BODY } },
		{ "php.code.subject", 0, 0, .e = { .sink = SINK_CODE, .second = M_FIELD } },
		{ "php.code.subject", 0, 0, .e = { .sink = SINK_REPLACE, .second = M_FILE } },
		{ "php.code.header", 100, 0, CODE = M_HEADER },
		{ "php.code.header", 100, 0, CODE = M_VISITOR },
		{ "php.code.header", 100, 0, .e = { .sink = SINK_MAKE, .marks = M_UPLOAD } },
		{ "php.code.remote", 110, 0, CODE = M_REMOTE },
		{ "php.code.self", 90, 0, CODE = M_SELF },
		{ "php.code.loose", 60, 0, CODE = M_LOOSE },
		/* an included file may have set it */
		{ "php.code.loose", 0, INCLUDES, CODE = M_LOOSE },
		{ "php.code.decoded_twice", 90, 0, CODE = M_FRAGILE | M_DECODED },
		{ "php.code.decoded", 0, 0, CODE = M_FRAGILE | M_DECODED },
		{ "php.code.decoded", 70, 0, CODE = M_DECODED },
		{ "php.code.decoded", 60, 0, CODE = M_CHANGED, TEXT("echo 1;") },
		{ "php.code.decoded", 0, 0, CODE = M_CHANGED },
		{ "php.code.decoded", 0, PART, CODE = M_CHANGED, TEXT("echo 1;") },
		{ "php.code.parameter", 50, 0, CODE = M_PARAMETER, .q.dynamic = 1 },
		{ "php.code.parameter", 50, 0, CODE = M_PARAMETER, .q.supers = 1 },
		{ "php.code.parameter", 0, 0, CODE = M_PARAMETER },
		{ "php.code.parameter", 0, 0, CODE = M_PARAMETER | M_BEHIND, .q.supers = 1 },
		{ "php.code.parameter", 0, LARGE, CODE = M_PARAMETER, .q.supers = 1 },
		{ "php.code.file", 100, 0, .e = { .sink = SINK_REPLACE, .marks = M_FILE } },
		{ "php.code.file", 70, 0, CODE = M_FILE | M_CHANGED },
		{ "php.code.file", 60, 0, CODE = M_FILE },
		{ "php.code.file", 40, LARGE, CODE = M_FILE },
		{ "php.code.file", 0, PART, CODE = M_FILE },
		{ "php.code.built", 100, PART, .e = { .sink = SINK_CODE, .built = true } },
		{ "php.code.hidden", 100, PART, .e = { .sink = SINK_CODE, .hidden = true } },
	};

	(void)state;
	CHECK(rows);
}

static void commands_by_who_brings_them(void **state)
{
	static const struct row rows[] = {
#define CMD .e.sink = SINK_COMMAND, .e.marks
		{ "php.command.request", 110, 0, CMD = M_FIELD },
		{ "php.command.request", 70, 0, CMD = M_BODY | M_BEHIND },
		{ "php.command.request", 65, PART, CMD = M_FIELD },
		{ "php.command.request", 38, PART, CMD = M_FIELD | M_BEHIND },
		{ "php.command.header", 80, 0, CMD = M_HEADER },
		{ "php.command.header", 40, 0, CMD = M_VISITOR | M_BEHIND },
		{ "php.command.remote", 100, 0, CMD = M_REMOTE },
		{ "php.command.remote", 40, PART, CMD = M_SOCKET },
		{ "php.command.loose", 50, 0, CMD = M_LOOSE },
		{ "php.command.loose", 0, INCLUDES, CMD = M_LOOSE },
		{ "php.com", 50, 0, CMD = 0, FN("COM"), TEXT("WScript.Shell") },
		{ "php.com", 50, 0, CMD = 0, FN("COM"), TEXT("IIS://localhost/w3svc") },
		{ "php.com", 50, 0, CMD = 0, FN("COM"), TEXT("Scripting.FileSystemObject") },
		{ "php.com", 0, 0, CMD = 0, FN("COM"), TEXT("word.application") },
		{ "php.com", 0, 0, CMD = 0, FN("fun"), TEXT("WScript.Shell") },
		{ "php.com", 0, PART, CMD = 0, FN("COM"), TEXT("WScript.Shell") },
		{ "php.command.shell", 40, 0, CMD = 0, TEXT("/bin/sh -i") },
		{ "php.command.shell", 100, 0, CMD = 0, TEXT("cmd.exe"),
		  .q.sinks = UINT64_C(1) << SINK_SEND },
		{ "php.command.shell", 0, 0, CMD = 0, TEXT("/usr/bin/convert") },
		{ "php.command.shell", 0, PART, CMD = 0, TEXT("/bin/bash") },
		{ "php.command.inner", 60, 0, .e = { .sink = SINK_COMMAND, .layer = 1 } },
		{ "php.command.inner", 0, 0, .e = { .sink = SINK_COMMAND, .layer = 1, .marks = M_FIELD } },
		{ "php.command.inner", 0, PART, .e = { .sink = SINK_COMMAND, .layer = 1 } },
		{ "php.command.hidden", 100, 0, .e = { .sink = SINK_COMMAND, .hidden = true } },
		{ "php.command.tiny", 50, 0, CMD = 0, TEXT("/usr/bin/convert") },
		{ "php.command.tiny", 0, 0, CMD = 0, .q.functions = 1 },
		{ "php.command.tiny", 0, 0, CMD = 0, .q.uses = 1 },
		{ "php.command.tiny", 0, INCLUDES, CMD = 0 },
		{ "php.command.tiny", 0, 0, CMD = 0, .q.tokens = 110 },
		{ "php.command.tiny", 0, PART, CMD = 0 },
	};

	(void)state;
	CHECK(rows);
}

static void calls_by_who_names_the_function(void **state)
{
	static const struct row rows[] = {
#define CALL .e.sink = SINK_CALLBACK, .e.name_marks
		{ "php.call.part", 60, 0, CALL = M_FIELD | M_BEHIND, .e.third = M_FIELD },
		{ "php.call.part", 60, 0, CALL = M_HEADER | M_BEHIND, .e.third = M_BODY },
		{ "php.call.part", 0, 0, CALL = M_FIELD | M_BEHIND },
		{ "php.call.part", 0, PART, CALL = M_FIELD | M_BEHIND, .e.third = M_FIELD },
		{ "php.call.self", 100, 0, CALL = M_SELF, .e.third = M_FIELD },
		{ "php.call.self", 100, PART, CALL = M_SELF | M_DECODED },
		{ "php.call.self", 0, 0, CALL = M_SELF },
		{ "php.call.file", 60, 0, CALL = M_FILE, .e.third = M_BODY },
		{ "php.call.file", 0, 0, CALL = M_FILE },
		{ "php.call.file", 0, PART, CALL = M_FILE, .e.third = M_FIELD },
		{ "php.call.request", 110, 0, CALL = M_FIELD, .e.third = M_FIELD },
		{ "php.call.request", 60, 0, CALL = M_HEADER },
		{ "php.call.request", 70, PART, CALL = M_BODY, .e.third = M_HEADER },
		{ "php.call.request", 70, 0, CALL = M_FIELD, .e.third = M_FIELD, .q.includes = 2 },
		{ "php.call.request", 0, 0, CALL = M_FIELD | M_CHOSEN, .e.third = M_FIELD },
		{ "php.call.request", 90, 0, .e = { .sink = SINK_FILES, .name_marks = M_FIELD } },
		{ "php.call.request", 0, 0, .e = { .sink = SINK_FILES, .name_marks = M_FIELD | M_CHOSEN } },
		{ "php.call.remote", 60, PART, CALL = M_REMOTE },
		{ "php.call.loose", 50, 0, CALL = M_LOOSE },
		{ "php.call.loose", 60, 0, CALL = M_LOOSE, .e.third = M_FIELD },
		{ "php.call.loose", 50, 0, CALL = 0, .e.marks = M_LOOSE },
		{ "php.call.loose", 0, INCLUDES, CALL = M_LOOSE },
		{ "php.call.loose", 0, LARGE, CALL = M_LOOSE },
		/* a page with much around it */
		{ "php.call.loose", 0, 0, CALL = M_LOOSE, .q.html = 9 },
		{ "php.call.loose", 50, 0, CALL = M_LOOSE, .q.html = 9, .q.tokens = 50 },
		{ "php.call.header", 80, 0, CALL = M_VISITOR },
		{ "php.call.header", 0, 0, CALL = M_VISITOR | M_BEHIND },
		{ "php.call.header", 0, PART, CALL = M_VISITOR },
		{ "php.call.built", 50, 0, CALL = M_BUILT },
		{ "php.call.built", 50, LARGE, CALL = M_BARE },
		{ "php.call.built", 0, CLASSES, CALL = M_BUILT },
		{ "php.call.built", 0, PART, CALL = M_BUILT },
		{ "php.callback.request", 90, 0, CALL = 0, .e.marks = M_FIELD },
		{ "php.callback.request", 30, PART, CALL = M_BUILT, .e.marks = M_BODY },
		{ "php.callback.request", 0, 0, CALL = 0, .e.marks = M_FIELD | M_BEHIND },
		{ "php.callback.request", 0, PART, CALL = M_FILE, .e.marks = M_FIELD },
		{ "php.call.unknown", 50, 0, CALL = 0, .e.third = M_FIELD },
		{ "php.call.unknown", 0, LARGE, CALL = 0, .e.third = M_FIELD },
		{ "php.call.unknown", 0, INCLUDES, CALL = 0, .e.third = M_FIELD },
		{ "php.call.unknown", 0, CLASSES, CALL = 0, .e.third = M_FIELD },
		{ "php.call.unknown", 0, 0, CALL = 0, .e.third = M_FILE },
		{ "php.given.hidden", 100, 0, .e = { .sink = SINK_GIVEN, .hidden = true } },
		{ "php.given.hidden", 60, PART, .e = { .sink = SINK_GIVEN, .hidden = true } },
		{ "php.given.request", 100, 0, .e = { .sink = SINK_GIVEN, .second = M_FIELD } },
		{ "php.given.request", 30, PART, .e = { .sink = SINK_GIVEN, .second = M_BODY } },
		{ "php.given", 50, 0, .e.sink = SINK_GIVEN, .q.supers = 1 },
		{ "php.given", 0, 0, .e.sink = SINK_GIVEN },
		{ "php.given", 0, LARGE, .e.sink = SINK_GIVEN, .q.supers = 1 },
	};

	(void)state;
	CHECK(rows);
}

static void writing_by_path_and_text(void **state)
{
	static const struct row rows[] = {
#define WRITE .e.sink = SINK_WRITE, .e.marks
		{ "php.write.request", 90, 0, WRITE = M_FIELD, .e.second = M_FIELD },
		{ "php.write.request", 40, PART, WRITE = M_BODY, .e.second = M_BODY },
		{ "php.write.request", 0, 0, WRITE = M_FIELD | M_BEHIND, .e.second = M_FIELD },
		{ "php.write.script", 60, 0, WRITE = M_SCRIPT, .e.second = M_FIELD },
		{ "php.write.script", 60, 0, WRITE = 0, .e.second = M_BODY, TEXT("a/b.php") },
		/* fopen(c.php, w) */
		{ "php.write.script", 60, 0, WRITE = M_BARE | M_WRITER, .e.second = M_FIELD },
		{ "php.write.script", 0, LARGE, WRITE = M_BARE | M_WRITER, .e.second = M_FIELD },
		{ "php.write.script", 0, PART, WRITE = M_SCRIPT, .e.second = M_FIELD },
		{ "php.write.script", 0, 0, WRITE = 0, .e.second = M_FIELD, TEXT("a/b.txt") },
		{ "php.write.loose", 60, 0, WRITE = M_LOOSE, .e.second = M_LOOSE },
		{ "php.write.loose", 0, 0, WRITE = M_LOOSE },
		{ "php.write.loose", 0, INCLUDES, WRITE = M_LOOSE, .e.second = M_LOOSE },
		{ "php.write.remote", 80, 0, WRITE = M_SCRIPT, .e.second = M_REMOTE },
		{ "php.write.remote", 40, PART, WRITE = M_FIELD, .e.second = M_REMOTE },
		{ "php.write.remote", 0, 0, WRITE = 0, .e.second = M_REMOTE },
		{ "php.write.decoded", 60, 0, WRITE = M_SCRIPT, .e.second = M_DECODED },
		{ "php.write.decoded", 0, 0, WRITE = 0, .e.second = M_DECODED },
		{ "php.write.decoded", 0, PART, WRITE = M_SCRIPT, .e.second = M_DECODED },
		{ "php.write.file", 60, 0, WRITE = M_FIELD, .e.second = M_FILE | M_CHANGED },
		{ "php.write.file", 0, 0, WRITE = M_FIELD, .e.second = M_FILE },
		{ "php.write.file", 0, 0, WRITE = M_FIELD | M_BEHIND, .e.second = M_FILE | M_DECODED },
		{ "php.write.file", 0, LARGE, WRITE = M_FIELD, .e.second = M_FILE | M_DECODED },
		{ "php.write.secret", 60, 0, WRITE = 0, .e.second = M_SECRET | M_CLIENT },
		{ "php.write.secret", 60, LEAVES, WRITE = 0, .e.second = M_SECRET },
		{ "php.write.secret", 0, 0, WRITE = 0, .e.second = M_SECRET },
		{ "php.write.secret", 0, PART, WRITE = 0, .e.second = M_SECRET | M_CLIENT },
		{ "php.write.fields", 60, LEAVES, WRITE = 0, .e.second = M_WHOLE },
		{ "php.write.fields", 0, 0, WRITE = 0, .e.second = M_WHOLE },
		{ "php.write.fields", 0, LEAVES | LARGE, WRITE = 0, .e.second = M_WHOLE },
		{ "php.write.picture", 100, 0, WRITE = M_PICTURE, .e.second = M_WHOLE },
		{ "php.write.picture", 60, PART, WRITE = 0, .e.second = M_WHOLE, TEXT("x.jpg") },
		{ "php.write.picture", 0, 0, WRITE = 0, .e.second = M_WHOLE, TEXT("x.log.php") },
		{ "php.write.directive", 60, 0, .e = { .sink = SINK_WRITE, .kind = EVENT_DIRECTS } },
		{ "php.write.directive", 0, CLASSES, .e = { .sink = SINK_WRITE, .kind = EVENT_DIRECTS } },
		{ "php.write.directive", 0, PART, .e = { .sink = SINK_WRITE, .kind = EVENT_DIRECTS } },
		{ "php.write.archive", 60, 0, .e = { .sink = SINK_WRITE, .kind = EVENT_ARCHIVE } },
		{ "php.write.archive", 50, PART, .e = { .sink = SINK_PUT, .kind = EVENT_ARCHIVE } },
		{ "php.write.fetched", 50, 0, WRITE = 0, .e.second = M_REMOTE },
		{ "php.write.fetched", 0, 0, WRITE = 0, .e.second = M_REMOTE | M_FIELD },
		{ "php.write.fetched", 0, 0, WRITE = 0, .e.second = M_REMOTE, .q.tokens = 150 },
		{ "php.write.fetched", 0, INCLUDES, WRITE = 0, .e.second = M_REMOTE },
		{ "php.mail.dialogue", 60, 0, .e = { .sink = SINK_PUT, .second = M_FIELD },
		  .q.dialogues = 1 },
		{ "php.mail.dialogue", 110, 0, .e = { .sink = SINK_PUT, .second = M_BODY | M_LINES },
		  .q.dialogues = 1 },
		/* into a file */
		{ "php.mail.dialogue", 0, 0, .e = { .sink = SINK_PUT, .second = M_FIELD, .marks = M_WRITER },
		  .q.dialogues = 1 },
		{ "php.mail.dialogue", 0, 0, .e = { .sink = SINK_PUT, .second = M_FIELD } },
		{ "php.mail.dialogue", 0, PART, .e = { .sink = SINK_PUT, .second = M_FIELD },
		  .q.dialogues = 1 },
	};

	(void)state;
	CHECK(rows);
}

static void uploads_by_their_name(void **state)
{
	static const struct row rows[] = {
#define UP .e.sink = SINK_UPLOAD, .e.marks
#define COPY .e.sink = SINK_COPY, .e.second
		{ "php.upload.script", 80, 0, UP = M_UPLOAD, .e.second = M_SCRIPT },
		{ "php.upload.script", 80, 0, COPY = M_UPLOAD, .e.marks = M_SCRIPT },
		{ "php.upload", 60, 0, UP = M_UPLOAD, .e.second = M_UPLOAD_NAME },
		{ "php.upload", 60, LARGE, UP = M_LOOSE, .e.second = M_FIELD },
		{ "php.upload", 40, LARGE | CLASSES, UP = M_UPLOAD, .e.second = M_UPLOAD_NAME,
		  .q.supers = 1 },
		/* in front of an honest script */
		{ "php.upload", 60, 0, COPY = M_UPLOAD, .e.marks = M_UPLOAD_NAME, .q.namespaces = 1 },
		{ "php.upload", 0, 0, COPY = M_UPLOAD, .e.marks = M_UPLOAD_NAME | M_BEHIND,
		  .q.namespaces = 1 },
		{ "php.upload", 0, PART, COPY = M_UPLOAD, .e.marks = M_UPLOAD_NAME },
		{ "php.upload", 0, PART, UP = M_UPLOAD, .e.second = M_UPLOAD_NAME },
		{ "php.upload", 0, 0, COPY = M_LOOSE, .e.marks = M_UPLOAD_NAME },
		{ "php.upload.small", 50, 0, UP = M_UPLOAD },
		{ "php.upload.small", 0, INCLUDES, UP = M_UPLOAD },
		{ "php.upload.small", 0, LARGE, UP = M_UPLOAD },
		{ "php.upload.loose", 55, 0, UP = M_LOOSE },
		{ "php.upload.loose", 0, LARGE, UP = M_LOOSE },
		/* its content goes through a variable */
		{ "php.upload", 60, 0, WRITE = M_UPLOAD_NAME, .e.second = M_UPLOAD },
		{ "php.upload.script", 80, 0, WRITE = M_SCRIPT, .e.second = M_UPLOAD },
		{ "php.upload.small", 50, 0, WRITE = 0, .e.second = M_UPLOAD },
		{ "php.upload.small", 0, INCLUDES, WRITE = 0, .e.second = M_UPLOAD },
	};

	(void)state;
	CHECK(rows);
}

static void mail_by_recipient_and_text(void **state)
{
	static const struct row rows[] = {
#define MAIL .e.sink = SINK_MAIL, .e.marks
		{ "php.mail.request", 110, 0, MAIL = M_FIELD | M_LINES, .e.second = M_FIELD },
		{ "php.mail.request", 60, 0, MAIL = M_FIELD, .e.second = M_BODY },
		{ "php.mail.request", 30, 0, MAIL = M_FIELD, .e.second = M_FIELD | M_BEHIND },
		{ "php.mail.request", 0, PART, MAIL = M_FIELD, .e.second = M_FIELD },
		{ "php.mail.request", 0, 0, MAIL = M_FIELD },
		{ "php.mail.request", 0, 0, MAIL = 0, .e.second = M_FIELD },
		{ "php.mail.loose", 60, 0, MAIL = M_LOOSE, .e.second = M_LOOSE },
		{ "php.mail.loose", 80, 0, MAIL = M_FIELD | M_LINES, .e.second = M_LOOSE },
		{ "php.mail.loose", 50, 0, MAIL = 0, .e.second = M_LOOSE | M_CLIENT },
		{ "php.mail.loose", 0, 0, MAIL = 0, .e.second = M_LOOSE },
		{ "php.mail.loose", 0, LARGE, MAIL = 0, .e.second = M_LOOSE | M_CLIENT },
		{ "php.mail.loose", 0, INCLUDES, MAIL = M_LOOSE, .e.second = M_LOOSE },
		{ "php.mail.list", 60, 0, MAIL = M_LINES },
		{ "php.mail.list", 60, 0, MAIL = M_LINES | M_HEADER | M_REMOTE },
		{ "php.mail.list", 0, 0, MAIL = M_LINES | M_HEADER },
		{ "php.mail.list", 0, PART, MAIL = M_LINES },
		{ "php.mail.secret", 80, PART, MAIL = 0, .e.second = M_SECRET, .e.third = M_CLIENT },
		{ "php.mail.secret", 0, 0, MAIL = M_FIELD, .e.second = M_SECRET, .e.third = M_CLIENT },
		{ "php.mail.secret", 0, 0, MAIL = 0, .e.second = M_SECRET },
		{ "php.mail.password", 50, 0, MAIL = 0, .e.second = M_SECRET, TEXT("a@b.example") },
		{ "php.mail.password", 50, 0, MAIL = M_LOOSE, .e.second = M_SECRET },
		{ "php.mail.password", 80, LEAVES, MAIL = 0, .e.second = M_SECRET },
		{ "php.mail.password", 0, 0, MAIL = 0, .e.second = M_SECRET, TEXT("root") },
		{ "php.mail.password", 0, 0, MAIL = 0, .e.second = M_SECRET },
		{ "php.mail.password", 0, CLASSES, MAIL = 0, .e.second = M_SECRET, TEXT("a@b.example"),
		  .q.supers = 1 },
		{ "php.mail.password", 0, PART, MAIL = 0, .e.second = M_SECRET, TEXT("a@b.example") },
		{ "php.mail.home", 50, 0, MAIL = 0, .e.second = M_SELF | M_VISITOR | M_CLIENT },
		{ "php.mail.home", 50, 0, MAIL = 0, .e.second = M_HEADER | M_VISITOR, TEXT("a@b.example") },
		{ "php.mail.home", 50, LARGE, MAIL = 0, .e.second = M_HEADER | M_VISITOR, TEXT("a@b.example"),
		  .q.probes = 1 },
		{ "php.mail.home", 0, LARGE, MAIL = 0, .e.second = M_HEADER | M_VISITOR,
		  TEXT("a@b.example") },
		{ "php.mail.home", 0, 0, MAIL = 0, .e.second = M_HEADER | M_VISITOR },
		{ "php.mail.home", 0, 0, MAIL = 0, .e.second = M_VISITOR | M_CLIENT },
		{ "php.mail.home", 0, PART, MAIL = 0, .e.second = M_SELF | M_VISITOR | M_CLIENT },
		{ "php.mail.recipient", 100, 0, .e = { .sink = SINK_MAIL, .built = true } },
		{ "php.mail.recipient", 60, PART, .e = { .sink = SINK_MAIL, .built = true } },
		{ "php.mail.hidden", 60, PART, .e = { .sink = SINK_MAIL, .hidden = true } },
	};

	(void)state;
	CHECK(rows);
}

static void includes_by_their_path(void **state)
{
	static const struct row rows[] = {
#define INC .e.sink = SINK_INCLUDE, .e.marks
		{ "php.include.request", 80, 0, INC = M_FIELD },
		{ "php.include.request", 60, 0, INC = M_BODY | M_INNER },
		{ "php.include.request", 40, LARGE, INC = M_FIELD | M_INNER },
		{ "php.include.request", 50, LARGE, INC = M_FIELD, .q.includes = 3 },
		{ "php.include.request", 0, 0, INC = M_FIELD | M_BEHIND },
		{ "php.include.request", 0, PART, INC = M_FIELD },
		{ "php.include.upload", 100, PART, INC = M_UPLOAD },
		{ "php.include.remote", 60, 0, INC = M_REMOTE },
		{ "php.include.remote", 60, 0, INC = 0, TEXT("http://a.example/x") },
		{ "php.include.remote", 40, PART, INC = M_REMOTE },
		{ "php.include.loose", 50, INCLUDES, INC = M_LOOSE },
		{ "php.include.loose", 0, INCLUDES, INC = M_LOOSE | M_BEHIND },
		{ "php.include.loose", 0, INCLUDES | LARGE, INC = M_LOOSE },
		{ "php.include.loose", 0, 0, INC = M_LOOSE, .q.includes = 2 },
		{ "php.include.loose", 0, INCLUDES,
		  .e = { .sink = SINK_INCLUDE, .marks = M_LOOSE, .in_function = true } },
		{ "php.include.picture", 100, 0, INC = M_PICTURE },
		{ "php.include.picture", 60, PART, INC = M_PICTURE },
		{ "php.include.wrapper", 80, 0, INC = 0, TEXT("phar://a.phar/x") },
		{ "php.include.wrapper", 50, PART, INC = 0, TEXT("zip://a.zip#x") },
		{ "php.include.wrapper", 80, 0, INC = 0, TEXT("php://filter/read=x") },
		{ "php.include.wrapper", 80, 0, INC = 0, TEXT("compress.zlib://x") },
		{ "php.include.wrapper", 0, 0, INC = 0, TEXT("lib/x.php") },
		{ "php.include.temporary", 100, 0, INC = M_TEMP, .e.second = M_FIELD },
		{ "php.include.temporary", 100, PART, INC = M_TEMP, .e.second = M_SELF | M_DECODED },
		{ "php.include.temporary", 40, PART, INC = M_TEMP, .e.second = M_REMOTE },
		{ "php.include.temporary", 0, 0, INC = M_TEMP },
		{ "php.include.written", 70, 0, INC = 0, .e.second = M_DECODED },
		{ "php.include.written", 70, 0, INC = 0, .e.second = M_REMOTE },
		{ "php.include.written", 0, PART, INC = 0, .e.second = M_REMOTE },
		{ "php.include.escaped", 100, 0, INC = M_ESCAPED, TEXT("lib/x.ico") },
		{ "php.include.escaped", 100, PART, INC = M_ESCAPED, TEXT("/home/x.ico") },
		{ "php.include.escaped", 60, PART, INC = M_ESCAPED, TEXT("lib/x.ico") },
		{ "php.include.escaped", 0, 0, INC = M_ESCAPED },
	};

	(void)state;
	CHECK(rows);
}

static void files_by_who_names_them(void **state)
{
	static const struct row rows[] = {
#define FILES .e.sink = SINK_FILES, .e.marks
#define READ .e.sink = SINK_READ, .e.marks
		{ "php.read.request", 50, LARGE, READ = M_FIELD, .q.tokens = 1400 },
		{ "php.read.request", 50, 0, COPY = M_FIELD },
		{ "php.read.request", 50, 0, .e = { .sink = SINK_OPEN, .marks = M_FIELD } },
		{ "php.read.request", 0, LARGE, .e = { .sink = SINK_OPEN, .marks = M_FIELD } },
		{ "php.read.request", 0, 0, .e = { .sink = SINK_OPEN, .marks = M_FIELD | M_URL } },
		{ "php.read.request", 0, 0, READ = M_FIELD | M_BEHIND },
		{ "php.read.request", 0, 0, READ = M_FIELD | M_URL },
		{ "php.read.request", 0, LARGE, READ = M_FIELD },
		{ "php.read.request", 0, PART, READ = M_FIELD },
		{ "php.read.request", 0, 0, FILES = M_FIELD },
		{ "php.change.request", 50, 0, FILES = M_FIELD, FN("unlink") },
		{ "php.change.request", 50, 0, FILES = M_FIELD, FN("ChMod") },
		{ "php.change.request", 0, 0, FILES = M_FIELD, FN("is_file") },
		{ "php.change.request", 0, 0, FILES = M_FIELD | M_BEHIND, FN("unlink") },
		{ "php.change.request", 0, LARGE, FILES = M_FIELD, FN("unlink") },
		{ "php.list.request", 50, 0, FILES = M_FIELD, FN("opendir") },
		{ "php.list.request", 50, 0, FILES = M_FIELD, FN("scandir") },
		{ "php.list.request", 50, 0, FILES = M_FIELD, FN("dir") },
		{ "php.list.request", 0, 0, FILES = M_FIELD, FN("stat") },
		{ "php.list.request", 0, LARGE, FILES = M_FIELD, FN("dir") },
		{ "php.unlink.self", 60, 0, FILES = M_SELF, FN("unlink") },
		{ "php.unlink.self", 0, 0, FILES = M_SELF, FN("rename") },
		{ "php.unlink.self", 0, LARGE, FILES = M_SELF, FN("unlink") },
		{ "php.unlink.self", 0, PART, FILES = M_SELF, FN("unlink") },
		{ "php.read.system", 50, 0, .e = { .sink = SINK_READ, .kind = EVENT_SYSTEM } },
		{ "php.read.system", 30, LARGE, .e = { .sink = SINK_READ, .kind = EVENT_SYSTEM } },
		{ "php.read.system", 0, PART, .e = { .sink = SINK_READ, .kind = EVENT_SYSTEM } },
		{ "php.links.system", 60, 0, .e = { .sink = SINK_FILES, .kind = EVENT_SYSTEM },
		  FN("symlink") },
		{ "php.links.system", 0, PART, .e = { .sink = SINK_FILES, .kind = EVENT_SYSTEM },
		  FN("symlink") },
		{ "php.links.lines", 70, 0, .e = { .sink = SINK_FILES, .third = M_LINES }, FN("symlink") },
		{ "php.links.lines", 0, 0, .e = { .sink = SINK_FILES, .third = M_LINES }, FN("readlink") },
		{ "php.links.lines", 0, PART, .e = { .sink = SINK_FILES, .third = M_LINES }, FN("symlink") },
	};

	(void)state;
	CHECK(rows);
}

static void other_servers_and_accounts(void **state)
{
	static const struct row rows[] = {
#define THIRD(s, m) .e.sink = s, .e.third = m
		{ "php.send.secret", 70, 0, THIRD(SINK_FETCH, M_SECRET | M_CLIENT) },
		{ "php.send.secret", 60, LEAVES, THIRD(SINK_OPTION, M_SECRET) },
		{ "php.send.secret", 0, 0, THIRD(SINK_FETCH, M_SECRET) },
		{ "php.send.secret", 0, LEAVES | LARGE, THIRD(SINK_FETCH, M_SECRET) },
		{ "php.send.secret", 0, PART, THIRD(SINK_READ, M_SECRET | M_CLIENT) },
		{ "php.account", 60, 0, .e = { .sink = SINK_ACCOUNT, .kind = EVENT_FIXED } },
		{ "php.account", 0, CLASSES, .e = { .sink = SINK_ACCOUNT, .kind = EVENT_FIXED } },
		{ "php.account", 60, INCLUDES, .e.sink = SINK_ACCOUNT, FN("wp_set_auth_cookie") },
		{ "php.account", 0, 0, .e.sink = SINK_ACCOUNT, FN("wp_set_auth_cookie") },
		{ "php.account", 0, INCLUDES | LARGE, .e.sink = SINK_ACCOUNT, FN("wp_set_auth_cookie") },
		{ "php.account.request", 60, 0, THIRD(SINK_ACCOUNT, M_FIELD), FN("wp_create_user") },
		{ "php.account.request", 0, LARGE, THIRD(SINK_ACCOUNT, M_FIELD), FN("wp_create_user") },
		{ "php.account.request", 0, 0, .e.sink = SINK_ACCOUNT, FN("wp_create_user") },
		{ "php.output.remote", 50, 0, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE } },
		{ "php.output.remote", 30, INCLUDES, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE } },
		{ "php.output.remote", 0, PART, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE } },
		{ "php.output.remote", 0, 0, .e = { .sink = SINK_OUTPUT, .marks = M_FIELD } },
		{ "php.output.cloak", 50, LARGE,
		  .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE | M_VISITOR } },
		{ "php.output.cloak", 20, 0, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE | M_HEADER },
		  .q.tokens = 4000 },
		{ "php.output.proxy", 30, 0, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE | M_FIELD } },
		{ "php.output.proxy", 0, LARGE, .e = { .sink = SINK_OUTPUT, .marks = M_REMOTE | M_FIELD } },
		{ "php.send.request", 50, 0, THIRD(SINK_SEND, M_FIELD) },
		{ "php.send.request", 0, 0, THIRD(SINK_SEND, M_FIELD | M_BEHIND) },
		{ "php.send.request", 50, LARGE, .e = { .sink = SINK_SEND, .marks = M_HEADER } },
		{ "php.send.request", 0, LARGE, .e = { .sink = SINK_SEND, .marks = M_HEADER | M_VISITOR } },
		{ "php.send.request", 0, LARGE | INCLUDES, .e = { .sink = SINK_SEND, .marks = M_HEADER } },
		{ "php.send.remote", 60, LARGE, .e = { .sink = SINK_SEND, .marks = M_SOCKET }, .q.hides = 1 },
		{ "php.send.remote", 0, LARGE, .e = { .sink = SINK_SEND, .marks = M_SOCKET } },
		{ "php.send.remote", 0, PART, .e = { .sink = SINK_SEND, .marks = M_SOCKET }, .q.hides = 1 },
		{ "php.listen", 50, 0, .e.sink = SINK_LISTEN },
		{ "php.listen", 0, CLASSES, .e.sink = SINK_LISTEN },
		{ "php.listen", 0, 0, .e = { .sink = SINK_LISTEN, .in_function = true } },
		{ "php.listen", 0, PART, .e.sink = SINK_LISTEN },
	};

	(void)state;
	CHECK(rows);
}

/* What several events or the look of the whole file say. */
struct file {
	const char *rule;
	int weight;
	bool part;
	struct quick q;
	struct events ev;
	struct event e[4];
};

#define DB(f, m)                                                                    \
	{                                                                           \
		.sink = SINK_DATABASE, .function = { f, sizeof(f) - 1 }, .third = m \
	}
#define LINK                                                     \
	{                                                        \
		.sink = SINK_FILES, .function = { "symlink", 7 } \
	}
#define WHOSE                                                                           \
	{                                                                               \
		.sink = SINK_PROBE, .function = { "posix_getpwuid", 14 }, .maybe = true \
	}
#define HIDE                                          \
	{                                             \
		.sink = SINK_ADD, .kind = EVENT_HIDES \
	}
#define MANY                                                                    \
	{ .sink = SINK_FILES, .third = M_FIELD, .function = { "a", 1 } },       \
		{ .sink = SINK_READ, .third = M_BODY, .function = { "b", 1 } }, \
	{                                                                       \
		.sink = SINK_WRITE, .third = M_FIELD, .function = { "c", 1 }    \
	}
static const struct file whole[] = {
	{ "php.commands", 50, false, .q.commands = 7 },
	{ "php.commands", 0, false, .q.commands = 3 },
	{ "php.commands", 0, true, .q.commands = 7 },
	{ "php.files.request", 40, false, .ev.n = 3, .e = { MANY } },
	{ "php.files.request", 0, false, .ev.n = 2, .e = { MANY } },
	{ "php.files.request", 0, false, .ev.n = 3, .q.tokens = 3000, .e = { MANY } },
	/* the same function again */
	{ "php.files.request", 0, false, .ev.n = 3,
	  .e = { { .sink = SINK_FILES, .third = M_FIELD },
		 { .sink = SINK_FILES, .third = M_FIELD },
		 { .sink = SINK_FILES, .third = M_FIELD } } },
	{ "php.database.request", 60, false, .ev.n = 2,
	  .e = { DB("mysql_connect", M_FIELD), DB("mysql_query", M_FIELD) } },
	{ "php.database.request", 0, false, .ev.n = 2,
	  .e = { DB("mysql_connect", M_LOOSE), DB("mysql_query", M_FIELD) } },
	{ "php.database.request", 0, false, .ev.n = 2,
	  .e = { DB("mysql_connect", M_FIELD), DB("mysql_query", M_FIELD | M_BEHIND) } },
	{ "php.database.request", 0, true, .ev.n = 2,
	  .e = { DB("mysql_connect", M_FIELD), DB("mysql_query", M_FIELD) } },
	{ "php.database.request", 0, false, .ev.n = 2,
	  .e = { DB("mysql_connect", M_FIELD), DB("mysql_query", M_FILE) } },
	{ "php.database.connect", 50, false, .ev.n = 1, .q.probes = 1,
	  .e = { DB("mysql_connect", M_FIELD) } },
	{ "php.database.connect", 0, false, .ev.n = 1, .e = { DB("mysql_connect", M_FIELD) } },
	{ "php.accounts", 70, false, .ev.n = 2, .e = { LINK, WHOSE } },
	{ "php.accounts", 0, false, .ev.n = 1, .e = { LINK } },
	{ "php.accounts", 0, true, .ev.n = 2, .e = { LINK, WHOSE } },
	{ "php.packed", 60, true, .ev.limits = LIMIT_STEPS, .q.longest = 3000, .q.evals = 1 },
	{ "php.packed", 0, false, .ev.limits = LIMIT_STEPS, .q.longest = 100, .q.evals = 1 },
	{ "php.packed", 0, false, .ev.limits = LIMIT_TOKENS, .q.longest = 3000, .q.evals = 1 },
	{ "php.limit", 50, false, .ev.limits = LIMIT_TOKENS, .q.supers = 1, .q.evals = 1 },
	{ "php.limit", 0, false, .ev.limits = LIMIT_TOKENS, .q.evals = 1 },
	{ "php.limit", 0, true, .ev.limits = LIMIT_TOKENS, .q.supers = 1, .q.evals = 1 },
	{ "php.calls.hidden", 50, false, .ev.hidden_calls = 1 },
	{ "php.calls.hidden", 60, true, .ev.hidden_calls = 3 },
	{ "php.calls.hidden", 100, true, .ev.hidden_calls = 8 },
	{ "php.calls.hidden", 0, true, .ev.hidden_calls = 2 },
	{ "php.name.hidden", 60, false, .ev.hidden_names = 1 },
	{ "php.name.hidden", 0, true, .ev.hidden_names = 1 },
	{ "php.escaped", 60, false, .ev.escaped = 100 },
	{ "php.escaped", 90, false, .ev.escaped = 500 },
	{ "php.escaped", 0, false, .ev.escaped = 99 },
	{ "php.escaped", 0, true, .ev.escaped = 500 },
	{ "php.goto", 60, false, .ev.gotos = 10 },
	{ "php.goto", 0, false, .ev.gotos = 9 },
	{ "php.goto", 0, true, .ev.gotos = 10 },
	{ "php.names", 60, true, .q.names = 50, .q.variables = 60 },
	{ "php.names", 0, true, .q.names = 50, .q.variables = 90 },
	{ "php.names", 0, true, .q.names = 50, .q.variables = 60, .q.binary = true },
	{ "php.names", 60, false, .q.names = 10, .q.variables = 90 },
	{ "php.names", 0, false, .q.names = 9, .q.variables = 9 },
	{ "php.mail.piped", 50, false, .q.tokens = 100, .ev.n = 2,
	  .e = { { .sink = SINK_COMMAND, .content = { "/usr/sbin/sendmail -t", 21 } },
		 { .sink = SINK_PUT, .second = M_FIELD } } },
	{ "php.mail.piped", 0, false, .q.tokens = 100, .ev.n = 3,
	  .e = { { .sink = SINK_COMMAND, .content = { "/usr/sbin/sendmail -t", 21 } },
		 { .sink = SINK_COMMAND, .content = { "id", 2 } },
		 { .sink = SINK_PUT, .second = M_FIELD } } },
	{ "php.mail.piped", 0, false, .q.tokens = 100, .ev.n = 1,
	  .e = { { .sink = SINK_COMMAND, .content = { "/usr/sbin/sendmail -t", 21 } } } },
	{ "php.call.stranger", 50, false, .ev.strangers = 1, .q.tokens = 50 },
	{ "php.call.stranger", 0, false, .ev.strangers = 1, .q.tokens = 60 },
	{ "php.call.stranger", 50, false, .ev.nameless = 1, .q.tokens = 400 },
	{ "php.call.stranger", 0, false, .ev.nameless = 1, .q.tokens = 400, .q.classes = 1, .q.supers = 1 },
	{ "php.call.stranger", 50, false, .ev.nameless = 1, .q.tokens = 140, .q.classes = 1, .q.supers = 1 },
	{ "php.call.stranger", 0, false, .ev.nameless = 1, .ev.borrowed = 1, .q.tokens = 400,
	  .q.includes = 1 },
	{ "php.call.stranger", 0, true, .ev.nameless = 1, .q.tokens = 400 },
	{ "php.hides", 100, false, .ev.n = 2, .e = { HIDE, HIDE } },
	{ "php.hides", 60, true, .ev.n = 2, .e = { HIDE, HIDE } },
	{ "php.hides", 60, false, .ev.n = 1, .e = { HIDE }, .q.self = 1 },
	{ "php.hides", 0, true, .ev.n = 1, .e = { HIDE }, .q.self = 1 },
	{ "php.hides", 0, false, .ev.n = 1, .e = { HIDE } },
	{ "php.hides", 0, false, .ev.n = 1, .e = { { .sink = SINK_ADD } }, .q.self = 1 },
	{ "php.cloak", 50, false, .ev.visitors = 15, .q.exits = 1 },
	{ "php.cloak", 0, false, .ev.visitors = 14, .q.exits = 1 },
	{ "php.cloak", 0, false, .ev.visitors = 15 },
	{ "php.cloak", 0, true, .ev.visitors = 15, .q.exits = 1 },
	{ "php.picture", 60, true, .q.picture = true },
	{ "php.probes", 30, false, .q.probes = 7 },
	{ "php.probes", 0, false, .q.probes = 3 },
	{ "php.probes", 0, true, .q.probes = 7 },
};

static void the_file_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		struct event event[4];
		struct file f = whole[i];
		struct judgement j = { 0 };
		const struct reason *found;

		memcpy(event, f.e, sizeof(event));
		f.ev.event = event;
		if (!f.q.tokens)
			f.q.tokens = 200;
		if (f.part)
			f.q.namespaces = f.q.classes = 1;
		classes_judge(&f.q, &f.ev, &j);
		found = reason(&j, f.rule);
		if ((found ? found->weight : 0) != f.weight)
			fail_msg("row %zu, %s: %d instead of %d", i, f.rule, found ? found->weight : 0,
				 f.weight);
	}
}

/* A rule counts once, at its heaviest; a piece of a script counts half; one doubtful sign convicts nobody. */
static void sums(void **state)
{
	struct event e[2] = { { .sink = SINK_CODE, .marks = M_FIELD | M_BEHIND },
			      { .sink = SINK_CODE, .marks = M_FIELD, .text = 7 } };
	struct events ev = { .event = e, .n = 2 };
	struct quick q = { .tokens = 100, .evals = 1 };
	struct judgement j = { 0 };

	(void)state;
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.reasons, 1);
	assert_int_equal(j.score, 120);
	assert_int_equal(j.reason[0].event, 2);
	assert_int_equal(j.verdict, SCAN_MALICIOUS);
	assert_int_equal(j.class, CLASS_BACKDOOR);
	ev.n = 1;
	j = (struct judgement){ 0 };
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.score, 70);
	assert_int_equal(j.verdict, SCAN_SUSPICIOUS);
	/* uses much that is nowhere: a piece of something */
	ev.outside = 4;
	e[0].marks = M_LOOSE;
	j = (struct judgement){ 0 };
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.score, 30);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	/* it asks for one constant that somebody else defines: a program's part */
	q.guards = 1;
	j = (struct judgement){ 0 };
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.score, 0);
	/* two doubtful signs are 100 and still no proof; a third makes it one */
	ev.outside = 0;
	q = (struct quick){ .tokens = 100, .evals = 1, .picture = true };
	j = (struct judgement){ 0 };
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.score, 120);
	assert_int_equal(j.verdict, SCAN_SUSPICIOUS);
	q.probes = 7;
	j = (struct judgement){ 0 };
	classes_judge(&q, &ev, &j);
	assert_int_equal(j.score, 150);
	assert_int_equal(j.verdict, SCAN_MALICIOUS);
}

/* What only looks like a program's part: a guard, includes and classes, and nothing of a program's that is used. */
static void shields(void **state)
{
	struct event mail = { .sink = SINK_MAIL, .marks = M_FIELD | M_LINES, .second = M_FIELD };
	struct events ev = { .event = &mail, .n = 1 };
	struct quick guarded = { .tokens = 200, .guards = 1, .mails = 1, .sinks = UINT64_C(1) << SINK_MAIL },
		     including = { .tokens = 200, .includes = 9, .mails = 1 },
		     apart = { .tokens = 100, .mails = 1 },
		     class = { .tokens = 300, .in_class = 290, .classes = 1 };
	struct judgement j = { 0 };

	classes_judge(&guarded, &ev, &j);
	assert_int_equal(j.verdict, SCAN_MALICIOUS);
	j = (struct judgement){ 0 };
	classes_judge(&including, &ev, &j);
	assert_int_equal(j.verdict, SCAN_SUSPICIOUS);
	j = (struct judgement){ 0 };
	classes_judge(&class, &ev, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	classes_judge_apart(&apart, &ev, &j);
	assert_int_equal(j.verdict, SCAN_MALICIOUS);
	/* what a method does is not the script's own */
	mail.in_class = true;
	j = (struct judgement){ 0 };
	classes_judge_apart(&apart, &ev, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	mail.in_class = false;
	/* parts of a program use it */
	ev.borrowed = 1;
	j = (struct judgement){ 0 };
	classes_judge(&guarded, &ev, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	classes_judge(&including, &ev, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	/* a list of data does nothing that could be hidden */
	ev = (struct events){ .escaped = 500 };
	guarded = (struct quick){ .tokens = 900, .guards = 1, .sinks = UINT64_C(1) << SINK_NONE };
	classes_judge(&guarded, &ev, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_by_where_it_comes_from),
		cmocka_unit_test(commands_by_who_brings_them),
		cmocka_unit_test(calls_by_who_names_the_function),
		cmocka_unit_test(writing_by_path_and_text),
		cmocka_unit_test(uploads_by_their_name),
		cmocka_unit_test(mail_by_recipient_and_text),
		cmocka_unit_test(includes_by_their_path),
		cmocka_unit_test(shields),
		cmocka_unit_test(files_by_who_names_them),
		cmocka_unit_test(other_servers_and_accounts),
		cmocka_unit_test(the_file_as_a_whole),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests_name("scan-classes", tests, NULL, NULL);
}
