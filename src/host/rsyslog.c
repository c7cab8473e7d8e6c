/*
 * rsyslog - rsyslog.conf and what it includes: selectors, property filters, and RainerScript's if and action().
 *
 * Blocks are followed by their braces only; a condition counts by the words in it. rsyslog.conf(5), "Actions"
 * and "Property-Based Filters"; RainerScript documentation, "if", "action()", "include()".
 *
 * TRUST: root's configuration, or an image's: lines and includes are conf.h's to limit, paths gather's to
 * check.
 */
#include "host/syslog_parts.h"

struct rsyslog {
	struct conf conf;
	struct syslog_targets *targets;
	enum syslog_fit fit; /* of the filter that holds for the lines now read */
	bool auth;
	unsigned depth; /* of braces below that filter */
	bool within_action; /* between action( and ) */
};

static bool has_word(struct span text, const char *word)
{
	return span_search(text, 0, span_str(word)) >= 0;
}

/* What a condition or property filter is about, by the names in it. */
static void judge_condition(struct rsyslog *r, struct span text)
{
	bool facility = has_word(text, "'mail'") || has_word(text, "\"mail\"");

	r->fit = facility					       ? FIT_MAIL
		 : has_word(text, "postfix") || has_word(text, "exim") ? FIT_PROGRAM
								       : FIT_NONE;
	r->auth = has_word(text, "auth") || has_word(text, "sshd");
}

static bool lists_facility(struct span list, struct span name)
{
	for (size_t at = 0; list.n && at <= list.n;) {
		ptrdiff_t comma = span_find(list, at, ',');
		size_t end = comma < 0 ? list.n : (size_t)comma;

		if (span_eq(span_of(list.p + at, end - at), name))
			return true;
		at = end + 1;
	}
	return false;
}

static enum syslog_fit fit_of_priority(struct span priority, bool by_name)
{
	bool all = span_eq(priority, SPAN("*")) || span_eq(priority, SPAN("debug"));

	if (!all && !span_eq(priority, SPAN("info")))
		return FIT_NONE;
	return !by_name ? FIT_ALL : all ? FIT_MAIL : FIT_MAIL_INFO;
}

/* "mail,news.info;*.err;authpriv.none": later parts take back what earlier ones gave. */
static void judge_selector(struct rsyslog *r, struct span selector)
{
	r->fit = FIT_NONE;
	r->auth = false;
	for (size_t at = 0; at <= selector.n;) {
		ptrdiff_t semicolon = span_find(selector, at, ';');
		size_t end = semicolon < 0 ? selector.n : (size_t)semicolon;
		struct span part = span_of(selector.p + at, end - at);
		ptrdiff_t dot = span_find(part, 0, '.');
		struct span list = dot < 0 ? SPAN_NONE : span_head(part, (size_t)dot);
		struct span priority = span_from(part, (size_t)(dot + 1));
		bool named = lists_facility(list, SPAN("mail"));
		bool auth = lists_facility(list, SPAN("authpriv")) || lists_facility(list, SPAN("auth"));
		bool none = span_eq(priority, SPAN("none")) || span_starts(priority, SPAN("!"));

		if (named || lists_facility(list, SPAN("*")))
			r->fit = none ? FIT_NONE : fit_of_priority(priority, named);
		if (auth)
			r->auth = !none;
		at = end + 1;
	}
}

static void add_target(struct rsyslog *r, struct span path)
{
	syslog_add(r->targets, path, r->fit, r->auth);
}

/* The value of NAME="..." in TEXT, in any case of NAME; empty where there is none. */
static struct span parameter(struct span text, struct span name)
{
	for (size_t at = 0; at + name.n < text.n; at++) {
		struct span rest = span_from(text, at);

		if (!span_eq_nocase(span_head(rest, name.n), name))
			continue;
		rest = span_trim(span_from(rest, name.n));
		if (!span_starts(rest, SPAN("=")))
			continue;
		rest = span_from(rest, 1);
		return conf_word(&rest);
	}
	return SPAN_NONE;
}

/* "-/var/log/mail.log;template", a path alone, or a RainerScript action on the same line. */
static void read_action(struct rsyslog *r, struct span action)
{
	struct span path;
	ptrdiff_t semicolon;

	if (has_word(action, "action(")) {
		r->within_action = span_find(action, 0, ')') < 0;
		add_target(r, parameter(action, SPAN("file")));
		return;
	}
	path = conf_word(&action);
	if (span_starts(path, SPAN("-")))
		path = span_from(path, 1);
	semicolon = span_find(path, 0, ';');
	add_target(r, semicolon < 0 ? path : span_head(path, (size_t)semicolon));
}

