/*
 * htaccess - what a line of an .htaccess makes the web server run, and what PHP is told to run in front of a page.
 *
 * A handler may stand in a line with the names that it is for (AddHandler, AddType), or in a section that names them
 * (Files, FilesMatch, If), which is the usual form where pictures are to run: the section's pattern is read for endings, not
 * worked out. What is looked for is a handler that runs something, for a name that never does.
 *
 * Sources: httpd mod_mime (AddHandler, AddType), core (SetHandler, ForceType, Files, FilesMatch), mod_include, mod_php (php_value),
 * PHP manual "List of php.ini directives" (auto_prepend_file, zend.script_encoding, sendmail_path).
 * TRUST: as in directive.h.
 */
#include "scan/directive.h"

/* --- what is run in front of a page ---------------------------------------------------------- */

/* What stands behind WORD in LINE. */
static struct span behind(struct span line, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= line.n; i++)
		if (span_eq_nocase(span_of(line.p + i, n), span_of(word, n)))
			return span_from(line, i + n);
	return SPAN_NONE;
}

static bool is_address(struct span s)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://", "php://",
					       "data:",	  "phar://",  "zip://", "glob://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (directive_has(s, schemes[i]))
			return true;
	return false;
}

/*
 * "none" switches it off (PHP manual). One firewall for WordPress is installed exactly so, and its file's name is let
 * pass. Weights go by the place: a picture is never right, a script in a folder for uploads hardly ever, any other may be
 * a host's own.
 */
static struct sign value_sign(struct span rest)
{
	struct span value;

	rest = span_trim(rest);
	while (rest.n && (rest.p[0] == '=' || rest.p[0] == ' '))
		rest = span_trim(span_from(rest, 1));
	value = directive_word(&rest);
	/* SetEnv PHP_VALUE "auto_prepend_file=x": the quote belongs to another word */
	while (value.n &&
	       (value.p[value.n - 1] == '"' || value.p[value.n - 1] == '\'' || value.p[value.n - 1] == ';'))
		value.n--;
	if (!value.n || span_eq_nocase(value, SPAN("none")))
		return (struct sign){ 0 };
	if (directive_quiet(value) || is_address(value))
		return (struct sign){ "config.prepend.hidden",
				      "a file that is no script is run in front of every page", 120 };
	if (directive_everybody(value) || directive_hidden(value) || directive_has(value, "/uploads/"))
		return (struct sign){
			"config.prepend.place",
			"a script from a place where none belongs is run in front of every page", 100
		};
	if (span_eq(value, SPAN("wordfence-waf.php")) || span_ends(value, SPAN("/wordfence-waf.php")))
		return (struct sign){ 0 };
	return (struct sign){ "config.prepend", "a script is run in front of every page", 50 };
}

/* Both may stand in one line, one of them as the other's value. */
struct sign prepend_sign(struct span line)
{
	struct sign before = value_sign(behind(line, "auto_prepend_file"));
	struct sign after = value_sign(behind(line, "auto_append_file"));

	return after.weight > before.weight ? after : before;
}

/* An alphabet in which nobody who looks at the file sees what it says; PHP reads it so all the same. */
struct sign encoding_sign(struct span line)
{
	static const char *const odd[] = { "UTF-7",  "UTF7", "UTF-16", "UTF16",	 "UTF-32",   "UCS",
					   "BASE64", "HTML", "QPrint", "Quoted", "UUENCODE", "EBCDIC" };
	struct span value = behind(line, "zend.script_encoding");

	for (size_t i = 0; value.n && i < sizeof(odd) / sizeof(*odd); i++)
		if (directive_has(value, odd[i]))
			return (struct sign){ "config.encoding",
					      "scripts are read in an alphabet that hides what they say",
					      100 };
	if (!value.n)
		return (struct sign){ 0 };
	return (struct sign){ "config.encoding",
			      "scripts are read in another alphabet than they seem written in", 50 };
}

/*
 * Its command: in quotes, or up to a comment. The quote around SetEnv PHP_ADMIN_VALUE "sendmail_path=x" belongs to another
 * word, and the words of a command lose theirs.
 */
struct sign mailer_sign(struct span line)
{
	struct span value = span_trim(behind(line, "sendmail_path"));
	ptrdiff_t end = -1;
	bool everybody = false;

	while (value.n && (value.p[0] == '=' || value.p[0] == ' ' || value.p[0] == '\t'))
		value = span_from(value, 1);
	if (!value.n)
		return (struct sign){ 0 };
	if (value.p[0] == '"' || value.p[0] == '\'')
		end = span_find(value, 1, value.p[0]);
	else
		end = span_find(value, 0, ';');
	return command_sign(end < 0 ? value : span_head(value, (size_t)end), STARTED_PHP, &everybody);
}

/* --- handlers -------------------------------------------------------------------------------- */

/* The gravest ending that a pattern or name holds: words between what is no letter and no digit. */
static enum quiet quiet_in(struct span s)
{
	enum quiet worst = QUIET_NOT;

	for (size_t at = 0; at < s.n;) {
		size_t from = at;

		while (at < s.n && ((s.p[at] >= '0' && s.p[at] <= '9') ||
				    ((s.p[at] | 0x20) >= 'a' && (s.p[at] | 0x20) <= 'z')))
			at++;
		/* a name by itself ("log", "zip") is none: an ending stands behind a dot, or among others in brackets */
		if (at > from && from && memchr(".(|\\:?", s.p[from - 1], 6)) {
			enum quiet q = directive_quiet(span_of(s.p + from, at - from));

			worst = q > worst ? q : worst;
		}
		at++;
	}
	return worst;
}

