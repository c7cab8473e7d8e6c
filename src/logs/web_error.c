/*
 * web_error - error logs of Apache and nginx, log-ins through nginx's mail proxy and to cPanel.
 *
 * Sources: Apache server/log.c (default ErrorLogFormat of 2.4, and 2.2's); nginx ngx_log.c,
 * ngx_mail_handler.c (ngx_mail_log_error); cPanel's login_log as it is in samples.
 *
 * TRUST: what follows a client's address may be the client's: paths, hosts, user names. Apache writes the
 * address first, so the first is taken; nginx may write a path before it, so there the address
 * counts only where it stands once. Mail and panel log-ins decide by words at fixed places.
 */
#include "logs/web_parts.h"

static bool is_level(struct span s)
{
	static const char *const levels[] = { "emerg", "alert",	 "crit", "error",
					      "warn",  "notice", "info", "debug" };

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (span_eq(s, span_str(levels[i])))
			return true;
	return span_starts(s, SPAN("trace")) && s.n == 6;
}

/* Apache: [MODULE:LEVEL] [pid N] [client ADDRESS:PORT] text; 2.2 has neither module nor port. */
static void apache_client(struct span s, bool with_port, struct fact *fact)
{
	static const struct span client = { "[client ", 8 };
	ptrdiff_t at = span_search(s, 0, client), end = at < 0 ? -1 : span_find(s, (size_t)at, ']'), colon;

	if (end < 0)
		return;
	fact->addr = span_of(s.p + at + client.n, (size_t)(end - at) - client.n);
	colon = span_rfind(fact->addr, ':');
	if (with_port && colon > 0)
		fact->addr = span_head(fact->addr, (size_t)colon);
	if (!fact_is_address(fact->addr))
		fact->addr = SPAN_NONE;
}

/* ", client: ADDRESS" where it stands once. */
static void nginx_client(struct span s, struct fact *fact)
{
	static const struct span client = { ", client: ", 10 };
	ptrdiff_t at = span_search(s, 0, client);

	if (at < 0 || fact_rsearch(s, client) != at)
		return;
	s = span_from(s, (size_t)at + client.n);
	for (fact->addr = span_head(s, 0);
	     fact->addr.n < s.n && s.p[fact->addr.n] != ',' && s.p[fact->addr.n] != ' ';)
		fact->addr.n++;
	if (!fact_is_address(fact->addr))
		fact->addr = SPAN_NONE;
}

/* client logged in, client: A, server: S, login: "U"[, upstream: ...]; U is the client's and comes last. */
static enum event_kind nginx_mail(struct span s, struct fact *fact)
{
	static const struct span client = { ", client: ", 10 }, login = { ", login: \"", 10 };
	bool ok = span_starts(s, SPAN("client logged in, client: "));
	ptrdiff_t at = span_search(s, 0, client), end;

	if ((!ok && !span_starts(s, SPAN("client login failed: \""))) || at < 0)
		return EV_NOTICE;
	s = span_from(s, (size_t)at + client.n);
	for (fact->addr = span_head(s, 0);
	     fact->addr.n < s.n && s.p[fact->addr.n] != ',' && s.p[fact->addr.n] != ' ';)
		fact->addr.n++;
	at = span_search(s, 0, login);
	if (at < 0)
		return ok ? EV_NOTICE : EV_LOGIN_FAIL;
	s = span_from(s, (size_t)at + login.n);
	end = fact_rsearch(s, SPAN("\", upstream: "));
	end = end < 0 ? span_rfind(s, '"') : end;
	fact->user = end < 0 ? s : span_head(s, (size_t)end);
	fact->text = SPAN_NONE;
	return ok ? EV_LOGIN_OK : EV_LOGIN_FAIL;
}

/* [cpaneld] ADDRESS - USER "REQUEST" FAILED LOGIN why, or ADDRESS - USER[ (possessor: P)] - SUCCESS LOGIN WHERE */
static enum line_result cpanel_line(struct maker *m, struct span s)
{
	static const struct span success = { " - SUCCESS LOGIN ", 17 };
	struct fact fact = { .text = s };
	struct span daemon;
	ptrdiff_t at;

	if (!span_starts(s, SPAN("info [")) || !fact_cut(&s, SPAN("] "), &daemon))
		return LINE_OTHER;
	if (!fact_cut(&s, SPAN(" - "), &fact.addr) || !fact_is_address(fact.addr)) {
		/* NEW and PURGE name a session's key: no text. */
		fact = (struct fact){ .text = SPAN_NONE };
		return fact_write(m, DIALECT_WEB, EV_NOTICE, &fact);
	}
	at = fact_rsearch(s, SPAN("\" FAILED LOGIN "));
	if (at >= 0) {
		fact.text = span_from(s, (size_t)at + 2);
		at = fact_rsearch(span_head(s, (size_t)at), SPAN(" \""));
		fact.user = at < 0 ? SPAN_NONE : span_head(s, (size_t)at);
		return fact_write(m, DIALECT_WEB, EV_LOGIN_FAIL, &fact);
	}
	at = fact_rsearch(s, success);
	if (at < 0 || span_find(s, (size_t)at + success.n, ' ') >= 0)
		return fact_write(m, DIALECT_WEB, EV_NOTICE, &fact);
	fact.user = span_head(s, (size_t)at);
	fact.text = SPAN_NONE;
	at = span_search(fact.user, 0, SPAN(" (possessor: "));
	fact.user = at < 0 ? fact.user : span_head(fact.user, (size_t)at);
	return fact_write(m, DIALECT_WEB, EV_LOGIN_OK, &fact);
}

/* nginx: [LEVEL] PID#TID: *CONNECTION text */
static enum line_result nginx_line(struct maker *m, struct span s, struct fact *fact)
{
	struct span skipped;
	enum event_kind kind;

	if (fact_cut(&s, SPAN(": *"), &skipped))
		fact_cut(&s, SPAN(" "), &skipped);
	kind = nginx_mail(s, fact);
	if (kind == EV_NOTICE)
		nginx_client(fact->text, fact);
	return fact_write(m, DIALECT_WEB, kind, fact);
}

enum line_result web_error_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	struct span level;
	ptrdiff_t colon;

	if (!span_starts(s, SPAN("[")))
		return cpanel_line(m, s);
	s = span_from(s, 1);
	if (!fact_cut(&s, SPAN("] "), &level))
		return LINE_OTHER;
	colon = span_find(level, 0, ':');
	if (!is_level(span_from(level, (size_t)(colon + 1))))
		return LINE_OTHER;
	fact.text = s;
	if (colon < 0 && s.n && s.p[0] >= '0' && s.p[0] <= '9')
		return nginx_line(m, s, &fact);
	apache_client(s, colon >= 0, &fact);
	return fact_write(m, DIALECT_WEB, EV_NOTICE, &fact);
}
