/*
 * cron - what a line of a crontab fetches, decodes or runs.
 *
 * The command is cut into commands at ; & | and brackets, and each into words, roughly as a shell would; nothing is worked
 * out. What counts is what a word is for: the program, the script that an interpreter is given, the file that what was
 * fetched goes into. So a picture as an argument, or a log in /tmp, says nothing.
 *
 * Source: crontab(5).
 * TRUST: as in directive.h: one pass over the line.
 */
#include "scan/directive.h"
#include "scan/place.h"

struct command_line {
	struct span target; /* what was fetched goes there */
	bool fetches, decodes, runs; /* RUNS: what comes out of another command */
	bool code; /* stands in the line itself */
	bool scripted; /* and is no shell's */
	bool picture, everybody, script, ran;
	bool in_everybody; /* cd to such a place */
	/* of the command that is being read */
	bool piped, inside, program, interpreter, shell, fetch, cd, to;
	struct span name;
};

static bool is_one_of(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(word, span_str(list[i])))
			return true;
	return false;
}
#define ONE_OF(word, ...)                                     \
	is_one_of(word, (const char *const[]){ __VA_ARGS__ }, \
		  sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* The program's own name, without its folder and its version ("php8.2"). */
static struct span plain_name(struct span word)
{
	ptrdiff_t slash = span_rfind(word, '/');

	word = span_from(word, (size_t)(slash + 1));
	if (ONE_OF(word, "base64", "base32"))
		return word;
	while (word.n > 1 &&
	       ((word.p[word.n - 1] >= '0' && word.p[word.n - 1] <= '9') || word.p[word.n - 1] == '.'))
		word.n--;
	return word;
}

static void new_command(struct command_line *c, bool piped, bool inside)
{
	c->piped = piped;
	c->inside = inside;
	c->program = c->interpreter = c->shell = c->fetch = c->cd = c->to = false;
	c->name = SPAN_NONE;
}

/* What is run: a program, or the script of an interpreter. */
static void run_file(struct command_line *c, struct span file)
{
	c->picture |= directive_quiet(file) == QUIET_DATA;
	c->everybody |= directive_everybody(file) || (c->in_everybody && span_starts(file, SPAN("./")));
	c->ran |= c->target.n && span_eq(file, c->target);
}

static void program_word(struct command_line *c, struct span word)
{
	/* what stands in front of the program that counts */
	if (ONE_OF(plain_name(word), "nohup", "env", "exec", "nice", "ionice", "sudo", "time", "timeout",
		   "xargs", "command", "eval") ||
	    word.p[0] == '-' || (memchr(word.p, '=', word.n) && word.p[0] != '/'))
		return;
	c->program = true;
	c->name = plain_name(word);
	c->shell = ONE_OF(c->name, "sh", "bash", "dash", "ksh", "zsh", "ash");
	c->interpreter = c->shell || ONE_OF(c->name, "php", "perl", "python", "ruby", "node", "php-cgi",
					    "lsphp", ".", "source");
	c->fetch = ONE_OF(c->name, "curl", "wget", "fetch", "lwp-download", "lwp-request", "GET", "ftp",
			  "aria2c", "lynx");
	c->cd = ONE_OF(c->name, "cd", "pushd");
	c->decodes |= ONE_OF(c->name, "base64", "base32", "uudecode", "xxd", "openssl");
	c->fetches |= c->fetch;
	if (c->interpreter)
		c->runs |= c->piped;
	else if (!c->fetch)
		run_file(c, word);
}

static void goes_to(struct command_line *c, struct span file)
{
	c->to = false;
	if (!c->fetch || !file.n)
		return;
	c->target = file;
	c->script |= place_runs(file);
}

static void fetch_word(struct command_line *c, struct span word)
{
	static const char *const with[] = { "--output-document=", "--output=" };

	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++)
		if (span_starts(word, span_str(with[i])))
			goes_to(c, span_from(word, strlen(with[i])));
	/* curl -o FILE, wget -qO FILE, wget -O- */
	if (word.n > 1 && word.p[0] == '-' && word.p[1] != '-' &&
	    (word.p[word.n - 1] == 'O' || word.p[word.n - 1] == 'o'))
		c->to = !(word.p[word.n - 1] == 'O' && span_eq(c->name, SPAN("curl")));
	c->to |= span_eq(word, SPAN("--output-document")) || span_eq(word, SPAN("--output"));
}

