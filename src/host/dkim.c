/*
 * dkim - with which keys this server signs, as OpenDKIM's and rspamd's settings tell: a domain and a selector each, or a
 * selector for whatever domain.
 *
 * opendkim.conf(5): Domain, Selector, KeyTable (name domain:selector:file, % for any domain). rspamd "DKIM signing module":
 * selector, domain { NAME { selector } }, selector_map (domain selector). Exim's own is read in exim_conf.c. Keys themselves
 * are not read.
 *
 * TRUST: root's files, or an image's. What is no name in DNS is dropped; what comes of a wrong one is a question too many.
 */
#include "host/conf.h"
#include "host/learn.h"

#define DEEP_MOST 16

static bool is_on_any_domain(struct span domain)
{
	return !domain.n || span_eq(domain, SPAN("%")) || span_eq(domain, SPAN("*"));
}

static void add(struct gather *g, struct span domain, struct span selector)
{
	gather_dkim(g, is_on_any_domain(domain) ? SPAN_NONE : domain, selector);
}

/* --- OpenDKIM ---------------------------------------------------------------------------------- */

/* A data set's file: what stands behind file: or refile:, or a path itself. */
static struct span set_path(struct span value)
{
	static const struct span kinds[] = { { "file:", 5 }, { "refile:", 7 } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (span_starts(value, kinds[i]))
			return span_from(value, kinds[i].n);
	return gather_is_path(value) ? value : SPAN_NONE;
}

static void key_line(struct gather *g, struct span line)
{
	ptrdiff_t colon, second;
	struct span rest;

	conf_word(&line);
	rest = span_trim(line);
	colon = span_find(rest, 0, ':');
	second = colon < 0 ? -1 : span_find(rest, (size_t)colon + 1, ':');
	if (second > 0)
		add(g, span_head(rest, (size_t)colon),
		    span_of(rest.p + colon + 1, (size_t)(second - colon - 1)));
}

static void key_table(struct gather *g, struct span path)
{
	struct span bytes, line;
	struct conf c;

	if (!path.n || !gather_read(g, path, &bytes))
		return;
	conf_start(&c, g, CONF_PLAIN, false);
	conf_bytes(&c, bytes);
	while (conf_line(&c, &line))
		key_line(g, line);
}

static void signed_domains(struct gather *g, struct span list, struct span selector)
{
	if (!list.n || set_path(list).n) {
		add(g, SPAN_NONE, selector);
		return;
	}
	while (list.n) {
		ptrdiff_t comma = span_find(list, 0, ',');

		add(g, span_trim(comma < 0 ? list : span_head(list, (size_t)comma)), selector);
		list = comma < 0 ? SPAN_NONE : span_from(list, (size_t)comma + 1);
	}
}

static void opendkim_learn(struct gather *g)
{
	struct span bytes, line, domains = SPAN_NONE, selector = SPAN_NONE, table = SPAN_NONE;
	struct conf c;

	if (!gather_read(g, SPAN("/etc/opendkim.conf"), &bytes))
		return;
	conf_start(&c, g, CONF_PLAIN, false);
	conf_bytes(&c, bytes);
	while (conf_line(&c, &line)) {
		struct span key = conf_word(&line), value = span_trim(line);

		if (span_eq_nocase(key, SPAN("Selector")))
			selector = value;
		else if (span_eq_nocase(key, SPAN("Domain")))
			domains = value;
		else if (span_eq_nocase(key, SPAN("KeyTable")))
			table = set_path(value);
	}
	key_table(g, table);
	if (selector.n)
		signed_domains(g, domains, selector);
}

/* --- rspamd ------------------------------------------------------------------------------------ */

struct ucl {
	struct gather *g;
	struct span left;
	struct span name[DEEP_MOST]; /* of the blocks that are open */
	size_t deep;
	struct span key; /* the word that waits for a value or a block */
};

static bool is_word_byte(char c)
{
	return c > ' ' && !memchr("{}[]=;,\"#", c, 9);
}

/* The next word (without quotes) or punctuation byte; n == 0 at the end. */
static struct span ucl_token(struct ucl *u)
{
	while (u->left.n) {
		struct span s = u->left;
		size_t n = 0;

		if (*s.p == '#') {
			ptrdiff_t end = span_find(s, 0, '\n');

			u->left = end < 0 ? SPAN_NONE : span_from(s, (size_t)end);
		} else if (*s.p == '"') {
			ptrdiff_t end = span_find(s, 1, '"');

			u->left = end < 0 ? SPAN_NONE : span_from(s, (size_t)end + 1);
			return end < 0 ? SPAN_NONE : span_of(s.p + 1, (size_t)end - 1);
		} else if (is_word_byte(*s.p)) {
			while (n < s.n && is_word_byte(s.p[n]))
				n++;
			u->left = span_from(s, n);
			/* key: value */
			if (n > 1 && s.p[n - 1] == ':')
				n--;
			return span_of(s.p, n);
		} else {
			u->left = span_from(s, 1);
			if (*s.p == '{' || *s.p == '}' || *s.p == ';' || *s.p == '\n')
				return span_of(s.p, 1);
		}
	}
	return SPAN_NONE;
}

static void selector_map(struct gather *g, struct span path)
{
	struct span bytes, line;
	struct conf c;

	if (!gather_is_path(path) || !gather_read(g, path, &bytes))
		return;
	conf_start(&c, g, CONF_PLAIN, false);
	conf_bytes(&c, bytes);
	while (conf_line(&c, &line)) {
		struct span domain = conf_word(&line);

		add(g, domain, conf_word(&line));
	}
}

static void ucl_value(struct ucl *u, struct span value)
{
	/* domain { shop.example { selector = "s1"; } }, and each of its selectors [ { selector: "s1" } ] */
	bool in_domain = u->deep > 1 && span_eq(u->name[0], SPAN("domain"));

	if (span_eq(u->key, SPAN("selector")))
		add(u->g, in_domain ? u->name[1] : SPAN_NONE, value);
	else if (span_eq(u->key, SPAN("selector_map")))
		selector_map(u->g, value);
	u->key = SPAN_NONE;
}

static void rspamd_file(struct gather *g, struct span path)
{
	struct ucl u = { .g = g };
	struct span token;

	if (!gather_read(g, path, &u.left))
		return;
	while ((token = ucl_token(&u)).p) {
		char c = token.n == 1 ? *token.p : 'x';

		if (c == '{' && u.deep < DEEP_MOST) {
			u.name[u.deep++] = u.key;
			u.key = SPAN_NONE;
		} else if (c == '{') {
			return;
		} else if (c == '}') {
			u.deep -= u.deep > 0;
			u.key = SPAN_NONE;
		} else if (c == ';' || c == '\n') {
			u.key = SPAN_NONE;
		} else if (u.key.n) {
			ucl_value(&u, token);
		} else {
			u.key = token;
		}
	}
}

void dkim_learn(struct gather *g)
{
	opendkim_learn(g);
	rspamd_file(g, SPAN("/etc/rspamd/local.d/dkim_signing.conf"));
	rspamd_file(g, SPAN("/etc/rspamd/override.d/dkim_signing.conf"));
}
