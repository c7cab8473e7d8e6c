/*
 * exim_conf - see exim_conf.h. Format: Exim specification, "The runtime configuration file"; Debian's places:
 * update-exim4.conf(8).
 */
#include "host/exim_conf.h"

#include "base/buf.h"

#define LINE_MOST 65536

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static size_t name_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_name(s.p[n]))
		n++;
	return n;
}

static struct exim_name *find(struct exim_name *names, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(names[i].name, name))
			return &names[i];
	return NULL;
}

static void put(struct exim_name *names, size_t *n, struct span name, struct span value)
{
	struct exim_name *old = find(names, *n, name);

	if (old)
		old->value = value;
	else if (*n < EXIM_NAMES_MOST)
		names[(*n)++] = (struct exim_name){ name, value };
}

/* LINE with macros replaced; *RET_ANY: were there any? */
static struct span substitute(struct exim *e, struct span line, bool *ret_any)
{
	struct buf text = BUF_MAX(LINE_MOST);
	struct span whole;

	*ret_any = false;
	for (size_t i = 0; i < line.n;) {
		struct span word = span_from(line, i);
		const struct exim_name *m = NULL;

		word.n = name_length(word);
		if (word.n && is_capital(word.p[0]))
			m = find(e->macro, e->nmacros, word);
		if (word.n == 0)
			word.n = 1;
		buf_span(&text, m ? m->value : word);
		*ret_any |= m != NULL;
		i += word.n;
	}
	whole = *ret_any ? arena_span(e->g->scratch, buf_view(&text)) : line;
	buf_free(&text);
	return span_trim(whole);
}

static bool is_active(const struct exim *e)
{
	return e->nconditions == 0 || e->condition[e->nconditions - 1].active;
}

/* .ifdef NAME and the like: true where a macro of that name is defined. */
static void open_condition(struct exim *e, struct span rest, bool wanted)
{
	bool outer = is_active(e);
	bool any;

	substitute(e, rest, &any);
	if (e->nconditions == EXIM_IFS_MOST) {
		gather_say_full(e->g, "conditions within conditions");
		return;
	}
	e->condition[e->nconditions].active = outer && any == wanted;
	e->condition[e->nconditions].taken = !outer || any == wanted;
	e->nconditions++;
}

static void turn_condition(struct exim *e, bool holds)
{
	if (e->nconditions == 0)
		return;
	e->condition[e->nconditions - 1].active = !e->condition[e->nconditions - 1].taken && holds;
	e->condition[e->nconditions - 1].taken |= holds;
}

static void read_directive(struct exim *e, struct span line)
{
	struct span word = conf_word(&line);
	bool any;

	if (span_eq(word, SPAN(".ifdef")) || span_eq(word, SPAN(".ifndef"))) {
		open_condition(e, line, span_eq(word, SPAN(".ifdef")));
	} else if (span_eq(word, SPAN(".elifdef")) || span_eq(word, SPAN(".elifndef"))) {
		substitute(e, line, &any);
		turn_condition(e, any == span_eq(word, SPAN(".elifdef")));
	} else if (span_eq(word, SPAN(".else"))) {
		turn_condition(e, true);
	} else if (span_eq(word, SPAN(".endif"))) {
		e->nconditions -= e->nconditions > 0;
	} else if (is_active(e) && span_starts(word, SPAN(".include"))) {
		line = substitute(e, line, &any);
		conf_include(&e->conf, conf_word(&line));
	}
}

/* "NAME = text" or "NAME == text"; macro names begin with a capital, options never do. */
static bool read_macro(struct exim *e, struct span line)
{
	size_t n = name_length(line);
	struct span rest = span_trim(span_from(line, n));
	bool any;

	if (!n || !is_capital(line.p[0]) || !span_starts(rest, SPAN("=")))
		return false;
	rest = span_from(rest, rest.n > 1 && rest.p[1] == '=' ? 2 : 1);
	put(e->macro, &e->nmacros, span_head(line, n), substitute(e, rest, &any));
	return true;
}

static struct span unquoted(struct span value)
{
	return value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"'
		       ? span_of(value.p + 1, value.n - 2)
		       : value;
}

