/*
 * postfix_advice - what Postfix could log and does not, and where it would relay for strangers.
 *
 * postconf(5), header_checks(5), SMTPD_ACCESS_README. A setting is called wrong only where the files say so:
 * tables that are not read may still refuse.
 *
 * TRUST: root's configuration, or an image's: values are compared, never followed beyond /etc/postfix/. A lie
 * in them is only a wrong advice.
 */
#include "base/buf.h"
#include "base/lower.h"
#include "host/cidr.h"
#include "host/postfix_conf.h"

#define MAIN_CF SPAN("/etc/postfix/main.cf")
#define RULE SPAN("/^X-PHP-Originating-Script:/ WARN")

static struct span lower_copy(struct arena *a, struct span text)
{
	return span_lower(text, arena_alloc(a, text.n));
}

/* Does a rule for PHP's header write it to the log? Of the actions only IGNORE and DUNNO say nothing. */
static bool rule_logs(const struct postfix *p, struct span line)
{
	struct span text = lower_copy(p->g->scratch, line);
	ptrdiff_t header = span_search(text, 0, SPAN("php-originating-script"));
	ptrdiff_t close = header < 0 ? -1 : span_find(text, (size_t)header, text.p[0]);
	struct span action;

	if (close < 0)
		return false;
	text = span_from(text, (size_t)close + 1);
	if (text.n && text.p[0] != ' ' && text.p[0] != '\t')
		conf_word(&text); /* the pattern's flags */
	action = conf_word(&text);
	return action.n && !span_eq(action, SPAN("ignore")) && !span_eq(action, SPAN("dunno"));
}

static bool table_logs(const struct postfix *p, struct span path)
{
	struct span bytes, line;
	struct conf c;

	if (!span_starts(path, SPAN("/etc/postfix/")) || !gather_read(p->g, path, &bytes))
		return false;
	conf_start(&c, p->g, CONF_INDENT, false);
	conf_bytes(&c, bytes);
	while (conf_line(&c, &line))
		if (rule_logs(p, line))
			return true;
	return false;
}

static void advise_header_checks(const struct postfix *p)
{
	struct span list = postfix_value(p, NULL, SPAN("header_checks"), SPAN_NONE);
	struct span file = SPAN_NONE;
	struct span what =
		SPAN("the header in which PHP names the script is not written to the log: it would have "
		     "named the script of each message that PHP's mail() sent");
	struct span item;
	bool on = false;

	while ((item = postfix_item(&list)).n) {
		ptrdiff_t colon = span_find(item, 0, ':');
		struct span type = colon < 0 ? SPAN_NONE : span_head(item, (size_t)colon);
		struct span path = span_from(item, (size_t)(colon + 1));

		if (!span_eq(type, SPAN("pcre")) && !span_eq(type, SPAN("regexp")))
			continue;
		if (path.n && path.p[0] == '{') {
			struct span text = lower_copy(p->g->scratch, path);

			on |= span_search(text, 0, SPAN("php-originating-script")) >= 0 &&
			      span_search(text, 0, SPAN("warn")) >= 0;
			continue;
		}
		on |= table_logs(p, path);
		if (!file.n && gather_is_path(path))
			file = path;
	}
	if (on) {
		gather_advice(p->g, "postfix.header_checks", true, SPAN("X-PHP-Originating-Script is logged"),
			      SPAN_NONE, SPAN_NONE);
		return;
	}
	if (file.n) {
		gather_advice(p->g, "postfix.header_checks", false, what, RULE, file);
		return;
	}
	gather_advice(p->g, "postfix.header_checks", false, what,
		      SPAN("header_checks = regexp:/etc/postfix/header_checks"), MAIN_CF);
	gather_advice(p->g, "postfix.header_checks_rule", false,
		      SPAN("the table that this header_checks names needs the rule itself"), RULE,
		      SPAN("/etc/postfix/header_checks"));
}

