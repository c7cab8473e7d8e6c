/* The command line, and the texts that come out of the same table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/options.h"
#include "app/verbs.h"

/* This program has no verbs of its own: rows appear because these exist. `doctor` stays away. */
int verb_investigate(const struct options *o, struct err *err)
{
	return 0;
}
int verb_explain(const struct options *o, struct err *err)
{
	return 0;
}
int verb_why(const struct options *o, struct err *err)
{
	return 0;
}
int verb_config(const struct options *o, struct err *err)
{
	return 0;
}
int verb_help(const struct options *o, struct err *err)
{
	return 0;
}

#define PARSE(o, err, ...) parse((o), (err), (const char *[]){ "spamtrail", __VA_ARGS__, NULL })

static int parse(struct options *o, struct err *err, const char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return options_parse(argc, (char **)argv, o, err);
}

static void expect_refused(const char *want, const char **argv)
{
	struct options o;
	struct err err = { 0 };

	assert_int_equal(parse(&o, &err, argv), -EXIT_USAGE);
	assert_string_equal(err.text, want);
}

#define REFUSED(want, ...) expect_refused((want), (const char *[]){ "spamtrail", __VA_ARGS__, NULL })

static void every_flag(void **state)
{
	struct options o;
	struct err err = { 0 };

	if (PARSE(&o, &err, "--root", "/mnt", "investigate", "--since=-2h", "--until", "now", "a.log",
		  "--json", "--html", "r.html", "--top", "12", "--color", "never", "--config", "c",
		  "--state=s", "--quiet", "--unconfined", "--stats", "-", "--", "--json") < 0)
		fail_msg("%s", err.text);
	assert_string_equal(o.verb->name, "investigate");
	assert_string_equal(o.root, "/mnt");
	assert_string_equal(o.since, "-2h");
	assert_string_equal(o.until, "now");
	assert_string_equal(o.html, "r.html");
	assert_string_equal(o.config, "c");
	assert_string_equal(o.state, "s");
	assert_int_equal(o.top, 12);
	assert_int_equal(o.output, OUTPUT_JSON);
	assert_int_equal(o.color, COLOR_NEVER);
	assert_true(o.quiet && o.unconfined && o.stats && !o.help && !o.version);
	assert_int_equal(o.nargs, 3);
	assert_string_equal(o.args[0], "a.log");
	assert_string_equal(o.args[1], "-");
	assert_string_equal(o.args[2], "--json");
	assert_true(options_elsewhere(&o));
	options_free(&o);
}

static void short_ones(void **state)
{
	struct options o;

	assert_int_equal(parse(&o, NULL, (const char *[]){ "spamtrail", NULL }), 0);
	assert_null(o.verb);
	options_free(&o);
	assert_int_equal(PARSE(&o, NULL, "-V"), 0);
	assert_true(o.version);
	options_free(&o);
	assert_int_equal(PARSE(&o, NULL, "why", "-h"), 0);
	assert_true(o.help);
	options_free(&o);
	assert_int_equal(PARSE(&o, NULL, "investigate", "--root", "/"), 0);
	assert_false(options_elsewhere(&o));
	options_free(&o);
}

static void refusals(void **state)
{
	REFUSED("unknown flag --sinse: did you mean --since?", "investigate", "--sinse", "x");
	REFUSED("unknown flag --jsno: did you mean --json?", "investigate", "--jsno=1");
	REFUSED("unknown flag --zzzzzzzz: see spamtrail help", "investigate", "--zzzzzzzz");
	REFUSED("unknown flag --x: see spamtrail help", "investigate", "-x");
	REFUSED("unknown command investgate: did you mean investigate?", "investgate");
	REFUSED("unknown command \\x1b[2J: see spamtrail help", "\033[2J");
	REFUSED("unknown command doctor: see spamtrail help", "doctor");
	REFUSED("--stats does not belong to explain: see spamtrail help explain", "explain", "--stats");
	REFUSED("--json and --plain exclude each other", "investigate", "--json", "--plain");
	REFUSED("--color takes auto, always or never", "investigate", "--color", "sometimes");
	REFUSED("--top takes a number from 1 to 1000000", "investigate", "--top", "-1");
	REFUSED("--top takes a number from 1 to 1000000", "investigate", "--top", "0");
	REFUSED("--root needs a value, not an empty word", "investigate", "--root", "");
	REFUSED("--root needs a value", "investigate", "--root");
	REFUSED("usage: spamtrail why INCIDENT[.N] [PATH...]; its flags: spamtrail help why", "why");
	REFUSED("usage: spamtrail explain [FILE|-|LINE]; its flags: spamtrail help explain", "explain", "a",
		"b");
}

