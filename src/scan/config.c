/*
 * config - see config.h. Line by line; what a directive does decides, not how it is spelt. Which lines say what stands in
 * htaccess.c, cron.c and starts.c.
 *
 * TRUST: an account writes them; a line is looked at in one pass.
 */
#include "scan/config.h"

#include "base/buf.h"
#include "scan/directive.h"
#include "scan/php.h"

enum config_kind {
	KIND_NONE,
	KIND_HTACCESS,
	KIND_INI,
	KIND_CRON,
	KIND_SYSTEM_CRON,
	KIND_AT,
	KIND_LOGIN,
	KIND_MAIL,
	KIND_KEYS,
	KIND_UNIT,
	KIND_PAGE
};
/* httpd's own limit of a line is of this size; a list of addresses to be refused has a megabyte at most. */
enum { LINE_MOST = 8192, BYTES_MOST = 2 << 20 };

/* What a shell reads when somebody comes, what mail is handed to, what a key's owner gets. BEGINS: and what is called so and on. */
static const struct {
	const char *path;
	enum config_kind kind;
	bool begins;
} starts_of_home[] = {
	{ ".forward", KIND_MAIL, true },
	{ ".qmail", KIND_MAIL, true },
	{ ".procmailrc", KIND_MAIL, false },
	{ ".mailfilter", KIND_MAIL, false },
	{ ".profile", KIND_LOGIN, false },
	{ ".bashrc", KIND_LOGIN, false },
	{ ".bash_profile", KIND_LOGIN, false },
	{ ".bash_login", KIND_LOGIN, false },
	{ ".bash_logout", KIND_LOGIN, false },
	{ ".bash_aliases", KIND_LOGIN, false },
	{ ".zshrc", KIND_LOGIN, false },
	{ ".zprofile", KIND_LOGIN, false },
	{ ".zshenv", KIND_LOGIN, false },
	{ ".zlogin", KIND_LOGIN, false },
	{ ".shrc", KIND_LOGIN, false },
	{ ".kshrc", KIND_LOGIN, false },
	{ ".mkshrc", KIND_LOGIN, false },
	{ ".cshrc", KIND_LOGIN, false },
	{ ".tcshrc", KIND_LOGIN, false },
	{ ".login", KIND_LOGIN, false },
	{ ".ssh/rc", KIND_LOGIN, false },
	{ ".ssh/authorized_keys", KIND_KEYS, false },
	{ ".ssh/authorized_keys2", KIND_KEYS, false },
};
enum { STARTS_OF_HOME = sizeof(starts_of_home) / sizeof(*starts_of_home) };

const char *config_start(size_t i)
{
	return i < STARTS_OF_HOME ? starts_of_home[i].path : NULL;
}

/* In any folder: whose home it is is not known. */
static enum config_kind kind_of_start(struct span path, struct span name)
{
	for (size_t i = 0; i < STARTS_OF_HOME; i++) {
		struct span start = span_str(starts_of_home[i].path);

		if (starts_of_home[i].begins
			    ? span_starts(name, start)
			    : span_ends(path, start) &&
				      (path.n == start.n || path.p[path.n - start.n - 1] == '/'))
			return starts_of_home[i].kind;
	}
	return KIND_NONE;
}

static enum config_kind kind_of_dot(struct span path, struct span name)
{
	if (span_eq_nocase(name, SPAN(".htaccess")))
		return KIND_HTACCESS;
	if (span_eq(name, SPAN(".user.ini")) || span_eq(name, SPAN(".php.ini")))
		return KIND_INI;
	if (span_eq(name, SPAN(".crontab")))
		return KIND_CRON;
	return kind_of_start(path, name);
}

static enum config_kind kind_of_ending(struct span path)
{
	static const char *const pages[] = { ".html", ".htm", ".shtml", ".shtm", ".stm" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (path.n > strlen(pages[i]) &&
		    span_eq_nocase(span_from(path, path.n - strlen(pages[i])), span_str(pages[i])))
			return KIND_PAGE;
	if (span_search(path, 0, SPAN("/systemd/user/")) >= 0 &&
	    (span_ends(path, SPAN(".service")) || span_ends(path, SPAN(".conf"))))
		return KIND_UNIT;
	return KIND_NONE;
}

/* By the file's name alone: the place may be anything. */
static enum config_kind kind_of(struct span path)
{
	ptrdiff_t slash = span_rfind(path, '/');
	struct span name = span_from(path, (size_t)(slash + 1));

