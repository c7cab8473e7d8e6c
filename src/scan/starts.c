/*
 * starts - where an account says what is to be started without anybody typing it, other than in a crontab: jobs of at, what a
 * login runs, what the owner of a key gets, what incoming mail is handed to, units of systemd's for a user, commands in pages
 * (server-side includes).
 *
 * Each line is cut down to the command that stands in it; what that does is cron.c's to say. A shell's file is read as lines,
 * not as a program: what stands in a function or an alias may never be run, and weighs half.
 *
 * Sources: at(1), bash(1) INVOCATION, aliases(5) and local(8) of Postfix, Exim's "forward and filter files", dot-qmail(5),
 * procmailrc(5), maildropfilter(7), systemd.service(5), sshd(8) AUTHORIZED_KEYS FILE FORMAT, httpd mod_include (exec).
 * TRUST: as in directive.h.
 */
#include "scan/directive.h"

/* --- mail ------------------------------------------------------------------------------------ */

/* Behind a pipe that begins a destination, or behind Exim's and maildrop's word for one; the whole line where it has a backtick. */
static struct span mail_command(struct span line)
{
	struct span rest = line, word = directive_word(&rest);
	ptrdiff_t pipe = span_find(line, 0, '|');
	size_t at = (size_t)pipe;

	if (span_eq(word, SPAN("pipe")) || span_eq(word, SPAN("xfilter")))
		return rest;
	if (memchr(line.p, '`', line.n))
		return line;
	if (pipe < 0)
		return SPAN_NONE;
	while (at > 0 && (line.p[at - 1] == ' ' || line.p[at - 1] == '\t'))
		at--;
	if (at > 0 && !memchr(",\"'", line.p[at - 1], 3) && !span_eq(word, SPAN("to")) &&
	    !span_eq(word, SPAN("cc")))
		return SPAN_NONE;
	return span_from(line, (size_t)pipe + 1);
}

/* --- systemd --------------------------------------------------------------------------------- */

static struct span unit_command(struct span line)
{
	ptrdiff_t equals = span_find(line, 0, '=');

	if (equals < 0 || !span_starts(line, SPAN("Exec")))
		return SPAN_NONE;
	line = span_trim(span_from(line, (size_t)equals + 1));
	while (line.n && memchr("-@:+!|", line.p[0], 6))
		line = span_from(line, 1);
	return line;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Of the options in front of a key, command="...", with its quotes unescaped into ROOM, which has LINE's size at least. */
static struct span key_command(struct span line, char *room)
{
	static const struct span name = { "command=\"", 9 };
	size_t at = 0, n = 0;

	while (at < line.n && line.p[at] != ' ' && line.p[at] != '\t') {
		bool takes = span_eq_nocase(span_head(span_from(line, at), name.n), name);
		bool quoted = false;

		at += takes ? name.n : 0;
		quoted = takes;
		for (; at < line.n && (quoted || !memchr(", \t", line.p[at], 3)); at++) {
			if (line.p[at] == '"') {
				quoted = !quoted;
				continue;
			}
			at += line.p[at] == '\\' && at + 1 < line.n && line.p[at + 1] == '"';
			if (takes && quoted)
				room[n++] = line.p[at];
		}
		if (takes)
			return span_of(room, n);
		at += at < line.n && line.p[at] == ',';
	}
	return SPAN_NONE;
}

/* --- a shell --------------------------------------------------------------------------------- */

/* NAME() or function NAME, up to a line that begins with a bracket. */
static bool may_never_run(struct starts *state, struct span line)
{
	struct span rest = line, word = directive_word(&rest);
	bool begins = span_eq(word, SPAN("function")) || span_ends(word, SPAN("()")) ||
		      span_ends(word, SPAN("(){")) || span_starts(span_trim(rest), SPAN("()"));
	bool in = state->in_function || begins || span_eq(word, SPAN("alias"));

	if (begins)
		state->in_function = span_find(line, 0, '}') < 0;
	else if (line.p[0] == '}')
		state->in_function = false;
	return in;
}

struct sign starts_sign(struct starts *state, struct span line, enum starter by)
{
	char room[STARTS_LINE];
	struct sign sign;
	bool half = by == STARTED_LOGIN && line.n && may_never_run(state, line);

	if (by == STARTED_MAIL)
		line = mail_command(line);
	else if (by == STARTED_UNIT)
		line = unit_command(line);
	else if (by == STARTED_KEY)
		line = key_command(span_head(line, sizeof(room)), room);
	if (!line.n)
		return (struct sign){ 0 };
	sign = command_sign(line, by, &state->in_everybody);
	if (half)
		sign.weight /= 2;
	return sign;
}

/* --- pages ----------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span blanks_gone(struct span s)
{
	while (s.n && is_blank(s.p[0]))
		s = span_from(s, 1);
	return s;
}

/* httpd takes blanks in front of an element's name, and no letter of it as it is written: mod_include, find_directive(). */
bool starts_element(struct span page, size_t at, size_t *ret_start, size_t *ret_behind)
{
	ptrdiff_t found;

	while ((found = span_search(page, at, SPAN("<!--#"))) >= 0) {
		at = (size_t)found + 5;
		while (at < page.n && is_blank(page.p[at]))
			at++;
		if (!span_eq_nocase(span_head(span_from(page, at), 4), SPAN("exec")) ||
		    (at + 4 < page.n && !is_blank(page.p[at + 4])))
			continue;
		*ret_start = (size_t)found;
		*ret_behind = at + 4;
		return true;
	}
	return false;
}

/* The value of the next attribute that is a command; what stands in front of it is another one, which httpd takes as well. */
static bool next_command(struct span *rest, struct span *ret_command)
{
	for (*rest = blanks_gone(*rest); rest->n; *rest = blanks_gone(*rest)) {
		size_t n = 0;
		struct span name;

		while (n < rest->n && rest->p[n] != '=' && !is_blank(rest->p[n]))
			n++;
		name = span_head(*rest, n);
		*rest = blanks_gone(span_from(*rest, n));
		if (!span_starts(*rest, SPAN("=")))
			continue;
		*rest = blanks_gone(span_from(*rest, 1));
		*ret_command = directive_word(rest);
		if (span_eq_nocase(name, SPAN("cmd")))
			return true;
	}
	return false;
}

bool starts_page(struct span page, struct page_commands *state, struct span *ret_command)
{
	while (!next_command(&state->rest, ret_command)) {
		struct span rest;
		size_t behind;
		ptrdiff_t end;

		if (!starts_element(page, state->at, &state->start, &behind))
			return false;
		rest = span_from(page, behind);
		end = span_search(rest, 0, SPAN("-->"));
		/* behind its end: what is never closed is looked at once */
		state->at = end < 0 ? page.n : behind + (size_t)end;
		state->rest = span_head(rest, end < 0 ? rest.n : (size_t)end);
	}
	return true;
}

struct sign page_sign(struct span command)
{
	static const char *const visitors[] = { "QUERY_STRING", "$HTTP_", "{HTTP_", "REQUEST_URI",
						"PATH_INFO" };
	bool everybody = false;

	for (size_t i = 0; i < sizeof(visitors) / sizeof(*visitors); i++)
		if (directive_has(command, visitors[i]))
			return (struct sign){ "config.page.request",
					      "what a visitor sends is part of a command that a page runs",
					      120 };
	return command_sign(command, STARTED_PAGE, &everybody);
}
