/*
 * cron - see cron.h. A command is told by its last name, so that /bin/sh is sh and php8.2 php; that a line is written in
 * another way than most changes nothing.
 *
 * Sources: crontab(5); sh(1) on substitution.
 * TRUST: as there; each line is looked at in a few passes.
 */
#include "scan/cron.h"

#include "scan/line.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The word of LINE at AT, without quotes in front of it. */
static struct span word_at(struct span line, size_t at)
{
	size_t end;

	while (at < line.n && (is_blank(line.p[at]) || line.p[at] == '"' || line.p[at] == '\''))
		at++;
	for (end = at; end < line.n && !is_blank(line.p[end]) && !strchr("|;&<>()\"'`", line.p[end]);)
		end++;
	return span_of(line.p + at, end - at);
}

/* What runs what it is given. */
static bool is_interpreter(struct span word)
{
	static const char *const names[] = { "sh",   "bash",   "dash", "ash",  "ksh",	 "zsh", "php",
					     "perl", "python", "ruby", "node", "source", "." };
	ptrdiff_t slash = span_rfind(word, '/');
	struct span name = span_from(word, (size_t)(slash + 1));

	/* php8.2, python3, lsphp and ea-php82 are what they end in */
	while (name.n > 1 && ((name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9') ||
			      name.p[name.n - 1] == '.' || name.p[name.n - 1] == '-'))
		name.n--;
	if (span_ends(name, SPAN("php")) || span_ends(name, SPAN("php-cli")))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(name, span_str(names[i])))
			return true;
	return false;
}

/* What stands in front of a command and only has it run otherwise. */
static bool is_wrapper(struct span word)
{
	static const char *const names[] = { "env",  "nice",  "ionice",	 "nohup", "exec",
					     "time", "xargs", "timeout", "sudo",  "command" };
	struct span name = span_from(word, (size_t)(span_rfind(word, '/') + 1));

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(name, span_str(names[i])))
			return true;
	return false;
}

/* An interpreter is the command at AT. */
static bool runs_at(struct span line, size_t at)
{
	struct span word = word_at(line, at);

	for (int i = 0; i < 4 && word.n && (is_wrapper(word) || word.p[0] == '-'); i++)
		word = word_at(line, (size_t)(word.p - line.p) + word.n);
	return is_interpreter(word);
}

/* Something is piped into one. */
static bool is_piped(struct span line)
{
	ptrdiff_t bar = span_find(line, 0, '|');

	for (; bar >= 0; bar = span_find(line, (size_t)bar + 1, '|'))
		if (runs_at(line, (size_t)bar + 1))
			return true;
	return false;
}

static bool is_fetcher(struct span line, size_t at)
{
	static const char *const names[] = { "curl", "wget", "lwp-", "fetch", "lynx" };
	struct span word = word_at(line, at);
	struct span name = span_from(word, (size_t)(span_rfind(word, '/') + 1));

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_starts(name, span_str(names[i])))
			return true;
	return false;
}

/* $(curl ...), <(curl ...), `curl ...`: what it brings is part of a command, unless it only goes into a variable or a file. */
static bool is_substituted(struct span line)
{
	bool runs = line_has(line, "sh -c") || line_has(line, "eval") || line_has(line, "php -r") ||
		    line_has(line, "<(");

	for (size_t i = 0; runs && i < line.n; i++)
		if ((line.p[i] == '(' || line.p[i] == '`') && is_fetcher(line, i + 1))
			return true;
	return false;
}

static bool fetches(struct span line)
{
	return line_has(line, "curl") || line_has(line, "wget") || line_has(line, "lwp-") ||
	       line_has(line, "fetch ") || line_has(line, "lynx");
}

/* Code that stands in no file: nothing else would ever look at it. */
static bool runs_own_text(struct span line)
{
	static const char *const does[] = { "eval",	 "base64",    "mail(",	 "sendmail",	"socket",
					    "fsockopen", "Net::SMTP", "smtplib", "mb_send_mail" };
	bool inlined = line_has(line, "php") && (line_has(line, " -r") || line_has(line, "<<<"));

	inlined |= line_has(line, "perl -") && (line_has(line, "e '") || line_has(line, "e \""));
	inlined |= line_has(line, "python") && line_has(line, " -c");
	for (size_t i = 0; inlined && i < sizeof(does) / sizeof(*does); i++)
		if (line_has(line, does[i]))
			return true;
	return false;
}

/* Places where anybody may put something. */
static bool is_everybodys(struct span word)
{
	return span_starts(word, SPAN("/tmp/")) || span_starts(word, SPAN("/var/tmp/")) ||
	       span_starts(word, SPAN("/dev/shm/"));
}

/* Where the command begins: behind the five fields of time, or behind @daily and its like. */
static size_t command_of(struct span line)
{
	size_t at = 0;

	for (int i = line.n && line.p[0] == '@' ? 4 : 0; i < 5; i++) {
		while (at < line.n && !is_blank(line.p[at]))
			at++;
		while (at < line.n && is_blank(line.p[at]))
			at++;
	}
	return at;
}

/* The command at AT is a file of such a place, or is given one to run. */
static bool runs_everybodys(struct span line, size_t at)
{
	struct span word = word_at(line, at);

	for (int i = 0; i < 6 && word.n; i++) {
		if (is_everybodys(word))
			return true;
		if (!is_wrapper(word) && !is_interpreter(word) && word.p[0] != '-')
			return false;
		word = word_at(line, (size_t)(word.p - line.p) + word.n);
	}
	return false;
}

/* Any of its commands does. */
static bool runs_from_place(struct span line)
{
	size_t at = command_of(line);

	if (runs_everybodys(line, at))
		return true;
	for (; at < line.n; at++)
		if (strchr(";&|(`", line.p[at]) && runs_everybodys(line, at + 1))
			return true;
	return (line_has(line, "/tmp/") || line_has(line, "/dev/shm/") || line_has(line, "/var/tmp/")) &&
	       (line_has(line, "* * * * *") || line_has(line, "*/") || fetches(line));
}

/* Where the output goes is no name of what runs. */
static struct span before_output(struct span line)
{
	ptrdiff_t out = span_find(line, 0, '>');

	return out < 0 ? line : span_head(line, (size_t)out);
}

struct cron_reason cron_weigh(struct span line)
{
	bool piped = is_piped(line);

	if (fetches(line) && (piped || is_substituted(line)))
		return (struct cron_reason){ "config.cron.fetch",
					     "cron fetches a script from another server and runs it", 120 };
	if (line_has(line, "base64") && piped)
		return (struct cron_reason){ "config.cron.decode", "cron decodes a script and runs it", 120 };
	if (runs_own_text(line))
		return (struct cron_reason){ "config.cron.inline", "cron runs code that stands in no file",
					     100 };
	if (runs_from_place(line))
		return (struct cron_reason){ "config.cron.place",
					     "cron runs something from a place that anybody may write to",
					     60 };
	if (line_has(before_output(line), "php") && line_names_quiet_file(before_output(line)))
		return (struct cron_reason){ "config.cron.picture", "cron runs a picture or a text as PHP",
					     100 };
	return (struct cron_reason){ 0 };
}
