/*
 * config - see config.h. Line by line, as the server reads them; what a directive does decides, not how it is spelt.
 *
 * Sources: httpd mod_mime (AddHandler, AddType, SetHandler), core (php_value under mod_php), PHP manual "List of php.ini
 * directives" (auto_prepend_file, zend.script_encoding), httpd "Configuration Files" (a backslash continues a line), crontab(5).
 * TRUST: an account writes them; a line is looked at in one pass.
 */
#include "scan/config.h"

#include "base/arena.h"
#include "scan/cron.h"
#include "scan/line.h"
#include "scan/php.h"

enum config_kind { KIND_NONE, KIND_HTACCESS, KIND_INI, KIND_CRON };

/* By the file's name alone: the place may be anything. */
static enum config_kind kind_of(struct span path)
{
	ptrdiff_t slash = span_rfind(path, '/');
	struct span name = span_from(path, (size_t)(slash + 1));

	if (span_eq_nocase(name, SPAN(".htaccess")))
		return KIND_HTACCESS;
	if (span_eq(name, SPAN(".user.ini")) || span_eq(name, SPAN("php.ini")) ||
	    span_eq(name, SPAN(".php.ini")))
		return KIND_INI;
	if (span_eq(name, SPAN("crontab")) || span_eq(name, SPAN(".crontab")) ||
	    span_search(path, 0, SPAN("cron/crontabs/")) >= 0 || span_starts(path, SPAN("/var/spool/cron/")))
		return KIND_CRON;
	return KIND_NONE;
}

bool config_named(struct span path)
{
	return kind_of(path) != KIND_NONE;
}

struct look {
	struct events *ev;
	struct judgement *j;
	uint32_t at; /* of the line */
	bool runs_cgi; /* the place may run CGI: without that, cgi-script forbids */
	bool of_quiet; /* within <Files> of pictures or texts */
};

static void add(struct look *l, const char *rule, int weight, const char *text)
{
	struct event *e = events_add(l->ev);
	struct reason *r;

	/* a file that repeats one directive stops counting here, long after it is malicious */
	if (!e || l->j->reasons == REASONS_MOST)
		return;
	e->at = l->at;
	r = &l->j->reason[l->j->reasons++];
	*r = (struct reason){
		.rule = rule, .text = text, .weight = weight, .class = CLASS_CONFIG, .event = l->ev->n
	};
	l->j->score += weight;
	l->j->class = CLASS_CONFIG;
}

/*
 * The value of auto_prepend_file or its sister. "none" switches it off (PHP manual, List of php.ini
 * directives). One firewall for WordPress is installed exactly so, and its file's name is let pass.
 * Weights go by the place: a picture is never right, a script in a folder for uploads hardly ever, any
 * other may be a host's own.
 */
static void prepended(struct look *l, struct span value)
{
	value = span_trim(value);
	while (value.n && strchr("\"'=", value.p[0]))
		value = span_trim(span_from(value, 1));
	while (value.n && strchr("\"'", value.p[value.n - 1]))
		value = span_trim(span_head(value, value.n - 1));
	/* the whole of it: "none.jpg" is a file */
	if (!value.n || span_eq_nocase(value, SPAN("none")))
		return;
	if (line_names_quiet_file(value) || line_has(value, "http://") || line_has(value, "https://") ||
	    line_has(value, "php://") || line_has(value, "data:") || line_has(value, "phar://"))
		add(l, "config.prepend.hidden", 120,
		    "a file that is no script is run in front of every page");
	else if (span_starts(value, SPAN("/tmp")) || span_starts(value, SPAN("/var/tmp")) ||
		 span_starts(value, SPAN("/dev/shm")) || line_has(value, "/.") ||
		 line_has(value, "/uploads/"))
		add(l, "config.prepend.place", 100,
		    "a script from a place where none belongs is run in front of every page");
	else if (!span_ends(value, SPAN("/wordfence-waf.php")) && !span_eq(value, SPAN("wordfence-waf.php")))
		add(l, "config.prepend", 50, "a script is run in front of every page");
}

/* What stands behind WORD in LINE. */
static struct span behind(struct span line, const char *word)
{
	ptrdiff_t at = line_find(line, 0, word);

	return at < 0 ? SPAN_NONE : span_from(line, (size_t)at + strlen(word));
}

/* An alphabet in which nobody who looks at the file sees what it says; PHP reads it so all the same. */
static void script_encoding(struct look *l, struct span line)
{
	static const char *const odd[] = { "UTF-7",  "UTF7", "UTF-16", "UTF16",	 "UTF-32",   "UCS",
					   "BASE64", "HTML", "QPrint", "Quoted", "UUENCODE", "EBCDIC" };
	struct span value = behind(line, "zend.script_encoding");

	for (size_t i = 0; value.n && i < sizeof(odd) / sizeof(odd[0]); i++)
		if (line_has(value, odd[i])) {
			add(l, "config.encoding", 100,
			    "scripts are read in an alphabet that hides what they say");
			return;
		}
	if (value.n)
		add(l, "config.encoding", 50,
		    "scripts are read in another alphabet than they seem written in");
}