/* A log outside maillog_file_prefixes is one that Postfix refuses to write. */
static void advise_maillog(const struct postfix *p)
{
	struct span file = postfix_value(p, NULL, SPAN("maillog_file"), SPAN_NONE);
	struct span list = postfix_value(p, NULL, SPAN("maillog_file_prefixes"), SPAN("/var, /dev/stdout"));
	struct span all = list;
	struct span item;

	if (!file.n)
		return;
	while ((item = postfix_item(&list)).n)
		if (span_starts(file, item) && (file.n == item.n || file.p[item.n] == '/'))
			return;
	gather_advice(p->g, "postfix.maillog_file", false,
		      gather_text(p->g, "Postfix does not write %.*s: it lies outside maillog_file_prefixes",
				  (int)(file.n < 500 ? file.n : 500), file.p),
		      gather_text(p->g, "maillog_file_prefixes = %.*s, %.*s",
				  (int)(all.n < 500 ? all.n : 500), all.p, (int)(file.n < 500 ? file.n : 500),
				  file.p),
		      MAIN_CF);
}

/* The list without what is too wide: what else is trusted stays. */
static struct span narrowed(const struct postfix *p, struct span list)
{
	struct buf line = BUF_MAX(2048);
	struct span item, text;

	buf_str(&line, "mynetworks =");
	while ((item = postfix_item(&list)).n) {
		struct cidr net;

		if (cidr_parse(item, &net) && cidr_is_wide(&net))
			continue;
		buf_byte(&line, ' ');
		buf_span(&line, item);
	}
	text = arena_span(p->g->scratch, buf_view(&line));
	buf_free(&line);
	return text;
}

static void advise_networks(const struct postfix *p)
{
	struct span list = postfix_value(p, NULL, SPAN("mynetworks"), SPAN_NONE);
	struct span style = postfix_value(p, NULL, SPAN("mynetworks_style"), SPAN_NONE);
	struct span all = list;
	bool given = list.n > 0;
	bool wide = false;
	bool tables = false;
	struct span item;

	while ((item = postfix_item(&list)).n) {
		struct cidr net;
		char size[40];
		struct span width;

		tables |= item.p[0] == '/' || (item.p[0] != '[' && !cidr_parse(item, &net));
		if (!cidr_parse(item, &net) || !cidr_is_wide(&net))
			continue;
		width = cidr_size(&net, size);
		wide = true;
		gather_advice(
			p->g, "postfix.mynetworks", false,
			gather_text(p->g,
				    "mynetworks trusts %.*s (%.*s): any of them may relay without a login",
				    (int)(item.n < 100 ? item.n : 100), item.p, (int)width.n, width.p),
			narrowed(p, all), MAIN_CF);
	}
	if (!given && span_eq_nocase(style, SPAN("class"))) {
		wide = true;
		gather_advice(
			p->g, "postfix.mynetworks", false,
			SPAN("mynetworks_style = class trusts the whole class A, B or C network around this "
			     "server: strangers may relay without a login"),
			SPAN("mynetworks_style = host"), MAIN_CF);
	}
	if (!wide)
		gather_advice(p->g, "postfix.mynetworks", true,
			      tables ? SPAN("no wide network may relay without a login (tables it names were "
					    "not read)")
				     : SPAN("no wide network may relay without a login"),
			      SPAN_NONE, SPAN_NONE);
}

enum gate { GATE_NONE, GATE_CLOSED, GATE_OPEN };

/* How a restriction list ends for a stranger: refused, let through, or not decided by what stands here. */
static enum gate list_gate(struct span list)
{
	static const char *const closing[] = { "reject_unauth_destination", "defer_unauth_destination",
					       "reject", "defer", "defer_if_permit" };
	struct span item;

	while ((item = postfix_item(&list)).n) {
		if (span_eq(item, SPAN("permit")) || span_eq_nocase(item, SPAN("static:ok")))
			return GATE_OPEN;
		for (size_t i = 0; i < sizeof(closing) / sizeof(*closing); i++)
			if (span_eq(item, span_str(closing[i])))
				return GATE_CLOSED;
	}
	return GATE_NONE;
}

