/*
 * host - see host.h. Learns part by part; each part's file contents are forgotten before the next.
 *
 * Mail logs: what the MTA names, and what syslog gives mail to; where nothing is named, or what is named is not
 * there, the usual places (contract, "Input").
 */
#include "host/host.h"

#include "base/err.h"
#include "base/zone.h"
#include "host/accounts.h"
#include "host/conf.h"
#include "host/home_logs.h"
#include "host/learn.h"
#include "host/places.h"
#include "model/event_kind.h"

static void learn_accounts(struct gather *g)
{
	static const char *const domain_tables[] = { "/etc/userdomains", "/etc/trueuserdomains",
						     "/etc/virtual/domainowners" };
	struct span bytes;

	g->f->accounts = accounts_new();
	if (gather_read(g, SPAN("/etc/passwd"), &bytes))
		accounts_add_passwd(g->f->accounts, bytes);
	for (size_t i = 0; i < sizeof(domain_tables) / sizeof(*domain_tables); i++)
		if (gather_read(g, span_str(domain_tables[i]), &bytes))
			accounts_add_domains(g->f->accounts, bytes);
	accounts_ready(g->f->accounts);
}

static void learn_zone(struct gather *g)
{
	struct err err = { 0 };
	struct span bytes;

	if (gather_read(g, SPAN("/etc/localtime"), &bytes) && zone_parse(bytes, &g->f->zone, &err) < 0)
		gather_unseen(g, span_str(err.text));
}

static void learn_name(struct gather *g, struct span path)
{
	struct span bytes;

	if (!g->f->hostname.n && gather_read(g, path, &bytes))
		g->f->hostname = arena_span(g->keep, conf_word(&bytes));
}

static bool panel_is(const struct gather *g, const char *name)
{
	return span_eq(g->f->panel, span_str(name));
}

static void name_mta(struct gather *g, const char *name, struct span version)
{
	g->f->mta = gather_text(g, "%.*s%s%s%s%.*s", (int)g->f->mta.n, g->f->mta.p, g->f->mta.n ? " + " : "",
				name, version.n ? " " : "", (int)span_head(version, 64).n, version.p);
}

/* Left-over configuration of the other MTA must not be taken for one that runs: without its log it is not looked at. */
static void learn_mta(struct gather *g)
{
	bool exim = (g->exim_version.n && !g->postfix_version.n) || panel_is(g, "cPanel") ||
		    panel_is(g, "DirectAdmin") || panel_is(g, "Hestia") || panel_is(g, "Vesta");
	bool postfix = !exim && ((g->postfix_version.n && !g->exim_version.n) || panel_is(g, "Plesk") ||
				 panel_is(g, "ISPConfig"));

	if (exim)
		exim_learn(g, false);
	postfix_learn(g, exim && g->exim);
	if (!exim)
		exim_learn(g, postfix && g->postfix);
	if (g->postfix && (!g->exim || exim || postfix))
		name_mta(g, "Postfix", g->postfix_version);
	if (g->exim && (!g->postfix || exim || postfix))
		name_mta(g, "Exim", g->exim_version);
}

static void say_missing(struct gather *g, const struct named_log *log)
{
	gather_unseen(g, gather_text(g, "%.*s: the configuration of %s names this log, but it is not there",
				     (int)(log->path.n < 1024 ? log->path.n : 1024), log->path.p, log->by));
}

static void settle_mail_logs(struct gather *g)
{
	bool found = false;
	bool syslog_found = false;
	bool missing = false;

	for (size_t i = 0; i < g->nmail_logs; i++) {
		const struct named_log *log = &g->mail_logs[i];
		bool there = gather_there(g, log->path);
		bool syslog = strcmp(log->by, "syslog") == 0;

		if (there)
			gather_log(g, log->path, LOG_MAIL);
		found |= there;
		syslog_found |= there && syslog;
		/* rsyslog.conf names files that it makes only when there is something to write */
		if (there || (syslog && !g->mta_to_syslog))
			continue;
		missing = true;
		say_missing(g, log);
	}
	if (!found || missing)
		places_add(g, PLACES_EXIM | PLACES_SYSLOG);
	if (g->exim_default_logs)
		places_add(g, PLACES_EXIM);
	if (g->mta_to_syslog && !syslog_found)
		places_add(g, PLACES_SYSLOG);
}

static void settle_web_logs(struct gather *g)
{
	bool any = false;

	for (size_t i = 0; i < g->f->nlogs; i++)
		any |= g->f->logs[i].role == LOG_WEB;
	if (!any || g->web_unknown || g->f->panel.n)
		places_add(g, PLACES_WEB);
}

void host_learn(const struct host_io *io, struct arena *a, struct host_facts *ret_facts)
{
	static void (*const parts[])(struct gather *) = { learn_accounts, learn_zone,	  panel_learn,
							  learn_mta,	  syslog_learn,	  settle_mail_logs,
							  php_learn,	  apache_learn,	  nginx_learn,
							  dkim_learn,	  settle_web_logs };
	struct gather g;

	*ret_facts = (struct host_facts){ 0 };
	gather_start(&g, io, a, ret_facts);
	learn_name(&g, SPAN("/etc/hostname"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		parts[i](&g);
		gather_fresh(&g);
	}
	learn_name(&g, SPAN("/etc/mailname"));
	places_add(&g, PLACES_PHP | PLACES_LOGIN);
	if (io->homes)
		home_logs_add(&g);
	gather_end(&g);
}

void host_forget(struct host_facts *f)
{
	accounts_free(f->accounts);
	zone_free(f->zone);
}

uint32_t host_log_dialects(enum log_role role)
{
	switch (role) {
	case LOG_WEB:
		return 1u << DIALECT_WEB;
	case LOG_PHP:
		return 1u << DIALECT_PHP;
	case LOG_LOGIN:
		return 1u << DIALECT_DOVECOT | 1u << DIALECT_SSH | 1u << DIALECT_FTP;
	case LOG_MAIL:
		break;
	}
	return 0;
}