	if (name.n && name.p[0] == '.')
		return kind_of_dot(path, name);
	if (span_ends(span_head(path, path.n - name.n), SPAN(".ssh/")))
		return kind_of_start(path, name);
	if (span_eq(name, SPAN("php.ini")))
		return KIND_INI;
	if (span_eq(path, SPAN("/etc/crontab")) || span_starts(path, SPAN("/etc/cron.d/")))
		return KIND_SYSTEM_CRON;
	if (span_starts(path, SPAN("/var/spool/at/")) || span_search(path, 0, SPAN("cron/atjobs/")) >= 0)
		return KIND_AT;
	if (span_eq(name, SPAN("crontab")) || span_search(path, 0, SPAN("cron/crontabs/")) >= 0 ||
	    span_starts(path, SPAN("/var/spool/cron/")))
		return KIND_CRON;
	return kind_of_ending(path);
}

bool config_named(struct span path, struct span bytes)
{
	enum config_kind kind = kind_of(path);
	size_t start, behind;

	/* crontab is a program's name, too */
	if (span_starts(bytes, SPAN("\177ELF")))
		return false;
	return kind != KIND_NONE && (kind != KIND_PAGE || starts_element(bytes, 0, &start, &behind));
}

struct look {
	struct events *ev;
	struct judgement *j;
	uint32_t at; /* of the line */
	enum config_kind kind;
	struct htaccess htaccess;
	struct starts starts;
};

static void add(struct look *l, const struct sign *sign)
{
	struct event *e;
	struct reason *r;

	if (!sign->rule)
		return;
	/* each is told once, where it stands first */
	for (uint32_t i = 0; i < l->j->reasons; i++)
		if (strcmp(l->j->reason[i].rule, sign->rule) == 0)
			return;
	e = events_add(l->ev);
	if (!e || l->j->reasons == REASONS_MOST)
		return;
	e->at = l->at;
	r = &l->j->reason[l->j->reasons++];
	*r = (struct reason){ .rule = sign->rule,
			      .text = sign->text,
			      .weight = sign->weight,
			      .class = CLASS_CONFIG,
			      .event = l->ev->n };
	l->j->score += sign->weight;
	l->j->class = CLASS_CONFIG;
}

static void one_line(struct look *l, struct span line)
{
	static const enum starter by[] = { [KIND_AT] = STARTED_AT,
					   [KIND_LOGIN] = STARTED_LOGIN,
					   [KIND_MAIL] = STARTED_MAIL,
					   [KIND_KEYS] = STARTED_KEY,
					   [KIND_UNIT] = STARTED_UNIT };
	struct sign sign = { 0 };

	if (!line.n || line.p[0] == '#')
		return;
	if (l->kind == KIND_HTACCESS)
		sign = htaccess_sign(&l->htaccess, line);
	else if (l->kind == KIND_CRON || l->kind == KIND_SYSTEM_CRON)
		sign = cron_sign(line, l->kind == KIND_SYSTEM_CRON);
	else if (l->kind != KIND_INI)
		sign = starts_sign(&l->starts, line, by[l->kind]);
	else if (line.p[0] != ';')
		sign = prepend_sign(line);
	add(l, &sign);
	if (l->kind == KIND_HTACCESS || (l->kind == KIND_INI && line.p[0] != ';')) {
		sign = encoding_sign(line);
		add(l, &sign);
		sign = mailer_sign(line);
		add(l, &sign);
	}
}

static void page(struct look *l, struct span text)
{
	struct page_commands state = { 0 };
	struct span command;

	while (starts_page(text, &state, &command)) {
		struct sign sign = page_sign(span_head(command, LINE_MOST));

		l->at = (uint32_t)state.start;
		l->j->limits |= command.n > LINE_MOST ? LIMIT_STEPS : 0;
		add(l, &sign);
	}
}

/* The line that begins at AT, which moves on to the next. Behind a backslash at its end httpd goes on: then it is in IN. */
static struct span line_from(struct span bytes, size_t *at, struct buf *in)
{
	struct span line;
	bool goes_on;

	in->n = 0;
	do {
		ptrdiff_t end = span_find(bytes, *at, '\n');

		line = span_head(span_from(bytes, *at), (end < 0 ? bytes.n : (size_t)end) - *at);
		*at = end < 0 ? bytes.n : (size_t)end + 1;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		goes_on = line.n && line.p[line.n - 1] == '\\' && *at < bytes.n;
		line.n -= goes_on;
		if (in->n || goes_on)
			buf_add(in, line.p, line.n);
	} while (goes_on && in->n < LINE_MOST);
	return span_trim(in->n ? buf_view(in) : line);
}

/* The limits lie far above what is of use; what lies behind them is told, as it may have been put there. */
void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev,
		  struct judgement *ret)
{
	struct look l = { .ev = ev, .j = ret, .kind = kind_of(path) };
	struct span text = span_head(bytes, BYTES_MOST);
	struct buf joined = BUF_MAX(2 * LINE_MOST);
	size_t at = 0;

	*ret = (struct judgement){ .looked = true, .limits = text.n < bytes.n ? LIMIT_STEPS : 0 };
	*ev = (struct events){ .arena = a };
	event_text(ev, bytes);
	if (l.kind == KIND_PAGE)
		page(&l, text);
	while (l.kind != KIND_PAGE && at < text.n) {
		struct span line;

		l.at = (uint32_t)at;
		line = line_from(text, &at, &joined);
		if (line.n > LINE_MOST && line.p[0] != '#')
			ret->limits |= LIMIT_STEPS;
		one_line(&l, span_head(line, LINE_MOST));
	}
	buf_free(&joined);
	ret->verdict = ret->score >= 100 ? SCAN_MALICIOUS : ret->score >= 50 ? SCAN_SUSPICIOUS : SCAN_CLEAN;
}