/* Postfix asks both lists; one that refuses is enough. */
static bool relays_for_all(const struct postfix *p, const struct service *s)
{
	enum gate relay = list_gate(
		postfix_value(p, s, SPAN("smtpd_relay_restrictions"), SPAN("defer_unauth_destination")));
	enum gate recipient = list_gate(postfix_value(p, s, SPAN("smtpd_recipient_restrictions"), SPAN_NONE));

	return relay != GATE_CLOSED && recipient != GATE_CLOSED;
}

static bool is_local_service(const struct postfix *p, const struct service *s)
{
	struct span all = s ? s->name : SPAN_NONE;

	return span_starts(all, SPAN("127.")) || span_starts(all, SPAN("localhost:")) ||
	       span_starts(all, SPAN("[::1]")) ||
	       span_eq(postfix_value(p, NULL, SPAN("inet_interfaces"), SPAN("all")), SPAN("loopback-only")) ||
	       span_eq(postfix_value(p, NULL, SPAN("inet_interfaces"), SPAN("all")), SPAN("localhost"));
}

static void advise_service(const struct postfix *p, const struct service *s, bool *open)
{
	struct span name = s ? s->name : SPAN("smtp");

	if (is_local_service(p, s) || !relays_for_all(p, s))
		return;
	*open = true;
	gather_advice(
		p->g, "postfix.relay_restrictions", false,
		gather_text(
			p->g,
			"service %.*s: neither smtpd_relay_restrictions nor smtpd_recipient_restrictions has "
			"reject_unauth_destination before it permits: mail from outside to outside may pass "
			"without a login",
			(int)(name.n < 100 ? name.n : 100), name.p),
		SPAN("smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
		     "reject_unauth_destination"),
		MAIN_CF);
}

static void advise_relay(const struct postfix *p)
{
	struct span domains = postfix_value(p, NULL, SPAN("relay_domains"), SPAN_NONE);
	bool open = false;
	struct span item;

	if (p->nservices == 0)
		advise_service(p, NULL, &open);
	for (size_t i = 0; i < p->nservices; i++)
		advise_service(p, &p->service[i], &open);
	while ((item = postfix_item(&domains)).n) {
		if (!span_starts(item, SPAN("static:")) && !span_eq(item, SPAN("*")))
			continue;
		open = true;
		gather_advice(p->g, "postfix.relay_domains", false,
			      SPAN("relay_domains takes every domain as one to relay to: mail from outside "
				   "to outside may "
				   "pass without a login"),
			      SPAN("relay_domains ="), MAIN_CF);
	}
	if (!open)
		gather_advice(p->g, "postfix.relay_restrictions", true,
			      SPAN("strangers cannot relay by what main.cf and master.cf say"), SPAN_NONE,
			      SPAN_NONE);
}

/* Passwords over port 25 in the clear are how mailboxes get stolen on open networks. */
static void advise_login(const struct postfix *p)
{
	if (!conf_is_on(postfix_value(p, NULL, SPAN("smtpd_sasl_auth_enable"), SPAN("no"))))
		return;
	if (conf_is_on(postfix_value(p, NULL, SPAN("smtpd_tls_auth_only"), SPAN("no"))) ||
	    span_eq(postfix_value(p, NULL, SPAN("smtpd_tls_security_level"), SPAN_NONE), SPAN("encrypt")))
		gather_advice(p->g, "postfix.tls_auth_only", true, SPAN("logins need TLS"), SPAN_NONE,
			      SPAN_NONE);
	else
		gather_advice(
			p->g, "postfix.tls_auth_only", false,
			SPAN("logins are taken without TLS: a password read on the way is a stolen mailbox"),
			SPAN("smtpd_tls_auth_only = yes"), MAIN_CF);
}

void postfix_advise(const struct postfix *p)
{
	advise_header_checks(p);
	advise_maillog(p);
	advise_networks(p);
	advise_relay(p);
	advise_login(p);
}
