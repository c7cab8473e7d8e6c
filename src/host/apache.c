/*
 * apache - sites and access logs of Apache httpd: CustomLog and TransferLog, with the names and the folder of the
 * virtual host they stand in.
 *
 * Apache HTTP Server documentation: core (Include, Define, <VirtualHost>), mod_log_config. ${NAME} comes from Define
 * and from Debian's envvars. Sections other than virtual hosts are read as if they held: a log too many does no harm.
 *
 * TRUST: panels write names and folders that customers chose into these files.
 */
#include "base/buf.h"
#include "host/conf.h"
#include "host/learn.h"
#include "host/places.h"

#define VARIABLES_MOST 64
#define NAMES_MOST 256 /* of one virtual host */
#define LOGS_MOST 8
#define PATH_MOST 4096

struct apache {
	struct gather *g;
	struct conf conf;
	struct span server_root;
	struct variable {
		struct span name, value;
	} variable[VARIABLES_MOST];
	size_t nvariables;
	bool within_host;
	struct span name[NAMES_MOST], docroot, log[LOGS_MOST]; /* of the host */
	size_t nnames, nlogs;
	bool unknown; /* a log goes through a program or has a date in its name */
};

static void define(struct apache *a, struct span name, struct span value)
{
	if (a->nvariables < VARIABLES_MOST && name.n)
		a->variable[a->nvariables++] = (struct variable){ name, value };
}

static struct span variable(const struct apache *a, struct span name)
{
	for (size_t i = a->nvariables; i--;)
		if (span_eq(a->variable[i].name, name))
			return a->variable[i].value;
	return SPAN_NONE;
}

/* ${NAME} once replaced; in envvars $NAME, too. */
static struct span expand(const struct apache *a, struct span text)
{
	struct buf out = BUF_MAX(PATH_MOST);
	struct span whole;

	if (span_find(text, 0, '$') < 0)
		return text;
	for (size_t i = 0; i < text.n; i++) {
		ptrdiff_t close = span_find(text, i, '}');

		if (text.p[i] == '$' && i + 1 < text.n && text.p[i + 1] == '{' && close > 0) {
			buf_span(&out, variable(a, span_of(text.p + i + 2, (size_t)close - i - 2)));
			i = (size_t)close;
		} else if (span_starts(span_from(text, i), SPAN("$SUFFIX"))) {
			i += 6;
		} else {
			buf_byte(&out, text.p[i]);
		}
	}
	whole = arena_span(a->g->scratch, buf_view(&out));
	buf_free(&out);
	return whole;
}

/* Absolute, or beneath ServerRoot. */
static struct span full_path(const struct apache *a, struct span text)
{
	struct buf out = BUF_MAX(PATH_MOST);
	struct span path = expand(a, text);

	if (!path.n || path.p[0] == '/')
		return path;
	buf_span(&out, a->server_root);
	buf_byte(&out, '/');
	buf_span(&out, path);
	path = arena_span(a->g->scratch, buf_view(&out));
	buf_free(&out);
	return path;
}

static void add_log(struct apache *a, struct span target)
{
	struct span path;

	if (!target.n || target.p[0] == '|' || span_find(target, 0, '%') >= 0) {
		a->unknown = true;
		return;
	}
	path = full_path(a, target);
	if (!places_is_access_log(path))
		return;
	gather_log(a->g, path, LOG_WEB);
	if (a->within_host && a->nlogs < LOGS_MOST)
		a->log[a->nlogs++] = path;
}

static void add_name(struct apache *a, struct span name)
{
	ptrdiff_t scheme = span_search(name, 0, SPAN("://"));
	ptrdiff_t colon;

	if (scheme >= 0)
		name = span_from(name, (size_t)scheme + 3);
	colon = span_find(name, 0, ':');
	if (colon >= 0)
		name = span_head(name, (size_t)colon);
	if (a->within_host && name.n && a->nnames < NAMES_MOST)
		a->name[a->nnames++] = name;
}

