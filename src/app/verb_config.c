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

static void check_json(const struct config *c, size_t shown, struct buf *out)
{
	struct jsonw w = { .out = out };

	begin_json(&w);
	jsonw_open(&w, "files", '[');
	for (size_t i = 0; i < c->nfiles; i++)
		jsonw_str(&w, NULL, c->files[i]);
	jsonw_close(&w, ']');
	jsonw_open(&w, "mistakes", '[');
	for (size_t i = 0; i < shown; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "file", c->mistakes[i].at.file);
		if (c->mistakes[i].at.line)
			jsonw_u64(&w, "line", c->mistakes[i].at.line);
		jsonw_str(&w, "text", c->mistakes[i].text);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_u64(&w, "mistakes_total", c->nmistakes);
	end_json(&w);
}

static void put_line(const char *what, const char *text, bool plain, struct buf *out)
{
	buf_addf(out, plain ? "%s\t" : "%-5s  ", what);
	show_text(out, span_str(text), false);
	buf_byte(out, '\n');
}

static void check(const struct config *c, const struct options *o, struct buf *out)
{
	size_t shown = c->nmistakes < MISTAKES_KEPT ? c->nmistakes : MISTAKES_KEPT;
	bool plain = o->output == OUTPUT_PLAIN;

	if (o->output == OUTPUT_JSON) {
		check_json(c, shown, out);
		return;
	}
	for (size_t i = 0; i < c->nfiles && !o->quiet; i++)
		put_line("ok", c->files[i], plain, out);
	for (size_t i = 0; i < shown; i++)
		put_line("wrong", c->mistakes[i].text, plain, out);
	if (shown < c->nmistakes)
		buf_addf(out, plain ? "more\t%zu\n" : "and %zu more\n", c->nmistakes - shown);
	if (c->nfiles + c->nmistakes == 0 && o->output == OUTPUT_SCREEN && !o->quiet)
		buf_str(out, "ok     no configuration file: every value is built in\n");
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

static int check_files(const struct options *o, struct config *c, struct buf *out, struct err *err)
{
	int code = config_check(c, o->config, err);

	check(c, o, out);
	if (code < 0)
		return err_set(err, (enum exit_code) - code,
			       "%zu mistake%s: a command that needs these settings stops at the first",
			       c->nmistakes, c->nmistakes == 1 ? "" : "s");
	return code;
}

static int show_values(const struct options *o, struct config *c, struct buf *out, struct err *err)
{
	int code = config_load(c, o->config, err);

	if (code == 0)
		show(c, o->output, out);
	return code;
}

int verb_config(const struct options *o, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct err unwritten = { 0 };
	struct config c = { 0 };
	int code = 0, end;

	if (strcmp(o->args[0], "limits") == 0)
		list_limits(o->output, &s.text);
	else if (strcmp(o->args[0], "show") == 0)
		code = show_values(o, &c, &s.text, err);
	else if (strcmp(o->args[0], "check") == 0)
		code = check_files(o, &c, &s.text, err);
	else
		return err_set(err, EXIT_USAGE, "usage: spamtrail config check|show|limits");
	end = sink_end(&s, "standard output", &unwritten);
	config_free(&c);
	if (end == 0 || code < 0)
		return code;
	*err = unwritten;
	return end;
}
