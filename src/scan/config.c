/*
 * config - see config.h. Line by line, first word first; what a directive does decides, not how it is spelt.
 *
 * Sources: httpd mod_mime (AddHandler, AddType, SetHandler), core (php_value under mod_php), PHP manual "List of php.ini
 * directives" (auto_prepend_file), crontab(5).
 * TRUST: an account writes them; a line is looked at in one pass.
 */
#include "scan/config.h"

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

/*
 * Anywhere in the line, any case: Apache's directives have no case, and a quote or blank more must not
 * hide one.
 */
static bool has(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.n; i++)
		if (span_eq_nocase(span_of(s.p + i, n), span_of(word, n)))
			return true;
	return false;
}

/*
 * Ends of names that are pictures, texts and styles: what never runs. Looked for anywhere in the text, as
 * a directive may go on behind the name.
 */
static bool names_quiet_file(struct span s)
{
	static const char *const quiet[] = { ".jpg", ".jpeg", ".png",  ".gif", ".ico", ".txt",
					     ".css", ".svg",  ".webp", ".bmp", ".pdf", ".zip",
					     ".log", ".xml",  ".html", ".htm", ".js",  ".tmp",
					     ".bak", ".ttf",  ".woff", ".mp3" };

	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		if (has(s, quiet[i]))
			return true;
	return false;
}

struct look {
	struct events *ev;
	struct judgement *j;
	uint32_t at; /* of the line */
	int lines;
	bool runs_cgi; /* the place may run CGI: without that, cgi-script forbids */
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
	while (value.n && (value.p[0] == '"' || value.p[0] == '\'' || value.p[0] == '='))
		value = span_trim(span_from(value, 1));
	if (!value.n || span_eq_nocase(span_head(value, 4), SPAN("none")) || has(value, "wordfence-waf.php"))
		return;
	if (names_quiet_file(value) || has(value, "http://") || has(value, "https://") ||
	    has(value, "php://") || has(value, "data:") || has(value, "phar://"))
		add(l, "config.prepend.hidden", 120,
		    "a file that is no script is run in front of every page");
	else if (span_starts(value, SPAN("/tmp")) || span_starts(value, SPAN("/var/tmp")) ||
		 span_starts(value, SPAN("/dev/shm")) || has(value, "/.") || has(value, "/uploads/"))
		add(l, "config.prepend.place", 100,
		    "a script from a place where none belongs is run in front of every page");
	else
		add(l, "config.prepend", 50, "a script is run in front of every page");
}

/* What stands behind WORD in LINE. */
static struct span behind(struct span line, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= line.n; i++)
		if (span_eq_nocase(span_of(line.p + i, n), span_of(word, n)))
			return span_from(line, i + n);
	return SPAN_NONE;
}

/* What Apache would run, prepend or redirect. */
static void htaccess_line(struct look *l, struct span line)
{
	bool handler = has(line, "AddHandler") || has(line, "AddType") || has(line, "SetHandler") ||
		       has(line, "ForceType");

	l->runs_cgi |= has(line, "Options") && has(line, "ExecCGI") && !has(line, "-ExecCGI");
	if (handler &&
	    (has(line, "x-httpd-") || has(line, "php-script") || has(line, "php-cgi") ||
	     (has(line, "cgi-script") && l->runs_cgi)) &&
	    names_quiet_file(line))
		add(l, "config.handler", 120, "pictures or texts are run as scripts");
	else if (handler && has(line, "x-httpd-php") && (has(line, "SetHandler") || has(line, "ForceType")) &&
		 !has(line, "fpm") && !has(line, "proxy:"))
		add(l, "config.handler.all", 20, "a whole place is run as PHP");
	if (has(line, "auto_prepend_file"))
		prepended(l, behind(line, "auto_prepend_file"));
	else if (has(line, "auto_append_file"))
		prepended(l, behind(line, "auto_append_file"));
	if (has(line, "RewriteCond") && (has(line, "HTTP_REFERER") || has(line, "HTTP_USER_AGENT")) &&
	    (has(line, "google") && (has(line, "yahoo") || has(line, "bing") || has(line, "msn"))))
		add(l, "config.cloak", 40, "visitors who come from a search engine are sent elsewhere");
	/*
	 * a redirect by itself is every site's daily bread: it counts behind something that did, such as
	 * the condition
	 */
	if (has(line, "RewriteRule") && (has(line, "http://") || has(line, "https://")) && l->j->reasons &&
	    has(line, "[R") && !has(line, "%{HTTP_HOST}") && !has(line, "%{SERVER_NAME}"))
		add(l, "config.redirect", 30, "to another server");
}

static void ini_line(struct look *l, struct span line)
{
	if (line.n && line.p[0] == ';')
		return;
	if (has(line, "auto_prepend_file"))
		prepended(l, behind(line, "auto_prepend_file"));
	else if (has(line, "auto_append_file"))
		prepended(l, behind(line, "auto_append_file"));
}

/* What cron would fetch, decode or run. */
static void cron_line(struct look *l, struct span line)
{
	bool fetches = has(line, "curl") || has(line, "wget") || has(line, "lwp-") || has(line, "fetch ");
	bool runs = has(line, "| sh") || has(line, "|sh") || has(line, "| bash") || has(line, "|bash") ||
		    has(line, "| php") || has(line, "|php") || has(line, "| perl");

	if (fetches && runs)
		add(l, "config.cron.fetch", 120, "cron fetches a script from another server and runs it");
	else if (has(line, "base64") && runs)
		add(l, "config.cron.decode", 120, "cron decodes a script and runs it");
	else if ((has(line, "/tmp/") || has(line, "/dev/shm/") || has(line, "/var/tmp/")) &&
		 (has(line, "* * * * *") || has(line, "*/")))
		add(l, "config.cron.place", 60, "cron runs something from a place that anybody may write to");
	else if (has(line, "php") && names_quiet_file(line) && !has(line, ">"))
		add(l, "config.cron.picture", 100, "cron runs a picture or a text as PHP");
}

/*
 * Lines are cut at 2,000 bytes, files at 20,000 lines. Each line is searched for some thirty words, so
 * its length bounds the time; no directive of use is longer, and a blocklist of addresses may well have
 * thousands of lines.
 */
void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev,
		  struct judgement *ret)
{
	struct look l = { .ev = ev, .j = ret };
	enum config_kind kind = kind_of(path);
	size_t at = 0;

	*ret = (struct judgement){ .looked = true };
	*ev = (struct events){ .arena = a };
	event_text(ev, bytes);
	while (at < bytes.n && l.lines++ < 20000) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line =
			span_trim(span_head(span_from(bytes, at), (end < 0 ? bytes.n : (size_t)end) - at));

		l.at = (uint32_t)at;
		line = span_head(line, 2000);
		if (line.n && line.p[0] != '#') {
			if (kind == KIND_HTACCESS)
				htaccess_line(&l, line);
			else if (kind == KIND_INI)
				ini_line(&l, line);
			else
				cron_line(&l, line);
		}
		at = end < 0 ? bytes.n : (size_t)end + 1;
	}
	ret->verdict = ret->score >= 100 ? SCAN_MALICIOUS : ret->score >= 50 ? SCAN_SUSPICIOUS : SCAN_CLEAN;
}
