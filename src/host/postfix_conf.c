/*
 * postfix_conf - see postfix_conf.h. Formats: postconf(5) (main.cf: "#" lines, leading blanks, $name, ${name?text},
 * ${name:text}), master(5).
 */
#include "host/postfix_conf.h"

#include "base/buf.h"

#define SETTINGS_MOST 4000
#define SERVICES_MOST 64
#define OVERRIDES_MOST 64
#define PASSES_MOST 8 /* of a name within a name */
#define VALUE_MOST 16384

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "name = value" */
static bool split(struct span text, struct setting *ret_setting)
{
	ptrdiff_t equals = span_find(text, 0, '=');

	if (equals < 1)
		return false;
	ret_setting->name = span_trim(span_head(text, (size_t)equals));
	ret_setting->value = span_trim(span_from(text, (size_t)equals + 1));
	return true;
}

static const struct setting *find(const struct setting *s, size_t n, struct span name)
{
	while (n--)
		if (span_eq(s[n].name, name))
			return &s[n];
	return NULL;
}

/* What $NAME stands for before expansion; main.cf's own, else the few defaults that logs and hosts are named by. */
static struct span raw_value(const struct postfix *p, const struct service *service, struct span name)
{
	const struct setting *s = service ? find(service->override, service->noverrides, name) : NULL;
	struct span host = p->g->f->hostname;
	ptrdiff_t dot;

	if (!s)
		s = find(p->setting, p->nsettings, name);
	if (s)
		return s->value;
	if (span_eq(name, SPAN("config_directory")))
		return SPAN("/etc/postfix");
	if (span_eq(name, SPAN("myhostname")))
		return host;
	dot = span_find(host, 0, '.');
	return span_eq(name, SPAN("mydomain")) && dot >= 0 ? span_from(host, (size_t)dot + 1) : SPAN_NONE;
}

/* Length of the brace or bracket group that S begins with, or all of S where it never closes. */
static size_t group_length(struct span s, char open, char close)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		depth += s.p[i] == open;
		if (s.p[i] == close && --depth == 0)
			return i + 1;
	}
	return s.n;
}

/* ${name}, ${name?text}, ${name?{text}:{text}}, ${name:text}: the part that counts. */
static struct span conditional(const struct postfix *p, const struct service *service, struct span inner)
{
	size_t n = 0;
	struct span value, rest;

	while (n < inner.n && is_name(inner.p[n]))
		n++;
	value = raw_value(p, service, span_head(inner, n));
	if (n == inner.n)
		return value;
	rest = span_trim(span_from(inner, n + 1));
	if (inner.p[n] == ':' && value.n)
		return SPAN_NONE;
	if (inner.p[n] == '?' && rest.n && rest.p[0] == '{') {
		size_t len = group_length(rest, '{', '}');
		struct span yes = len > 1 ? span_of(rest.p + 1, len - 2) : SPAN_NONE;
		struct span no = span_trim(span_from(rest, len));

		no = span_trim(span_from(no, 1));
		return value.n ? yes : no.n > 1 && no.p[0] == '{' ? span_of(no.p + 1, no.n - 2) : SPAN_NONE;
	}
	if (inner.p[n] == '?' && !value.n)
		return SPAN_NONE;
	return inner.p[n] == '?' || inner.p[n] == ':' ? rest : SPAN_NONE;
}

/* One pass; false where there was nothing to expand. */
static bool expand_once(const struct postfix *p, const struct service *service, struct span text,
			struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < text.n;) {
		struct span rest = span_from(text, i + 1);
		size_t n = 0;

		if (text.p[i] != '$') {
			buf_byte(out, text.p[i++]);
			continue;
		}
		any = true;
		if (rest.n && (rest.p[0] == '{' || rest.p[0] == '(')) {
			n = group_length(rest, rest.p[0], rest.p[0] == '{' ? '}' : ')');
			buf_span(out,
				 conditional(p, service, n > 1 ? span_of(rest.p + 1, n - 2) : SPAN_NONE));
		} else {
			while (n < rest.n && is_name(rest.p[n]))
				n++;
			buf_span(out, raw_value(p, service, span_head(rest, n)));
		}
		i += 1 + n;
	}
	return any;
}

struct span postfix_value(const struct postfix *p, const struct service *service, struct span name,
			  struct span fallback)
{
	struct span text = raw_value(p, service, name);

	if (!text.n && !find(p->setting, p->nsettings, name) &&
	    !(service && find(service->override, service->noverrides, name)))
		text = fallback;
	for (unsigned pass = 0; pass < PASSES_MOST; pass++) {
		struct buf out = BUF_MAX(VALUE_MOST);
		bool any = expand_once(p, service, text, &out);

		if (any)
			text = arena_span(p->g->scratch, buf_view(&out));
		buf_free(&out);
		if (!any)
			break;
	}
	return span_trim(text);
}

static bool is_gap(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct span postfix_item(struct span *list)
{
	struct span s = *list;
	size_t end = 0;

	while (s.n && is_gap(s.p[0]))
		s = span_from(s, 1);
	while (end < s.n && !is_gap(s.p[end]))
		end += s.p[end] == '{' ? group_length(span_from(s, end), '{', '}') : 1;
	*list = span_from(s, end);
	return span_head(s, end);
}

/* -o name=value and -o { name = value } of a service's line. */
static void read_overrides(struct postfix *p, struct service *s, struct span args)
{
	s->override = arena_alloc(p->g->scratch, OVERRIDES_MOST * sizeof(*s->override));
	while (args.n && s->noverrides < OVERRIDES_MOST) {
		struct span word = conf_word(&args);

		if (!span_eq(word, SPAN("-o")))
			continue;
		args = span_trim(args);
		if (args.n && args.p[0] == '{') {
			size_t len = group_length(args, '{', '}');

			word = len > 1 ? span_of(args.p + 1, len - 2) : SPAN_NONE;
			args = span_from(args, len);
		} else {
			word = conf_word(&args);
		}
		s->noverrides += split(word, &s->override[s->noverrides]);
	}
}

/* service type private unpriv chroot wakeup maxproc command args */
static void read_service(struct postfix *p, struct span line)
{
	struct service s = { .name = conf_word(&line) };
	struct span type = conf_word(&line);
	struct span command = SPAN_NONE;

	for (int column = 0; column < 6; column++)
		command = conf_word(&line);
	if (!span_eq(type, SPAN("inet")) || !span_eq(command, SPAN("smtpd")) || p->nservices == SERVICES_MOST)
		return;
	read_overrides(p, &s, line);
	p->service[p->nservices++] = s;
}

bool postfix_read(struct gather *g, struct postfix *ret_postfix)
{
	struct postfix *p = ret_postfix;
	struct span bytes, line;
	struct conf c;

	*p = (struct postfix){ .g = g };
	if (!gather_read(g, SPAN("/etc/postfix/main.cf"), &bytes))
		return false;
	p->setting = arena_alloc(g->scratch, SETTINGS_MOST * sizeof(*p->setting));
	p->service = arena_alloc(g->scratch, SERVICES_MOST * sizeof(*p->service));
	conf_start(&c, g, CONF_INDENT, false);
	conf_bytes(&c, bytes);
	while (p->nsettings < SETTINGS_MOST && conf_line(&c, &line))
		p->nsettings += split(line, &p->setting[p->nsettings]);
	if (gather_read(g, SPAN("/etc/postfix/master.cf"), &bytes)) {
		conf_start(&c, g, CONF_INDENT, false);
		conf_bytes(&c, bytes);
		while (conf_line(&c, &line))
			read_service(p, line);
	}
	return true;
}
