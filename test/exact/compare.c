/*
 * compare - what the product says against what the generator knows.
 *
 *   compare counts TRUTH JSON   every row's five counts and the totals must be equal; differences on stdout
 *   compare rank TRUTH JSON     one line a culprit: WHAT VERDICT INNOCENTS-ABOVE SINCE-ERROR RANK SCORE UNTIL-ALARM
 *                               (both distances in messages, 999: none or far), and one line
 *                               "innocents COMPROMISED SUSPECT CULPRITS-FOUND"
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const counts[] = { "messages", "recipients", "delivered", "deferred", "bounced" };

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

static const char *text(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	return v ? json_object_get_string(v) : "";
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	return v ? json_object_get_int64(v) : 0;
}

static struct json_object *load(const char *path)
{
	struct json_object *o = json_object_from_file(path);

	if (!o) {
		fprintf(stderr, "compare: %s: %s\n", path, json_util_get_last_err());
		exit(66);
	}
	return o;
}

/* Rows that there is one of are known by their kind. */
static void key_of(struct json_object *row, char *key, size_t room)
{
	const char *kind = text(row, "kind");

	if (!strcmp(kind, "inbound") || !strcmp(kind, "bounce") || !strcmp(kind, "unknown"))
		snprintf(key, room, "%s", kind);
	else
		snprintf(key, room, "%s\t%s\t%s", kind, text(row, "id"), text(row, "account"));
}

/* KEY → row; a key that comes twice is a difference of its own. */
static struct json_object *index_rows(struct json_object *senders, int *bad)
{
	struct json_object *map = json_object_new_object();

	for (size_t i = 0; i < json_object_array_length(senders); i++) {
		struct json_object *row = json_object_array_get_idx(senders, i);
		char key[1024];

		key_of(row, key, sizeof(key));
		if (get(map, key)) {
			printf("twice: %s\n", key);
			++*bad;
			continue;
		}
		json_object_object_add(map, key, json_object_get(row));
	}
	return map;
}

static int differ(const char *key, struct json_object *want, struct json_object *have)
{
	int bad = 0;

	for (size_t i = 0; i < 5; i++)
		bad |= number(want, counts[i]) != number(have, counts[i]);
	if (!bad)
		return 0;
	printf("%s:", key);
	for (size_t i = 0; i < 5; i++)
		printf(" %s %" PRId64 "/%" PRId64, counts[i], number(have, counts[i]),
		       number(want, counts[i]));
	puts(" (said/true)");
	return 1;
}

static int compare_counts(struct json_object *truth, struct json_object *said)
{
	int bad = 0;
	struct json_object *want = index_rows(get(truth, "senders"), &bad);
	struct json_object *have = index_rows(get(said, "senders"), &bad);

	json_object_object_foreach(want, key, row)
	{
		struct json_object *other = get(have, key);

		bad += differ(key, row, other);
	}
	json_object_object_foreach(have, key2, row2)
	{
		if (!get(want, key2))
			bad += differ(key2, NULL, row2);
	}
	bad += differ("totals", get(truth, "totals"), get(said, "totals"));
	printf("%d rows, %d differ\n", json_object_object_length(want), bad);
	return bad ? 1 : 0;
}

