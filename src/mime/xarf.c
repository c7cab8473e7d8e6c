/*
 * xarf - XARF reports in JSON, version 3 (Report.*) and 4 (flat): xarf/xarf-spec on GitHub, samples/v3 and v4.
 *
 * TRUST: json-c parses with its depth limit; every value is taken only where it has the type it should have.
 */
#include "mime/parts.h"
#include "repute/headers.h"
#include "base/arena.h"

#include <json-c/json.h>

#define JSON_BYTES (8u << 20) /* limit complaints, bytes: of one XARF report */
#define JSON_DEPTH 32 /* limit complaints: levels of one XARF report */
#define EVIDENCE_MOST 20

static struct json_object *get(struct json_object *o, const char *name)
{
	struct json_object *found = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, name, &found))
		return NULL;
	return found;
}

static struct span text_of(struct arena *a, struct json_object *o, const char *name)
{
	struct json_object *v = get(o, name);

	if (!json_object_is_type(v, json_type_string))
		return SPAN_NONE;
	return part_text(a, span_of(json_object_get_string(v), (size_t)json_object_get_string_len(v)));
}

static struct span first_of(struct arena *a, struct json_object *o, const char *const *names)
{
	struct span s = SPAN_NONE;

	for (size_t i = 0; names[i] && !s.n; i++)
		s = text_of(a, o, names[i]);
	return s;
}

/* An attached message, in base64 (v4: always; v3: where it says so, or where it is called Data). */
static void take_payload(struct arena *a, struct json_object *o, const char *name, struct complaint *c)
{
	struct json_object *v = get(o, name);
	gsize n = 0;
	guchar *bytes;

	if (!json_object_is_type(v, json_type_string))
		return;
	bytes = g_base64_decode(json_object_get_string(v), &n);
	if (n && memchr(bytes, ':', n))
		parts_original(a, arena_span(a, span_of((const char *)bytes, n)), c);
	else
		parts_original(a,
			       arena_span(a, span_of(json_object_get_string(v),
						     (size_t)json_object_get_string_len(v))),
			       c);
	g_free(bytes);
}

static void take_evidence(struct arena *a, struct json_object *list, struct complaint *c)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n && i < EVIDENCE_MOST; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct span type =
			first_of(a, one, (const char *const[]){ "content_type", "ContentType", NULL });

		if (!span_starts(type, SPAN("message/")) && !span_starts(type, SPAN("text/rfc822")))
			continue;
		take_payload(a, one, "payload", c);
		take_payload(a, one, "Payload", c);
		take_payload(a, one, "Data", c);
	}
}

static void take_v4(struct arena *a, struct json_object *o, struct complaint *c)
{
	c->type = text_of(a, o, "type");
	c->source = text_of(a, o, "source_identifier");
	c->original.sender = address_in(text_of(a, o, "smtp_from"));
	c->original.message_id = text_of(a, o, "message_id");
	c->original.subject = text_of(a, o, "subject");
	complaint_envelope(a, c, address_in(text_of(a, o, "smtp_to")));
	if (!c->reporter.n)
		c->reporter = text_of(a, get(o, "reporter"), "contact");
	if (!c->date.n)
		c->date = text_of(a, o, "timestamp");
	take_evidence(a, get(o, "evidence"), c);
}

static void take_v3(struct arena *a, struct json_object *o, struct complaint *c)
{
	struct json_object *r = get(o, "Report"), *more = get(r, "AdditionalInfo"),
			   *source = get(r, "Source");

	c->type = text_of(a, r, "ReportType");
	c->source = first_of(a, source, (const char *const[]){ "IP", "URL", "Domain", NULL });
	if (!c->source.n)
		c->source = text_of(a, r, "SourceIp");
	c->original.sender = address_in(text_of(a, more, "SMTPFrom"));
	if (!c->original.sender.n)
		c->original.sender = address_in(
			first_of(a, r, (const char *const[]){ "SmtpMailFromAddress", "SmtpMailFrom", NULL }));
	c->original.subject = first_of(a, more, (const char *const[]){ "Subject", NULL });
	complaint_envelope(a, c, address_in(text_of(a, r, "SmtpRcptToAddress")));
	if (!c->reporter.n)
		c->reporter = text_of(a, get(o, "ReporterInfo"), "ReporterOrgEmail");
	if (!c->date.n)
		c->date = text_of(a, r, "Date");
	take_evidence(a, get(r, "Attachment"), c);
	take_evidence(a, get(r, "Samples"), c);
}

bool xarf_read(struct arena *a, struct span text, struct complaint *c)
{
	struct json_tokener *tok;
	struct json_object *o;
	bool good = false;

	text = span_trim(text);
	if (text.n < 20 || text.n > JSON_BYTES || text.p[0] != '{')
		return false;
	tok = json_tokener_new_ex(JSON_DEPTH);
	o = json_tokener_parse_ex(tok, text.p, (int)text.n);
	if (get(o, "xarf_version")) {
		take_v4(a, o, c);
		good = true;
	} else if (get(o, "Report") && get(o, "ReporterInfo")) {
		take_v3(a, o, c);
		good = true;
	}
	json_object_put(o);
	json_tokener_free(tok);
	if (good)
		c->kind = COMPLAINT_XARF;
	return good;
}
