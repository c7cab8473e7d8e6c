/*
 * nginx - sites and access logs of nginx: access_log, server_name and root of each server block.
 *
 * nginx documentation: ngx_http_core_module, ngx_http_log_module.
 *
 * TRUST: panels write names and folders that customers chose into these files.
 */
#include "host/conf.h"
#include "host/learn.h"
#include "host/places.h"

#define NAMES_MOST 256 /* of one server */

struct nginx {
	struct gather *g;
	struct conf conf;
	unsigned depth, server_depth; /* 0: in no server block */
	struct span name[NAMES_MOST], docroot, log;
	size_t nnames;
	bool unknown; /* a log's name is made of variables */
};

static void end_server(struct nginx *n)
{
	for (size_t i = 0; i < n->nnames; i++)
		gather_site(n->g, n->name[i], n->docroot, n->log);
	n->server_depth = 0;
	n->nnames = 0;
	n->docroot = n->log = SPAN_NONE;
}

static void add_log(struct nginx *n, struct span path)
{
	if (span_find(path, 0, '$') >= 0) {
		n->unknown = true;
		return;
	}
	if (!gather_is_path(path) || !places_is_access_log(path))
		return;
	gather_log(n->g, path, LOG_WEB);
	if (n->server_depth && !n->log.n)
		n->log = path;
}

static void include(struct nginx *n, struct span path)
{
	if (path.n && path.n < 1000 && path.p[0] != '/')
		path = gather_text(n->g, "/etc/nginx/%.*s", (int)path.n, path.p);
	conf_include(&n->conf, path);
}

static void read_statement(struct nginx *n, const struct statement *st)
{
	struct span word = st->n ? st->word[0] : SPAN_NONE;
	bool own = n->server_depth && n->depth == n->server_depth;

	if (st->end == '{') {
		n->depth++;
		if (span_eq(word, SPAN("server")) && !n->server_depth)
			n->server_depth = n->depth;
	} else if (st->end == '}') {
		if (own)
			end_server(n);
		n->depth -= n->depth > 0;
	} else if (st->n < 2) {
		return;
	} else if (span_eq(word, SPAN("include"))) {
		include(n, st->word[1]);
	} else if (span_eq(word, SPAN("access_log"))) {
		add_log(n, st->word[1]);
	} else if (own && span_eq(word, SPAN("root"))) {
		n->docroot = st->word[1];
	} else if (own && span_eq(word, SPAN("server_name"))) {
		for (size_t i = 1; i < st->n && n->nnames < NAMES_MOST; i++)
			if (st->word[i].n > 1 && st->word[i].p[0] != '~')
				n->name[n->nnames++] = st->word[i];
	}
}

void nginx_learn(struct gather *g)
{
	struct nginx *n = arena_alloc(g->scratch, sizeof(*n));
	struct statement st;

	n->g = g;
	conf_start(&n->conf, g, CONF_PLAIN, true);
	conf_include(&n->conf, SPAN("/etc/nginx/nginx.conf"));
	while (conf_statement(&n->conf, &st))
		read_statement(n, &st);
	end_server(n);
	g->web_unknown |= n->unknown || n->conf.over;
}