static void read_option(struct exim *e, struct span name, struct span value)
{
	if (span_eq(name, SPAN("spool_directory"))) {
		e->spool_directory = value;
	} else if (span_eq(name, SPAN("log_file_path"))) {
		e->log_file_path = value;
	} else if (span_eq(name, SPAN("log_selector"))) {
		e->log_selector = value;
	} else if (span_eq(name, SPAN("primary_hostname"))) {
		e->primary_hostname = value;
	} else if (span_eq(name, SPAN("acl_smtp_rcpt"))) {
		e->acl_smtp_rcpt = value;
	} else if (span_eq(name, SPAN("trusted_users"))) {
		e->trusted_users = value;
	} else if (span_eq(name, SPAN("trusted_groups"))) {
		e->trusted_groups = value;
	} else if (span_eq(name, SPAN("auth_advertise_hosts"))) {
		e->auth_advertise_hosts = value;
	}
}

static void read_main(struct exim *e, struct span line)
{
	struct span rest = line;
	struct span word = conf_word(&rest);
	ptrdiff_t equals;
	struct span name, value;

	if (span_eq(word, SPAN("hide")))
		line = rest;
	equals = span_find(line, 0, '=');
	if (equals < 1)
		return;
	name = span_trim(span_head(line, (size_t)equals));
	value = unquoted(span_trim(span_from(line, (size_t)equals + 1)));
	if (span_eq(word, SPAN("hostlist")))
		put(e->hostlist, &e->nhostlists, span_trim(span_from(name, 8)), value);
	else
		read_option(e, name, value);
}

/* The block of one authenticator is over: could a password go over a line without TLS? */
static void end_authenticator(struct exim *e)
{
	e->plain_login |= e->server_block && !e->tls_block;
	e->server_block = e->tls_block = false;
}

static void read_authenticator(struct exim *e, struct span line)
{
	size_t n = name_length(line);

	if (n && n + 1 == line.n && line.p[n] == ':')
		end_authenticator(e);
	else if (span_starts(line, SPAN("server_advertise_condition")))
		e->tls_block = true;
	else if (span_starts(line, SPAN("server_")))
		e->server_block = true;
}

/* For whatever domain: dkim_domain is an expansion nearly everywhere. Since 4.88 a list. */
static void learn_selectors(const struct exim *e, struct span value)
{
	struct exim_list list = exim_list(value);
	struct span item;

	while (exim_item(e->g->scratch, &list, &item))
		gather_dkim(e->g, SPAN_NONE, item);
}

/* What needs an expansion is not known here. */
static void read_transport(struct exim *e, struct span line)
{
	ptrdiff_t equals = span_find(line, 0, '=');
	struct span name = equals < 1 ? SPAN_NONE : span_trim(span_head(line, (size_t)equals));
	struct span value = unquoted(span_trim(span_from(line, (size_t)(equals + 1))));

	if (span_find(value, 0, '$') >= 0)
		return;
	if (span_eq(name, SPAN("interface")))
		e->interfaces = value;
	else if (span_eq(name, SPAN("helo_data")))
		e->helo_data = value;
	else if (span_eq(name, SPAN("dkim_selector")))
		learn_selectors(e, value);
}

static void begin_section(struct exim *e, struct span name)
{
	exim_acl_end(e);
	end_authenticator(e);
	e->section = span_eq(name, SPAN("acl"))		     ? EXIM_ACL
		     : span_eq(name, SPAN("authenticators")) ? EXIM_AUTHENTICATORS
		     : span_eq(name, SPAN("transports"))     ? EXIM_TRANSPORTS
							     : EXIM_OTHER;
}

static void read_line(struct exim *e, struct span line)
{
	bool any;

	e->debian_macro |= span_search(line, 0, SPAN("MAIN_LOG_SELECTOR")) >= 0;
	if (line.p[0] == '.') {
		read_directive(e, line);
		return;
	}
	if (!is_active(e) || read_macro(e, line))
		return;
	line = substitute(e, line, &any);
	if (span_starts(line, SPAN("begin ")))
		begin_section(e, span_trim(span_from(line, 6)));
	else if (e->section == EXIM_MAIN)
		read_main(e, line);
	else if (e->section == EXIM_ACL)
		exim_acl_line(e, line);
	else if (e->section == EXIM_AUTHENTICATORS)
		read_authenticator(e, line);
	else if (e->section == EXIM_TRANSPORTS)
		read_transport(e, line);
}

