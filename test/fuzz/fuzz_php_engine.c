/*
 * fuzz_php_engine - any bytes through all stages: every file ends within its budget, and what is told lies in the texts it
 * speaks of.
 */
#include "base/arena.h"
#include "fuzz_time.h"
#include "scan/engine.h"
#include "scan/php.h"

#define MICROS_MOST 4000000 /* under sanitizers, which are twenty times slower */

static void must(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lexicon *words;
	struct arena *arena = arena_new();
	struct span text = arena_span(arena, span_of((const char *)data, size));
	struct events ev = { 0 };
	struct judgement j = { 0 };
	struct quick q;
	uint64_t from;

	if (!words)
		words = lexicon_new();
	from = time_now();
	quick_look(words, text, &q);
	/* the engine must bear what the first look would have let go, too */
	php_judge(words, &q, text, arena, &ev, &j);
	time_must(from, MICROS_MOST, 0, size);
	must(arena_bytes(arena) < 3 * ENGINE_BYTES + 64 * size + (1 << 22));
	for (uint32_t i = 0; i < ev.n; i++) {
		must(ev.event[i].text < ev.texts);
		must((size_t)ev.event[i].at + ev.event[i].n <= ev.text[ev.event[i].text].n);
		must(ev.event[i].step < ev.steps || ev.event[i].step == 0);
	}
	for (uint32_t i = 1; i < ev.steps; i++) {
		must(ev.step[i].before < i);
		must(ev.step[i].text < ev.texts);
		must((size_t)ev.step[i].at + ev.step[i].n <= ev.text[ev.step[i].text].n);
	}
	must(j.reasons <= REASONS_MOST);
	for (uint32_t i = 0; i < j.reasons; i++)
		must(j.reason[i].event <= ev.n && j.reason[i].class < SCAN_CLASSES);
	arena_free(arena);
	return 0;
}
