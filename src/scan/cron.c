/*
 * cron - what a command fetches, decodes or runs that something starts by itself: a crontab's line, and those of starts.c.
 *
 * The command is cut into commands at ; & | and brackets, and each into words, roughly as a shell would; nothing is worked
 * out. What counts is what a word is for: the program, the script that an interpreter is given, the file that what was
 * fetched goes into. So a picture as an argument, or a log in /tmp, says nothing.
 *
 * Source: crontab(5), of Debian's cron and of cronie, which has "~" and "-" in front of times.
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
	bool hidden; /* what is run lies in a hidden place */
	bool behind; /* a script is run, and goes on behind the back of whoever started it */
	bool own; /* an interpreter, or a program that is none of the system's */
	bool connects; /* a shell's own talk with another server */
	/* of the command that is being read */
	bool piped, inside, program, interpreter, shell, fetch, cd, to, detached, runs_script, talks;
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
	c->detached = c->runs_script = c->talks = false;
	c->name = SPAN_NONE;
}

/* What is run: a program, or the script of an interpreter. */
static void run_file(struct command_line *c, struct span file)
{
	c->picture |= directive_quiet(file) == QUIET_DATA;
	c->everybody |= directive_everybody(file) || (c->in_everybody && span_starts(file, SPAN("./")));
	c->ran |= c->target.n && span_eq(file, c->target);
	c->hidden |= directive_hidden(file);
}

static bool is_systems(struct span program)
{
	return memchr(program.p, '/', program.n) == NULL || span_starts(program, SPAN("/bin/")) ||
	       span_starts(program, SPAN("/sbin/")) || span_starts(program, SPAN("/usr/")) ||
	       span_starts(program, SPAN("/lib/")) || span_starts(program, SPAN("/opt/")) ||
	       span_starts(program, SPAN("/var/qmail/"));
}

static void program_word(struct command_line *c, struct span word)
{
	/* what stands in front of the program that counts */
	c->detached |= ONE_OF(plain_name(word), "nohup", "setsid");
	if (ONE_OF(plain_name(word), "nohup", "setsid", "env", "exec", "nice", "ionice", "sudo", "time",
		   "timeout", "xargs", "command", "eval", "then", "do", "else", "if", "while", "until", "!",
		   "{") ||
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
	c->talks = ONE_OF(c->name, "nc", "ncat", "netcat", "socat");
	c->own |= c->interpreter || !is_systems(word);
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
	/* what a fetcher says, not what it fetches */
	if (!c->fetch || !file.n || span_eq(file, SPAN("/dev/null")))
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
	else if (c->talks)
		c->connects |= ONE_OF(word, "-e", "-c") || directive_has(word, "exec:");
	else if (c->interpreter && word.p[0] != '-') {
		c->interpreter = false;
		c->runs_script = !ONE_OF(c->name, ".", "source");
		c->behind |= c->detached && c->runs_script;
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
static void take_sign(struct command_line *c, char sign, char before, char after)
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
	case '&':
		/* 2>&1, &>x: no end of a command, nor what was fetched */
		if (before == '>')
			c->to = false;
		if (before == '>' || after == '>')
			break;
		c->behind |= c->runs_script && before != '&' && after != '&';
		new_command(c, false, false);
		break;
	case ')':
	case ';':
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
			take_sign(c, at, i ? command.p[i - 1] : ' ',
				  i + 1 < command.n ? command.p[i + 1] : ' ');
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

/* What a command does, by who starts it: rule, sentence and weight. */
enum deed { FETCHES, DECODES, INLINE, WRITES, PICTURE, CONNECTS, PLACE, DEEDS };
#define DEEDS_OF(by, who)                                                                                    \
	{                                                                                                    \
		{ "config." by ".fetch", who " fetches a script from another server and runs it", 120 },     \
			{ "config." by ".decode", who " decodes a script and runs it", 120 },                \
			{ "config." by ".inline", who " runs code that stands in no file", 100 },            \
			{ "config." by ".write", who " writes a script that it fetches from another server", \
			  100 },                                                                             \
			{ "config." by ".picture", who " runs a picture or a text as a program", 100 },      \
			{ "config." by ".connect",                                                           \
			  who " gives a shell to another server, or talks to it by one", 60 },               \
			{ "config." by ".place",                                                             \
			  who " runs something from a place that anybody may write to", 60 },                \
	}

static const struct sign signs[STARTERS][DEEDS] = {
	[STARTED_CRON] = DEEDS_OF("cron", "cron"),
	[STARTED_AT] = DEEDS_OF("at", "an at job"),
	[STARTED_LOGIN] = DEEDS_OF("login", "each login"),
	[STARTED_MAIL] = DEEDS_OF("mail", "each incoming mail"),
	[STARTED_UNIT] = DEEDS_OF("unit", "a systemd unit"),
	[STARTED_PAGE] = DEEDS_OF("page", "a page"),
	[STARTED_KEY] = DEEDS_OF("key", "each login by a key"),
	[STARTED_PHP] = DEEDS_OF("sendmail", "each mail of PHP's"),
};

static bool says(struct span line, const char *word)
{
	return directive_has(line, word);
}

/* What only counts by who starts it. */
static struct sign special_sign(const struct command_line *c, enum starter by)
{
	if ((by == STARTED_LOGIN || by == STARTED_KEY) && c->behind)
		return (struct sign){ by == STARTED_KEY ? "config.key.background" : "config.login.background",
				      "each login starts a script that goes on behind it", 50 };
	if (by == STARTED_MAIL && c->hidden)
		return (struct sign){ "config.mail.hidden", "each incoming mail runs a hidden file", 60 };
	if (by == STARTED_PAGE && c->own)
		return (struct sign){ "config.page.command",
				      "a page runs a script, or a program that is none of the system's", 50 };
	if (by == STARTED_PHP && c->own)
		return (struct sign){
			"config.sendmail.program",
			"PHP gives each mail to a script, or to a program that is none of the system's", 60
		};
	return (struct sign){ 0 };
}

struct sign command_sign(struct span line, enum starter by, bool *in_everybody)
{
	struct command_line c = { .in_everybody = *in_everybody };
	const struct sign *sign = signs[by];
	bool decodes;

	take_command(&c, line);
	*in_everybody = c.in_everybody;
	c.connects |= says(line, "/dev/tcp/") || says(line, "/dev/udp/");
	decodes = c.decodes || (c.code && (says(line, "base64") || says(line, "gzinflate")));
	if (c.fetches && (c.runs || c.ran))
		return sign[FETCHES];
	if (decodes && (c.runs || c.code))
		return sign[DECODES];
	if (c.scripted && does_much(line))
		return sign[INLINE];
	if (c.fetches && c.script)
		return sign[WRITES];
	if (c.picture)
		return sign[PICTURE];
	if (c.connects)
		return sign[CONNECTS];
	if (c.everybody)
		return sign[PLACE];
	return special_sign(&c, by);
}

struct sign cron_sign(struct span line, bool system)
{
	bool everybody = false;

	/* NAME = VALUE */
	if (!line.n || !strchr("@*~-0123456789", line.p[0]))
		return (struct sign){ 0 };
	return command_sign(command_of(line, system), STARTED_CRON, &everybody);
}
