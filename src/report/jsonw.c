/*
 * jsonw - see jsonw.h.
 * TRUST: every span may be foreign; keys are ours.
 */
#include "report/jsonw.h"

#include "base/show.h"
#include "report/text.h"

void jsonw_key(struct jsonw *w, const char *key)
{
	if (w->comma)
		buf_byte(w->out, ',');
	/* Set for what comes behind this value; jsonw_open takes it back for the first member. */
	w->comma = true;
	if (!key)
		return;
	buf_byte(w->out, '"');
	buf_str(w->out, key);
	buf_str(w->out, "\":");
}

void jsonw_open(struct jsonw *w, const char *key, char c)
{
	jsonw_key(w, key);
	buf_byte(w->out, c);
	w->comma = false;
}

void jsonw_close(struct jsonw *w, char c)
{
	buf_byte(w->out, c);
	w->comma = true;
}

void jsonw_span(struct jsonw *w, const char *key, struct span s)
{
	jsonw_key(w, key);
	show_json(w->out, s);
}

void jsonw_str(struct jsonw *w, const char *key, const char *s)
{
	jsonw_span(w, key, span_str(s));
}

void jsonw_u64(struct jsonw *w, const char *key, uint64_t v)
{
	jsonw_key(w, key);
	text_u64(w->out, v);
}

void jsonw_double(struct jsonw *w, const char *key, double v)
{
	jsonw_key(w, key);
	text_fixed(w->out, v, 6);
}

void jsonw_bool(struct jsonw *w, const char *key, bool v)
{
	jsonw_key(w, key);
	buf_str(w->out, v ? "true" : "false");
}

void jsonw_time(struct jsonw *w, const char *key, int64_t utc, const struct zone *zone)
{
	if (utc == 0)
		return;
	jsonw_key(w, key);
	buf_byte(w->out, '"');
	text_rfc3339(w->out, utc, zone);
	buf_byte(w->out, '"');
}

void jsonw_grade(struct jsonw *w, char grade)
{
	if (grade)
		jsonw_span(w, "grade", span_of(&grade, 1));
}

void jsonw_path(struct jsonw *w, const char *key, struct span path)
{
	jsonw_span(w, key, path);
	if (!show_is_utf8(path)) {
		jsonw_key(w, "path_b64");
		show_json_b64(w->out, path);
	}
}