static void php_line(struct look *l, struct span line)
{
	/* both may stand in one line, one of them as the other's value */
	if (line_has(line, "auto_prepend_file"))
		prepended(l, behind(line, "auto_prepend_file"));
	if (line_has(line, "auto_append_file"))
		prepended(l, behind(line, "auto_append_file"));
	script_encoding(l, line);
}

/* Which handler pictures get may stand in a line behind the one that names them. */
static void files_of(struct look *l, struct span line)
{
	if (line_has(line, "</Files"))
		l->of_quiet = false;
	else if (line_has(line, "<Files"))
		l->of_quiet = line_names_quiet_file(line);
}

/* What Apache would run, prepend or redirect. */
static void htaccess_line(struct look *l, struct span line)
{
	bool handler = line_has(line, "AddHandler") || line_has(line, "AddType") ||
		       line_has(line, "SetHandler") || line_has(line, "ForceType");

	files_of(l, line);
	l->runs_cgi |=
		line_has(line, "Options") && (line_has(line, " ExecCGI") || line_has(line, "+ExecCGI"));
	if (handler &&
	    (line_has(line, "x-httpd-") || line_has(line, "php-script") || line_has(line, "php-cgi") ||
	     line_has(line, "fcgid-script") || (line_has(line, "cgi-script") && l->runs_cgi) ||
	     (l->of_quiet && line_has(line, "php"))) &&
	    (l->of_quiet || line_names_quiet_file(line)))
		add(l, "config.handler", 120, "pictures or texts are run as scripts");
	else if (handler && line_has(line, "x-httpd-php") &&
		 (line_has(line, "SetHandler") || line_has(line, "ForceType")) && !line_has(line, "fpm") &&
		 !line_has(line, "proxy:"))
		add(l, "config.handler.all", 20, "a whole place is run as PHP");
	php_line(l, line);
	if (line_has(line, "RewriteCond") &&
	    (line_has(line, "HTTP_REFERER") || line_has(line, "HTTP_USER_AGENT")) &&
	    (line_has(line, "google") &&
	     (line_has(line, "yahoo") || line_has(line, "bing") || line_has(line, "msn"))))
		add(l, "config.cloak", 40, "visitors who come from a search engine are sent elsewhere");
	/*
	 * a redirect by itself is every site's daily bread: it counts behind something that did, such as
	 * the condition
	 */
	if (line_has(line, "RewriteRule") && (line_has(line, "http://") || line_has(line, "https://")) &&
	    l->j->reasons && line_has(line, "[R") && !line_has(line, "%{HTTP_HOST}") &&
	    !line_has(line, "%{SERVER_NAME}"))
		add(l, "config.redirect", 30, "to another server");
}

static void ini_line(struct look *l, struct span line)
{
	if (line.n && line.p[0] != ';')
		php_line(l, line);
}

static void cron_line(struct look *l, struct span line)
{
	struct cron_reason r = cron_weigh(line);

	if (r.rule)
		add(l, r.rule, r.weight, r.text);
}

/*
 * The line at *AT as the server reads it, in ROOM: blanks together, and for Apache with those that a backslash continues it by.
 * *AT is behind it then.
 */
static struct span next_line(struct span bytes, size_t *at, bool continued, char *room)
{
	size_t n = 0;
	bool more = true;

	while (more && *at < bytes.n) {
		ptrdiff_t end = span_find(bytes, *at, '\n');
		struct span line = span_head(span_from(bytes, *at), (end < 0 ? bytes.n : (size_t)end) - *at);

		*at = end < 0 ? bytes.n : (size_t)end + 1;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		more = continued && line.n && line.p[line.n - 1] == '\\';
		line.n -= more;
		for (size_t i = 0; i < line.n; i++) {
			char c = line.p[i] == '\t' ? ' ' : line.p[i];

			if (c != ' ' || (n && room[n - 1] != ' '))
				room[n++] = c;
		}
	}
	return span_trim(span_of(room, n));
}

void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev,
		  struct judgement *ret)
{
	struct look l = { .ev = ev, .j = ret };
	enum config_kind kind = kind_of(path);
	char *room = arena_alloc(a, bytes.n + 1);
	size_t at = 0;

	*ret = (struct judgement){ .looked = true };
	*ev = (struct events){ .arena = a };
	event_text(ev, bytes);
	while (at < bytes.n) {
		struct span line;

		l.at = (uint32_t)at;
		line = next_line(bytes, &at, kind == KIND_HTACCESS, room);
		if (!line.n || line.p[0] == '#')
			continue;
		if (kind == KIND_HTACCESS)
			htaccess_line(&l, line);
		else if (kind == KIND_INI)
			ini_line(&l, line);
		else
			cron_line(&l, line);
	}
	ret->verdict = ret->score >= 100 ? SCAN_MALICIOUS : ret->score >= 50 ? SCAN_SUSPICIOUS : SCAN_CLEAN;
}
