/*
 * exim - what Exim's configuration tells: its logs, its name, who may relay.
 *
 * Exim specification, "Log files": log_file_path lists paths with %s for main, reject and panic and %D or %M for a
 * date, the word syslog, and an empty item for the place it was built with.
 */
#include "base/buf.h"
#include "host/cidr.h"
#include "host/exim_conf.h"
#include "host/learn.h"
#include "host/places.h"

/* ITEM with WHICH for %s; a date becomes a wildcard. */
static struct span log_name(struct gather *g, struct span item, const char *which)
{
	struct buf path = BUF_MAX(4096);
	struct span copy;

	for (size_t i = 0; i < item.n; i++) {
		if (item.p[i] != '%' || i + 1 == item.n)
			buf_byte(&path, item.p[i]);
		else if (item.p[++i] == 's')
			buf_str(&path, which);
		else if (item.p[i] == 'D' || item.p[i] == 'M')
			buf_byte(&path, '*');
	}
	copy = arena_span(g->scratch, buf_view(&path));
	buf_free(&path);
	return copy;
}

static void add_logs(struct gather *g, struct span item)
{
	struct span main_log = log_name(g, item, "main");
	struct span *paths;
	size_t n = gather_expand(g, main_log, &paths);

	/* a name with a date in it: every day's file is one of its own */
	for (size_t i = 0; i < n; i++)
		if (n > 1 || !span_eq(paths[i], main_log))
			gather_log(g, paths[i], LOG_MAIL);
	gather_mail_log(g, n ? paths[n - 1] : main_log, "Exim");
	n = gather_expand(g, log_name(g, item, "reject"), &paths);
	for (size_t i = 0; i < n; i++)
		gather_log(g, paths[i], LOG_MAIL);
}

static void learn_logs(const struct exim *e)
{
	struct exim_list list = exim_list(e->log_file_path);
	struct span item;
	bool file = false;

	while (exim_item(e->g->scratch, &list, &item)) {
		if (span_eq(item, SPAN("syslog"))) {
			e->g->mta_to_syslog = true;
			file = true;
		} else if (gather_is_path(item)) {
			add_logs(e->g, item);
			file = true;
		} else {
			e->g->exim_default_logs = true;
		}
	}
	e->g->exim_default_logs |= !file;
}

static void learn_networks(const struct exim *e)
{
	struct span hosts = exim_hostlist(e, SPAN("relay_from_hosts"));
	struct exim_list list = exim_list(hosts.n ? hosts : exim_hostlist(e, SPAN("relay_hosts")));
	struct span item;

	while (exim_item(e->g->scratch, &list, &item)) {
		struct cidr net;

		if (cidr_parse(item, &net))
			gather_network(e->g, span_eq(item, SPAN("*")) ? SPAN("0.0.0.0/0") : item);
	}
}

/* "name: address" of panels that give domains addresses of their own, and Hestia's file per domain. */
static void learn_tables(struct gather *g)
{
	static const char *const tables[] = { "/etc/mailips", "/etc/virtual/domainips" };
	struct span bytes, line, *paths;
	struct conf c;
	size_t n;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (!gather_read(g, span_str(tables[i]), &bytes))
			continue;
		conf_start(&c, g, CONF_PLAIN, false);
		conf_bytes(&c, bytes);
		while (conf_line(&c, &line)) {
			ptrdiff_t colon = span_find(line, 0, ':');

			gather_outgoing(g, span_trim(span_from(line, (size_t)(colon + 1))), tables[i]);
		}
	}
	n = gather_expand(g, SPAN("/etc/exim4/domains/*/ip"), &paths);
	for (size_t i = 0; i < n; i++)
		if (gather_read(g, paths[i], &bytes))
			gather_outgoing(g, span_trim(bytes), "/etc/exim4/domains");
}

static void learn_outgoing(const struct exim *e)
{
	struct exim_list list = exim_list(e->interfaces);
	struct span item;

	while (exim_item(e->g->scratch, &list, &item))
		gather_outgoing(e->g, item, "interface");
	learn_tables(e->g);
	if (e->g->f->helo.n)
		return;
	e->g->f->helo =
		arena_span(e->g->keep, e->helo_data.n ? e->helo_data
				       : span_find(e->primary_hostname, 0, '$') < 0 && e->primary_hostname.n
					       ? e->primary_hostname
					       : e->g->f->hostname);
}

/* The Exim specification, "Trusted users": -oMaa, -oMai and -oMa let these say who has logged in, and from where. */
static bool trusts(const struct exim *e, struct span users)
{
	static const char *const own[] = {
		"root", "uucp", "mail", "mailnull", "exim", "_exim", "Debian-exim"
	};
	struct exim_list list = exim_list(users);
	struct span item;

	while (exim_item(e->g->scratch, &list, &item)) {
		bool known = false;

		for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
			known |= span_eq(item, span_str(own[i]));
		if (!known)
			return true;
	}
	return false;
}

/* Where nobody sets it, it is what the binary was built with: Debian's own place goes with Debian's configuration. */
static void learn_spool(const struct exim *e)
{
	struct span usual = span_starts(e->path, SPAN("/etc/exim4/")) ? SPAN("/var/spool/exim4")
								      : SPAN("/var/spool/exim");

	e->g->f->exim_spool = gather_is_path(e->spool_directory) && span_find(e->spool_directory, 0, '$') < 0
				      ? arena_span(e->g->keep, e->spool_directory)
				      : usual;
}

static bool writes_log(const struct exim *e)
{
	struct exim_list list = exim_list(e->log_file_path);
	struct span item, *paths;

	while (exim_item(e->g->scratch, &list, &item)) {
		size_t n = gather_expand(e->g, log_name(e->g, item, "main"), &paths);

		for (size_t i = 0; i < n; i++)
			if (gather_filled(e->g, paths[i]))
				return true;
	}
	return places_filled(e->g, PLACES_EXIM);
}

void exim_learn(struct gather *g, bool beside)
{
	struct exim *e;

	if (!exim_read(g, &e) || (beside && !writes_log(e)))
		return;
	g->exim = true;
	if (!g->f->hostname.n && span_find(e->primary_hostname, 0, '$') < 0)
		g->f->hostname = arena_span(g->keep, e->primary_hostname);
	learn_logs(e);
	learn_networks(e);
	learn_outgoing(e);
	learn_spool(e);
	g->f->logins_told |= trusts(e, e->trusted_users) || trusts(e, e->trusted_groups);
	exim_advise(e);
}