static void take_word(struct command_line *c, struct span word)
{
	while (word.n && (word.p[0] == '"' || word.p[0] == '\''))
		word = span_from(word, 1);
	while (word.n && (word.p[word.n - 1] == '"' || word.p[word.n - 1] == '\''))
		word.n--;
	if (!word.n)
		return;
	if (c->to)
		goes_to(c, word);
	else if (!c->program)
		program_word(c, word);
	else if (c->fetch)
		fetch_word(c, word);
	else if (c->cd)
		c->in_everybody |= directive_everybody(word);
	else if (c->interpreter && word.p[0] != '-') {
		c->interpreter = false;
		run_file(c, word);
	} else if (c->interpreter && ONE_OF(word, "-c", "-r", "-e", "-lc")) {
		c->code = true;
		/* a shell's code is commands, whose output may be code again */
		if (c->shell)
			c->program = false;
		else
			c->interpreter = false;
		c->scripted |= !c->shell;
	}
}

/* One character that ends a word and begins something else. */
static void take_sign(struct command_line *c, char sign, char before)
{
	bool code = c->code || c->shell;

	switch (sign) {
	case '>':
		c->to = c->fetch;
		break;
	case '(':
	case '`':
		/* bash -c "$(curl ...)", sh <(curl ...) */
		if (sign == '`' || before == '$' || before == '<') {
			bool outer = code || span_eq(c->name, SPAN("eval"));

			new_command(c, false, outer);
			break;
		}
		new_command(c, false, c->inside);
		break;
	case ')':
	case ';':
	case '&':
		new_command(c, false, false);
		break;
	case '|':
		new_command(c, true, c->inside);
		break;
	default:
		break;
	}
}

static void take_command(struct command_line *c, struct span command)
{
	size_t from = 0;

	for (size_t i = 0; i <= command.n; i++) {
		char at = i < command.n ? command.p[i] : ' ';
		bool fetches = c->fetches, decodes = c->decodes;

		if (at != ' ' && at != '\t' && !memchr(">()`;&|<", at, 8))
			continue;
		take_word(c, span_of(command.p + from, i - from));
		/* what comes out of a command in the code of a shell is run by it */
		c->runs |= c->inside && ((c->fetches && !fetches) || (c->decodes && !decodes));
		if (at != ' ' && at != '\t')
			take_sign(c, at, i ? command.p[i - 1] : ' ');
		from = i + 1;
	}
}

/* The command behind the times. */
static struct span command_of(struct span line, bool system)
{
	int words = (line.n && line.p[0] == '@' ? 1 : 5) + system;

	for (; words > 0; words--)
		directive_word(&line);
	return span_trim(line);
}

/* Code that stands in no file: nothing else would ever look at it. */
static bool does_much(struct span code)
{
	static const char *const does[] = { "eval", "mail(", "sendmail", "socket", "Net::SMTP", "smtplib" };

	for (size_t i = 0; i < sizeof(does) / sizeof(*does); i++)
		if (directive_has(code, does[i]))
			return true;
	return false;
}

struct sign cron_sign(struct span line, bool system)
{
	struct command_line c = { .code = false };
	bool decodes;

	/* NAME = VALUE */
	if (!line.n || !(line.p[0] == '@' || line.p[0] == '*' || (line.p[0] >= '0' && line.p[0] <= '9')))
		return (struct sign){ 0 };
	line = command_of(line, system);
	take_command(&c, line);
	decodes =
		c.decodes || (c.code && (directive_has(line, "base64") || directive_has(line, "gzinflate")));
	if (c.fetches && (c.runs || c.ran))
		return (struct sign){ "config.cron.fetch",
				      "cron fetches a script from another server and runs it", 120 };
	if (decodes && (c.runs || c.code))
		return (struct sign){ "config.cron.decode", "cron decodes a script and runs it", 120 };
	if (c.scripted && does_much(line))
		return (struct sign){ "config.cron.inline", "cron runs code that stands in no file", 100 };
	if (c.fetches && c.script)
		return (struct sign){ "config.cron.write",
				      "cron writes a script that it fetches from another server", 100 };
	if (c.picture)
		return (struct sign){ "config.cron.picture", "cron runs a picture or a text as a program",
				      100 };
	if (c.everybody)
		return (struct sign){ "config.cron.place",
				      "cron runs something from a place that anybody may write to", 60 };
	return (struct sign){ 0 };
}