/* A section's tag. What it is about: its own pattern, or what the one around it is about. */
static void section(struct htaccess *state, struct span line)
{
	struct span rest = span_from(line, 1), word = directive_word(&rest);
	enum quiet around =
		state->depth && state->depth <= HTACCESS_DEPTH ? state->quiet[state->depth - 1] : QUIET_NOT;

	if (word.n && word.p[0] == '/') {
		state->depth -= state->depth > 0;
		return;
	}
	if (span_eq_nocase(word, SPAN("Files")) || span_eq_nocase(word, SPAN("FilesMatch")) ||
	    span_eq_nocase(word, SPAN("If")))
		around = quiet_in(rest);
	if (state->depth < HTACCESS_DEPTH)
		state->quiet[state->depth] = (uint8_t)around;
	state->depth++;
}

/* What is forbidden in one word may be allowed again in the next. */
static void options(struct htaccess *state, struct span rest)
{
	struct span word;

	while ((word = directive_word(&rest)).n)
		state->runs_cgi |=
			span_eq_nocase(word, SPAN("ExecCGI")) || span_eq_nocase(word, SPAN("+ExecCGI"));
}

/* HANDLER runs what it is given: PHP in whatever form a host has it, or CGI where the place may. */
static bool runs(const struct htaccess *state, struct span handler)
{
	/* mod_include runs what its exec elements name */
	if (directive_has(handler, "server-parsed") || span_eq_nocase(handler, SPAN("INCLUDES")))
		return true;
	if (directive_has(handler, "php"))
		return !directive_has(handler, "php-source") && !directive_has(handler, "phps");
	return (directive_has(handler, "cgi-script") || directive_has(handler, "fcgid-script")) &&
	       state->runs_cgi;
}

static struct sign handler_of(enum quiet what, struct span handler, bool whole)
{
	if (what == QUIET_DATA)
		return (struct sign){ "config.handler", "pictures or texts are run as scripts", 120 };
	/* sites have had their pages made by PHP for ever, and pages are what server-side includes are for */
	if (what == QUIET_PAGE && directive_has(handler, "parsed"))
		return (struct sign){ 0 };
	if (what == QUIET_PAGE && !span_eq_nocase(handler, SPAN("INCLUDES")))
		return (struct sign){ "config.handler.pages", "pages or styles are run as scripts", 30 };
	/* PHP by a pool is how hosts set it up */
	if (whole && directive_has(handler, "x-httpd-php") && !directive_has(handler, "fpm") &&
	    !directive_has(handler, "proxy:"))
		return (struct sign){ "config.handler.all", "a whole place is run as PHP", 20 };
	return (struct sign){ 0 };
}

static struct sign handler(const struct htaccess *state, struct span name, struct span rest)
{
	bool set = span_eq_nocase(name, SPAN("SetHandler")) || span_eq_nocase(name, SPAN("ForceType")) ||
		   span_eq_nocase(name, SPAN("SetOutputFilter"));
	bool add = span_eq_nocase(name, SPAN("AddHandler")) || span_eq_nocase(name, SPAN("AddType")) ||
		   span_eq_nocase(name, SPAN("AddOutputFilter"));
	struct span what = directive_word(&rest), ending;
	enum quiet worst = QUIET_NOT;

	if ((!set && !add) || !runs(state, what))
		return (struct sign){ 0 };
	if (set && state->depth && state->depth <= HTACCESS_DEPTH)
		worst = (enum quiet)state->quiet[state->depth - 1];
	while (add && (ending = directive_word(&rest)).n) {
		enum quiet q = directive_quiet(ending);

		worst = q > worst ? q : worst;
	}
	return handler_of(worst, what, set);
}

/* --- who is sent elsewhere ------------------------------------------------------------------- */

static struct sign rewrite(struct htaccess *state, struct span name, struct span line)
{
	if (span_eq_nocase(name, SPAN("RewriteCond")) &&
	    (directive_has(line, "HTTP_REFERER") || directive_has(line, "HTTP_USER_AGENT")) &&
	    directive_has(line, "google") &&
	    (directive_has(line, "yahoo") || directive_has(line, "bing") || directive_has(line, "msn"))) {
		state->cloaks = true;
		return (struct sign){ "config.cloak",
				      "visitors who come from a search engine are sent elsewhere", 40 };
	}
	/* a redirect by itself is every site's daily bread */
	if (span_eq_nocase(name, SPAN("RewriteRule")) && state->cloaks &&
	    (directive_has(line, "http://") || directive_has(line, "https://")) &&
	    directive_has(line, "[R") && !directive_has(line, "%{HTTP_HOST}") &&
	    !directive_has(line, "%{SERVER_NAME}"))
		return (struct sign){ "config.redirect", "to another server", 30 };
	return (struct sign){ 0 };
}

struct sign htaccess_sign(struct htaccess *state, struct span line)
{
	struct span rest = line, name;

	if (line.n && line.p[0] == '<') {
		section(state, line);
		return (struct sign){ 0 };
	}
	name = directive_word(&rest);
	if (span_eq_nocase(name, SPAN("Options")))
		options(state, rest);
	/* by mod_php's own directive, or as FastCGI's variable */
	if (directive_has(line, "_prepend_file") || directive_has(line, "_append_file"))
		return prepend_sign(line);
	if (span_eq_nocase(span_head(name, 7), SPAN("Rewrite")))
		return rewrite(state, name, line);
	return handler(state, name, rest);
}