static void posix_order(void **state)
{
	struct options o;

	setenv("POSIXLY_CORRECT", "1", 1);
	assert_int_equal(PARSE(&o, NULL, "investigate", "a", "--json"), 0);
	assert_int_equal(o.output, OUTPUT_JSON);
	assert_int_equal(o.nargs, 1);
	options_free(&o);
	unsetenv("POSIXLY_CORRECT");
}

static void again(void **state)
{
	struct options o;
	struct buf b = BUF_MAX(1000);

	assert_int_equal(
		PARSE(&o, NULL, "why", "1123a", "--root", "/mnt/it's here", "--since", "2 hours ago", "a$b"),
		0);
	options_again(&o, "why", 1, &b);
	buf_byte(&b, '\0');
	assert_string_equal(b.p, " --root '/mnt/it'\\''s here' --since '2 hours ago' 'a$b'");
	/* explain knows no times, help nothing at all */
	b.n = 0;
	options_again(&o, "explain", 2, &b);
	buf_byte(&b, '\0');
	assert_string_equal(b.p, " --root '/mnt/it'\\''s here'");
	b.n = 0;
	options_again(&o, "help", 2, &b);
	assert_int_equal(b.n, 0);
	buf_free(&b);
	options_free(&o);
}

static char *text_of(void (*fill)(struct buf *))
{
	struct buf b = BUF_MAX(1 << 16);

	fill(&b);
	assert_false(b.over);
	assert_null(memchr(b.p, '\0', b.n));
	buf_byte(&b, '\0');
	return b.p;
}

static void help_lists_what_is_there(void **state)
{
	char *help = text_of(command_help);
	struct buf b = BUF_MAX(1 << 16);

	assert_non_null(strstr(help, "\n  investigate [PATH...]  "));
	assert_non_null(strstr(help, "\n  config check|show|limits  "));
	assert_null(strstr(help, "doctor"));
	for (char *line = help, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
		assert_true(end - line <= 80);
	free(help);
	command_help_verb(&b, command_named(SPAN("why")));
	buf_byte(&b, '\0');
	assert_non_null(strstr(b.p, "--root DIR"));
	assert_null(strstr(b.p, "--html"));
	buf_free(&b);
}

/* What bash itself makes of it. */
static void completes(const char *script, const char *words, const char *want)
{
	char path[] = "/tmp/completion-XXXXXX", command[600], got[2000] = "";
	int fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, strlen(script)), strlen(script));
	close(fd);
	snprintf(command, sizeof(command),
		 "bash -c 'compopt() { :; }; . %s; COMP_WORDS=(spamtrail %s); "
		 "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); "
		 "_spamtrail; echo ${COMPREPLY[@]}'",
		 path, words);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(got, sizeof(got), f));
	pclose(f);
	unlink(path);
	got[strcspn(got, "\n")] = '\0';
	assert_string_equal(got, want);
}

static void completion(void **state)
{
	char *script = text_of(command_completion);

	completes(script, "inv", "investigate");
	completes(script, "\"\"", "investigate why explain config help");
	completes(script, "--", "--help --version");
	completes(script, "why --s", "--since --state");
	completes(script, "investigate --color a", "auto always");
	completes(script, "config ch", "check");
	completes(script, "help e", "explain");
	completes(script, "--root /mnt why --pl", "--plain");
	free(script);
}

static void manual(void **state)
{
	char *text = text_of(command_manual);

	assert_non_null(strstr(text, "*spamtrail investigate* \\[PATH...\\]++\n"));
	assert_non_null(strstr(text, "# OPTIONS\n"));
	assert_non_null(strstr(text, "*--color* auto|always|never\n\tcolours; NO\\_COLOR counts for auto\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flag), cmocka_unit_test(short_ones),
		cmocka_unit_test(refusals),   cmocka_unit_test(posix_order),
		cmocka_unit_test(again),      cmocka_unit_test(help_lists_what_is_there),
		cmocka_unit_test(completion), cmocka_unit_test(manual),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
