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

void postfix_learn(struct gather *g)
{
	struct postfix p;
	struct span file;

	if (!postfix_read(g, &p))
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
	postfix_advise(&p);
}
