/*
 * exim_acl - access control lists: is there a statement that lets everybody relay, and is PHP's header logged?
 *
 * Only `accept` of the list named by acl_smtp_rcpt counts, without any condition but hosts = *, and before any
 * statement that keeps strangers from relaying. Exim specification, "Access control lists".
 *
 * An accept with a condition that is not understood counts as narrow: in doubt it is told as no open relay.
 *
 * TRUST: root's configuration, or an image's. Nothing in it is worked out; a lie in it is only a wrong
 * advice.
 */
#include "host/exim_conf.h"

#include "host/cidr.h"

static bool is_one_of(struct span word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(word, span_str(words[i])))
			return true;
	return false;
}

static bool is_verb(struct span word)
{
	static const char *const verbs[] = {
		"accept", "defer", "deny", "discard", "drop", "require", "warn"
	};

	return is_one_of(word, verbs, sizeof(verbs) / sizeof(*verbs));
}

/* Modifiers do something; they never keep a statement from holding. */
static bool is_modifier(struct span name)
{
	static const char *const names[] = { "add_header", "continue",	  "control",	       "delay",
					     "endpass",	   "log_message", "log_reject_target", "logwrite",
					     "message",	   "queue",	  "remove_header",     "set",
					     "udpsend" };

	return is_one_of(name, names, sizeof(names) / sizeof(*names));
}

static bool is_everybody(const struct exim *e, struct span hosts)
{
	struct exim_list list = exim_list(hosts);
	struct span item;

	while (exim_item(e->g->scratch, &list, &item)) {
		struct cidr net;

		if (cidr_parse(item, &net) && net.bits == 0)
			return true;
	}
	return false;
}

/* "name = value" or "!name = value" behind a verb or on its own line. */
static void read_condition(struct exim *e, struct span text)
{
	ptrdiff_t equals = span_find(text, 0, '=');
	struct span name = span_trim(equals < 0 ? text : span_head(text, (size_t)equals));
	struct span value = span_trim(span_from(text, (size_t)(equals < 0 ? (ptrdiff_t)text.n : equals + 1)));
	bool negated = span_starts(name, SPAN("!"));
	struct span rest = negated ? span_trim(span_from(name, 1)) : name;

	name = conf_word(&rest);
	if (!name.n || is_modifier(name))
		return;
	if (span_eq(name, SPAN("domains"))) {
		bool require = span_eq(e->rule.verb, SPAN("require"));

		e->rule.guard |= require || (negated != span_starts(value, SPAN("!")));
	}
	if (span_eq(name, SPAN("authenticated")) && negated)
		e->rule.guard = true;
	if (span_eq(name, SPAN("hosts")) && !negated && is_everybody(e, value))
		e->rule.anyone = true;
	else
		e->rule.narrow = true;
}

void exim_acl_end(struct exim *e)
{
	struct exim_rule r = e->rule;
	bool refuses = span_eq(r.verb, SPAN("deny")) || span_eq(r.verb, SPAN("drop")) ||
		       span_eq(r.verb, SPAN("defer"));

	e->rule = (struct exim_rule){ 0 };
	if (!r.verb.n || !e->acl.n || !span_eq(e->acl, e->acl_smtp_rcpt))
		return;
	if ((refuses && (r.guard || !r.narrow)) || (span_eq(r.verb, SPAN("require")) && r.guard))
		e->guarded = true;
	if (span_eq(r.verb, SPAN("accept")) && !r.narrow && !e->guarded && !e->open_rule.n)
		e->open_rule = r.anyone ? SPAN("accept hosts = *") : SPAN("accept");
}

static bool holds_nocase(struct span text, struct span word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (span_eq_nocase(span_of(text.p + i, word.n), word))
			return true;
	return false;
}

void exim_acl_line(struct exim *e, struct span line)
{
	struct span rest = line;
	struct span word = conf_word(&rest);

	e->logs_x_php |= span_search(line, 0, SPAN("logwrite")) >= 0 &&
			 (holds_nocase(line, SPAN("x-php-script")) ||
			  holds_nocase(line, SPAN("x-php-originating-script")));
	if (word.n > 1 && word.p[word.n - 1] == ':' && span_find(word, 0, '=') < 0) {
		exim_acl_end(e);
		e->acl = span_head(word, word.n - 1);
		e->guarded = false;
	} else if (is_verb(word)) {
		exim_acl_end(e);
		e->rule.verb = word;
		read_condition(e, span_trim(rest));
	} else {
		read_condition(e, line);
	}
}