static void end_host(struct apache *a)
{
	struct span log = a->nlogs ? a->log[0] : SPAN_NONE;

	for (size_t i = 0; i < a->nnames; i++)
		gather_site(a->g, a->name[i], a->docroot, log);
	a->within_host = false;
	a->nnames = a->nlogs = 0;
	a->docroot = SPAN_NONE;
}

static void read_directive(struct apache *a, struct span word, struct span rest)
{
	struct span first = rest;

	first = conf_word(&first);
	if (span_eq_nocase(word, SPAN("Include")) || span_eq_nocase(word, SPAN("IncludeOptional"))) {
		conf_include(&a->conf, full_path(a, first));
	} else if (span_eq_nocase(word, SPAN("ServerRoot"))) {
		a->server_root = expand(a, first);
	} else if (span_eq_nocase(word, SPAN("Define"))) {
		conf_word(&rest);
		define(a, first, expand(a, conf_word(&rest)));
	} else if (span_eq_nocase(word, SPAN("CustomLog")) || span_eq_nocase(word, SPAN("TransferLog"))) {
		add_log(a, first);
	} else if (span_eq_nocase(word, SPAN("DocumentRoot")) && a->within_host) {
		a->docroot = full_path(a, first);
	} else if (span_eq_nocase(word, SPAN("ServerName"))) {
		add_name(a, first);
	} else if (span_eq_nocase(word, SPAN("ServerAlias"))) {
		while ((first = conf_word(&rest)).n)
			add_name(a, first);
	} else if (span_eq_nocase(span_head(word, 12), SPAN("<VirtualHost"))) {
		end_host(a);
		a->within_host = true;
	} else if (span_eq_nocase(span_head(word, 13), SPAN("</VirtualHost"))) {
		end_host(a);
	}
}

/* export APACHE_LOG_DIR=/var/log/apache2$SUFFIX */
static void read_envvars(struct apache *a, struct span path)
{
	struct span line;

	conf_start(&a->conf, a->g, CONF_PLAIN, false);
	conf_include(&a->conf, path);
	while (conf_line(&a->conf, &line)) {
		ptrdiff_t equals;
		struct span word = conf_word(&line);

		if (span_eq(word, SPAN("export")))
			word = conf_word(&line);
		equals = span_find(word, 0, '=');
		if (equals > 0)
			define(a, span_head(word, (size_t)equals),
			       expand(a, span_from(word, (size_t)equals + 1)));
	}
}

static const struct {
	const char *file, *server_root, *envvars;
} places[] = {
	{ "/etc/apache2/apache2.conf", "/etc/apache2", "/etc/apache2/envvars" },
	{ "/etc/apache2/conf/httpd.conf", "/etc/apache2", NULL }, /* cPanel */
	{ "/etc/httpd/conf/httpd.conf", "/etc/httpd", NULL },
	{ "/etc/apache2/httpd.conf", "/etc/apache2", NULL },
	{ "/usr/local/apache/conf/httpd.conf", "/usr/local/apache", NULL },
	{ "/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2", NULL },
};

static bool find_place(struct gather *g, size_t *ret_place)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		*ret_place = i;
		if (g->io->exists(g->io->ctx, span_str(places[i].file)))
			return true;
	}
	return false;
}

void apache_learn(struct gather *g)
{
	struct apache *a;
	struct span line;
	size_t place;

	if (!find_place(g, &place))
		return;
	a = arena_alloc(g->scratch, sizeof(*a));
	a->g = g;
	a->server_root = span_str(places[place].server_root);
	if (places[place].envvars)
		read_envvars(a, span_str(places[place].envvars));
	conf_start(&a->conf, g, CONF_BACKSLASH, true);
	conf_include(&a->conf, span_str(places[place].file));
	while (conf_line(&a->conf, &line)) {
		struct span word = conf_word(&line);

		read_directive(a, word, line);
	}
	end_host(a);
	g->web_unknown |= a->unknown || a->conf.over;
}
