/*
 * verb_config - `config check`, `config show` and `config limits`.
 * TRUST: values are the operator's, shown escaped all the same.
 */
#include "app/config.h"
#include "app/limits.h"
#include "app/options.h"
#include "app/verbs.h"
#include "base/show.h"
#include "report/jsonw.h"
#include "report/sink.h"
#include "report/text.h"

#include <unistd.h>

struct showing {
	struct buf *out;
	struct jsonw json;
	const char *section; /* the last one shown */
};

static void put_origin(struct buf *out, const struct origin *o)
{
	if (!o->file) {
		buf_str(out, "default");
		return;
	}
	show_text(out, span_str(o->file), false);
	buf_byte(out, ':');
	text_u64(out, o->line);
}

static void show_line(void *owner, const char *section, const char *key, const char *value,
		      const struct origin *origin)
{
	struct showing *s = owner;
	size_t began;

	if (s->section != section) {
		buf_addf(s->out, "%s[%s]\n", s->section ? "\n" : "", section);
		s->section = section;
	}
	began = s->out->n;
	buf_addf(s->out, "%s = ", key);
	show_text(s->out, span_str(value), false);
	do
		buf_byte(s->out, ' ');
	while (s->out->n < began + 48);
	buf_str(s->out, "; ");
	put_origin(s->out, origin);
	buf_byte(s->out, '\n');
}

static void show_plain(void *owner, const char *section, const char *key, const char *value,
		       const struct origin *origin)
{
	struct showing *s = owner;

	buf_addf(s->out, "%s.%s\t", section, key);
	show_text(s->out, span_str(value), false);
	buf_byte(s->out, '\t');
	put_origin(s->out, origin);
	buf_byte(s->out, '\n');
}

static void show_object(void *owner, const char *section, const char *key, const char *value,
			const struct origin *origin)
{
	struct showing *s = owner;
	struct buf text = BUF_MAX(8192);

	jsonw_open(&s->json, NULL, '{');
	buf_addf(&text, "%s.%s", section, key);
	jsonw_span(&s->json, "key", buf_view(&text));
	jsonw_str(&s->json, "value", value);
	text.n = 0;
	put_origin(&text, origin);
	jsonw_span(&s->json, "origin", buf_view(&text));
	jsonw_close(&s->json, '}');
	buf_free(&text);
}

static void begin_json(struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_str(w, "schema", "spamtrail.config/1");
	jsonw_bool(w, "complete", true);
	jsonw_open(w, "unseen", '[');
	jsonw_close(w, ']');
}

static void end_json(struct jsonw *w)
{
	jsonw_close(w, '}');
	buf_byte(w->out, '\n');
}

static void show(const struct config *c, enum output output, struct buf *out)
{
	struct showing s = { .out = out, .json = { .out = out } };

	if (output != OUTPUT_JSON) {
		config_each(c, output == OUTPUT_PLAIN ? show_plain : show_line, &s);
		return;
	}
	begin_json(&s.json);
	jsonw_open(&s.json, "values", '[');
	config_each(c, show_object, &s);
	jsonw_close(&s.json, ']');
	end_json(&s.json);
}

static void check(const struct config *c, const struct options *o, struct buf *out)
{
	struct jsonw w = { .out = out };

	if (o->output == OUTPUT_JSON) {
		begin_json(&w);
		jsonw_open(&w, "files", '[');
		for (size_t i = 0; i < c->nfiles; i++)
			jsonw_str(&w, NULL, c->files[i]);
		jsonw_close(&w, ']');
		end_json(&w);
		return;
	}
	if (o->quiet)
		return;
	for (size_t i = 0; i < c->nfiles; i++) {
		buf_str(out, o->output == OUTPUT_PLAIN ? "ok\t" : "ok  ");
		show_text(out, span_str(c->files[i]), false);
		buf_byte(out, '\n');
	}
	if (c->nfiles == 0 && o->output == OUTPUT_SCREEN)
		buf_str(out, "ok  no configuration file: every value is built in\n");
}

static void list_limits(enum output output, struct buf *out)
{
	struct jsonw w = { .out = out };

	if (output == OUTPUT_JSON) {
		begin_json(&w);
		limits_json(&w);
		end_json(&w);
	} else if (output == OUTPUT_PLAIN) {
		limits_plain(out);
	} else {
		limits_text(out);
	}
}

int verb_config(const struct options *o, struct err *err)
{
	bool wants_show = strcmp(o->args[0], "show") == 0;
	struct sink s = sink_new(STDOUT_FILENO);
	struct config c;
	int code;

	if (strcmp(o->args[0], "limits") == 0) {
		list_limits(o->output, &s.text);
		return sink_end(&s, "standard output", err);
	}
	if (!wants_show && strcmp(o->args[0], "check") != 0)
		return err_set(err, EXIT_USAGE, "usage: spamtrail config check|show|limits");
	code = config_load(&c, o->config, err);
	if (code == 0) {
		if (wants_show)
			show(&c, o->output, &s.text);
		else
			check(&c, o, &s.text);
		code = sink_end(&s, "standard output", err);
	}
	config_free(&c);
	return code;
}
