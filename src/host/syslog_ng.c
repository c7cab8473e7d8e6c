/*
 * syslog_ng - syslog-ng.conf: filters, destinations and the log statements that join them.
 *
 * Administration Guide, "Filters" (facility(), level()) and "file: storing messages in plain-text files".
 *
 * TRUST: root's configuration, or an image's: statements and includes are conf.h's to limit, paths gather's
 * to check.
 */
#include "host/syslog_parts.h"

#define NAMES_MOST 128
#define USES_MOST 8

struct ng_filter {
	struct span name;
	bool mail, auth, narrow;
};

struct ng_destination {
	struct span name, path;
};

enum ng_block { NG_OTHER, NG_FILTER, NG_DESTINATION, NG_LOG };

struct ng {
	struct syslog_targets *targets;
	struct ng_filter filter[NAMES_MOST];
	size_t nfilters;
	struct ng_destination destination[NAMES_MOST];
	size_t ndestinations;
	enum ng_block block;
	struct span name; /* of the block */
	unsigned depth;
	struct span uses_filter[USES_MOST], uses_destination[USES_MOST]; /* of the log statement */
	size_t nuses_filter, nuses_destination;
};

static bool is_keyword(struct span word)
{
	static const char *const words[] = { "and",    "or",	  "not",  "level", "priority", "severity",
					     "filter", "program", "host", "match", "message" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_eq(word, span_str(words[i])))
			return true;
	return false;
}

/* "facility(mail, news) and not level(debug)": what is negated gives nothing. */
static void read_filter(struct ng *n, const struct statement *st)
{
	struct ng_filter f = { .name = n->name };
	bool negated = false;
	bool facility = false;
	bool level = false;

	for (size_t i = 0; i < st->n; i++) {
		struct span w = st->word[i];

		if (span_eq(w, SPAN("facility"))) {
			facility = !negated;
			level = negated = false;
		} else if (is_keyword(w)) {
			level = !negated && (span_eq(w, SPAN("level")) || span_eq(w, SPAN("priority")) ||
					     span_eq(w, SPAN("severity")));
			negated = span_eq(w, SPAN("not"));
			facility = false;
		} else if (facility) {
			f.mail |= span_eq(w, SPAN("mail"));
			f.auth |= span_eq(w, SPAN("auth")) || span_eq(w, SPAN("authpriv"));
		} else if (level) {
			f.narrow |= !span_starts(w, SPAN("debug")) && !span_starts(w, SPAN("info"));
		}
	}
	if (n->nfilters < NAMES_MOST)
		n->filter[n->nfilters++] = f;
}

static void use(struct span *uses, size_t *nuses, struct span name)
{
	if (*nuses < USES_MOST)
		uses[(*nuses)++] = name;
}

static void read_inside(struct ng *n, const struct statement *st)
{
	if (n->block == NG_FILTER) {
		read_filter(n, st);
	} else if (n->block == NG_DESTINATION) {
		if (span_eq(st->word[0], SPAN("file")) && st->n > 1 && n->ndestinations < NAMES_MOST)
			n->destination[n->ndestinations++] = (struct ng_destination){ n->name, st->word[1] };
	} else if (n->block == NG_LOG && st->n > 1) {
		if (span_eq(st->word[0], SPAN("filter")))
			use(n->uses_filter, &n->nuses_filter, st->word[1]);
		else if (span_eq(st->word[0], SPAN("destination")))
			use(n->uses_destination, &n->nuses_destination, st->word[1]);
	}
}

static const struct ng_filter *filter_named(const struct ng *n, struct span name)
{
	for (size_t i = 0; i < n->nfilters; i++)
		if (span_eq(n->filter[i].name, name))
			return &n->filter[i];
	return NULL;
}

/* All filters of a log statement must let a line through. */
static void end_log(struct ng *n)
{
	enum syslog_fit fit = n->nuses_filter ? FIT_NONE : FIT_ALL;
	bool narrow = false;
	bool auth = false;

	for (size_t i = 0; i < n->nuses_filter; i++) {
		const struct ng_filter *f = filter_named(n, n->uses_filter[i]);

		if (f && f->mail)
			fit = FIT_MAIL;
		narrow |= f && f->narrow;
		auth |= f && f->auth;
	}
	for (size_t i = 0; i < n->nuses_destination; i++)
		for (size_t k = 0; k < n->ndestinations; k++)
			if (span_eq(n->destination[k].name, n->uses_destination[i]))
				syslog_add(n->targets, n->destination[k].path, narrow ? FIT_NONE : fit, auth);
}

static void open_block(struct ng *n, const struct statement *st)
{
	struct span kind = st->n ? st->word[0] : SPAN_NONE;

	n->name = st->n > 1 ? st->word[1] : SPAN_NONE;
	n->block = span_eq(kind, SPAN("filter"))	? NG_FILTER
		   : span_eq(kind, SPAN("destination")) ? NG_DESTINATION
		   : span_eq(kind, SPAN("log"))		? NG_LOG
							: NG_OTHER;
	n->nuses_filter = n->nuses_destination = 0;
}

static void read_statement(struct ng *n, struct conf *c, const struct statement *st)
{
	if (st->end == '@' && st->n > 1 && span_eq(st->word[0], SPAN("@include"))) {
		struct span file = st->word[1];

		if (file.n && file.p[0] != '/')
			file = gather_text(c->g, "/etc/syslog-ng/%.*s", (int)(file.n < 1000 ? file.n : 0),
					   file.p);
		conf_include(c, file);
	} else if (st->end == '{') {
		if (n->depth++ == 0)
			open_block(n, st);
	} else if (st->end == '}') {
		if (st->n && n->depth)
			read_inside(n, st);
		if (n->depth && --n->depth == 0 && n->block == NG_LOG)
			end_log(n);
	} else if (st->n && n->depth) {
		read_inside(n, st);
	}
}

void syslog_ng_read(struct gather *g, struct syslog_targets *ret_targets)
{
	struct ng *n = arena_alloc(g->scratch, sizeof(*n));
	struct statement st;
	struct conf c;

	n->targets = ret_targets;
	conf_start(&c, g, CONF_PLAIN, false);
	conf_include(&c, SPAN("/etc/syslog-ng/syslog-ng.conf"));
	while (conf_statement(&c, &st))
		read_statement(n, &c, &st);
}
