/*
 * golden - log lines with the keys expected of `explain --json` above each; anybody can add one.
 *
 *     #: {"event":"deliver","status":"sent","user":null}    of the NEXT line every key given must equal;
 *                                                           null: the key must be absent
 *     #! deliver                                            the next line must not be this event
 *     #!                                                    the next line must be "other"
 *     # words                                               a comment; empty lines are skipped
 *
 * A log line that has neither is a mistake in the file, so that no line stands there untested.
 * "\t" and "\x00" in a `#\ ` line are not known here: lines are taken byte for byte.
 * Reads ROOT/test/corpus/<dialect>/<name>.golden (ROOT: first argument, else the working directory) and prints TAP.
 */
#include "lines.h"

#include <glob.h>
#include <json-c/json.h>
#include <math.h>

struct run {
	struct reader reader;
	int count, failed;
};

static void result(struct run *r, bool ok, const char *file, int line, const char *why)
{
	printf("%sok %d - %s:%d%s%s\n", ok ? "" : "not ", ++r->count, file, line, ok ? "" : ": ",
	       ok ? "" : why);
	r->failed += !ok;
}

static bool is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_double);
}

/* 0 and 0.0 are the same number. */
static bool same(struct json_object *want, struct json_object *got)
{
	if (is_number(want) && is_number(got))
		return fabs(json_object_get_double(want) - json_object_get_double(got)) < 1e-9;
	if (json_object_is_type(want, json_type_array) && json_object_is_type(got, json_type_array)) {
		size_t n = json_object_array_length(want);

		if (json_object_array_length(got) != n)
			return false;
		for (size_t i = 0; i < n; i++)
			if (!same(json_object_array_get_idx(want, i), json_object_array_get_idx(got, i)))
				return false;
		return true;
	}
	return json_object_equal(want, got);
}

/* WHY names the first key that differs. */
static void compare(struct json_object *want, struct json_object *got, const char *json, char *why,
		    size_t room)
{
	struct json_object *value;

	json_object_object_foreach(want, key, expect)
	{
		bool there = json_object_object_get_ex(got, key, &value);

		if (expect ? there && same(expect, value) : !there)
			continue;
		snprintf(why, room, "%s: want %s\n#   got %s", key,
			 json_object_to_json_string_ext(expect, JSON_C_TO_STRING_PLAIN), json);
		return;
	}
}

static void check_keys(struct run *r, const char *file, int line, const char *expected, struct span text)
{
	struct json_object *want = json_tokener_parse(expected);
	const char *json = reader_json(&r->reader, text).p;
	struct json_object *got = json_tokener_parse(json);
	char why[4096] = "";

	if (!want || !json_object_is_type(want, json_type_object))
		snprintf(why, sizeof(why), "the expectation is no JSON object");
	else if (!got)
		snprintf(why, sizeof(why), "explain wrote no JSON: %s", json);
	else
		compare(want, got, json, why, sizeof(why));
	result(r, !why[0], file, line, why);
	json_object_put(want);
	json_object_put(got);
}

static void check_not(struct run *r, const char *file, int line, struct span unwanted, struct span text)
{
	const struct event *ev = reader_event(&r->reader, text);
	struct span name = span_str(event_kind_name((enum event_kind)ev->kind));
	bool ok = unwanted.n ? !span_eq(name, unwanted) : ev->kind == EV_OTHER;
	char why[128];

	snprintf(why, sizeof(why), "is a %s event", name.p);
	result(r, ok, file, line, why);
}

static bool has_tag(const char *line, const char *tag)
{
	size_t n = strlen(tag);

	return strncmp(line, tag, n) == 0 && (line[n] == ' ' || line[n] == 0);
}

static void check_line(struct run *r, const char *file, int number, const char *rule, struct span text)
{
	if (!rule[0])
		result(r, false, file, number, "a line without an expectation above it");
	else if (has_tag(rule, "#:"))
		check_keys(r, file, number, rule + 2, text);
	else
		check_not(r, file, number, span_trim(span_str(rule + 2)), text);
}

static void check_file(struct run *r, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL, *rule = strdup("");
	size_t room = 0;
	ssize_t n;

	if (!f || !rule)
		bug("a golden file cannot be read");
	for (int number = 1; (n = getline(&line, &room, f)) >= 0; number++) {
		if (n && line[n - 1] == '\n')
			line[--n] = 0;
		if (has_tag(line, "#:") || has_tag(line, "#!")) {
			free(rule);
			rule = strdup(line);
		} else if (n && !has_tag(line, "#")) {
			check_line(r, path, number, rule, span_of(line, (size_t)n));
			free(rule);
			rule = strdup("");
		}
	}
	free(rule);
	free(line);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct run r = { .count = 0 };
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/test/corpus/*/*.golden", argc > 1 ? argv[1] : ".");
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			check_file(&r, found.gl_pathv[i]);
		globfree(&found);
	}
	if (r.count == 0)
		result(&r, false, pattern, 0, "no golden lines found");
	printf("1..%d\n", r.count);
	reader_free(&r.reader);
	return r.failed != 0;
}