/* RFC 3339 to UTC seconds; -1 where there is none. */
static int64_t instant(const char *s)
{
	struct tm tm = { 0 };
	int hours = 0, minutes = 0;
	char sign = '+';
	int n = sscanf(s, "%d-%d-%dT%d:%d:%d%c%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		       &tm.tm_min, &tm.tm_sec, &sign, &hours, &minutes);

	if (n < 6)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return timegm(&tm) - (sign == '-' ? -1 : sign == '+' ? 1 : 0) * (hours * 3600 + minutes * 60);
}

static long distance(int64_t a, int64_t b)
{
	return labs((long)(a - b));
}

/*
 * Messages between the true onset and the one that is said. SAID may be the second of several messages, or lie
 * between two (a result's time): the nearest counts. 999: far off, or not said.
 */
static long since_error(struct json_object *truth, int64_t said)
{
	struct json_object *around = get(truth, "around");
	int64_t first = number(truth, "around_first"), onset = number(truth, "since_message");
	int64_t n = (int64_t)json_object_array_length(around);
	long best = 999;

	/* the request or log-in of its very first message */
	if (n && first == 1 && said > 0 && said < json_object_get_int64(json_object_array_get_idx(around, 0)))
		return distance(1, onset);
	for (int64_t i = 0; i < n; i++) {
		int64_t at = json_object_get_int64(json_object_array_get_idx(around, (size_t)i));
		int64_t next =
			i + 1 < n ? json_object_get_int64(json_object_array_get_idx(around, (size_t)i + 1))
				  : at;

		if (at <= said && said <= next) {
			long off = distance(first + i, onset);

			if (at != said && distance(first + i + 1, onset) < off)
				off = distance(first + i + 1, onset);
			best = off < best ? off : best;
		}
	}
	return best;
}

/* When the judge was sure of the sender ID: the incidents' time lines say so. 0: never. */
static int64_t alarm_at(struct json_object *said, const char *id)
{
	struct json_object *incidents = get(said, "incidents");

	for (size_t i = 0; incidents && i < json_object_array_length(incidents); i++) {
		struct json_object *line = get(json_object_array_get_idx(incidents, i), "timeline");

		for (size_t k = 0; line && k < json_object_array_length(line); k++) {
			struct json_object *moment = json_object_array_get_idx(line, k);
			const char *what = text(moment, "text");
			size_t n = strlen(id);

			if (!strncmp(what, id, n) && !strcmp(what + n, " is beyond doubt"))
				return instant(text(moment, "at"));
		}
	}
	return 0;
}

/* Messages of the abuse until the alarm; 999: none, or after those that the truth keeps. */
static int64_t until_alarm(struct json_object *truth, int64_t alarm)
{
	struct json_object *around = get(truth, "around");
	int64_t first = number(truth, "around_first"), onset = number(truth, "since_message");
	int64_t n = (int64_t)json_object_array_length(around), sent = 0;

	for (; sent < n; sent++)
		if (json_object_get_int64(json_object_array_get_idx(around, (size_t)sent)) > alarm)
			return sent + first - onset;
	return 999;
}

static int rank(struct json_object *truth, struct json_object *said)
{
	struct json_object *senders = get(said, "senders"), *want;
	int bad = 0, above = 0, convicted = 0, suspects = 0, found = 0;

	want = index_rows(get(truth, "senders"), &bad);
	for (size_t i = 0; i < json_object_array_length(senders); i++) {
		struct json_object *row = json_object_array_get_idx(senders, i), *known;
		const char *verdict = text(row, "verdict");
		char key[1024];

		key_of(row, key, sizeof(key));
		known = get(want, key);
		if (known && json_object_get_boolean(get(known, "culprit"))) {
			printf("%s\t%s\t%d\t%ld\t%" PRId64 "\t%.1f\t%" PRId64 "\n", text(known, "what"),
			       verdict, above, since_error(known, instant(text(row, "since"))),
			       number(row, "rank"), json_object_get_double(get(row, "score")),
			       until_alarm(known, alarm_at(said, text(row, "id"))));
			found++;
			continue;
		}
		above++;
		convicted += !strcmp(verdict, "compromised");
		suspects += !strcmp(verdict, "suspect");
		if (!strcmp(verdict, "compromised") || !strcmp(verdict, "suspect"))
			fprintf(stderr, "innocent %s: %s (%.1f)\n", verdict, key,
				json_object_get_double(get(row, "score")));
	}
	printf("innocents\t%d\t%d\t%d\n", convicted, suspects, found);
	return 0;
}

int main(int argc, char **argv)
{
	struct json_object *truth, *said;

	if (argc != 4) {
		fputs("usage: compare counts|rank TRUTH JSON\n", stderr);
		return 64;
	}
	truth = load(argv[2]);
	said = load(argv[3]);
	if (!get(truth, "senders") || !get(said, "senders")) {
		fputs("compare: no senders\n", stderr);
		return 65;
	}
	return strcmp(argv[1], "rank") ? compare_counts(truth, said) : rank(truth, said);
}