/* What goes nowhere else is as good as mail.*: the last target was a program's own. */
static void read_stop(struct rsyslog *r)
{
	struct syslog_targets *t = r->targets;

	if (t->n && t->target[t->n - 1].fit == FIT_PROGRAM)
		t->target[t->n - 1].fit = FIT_MAIL;
}

static void count_braces(struct rsyslog *r, struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '{')
			r->depth++;
		else if (line.p[i] == '}' && r->depth)
			r->depth--;
	}
	if (r->depth == 0) {
		r->fit = FIT_NONE;
		r->auth = false;
	}
}

/* "if CONDITION then ACTION", or "then {" and lines until the brace closes. */
static void read_if(struct rsyslog *r, struct span line)
{
	ptrdiff_t then = span_search(line, 0, SPAN("then"));
	struct span rest = then < 0 ? SPAN_NONE : span_trim(span_from(line, (size_t)then + 4));

	judge_condition(r, then < 0 ? line : span_head(line, (size_t)then));
	if (has_word(rest, "action(") || span_starts(rest, SPAN("/")) || span_starts(rest, SPAN("-/")))
		read_action(r, rest);
	if (has_word(rest, "stop"))
		read_stop(r);
}

/* ":programname, startswith, "postfix" -/var/log/postfix.log": the action follows the quoted value. */
static void read_property(struct rsyslog *r, struct span line)
{
	ptrdiff_t open = span_find(line, 0, '"');
	ptrdiff_t close = open < 0 ? -1 : span_find(line, (size_t)open + 1, '"');

	if (close < 0)
		return;
	judge_condition(r, span_head(line, (size_t)close));
	read_action(r, span_trim(span_from(line, (size_t)close + 1)));
}

static bool is_stop(struct span word)
{
	return span_eq(word, SPAN("stop")) || span_eq(word, SPAN("~"));
}

static void read_selector(struct rsyslog *r, struct span line)
{
	struct span rest = line;
	struct span selector = conf_word(&rest);

	if (span_find(selector, 0, '.') < 0)
		return;
	judge_selector(r, selector);
	read_action(r, span_trim(rest));
}

static void read_line(struct rsyslog *r, struct span line)
{
	struct span rest = line;
	struct span word = conf_word(&rest);

	if (r->within_action) {
		add_target(r, parameter(line, SPAN("file")));
		r->within_action = span_find(line, 0, ')') < 0;
	} else if (span_eq_nocase(word, SPAN("$IncludeConfig"))) {
		conf_include(&r->conf, conf_word(&rest));
	} else if (span_starts(line, SPAN("include("))) {
		conf_include(&r->conf, parameter(line, SPAN("file")));
	} else if (span_starts(line, SPAN("if "))) {
		read_if(r, line);
	} else if (span_starts(line, SPAN("&"))) {
		rest = span_from(line, 1);
		word = span_trim(rest);
		if (is_stop(word))
			read_stop(r);
		else
			read_action(r, word);
		return;
	} else if (is_stop(word)) {
		read_stop(r);
	} else if (span_starts(line, SPAN(":"))) {
		read_property(r, line);
		return;
	} else if (span_starts(line, SPAN("action("))) {
		read_action(r, line);
	} else if (word.n && word.p[0] != '$' && word.p[0] != '}') {
		read_selector(r, line);
		/* "& /path" on the next line goes by this selector */
		if (r->depth == 0)
			return;
	}
	if (!r->within_action)
		count_braces(r, line);
}

void rsyslog_read(struct gather *g, struct syslog_targets *ret_targets)
{
	struct rsyslog r = { .targets = ret_targets };
	struct span line;

	conf_start(&r.conf, g, CONF_BACKSLASH, false);
	conf_include(&r.conf, SPAN("/etc/rsyslog.conf"));
	while (conf_line(&r.conf, &line))
		read_line(&r, line);
	/* sysklogd's syslog.conf has the same selectors */
	conf_start(&r.conf, g, CONF_BACKSLASH, false);
	conf_include(&r.conf, SPAN("/etc/syslog.conf"));
	while (conf_line(&r.conf, &line))
		read_line(&r, line);
}
