/* hostile - what every output has to stand (trust: S7): all 256 bytes and crafted texts, and how their harm would show. */
#ifndef TEST_REPORT_HOSTILE_H
#define TEST_REPORT_HOSTILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "base/span.h"

#define UNUSED __attribute__((unused))

static char every_byte[256];

UNUSED static const struct span hostile[] = {
	{ every_byte, 256 },
	SPAN("\033]0;owned\007\033[2J\033[31m"),
	SPAN("\xc2\x9b"
	     "31m \xc2\x85 \xe2\x80\xae"
	     "drowssap \xe2\x81\xa6x\xe2\x81\xa9"),
	SPAN("line one\nINCIDENT 9999z  forged\r\n\tcolumn"),
	SPAN("</td><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=\"x"),
	SPAN("-->]]></style><svg onload=alert(1)>{{7*7}}"),
	SPAN("\",\"verdict\":\"normal\",\"x\":\"\\u0000\\"),
	SPAN("=cmd|' /C calc'!A0"),
	SPAN("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xff\xfe"),
	SPAN("\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x81\x81"),
	SPAN("                                                                                        x"),
	SPAN(""),
	SPAN("%n%s%p"),
	SPAN("a\xcc\x81\xcc\x82\xcc\x83\xcc\x84 \xf0\x9f\x92\xa9\xe6\xbc\xa2\xe5\xad\x97"),
};

#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

UNUSED static void assert_harmless(struct span s, const char *allowed)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 || c == 0x7f) && (!c || !strchr(allowed, c)))
			fail_msg("control %02x at byte %zu", c, i);
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0)
			fail_msg("C1 control at byte %zu", i);
		if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
		    (unsigned char)s.p[i + 2] >= 0xaa && (unsigned char)s.p[i + 2] <= 0xae)
			fail_msg("bidirectional mark at byte %zu", i);
		if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x81 &&
		    (unsigned char)s.p[i + 2] >= 0xa6 && (unsigned char)s.p[i + 2] <= 0xa9)
			fail_msg("bidirectional isolate at byte %zu", i);
	}
}

/* A forged line or field would show as one more. */
UNUSED static size_t count(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* "a.0.b" from O; the test ends where a part is missing. */
UNUSED static struct json_object *at(struct json_object *o, const char *path)
{
	char part[64];

	while (*path) {
		size_t n = strcspn(path, ".");
		struct json_object *next = NULL;

		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		if (json_object_is_type(o, json_type_array))
			next = json_object_array_get_idx(o, strtoul(part, NULL, 10));
		else if (!json_object_object_get_ex(o, part, &next))
			next = NULL;
		if (!next)
			fail_msg("no %s", path);
		o = next;
		path += n + (path[n] == '.');
	}
	return o;
}

UNUSED static struct json_object *parse(struct span s)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, s.p, (int)s.n);
	if (json_tokener_get_error(tok) != json_tokener_success)
		fail_msg("%s", json_tokener_error_desc(json_tokener_get_error(tok)));
	json_tokener_free(tok);
	return o;
}

/* The page's tags in order, each with its attributes, as one text. */
UNUSED static char *tags_of(struct span s)
{
	char *tags = malloc(s.n + 1);
	size_t n = 0;
	bool inside = false;

	for (size_t i = 0; i < s.n; i++) {
		inside = inside || s.p[i] == '<';
		if (inside)
			tags[n++] = s.p[i];
		inside = inside && s.p[i] != '>';
	}
	tags[n] = '\0';
	return tags;
}

#endif
