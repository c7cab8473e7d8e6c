/*
 * postfix - what Postfix's configuration tells: its log, its name, who may relay.
 *
 * postconf(5): maillog_file, mynetworks, mynetworks_style. The server's own addresses are not known here, so of
 * the styles only the loopback networks are taken.
 */
#include "host/cidr.h"
#include "host/learn.h"
#include "host/postfix_conf.h"

static void learn_networks(const struct postfix *p)
{
	struct span list = postfix_value(p, NULL, SPAN("mynetworks"), SPAN("127.0.0.0/8 [::1]/128"));
	struct span item;

	while ((item = postfix_item(&list)).n) {
		struct cidr net;

		/* !networks take away, tables are not followed */
		if (cidr_parse(item, &net))
			gather_network(p->g, item);
	}
}

/* smtp_bind_address, else what it listens on (postconf(5): then a sole address is the source, too). */
static void learn_outgoing(const struct postfix *p)
{
	static const char *const names[] = { "smtp_bind_address", "smtp_bind_address6", "inet_interfaces" };
	struct span name = postfix_value(p, NULL, SPAN("myhostname"), p->g->f->hostname);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span list = postfix_value(p, NULL, span_str(names[i]), SPAN_NONE);
		struct span item;

		while ((item = postfix_item(&list)).n)
			gather_outgoing(p->g, item, names[i]);
	}
	if (!p->g->f->helo.n)
		p->g->f->helo = arena_span(p->g->keep, postfix_value(p, NULL, SPAN("smtp_helo_name"), name));
}

/* postconf(5): these clients may say LOGIN= and ADDR= of whom they speak for. */
static bool takes_xclient(const struct postfix *p)
{
	static const struct span name = { "smtpd_authorized_xclient_hosts", 30 };

	for (size_t i = 0; i < p->nservices; i++)
		if (postfix_value(p, &p->service[i], name, SPAN_NONE).n)
			return true;
	return postfix_value(p, NULL, name, SPAN_NONE).n > 0;
}

static struct span place(const struct postfix *p, const char *name, const char *usual)
{
	struct span path = postfix_value(p, NULL, span_str(name), span_str(usual));

	return gather_is_path(path) ? arena_span(p->g->keep, path) : SPAN_NONE;
}

static void learn_places(const struct postfix *p)
{
	p->g->f->postfix_spool = place(p, "queue_directory", "/var/spool/postfix");
	p->g->f->postfix_commands = place(p, "command_directory", "/usr/sbin");
}

/* The file of syslog is others', too (Dovecot's): there the lock of a master that has run speaks for Postfix. */
static bool writes_log(const struct postfix *p)
{
	struct span file = postfix_value(p, NULL, SPAN("maillog_file"), SPAN_NONE);
	struct span spool = place(p, "queue_directory", "/var/spool/postfix");

	if (gather_is_path(file))
		return gather_filled(p->g, file);
	return p->g->io->exists(p->g->io->ctx, gather_text(p->g, "%.*s/pid/master.pid",
							   (int)span_head(spool, 1024).n, spool.p));
}

void postfix_learn(struct gather *g, bool beside)
{
	struct postfix p;
	struct span file;

	if (!postfix_read(g, &p) || (beside && !writes_log(&p)))
		return;
	g->postfix = true;
	if (!g->f->hostname.n)
		g->f->hostname = arena_span(g->keep, postfix_value(&p, NULL, SPAN("myhostname"), SPAN_NONE));
	file = postfix_value(&p, NULL, SPAN("maillog_file"), SPAN_NONE);
	if (gather_is_path(file))
		gather_mail_log(g, file, "Postfix");
	else
		g->mta_to_syslog = true;
	learn_networks(&p);
	learn_outgoing(&p);
	learn_places(&p);
	g->f->logins_told |= takes_xclient(&p);
	postfix_advise(&p);
}
