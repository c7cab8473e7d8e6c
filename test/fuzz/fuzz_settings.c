/*
 * fuzz_settings - .htaccess, .user.ini, crontabs and what else starts something, of any bytes; the first says which. What is told lies in the text, and no
 * line takes long.
 */
#include "base/arena.h"
#include "fuzz_time.h"
#include "scan/config.h"
#include "scan/includes.h"
#include "scan/lexicon.h"
#include "scan/php.h"

static void must(bool good)
{
	if (!good)
		abort();
}

static void settings(struct span path, struct span text)
{
	struct arena *arena;
	struct judgement j;
	struct events ev;

	if (!config_named(path, text))
		return;
	arena = arena_new();
	config_judge(path, text, arena, &ev, &j);
	must(j.reasons <= REASONS_MOST);
	for (uint32_t i = 0; i < j.reasons; i++)
		must(j.reason[i].event && j.reason[i].event <= ev.n && j.reason[i].rule && j.reason[i].text);
	for (uint32_t i = 0; i < ev.n; i++)
		must(ev.event[i].at < text.n);
	arena_free(arena);
}

static void included(struct span text)
{
	static struct lexicon *words;
	struct arena *arena = arena_new();
	struct include name[8];
	size_t n;

	if (!words)
		words = lexicon_new();
	n = includes_of(words, text, arena, name, 8);
	for (size_t i = 0; i < n; i++) {
		struct span at = includes_place(arena, SPAN("/home/u"), SPAN("www"), name[i].name);

		must(name[i].at < text.n && name[i].name.n);
		must(!span_starts(at, SPAN("/")) && !span_starts(at, SPAN("../")) &&
		     span_search(at, 0, SPAN("/../")) < 0);
	}
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { "/h/.htaccess", "/h/.user.ini",
					     "/h/crontab",   "/etc/cron.d/x",
					     "/h/.profile",  "/h/.forward",
					     "/h/x.shtml",   "/h/.config/systemd/user/x.service",
					     NULL,	     "/h/.ssh/authorized_keys" };
	enum { PATHS = sizeof(paths) / sizeof(*paths) };
	struct span text = span_of((const char *)data, size);
	uint64_t from = time_now();

	if (size < 2)
		return 0;
	text = span_from(text, 1);
	if (paths[data[0] % PATHS])
		settings(span_str(paths[data[0] % PATHS]), text);
	else
		included(text);
	time_must(from, 200000, 5, size);
	return 0;
}