static void read_files(struct exim *e, struct span pattern)
{
	struct span line;

	conf_start(&e->conf, e->g, CONF_BACKSLASH, false);
	conf_include(&e->conf, pattern);
	while (conf_line(&e->conf, &line))
		read_line(e, line);
}

/* name='value' of Debian's update-exim4.conf.conf */
static struct span debian_value(struct span bytes, struct span name)
{
	ptrdiff_t at = span_search(bytes, 0, name);
	struct span rest;

	if (at < 0 || (at > 0 && bytes.p[at - 1] != '\n'))
		return SPAN_NONE;
	rest = span_from(bytes, (size_t)at + name.n);
	return conf_word(&rest);
}

/* What update-exim4.conf would have put together; its DEBCONF words stand for values of its own file. */
static bool read_debian(struct exim *e)
{
	static const char *const folders[] = { "main",	"acl",	   "router", "transport",
					       "retry", "rewrite", "auth" };
	struct span bytes, nets;

	if (!gather_read(e->g, SPAN("/etc/exim4/update-exim4.conf.conf"), &bytes))
		return false;
	nets = debian_value(bytes, SPAN("dc_relay_nets="));
	e->split = true;
	read_files(e, SPAN("/etc/exim4/exim4.conf.localmacros"));
	if (span_eq(debian_value(bytes, SPAN("dc_use_split_config=")), SPAN("true"))) {
		e->path = SPAN("/etc/exim4/conf.d");
		for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
			read_files(e, gather_text(e->g, "/etc/exim4/conf.d/%s/*", folders[i]));
	} else {
		e->path = SPAN("/etc/exim4/exim4.conf.template");
		read_files(e, e->path);
	}
	if (nets.n)
		put(e->hostlist, &e->nhostlists, SPAN("relay_from_hosts"),
		    gather_text(e->g, "<; %.*s", (int)(nets.n < 1000 ? nets.n : 0), nets.p));
	return true;
}

bool exim_read(struct gather *g, struct exim **ret_exim)
{
	static const char *const places[] = { "/etc/exim4/exim4.conf", "/var/lib/exim4/config.autogenerated",
					      "/etc/exim.conf",	       "/etc/exim/exim.conf",
					      "/usr/exim/configure",   "/usr/local/exim/configure" };
	struct exim *e = arena_alloc(g->scratch, sizeof(*e));
	struct span bytes;
	bool there = false;

	e->g = g;
	for (size_t i = 0; !there && i < sizeof(places) / sizeof(*places); i++) {
		there = gather_read(g, span_str(places[i]), &bytes);
		if (there) {
			e->path = span_str(places[i]);
			read_files(e, e->path);
		}
	}
	if (!there)
		there = read_debian(e);
	begin_section(e, SPAN_NONE);
	*ret_exim = e;
	return there;
}

struct exim_list exim_list(struct span text)
{
	struct exim_list list = { .left = span_trim(text), .separator = ':' };

	if (list.left.n > 1 && list.left.p[0] == '<') {
		list.separator = list.left.p[1];
		list.left = span_from(list.left, 2);
	}
	return list;
}

bool exim_item(struct arena *a, struct exim_list *list, struct span *ret_item)
{
	struct span s = list->left;
	size_t end = 0;
	size_t n = 0;
	char *copy;

	if (!s.n)
		return false;
	while (end < s.n &&
	       (s.p[end] != list->separator || (end + 1 < s.n && s.p[end + 1] == list->separator)))
		end += s.p[end] == list->separator ? 2 : 1;
	copy = arena_alloc(a, end + 1);
	for (size_t i = 0; i < end; i++) {
		i += s.p[i] == list->separator;
		copy[n++] = s.p[i];
	}
	*ret_item = span_trim(span_of(copy, n));
	list->left = span_from(s, end + 1);
	return true;
}

struct span exim_hostlist(const struct exim *e, struct span name)
{
	for (size_t i = 0; i < e->nhostlists; i++)
		if (span_eq(e->hostlist[i].name, name))
			return e->hostlist[i].value;
	return SPAN_NONE;
}
